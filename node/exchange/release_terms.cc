#include "node/exchange/release_terms.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string_view>
#include <utility>

#include "node/model/audience.h"
#include "node/model/draft.h"
#include "node/model/enums.h"
#include "node/model/labels.h"

namespace fairway::exchange {
namespace {

namespace label = model::label;

// A value shorter than this is found in any text by chance.
constexpr size_t kMinMentionBytes = 4;

bool GoesToEverybody(const model::ItemView& view) {
  const std::optional<std::string> text = view.Text(label::kAudience);
  if (!text.has_value()) return false;
  const absl::StatusOr<model::Audience> audience = model::DecodeAudience(*text);
  if (!audience.ok() || !audience->not_releasable_to.empty()) return false;
  return std::any_of(audience->releasable_to.begin(), audience->releasable_to.end(),
                     [](const model::AudienceMember& member) {
                       return member.kind == model::AudienceMember::Kind::kAnyMember;
                     });
}

uint32_t HopsFor(const authz::ItemFacts& facts, bool own, const policy::Duties& duties) {
  const model::ItemView& view = facts.view;
  if (view.tlp() >= model::Tlp::kAmberStrict) return 0;
  if (view.body.onward != model::Onward::kCommunity && view.body.onward != model::Onward::kAny) {
    return 0;
  }
  const uint32_t duty =
      duties.hops.has_value() ? static_cast<uint32_t>(std::max(*duties.hops, 0)) : UINT32_MAX;
  if (own) {
    if (!GoesToEverybody(view)) return 0;
    return duties.hops.has_value() ? duty : kDefaultHops;
  }
  const uint32_t left = view.terms.hops.value_or(0);
  return left == 0 ? 0 : std::min(duty, left - 1);
}

absl::Time WholeSecond(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }

// Lower case letters and digits alone: "MSC  Aurora" and "msc aurora" are one name, "KAA-123X" and
// "KAA 123X" one plate. Bytes of other scripts stay as they are.
std::string Folded(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) {
      folded.push_back(static_cast<char>(std::tolower(byte)));
    }
  }
  return folded;
}

// The mark of a number that nobody could check is ours; a text that mentions the number lacks it.
std::string_view WithoutMark(std::string_view value) {
  if (value.ends_with(model::kUncheckedMark)) value.remove_suffix(model::kUncheckedMark.size());
  return value;
}

bool NamesSomething(std::string_view base) {
  return base == label::kPersonName || base == label::kPlate || base == label::kImo ||
         base == label::kContainer || base == label::kOfficerName ||
         base == label::kOfficerContact || base == label::kSourceIdentity ||
         base == label::kSourceContact;
}

}  // namespace

std::optional<model::Terms> TermsFor(const authz::ItemFacts& facts, const model::AuthorityId& self,
                                     const policy::Duties& duties, absl::Time now) {
  const bool own = facts.view.body.origin == self;
  model::Terms terms;
  if (duties.expires_after.has_value()) terms.expires = WholeSecond(now + *duties.expires_after);
  if (duties.raise_tlp.has_value()) {
    const absl::StatusOr<model::Tlp> floor = model::ParseTlp(*duties.raise_tlp);
    if (!floor.ok()) return std::nullopt;
    terms.tlp_floor = *floor;
  }
  if (duties.raise_pap.has_value()) {
    const absl::StatusOr<model::Pap> floor = model::ParsePap(*duties.raise_pap);
    if (!floor.ok()) return std::nullopt;
    terms.pap_floor = *floor;
  }
  if (duties.use_for.has_value()) {
    terms.purpose = std::vector<std::string>(duties.use_for->begin(), duties.use_for->end());
  }
  terms.watermark = duties.watermark;
  terms.encrypt_at_rest = duties.encrypt_at_rest;
  model::Terms floor = facts.view.terms;
  if (own) {
    floor = model::Terms{};
    floor.purpose = facts.view.Set(label::kPurpose);
  }
  terms = model::Stricter(terms, floor);
  terms.hops = HopsFor(facts, own, duties);
  return terms;
}

bool AtLeastAsStrict(const model::Terms& kept, const model::Terms& wanted) {
  return model::Stricter(kept, wanted) == kept;
}

std::vector<std::string> ResidualMentions(const std::vector<model::Part>& parts,
                                          const std::vector<std::string>& released_labels) {
  std::vector<const model::Part*> staying;
  std::vector<const model::Part*> released;
  for (const model::Part& part : parts) {
    const absl::StatusOr<model::Label> parsed = model::ParseLabel(part.label);
    if (!parsed.ok()) continue;
    if (std::binary_search(released_labels.begin(), released_labels.end(), part.label)) {
      released.push_back(&part);
    } else if (NamesSomething(parsed->base)) {
      staying.push_back(&part);
    }
  }
  std::vector<std::string> mentioned;
  if (staying.empty()) return mentioned;  // mostly: then no text is looked at
  std::string going;
  for (const model::Part* part : released) {  // of an attachment: its file name
    going += Folded(part->bytes);
    going.push_back('\n');  // no value is found across two parts
  }
  for (const model::Part* part : staying) {
    const std::string value = Folded(WithoutMark(part->bytes));
    if (value.size() >= kMinMentionBytes && going.find(value) != std::string::npos) {
      mentioned.push_back(part->label);
    }
  }
  std::sort(mentioned.begin(), mentioned.end());
  return mentioned;
}

bool MightMention(const std::vector<model::Part>& parts) {
  std::vector<std::string> all;
  for (const model::Part& part : parts) all.push_back(part.label);
  std::sort(all.begin(), all.end());
  // What is mentioned at all is mentioned when it stays alone.
  for (const std::string& each : all) {
    const absl::StatusOr<model::Label> parsed = model::ParseLabel(each);
    if (!parsed.ok() || !NamesSomething(parsed->base)) continue;
    std::vector<std::string> others = all;
    std::erase(others, each);
    if (!ResidualMentions(parts, others).empty()) return true;
  }
  return false;
}

}  // namespace fairway::exchange
