#ifndef FAIRWAY_POLICY_ENGINE_SIDE_INDEX_H_
#define FAIRWAY_POLICY_ENGINE_SIDE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policy/engine/facts.h"
#include "policy/program/program.h"

namespace fairway::policy {

// One side (peer or item) of the conditions of all rules, turned into rows of bits: for each value
// that some rule mentions, which rules can match it. What does not fit rows is a list of checks.
class SideIndex {
 public:
  struct Rule {
    uint32_t position = 0;  // of its bit
    const Condition* condition = nullptr;
    bool unknown = false;         // what an unknown counts as
    const Bits* peers = nullptr;  // `to peer …`: the registered peers meant
    bool unregistered = false;    // and whether a peer that is not registered counts as meant
  };

  // At most kMaxCuts different bounds of a number have rows of their own; conditions with others
  // are checked one by one.
  static constexpr size_t kMaxCuts = 1024;
  // How many conditions like `has any of` over the same attribute one rule may have in rows.
  static constexpr size_t kMaxLayers = 3;

  // `layout` and the conditions must outlive it; `bits` is how many bits a row has. `peers` is how
  // many are registered.
  SideIndex(const FactLayout& layout, const std::vector<Rule>& rules, size_t bits, size_t peers);

  // Clears in `rules` (of `bits` bits) every rule whose condition does not hold, exactly.
  // `registered`: the peer's position, for the side of the peer.
  void Cut(const std::vector<uint64_t>& facts, std::optional<uint32_t> registered,
           std::span<uint64_t> rules) const;

  size_t bytes() const;

 private:
  friend class SideIndexBuilder;

  using Row = uint32_t;  // position of its first word in rows_, in rows
  static constexpr Row kNoRow = ~Row{0};

  // Single values and numbers: exactly one row holds.
  struct Single {
    uint32_t offset = 0;  // into the facts; kRegistered: the peer
    bool number = false;
    std::vector<int64_t> cuts;  // numbers: value v is in bucket "how many cuts are <= v"
    std::vector<Row> row_of;    // by value or bucket
    Row unknown = 0;
  };
  // Sets: a rule holds if it does not ask (`base`) or one of the members has its bit.
  struct AnyOf {
    uint32_t offset = 0;
    uint32_t words = 0;
    Row base = 0;
    std::vector<Row> row_of;  // kNoRow: no rule mentions the value
    Row unknown = 0;          // rules that hold if nobody knows
  };
  // Sets: a rule fails if one of the members has its bit.
  struct NoneOf {
    uint32_t offset = 0;
    uint32_t words = 0;
    std::vector<Row> row_of;
    Row unknown = 0;  // rules that fail if nobody knows
  };
  struct Check {
    uint32_t rule = 0;
    const Condition* condition = nullptr;
    bool negated = false;
    bool unknown = false;
  };

  static constexpr uint32_t kRegistered = ~uint32_t{0};

  const uint64_t* row(Row r) const { return rows_.data() + size_t{r} * row_words_; }
  Row RowOf(const Single& single, const std::vector<uint64_t>& facts,
            std::optional<uint32_t> registered) const;
  void CutSets(const std::vector<uint64_t>& facts, std::span<uint64_t> rules) const;
  void CutChecked(const std::vector<uint64_t>& facts, std::span<uint64_t> rules) const;

  const FactLayout& layout_;
  size_t row_words_ = 0;
  std::vector<uint64_t> rows_;
  std::vector<Single> singles_;
  std::vector<AnyOf> any_of_;
  std::vector<NoneOf> none_of_;
  std::vector<Check> checks_;  // by rule
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_SIDE_INDEX_H_
