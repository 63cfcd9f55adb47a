#ifndef FAIRWAY_TOOLS_BENCHMARK_POLICY_WORKLOAD_H_
#define FAIRWAY_TOOLS_BENCHMARK_POLICY_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "policy/attributes.h"
#include "policy/decision.h"
#include "policy/preview/compare.h"
#include "policy/preview/item_columns.h"
#include "policy/vocabulary.h"

// Policies, peers and items of the size of a federation: 256 peers of 32 countries with 2–8 of 96
// agreements, rules of which some 80 % permit and 17 % forbid (60 % for one peer, 25 % for an
// agreement, 15 % for a tier and some countries), items of 8 kinds with 1–4 of 48 topics. The same
// on every run.
namespace fairway::benchmark {

inline constexpr size_t kPeers = 256;
inline constexpr size_t kCountries = 32;
inline constexpr size_t kAgreements = 96;
inline constexpr size_t kKinds = 8;
inline constexpr size_t kTlps = 5;
inline constexpr size_t kTopics = 48;
inline constexpr size_t kRegions = 12;
inline constexpr size_t kGrades = 6;
inline constexpr size_t kDutyLevels = 4;  // each stricter than the one before it
inline constexpr size_t kAges = 6;

// Repeats itself from the same seed.
class Rng {
 public:
  explicit Rng(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) {}
  size_t Below(size_t n);
  bool Chance(unsigned percent) { return Below(100) < percent; }

 private:
  uint64_t state_;
};

struct PeerSpec {
  std::string name;
  size_t country = 0;
  size_t tier = 0;
  std::vector<size_t> agreements;
};

struct RuleSpec {
  enum class Kind { kPermit, kForbid, kRequire };
  enum class To { kPeer, kAgreement, kTier };
  size_t number = 0;  // in its name
  Kind kind = Kind::kPermit;
  To to = To::kPeer;
  size_t peer = 0;
  size_t agreement = 0;
  size_t tier = 0;         // 0 … 3: at least this; 3 is the most trusted
  uint32_t countries = 0;  // none: all
  uint8_t actions = 0;     // replicate, query, discover
  uint8_t kinds = 0;       // none: all
  uint16_t regions = 0;    // none: all
  uint64_t topics = 0;     // none: all
  size_t highest_tlp = kTlps - 1;
  size_t lowest_grade = 0;  // 0: F or nobody knows
  size_t age = kAges;       // position in kAgeDays; kAges: any
  size_t duty = 0;
  // What positive conjunctions leave out: not, or, none of, only. 0: nothing.
  size_t twist = 0;

  bool IsFor(size_t of_peer, const std::vector<PeerSpec>& peers) const;
};

struct ItemSpec {
  size_t kind = 0, tlp = 0, region = 0, grade = 0;
  int64_t age = 0;
  uint64_t topics = 0;
  uint32_t countries = 0;  // releasable to; all: any member
  std::vector<size_t> named;
  bool recalled = false;
  bool personal = false;
};

// The orders in which the language knows them.
extern const std::vector<int64_t> kAgeDays;

// What is asked: positions.
struct Question {
  size_t peer = 0, item = 0, action = 0;
};

class PolicyWorkload {
 public:
  PolicyWorkload();

  const std::shared_ptr<const policy::Vocabulary>& vocabulary() const { return vocabulary_; }
  const policy::Registry& registry() const { return registry_; }
  const std::vector<PeerSpec>& peers() const { return peers_; }
  absl::Time now() const { return now_; }

  // `twisted`: a third of the rules use not, or, none of or only.
  static std::vector<RuleSpec> Rules(size_t count, bool twisted);
  // With so many embedded tests; they expect withhold, whatever comes.
  std::string Text(const std::vector<RuleSpec>& rules, size_t tests = 0) const;

  static std::vector<ItemSpec> Items(size_t count);
  policy::ItemRow Row(const ItemSpec& item) const;

  // Three quarters are about a peer and an item some permit may be meant for.
  std::vector<Question> Questions(size_t count, const std::vector<RuleSpec>& rules,
                                  const std::vector<ItemSpec>& items) const;
  policy::Request Ask(const Question& question, const ItemSpec& item) const;

  policy::Side SideOf(const policy::Policy& policy) const;
  static std::string ActionName(size_t action);

 private:
  std::string RuleText(const RuleSpec& rule) const;
  std::string ItemsText(const RuleSpec& rule) const;

  std::shared_ptr<const policy::Vocabulary> vocabulary_;
  std::vector<std::string> countries_, topics_, regions_;
  std::vector<PeerSpec> peers_;
  policy::Registry registry_;
  absl::Time now_;
};

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_POLICY_WORKLOAD_H_
