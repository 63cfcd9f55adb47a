#include "node/exchange/publisher.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "crypto/envelope.h"
#include "crypto/merkle.h"
#include "crypto/parts.h"
#include "node/audit/event.h"
#include "node/exchange/narrowing.h"
#include "node/model/audience.h"
#include "node/model/feed.h"
#include "node/model/labels.h"
#include "node/model/ref.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/attachment_table.h"
#include "node/store/log_table.h"
#include "node/wire/item_codec.h"
#include "node/wire/recall_codec.h"

namespace fairway::exchange {
namespace {

absl::Status Refuse(absl::StatusCode code, std::string fw, std::string message,
                    std::vector<std::string> next) {
  return MakeProblem(
      code,
      {.code = std::move(fw), .message = std::move(message), .why = {}, .next = std::move(next)});
}

// Names as an officer of this node writes them: its peers, and the groups they are in.
model::NameResolver NamesOf(const model::PeerDirectory& directory) {
  return [&directory](std::string_view name) -> std::optional<model::AudienceMember> {
    std::optional<model::Peer> peer = directory.FindByName(name);
    if (peer.has_value() && peer->state != model::PeerState::kRemoved) {
      return model::AudienceMember{
          .kind = model::AudienceMember::Kind::kAuthority, .authority = peer->id, .name = ""};
    }
    for (const model::Peer& each : directory.All()) {
      const std::vector<std::string>& groups = each.attributes.groups;
      if (std::find(groups.begin(), groups.end(), name) != groups.end()) {
        return model::AudienceMember{.kind = model::AudienceMember::Kind::kGroup,
                                     .authority = {},
                                     .name = std::string(name)};
      }
    }
    return std::nullopt;
  };
}

crypto::Digest RandomDigest(env::Entropy& entropy) {
  crypto::Digest digest;
  entropy.Fill(digest.bytes.data(), digest.bytes.size());
  return digest;
}

model::ItemId RandomItemId(env::Entropy& entropy) {
  std::array<uint8_t, model::kItemIdBytes> random;
  entropy.Fill(random.data(), random.size());
  return model::ItemId::FromRandom(random);
}

// The number of the revision too: who agreed did not see one that came between.
std::string HashOf(uint64_t revision, const std::vector<PeerVerdict>& verdicts) {
  std::string text = absl::StrCat(revision, "\n");
  for (const PeerVerdict& verdict : verdicts) {
    absl::StrAppend(&text, verdict.peer, "\n", verdict.release ? "release" : "withhold", "\n",
                    verdict.rule, "\n", verdict.recalled ? "recall" : "", "\n",
                    verdict.redacted.size(), "\n");
    for (const std::string& label : verdict.redacted) absl::StrAppend(&text, label, "\n");
  }
  return crypto::Hex(crypto::TaggedHash("fairway/preview/v1", text).view());
}

}  // namespace

absl::StatusOr<Publisher::Prepared> Publisher::Prepare(
    model::Draft draft, const std::optional<store::StoredRevision>& previous) const {
  FAIRWAY_RETURN_IF_ERROR(model::Validate(draft));
  FAIRWAY_ASSIGN_OR_RETURN(const model::Audience audience,
                           model::ResolveAudience(draft, NamesOf(directory_)));
  std::vector<std::pair<std::string, std::string>> contents = model::PartsOf(draft, audience);
  for (size_t i = 0; i < draft.attachments.size(); ++i) {
    const model::Attachment& attachment = draft.attachments[i];
    contents.emplace_back(
        model::Numbered(model::label::kAttachments, i + 1),
        wire::EncodeAttachmentDescriptor({.name = attachment.name,
                                          .size = attachment.bytes.size(),
                                          .media_type = attachment.media_type,
                                          .chunk_root = crypto::ChunkRoot(attachment.bytes)}));
  }
  Prepared prepared;
  std::vector<crypto::Digest> digests;
  for (auto& [label, bytes] : contents) {
    model::Part part{.label = std::move(label), .salt = {}, .bytes = std::move(bytes)};
    entropy_.Fill(part.salt.data(), part.salt.size());
    digests.push_back(part.digest());
    prepared.parts.push_back(std::move(part));
  }
  model::ItemBody& body = prepared.revision.body;
  body.item_id = previous.has_value() ? previous->body.item_id : RandomItemId(entropy_);
  body.revision = previous.has_value() ? previous->body.revision + 1 : 1;
  if (previous.has_value()) body.prev = previous->object;
  body.origin = identity_.authority;
  body.origin_manifest = identity_.manifest_version;
  body.kind = draft.kind;
  body.mode = draft.mode;
  body.tlp = *draft.tlp;
  body.pap = draft.pap;
  body.precedence = draft.precedence;
  body.onward = draft.onward;
  body.not_after = draft.not_after;
  FAIRWAY_ASSIGN_OR_RETURN(body.part_digests, crypto::CommitParts(std::move(digests), [this] {
                             return RandomDigest(entropy_);
                           }));

  const crypto::Signed envelope =
      crypto::Seal(crypto::kTypeItem, wire::EncodeItemBody(body), identity_.item_key);
  prepared.revision.object = crypto::ObjectId(envelope.type, envelope.body);
  prepared.revision.signed_bytes = crypto::EncodeSigned(envelope);
  prepared.revision.stored_at = clock_.Now();
  prepared.attachments = std::move(draft.attachments);
  if (previous.has_value()) {
    store::RecallRow& before = prepared.recall_before.emplace();
    before.recall =
        model::NarrowingBefore(body.origin, body.item_id, body.origin_manifest, body.revision);
    const crypto::Signed statement = wire::SealRecall(before.recall, identity_.item_key);
    before.object = crypto::ObjectId(statement.type, statement.body);
    before.effective = false;
    before.signed_bytes = crypto::EncodeSigned(statement);
    before.at = prepared.revision.stored_at;
  }
  return prepared;
}

absl::StatusOr<Published> Publisher::Store(const model::Caller& caller, const Prepared& prepared) {
  const model::ItemBody& body = prepared.revision.body;
  const model::ObjectId& object = prepared.revision.object;
  Published published{.ref = model::RefOf(body.kind, body.item_id),
                      .item = body.item_id,
                      .object = object,
                      .revision = body.revision,
                      .audit_seq = 0};
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                             store::LatestRevision(txn, body.origin, body.item_id));
    if (latest.has_value() && latest->object != body.prev) {
      return Refuse(absl::StatusCode::kAborted, "FW-PUB-025",
                    absl::StrCat("a revision of ", published.ref, " was published meanwhile"),
                    {absl::StrCat("fairway show ", published.ref)});
    }
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t recalled,
                             store::RecalledThrough(txn, body.origin, body.item_id));
    if (body.revision <= recalled) {
      return Refuse(absl::StatusCode::kFailedPrecondition, "FW-PUB-023",
                    absl::StrCat(published.ref, " was recalled"), {"fairway publish FILE"});
    }
    if (prepared.recall_before.has_value()) {
      FAIRWAY_RETURN_IF_ERROR(store::PutRecall(txn, *prepared.recall_before));
    }
    FAIRWAY_RETURN_IF_ERROR(store::PutRevision(txn, prepared.revision, prepared.parts).status());
    for (size_t i = 0; i < prepared.attachments.size(); ++i) {
      const std::string label = model::Numbered(model::label::kAttachments, i + 1);
      const std::string& bytes = prepared.attachments[i].bytes;
      for (size_t start = 0, index = 0; start < bytes.size();
           start += crypto::kChunkBytes, ++index) {
        FAIRWAY_RETURN_IF_ERROR(
            store::PutChunk(txn, object, label, static_cast<uint32_t>(index),
                            std::string_view(bytes).substr(start, crypto::kChunkBytes)));
      }
    }
    FAIRWAY_RETURN_IF_ERROR(store::AppendToLog(txn, object, model::LaneFor(body.precedence),
                                               prepared.revision.stored_at)
                                .status());
    FAIRWAY_ASSIGN_OR_RETURN(
        published.audit_seq,
        audit_.Append(txn, {.kind = audit::EventKind::kItemPublished,
                            .actor = caller.user,
                            .role = PublisherRole(caller),
                            .objects = {published.ref, crypto::Hex(object.view())},
                            .outcome = "ok",
                            .reason = "",
                            .detail = {{"revision", absl::StrCat(body.revision)},
                                       {"tlp", std::string(model::ToText(body.tlp))}}}));
    return absl::OkStatus();
  }));
  if (published_) published_();
  return published;
}

absl::StatusOr<Published> Publisher::Publish(const model::Caller& caller, model::Draft draft,
                                             const std::string& if_preview) {
  FAIRWAY_RETURN_IF_ERROR(CheckMayPublish(caller));
  FAIRWAY_ASSIGN_OR_RETURN(const Prepared prepared, Prepare(std::move(draft), std::nullopt));
  FAIRWAY_RETURN_IF_ERROR(CheckPreview(prepared, if_preview));
  return Store(caller, prepared);
}

absl::StatusOr<store::StoredRevision> Publisher::Revisable(const model::AuthorityId& origin,
                                                           const model::ItemId& item,
                                                           model::Kind kind) const {
  std::optional<store::StoredRevision> latest;
  bool recalled = false;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(latest, store::LatestRevision(txn, origin, item));
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t through, store::RecalledThrough(txn, origin, item));
    recalled = latest.has_value() && latest->body.revision < through;
    return absl::OkStatus();
  }));
  if (!latest.has_value()) {
    return Refuse(absl::StatusCode::kNotFound, "FW-PUB-021", "there is no such item here",
                  {"fairway list"});
  }
  const std::string ref = model::RefOf(latest->body.kind, item);
  if (latest->body.origin != identity_.authority) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "FW-PUB-022",
                  absl::StrCat(ref, " was published by another authority: only it can revise it"),
                  {absl::StrCat("fairway show ", ref)});
  }
  if (recalled) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "FW-PUB-023",
                  absl::StrCat(ref, " was recalled"), {"fairway publish FILE"});
  }
  if (latest->body.kind != kind) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "FW-PUB-024",
                  absl::StrCat(ref, " is a ", std::string(model::ToText(latest->body.kind)),
                               " and stays one"),
                  {"fairway publish FILE"});
  }
  return *std::move(latest);
}

absl::StatusOr<Published> Publisher::Revise(const model::Caller& caller,
                                            const model::AuthorityId& origin,
                                            const model::ItemId& item, model::Draft draft,
                                            const std::string& if_preview) {
  FAIRWAY_RETURN_IF_ERROR(CheckMayPublish(caller));
  FAIRWAY_ASSIGN_OR_RETURN(store::StoredRevision latest, Revisable(origin, item, draft.kind));
  FAIRWAY_ASSIGN_OR_RETURN(const Prepared prepared, Prepare(std::move(draft), std::move(latest)));
  FAIRWAY_RETURN_IF_ERROR(CheckPreview(prepared, if_preview));
  return Store(caller, prepared);
}

absl::StatusOr<Preview> Publisher::PreviewOf(model::Draft draft) const {
  FAIRWAY_ASSIGN_OR_RETURN(const Prepared prepared, Prepare(std::move(draft), std::nullopt));
  return Judge(prepared);
}

absl::StatusOr<Preview> Publisher::PreviewOfRevision(const model::AuthorityId& origin,
                                                     const model::ItemId& item,
                                                     model::Draft draft) const {
  FAIRWAY_ASSIGN_OR_RETURN(store::StoredRevision latest, Revisable(origin, item, draft.kind));
  FAIRWAY_ASSIGN_OR_RETURN(const Prepared prepared, Prepare(std::move(draft), std::move(latest)));
  return Judge(prepared);
}

absl::Status Publisher::CheckPreview(const Prepared& prepared,
                                     const std::string& if_preview) const {
  if (if_preview.empty()) return absl::OkStatus();
  FAIRWAY_ASSIGN_OR_RETURN(const Preview preview, Judge(prepared));
  if (preview.hash == if_preview) return absl::OkStatus();
  const bool revises = prepared.revision.body.revision > 1;
  return Refuse(absl::StatusCode::kAborted, "FW-PUB-020",
                "who would receive this has changed since the preview: nothing was published",
                {revises ? "fairway revise REF FILE --preview" : "fairway publish FILE --preview"});
}

absl::StatusOr<Preview> Publisher::Judge(const Prepared& prepared) const {
  const authz::ItemFacts facts{
      .view = {.body = prepared.revision.body, .parts = prepared.parts, .terms = {}},
      .state = "active",
      .stored_at = prepared.revision.stored_at,
      .received_from = std::nullopt};
  Preview preview;
  for (const model::Peer& peer : directory_.All()) {
    if (peer.state == model::PeerState::kRemoved) continue;
    PeerVerdict verdict;
    verdict.peer = peer.name;
    verdict.state = peer.state;
    FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
      FAIRWAY_ASSIGN_OR_RETURN(const auto answer, gate_.Judge(txn, facts, prepared.revision.object,
                                                              peer, prepared.revision.stored_at));
      const Grant* grant = std::get_if<Grant>(&answer);
      const policy::Decision& decision =
          grant != nullptr ? grant->decision : std::get<Withheld>(answer).decision;
      verdict.release = grant != nullptr;
      verdict.rule = decision.rule;
      verdict.because = decision.because;
      verdict.file = decision.file;
      verdict.line = decision.line;
      if (grant != nullptr) {
        verdict.redacted = grant->withheld;
        return absl::OkStatus();
      }
      FAIRWAY_ASSIGN_OR_RETURN(verdict.recalled, WouldNarrow(txn, peer.id, prepared.revision.body,
                                                             std::get<Withheld>(answer)));
      return absl::OkStatus();
    }));
    preview.peers.push_back(std::move(verdict));
  }
  preview.hash = HashOf(prepared.revision.body.revision, preview.peers);
  return preview;
}

}  // namespace fairway::exchange
