#include "tools/benchmark/plain_decision.h"

#include <algorithm>
#include <bit>

namespace fairway::benchmark {
namespace {

constexpr size_t kActions = 3;

size_t AgeRow(int64_t age) {
  return static_cast<size_t>(std::lower_bound(kAgeDays.begin(), kAgeDays.end(), age) -
                             kAgeDays.begin());
}

size_t ShapeRow(size_t action, size_t kind, size_t tlp) {
  return (action * kKinds + kind) * kTlps + tlp;
}

}  // namespace

PlainDecision::PlainDecision(const std::vector<RuleSpec>& rules, const std::vector<PeerSpec>& peers)
    : peers_(peers) {
  for (size_t kind = 0; kind < by_kind_.size(); ++kind) {
    std::vector<const RuleSpec*> of_kind;
    for (const RuleSpec& rule : rules) {
      if (static_cast<size_t>(rule.kind) == kind) of_kind.push_back(&rule);
    }
    Index& index = by_kind_[kind];
    index.words = (of_kind.size() + 63) / 64;
    index.shape.resize(kActions * kKinds * kTlps * index.words);
    index.peer.resize(peers.size() * index.words);
    index.region.resize(kRegions * index.words);
    index.age.resize((kAges + 1) * index.words);
    index.grade.resize(kGrades * index.words);
    index.topic.resize(kTopics * index.words);
    index.no_topic.resize(index.words);
    for (size_t i = 0; i < of_kind.size(); ++i) Add(index, *of_kind[i], i, peers);
  }
}

void PlainDecision::Add(Index& index, const RuleSpec& rule, size_t number,
                        const std::vector<PeerSpec>& peers) {
  const auto set = [&](Rows& rows, size_t row, bool holds) {
    if (holds) rows[row * index.words + number / 64] |= uint64_t{1} << (number % 64);
  };
  const auto has = [](uint64_t mask, size_t bit) { return mask == 0 || ((mask >> bit) & 1) != 0; };
  for (size_t action = 0; action < kActions; ++action) {
    for (size_t kind = 0; kind < kKinds; ++kind) {
      for (size_t tlp = 0; tlp < kTlps; ++tlp) {
        set(index.shape, ShapeRow(action, kind, tlp),
            ((rule.actions >> action) & 1) != 0 && has(rule.kinds, kind) &&
                tlp <= rule.highest_tlp);
      }
    }
  }
  for (size_t peer = 0; peer < peers.size(); ++peer) set(index.peer, peer, rule.IsFor(peer, peers));
  for (size_t r = 0; r < kRegions; ++r) set(index.region, r, has(rule.regions, r));
  for (size_t age = 0; age <= kAges; ++age)
    set(index.age, age, rule.age == kAges || age <= rule.age);
  for (size_t g = 0; g < kGrades; ++g) set(index.grade, g, g >= rule.lowest_grade);
  for (size_t t = 0; t < kTopics; ++t) {
    set(index.topic, t, rule.topics != 0 && has(rule.topics, t));
  }
  set(index.no_topic, 0, rule.topics == 0);
  index.duties.push_back(rule.duty);
}

template <typename Use>
void PlainDecision::ForMatching(const Index& index, const Question& question, const ItemSpec& item,
                                Use use) const {
  const size_t words = index.words;
  const uint64_t* shape =
      index.shape.data() + ShapeRow(question.action, item.kind, item.tlp) * words;
  const uint64_t* peer = index.peer.data() + question.peer * words;
  const uint64_t* region = index.region.data() + item.region * words;
  const uint64_t* age = index.age.data() + AgeRow(item.age) * words;
  const uint64_t* grade = index.grade.data() + item.grade * words;
  std::array<const uint64_t*, 8> topics;
  size_t count = 0;
  for (uint64_t left = item.topics; left != 0 && count < topics.size(); left &= left - 1) {
    topics[count++] = index.topic.data() + static_cast<size_t>(std::countr_zero(left)) * words;
  }
  for (size_t w = 0; w < words; ++w) {
    uint64_t matching = shape[w] & peer[w];
    if (matching == 0) continue;
    matching &= region[w] & age[w] & grade[w];
    if (matching == 0) continue;
    uint64_t any = index.no_topic[w];
    for (size_t t = 0; t < count; ++t) any |= topics[t][w];
    for (matching &= any; matching != 0; matching &= matching - 1) {
      use(index.duties[w * 64 + static_cast<size_t>(std::countr_zero(matching))]);
    }
  }
}

PlainDecision::Answer PlainDecision::Decide(const Question& question, const ItemSpec& item) const {
  const bool open =
      !item.recalled && ((item.countries >> peers_[question.peer].country) & 1) != 0 &&
      (item.tlp + 1 < kTlps ||
       std::find(item.named.begin(), item.named.end(), question.peer) != item.named.end());
  if (!open) return {};
  bool forbidden = false;
  ForMatching(by_kind_[static_cast<size_t>(RuleSpec::Kind::kForbid)], question, item,
              [&](size_t) { forbidden = true; });
  if (forbidden) return {};
  size_t duty = kDutyLevels;
  ForMatching(by_kind_[static_cast<size_t>(RuleSpec::Kind::kPermit)], question, item,
              [&](size_t level) { duty = std::min(duty, level); });
  if (duty == kDutyLevels) return {};
  ForMatching(by_kind_[static_cast<size_t>(RuleSpec::Kind::kRequire)], question, item,
              [&](size_t level) { duty = std::max(duty, level); });
  return {true, duty};
}

}  // namespace fairway::benchmark
