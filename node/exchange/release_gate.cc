#include "node/exchange/release_gate.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crypto/envelope.h"
#include "crypto/merkle.h"
#include "node/exchange/release_terms.h"
#include "node/model/feed.h"
#include "node/model/labels.h"
#include "node/status/status_macros.h"
#include "node/store/attachment_table.h"
#include "node/store/hold_table.h"
#include "node/store/manifest_table.h"
#include "node/store/mention_table.h"
#include "node/store/peer_table.h"
#include "node/store/recall_table.h"
#include "node/wire/item_codec.h"

namespace fairway::exchange {
namespace {

// What an administrator says of a peer that keeps what it is given encrypted.
constexpr std::string_view kControlEncrypted = "encrypted-at-rest";

Withheld No(std::string_view rule, std::string because) {
  Withheld withheld;
  withheld.decision.verdict = policy::Decision::Verdict::kWithhold;
  withheld.decision.rule = std::string(rule);
  withheld.decision.because = std::move(because);
  return withheld;
}

// What stands before any policy. The engine has some of these floors too; here they hold even if an
// attribute never reached it.
std::optional<Withheld> Floors(const authz::ItemFacts& facts, const model::AuthorityId& self,
                               const model::Peer& peer, absl::Time now) {
  const model::ItemView& view = facts.view;
  if (peer.state != model::PeerState::kActive) {
    return No(kRuleLink, absl::StrCat("the peering is ", std::string(model::ToText(peer.state))));
  }
  if (view.body.origin == peer.id) return No(kRuleOrigin, "the peer published it");
  if (facts.received_from == peer.id) return No(kRuleOrigin, "it came from the peer");
  if (const std::optional<absl::Time> expires = view.expires();
      expires.has_value() && *expires <= now) {
    return No(kRuleExpired, absl::StrCat("it expired at ", absl::FormatTime(*expires)));
  }
  if (facts.state == "superseded") return No(kRuleNewest, "a newer revision is here");
  if (facts.state != "active") return No(kRuleState, absl::StrCat("it is ", facts.state, " here"));
  if (view.body.origin == self) return std::nullopt;
  if (view.body.onward != model::Onward::kCommunity && view.body.onward != model::Onward::kAny) {
    return No(kRuleOnward, absl::StrCat("its originator marked it onward ",
                                        std::string(model::ToText(view.body.onward))));
  }
  if (view.terms.hops.value_or(0) == 0) return No(kRuleHops, "no hop is left");
  if (view.tlp() >= model::Tlp::kAmberStrict) {
    return No(kRuleMarking, absl::StrCat(model::Marking(view.tlp()), " is not passed on"));
  }
  return std::nullopt;
}

// What was numbered goes under the terms of its record, whatever a new record would say.
std::optional<Withheld> OfTerms(const model::Terms& of_record, const model::Terms& now_wanted,
                                absl::Time now) {
  if (!AtLeastAsStrict(of_record, now_wanted)) {
    return No(kRuleNarrowed, "the terms are stricter now");
  }
  if (of_record.expires.has_value() && *of_record.expires <= now) {
    return No(kRuleExpired, absl::StrCat("the time its record gave it ended at ",
                                         absl::FormatTime(*of_record.expires)));
  }
  return std::nullopt;
}

std::string_view StateWord(store::RevisionState state) {
  switch (state) {
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
  return "unknown";
}

// Everything another node needs to check a third-party originator by itself: each manifest from the
// first to the one that signed, verbatim.
absl::StatusOr<std::vector<std::string>> ManifestChain(store::ReadTxn& txn,
                                                       const model::AuthorityId& id,
                                                       uint64_t last) {
  std::vector<std::string> chain;
  for (uint64_t version = 1; version <= last; ++version) {
    if (chain.size() == wire::kMaxRenditionManifests) {
      return absl::OutOfRangeError("the originator has more manifests than a rendition can carry");
    }
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::ManifestRow> row,
                             store::GetManifest(txn, id, version));
    if (row.has_value()) chain.push_back(row->signed_bytes);
  }
  return chain;
}

// The terms that hold for a part which the peer was given, under one number or several: all of
// them. Nothing: it was not given that part.
absl::StatusOr<std::optional<model::Terms>> TermsGiven(store::ReadTxn& txn,
                                                       const model::AuthorityId& peer,
                                                       const model::ObjectId& object,
                                                       const std::string& label) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Release> rows,
                           store::ReleasesOf(txn, peer, object));
  std::optional<model::Terms> terms;
  for (const store::Release& row : rows) {
    // What did not come there with its content, or was refused there, gave it nothing.
    const bool given =
        row.state != store::ReleaseState::kNoContent && row.state != store::ReleaseState::kRefused;
    if (!given || !std::binary_search(row.labels.begin(), row.labels.end(), label)) continue;
    terms = model::Stricter(terms.value_or(model::Terms{}), row.terms);
  }
  return terms;
}

}  // namespace

authz::NameOf NamesIn(store::ReadTxn& txn) {
  return [&txn](const model::AuthorityId& id) -> std::optional<std::string> {
    absl::StatusOr<std::optional<model::Peer>> peer = store::GetPeer(txn, id);
    if (!peer.ok() || !peer->has_value()) return std::nullopt;
    return (*peer)->name;
  };
}

namespace {

// Everything but the parts, which cost more to read than all the rest.
absl::StatusOr<authz::ItemFacts> MarksOf(store::ReadTxn& txn, const store::StoredRevision& stored) {
  authz::ItemFacts facts;
  facts.view.body = stored.body;
  facts.view.terms = stored.terms;
  facts.state = std::string(StateWord(stored.state));
  facts.stored_at = stored.stored_at;
  facts.received_from = stored.received_from;
  FAIRWAY_ASSIGN_OR_RETURN(
      const uint64_t latest,
      store::LatestRevisionNumber(txn, stored.body.origin, stored.body.item_id));
  // A newer revision counts even while it is quarantined: the older one is not the truth any more.
  if (facts.state == "active" && latest > stored.body.revision) facts.state = "superseded";
  return facts;
}

// What no copy can meet, or not this one. The engine asks the controls of the peer; here they are
// asked once more for what the terms of a received item carry on.
std::optional<std::string> Unfulfillable(const policy::Duties& duties, const model::Terms& terms,
                                         const model::Peer& peer, bool own) {
  if (duties.no_copy) return "no copy: the peer would keep one";
  if (duties.notify_originator && !own) {
    return "notify originator: this node cannot tell it that its item was passed on";
  }
  const std::vector<std::string>& controls = peer.attributes.controls;
  if (terms.encrypt_at_rest &&
      std::find(controls.begin(), controls.end(), kControlEncrypted) == controls.end()) {
    return absl::StrCat("encrypt at rest: the peer is not known to have the control ",
                        std::string(kControlEncrypted));
  }
  return std::nullopt;
}

void AddTo(std::string& because, const std::string& more) {
  absl::StrAppend(&because, because.empty() ? "" : "; ", more);
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

// Of these roles, those of which nobody let go all that would go now. UNKNOWN names a role that
// nobody can have.
absl::StatusOr<std::vector<model::Role>> RolesToAsk(store::ReadTxn& txn,
                                                    const model::ObjectId& object,
                                                    const model::Peer& peer,
                                                    const std::vector<std::string>& going,
                                                    policy::Decision& decision) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::HoldRelease> let_go,
                           store::HoldReleasesOf(txn, object, peer.id));
  std::vector<model::Role> roles;
  for (const std::string& word : decision.duties.hold_for) {
    const absl::StatusOr<model::Role> role = model::ParseRole(word);
    if (!role.ok()) return absl::UnknownError(word);
    const auto done =
        std::find_if(let_go.begin(), let_go.end(), [&](const store::HoldRelease& release) {
          return release.role == *role &&
                 std::includes(release.labels.begin(), release.labels.end(), going.begin(),
                               going.end());
        });
    if (done == let_go.end()) {
      roles.push_back(*role);
    } else {
      AddTo(decision.because, absl::StrCat(done->by_user, " let it go as ", word));
    }
  }
  std::sort(roles.begin(), roles.end());
  return roles;
}

std::string Named(const std::vector<model::Role>& roles) {
  std::vector<std::string> names;
  for (const model::Role role : roles) names.emplace_back(model::ToText(role));
  return absl::StrJoin(names, " and ");
}

// Of what is redacted but mentioned in the text that goes, what nobody let go. Who let one go did
// not see another that a later policy keeps back.
absl::StatusOr<std::vector<std::string>> MentionsToAsk(
    store::ReadTxn& txn, const authz::ItemFacts& facts, const model::ObjectId& object,
    const model::Peer& peer, const std::vector<std::string>& going, policy::Decision& decision) {
  std::vector<std::string> mentions = ResidualMentions(facts.view.parts, going);
  if (mentions.empty()) return mentions;
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::MentionRelease> let_go,
                           store::MentionReleasesOf(txn, object, peer.id));
  for (const store::MentionRelease& release : let_go) {
    std::erase_if(mentions, [&release](const std::string& mentioned) {
      return std::binary_search(release.labels.begin(), release.labels.end(), mentioned);
    });
    AddTo(decision.because, absl::StrCat(release.by_user, " let it go although the text contains ",
                                         absl::StrJoin(release.labels, ", ")));
  }
  return mentions;
}

// A person has to look first: nothing if nobody has to. Those who did are added to the reason.
absl::StatusOr<std::optional<Withheld>> ForAPerson(
    store::ReadTxn& txn, const authz::ItemFacts& facts, const model::ObjectId& object,
    const model::Peer& peer, const std::vector<std::string>& going, policy::Decision& decision) {
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<std::string> mentions,
                           MentionsToAsk(txn, facts, object, peer, going, decision));
  std::vector<model::Role> roles;
  if (!decision.duties.hold_for.empty()) {
    auto to_ask = RolesToAsk(txn, object, peer, going, decision);
    if (absl::IsUnknown(to_ask.status())) {
      return No(kRuleDuty, absl::StrCat("hold for ", to_ask.status().message(),
                                        ": nobody at this node can have that role"));
    }
    FAIRWAY_RETURN_IF_ERROR(to_ask.status());
    roles = *std::move(to_ask);
  }
  if (mentions.empty() && roles.empty()) return std::nullopt;
  std::string because;
  if (!roles.empty()) {
    because = absl::StrCat("rule ", decision.rule, " holds it for: ", Named(roles));
  }
  if (!mentions.empty()) {
    AddTo(because,
          absl::StrCat("rule ", decision.rule, " keeps back what the remaining text contains: ",
                       absl::StrJoin(mentions, ", ")));
  }
  Withheld withheld = No(roles.empty() ? kRuleMention : kRuleHold, std::move(because));
  withheld.mentions = std::move(mentions);
  withheld.roles = std::move(roles);
  withheld.going = going;
  withheld.of_rule = decision.rule;
  return withheld;
}

// Not now: the peer is late with a receipt, or it is too early.
absl::StatusOr<std::optional<Withheld>> NotNow(store::ReadTxn& txn, const authz::ItemFacts& facts,
                                               const model::Peer& peer,
                                               const policy::Decision& decision, bool is_new,
                                               absl::Time now) {
  const policy::Duties& duties = decision.duties;
  if (duties.delay.has_value() && now < facts.stored_at + *duties.delay) {
    const absl::Time until = facts.stored_at + *duties.delay;
    Withheld withheld =
        No(kRuleDelay, absl::StrCat("waits until ", TimeText(until), ": rule ", decision.rule));
    withheld.of_rule = decision.rule;
    withheld.until = until;
    return withheld;
  }
  if (!duties.receipt_within.has_value() || !is_new) return std::nullopt;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OverdueReceipt> late,
                           store::OverdueReceiptOf(txn, peer.id, now));
  if (!late.has_value()) return std::nullopt;
  Withheld withheld =
      No(kRuleReceipt, absl::StrCat("the receipt for record ", late->feed_seq, " was due at ",
                                    TimeText(late->due), ": rule ", decision.rule));
  withheld.of_rule = decision.rule;
  return withheld;
}

}  // namespace

absl::StatusOr<authz::ItemFacts> FactsOf(store::ReadTxn& txn, const store::StoredRevision& stored) {
  FAIRWAY_ASSIGN_OR_RETURN(authz::ItemFacts facts, MarksOf(txn, stored));
  FAIRWAY_ASSIGN_OR_RETURN(facts.view.parts, store::GetPartsOf(txn, stored.id));
  return facts;
}

struct ReleaseGate::Held {
  model::ObjectId object;
  std::string signed_bytes;
  authz::ItemFacts facts;
};

absl::StatusOr<std::variant<Grant, Withheld>> ReleaseGate::DecideHeld(store::ReadTxn& txn,
                                                                      const model::ObjectId& object,
                                                                      const model::Peer& peer,
                                                                      absl::Time now, Stage stage,
                                                                      Held& held) const {
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::StoredRevision> stored,
                           store::GetRevision(txn, object));
  if (!stored.has_value()) return No(kRuleNotHere, "this node does not hold it");
  FAIRWAY_ASSIGN_OR_RETURN(const uint64_t recalled,
                           store::RecalledThrough(txn, stored->body.origin, stored->body.item_id));
  if (stored->body.revision <= recalled) return No(kRuleState, "it was recalled");
  FAIRWAY_ASSIGN_OR_RETURN(held.facts, MarksOf(txn, *stored));
  // Much of what a walk comes to stays here for one of these, whatever it says.
  if (std::optional<Withheld> no = Floors(held.facts, authorizer_.self(), peer, now);
      no.has_value()) {
    return *std::move(no);
  }
  FAIRWAY_ASSIGN_OR_RETURN(held.facts.view.parts, store::GetPartsOf(txn, stored->id));
  held.object = object;
  held.signed_bytes = std::move(stored->signed_bytes);
  return JudgeAt(txn, held.facts, object, peer, now, stage);
}

absl::StatusOr<std::variant<Grant, Withheld>> ReleaseGate::Decide(store::ReadTxn& txn,
                                                                  const model::ObjectId& object,
                                                                  const model::Peer& peer,
                                                                  absl::Time now) const {
  Held held;
  return DecideHeld(txn, object, peer, now, Stage::kNew, held);
}

absl::StatusOr<std::variant<Granted, Withheld>> ReleaseGate::DecideAndOpen(
    store::ReadTxn& txn, const model::ObjectId& object, const model::Peer& peer,
    absl::Time now) const {
  Held held;
  FAIRWAY_ASSIGN_OR_RETURN(auto verdict, DecideHeld(txn, object, peer, now, Stage::kNew, held));
  if (Withheld* no = std::get_if<Withheld>(&verdict); no != nullptr) return std::move(*no);
  Granted granted{.grant = std::get<Grant>(std::move(verdict)), .content = std::nullopt};
  auto content = PutTogether(txn, std::move(held), granted.grant.labels, peer);
  if (content.ok() && std::holds_alternative<Released>(*content)) {
    granted.content = std::get<Released>(*std::move(content));
  }
  return granted;
}

absl::StatusOr<std::variant<Grant, Withheld>> ReleaseGate::Judge(store::ReadTxn& txn,
                                                                 const authz::ItemFacts& facts,
                                                                 const model::ObjectId& object,
                                                                 const model::Peer& peer,
                                                                 absl::Time now) const {
  return JudgeAt(txn, facts, object, peer, now, Stage::kNew);
}

absl::StatusOr<std::variant<Grant, Withheld>> ReleaseGate::JudgeAt(
    store::ReadTxn& txn, const authz::ItemFacts& facts, const model::ObjectId& object,
    const model::Peer& peer, absl::Time now, Stage stage) const {
  const model::AuthorityId& self = authorizer_.self();
  if (std::optional<Withheld> no = Floors(facts, self, peer, now); no.has_value()) return *no;

  const std::shared_ptr<const authz::ActivePolicy> active = authorizer_.policy();
  if (active != nullptr) {
    const auto known = active->attribute_versions.find(peer.id);
    if (known == active->attribute_versions.end() || known->second != peer.attributes.version) {
      return absl::AbortedError(
          absl::StrCat("the policy was loaded before \"", peer.name, "\" last changed"));
    }
  }
  policy::Decision decision = authorizer_.Release(active.get(), facts, peer, NamesIn(txn), now);
  if (decision.verdict != policy::Decision::Verdict::kRelease) return Withheld{decision};
  Grant grant;
  std::vector<crypto::Digest> digests;
  for (const model::Part& part : facts.view.parts) {
    if (model::IsPrivate(part.label)) continue;
    if (decision.duties.Releases(part.label)) {
      grant.labels.push_back(part.label);
      digests.push_back(part.digest());
      grant.content_bytes += part.bytes.size();
    } else {
      grant.withheld.push_back(part.label);
    }
  }
  std::sort(grant.labels.begin(), grant.labels.end());
  std::sort(grant.withheld.begin(), grant.withheld.end());
  std::sort(digests.begin(), digests.end());
  const std::optional<model::Terms> terms = TermsFor(facts, self, decision.duties, now);
  if (!terms.has_value()) return No(kRuleDuty, "a marking to raise to is not known here");
  const bool own = facts.view.body.origin == self;
  if (const std::optional<std::string> duty = Unfulfillable(decision.duties, *terms, peer, own);
      duty.has_value()) {
    return No(kRuleDuty, *duty);
  }
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<Withheld> no,
                           ForAPerson(txn, facts, object, peer, grant.labels, decision));
  if (no.has_value()) return *std::move(no);
  FAIRWAY_ASSIGN_OR_RETURN(no, NotNow(txn, facts, peer, decision, stage == Stage::kNew, now));
  if (no.has_value()) return *std::move(no);
  if (decision.duties.receipt_within.has_value()) {
    grant.receipt_due = now + *decision.duties.receipt_within;
  }
  grant.object = object;
  grant.item = facts.view.body.item_id;
  grant.revision = facts.view.body.revision;
  grant.kind = facts.view.body.kind;
  grant.parts_digest = model::PartsDigest(digests);
  grant.terms = *terms;
  grant.decision = std::move(decision);
  grant.policy_number = active == nullptr ? 0 : active->number;
  if (active != nullptr) grant.profile_hash = active->profile_hash;
  grant.peer_attributes_version = peer.attributes.version;
  grant.decided_at = now;
  return grant;
}

absl::StatusOr<std::variant<Released, Withheld>> ReleaseGate::Open(store::ReadTxn& txn,
                                                                   const store::Release& row,
                                                                   const model::Peer& peer,
                                                                   absl::Time now) const {
  if (row.peer != peer.id) return absl::InternalError("a release row of another peer");
  Held held;
  FAIRWAY_ASSIGN_OR_RETURN(const auto verdict,
                           DecideHeld(txn, row.object, peer, now, Stage::kNumbered, held));
  if (const Withheld* no = std::get_if<Withheld>(&verdict); no != nullptr) return *no;
  const Grant& grant = std::get<Grant>(verdict);
  if (!std::includes(grant.labels.begin(), grant.labels.end(), row.labels.begin(),
                     row.labels.end())) {
    return No(kRuleNarrowed, "parts that were to go stay here now");
  }
  if (std::optional<Withheld> no = OfTerms(row.terms, grant.terms, now); no.has_value()) return *no;
  return PutTogether(txn, std::move(held), row.labels, peer);
}

absl::StatusOr<std::variant<Released, Withheld>> ReleaseGate::PutTogether(
    store::ReadTxn& txn, Held held, const std::vector<std::string>& labels,
    const model::Peer& peer) const {
  const model::ItemBody& body = held.facts.view.body;
  wire::Rendition rendition;
  rendition.object = held.object;
  rendition.signed_item = std::move(held.signed_bytes);
  if (body.revision > 1) {
    FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::RecallRow> before,
                             store::NarrowingFor(txn, body.origin, body.item_id, body.revision));
    if (!before.has_value()) return No(kRuleNotHere, "the recall of the revisions before it");
    rendition.recall_before = std::move(before->signed_bytes);
  }
  for (model::Part& part : held.facts.view.parts) {
    if (std::binary_search(labels.begin(), labels.end(), part.label)) {
      rendition.parts.push_back(std::move(part));
    }
  }
  if (body.origin != authorizer_.self()) {
    FAIRWAY_ASSIGN_OR_RETURN(rendition.manifests,
                             ManifestChain(txn, body.origin, body.origin_manifest));
  }
  return Released(std::move(rendition), peer.id);
}

absl::StatusOr<std::variant<Released, Withheld>> ReleaseGate::OpenRecall(
    store::ReadTxn& txn, const store::Release& row, const model::Peer& peer) const {
  if (row.peer != peer.id || row.op != model::Op::kRecall) {
    return absl::InternalError("no recall of this peer's feed");
  }
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::RecallRow> recall,
                           store::GetRecall(txn, row.object));
  if (!recall.has_value()) return No(kRuleNotHere, "this node does not hold the statement");
  wire::Rendition rendition;
  rendition.object = row.object;
  rendition.signed_item = std::move(recall->signed_bytes);
  if (recall->recall.origin != authorizer_.self()) {
    FAIRWAY_ASSIGN_OR_RETURN(rendition.manifests, ManifestChain(txn, recall->recall.origin,
                                                                recall->recall.origin_manifest));
  }
  return Released(std::move(rendition), peer.id);
}

absl::StatusOr<std::variant<ReleasedChunk, Withheld>> ReleaseGate::OpenChunk(
    store::ReadTxn& txn, const wire::ChunkRequest& request, const model::Peer& peer,
    absl::Time now) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Terms> given,
                           TermsGiven(txn, peer.id, request.object, request.label));
  if (!given.has_value()) {
    return No(kRuleNotReleased, "this attachment was not released to the peer");
  }
  Held held;
  FAIRWAY_ASSIGN_OR_RETURN(const auto verdict,
                           DecideHeld(txn, request.object, peer, now, Stage::kNumbered, held));
  if (const Withheld* no = std::get_if<Withheld>(&verdict); no != nullptr) return *no;
  const Grant& grant = std::get<Grant>(verdict);
  if (!std::binary_search(grant.labels.begin(), grant.labels.end(), request.label)) {
    return No(kRuleNarrowed, "this attachment stays here now");
  }
  if (std::optional<Withheld> no = OfTerms(*given, grant.terms, now); no.has_value()) {
    return *no;
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                           store::GetParts(txn, request.object));
  const auto part = std::find_if(parts.begin(), parts.end(), [&request](const model::Part& each) {
    return each.label == request.label;
  });
  if (part == parts.end()) return No(kRuleNotHere, "this node does not hold the description");
  FAIRWAY_ASSIGN_OR_RETURN(const model::AttachmentDescriptor descriptor,
                           wire::DecodeAttachmentDescriptor(part->bytes));
  const uint32_t chunks =
      static_cast<uint32_t>((descriptor.size + crypto::kChunkBytes - 1) / crypto::kChunkBytes);
  if (request.index >= chunks) return No(kRuleNotHere, "there is no such chunk");

  wire::ChunkReply reply{.object = request.object,
                         .label = request.label,
                         .index = request.index,
                         .data = {},
                         .proof = {},
                         .refused = {}};
  std::vector<crypto::Digest> leaves;
  for (uint32_t index = 0; index < chunks; ++index) {
    FAIRWAY_ASSIGN_OR_RETURN(std::optional<std::string> chunk,
                             store::GetChunk(txn, request.object, request.label, index));
    if (!chunk.has_value()) return No(kRuleNotHere, "the attachment is not complete here");
    leaves.push_back(crypto::LeafHash(*chunk));
    if (index == request.index) reply.data = *std::move(chunk);
  }
  reply.proof = crypto::InclusionProof(leaves, request.index);
  return ReleasedChunk(std::move(reply));
}

bool ReleaseGate::MayHold() const {
  const std::shared_ptr<const authz::ActivePolicy> active = authorizer_.policy();
  // The duty cannot be written without the word.
  return active != nullptr && active->policy->text().find("hold") != std::string::npos;
}

std::string ReleaseGate::PolicyBasis() const {
  const std::shared_ptr<const authz::ActivePolicy> active = authorizer_.policy();
  if (active == nullptr) return "policy none";
  return absl::StrCat("policy ", active->number, " profile ",
                      crypto::Hex(active->profile_hash.view().substr(0, 8)));
}

absl::StatusOr<policy::Explanation> ReleaseGate::Explain(store::ReadTxn& txn,
                                                         const model::ObjectId& object,
                                                         const model::Peer& peer,
                                                         absl::Time now) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> stored,
                           store::GetRevision(txn, object));
  if (!stored.has_value()) return absl::NotFoundError("this node does not hold the item");
  FAIRWAY_ASSIGN_OR_RETURN(const authz::ItemFacts facts, FactsOf(txn, *stored));
  policy::Explanation explanation =
      authorizer_.Explain(authorizer_.policy().get(), facts, peer, NamesIn(txn), now);
  FAIRWAY_ASSIGN_OR_RETURN(const auto verdict, Decide(txn, object, peer, now));
  if (const Withheld* no = std::get_if<Withheld>(&verdict); no != nullptr) {
    explanation.decision = no->decision;
  }
  return explanation;
}

}  // namespace fairway::exchange
