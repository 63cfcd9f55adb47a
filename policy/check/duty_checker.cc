#include "policy/check/duty_checker.h"

#include <set>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/check/condition_checker.h"
#include "policy/language/suggest.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

using Kind = ast::Duty::Kind;

class DutyChecker {
 public:
  DutyChecker(const Vocabulary& vocabulary, DiagnosticSink& sink)
      : vocabulary_(vocabulary), fields_(*vocabulary.fields()), sink_(sink) {}

  std::optional<CheckedDuties> Run(const std::vector<ast::Duty>& duties) {
    for (const ast::Duty& duty : duties) {
      if (!seen_.insert(duty.kind).second && duty.kind != Kind::kRedact) {
        Error("E110", duty.at, "the same duty is written twice", "keep the stricter one");
      }
      One(duty);
    }
    if (checked_.in_full && duties.size() > 1) {
      Error("E110", duties.front().at, "'in full' cannot stand beside other duties",
            "leave out 'in full'");
    }
    if (!ok_) return std::nullopt;
    return checked_;
  }

 private:
  void Error(std::string_view code, const Place& at, std::string message, std::string help = {}) {
    ok_ = false;
    sink_.Error(code, at, std::move(message), std::move(help));
  }

  void One(const ast::Duty& duty) {
    DutyTerms& terms = checked_.terms;
    switch (duty.kind) {
      case Kind::kInFull:
        checked_.in_full = true;
        break;
      case Kind::kRedact:
        terms.redact |= Redacted(duty);
        break;
      case Kind::kKeepOnly:
        terms.keep = Kept(duty);
        break;
      case Kind::kStripSource:
        terms.strip_source = true;
        terms.redact |= fields_.Matching("source.*");
        break;
      case Kind::kHops:
        Hops(duty);
        break;
      case Kind::kExpiresAfter:
        terms.expires_hours = Duration(duty);
        break;
      case Kind::kReceiptWithin:
        terms.receipt_hours = Duration(duty);
        break;
      case Kind::kRaiseTlp:
        terms.tlp = Level("item.tlp", duty.level);
        break;
      case Kind::kRaisePap:
        terms.pap = Level("item.pap", duty.level);
        break;
    }
  }

  FieldSet Lookup(const ast::Word& field) {
    const FieldSet found = fields_.Matching(field.text);
    if (found.none()) {
      Error("E108", field.at, absl::StrCat("there is no item field '", field.text, "'"),
            sink_.full() ? "" : Suggest(field.text, fields_.names()));
    }
    return found;
  }

  FieldSet Redacted(const ast::Duty& duty) {
    const size_t title = *fields_.Find(kTitleField);
    FieldSet redacted;
    for (const ast::Word& field : duty.fields) {
      const FieldSet found = Lookup(field);
      if (found.test(title)) {
        Error("E109", field.at, "the title cannot be left out: every item shows its title",
              "if the title must not be seen, do not permit the item");
      }
      redacted |= found;
    }
    return redacted;
  }

  FieldSet Kept(const ast::Duty& duty) {
    FieldSet kept;
    for (const ast::Word& field : duty.fields) kept |= Lookup(field);
    if (ok_ && !kept.test(*fields_.Find(kTitleField))) {
      Error("E109", duty.at, "'keep only' leaves out the title: every item shows its title",
            "add title to the fields that are kept");
    }
    return kept;
  }

  void Hops(const ast::Duty& duty) {
    int hops = 0;
    if (!absl::SimpleAtoi(duty.number.text, &hops) || hops > kMaxHops) {
      Error("E106", duty.number.at, absl::StrCat("hops goes from 0 to ", kMaxHops));
      return;
    }
    checked_.terms.hops = hops;
  }

  std::optional<int64_t> Duration(const ast::Duty& duty) {
    const std::optional<int64_t> hours = HoursOf(duty.number, duty.unit);
    if (hours && *hours >= 1 && *hours <= int64_t{kMaxDurationDays} * 24) return hours;
    Error("E106", duty.number.at,
          absl::StrCat("a duration goes from 1 hour to ", kMaxDurationDays, " days"));
    return std::nullopt;
  }

  std::optional<size_t> Level(std::string_view attribute, const ast::Word& level) {
    const Vocabulary::Attribute* order = vocabulary_.attribute(attribute);
    const std::optional<size_t> index = order->IndexOf(level.text);
    if (!index) {
      Error("E102", level.at,
            absl::StrCat("'", level.text, "' is not a value of ", std::string(attribute)),
            sink_.full() ? "" : Suggest(level.text, order->values));
    }
    return index;
  }

  const Vocabulary& vocabulary_;
  const Fields& fields_;
  DiagnosticSink& sink_;
  std::set<Kind> seen_;
  CheckedDuties checked_;
  bool ok_ = true;
};

}  // namespace

std::optional<CheckedDuties> CheckDuties(const std::vector<ast::Duty>& duties,
                                         const Vocabulary& vocabulary, DiagnosticSink& sink) {
  return DutyChecker(vocabulary, sink).Run(duties);
}

}  // namespace fairway::policy
