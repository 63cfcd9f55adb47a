#include "tests/simulation/officer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "node/model/enums.h"

namespace fairway::simulation {
namespace {

using Words = std::vector<std::string>;

const Words& Topics() {
  static const Words words = {"cocaine", "heroin", "wildlife", "seafarers-book", "drone-incursion"};
  return words;
}
const Words& Regions() {
  static const Words words = {"caribbean", "south-atlantic", "western-indian-ocean", "north-sea"};
  return words;
}
const Words& Caveats() {
  static const Words words = {"personal-data", "informant-derived", "intercept-derived"};
  return words;
}
const Words& Purposes() {
  static const Words words = {"crime-prevention", "investigation", "border-control"};
  return words;
}
const Words& Countries() {
  static const Words words = {"BR", "KE", "BB", "BE", "PE"};
  return words;
}
const Words& Groups() {
  static const Words words = {"corridor", "island-net"};
  return words;
}
const Words& Agreements() {
  static const Words words = {"INTERPORT-CHARTER", "ATLANTIC-CORRIDOR", "WILDLIFE-NET"};
  return words;
}

Words Some(Random& random, const Words& from) {
  Words result;
  for (const std::string& word : from) {
    if (random.Chance(0.4)) result.push_back(word);
  }
  return result;
}

std::string Prose(Random& random, uint64_t words) {
  static const Words vocabulary = {"the",    "vessel", "berth", "seal",   "seen",
                                   "reefer", "crew",   "night", "yard",   "camera",
                                   "duo",    "livre",  "port",  "ranger", "manifest"};
  Words chosen;
  for (uint64_t i = 0; i < words; ++i) chosen.push_back(random.Pick(vocabulary));
  return absl::StrJoin(chosen, " ");
}

template <typename T>
std::optional<T> Maybe(Random& random, double p, T value) {
  return random.Chance(p) ? std::optional<T>(std::move(value)) : std::nullopt;
}

void AddAudience(Random& random, const Words& peers, model::Draft& draft) {
  if (draft.tlp == model::Tlp::kRed) {
    draft.named.push_back(random.Pick(peers));
    if (random.Chance(0.3) && draft.named[0] != peers[0]) draft.named.push_back(peers[0]);
    return;
  }
  switch (random.Below(draft.onward == model::Onward::kCommunity ? 16 : 8)) {
    case 0:  // nobody
      break;
    case 1:
      draft.releasable_to = Some(random, peers);
      break;
    case 2:
      draft.releasable_to.push_back(absl::StrCat("country:", random.Pick(Countries())));
      break;
    case 3:
      draft.releasable_to.push_back(absl::StrCat("group:", random.Pick(Groups())));
      break;
    default:
      draft.releasable_to.emplace_back("ANY-MEMBER");
  }
  if (random.Chance(0.15)) draft.not_releasable_to.push_back(random.Pick(peers));
}

void AddDetails(Random& random, model::Draft& draft) {
  if (random.Chance(0.6)) draft.summary = Prose(random, 12);
  if (random.Chance(0.7)) draft.body = Prose(random, random.Chance(0.05) ? 3000 : 60);
  if (random.Chance(0.3)) draft.facts = {Prose(random, 5), Prose(random, 7)};
  if (draft.kind == model::Kind::kLesson) draft.lessons["root-cause"] = Prose(random, 9);
  if (random.Chance(0.4)) draft.exact_location = "Quay 7, gate B";
  if (random.Chance(0.3)) draft.persons = {"Doe, Jan", "Mwangi, A."};
  if (random.Chance(0.2)) draft.plates = {"KBZ 123A"};
  if (random.Chance(0.3)) draft.imos = {"9074729"};
  if (random.Chance(0.3)) draft.containers = {"CSQU3054383"};
  if (random.Chance(0.5)) draft.grading = random.Chance(0.5) ? "B2" : "E5";
  if (random.Chance(0.4)) {
    draft.source_identity = "Handler 12, source K";
    draft.source_method = "Human source";
  }
  if (random.Chance(0.4)) draft.officer_name = "Lt. Souza";
}

void AddAttachments(Random& random, model::Draft& draft) {
  const uint64_t n = 1 + random.Below(2);
  for (uint64_t i = 0; i < n; ++i) {
    model::Attachment attachment;
    attachment.name = absl::StrCat("photo-", i, ".jpg");
    attachment.media_type = "image/jpeg";
    attachment.bytes.resize(random.Chance(0.3) ? 70'000 + random.Below(80'000)
                                               : 1 + random.Below(3000));
    random.Fill(reinterpret_cast<uint8_t*>(attachment.bytes.data()), attachment.bytes.size());
    draft.attachments.push_back(std::move(attachment));
  }
}

// Duties in ascending strictness, so that no two permits are incomparable, which the checker of
// policies refuses.
const Words& DutyLadder() {
  static const Words ladder = {
      "",
      "  with    watermark, hops 1\n",
      "  with    watermark, receipt within 1 hours, hops 0\n",
      "  with    strip source, watermark, receipt within 1 hours, hops 0, expires after 180 days,\n"
      "          use for { crime-prevention, investigation }\n",
      "  with    strip source, redact { persons.*, vessel.imo }, watermark, receipt within 1 "
      "hours,\n"
      "          hops 0, expires after 30 days, use for { investigation }\n",
      "  with    strip source, redact { persons.*, vessel.imo }, watermark, receipt within 1 "
      "hours,\n"
      "          hops 0, expires after 30 days, use for { investigation }, delay 1 hours,\n"
      "          hold for commander, encrypt at rest\n"};
  return ladder;
}

std::string Permit(Random& random, const Words& peers, int number) {
  static const Words tos = {"any peer", "peers where peer.agreements has INTERPORT-CHARTER",
                            "peers where peer.tier at least 2",
                            "peers where peer.type is port-police"};
  static const Words items = {
      "item.tlp at most GREEN",
      "item.tlp at most AMBER",
      "item.tlp at most AMBER+STRICT",
      "item.tlp is RED",
      "item.kind in { bulletin, alert } and item.topics has cocaine",
      "item.kind is lesson",
      "item.tlp at most RED",
      "item.regions has any of { caribbean, north-sea } and item.tlp at most AMBER"};
  const std::string to =
      random.Chance(0.2) ? absl::StrCat("peer ", random.Pick(peers)) : random.Pick(tos);
  return absl::StrCat("permit permit-", number, "\n  to      ", to, "\n  may     ",
                      random.Chance(0.7) ? "replicate, redistribute" : "replicate",
                      "\n  items   where ", random.Pick(items), "\n", random.Pick(DutyLadder()),
                      "  because \"Agreement ", number, "\"\n\n");
}

std::string Forbid(Random& random, int number) {
  static const Words items = {"item.contains has intercept-derived",
                              "item.contains has personal-data", "item.mode is test",
                              "item.topics has wildlife"};
  return absl::StrCat("forbid forbid-", number, "\n  to      ",
                      random.Chance(0.5) ? "any peer" : "peers where not peer.tier at least 3",
                      "\n  may     do anything\n  items   where ", random.Pick(items),
                      "\n  because \"Order ", number, "\"\n\n");
}

std::string Require(Random& random, int number) {
  static const Words duties = {
      "redact officer.*",      "strip source",      "redact attachments",
      "redact location.exact", "hold for officer",  "delay 1 hours",
      "encrypt at rest",       "notify originator", "generalise location to region"};
  return absl::StrCat("require require-", number, "\n  to      any peer\n  may     do anything\n",
                      "  items   where item.kind is not alert\n  with    ", random.Pick(duties),
                      "\n  because \"Statute ", number, "\"\n\n");
}

}  // namespace

model::Draft RandomDraft(Random& random, const Words& peers, absl::Time now) {
  model::Draft draft;
  draft.kind = random.Pick(model::AllKinds());
  draft.mode = random.Chance(0.8) ? model::Mode::kReal : random.Pick(model::AllModes());
  draft.tlp = random.Pick(model::AllTlps());
  draft.pap = random.Pick(model::AllPaps());
  draft.precedence =
      random.Chance(0.5) ? model::Precedence::kRoutine : random.Pick(model::AllPrecedences());
  if (*draft.tlp <= model::Tlp::kGreen && random.Chance(0.8)) {
    // Often so that others pass it on: it then comes, and is recalled, on more than one way.
    draft.onward =
        random.Chance(0.6) ? model::Onward::kCommunity : random.Pick(model::AllOnwards());
    if (*draft.tlp == model::Tlp::kGreen) {
      draft.onward = std::min(draft.onward, model::Onward::kCommunity);
    }
  }
  if (random.Chance(0.15)) {
    const absl::Duration time = random.Chance(0.4)
                                    ? random.Between(kShortTime / 10, kShortTime)
                                    : random.Between(absl::Hours(24), absl::Hours(24 * 700));
    draft.not_after = absl::FromUnixSeconds(absl::ToUnixSeconds(now + time));
  }
  draft.title = absl::StrCat("Report ", Prose(random, 4));
  draft.topics = Some(random, Topics());
  draft.regions = Some(random, Regions());
  if (random.Chance(0.3)) {
    draft.day = absl::FormatTime("%Y-%m-%d", now - absl::Hours(24), absl::UTCTimeZone());
  }
  draft.contains_known = random.Chance(0.85);
  if (draft.contains_known && random.Chance(0.4)) draft.contains = Some(random, Caveats());
  draft.purpose = Some(random, Purposes());
  AddAudience(random, peers, draft);
  AddDetails(random, draft);
  if (random.Chance(0.08)) AddAttachments(random, draft);
  return draft;
}

model::Draft BadDraft(Random& random, const Words& peers, absl::Time now) {
  model::Draft draft = RandomDraft(random, peers, now);
  switch (random.Below(5)) {
    case 0:
      draft.title.clear();
      break;
    case 1:
      draft.tlp.reset();
      break;
    case 2:
      draft.tlp = model::Tlp::kRed;
      draft.onward = model::Onward::kNone;
      draft.named.clear();
      break;
    case 3:
      draft.imos = {"9074728"};
      break;
    default:
      draft.title = "not \xff text";
  }
  return draft;
}

std::string RandomPolicy(Random& random, const Words& peers) {
  std::string text = "policy \"Simulated\" version 1\n\n";
  if (random.Chance(0.05)) return text;  // nothing leaves
  const uint64_t permits = 1 + random.Below(4);
  for (uint64_t i = 0; i < permits; ++i) {
    absl::StrAppend(&text, Permit(random, peers, static_cast<int>(i)));
  }
  if (random.Chance(0.4)) absl::StrAppend(&text, Forbid(random, 1));
  if (random.Chance(0.3)) absl::StrAppend(&text, Require(random, 1));
  return text;
}

model::PeerAttributes RandomPeerAttributes(Random& random) {
  static const Words types = {"port-police", "airport-police", "customs"};
  model::PeerAttributes attributes;
  attributes.country = random.Pick(Countries());
  attributes.type = random.Pick(types);
  attributes.tier = std::to_string(1 + random.Below(4));
  attributes.agreements = Some(random, Agreements());
  if (random.Chance(0.7)) attributes.agreements.push_back("INTERPORT-CHARTER");
  std::sort(attributes.agreements.begin(), attributes.agreements.end());
  attributes.agreements.erase(
      std::unique(attributes.agreements.begin(), attributes.agreements.end()),
      attributes.agreements.end());
  if (random.Chance(0.9)) attributes.controls.emplace_back("receipts");
  if (random.Chance(0.6)) attributes.controls.emplace_back("encrypted-at-rest");
  attributes.purposes = Some(random, Purposes());
  attributes.groups = Some(random, Groups());
  return attributes;
}

}  // namespace fairway::simulation
