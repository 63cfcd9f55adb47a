#include "node/model/draft.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "node/model/identifiers.h"
#include "node/model/labels.h"
#include "node/model/text.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"

namespace fairway::model {
namespace {

absl::Status Refuse(std::string code, std::string message, std::vector<std::string> why,
                    std::vector<std::string> next) {
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     Problem{std::move(code), std::move(message), std::move(why), std::move(next)});
}

absl::Status TooLarge(std::string_view field, size_t size, size_t limit, std::string_view unit) {
  return Refuse(
      "FW-PUB-004", absl::StrCat(std::string(field), " is too large"),
      {absl::StrCat("It has ", size, " ", std::string(unit), "; the limit is ", limit, ".")},
      {"shorten it, or attach the rest as a file:  fairway publish FILE --attach F"});
}

absl::Status Unreadable(std::string_view field, std::string_view why, std::string_view wanted) {
  return Refuse("FW-PUB-008", absl::StrCat(std::string(field), " cannot be read"),
                {std::string(why)}, {absl::StrCat("write it as ", std::string(wanted))});
}

// One text field, its limit, and whether it may have several lines.
struct TextField {
  std::string name;
  std::string* text;
  size_t limit;
  bool block;
};

std::vector<TextField> TextFields(Draft& draft) {
  std::vector<TextField> fields = {
      {"title", &draft.title, kMaxTitleBytes, false},
      {"summary", &draft.summary, kMaxSummaryBytes, true},
      {"body", &draft.body, kMaxBodyBytes, true},
      {"language", &draft.language, kMaxWordBytes, false},
      {"day", &draft.day, kMaxWordBytes, false},
      {"time", &draft.exact_time, kMaxWordBytes, false},
      {"location", &draft.exact_location, kMaxTextBytes, true},
      {"grading", &draft.grading, kMaxWordBytes, false},
      {"source identity", &draft.source_identity, kMaxTextBytes, true},
      {"source contact", &draft.source_contact, kMaxTextBytes, true},
      {"source method", &draft.source_method, kMaxTextBytes, true},
      {"officer name", &draft.officer_name, kMaxTextBytes, false},
      {"officer contact", &draft.officer_contact, kMaxTextBytes, true},
  };
  const auto add_list = [&](std::string_view name, std::vector<std::string>& texts, size_t limit,
                            bool block) {
    for (size_t i = 0; i < texts.size(); ++i) {
      fields.push_back({absl::StrCat(std::string(name), " ", i + 1), &texts[i], limit, block});
    }
  };
  add_list("fact", draft.facts, kMaxTextBytes, true);
  add_list("person", draft.persons, kMaxTextBytes, false);
  add_list("plate", draft.plates, kMaxWordBytes, false);
  add_list("IMO number", draft.imos, kMaxWordBytes, false);
  add_list("container number", draft.containers, kMaxWordBytes, false);
  add_list("place", draft.locodes, kMaxWordBytes, false);
  for (auto& [name, text] : draft.lessons) {
    fields.push_back({absl::StrCat("lessons.", name), &text, kMaxTextBytes, true});
  }
  return fields;
}

absl::Status CheckTexts(Draft& draft) {
  for (const TextField& field : TextFields(draft)) {
    if (field.text->size() > field.limit) {
      return TooLarge(field.name, field.text->size(), field.limit, "bytes");
    }
    if (field.block) absl::StrReplaceAll({{"\r\n", "\n"}}, field.text);
    const absl::Status shown = field.block ? CheckBlock(*field.text) : CheckLine(*field.text);
    if (!shown.ok()) {
      return Refuse("FW-PUB-003", absl::StrCat("the ", field.name, " cannot be stored as text"),
                    {absl::StrCat("It ", shown.message(), ".")},
                    {"save the file as UTF-8 without control characters, then publish again"});
    }
  }
  if (absl::StripAsciiWhitespace(draft.title).empty()) {
    return Refuse("FW-PUB-001", "an item needs a title", {"None was given."},
                  {"add a line  title = \"…\"  to the front matter"});
  }
  return absl::OkStatus();
}

// The numbered texts must say something: an empty one is a slip of the hand.
absl::Status CheckNoneEmpty(const Draft& draft) {
  const std::vector<std::pair<std::string_view, const std::vector<std::string>*>> lists = {
      {"facts", &draft.facts},
      {"persons", &draft.persons},
      {"plates", &draft.plates},
  };
  for (const auto& [name, texts] : lists) {
    for (const std::string& text : *texts) {
      if (text.empty()) {
        return Unreadable(name, "One of them is empty.", "a list without empty entries");
      }
    }
  }
  for (const auto& [name, text] : draft.lessons) {
    if (text.empty()) return Unreadable(absl::StrCat("lessons.", name), "It is empty.", "a text");
    if (!ParseLabel(absl::StrCat("lessons.", name)).ok()) {
      return Unreadable("a field of the lesson", "Its name is not a word of a-z and inner dashes.",
                        "root-cause, recommendation, what-happened …");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckWords(std::string_view field, std::vector<std::string>& words) {
  if (words.size() > kMaxSetWords) return TooLarge(field, words.size(), kMaxSetWords, "words");
  for (const std::string& word : words) {
    if (word.size() > kMaxWordBytes) {
      return TooLarge(absl::StrCat("a word in ", std::string(field)), word.size(), kMaxWordBytes,
                      "bytes");
    }
    const bool visible =
        std::all_of(word.begin(), word.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (word.empty() || !visible) {
      return Unreadable(field, "A word is empty or has spaces or letters outside ASCII.",
                        "words of the policy vocabulary, such as \"cargo-theft\"");
    }
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return absl::OkStatus();
}

bool IsLanguage(std::string_view tag) {
  size_t subtag = 0;
  bool first = true;
  for (size_t i = 0; i <= tag.size(); ++i) {
    if (i < tag.size() && tag[i] != '-') {
      const auto c = static_cast<unsigned char>(tag[i]);
      if (!(first ? absl::ascii_isalpha(c) : absl::ascii_isalnum(c))) return false;
      ++subtag;
      continue;
    }
    if (subtag < (first ? 2u : 1u) || subtag > 8) return false;
    subtag = 0;
    first = false;
  }
  return true;
}

bool IsDay(const std::string& day) {
  absl::CivilDay parsed;
  return absl::ParseCivilTime(day, &parsed) && absl::FormatCivilTime(parsed) == day;
}

bool IsGrading(std::string_view grading) {
  return grading.size() == 2 && grading[0] >= 'A' && grading[0] <= 'F' && grading[1] >= '1' &&
         grading[1] <= '6';
}

absl::Status CheckForms(Draft& draft) {
  if (!draft.language.empty() && !IsLanguage(draft.language)) {
    return Unreadable("language", absl::StrCat("Found \"", draft.language, "\"."),
                      "a BCP 47 tag such as en, pt-BR or sw");
  }
  if (!draft.day.empty() && !IsDay(draft.day)) {
    return Unreadable("day", absl::StrCat("Found \"", draft.day, "\"."), "2026-11-20");
  }
  absl::Time time;
  std::string error;
  if (!draft.exact_time.empty() &&
      (!absl::ParseTime(absl::RFC3339_full, draft.exact_time, &time, &error) ||
       time == absl::InfiniteFuture() || time == absl::InfinitePast())) {
    return Unreadable("time", absl::StrCat("Found \"", draft.exact_time, "\"."),
                      "2026-11-20T18:30:00Z");
  }
  if (!draft.grading.empty() && !IsGrading(draft.grading)) {
    return Unreadable("grading", absl::StrCat("Found \"", draft.grading, "\"."),
                      "source A to F and information 1 to 6, such as B2");
  }
  if (draft.not_after.has_value()) {
    if (*draft.not_after <= absl::UnixEpoch() || *draft.not_after == absl::InfiniteFuture()) {
      return Unreadable("expires", "It is no day after 1970.", "2027-02-20");
    }
    draft.not_after = absl::FromUnixSeconds(absl::ToUnixSeconds(*draft.not_after));
  }
  return absl::OkStatus();
}

using Check = absl::StatusOr<std::string> (*)(std::string_view);

absl::Status CheckIdentifiers(Check check, std::vector<std::string>& numbers, Draft& draft) {
  for (std::string& number : numbers) {
    absl::StatusOr<std::string> normal = check(number);
    if (normal.ok()) {
      number = *std::move(normal);
    } else if (draft.accept_unchecked && !number.empty()) {
      draft.unchecked.push_back(number);
    } else {
      return Refuse("FW-PUB-005", std::string(normal.status().message()),
                    {"A number that fails its check is nearly always typed wrongly."},
                    {"correct it in the file",
                     "if it really is written so:  fairway publish FILE --accept-unchecked"});
    }
  }
  return absl::OkStatus();
}

// What each TLP lets a recipient do at most (FIRST TLP 2.0).
Onward WidestOnward(Tlp tlp) {
  switch (tlp) {
    case Tlp::kClear:
      return Onward::kAny;
    case Tlp::kGreen:
      return Onward::kCommunity;
    case Tlp::kAmber:
      return Onward::kNamed;
    case Tlp::kAmberStrict:
    case Tlp::kRed:
      break;
  }
  return Onward::kNone;
}

absl::Status CheckMarking(const Draft& draft) {
  if (!draft.tlp.has_value()) {
    return Refuse("FW-PUB-002", "an item needs a TLP label",
                  {"None was given, and none is guessed."},
                  {"add a line  tlp = \"AMBER\"  to the front matter",
                   "or:  fairway publish FILE --tlp AMBER"});
  }
  if (*draft.tlp == Tlp::kRed && draft.named.empty()) {
    return Refuse("FW-PUB-006", "TLP:RED needs named recipients",
                  {"This item names none, so nobody could ever receive it."},
                  {"add a line  named = [\"PEER\"]  to the front matter (names: fairway peer list)",
                   "or choose  tlp = \"AMBER+STRICT\""});
  }
  const Onward widest = WidestOnward(*draft.tlp);
  if (draft.onward > widest) {
    return Refuse("FW-PUB-010",
                  absl::StrCat(Marking(*draft.tlp), " does not allow onward = \"",
                               std::string(ToText(draft.onward)), "\""),
                  {absl::StrCat("The widest it allows is \"", std::string(ToText(widest)), "\".")},
                  {absl::StrCat("write  onward = \"", std::string(ToText(widest)),
                                "\"  or choose a wider TLP")});
  }
  return absl::OkStatus();
}

// Only what can be seen without knowing the peers: whether each word can be read at all.
absl::Status CheckAudienceWords(std::string_view field, std::vector<std::string>& words) {
  if (words.size() > kMaxAudienceMembers) {
    return TooLarge(field, words.size(), kMaxAudienceMembers, "members");
  }
  const NameResolver any_name = [](std::string_view) { return AudienceMember{}; };
  for (const std::string& word : words) {
    absl::Status read = CheckLine(word);
    if (read.ok() && word.empty()) read = absl::InvalidArgumentError("is empty");
    if (read.ok() && word.size() > 2 * kMaxWordBytes) read = absl::InvalidArgumentError("is long");
    if (read.ok()) read = ParseAudienceWord(word, any_name).status();
    if (!read.ok()) {
      return Unreadable(field, absl::StrCat("A word ", read.message(), "."),
                        "ANY-MEMBER, the name of a peer or group, or country:KE");
    }
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return absl::OkStatus();
}

bool IsMediaType(std::string_view type) {
  const size_t slash = type.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == type.size()) return false;
  return std::all_of(type.begin(), type.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string FlawOf(const Attachment& attachment) {
  if (attachment.bytes.empty()) return "It is empty.";
  if (attachment.bytes.size() > kMaxAttachmentBytes) {
    return absl::StrCat("It has ", attachment.bytes.size(), " bytes; the limit is ",
                        kMaxAttachmentBytes, ".");
  }
  if (attachment.name.empty() || attachment.name.size() > kMaxAttachmentNameBytes ||
      !CheckLine(attachment.name).ok() || attachment.name.front() == '.' ||
      attachment.name.find_first_of("/\\") != std::string::npos) {
    return absl::StrCat("Its name is not 1 to ", kMaxAttachmentNameBytes,
                        " bytes of one line without a path or a leading dot.");
  }
  if (attachment.media_type.size() > kMaxMediaTypeBytes || !IsMediaType(attachment.media_type)) {
    return "Its media type is not like image/jpeg.";
  }
  return "";
}

absl::Status CheckAttachments(const std::vector<Attachment>& attachments) {
  const std::vector<std::string> next = {"publish again without it, or with a smaller copy"};
  if (attachments.size() > kMaxAttachments) {
    return Refuse(
        "FW-PUB-007", "there are too many attachments",
        {absl::StrCat("Found ", attachments.size(), "; the limit is ", kMaxAttachments, ".")},
        next);
  }
  std::set<std::string_view> names;
  for (size_t i = 0; i < attachments.size(); ++i) {
    std::string flaw = FlawOf(attachments[i]);
    if (flaw.empty() && !names.insert(attachments[i].name).second) {
      flaw = absl::StrCat("Another one has the same name, ", attachments[i].name, ".");
    }
    if (!flaw.empty()) {
      return Refuse("FW-PUB-007", absl::StrCat("attachment ", i + 1, " cannot be taken"), {flaw},
                    next);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTotals(const Draft& draft) {
  const auto parts = PartsOf(draft, Audience{});
  // The audience is one part more, whoever it holds.
  const size_t count = parts.size() + 1 + draft.attachments.size();
  if (count > kMaxParts) {
    return Refuse(
        "FW-PUB-009", "the item has too many parts",
        {absl::StrCat("It would have ", count, " (facts, persons, numbers, attachments …); ",
                      "the limit is ", kMaxParts, ".")},
        {"split it into several items"});
  }
  size_t bytes = 0;
  for (const auto& [label, content] : parts) bytes += content.size();
  if (bytes > kMaxDraftTextBytes) {
    return TooLarge("the text of all parts together", bytes, kMaxDraftTextBytes, "bytes");
  }
  return absl::OkStatus();
}

absl::Status Normalise(Draft& draft) {
  draft.unchecked.clear();
  // Cheap limits first: nothing is looked at closely that is too large anyway.
  FAIRWAY_RETURN_IF_ERROR(CheckAttachments(draft.attachments));
  FAIRWAY_RETURN_IF_ERROR(CheckMarking(draft));
  FAIRWAY_RETURN_IF_ERROR(CheckTexts(draft));
  FAIRWAY_RETURN_IF_ERROR(CheckNoneEmpty(draft));
  FAIRWAY_RETURN_IF_ERROR(CheckForms(draft));
  FAIRWAY_RETURN_IF_ERROR(CheckWords("topics", draft.topics));
  FAIRWAY_RETURN_IF_ERROR(CheckWords("regions", draft.regions));
  FAIRWAY_RETURN_IF_ERROR(CheckWords("contains", draft.contains));
  FAIRWAY_RETURN_IF_ERROR(CheckWords("purpose", draft.purpose));
  if (!draft.contains.empty()) draft.contains_known = true;
  FAIRWAY_RETURN_IF_ERROR(CheckAudienceWords("audience", draft.releasable_to));
  FAIRWAY_RETURN_IF_ERROR(CheckAudienceWords("not_for", draft.not_releasable_to));
  FAIRWAY_RETURN_IF_ERROR(CheckAudienceWords("named", draft.named));
  FAIRWAY_RETURN_IF_ERROR(CheckIdentifiers(CheckImo, draft.imos, draft));
  FAIRWAY_RETURN_IF_ERROR(CheckIdentifiers(CheckContainer, draft.containers, draft));
  FAIRWAY_RETURN_IF_ERROR(CheckIdentifiers(CheckLocode, draft.locodes, draft));
  return CheckTotals(draft);
}

}  // namespace

absl::Status Validate(Draft& draft) {
  Draft normal = draft;
  FAIRWAY_RETURN_IF_ERROR(Normalise(normal));
  draft = std::move(normal);
  return absl::OkStatus();
}

absl::StatusOr<Audience> ResolveAudience(const Draft& draft, const NameResolver& name_of) {
  const std::vector<std::string> next = {"see the names this node knows:  fairway peer list"};
  const auto resolve = [&](const std::vector<std::string>& words,
                           std::vector<AudienceMember>& members) -> absl::Status {
    for (const std::string& word : words) {
      absl::StatusOr<AudienceMember> member = ParseAudienceWord(word, name_of);
      if (!member.ok()) {
        return Refuse("FW-PUB-011", "the audience has a name this node does not know",
                      {std::string(member.status().message())}, next);
      }
      members.push_back(*std::move(member));
    }
    return absl::OkStatus();
  };
  Audience audience;
  FAIRWAY_RETURN_IF_ERROR(resolve(draft.releasable_to, audience.releasable_to));
  FAIRWAY_RETURN_IF_ERROR(resolve(draft.not_releasable_to, audience.not_releasable_to));
  FAIRWAY_RETURN_IF_ERROR(resolve(draft.named, audience.named));
  for (const AudienceMember& member : audience.named) {
    if (member.kind != AudienceMember::Kind::kAuthority) {
      return Refuse("FW-PUB-011", "only single authorities can be named",
                    {"A group, a country or ANY-MEMBER is among the named."}, next);
    }
    // Naming somebody is a wish that they get it.
    audience.releasable_to.push_back(member);
  }
  return audience;
}

}  // namespace fairway::model
