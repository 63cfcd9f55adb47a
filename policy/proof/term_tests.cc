#include "policy/proof/term_tests.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairway::policy {
namespace {

using Test = std::function<bool(const DutyTerms&)>;

GoodTerms Where(const Side& side, const Test& test) {
  GoodTerms good;
  for (const DutyTerms& terms : side.terms) good.push_back(test(terms));
  return good;
}

FieldSet EveryField() { return FieldSet().set(); }

class TestList {
 public:
  TestList(const Side& before, const Side& after) : before_(before), after_(after) {}

  void Add(std::string name, const Test& test, std::optional<int64_t> hops = std::nullopt) {
    TermTest added{std::move(name), Where(before_, test), Where(after_, test), hops};
    const bool all_good =
        std::all_of(added.before.begin(), added.before.end(), [](bool good) { return good; });
    // Nothing before is worse than this: nothing can have become better.
    if (all_good) return;
    if (!hops && !seen_.emplace(added.before, added.after).second) return;
    tests_.push_back(std::move(added));
  }

  // One test for each bound of before: is it wider than that?
  template <typename T>
  void AddWider(const std::string& name, std::optional<T> DutyTerms::*bound, bool is_hops) {
    std::set<T> bounds;
    for (const DutyTerms& terms : before_.terms) {
      if (terms.*bound) bounds.insert(*(terms.*bound));
    }
    for (T value : bounds) {
      const auto wider = [&](const DutyTerms& terms) {
        return !(terms.*bound) || *(terms.*bound) > value;
      };
      Add(name, wider, is_hops ? std::optional<int64_t>(int64_t{value} + 1) : std::nullopt);
    }
  }
  // The same for what is wider if it is smaller: a raise, a delay.
  template <typename T>
  void AddLower(const std::string& name, std::optional<T> DutyTerms::*bound) {
    std::set<T> bounds;
    for (const DutyTerms& terms : before_.terms) {
      if (terms.*bound) bounds.insert(*(terms.*bound));
    }
    for (T value : bounds) {
      Add(name, [&](const DutyTerms& terms) { return !(terms.*bound) || *(terms.*bound) < value; });
    }
  }
  void AddFlag(const std::string& name, bool DutyTerms::*flag) {
    Add(name, [&](const DutyTerms& terms) { return !(terms.*flag); });
  }

  std::vector<TermTest> Take() { return std::move(tests_); }

 private:
  const Side& before_;
  const Side& after_;
  std::set<std::pair<GoodTerms, GoodTerms>> seen_;
  std::vector<TermTest> tests_;
};

std::string DurationText(const std::optional<absl::Duration>& duration) {
  return duration ? absl::FormatDuration(*duration) : "no bound";
}

}  // namespace

uint32_t NeedsOf(const DutyTerms& terms) {
  return (terms.receipt_hours ? kNeedsReceipts : 0) |
         (terms.encrypt_at_rest ? kNeedsEncryption : 0) | (terms.no_copy ? kNeedsNoCopy : 0);
}

GoodTerms TermsKeptWithout(const Side& side, uint32_t lacking) {
  return Where(side, [&](const DutyTerms& terms) { return (NeedsOf(terms) & lacking) == 0; });
}

GoodTerms TermsShowing(const Side& side, size_t field) {
  return Where(side,
               [&](const DutyTerms& terms) { return terms.Visible(EveryField()).test(field); });
}

GoodTerms Both(const GoodTerms& a, const GoodTerms& b) {
  GoodTerms both;
  for (size_t i = 0; i < a.size(); ++i) both.push_back(a[i] && b[i]);
  return both;
}

std::vector<TermTest> TermTests(const Side& before, const Side& after,
                                const Vocabulary& vocabulary) {
  TestList list(before, after);
  const std::vector<std::string>& fields = vocabulary.fields()->names();
  for (size_t field = 0; field < fields.size(); ++field) {
    list.Add(fields[field],
             [&](const DutyTerms& terms) { return terms.Visible(EveryField()).test(field); });
  }
  list.AddWider("hops", &DutyTerms::hops, true);
  list.AddWider("expires after", &DutyTerms::expires_hours, false);
  list.AddWider("receipt within", &DutyTerms::receipt_hours, false);
  list.AddLower("raise tlp", &DutyTerms::tlp);
  list.AddLower("raise pap", &DutyTerms::pap);
  list.AddLower("delay", &DutyTerms::delay_hours);
  for (size_t role = 0; role < vocabulary.roles().size(); ++role) {
    list.Add("hold for",
             [&](const DutyTerms& terms) { return ((terms.hold_roles >> role) & 1) == 0; });
  }
  if (const Vocabulary::Attribute* purpose = vocabulary.attribute("item.purpose")) {
    for (size_t value = 0; value < purpose->values.size(); ++value) {
      list.Add("use for", [&](const DutyTerms& terms) {
        return !terms.use_for || terms.use_for->Test(value);
      });
    }
  }
  list.Add("use for", [](const DutyTerms& terms) { return !terms.use_for; });
  list.AddFlag("watermark", &DutyTerms::watermark);
  list.AddFlag("notify originator", &DutyTerms::notify_originator);
  list.AddFlag("encrypt at rest", &DutyTerms::encrypt_at_rest);
  list.AddFlag("no copy", &DutyTerms::no_copy);
  return list.Take();
}

std::vector<std::string> Loosened(const Duties& before, const Duties& after,
                                  const Vocabulary& vocabulary) {
  std::vector<std::string> found;
  const auto changed = [&](std::string_view name, const std::string& from, const std::string& to) {
    found.push_back(absl::StrCat(std::string(name), " ", from, " -> ", to));
  };
  const auto wider = [](const auto& from, const auto& to) { return from && (!to || *to > *from); };
  const auto number = [](const std::optional<int>& value) {
    return value ? absl::StrCat(*value) : "no bound";
  };
  if (wider(before.hops, after.hops)) changed("hops", number(before.hops), number(after.hops));
  if (wider(before.expires_after, after.expires_after)) {
    changed("expires after", DurationText(before.expires_after), DurationText(after.expires_after));
  }
  if (wider(before.receipt_within, after.receipt_within)) {
    changed("receipt within", DurationText(before.receipt_within),
            DurationText(after.receipt_within));
  }
  if (before.delay && (!after.delay || *after.delay < *before.delay)) {
    changed("delay", DurationText(before.delay), after.delay ? DurationText(after.delay) : "none");
  }
  const auto raise = [&](std::string_view name, std::string_view attribute,
                         const std::optional<std::string>& from,
                         const std::optional<std::string>& to) {
    const Vocabulary::Attribute& order = *vocabulary.attribute(attribute);
    if (!from || (to && *order.IndexOf(*to) >= *order.IndexOf(*from))) return;
    changed(name, *from, to.value_or("as it is"));
  };
  raise("raise tlp to", "item.tlp", before.raise_tlp, after.raise_tlp);
  raise("raise pap to", "item.pap", before.raise_pap, after.raise_pap);
  for (const std::string& role : before.hold_for) {
    if (!after.hold_for.contains(role)) changed("hold for", role, "nobody");
  }
  if (before.use_for &&
      (!after.use_for || !std::includes(before.use_for->begin(), before.use_for->end(),
                                        after.use_for->begin(), after.use_for->end()))) {
    const auto shown = [](const std::optional<std::set<std::string>>& purposes) {
      return purposes ? absl::StrCat("{ ", absl::StrJoin(*purposes, ", "), " }") : "anything";
    };
    changed("use for", shown(before.use_for), shown(after.use_for));
  }
  const auto flag = [&](std::string_view name, bool from, bool to) {
    if (from && !to) changed(name, "yes", "no");
  };
  flag("watermark", before.watermark, after.watermark);
  flag("notify originator", before.notify_originator, after.notify_originator);
  flag("encrypt at rest", before.encrypt_at_rest, after.encrypt_at_rest);
  flag("no copy", before.no_copy, after.no_copy);
  return found;
}

std::vector<std::string> ShownFields(const Duties& duties, const Vocabulary& vocabulary) {
  std::vector<std::string> shown;
  for (const std::string& name : vocabulary.fields()->names()) {
    if (duties.redact.contains(name)) continue;
    if (duties.keep_only && !duties.keep_only->contains(name)) continue;
    shown.push_back(name);
  }
  return shown;
}

}  // namespace fairway::policy
