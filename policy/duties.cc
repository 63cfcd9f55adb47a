#include "policy/duties.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairway::policy {
namespace {

constexpr std::string_view kSourcePrefix = "source.";

std::string InBraces(const std::set<std::string>& names) {
  return names.empty() ? "{ }" : absl::StrCat("{ ", absl::StrJoin(names, ", "), " }");
}

std::string DurationText(absl::Duration duration) {
  const int64_t hours = absl::ToInt64Hours(duration);
  if (hours % 24 == 0 && hours != 24) return absl::StrCat(hours / 24, " days");
  return absl::StrCat(hours, " hours");
}

template <typename T>
std::optional<T> Smaller(const std::optional<T>& a, const std::optional<T>& b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

template <typename T>
std::optional<T> Larger(const std::optional<T>& a, const std::optional<T>& b) {
  if (!a) return b;
  if (!b) return a;
  return std::max(*a, *b);
}

std::optional<std::string> Higher(const std::optional<std::string>& a,
                                  const std::optional<std::string>& b,
                                  const std::vector<std::string>& order) {
  if (!a) return b;
  if (!b) return a;
  const auto rank = [&](const std::string& x) {
    return std::find(order.begin(), order.end(), x) - order.begin();
  };
  return rank(*a) >= rank(*b) ? a : b;
}

std::optional<std::set<std::string>> Both(const std::optional<std::set<std::string>>& a,
                                          const std::optional<std::set<std::string>>& b) {
  if (!a) return b;
  if (!b) return a;
  std::set<std::string> both;
  std::set_intersection(a->begin(), a->end(), b->begin(), b->end(),
                        std::inserter(both, both.begin()));
  return both;
}

}  // namespace

bool Duties::Releases(std::string_view part_label) const {
  if (fields == nullptr) return false;
  const std::optional<size_t> field = fields->OfLabel(part_label);
  if (!field) return false;
  const std::string& name = fields->names()[*field];
  if (strip_source && name.starts_with(kSourcePrefix)) return false;
  if (keep_only && !keep_only->contains(name)) return false;
  return !redact.contains(name);
}

std::string Duties::ToText() const {
  std::vector<std::string> parts;
  std::set<std::string> shown = redact;
  if (strip_source) {
    parts.push_back("strip source");
    std::erase_if(shown, [](const std::string& name) { return name.starts_with(kSourcePrefix); });
  }
  if (!shown.empty()) parts.push_back(absl::StrCat("redact ", InBraces(shown)));
  if (keep_only) parts.push_back(absl::StrCat("keep only ", InBraces(*keep_only)));
  if (receipt_within) {
    parts.push_back(absl::StrCat("receipt within ", DurationText(*receipt_within)));
  }
  if (hops) parts.push_back(absl::StrCat("hops ", *hops));
  if (expires_after) parts.push_back(absl::StrCat("expires after ", DurationText(*expires_after)));
  if (raise_tlp) parts.push_back(absl::StrCat("raise tlp to ", *raise_tlp));
  if (raise_pap) parts.push_back(absl::StrCat("raise pap to ", *raise_pap));
  if (delay) parts.push_back(absl::StrCat("delay ", DurationText(*delay)));
  for (const std::string& role : hold_for) parts.push_back(absl::StrCat("hold for ", role));
  if (use_for) parts.push_back(absl::StrCat("use for ", InBraces(*use_for)));
  if (watermark) parts.emplace_back("watermark");
  if (notify_originator) parts.emplace_back("notify originator");
  if (encrypt_at_rest) parts.emplace_back("encrypt at rest");
  if (no_copy) parts.emplace_back("no copy");
  return parts.empty() ? "in full" : absl::StrJoin(parts, "; ");
}

Duties Strictest(const Duties& a, const Duties& b, const std::vector<std::string>& tlp_order,
                 const std::vector<std::string>& pap_order) {
  Duties result;
  if (a.fields != nullptr && b.fields != nullptr) result.fields = a.fields;
  result.redact = a.redact;
  result.redact.insert(b.redact.begin(), b.redact.end());
  result.keep_only = Both(a.keep_only, b.keep_only);
  result.strip_source = a.strip_source || b.strip_source;
  result.hops = Smaller(a.hops, b.hops);
  result.expires_after = Smaller(a.expires_after, b.expires_after);
  result.receipt_within = Smaller(a.receipt_within, b.receipt_within);
  result.raise_tlp = Higher(a.raise_tlp, b.raise_tlp, tlp_order);
  result.raise_pap = Higher(a.raise_pap, b.raise_pap, pap_order);
  result.delay = Larger(a.delay, b.delay);
  result.hold_for = a.hold_for;
  result.hold_for.insert(b.hold_for.begin(), b.hold_for.end());
  result.use_for = Both(a.use_for, b.use_for);
  result.watermark = a.watermark || b.watermark;
  result.notify_originator = a.notify_originator || b.notify_originator;
  result.encrypt_at_rest = a.encrypt_at_rest || b.encrypt_at_rest;
  result.no_copy = a.no_copy || b.no_copy;
  return result;
}

}  // namespace fairway::policy
