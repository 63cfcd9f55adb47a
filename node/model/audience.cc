#include "node/model/audience.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

constexpr std::string_view kReleasableTo = "releasable-to ";
constexpr std::string_view kNotReleasableTo = "not-releasable-to ";
constexpr std::string_view kNamed = "named ";

constexpr std::string_view kAnyMember = "any-member";
constexpr std::string_view kAuthority = "authority:";
constexpr std::string_view kCountry = "country:";
constexpr std::string_view kGroup = "group:";
constexpr size_t kMaxGroupNameBytes = 64;

bool IsCountry(std::string_view word) {
  return word.size() == 2 && word[0] >= 'A' && word[0] <= 'Z' && word[1] >= 'A' && word[1] <= 'Z';
}

// Names of groups are words of the policy vocabulary: visible ASCII, so that a line holds one.
bool IsGroupName(std::string_view word) {
  return !word.empty() && word.size() <= kMaxGroupNameBytes &&
         std::all_of(word.begin(), word.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

absl::Status Refuse(std::string_view word, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", std::string(word.substr(0, 80)), "\" ", std::string(why)));
}

// The written forms that need no directory; nothing if it is a bare name.
absl::StatusOr<std::optional<AudienceMember>> ParseExplicit(std::string_view word) {
  using Kind = AudienceMember::Kind;
  if (absl::EqualsIgnoreCase(absl::string_view(word.data(), word.size()),
                             absl::string_view(kAnyMember.data(), kAnyMember.size()))) {
    return AudienceMember{Kind::kAnyMember, {}, ""};
  }
  if (word.starts_with(kAuthority)) {
    absl::StatusOr<AuthorityId> id = ParseAuthorityId(word.substr(kAuthority.size()));
    if (!id.ok()) return Refuse(word, std::string(id.status().message()));
    return AudienceMember{Kind::kAuthority, *id, ""};
  }
  if (word.starts_with(kCountry)) {
    const std::string_view country = word.substr(kCountry.size());
    if (!IsCountry(country)) return Refuse(word, "is not a country: two capital letters");
    return AudienceMember{Kind::kCountry, {}, std::string(country)};
  }
  if (word.starts_with(kGroup)) {
    const std::string_view group = word.substr(kGroup.size());
    if (!IsGroupName(group)) return Refuse(word, "does not name a group");
    return AudienceMember{Kind::kGroup, {}, std::string(group)};
  }
  return std::nullopt;
}

std::string Written(const AudienceMember& member) {
  switch (member.kind) {
    case AudienceMember::Kind::kAnyMember:
      return std::string(kAnyMember);
    case AudienceMember::Kind::kAuthority:
      return absl::StrCat(std::string(kAuthority), member.authority.ToString());
    case AudienceMember::Kind::kCountry:
      return absl::StrCat(std::string(kCountry), member.name);
    case AudienceMember::Kind::kGroup:
      break;
  }
  return absl::StrCat(std::string(kGroup), member.name);
}

void AppendLines(std::string_view list, std::vector<AudienceMember> members, std::string& out) {
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  for (const AudienceMember& member : members) {
    absl::StrAppend(&out, out.empty() ? "" : "\n", std::string(list), Written(member));
  }
}

absl::Status DecodeLine(std::string_view line, Audience& audience) {
  std::vector<AudienceMember>* list = nullptr;
  for (const auto& [prefix, target] : {std::pair(kReleasableTo, &audience.releasable_to),
                                       std::pair(kNotReleasableTo, &audience.not_releasable_to),
                                       std::pair(kNamed, &audience.named)}) {
    if (line.starts_with(prefix)) {
      list = target;
      line.remove_prefix(prefix.size());
      break;
    }
  }
  if (list == nullptr) return Refuse(line, "is no line of an audience");
  absl::StatusOr<std::optional<AudienceMember>> member = ParseExplicit(line);
  if (!member.ok()) return member.status();
  if (!member->has_value()) return Refuse(line, "is no member of an audience");
  if (list == &audience.named && (*member)->kind != AudienceMember::Kind::kAuthority) {
    return Refuse(line, "cannot be named: only authorities can");
  }
  if (list->size() >= kMaxAudienceMembers) {
    return Refuse(line, absl::StrCat("is one member too many (", kMaxAudienceMembers, ")"));
  }
  list->push_back(**std::move(member));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AudienceMember> ParseAudienceWord(std::string_view word,
                                                 const NameResolver& name_of) {
  absl::StatusOr<std::optional<AudienceMember>> written = ParseExplicit(word);
  if (!written.ok()) return written.status();
  if (written->has_value()) return **std::move(written);
  if (IsCountry(word)) {
    return AudienceMember{AudienceMember::Kind::kCountry, {}, std::string(word)};
  }
  std::optional<AudienceMember> named = name_of ? name_of(word) : std::nullopt;
  if (!named.has_value()) return Refuse(word, "is no peer and no group of this node");
  return *std::move(named);
}

std::string EncodeAudience(const Audience& audience) {
  std::string lines;
  AppendLines(kReleasableTo, audience.releasable_to, lines);
  AppendLines(kNotReleasableTo, audience.not_releasable_to, lines);
  AppendLines(kNamed, audience.named, lines);
  return lines;
}

absl::StatusOr<Audience> DecodeAudience(std::string_view bytes) {
  Audience audience;
  for (std::string_view rest = bytes; !rest.empty();) {
    const size_t end = rest.find('\n');
    if (absl::Status line = DecodeLine(rest.substr(0, end), audience); !line.ok()) return line;
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  // Only one text says one audience: what was signed is what is read.
  if (EncodeAudience(audience) != bytes) {
    return absl::InvalidArgumentError("an audience lists its members in order, each once");
  }
  return audience;
}

}  // namespace fairway::model
