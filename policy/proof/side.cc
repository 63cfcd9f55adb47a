#include "policy/proof/side.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace fairway::policy {
namespace {

uint64_t Mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0xff51afd7ed558ccd;
  return hash ^ (hash >> 33);
}

// Equal cubes have equal hashes within one space; nothing else is made of them.
uint64_t HashOf(const Cube& cube) {
  uint64_t hash = 0x9e3779b97f4a7c15;
  for (const Literal& literal : cube.literals) {
    hash = Mix(hash, (uint64_t{literal.variable} << 8) | static_cast<uint64_t>(literal.test));
    hash = Mix(hash, reinterpret_cast<uintptr_t>(literal.mask));
  }
  return hash;
}

uint64_t HashOf(const DutyTerms& terms) {
  uint64_t hash = std::hash<FieldSet>()(terms.redact);
  hash = Mix(hash, terms.keep ? std::hash<FieldSet>()(*terms.keep) : 7);
  hash = Mix(hash, static_cast<uint64_t>(terms.hops.value_or(-1)));
  hash = Mix(hash, static_cast<uint64_t>(terms.expires_hours.value_or(-1)));
  hash = Mix(hash, static_cast<uint64_t>(terms.receipt_hours.value_or(-1)));
  hash = Mix(hash, static_cast<uint64_t>(terms.delay_hours.value_or(-1)));
  return Mix(hash, terms.hold_roles);
}

class TermTable {
 public:
  explicit TermTable(std::vector<DutyTerms>& terms) : terms_(terms) {}

  uint32_t Find(const DutyTerms& terms) {
    std::vector<uint32_t>& same = by_hash_[HashOf(terms)];
    for (uint32_t index : same) {
      if (terms_[index] == terms) return index;
    }
    same.push_back(static_cast<uint32_t>(terms_.size()));
    terms_.push_back(terms);
    return same.back();
  }

 private:
  std::vector<DutyTerms>& terms_;
  std::unordered_map<uint64_t, std::vector<uint32_t>> by_hash_;
};

class CubeTable {
 public:
  explicit CubeTable(const CubeIndex& cubes) : cubes_(cubes) {
    for (uint32_t i = 0; i < cubes.size(); ++i) by_hash_.emplace(HashOf(cubes[i]), i);
  }

  std::vector<uint32_t> Find(const Cube& cube) const {
    std::vector<uint32_t> equal;
    const auto [first, last] = by_hash_.equal_range(HashOf(cube));
    for (auto it = first; it != last; ++it) {
      if (cubes_[it->second] == cube) equal.push_back(it->second);
    }
    std::sort(equal.begin(), equal.end());
    return equal;
  }

 private:
  const CubeIndex& cubes_;
  std::unordered_multimap<uint64_t, uint32_t> by_hash_;
};

std::vector<std::vector<uint32_t>> EqualCubes(const CubeIndex& of, const CubeIndex& in) {
  const CubeTable table(in);
  std::vector<std::vector<uint32_t>> equal;
  equal.reserve(of.size());
  for (const Cube& cube : of.cubes()) equal.push_back(table.Find(cube));
  return equal;
}

}  // namespace

bool Side::AreRivals(uint32_t term, uint32_t other_term) const {
  // Fields beyond those of a vocabulary are in no duty, so they compare alike.
  const FieldSet all = FieldSet().set();
  return !terms[term].AtLeastAsGenerousAs(terms[other_term], all) &&
         !terms[other_term].AtLeastAsGenerousAs(terms[term], all);
}

bool Side::HasRivals() const {
  if (!any_rivals_) {
    std::vector<uint32_t> used = permit_terms;
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    any_rivals_ = std::any_of(used.begin(), used.end(), [&](uint32_t a) {
      return std::any_of(used.begin(), used.end(), [&](uint32_t b) { return AreRivals(a, b); });
    });
  }
  return *any_rivals_;
}

const std::vector<uint32_t>& Side::Rivals(uint32_t permit) const {
  static const auto* const kNone = new std::vector<uint32_t>();
  if (!HasRivals()) return *kNone;
  const auto [it, added] = rivals_.try_emplace(permit);
  if (!added) return it->second;
  Region region(*layout);
  if (!region.Assert(permits[permit])) return it->second;
  for (uint32_t other : permits.Meeting(region)) {
    if (AreRivals(permit_terms[permit], permit_terms[other])) it->second.push_back(other);
  }
  return it->second;
}

Side SideOf(Space& space, size_t side) {
  const Layout& layout = space.layout();
  Side result(layout);
  TermTable terms(result.terms);
  std::vector<Cube> permits, forbids, requires_;
  for (const CheckedRule& rule : space.side(side).rules) {
    std::optional<std::vector<Cube>> cubes = space.CubesOf(side, rule);
    if (!cubes) {
      result.too_hard = true;
      return result;
    }
    for (Cube& cube : *cubes) {
      switch (rule.kind) {
        case CheckedRule::Kind::kPermit:
          permits.push_back(std::move(cube));
          result.permit_terms.push_back(terms.Find(rule.duties));
          break;
        case CheckedRule::Kind::kForbid:
          forbids.push_back(std::move(cube));
          break;
        case CheckedRule::Kind::kRequire:
          requires_.push_back(std::move(cube));
          result.require_terms.push_back(terms.Find(rule.duties));
          break;
      }
    }
  }
  result.permits = CubeIndex(layout, std::move(permits));
  result.forbids = CubeIndex(layout, std::move(forbids));
  result.requires_ = CubeIndex(layout, std::move(requires_));
  return result;
}

Side SideForPeer(const Space& space, const Side& side, const Point& peer) {
  Side result(space.layout());
  result.terms = side.terms;
  result.too_hard = side.too_hard;
  const auto narrow = [&](const CubeIndex& from, const std::vector<uint32_t>* from_terms,
                          std::vector<uint32_t>* into_terms) {
    std::vector<Cube> cubes;
    for (size_t i = 0; i < from.size(); ++i) {
      std::optional<Cube> cube = space.ForPeer(from[i], peer);
      if (!cube) continue;
      cubes.push_back(*std::move(cube));
      if (from_terms != nullptr) into_terms->push_back((*from_terms)[i]);
    }
    return CubeIndex(space.layout(), std::move(cubes));
  };
  result.permits = narrow(side.permits, &side.permit_terms, &result.permit_terms);
  result.forbids = narrow(side.forbids, nullptr, nullptr);
  result.requires_ = narrow(side.requires_, &side.require_terms, &result.require_terms);
  return result;
}

Shared::Shared(const Side& here, const Side& there)
    : permits(EqualCubes(here.permits, there.permits)),
      requires_(EqualCubes(there.requires_, here.requires_)),
      permits_back(EqualCubes(there.permits, here.permits)) {
  for (const std::vector<uint32_t>& equal : EqualCubes(there.forbids, here.forbids)) {
    forbids.push_back(!equal.empty());
  }
}

}  // namespace fairway::policy
