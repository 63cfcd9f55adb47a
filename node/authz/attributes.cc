#include "node/authz/attributes.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "node/model/audience.h"
#include "node/model/draft.h"
#include "node/model/enums.h"
#include "node/model/labels.h"

namespace fairway::authz {
namespace {

namespace label = model::label;

std::string Word(const model::AuthorityId& id, const model::AuthorityId& self,
                 const NameOf& name_of) {
  if (id == self) return std::string(kSelfName);
  if (std::optional<std::string> name = name_of(id); name.has_value()) return *std::move(name);
  return absl::StrCat("authority:", id.ToString());
}

std::vector<std::string> Words(const std::vector<model::AudienceMember>& members,
                               const model::AuthorityId& self, const NameOf& name_of) {
  std::vector<std::string> words;
  for (const model::AudienceMember& member : members) {
    switch (member.kind) {
      case model::AudienceMember::Kind::kAnyMember:
        words.emplace_back("ANY-MEMBER");
        break;
      case model::AudienceMember::Kind::kAuthority:
        words.push_back(Word(member.authority, self, name_of));
        break;
      case model::AudienceMember::Kind::kCountry:
      case model::AudienceMember::Kind::kGroup:
        words.push_back(member.name);
        break;
    }
  }
  return words;
}

// Whole days since `start`, rounded up: "at most 90 days" is never exceeded by part of a day.
int64_t DaysSince(absl::Time start, absl::Time now) {
  if (now <= start) return 0;
  const absl::Duration age = now - start;
  const int64_t days = age / absl::Hours(24);
  return age > absl::Hours(24) * days ? days + 1 : days;
}

std::optional<absl::Time> StartOfDay(std::string_view day) {
  absl::CivilDay civil;
  if (!absl::ParseCivilTime(absl::string_view(day.data(), day.size()), &civil)) return std::nullopt;
  return absl::FromCivil(civil, absl::UTCTimeZone());
}

void SetGrading(const model::ItemView& view, policy::Attributes& out) {
  std::optional<std::string> grading = view.Text(label::kGrading);
  if (!grading.has_value() || grading->size() != 2) return;
  out.Set("item.reliability", grading->substr(0, 1));
  out.Set("item.credibility", grading->substr(1, 1));
}

void SetOwn(const model::ItemView& view, const model::AuthorityId& self, const NameOf& name_of,
            policy::Attributes& out) {
  if (std::optional<std::string> text = view.Text(label::kAudience); text.has_value()) {
    if (absl::StatusOr<model::Audience> audience = model::DecodeAudience(*text); audience.ok()) {
      out.SetSet("item.releasable-to", Words(audience->releasable_to, self, name_of));
      out.SetSet("item.not-releasable-to", Words(audience->not_releasable_to, self, name_of));
      out.SetSet("item.named", Words(audience->named, self, name_of));
    }
  }
  if (std::optional<std::string> text = view.Text(label::kCaveats); text.has_value()) {
    if (absl::StatusOr<std::vector<std::string>> contains = model::DecodeCaveats(*text);
        contains.ok()) {
      out.SetSet("item.contains", *std::move(contains));
    }
  }
  if (std::optional<std::vector<std::string>> purpose = view.Set(label::kPurpose);
      purpose.has_value()) {
    out.SetSet("item.purpose", *std::move(purpose));
  }
}

void SetReceived(const model::ItemView& view, policy::Attributes& out) {
  const bool open =
      view.body.onward == model::Onward::kCommunity || view.body.onward == model::Onward::kAny;
  if (open) {
    out.SetSet("item.releasable-to", {"ANY-MEMBER"});
    out.SetSet("item.not-releasable-to", {});
  }
  out.SetNumber("item.hops-left", view.terms.hops.value_or(0));
  if (view.terms.purpose.has_value()) out.SetSet("item.purpose", *view.terms.purpose);
}

}  // namespace

policy::Attributes ForItem(const ItemFacts& item, const model::AuthorityId& self,
                           const NameOf& name_of, absl::Time now) {
  const model::ItemView& view = item.view;
  const bool own = view.body.origin == self;
  policy::Attributes out;
  out.Set("item.kind", std::string(model::ToText(view.body.kind)));
  out.Set("item.mode", std::string(model::ToText(view.body.mode)));
  out.Set("item.precedence", std::string(model::ToText(view.body.precedence)));
  out.Set("item.tlp", std::string(model::ToText(view.tlp())));
  out.Set("item.pap", std::string(model::ToText(view.pap())));
  out.Set("item.onward", std::string(model::ToText(view.body.onward)));
  out.Set("item.state", item.state);
  out.SetNumber("item.revision", static_cast<int64_t>(view.body.revision));
  out.Set("item.originator", Word(view.body.origin, self, name_of));
  if (auto topics = view.Set(label::kTopics); topics.has_value()) {
    out.SetSet("item.topics", *std::move(topics));
  }
  if (auto regions = view.Set(label::kRegion); regions.has_value()) {
    out.SetSet("item.regions", *std::move(regions));
  }
  SetGrading(view, out);
  if (const std::optional<absl::Time> start = AgeFrom(item, self); start.has_value()) {
    out.SetNumber("item.age", DaysSince(*start, now));
  }
  if (own) {
    SetOwn(view, self, name_of, out);
  } else {
    SetReceived(view, out);
  }
  return out;
}

std::optional<absl::Time> AgeFrom(const ItemFacts& item, const model::AuthorityId& self) {
  if (const std::optional<std::string> day = item.view.Text(label::kDay); day.has_value()) {
    return StartOfDay(*day);
  }
  if (item.view.body.origin == self) return item.stored_at;
  return std::nullopt;
}

policy::Attributes ForPeer(const model::Peer& peer) {
  policy::Attributes out;
  const model::PeerAttributes& known = peer.attributes;
  const auto set_word = [&out](const char* name, const std::string& word) {
    if (!word.empty()) out.Set(name, word);
  };
  const auto set_words = [&out](const char* name, const std::vector<std::string>& words) {
    if (!words.empty()) out.SetSet(name, words);
  };
  out.Set("peer.id", peer.name);
  set_word("peer.country", known.country);
  set_word("peer.type", known.type);
  set_word("peer.tier", known.tier);
  set_words("peer.agreements", known.agreements);
  set_words("peer.controls", known.controls);
  set_words("peer.purposes", known.purposes);
  set_words("peer.groups", known.groups);
  switch (peer.state) {
    case model::PeerState::kActive:
    case model::PeerState::kSuspended:
    case model::PeerState::kQuarantined:
      out.Set("peer.link", std::string(model::ToText(peer.state)));
      break;
    case model::PeerState::kInvited:
    case model::PeerState::kAwaitingConfirm:
    case model::PeerState::kRemoved:
      break;
  }
  return out;
}

policy::Registry RegistryOf(const std::vector<model::Peer>& peers) {
  policy::Registry registry;
  registry.self = std::string(kSelfName);
  for (const model::Peer& peer : peers) {
    registry.peers.push_back(policy::Registry::Peer{.name = peer.name,
                                                    .attributes = ForPeer(peer),
                                                    .country = peer.attributes.country,
                                                    .groups = peer.attributes.groups});
    for (const std::string& group : peer.attributes.groups) {
      registry.groups[group].push_back(peer.name);
    }
  }
  return registry;
}

}  // namespace fairway::authz
