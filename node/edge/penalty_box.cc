#include "node/edge/penalty_box.h"

#include <algorithm>

namespace fairway::edge {

absl::Duration PenaltyBox::Punish(const std::string& peer_id, absl::Time now) {
  Sentence& sentence = sentences_[peer_id];
  const bool fresh = sentence.length == absl::ZeroDuration() || now > sentence.until + 2 * last_;
  sentence.length = fresh ? first_ : std::min(sentence.length * 2, last_);
  sentence.until = now + sentence.length;
  return sentence.length;
}

absl::Duration PenaltyBox::Left(const std::string& peer_id, absl::Time now) const {
  auto at = sentences_.find(peer_id);
  if (at == sentences_.end()) return absl::ZeroDuration();
  // A clock set back must not lengthen a sentence.
  return std::clamp(at->second.until - now, absl::ZeroDuration(), at->second.length);
}

}  // namespace fairway::edge
