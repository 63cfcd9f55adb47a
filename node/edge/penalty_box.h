#ifndef FAIRWAY_NODE_EDGE_PENALTY_BOX_H_
#define FAIRWAY_NODE_EDGE_PENALTY_BOX_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace fairway::edge {

// How long a peer that attacked is shut out: `first`, doubling with each further attack up to
// `last`. After twice `last` without an attack it starts from `first` again. Peers are known
// authorities, so the table is as small as the list of peers. Not thread-safe.
class PenaltyBox {
 public:
  PenaltyBox(absl::Duration first, absl::Duration last) : first_(first), last_(last) {}

  // Records an attack; returns the penalty that begins now.
  absl::Duration Punish(const std::string& peer_id, absl::Time now);

  // Zero if the peer may connect.
  absl::Duration Left(const std::string& peer_id, absl::Time now) const;

 private:
  struct Sentence {
    absl::Duration length;
    absl::Time until;
  };

  absl::Duration first_;
  absl::Duration last_;
  absl::flat_hash_map<std::string, Sentence> sentences_;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_PENALTY_BOX_H_
