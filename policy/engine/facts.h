#ifndef FAIRWAY_POLICY_ENGINE_FACTS_H_
#define FAIRWAY_POLICY_ENGINE_FACTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "policy/program/program.h"
#include "policy/program/world.h"

namespace fairway::policy {

// How the attributes that rules ask about lie in one run of words, names replaced by numbers.
// A single value is its position, a number itself, kUnknown if it is unknown. A set is a word that
// says what is known of it and then a bit per value.
class FactLayout {
 public:
  enum class Side { kPeer, kItem };
  static constexpr uint64_t kUnknown = ~uint64_t{0};
  // The first word of a set; a partial set also holds words the vocabulary does not know.
  static constexpr uint64_t kSetUnknown = 0;
  static constexpr uint64_t kSetKnown = 1;
  static constexpr uint64_t kSetPartial = 2;

  struct Slot {
    bool used = false;
    Vocabulary::Type type = Vocabulary::Type::kEnum;
    uint32_t offset = 0;
    uint32_t set_words = 0;  // of the members, behind the first word
    uint32_t values = 0;     // how many values the attribute can have; 0 for numbers
  };

  // For the attributes in `asked` that are of this side or of the context. `world` must outlive it.
  FactLayout(const World& world, Side side, const Bits& asked);

  const Slot& slot(size_t attribute) const { return slots_[attribute]; }

  // What is known, in one run of words. `own` is of this side; other names in it count for nothing.
  // `peer_id`: the peer's name, for the side of the peer.
  std::vector<uint64_t> Read(const Attributes& own, const Attributes& context,
                             std::optional<std::string_view> peer_id) const;

 private:
  using Positions = absl::flat_hash_map<absl::string_view, uint32_t>;

  void ReadSide(const Attributes& from, std::string_view prefix,
                std::vector<uint64_t>& facts) const;
  void ReadValue(size_t attribute, const Attributes::Value& value,
                 std::vector<uint64_t>& facts) const;
  std::optional<uint32_t> Position(size_t attribute, std::string_view value) const;

  std::string_view prefix_;  // "item."
  std::vector<Slot> slots_;  // by attribute of the vocabulary
  Positions attributes_;     // of used slots
  std::vector<Positions> values_;
  std::vector<size_t> values_of_;  // by attribute: index into values_
  std::optional<size_t> peer_id_;
  size_t words_ = 0;
};

// Does the condition hold over these facts? The same truth as Holds() of the evaluator over the
// request the facts were read from.
bool HoldsOver(const Condition& condition, const FactLayout& layout, const uint64_t* facts,
               bool unknown);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_FACTS_H_
