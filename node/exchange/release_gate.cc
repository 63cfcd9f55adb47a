#include "node/exchange/release_gate.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
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
#include "node/store/manifest_table.h"
#include "node/store/mention_table.h"
#include "node/store/peer_table.h"
#include "node/store/recall_table.h"
#include "node/wire/item_codec.h"

namespace fairway::exchange {
namespace {

Withheld No(std::string_view rule, std::string because) {
  Withheld withheld;
  withheld.decision.verdict = policy::Decision::Verdict::kWithhold;
  withheld.decision.rule = std::string(rule);
  withheld.decision.because = std::move(because);
  return withheld;
}

Withheld Mentioned(std::vector<std::string> labels, const std::string& rule) {
  Withheld withheld =
      No(kRuleMention, absl::StrCat("rule ", rule, " keeps back what the remaining text contains: ",
                                    absl::StrJoin(labels, ", ")));
  withheld.mentions = std::move(labels);
  withheld.of_rule = rule;
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

// Duties of the language that this gate does not enforce yet.
std::optional<std::string> Unfulfillable(const policy::Duties& duties) {
  if (duties.delay.has_value()) return "delay";
  if (!duties.hold_for.empty()) return "hold for";
  if (duties.use_for.has_value()) return "use for";
  if (duties.watermark) return "watermark";
  if (duties.notify_originator) return "notify originator";
  if (duties.encrypt_at_rest) return "encrypt at rest";
  if (duties.no_copy) return "no copy";
  return std::nullopt;
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
                                                                      absl::Time now,
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
  return Judge(txn, held.facts, object, peer, now);
}

absl::StatusOr<std::variant<Grant, Withheld>> ReleaseGate::Decide(store::ReadTxn& txn,
                                                                  const model::ObjectId& object,
                                                                  const model::Peer& peer,
                                                                  absl::Time now) const {
  Held held;
  return DecideHeld(txn, object, peer, now, held);
}

absl::StatusOr<std::variant<Granted, Withheld>> ReleaseGate::DecideAndOpen(
    store::ReadTxn& txn, const model::ObjectId& object, const model::Peer& peer,
    absl::Time now) const {
  Held held;
  FAIRWAY_ASSIGN_OR_RETURN(auto verdict, DecideHeld(txn, object, peer, now, held));
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
  if (const std::optional<std::string> duty = Unfulfillable(decision.duties); duty.has_value()) {
    return No(kRuleDuty, absl::StrCat("cannot fulfil: ", *duty));
  }

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
  // A value that is redacted, but mentioned in the text that goes, is for a person to judge; who
  // let one go did not see another that a later policy keeps back.
  std::vector<std::string> mentions = ResidualMentions(facts.view.parts, grant.labels);
  if (!mentions.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::MentionRelease> let_go,
                             store::MentionReleasesOf(txn, object, peer.id));
    for (const store::MentionRelease& release : let_go) {
      std::erase_if(mentions, [&release](const std::string& label) {
        return std::find(release.labels.begin(), release.labels.end(), label) !=
               release.labels.end();
      });
      absl::StrAppend(&decision.because, decision.because.empty() ? "" : "; ", release.by_user,
                      " let it go although the text contains ",
                      absl::StrJoin(release.labels, ", "));
    }
    if (!mentions.empty()) return Mentioned(std::move(mentions), decision.rule);
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
  FAIRWAY_ASSIGN_OR_RETURN(const auto verdict, DecideHeld(txn, row.object, peer, now, held));
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
  FAIRWAY_ASSIGN_OR_RETURN(const auto verdict, Decide(txn, request.object, peer, now));
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
