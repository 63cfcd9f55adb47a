#include "tests/simulation/oracle.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "node/model/draft.h"
#include "node/model/enums.h"
#include "node/model/labels.h"

namespace fairway::simulation {
namespace {

namespace label = model::label;

std::optional<std::string> TextOf(const std::vector<model::Part>& parts, std::string_view wanted) {
  for (const model::Part& part : parts) {
    if (part.label == wanted) return part.bytes;
  }
  return std::nullopt;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    lines.emplace_back(line.data(), line.size());
  }
  return lines;
}

void SetIfPresent(const std::vector<model::Part>& parts, std::string_view from, const char* to,
                  policy::Attributes& out) {
  if (const std::optional<std::string> text = TextOf(parts, from)) out.SetSet(to, Lines(*text));
}

std::string StateWord(const store::StoredRevision& revision, absl::Time now) {
  if (revision.body.not_after && *revision.body.not_after <= now) return "expired";
  if (revision.terms.expires && *revision.terms.expires <= now) return "expired";
  switch (revision.state) {
    case store::RevisionState::kActive:
      return "active";
    case store::RevisionState::kSuperseded:
      return "superseded";
    case store::RevisionState::kQuarantined:
      return "quarantined";
    case store::RevisionState::kExpired:
      return "expired";
    case store::RevisionState::kRecalled:
      return "recalled";
  }
  return "draft";
}

policy::Attributes PeerFacts(const model::Peer& peer) {
  policy::Attributes out;
  const model::PeerAttributes& a = peer.attributes;
  out.Set("peer.id", peer.name);
  if (!a.country.empty()) out.Set("peer.country", a.country);
  if (!a.type.empty()) out.Set("peer.type", a.type);
  if (!a.tier.empty()) out.Set("peer.tier", a.tier);
  if (!a.agreements.empty()) out.SetSet("peer.agreements", a.agreements);
  if (!a.controls.empty()) out.SetSet("peer.controls", a.controls);
  if (!a.purposes.empty()) out.SetSet("peer.purposes", a.purposes);
  if (peer.state == model::PeerState::kActive) out.Set("peer.link", "active");
  return out;
}

policy::Decision Withheld(std::string because) {
  policy::Decision decision;
  decision.rule = "oracle";
  decision.because = std::move(because);
  return decision;
}

}  // namespace

Oracle::Oracle(const model::AuthorityId& self) : self_(self) {}

void Oracle::Learn(const std::string& policy_text, const std::string& profile_text,
                   const std::vector<model::Peer>& peers) {
  if (policy_text == policy_text_ && profile_text == profile_text_ && peers == peers_) return;
  if (profile_text != profile_text_ || vocabulary_ == nullptr) {
    vocabulary_ = policy::Vocabulary::Parse(profile_text).vocabulary;
  }
  policy_text_ = policy_text;
  profile_text_ = profile_text;
  peers_ = peers;
  policy_ = nullptr;
  if (vocabulary_ == nullptr) return;
  policy::Registry registry;
  registry.self = "self";
  for (const model::Peer& peer : peers_) {
    registry.peers.push_back(
        {peer.name, PeerFacts(peer), peer.attributes.country, peer.attributes.groups});
    for (const std::string& group : peer.attributes.groups) {
      registry.groups[group].push_back(peer.name);
    }
  }
  policy_ = policy::Policy::Load("oracle.fpol", policy_text, vocabulary_, registry).policy;
}

const model::Peer* Oracle::Find(const model::AuthorityId& id) const {
  for (const model::Peer& peer : peers_) {
    if (peer.id == id) return &peer;
  }
  return nullptr;
}

std::string Oracle::NameOf(const model::AuthorityId& id) const {
  if (id == self_) return "self";
  const model::Peer* peer = Find(id);
  return peer != nullptr ? peer->name : absl::StrCat("stranger-", id.ToString());
}

std::vector<std::string> Oracle::WordsOfAudience(const std::string& text,
                                                 const std::string& list) const {
  std::vector<std::string> words;
  for (const std::string& line : Lines(text)) {
    absl::string_view rest = line;
    if (!absl::ConsumePrefix(&rest, absl::StrCat(list, " "))) continue;
    if (rest == "any-member") {
      words.emplace_back("ANY-MEMBER");
    } else if (absl::ConsumePrefix(&rest, "authority:")) {
      const auto id = model::ParseAuthorityId(std::string_view(rest.data(), rest.size()));
      words.push_back(id.ok() ? NameOf(*id) : "unreadable");
    } else if (absl::ConsumePrefix(&rest, "country:") || absl::ConsumePrefix(&rest, "group:")) {
      words.emplace_back(rest.data(), rest.size());
    }
  }
  return words;
}

void Oracle::AddPrivateParts(const model::ItemView& view, policy::Attributes& out) const {
  if (const auto audience = TextOf(view.parts, label::kAudience)) {
    out.SetSet("item.releasable-to", WordsOfAudience(*audience, "releasable-to"));
    out.SetSet("item.not-releasable-to", WordsOfAudience(*audience, "not-releasable-to"));
    out.SetSet("item.named", WordsOfAudience(*audience, "named"));
  }
  if (const auto caveats = TextOf(view.parts, label::kCaveats)) {
    const auto words = model::DecodeCaveats(*caveats);
    if (words.ok()) out.SetSet("item.contains", *words);
  }
  SetIfPresent(view.parts, label::kPurpose, "item.purpose", out);
}

policy::Decision Oracle::Decide(const store::StoredRevision& revision,
                                const std::vector<model::Part>& parts,
                                const model::AuthorityId& peer_id, absl::Time now) const {
  const model::Peer* peer = Find(peer_id);
  if (peer == nullptr) return Withheld("no such peer");
  if (peer->state != model::PeerState::kActive) return Withheld("the peering is not active");
  if (policy_ == nullptr) return Withheld("no policy in force");
  const bool own = revision.body.origin == self_;
  const model::ItemView view{revision.body, parts, revision.terms};

  policy::Request request;
  request.peer = peer->name;
  request.peer_attributes = PeerFacts(*peer);
  request.action = own ? "replicate" : "redistribute";
  request.self = "self";
  request.now = now;
  policy::Attributes& item = request.item;
  item.Set("item.kind", std::string(model::ToText(view.body.kind)));
  item.Set("item.mode", std::string(model::ToText(view.body.mode)));
  item.Set("item.precedence", std::string(model::ToText(view.body.precedence)));
  item.Set("item.onward", std::string(model::ToText(view.body.onward)));
  item.Set("item.tlp", std::string(model::ToText(
                           std::max(view.body.tlp, view.terms.tlp_floor.value_or(view.body.tlp)))));
  item.Set("item.pap", std::string(model::ToText(
                           std::max(view.body.pap, view.terms.pap_floor.value_or(view.body.pap)))));
  item.Set("item.state", StateWord(revision, now));
  item.Set("item.originator", NameOf(view.body.origin));
  SetIfPresent(parts, label::kTopics, "item.topics", item);
  SetIfPresent(parts, label::kRegion, "item.regions", item);
  if (own) {
    AddPrivateParts(view, item);
  } else {
    if (view.body.onward != model::Onward::kCommunity && view.body.onward != model::Onward::kAny) {
      return Withheld("the originator did not open it to others");
    }
    if (view.terms.hops.value_or(0) < 1) return Withheld("no hop is left");
    item.SetSet("item.releasable-to", {"ANY-MEMBER"});
    item.SetSet("item.not-releasable-to", {});
    item.SetNumber("item.hops-left", *view.terms.hops);
    if (view.terms.purpose) item.SetSet("item.purpose", *view.terms.purpose);
  }
  policy::Decision decision = policy_->Decide(request);
  if (decision.verdict != policy::Decision::Verdict::kRelease) return decision;
  const policy::Duties& duties = decision.duties;
  const auto has = [&](const char* control) {
    const std::vector<std::string>& controls = peer->attributes.controls;
    return std::find(controls.begin(), controls.end(), control) != controls.end();
  };
  if (duties.no_copy) return Withheld("no copy is made");
  if (duties.notify_originator && !own) return Withheld("the originator cannot be told");
  if (duties.receipt_within && !has("receipts")) return Withheld("the peer gives no receipts");
  if ((duties.encrypt_at_rest || view.terms.encrypt_at_rest) && !has("encrypted-at-rest")) {
    return Withheld("the peer does not encrypt");
  }
  return decision;
}

}  // namespace fairway::simulation
