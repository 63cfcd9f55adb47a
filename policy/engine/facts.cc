#include "policy/engine/facts.h"

#include <algorithm>
#include <string>

namespace fairway::policy {
namespace {

constexpr std::string_view kPeerId = "peer.id";
constexpr std::string_view kContextPrefix = "context.";

absl::string_view View(std::string_view s) { return absl::string_view(s.data(), s.size()); }

size_t WordsFor(size_t bits) { return (bits + 63) / 64; }

// Nothing: unknown.
using Truth = std::optional<bool>;

bool SetIntersects(const Bits& values, const uint64_t* set, size_t words) {
  const std::vector<uint64_t>& wanted = values.words();
  for (size_t w = 0; w < words && w < wanted.size(); ++w) {
    if ((wanted[w] & set[w]) != 0) return true;
  }
  return false;
}

bool SetHolds(const Bits& values, const uint64_t* set, size_t words) {
  const std::vector<uint64_t>& wanted = values.words();
  for (size_t w = 0; w < wanted.size(); ++w) {
    if ((wanted[w] & ~(w < words ? set[w] : 0)) != 0) return false;
  }
  return true;
}

bool SetIsInside(const uint64_t* set, size_t words, const Bits& values) {
  const std::vector<uint64_t>& allowed = values.words();
  for (size_t w = 0; w < words; ++w) {
    if ((set[w] & ~(w < allowed.size() ? allowed[w] : 0)) != 0) return false;
  }
  return true;
}

Truth EvaluateSet(const Atom& atom, const uint64_t* fact, size_t words) {
  if (*fact == FactLayout::kSetUnknown) return std::nullopt;
  const uint64_t* set = fact + 1;
  const bool partial = *fact == FactLayout::kSetPartial;
  const auto unless_partial = [&](bool truth) -> Truth {
    if (partial) return std::nullopt;
    return truth;
  };
  switch (atom.kind) {
    case Atom::Kind::kHasAny:
      return SetIntersects(atom.values, set, words) ? Truth(true) : unless_partial(false);
    case Atom::Kind::kHasAll:
      return SetHolds(atom.values, set, words) ? Truth(true) : unless_partial(false);
    case Atom::Kind::kHasNone:
      return SetIntersects(atom.values, set, words) ? Truth(false) : unless_partial(true);
    case Atom::Kind::kHasOnly:
      return SetIsInside(set, words, atom.values) ? unless_partial(true) : Truth(false);
    case Atom::Kind::kOneOf:
    case Atom::Kind::kRange:
    case Atom::Kind::kNotEqual:
      break;
  }
  return std::nullopt;
}

Truth Evaluate(const Atom& atom, const FactLayout::Slot& slot, const uint64_t* facts) {
  if (!slot.used) return std::nullopt;
  const uint64_t* fact = facts + slot.offset;
  if (slot.type == Vocabulary::Type::kSet) return EvaluateSet(atom, fact, slot.set_words);
  if (*fact == FactLayout::kUnknown) return std::nullopt;
  const auto number = static_cast<int64_t>(*fact);
  switch (atom.kind) {
    case Atom::Kind::kOneOf:
      return atom.values.Test(*fact);
    case Atom::Kind::kRange:
      return number >= atom.lowest && number <= atom.highest;
    case Atom::Kind::kNotEqual:
      return number != atom.lowest;
    default:
      return std::nullopt;
  }
}

}  // namespace

FactLayout::FactLayout(const World& world, Side side, const Bits& asked)
    : prefix_(side == Side::kPeer ? "peer." : "item.") {
  const auto attributes = world.vocabulary().attributes();
  slots_.resize(attributes.size());
  values_of_.resize(attributes.size());
  std::array<std::optional<size_t>, 2> shared;  // the names of peers, and of audiences
  for (size_t i = 0; i < attributes.size(); ++i) {
    const Vocabulary::Attribute& attribute = attributes[i];
    const std::string_view name = attribute.name;
    if (!asked.Test(i) || !(name.starts_with(prefix_) || name.starts_with(kContextPrefix))) {
      continue;
    }
    if (name == kPeerId) peer_id_ = i;
    Slot& slot = slots_[i];
    slot.used = true;
    slot.type = attribute.type;
    slot.offset = static_cast<uint32_t>(words_++);
    attributes_.emplace(View(name), static_cast<uint32_t>(i));
    if (attribute.type == Vocabulary::Type::kNumber) continue;
    const std::vector<std::string>& values = world.ValuesOf(i);
    slot.values = static_cast<uint32_t>(values.size());
    if (attribute.type == Vocabulary::Type::kSet) {
      slot.set_words = static_cast<uint32_t>(WordsFor(values.size()));
      words_ += slot.set_words;
    }
    std::optional<size_t>* same = nullptr;
    if (attribute.domain == Vocabulary::Domain::kPeers) same = &shared[0];
    if (attribute.domain == Vocabulary::Domain::kAudience) same = &shared[1];
    if (same != nullptr && same->has_value()) {
      values_of_[i] = **same;
      continue;
    }
    values_of_[i] = values_.size();
    if (same != nullptr) *same = values_.size();
    Positions& positions = values_.emplace_back();
    positions.reserve(values.size());
    for (size_t v = 0; v < values.size(); ++v) {
      positions.emplace(View(values[v]), static_cast<uint32_t>(v));
    }
  }
}

std::optional<uint32_t> FactLayout::Position(size_t attribute, std::string_view value) const {
  const Positions& positions = values_[values_of_[attribute]];
  const auto it = positions.find(View(value));
  if (it == positions.end()) return std::nullopt;
  return it->second;
}

void FactLayout::ReadValue(size_t attribute, const Attributes::Value& value,
                           std::vector<uint64_t>& facts) const {
  const Slot& slot = slots_[attribute];
  uint64_t* fact = &facts[slot.offset];
  if (slot.type == Vocabulary::Type::kNumber) {
    const int64_t* number = std::get_if<int64_t>(&value);
    if (number != nullptr && *number >= 0) *fact = static_cast<uint64_t>(*number);
  } else if (slot.type == Vocabulary::Type::kSet) {
    const auto* members = std::get_if<std::vector<std::string>>(&value);
    if (members == nullptr) return;
    *fact = kSetKnown;
    for (const std::string& member : *members) {
      if (const std::optional<uint32_t> at = Position(attribute, member)) {
        fact[1 + *at / 64] |= uint64_t{1} << (*at % 64);
      } else {
        *fact = kSetPartial;
      }
    }
  } else if (const auto* symbol = std::get_if<std::string>(&value)) {
    if (const std::optional<uint32_t> at = Position(attribute, *symbol)) *fact = *at;
  }
}

void FactLayout::ReadSide(const Attributes& from, std::string_view prefix,
                          std::vector<uint64_t>& facts) const {
  for (const auto& [name, value] : from.all()) {
    if (!std::string_view(name).starts_with(prefix)) continue;
    const auto it = attributes_.find(View(name));
    if (it != attributes_.end()) ReadValue(it->second, value, facts);
  }
}

std::vector<uint64_t> FactLayout::Read(const Attributes& own, const Attributes& context,
                                       std::optional<std::string_view> peer_id) const {
  std::vector<uint64_t> facts(words_, 0);
  for (const Slot& slot : slots_) {
    if (slot.used && slot.type != Vocabulary::Type::kSet) facts[slot.offset] = kUnknown;
  }
  ReadSide(own, prefix_, facts);
  ReadSide(context, kContextPrefix, facts);
  // Who asks is what the caller says, not an attribute.
  if (peer_id_ && peer_id) {
    const std::optional<uint32_t> at = Position(*peer_id_, *peer_id);
    facts[slots_[*peer_id_].offset] = at ? *at : kUnknown;
  }
  return facts;
}

bool HoldsOver(const Condition& condition, const FactLayout& layout, const uint64_t* facts,
               bool unknown) {
  const auto holds = [&](const Condition& child) {
    return HoldsOver(child, layout, facts, unknown);
  };
  switch (condition.kind) {
    case Condition::Kind::kTrue:
      return true;
    case Condition::Kind::kAtom:
      return Evaluate(condition.atom, layout.slot(condition.atom.attribute), facts)
          .value_or(unknown);
    case Condition::Kind::kAnd:
      return std::all_of(condition.children.begin(), condition.children.end(), holds);
    case Condition::Kind::kOr:
      return std::any_of(condition.children.begin(), condition.children.end(), holds);
    case Condition::Kind::kNot:
      return !HoldsOver(condition.children.front(), layout, facts, !unknown);
  }
  return unknown;
}

}  // namespace fairway::policy
