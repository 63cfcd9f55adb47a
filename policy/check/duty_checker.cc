#include "policy/check/duty_checker.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/language/suggest.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

using Kind = ast::Duty::Kind;

class DutyChecker {
 public:
  DutyChecker(const World& world, ConditionChecker& conditions, DiagnosticSink& sink)
      : vocabulary_(world.vocabulary()),
        fields_(*world.vocabulary().fields()),
        conditions_(conditions),
        sink_(sink) {}

  std::optional<CheckedDuties> Run(const std::vector<ast::Duty>& duties) {
    for (const ast::Duty& duty : duties) {
      if (!seen_.insert(duty.kind).second && !AddsUp(duty.kind)) {
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
  // Duties that may stand more than once, each time with something else.
  static bool AddsUp(Kind kind) {
    return kind == Kind::kRedact || kind == Kind::kGeneralise || kind == Kind::kHoldFor;
  }

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
      case Kind::kGeneralise:
        terms.redact |= Generalised(duty);
        break;
      case Kind::kDelay:
        terms.delay_hours = Duration(duty);
        break;
      case Kind::kHoldFor:
        HoldFor(duty);
        break;
      case Kind::kUseFor:
        terms.use_for = Purposes(duty);
        break;
      case Kind::kWatermark:
        terms.watermark = true;
        break;
      case Kind::kNotifyOriginator:
        terms.notify_originator = true;
        break;
      case Kind::kEncryptAtRest:
        terms.encrypt_at_rest = true;
        break;
      case Kind::kNoCopy:
        terms.no_copy = true;
        break;
    }
  }

  FieldSet Lookup(const ast::Word& field) {
    const auto found = FindFields(vocabulary_, {field}, sink_);
    ok_ = ok_ && found.has_value();
    return found.value_or(FieldSet());
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

  // Everything declared under the family but the one field that stays.
  FieldSet Generalised(const ast::Duty& duty) {
    const ast::Word& family = duty.fields.front();
    FieldSet redacted = fields_.Matching(absl::StrCat(family.text, ".*"));
    const auto stays = fields_.Find(absl::StrCat(family.text, ".", duty.level.text));
    if (redacted.none()) {
      Error("E108", family.at, absl::StrCat("there are no item fields '", family.text, ".…'"),
            "generalise takes a family and the field of it that stays: generalise location to "
            "region");
    } else if (!stays) {
      std::vector<std::string> members;
      for (size_t i = 0; i < fields_.size(); ++i) {
        const std::string& name = fields_.names()[i];
        if (redacted.test(i) && !name.ends_with(".*")) {
          members.push_back(name.substr(family.text.size() + 1));
        }
      }
      Error("E108", duty.level.at,
            absl::StrCat("there is no item field '", family.text, ".", duty.level.text, "'"),
            sink_.full() ? "" : Suggest(duty.level.text, members));
    } else {
      redacted.reset(*stays);
    }
    return redacted;
  }

  void HoldFor(const ast::Duty& duty) {
    const auto role = FindRole(vocabulary_, duty.level, sink_);
    ok_ = ok_ && role.has_value();
    if (role) checked_.terms.hold_roles |= uint32_t{1} << *role;
  }

  std::optional<PurposeSet> Purposes(const ast::Duty& duty) {
    const auto purpose = vocabulary_.IndexOfAttribute("item.purpose");
    if (!purpose || vocabulary_.attributes()[*purpose].type != Vocabulary::Type::kSet) {
      Error("E101", duty.at, "the profile of this node has no set 'item.purpose'",
            "'use for' takes its words from there");
      return std::nullopt;
    }
    const std::optional<Bits> found = conditions_.Values(duty.purposes, *purpose);
    ok_ = ok_ && found.has_value();
    if (!found) return std::nullopt;
    if (found->Empty()) {
      Error("E126", duty.purposes.at, "'use for' nothing: the copy could not be used at all",
            "name a purpose, or do not permit the item");
    }
    PurposeSet purposes;
    for (size_t each : found->Members()) purposes.Set(each);
    return purposes;
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
  ConditionChecker& conditions_;
  DiagnosticSink& sink_;
  std::set<Kind> seen_;
  CheckedDuties checked_;
  bool ok_ = true;
};

}  // namespace

std::optional<CheckedDuties> CheckDuties(const std::vector<ast::Duty>& duties, const World& world,
                                         ConditionChecker& conditions, DiagnosticSink& sink) {
  return DutyChecker(world, conditions, sink).Run(duties);
}

std::optional<FieldSet> FindFields(const Vocabulary& vocabulary,
                                   const std::vector<ast::Word>& fields, DiagnosticSink& sink) {
  FieldSet all;
  bool ok = true;
  for (const ast::Word& field : fields) {
    const FieldSet found = vocabulary.fields()->Matching(field.text);
    all |= found;
    if (found.any()) continue;
    ok = false;
    sink.Error("E108", field.at, absl::StrCat("there is no item field '", field.text, "'"),
               sink.full() ? "" : Suggest(field.text, vocabulary.fields()->names()));
  }
  if (!ok) return std::nullopt;
  return all;
}

std::optional<size_t> FindRole(const Vocabulary& vocabulary, const ast::Word& role,
                               DiagnosticSink& sink) {
  const std::vector<std::string>& roles = vocabulary.roles();
  const auto it = std::find(roles.begin(), roles.end(), role.text);
  if (it != roles.end()) return static_cast<size_t>(it - roles.begin());
  sink.Error("E102", role.at, absl::StrCat("there is no role '", role.text, "'"),
             sink.full() ? "" : Suggest(role.text, roles));
  return std::nullopt;
}

}  // namespace fairway::policy
