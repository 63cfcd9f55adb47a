#include "node/service/desk_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "node/exchange/authenticity.h"
#include "node/exchange/where.h"
#include "node/model/labels.h"
#include "node/model/no_such_peer.h"
#include "node/model/recall.h"
#include "node/service/displayable.h"
#include "node/service/item_lists.h"
#include "node/service/recall_view.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/attachment_table.h"
#include "node/store/feed_table.h"
#include "node/wire/draft_codec.h"
#include "node/wire/fields.h"
#include "node/wire/item_codec.h"

namespace fairway::service {
namespace {

absl::StatusOr<model::Draft> ReadDraft(bool present, const v1::Draft& draft) {
  if (!present) return absl::InvalidArgumentError("field `draft` is missing");
  return wire::ToModel(draft);
}

// Publish and Revise answer with the same fields.
template <typename Response>
void Write(const exchange::Published& published, Response& response) {
  response.set_ref(published.ref);
  response.set_item_id(published.item.raw());
  response.set_object_id(published.object.ToString());
  response.set_revision(published.revision);
  response.set_audit_seq(published.audit_seq);
}

// Lists: Inbox and List answer with the same fields.
template <typename Response>
void Write(ItemPage page, Call& call, Response& response) {
  for (v1::ItemSummary& item : page.items) {
    call.objects.push_back(item.ref());
    *response.add_items() = std::move(item);
  }
  response.set_next_page(page.next);
  call.detail["count"] = absl::StrCat(response.items_size());
}

v1::ReleaseVerdict ToProto(const exchange::PeerVerdict& verdict) {
  v1::ReleaseVerdict proto;
  proto.set_peer(verdict.peer);
  proto.set_release(verdict.release);
  proto.set_rule(verdict.rule);
  proto.set_because(verdict.because);
  proto.set_file(verdict.file);
  proto.set_line(static_cast<uint32_t>(verdict.line));
  for (const std::string& label : verdict.redacted) proto.add_redacted(label);
  proto.set_state(std::string(model::ToText(verdict.state)));
  proto.set_recalled(verdict.recalled);
  return proto;
}

int64_t MillisOrNever(absl::Time time) {
  return time == absl::InfinitePast() ? 0 : absl::ToUnixMillis(time);
}

v1::PeerCopy ToProto(const exchange::PeerCopy& copy) {
  v1::PeerCopy proto;
  proto.set_peer(copy.peer);
  proto.set_state(copy.state);
  proto.set_revision(copy.revision);
  proto.set_rule(copy.rule);
  proto.set_because(copy.because);
  proto.set_file(copy.file);
  proto.set_line(static_cast<uint32_t>(copy.line));
  for (const std::string& label : copy.redacted) proto.add_redacted(label);
  proto.set_decided_ms(absl::ToUnixMillis(copy.decided_at));
  proto.set_code(copy.code);
  proto.set_mention(copy.mention);
  proto.set_recall_since_ms(MillisOrNever(copy.recall_since));
  proto.set_recall_confirmed_ms(MillisOrNever(copy.recall_confirmed));
  return proto;
}

uint32_t ChunksOf(uint64_t bytes) {
  return static_cast<uint32_t>((bytes + crypto::kChunkBytes - 1) / crypto::kChunkBytes);
}

absl::StatusOr<v1::AttachmentInfo> Describe(store::ReadTxn& txn, const model::ObjectId& object,
                                            const model::Part& part) {
  FAIRWAY_ASSIGN_OR_RETURN(const model::AttachmentDescriptor descriptor,
                           wire::DecodeAttachmentDescriptor(part.bytes));
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<uint32_t> here,
                           store::ChunksHere(txn, object, part.label));
  v1::AttachmentInfo info;
  info.set_label(part.label);
  info.set_name(descriptor.name);
  info.set_media_type(descriptor.media_type);
  info.set_size(descriptor.size);
  info.set_complete(here.size() == ChunksOf(descriptor.size));
  return info;
}

// A part goes to the reader as text or, if it describes an attachment, as such.
absl::Status Write(store::ReadTxn& txn, const model::ObjectId& object, const model::Part& part,
                   v1::ShowResponse& response) {
  const absl::StatusOr<model::Label> label = model::ParseLabel(part.label);
  if (label.ok() && label->label_class == model::LabelClass::kAttachment) {
    FAIRWAY_ASSIGN_OR_RETURN(*response.add_attachments(), Describe(txn, object, part));
    return absl::OkStatus();
  }
  v1::Field* field = response.add_fields();
  field->set_label(part.label);
  field->set_text(Displayable(part.bytes));
  return absl::OkStatus();
}

absl::Status NotReadable(const std::string& ref) {
  return MakeProblem(absl::StatusCode::kFailedPrecondition,
                     {.code = "FW-ITEM-003",
                      .message = absl::StrCat(ref,
                                              " is quarantined, expired or recalled: its "
                                              "content is not shown"),
                      .why = {},
                      .next = {absl::StrCat("fairway show ", ref)}});
}

absl::Status NoSuchAttachment(const std::string& ref, const std::string& label) {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-ITEM-004",
                      .message = absl::StrCat(ref, " has no attachment `", label, "` here"),
                      .why = {},
                      .next = {absl::StrCat("fairway show ", ref)}});
}

absl::Status NotComplete(const std::string& label) {
  return MakeProblem(absl::StatusCode::kUnavailable,
                     {.code = "FW-ITEM-005",
                      .message = absl::StrCat("`", label, "` has not arrived completely yet"),
                      .why = {"attachments are fetched after the item, in chunks"},
                      .next = {"fairway peer list   (is the sender connected?)"}});
}

// One attachment with its content, of a revision that may be read.
absl::Status ReadAttachment(store::ReadTxn& txn, const store::StoredRevision& stored,
                            const v1::GetAttachmentRequest& request, absl::Time now,
                            v1::GetAttachmentResponse& response) {
  if (!IsReadable(stored, now)) return NotReadable(request.ref());
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                           store::GetParts(txn, stored.object));
  const auto part = std::find_if(parts.begin(), parts.end(), [&](const model::Part& candidate) {
    return candidate.label == request.label();
  });
  const absl::StatusOr<model::Label> label = model::ParseLabel(request.label());
  if (part == parts.end() || !label.ok() || label->label_class != model::LabelClass::kAttachment) {
    return NoSuchAttachment(request.ref(), request.label());
  }
  FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_info(), Describe(txn, stored.object, *part));
  if (!response.info().complete()) return NotComplete(request.label());
  FAIRWAY_ASSIGN_OR_RETURN(
      *response.mutable_content(),
      store::GetContent(txn, stored.object, request.label(), ChunksOf(response.info().size())));
  return absl::OkStatus();
}

// By what the rooms below know the item that a REF means.
absl::StatusOr<std::pair<model::AuthorityId, model::ItemId>> NameOfItem(
    const store::Database& database, const std::string& ref) {
  std::pair<model::AuthorityId, model::ItemId> name;
  FAIRWAY_RETURN_IF_ERROR(database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const store::StoredRevision stored, FindItem(txn, ref));
    name = {stored.body.origin, stored.body.item_id};
    return absl::OkStatus();
  }));
  return name;
}

}  // namespace

DeskService::DeskService(store::Database& database, exchange::Publisher& publisher,
                         exchange::Recaller& recaller, const exchange::ReleaseGate& gate,
                         policyadmin::PolicyRegistry& policies,
                         const model::PeerDirectory& directory, NodeIdentity node)
    : database_(database),
      publisher_(publisher),
      recaller_(recaller),
      gate_(gate),
      policies_(policies),
      directory_(directory),
      node_(std::move(node)) {}

absl::Status DeskService::Publish(Call& call, const v1::PublishRequest& request,
                                  v1::PublishResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(model::Draft draft, ReadDraft(request.has_draft(), request.draft()));
  if (!request.if_preview().empty()) FAIRWAY_RETURN_IF_ERROR(policies_.Refresh());
  FAIRWAY_ASSIGN_OR_RETURN(const exchange::Published published,
                           publisher_.Publish(call.caller, std::move(draft), request.if_preview()));
  Write(published, response);
  return absl::OkStatus();
}

absl::Status DeskService::Revise(Call& call, const v1::ReviseRequest& request,
                                 v1::ReviseResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(model::Draft draft, ReadDraft(request.has_draft(), request.draft()));
  FAIRWAY_ASSIGN_OR_RETURN(const auto name, NameOfItem(database_, request.ref()));
  if (!request.if_preview().empty()) FAIRWAY_RETURN_IF_ERROR(policies_.Refresh());
  FAIRWAY_ASSIGN_OR_RETURN(const exchange::Published published,
                           publisher_.Revise(call.caller, name.first, name.second, std::move(draft),
                                             request.if_preview()));
  Write(published, response);
  return absl::OkStatus();
}

absl::Status DeskService::Recall(Call& call, const v1::RecallRequest& request,
                                 v1::RecallResponse& response) {
  const auto grade = model::RecallGradeFromWire(static_cast<uint64_t>(request.grade()));
  if (!grade) return wire::BadField("grade", "is missing or not known");
  const auto reason = model::RecallReasonFromWire(static_cast<uint64_t>(request.reason()));
  if (!reason) return wire::BadField("reason", "is missing or not known");
  exchange::RecallOrder order;
  FAIRWAY_ASSIGN_OR_RETURN(std::tie(order.origin, order.item),
                           NameOfItem(database_, request.ref()));
  order.grade = *grade;
  order.reason = *reason;
  order.note = request.note();
  FAIRWAY_ASSIGN_OR_RETURN(const exchange::Recalled recalled, recaller_.Recall(call.caller, order));
  response.set_ref(recalled.ref);
  response.set_object_id(recalled.statement.ToString());
  response.set_through_revision(recalled.through);
  for (const std::string& peer : recalled.peers) response.add_peers(peer);
  response.set_audit_seq(recalled.audit_seq);
  return absl::OkStatus();
}

absl::Status DeskService::Preview(Call& call, const v1::PreviewRequest& request,
                                  v1::PreviewResponse& response) {
  FAIRWAY_ASSIGN_OR_RETURN(model::Draft draft, ReadDraft(request.has_draft(), request.draft()));
  FAIRWAY_RETURN_IF_ERROR(policies_.Refresh());
  exchange::Preview preview;
  if (request.ref().empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(preview, publisher_.PreviewOf(std::move(draft)));
  } else {
    FAIRWAY_ASSIGN_OR_RETURN(const auto name, NameOfItem(database_, request.ref()));
    FAIRWAY_ASSIGN_OR_RETURN(
        preview, publisher_.PreviewOfRevision(name.first, name.second, std::move(draft)));
    call.objects = {request.ref()};
  }
  for (const exchange::PeerVerdict& verdict : preview.peers) {
    *response.add_peers() = ToProto(verdict);
  }
  response.set_hash(preview.hash);
  call.detail["preview"] = preview.hash;
  return absl::OkStatus();
}

absl::Status DeskService::Inbox(Call& call, const v1::InboxRequest& request,
                                v1::InboxResponse& response) {
  store::RevisionFilter filter;
  filter.inbox_only = true;
  if (request.page_token().empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(std::vector<v1::ItemSummary> recalled,
                             TakenBack(database_, node_, directory_, call.now));
    for (v1::ItemSummary& item : recalled) *response.add_recalled() = std::move(item);
  }
  FAIRWAY_ASSIGN_OR_RETURN(
      ItemPage page, ReadPage(database_, filter, {request.limit(), request.page_token()}, node_,
                              directory_, call.now));
  Write(std::move(page), call, response);
  return absl::OkStatus();
}

absl::Status DeskService::List(Call& call, const v1::ListRequest& request,
                               v1::ListResponse& response) {
  store::RevisionFilter filter;
  filter.recalled_too = true;
  if (request.kind() != 0) {
    filter.kind = static_cast<model::Kind>(request.kind());
    call.detail["kind"] = std::string(model::ToText(*filter.kind));
  }
  if (request.mode() != 0) {
    filter.mode = static_cast<model::Mode>(request.mode());
    call.detail["mode"] = std::string(model::ToText(*filter.mode));
  }
  if (!request.origin().empty()) call.detail["origin"] = request.origin();
  if (request.has_since_ms()) filter.since = absl::FromUnixMillis(request.since_ms());
  if (request.origin() == node_.name) {
    filter.origin = node_.authority;
  } else if (!request.origin().empty()) {
    const std::optional<model::Peer> peer = directory_.FindByName(request.origin());
    if (!peer) return model::NoSuchPeer(request.origin());
    filter.origin = peer->id;
  }
  FAIRWAY_ASSIGN_OR_RETURN(
      ItemPage page, ReadPage(database_, filter, {request.limit(), request.page_token()}, node_,
                              directory_, call.now));
  Write(std::move(page), call, response);
  return absl::OkStatus();
}

absl::Status DeskService::Show(Call& call, const v1::ShowRequest& request,
                               v1::ShowResponse& response) {
  return database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const store::StoredRevision stored, FindItem(txn, request.ref()));
    FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_summary(),
                             Summarise(txn, stored, node_, directory_, call.now));
    response.set_onward(std::string(model::ToText(stored.body.onward)));
    const model::ItemView view{stored.body, {}, stored.terms};
    if (const std::optional<absl::Time> expires = view.expires(); expires) {
      response.set_not_after_ms(absl::ToUnixMillis(*expires));
    }
    if (stored.received_from) {
      response.set_received_from(NameOf(*stored.received_from, node_, directory_));
      *response.mutable_terms() = wire::ToProto(stored.terms);
      if (stored.terms.watermark) {
        FAIRWAY_ASSIGN_OR_RETURN(
            const std::optional<uint64_t> record,
            store::StoredFromRecord(txn, *stored.received_from, stored.object));
        response.set_watermark(absl::StrCat("Copy for ", node_.name, ", released by ",
                                            response.received_from(), ", record ",
                                            record.value_or(0)));
      }
    }
    call.objects = {response.summary().ref(), crypto::Hex(stored.object.view())};
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> recall, RecallOf(txn, stored));
    if (recall) *response.mutable_recall() = Describe(*recall, node_, directory_);
    if (!IsReadable(stored, call.now)) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                             store::GetParts(txn, stored.object));
    const absl::Status authentic = exchange::VerifyAuthenticity(txn, stored, parts);
    response.set_signature(authentic.ok() ? "verified" : std::string(authentic.message()));
    for (const model::Part& part : parts) {
      FAIRWAY_RETURN_IF_ERROR(Write(txn, stored.object, part, response));
    }
    return absl::OkStatus();
  });
}

absl::Status DeskService::Where(Call& call, const v1::WhereRequest& request,
                                v1::WhereResponse& response) {
  FAIRWAY_RETURN_IF_ERROR(policies_.Refresh());
  model::AuthorityId origin;
  model::ItemId item;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const store::StoredRevision stored, FindItem(txn, request.ref()));
    origin = stored.body.origin;
    item = stored.body.item_id;
    FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_summary(),
                             Summarise(txn, stored, node_, directory_, call.now));
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> recall, RecallOf(txn, stored));
    if (recall) *response.mutable_recall() = Describe(*recall, node_, directory_);
    return absl::OkStatus();
  }));
  call.objects = {response.summary().ref()};
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<exchange::PeerCopy> copies,
                           exchange::WhereIs(database_, gate_, origin, item, call.now));
  for (const exchange::PeerCopy& copy : copies) *response.add_peers() = ToProto(copy);
  return absl::OkStatus();
}

absl::Status DeskService::GetAttachment(Call& call, const v1::GetAttachmentRequest& request,
                                        v1::GetAttachmentResponse& response) {
  return database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const store::StoredRevision stored, FindItem(txn, request.ref()));
    FAIRWAY_RETURN_IF_ERROR(ReadAttachment(txn, stored, request, call.now, response));
    call.objects = {request.ref(), crypto::Hex(stored.object.view())};
    call.detail["label"] = request.label();
    return absl::OkStatus();
  });
}

}  // namespace fairway::service
