#include "node/model/terms.h"

#include <algorithm>
#include <iterator>

namespace fairway::model {
namespace {

// The value both sides keep to: `pick` of two, or the only one there is.
template <typename T, typename Pick>
std::optional<T> Both(const std::optional<T>& a, const std::optional<T>& b, Pick pick) {
  if (!a.has_value()) return b;
  if (!b.has_value()) return a;
  return pick(*a, *b);
}

std::vector<std::string> InBoth(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::vector<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

}  // namespace

Terms Stricter(const Terms& a, const Terms& b) {
  const auto smaller = [](const auto& x, const auto& y) { return std::min(x, y); };
  const auto greater = [](const auto& x, const auto& y) { return std::max(x, y); };
  Terms stricter;
  stricter.hops = Both(a.hops, b.hops, smaller);
  stricter.expires = Both(a.expires, b.expires, smaller);
  stricter.tlp_floor = Both(a.tlp_floor, b.tlp_floor, greater);
  stricter.pap_floor = Both(a.pap_floor, b.pap_floor, greater);
  stricter.purpose = Both(a.purpose, b.purpose, InBoth);
  stricter.watermark = a.watermark || b.watermark;
  stricter.encrypt_at_rest = a.encrypt_at_rest || b.encrypt_at_rest;
  return stricter;
}

}  // namespace fairway::model
