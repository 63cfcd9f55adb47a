#include "policy/engine/generosity.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <utility>

namespace fairway::policy {
namespace {

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

// Terms as numbers of which a smaller one is more generous, so that comparing one after the other
// puts every permit before those it is more generous than; behind them what tells apart permits
// that agree in all of these.
struct SortKey {
  std::array<int64_t, 13> terms;
  std::array<uint64_t, 2> visible;
  uint32_t hold_roles;
  PurposeSet use_for;
  uint32_t rule;
};

// No bound is the most generous, then the larger one.
template <typename T>
int64_t OfBound(const std::optional<T>& bound) {
  return bound ? -static_cast<int64_t>(*bound) : -kNone;
}

// No raise and no delay are the most generous, then the lower one.
template <typename T>
int64_t OfRaise(const std::optional<T>& raise) {
  return raise ? static_cast<int64_t>(*raise) : -1;
}

SortKey KeyOf(const DutyTerms& terms, const FieldSet& all, uint32_t rule) {
  static const FieldSet kLowWord(~uint64_t{0});
  const FieldSet visible = terms.Visible(all);
  const auto purposes = terms.use_for ? static_cast<int64_t>(terms.use_for->Members().size()) : 0;
  return SortKey{
      .terms = {-static_cast<int64_t>(visible.count()), OfBound(terms.hops),
                OfBound(terms.expires_hours), OfBound(terms.receipt_hours), OfRaise(terms.tlp),
                OfRaise(terms.pap), OfRaise(terms.delay_hours),
                static_cast<int64_t>(std::popcount(terms.hold_roles)),
                terms.use_for ? -purposes : -kNone, terms.watermark, terms.notify_originator,
                terms.encrypt_at_rest, terms.no_copy},
      .visible = {(visible & kLowWord).to_ullong(), (visible >> 64 & kLowWord).to_ullong()},
      .hold_roles = terms.hold_roles,
      .use_for = terms.use_for.value_or(PurposeSet()),
      .rule = rule};
}

}  // namespace

Generosity::Generosity(const Program& program) : program_(program) {
  static_assert(kMaxFields <= 128, "SortKey::visible has two words");
  std::vector<SortKey> keys;
  for (uint32_t i = 0; i < program.rules.size(); ++i) {
    if (program.rules[i].kind != CheckedRule::Kind::kPermit) continue;
    keys.push_back(KeyOf(program.rules[i].duties, program.all_fields, i));
  }
  std::sort(keys.begin(), keys.end(), [&](const SortKey& a, const SortKey& b) {
    if (a.terms != b.terms) return a.terms < b.terms;
    if (a.visible != b.visible) return a.visible < b.visible;
    if (a.hold_roles != b.hold_roles) return a.hold_roles < b.hold_roles;
    if (!(a.use_for == b.use_for)) return a.use_for.words() < b.use_for.words();
    return program.rules[a.rule].name < program.rules[b.rule].name;
  });
  permits_.reserve(keys.size());
  for (const SortKey& key : keys) permits_.push_back(key.rule);
  MakeClasses();
  Prepare();
}

void Generosity::MakeClasses() {
  const auto covers = [&](uint32_t a, uint32_t b) {
    return program_.rules[a].duties.AtLeastAsGenerousAs(program_.rules[b].duties,
                                                        program_.all_fields);
  };
  class_of_.reserve(permits_.size());
  for (size_t i = 0; i < permits_.size(); ++i) {
    const bool same =
        i > 0 && covers(permits_[i - 1], permits_[i]) && covers(permits_[i], permits_[i - 1]);
    if (!same) first_of_.push_back(permits_[i]);
    class_of_.push_back(static_cast<uint32_t>(first_of_.size() - 1));
  }
}

void Generosity::Prepare() {
  const size_t classes = first_of_.size();
  covers_all_behind_.assign(classes, false);
  if (classes > kMaxPrepared) return;
  std::vector<bool> covers(classes * classes);
  for (uint32_t a = 0; a < classes; ++a) {
    bool all = true;
    for (uint32_t b = a; b < classes; ++b) {
      const bool holds = a == b || Covers(a, b);
      covers[a * classes + b] = holds;
      all = all && holds;
    }
    covers_all_behind_[a] = all;
  }
  covers_ = std::move(covers);
}

bool Generosity::Covers(uint32_t first, uint32_t second) const {
  if (!covers_.empty()) return covers_[first * first_of_.size() + second];
  return program_.rules[first_of_[first]].duties.AtLeastAsGenerousAs(
      program_.rules[first_of_[second]].duties, program_.all_fields);
}

size_t Generosity::bytes() const {
  return (permits_.capacity() + class_of_.capacity() + first_of_.capacity()) * sizeof(uint32_t) +
         covers_.capacity() / 8 + covers_all_behind_.capacity() / 8;
}

}  // namespace fairway::policy
