#include "node/exchange/recaller.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "node/audit/event.h"
#include "node/model/feed.h"
#include "node/model/ref.h"
#include "node/model/text.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "node/store/log_table.h"
#include "node/store/peer_table.h"
#include "node/store/recall_table.h"
#include "node/store/release_table.h"
#include "node/wire/recall_codec.h"

namespace fairway::exchange {
namespace {

absl::Status Refuse(absl::StatusCode code, std::string fw, std::string message,
                    std::vector<std::string> next) {
  return MakeProblem(
      code,
      {.code = std::move(fw), .message = std::move(message), .why = {}, .next = std::move(next)});
}

absl::Status CheckOrder(const RecallOrder& order) {
  if (order.reason == model::RecallReason::kNarrowed) {
    return Refuse(absl::StatusCode::kInvalidArgument, "FW-RECALL-005",
                  "\"narrowed\" is said by a revision for fewer, not by a person",
                  {"fairway revise REF FILE"});
  }
  if (order.note.size() > model::kMaxRecallNoteBytes) {
    return Refuse(absl::StatusCode::kInvalidArgument, "FW-RECALL-004",
                  absl::StrCat("the note has ", order.note.size(), " bytes, the limit is ",
                               model::kMaxRecallNoteBytes),
                  {"fairway recall REF --reason CODE --note \"…\""});
  }
  if (const absl::Status text = model::CheckBlock(order.note); !text.ok()) {
    return Refuse(absl::StatusCode::kInvalidArgument, "FW-RECALL-004",
                  absl::StrCat("the note cannot be kept: ", text.message()),
                  {"fairway recall REF --reason CODE --note \"…\""});
  }
  return absl::OkStatus();
}

// Who was ever numbered a revision of it, also who has not confirmed it or refused it: content may
// have arrived all the same.
absl::StatusOr<std::vector<std::string>> PeersWithReleases(store::ReadTxn& txn,
                                                           const model::AuthorityId& origin,
                                                           const model::ItemId& item) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::Release> releases,
                           store::ReleasesOfItem(txn, item));
  std::set<std::string> names;
  for (const store::Release& release : releases) {
    if (release.op != model::Op::kPut) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                             store::GetRevision(txn, release.object));
    if (!revision.has_value() || revision->body.origin != origin) continue;
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer,
                             store::GetPeer(txn, release.peer));
    names.insert(peer.has_value() ? peer->name : release.peer.ToString());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace

absl::StatusOr<Recalled> Recaller::Recall(const model::Caller& caller, const RecallOrder& order) {
  FAIRWAY_RETURN_IF_ERROR(CheckMayPublish(caller));
  FAIRWAY_RETURN_IF_ERROR(CheckOrder(order));
  Recalled recalled;
  FAIRWAY_RETURN_IF_ERROR(database_.WriteReserved([&](store::Txn& txn) {
    recalled = Recalled{};
    return RecallIn(txn, caller, order, recalled);
  }));
  if (recalled_) recalled_();
  return recalled;
}

absl::Status Recaller::RecallIn(store::Txn& txn, const model::Caller& caller,
                                const RecallOrder& order, Recalled& recalled) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                           store::LatestRevision(txn, order.origin, order.item));
  if (!latest.has_value()) {
    return Refuse(absl::StatusCode::kNotFound, "FW-RECALL-001", "there is no such item here",
                  {"fairway list"});
  }
  recalled.ref = model::RefOf(latest->body.kind, order.item);
  if (order.origin != author_.authority) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "FW-RECALL-002",
        absl::StrCat(recalled.ref, " was published by another authority: only it can recall it"),
        {absl::StrCat("fairway show ", recalled.ref)});
  }
  const model::Recall statement{.item = order.item,
                                .origin = order.origin,
                                .origin_manifest = author_.manifest_version,
                                .through = order.grade == model::RecallGrade::kCorrect
                                               ? latest->body.revision
                                               : model::kEveryRevision,
                                .grade = order.grade,
                                .reason = order.reason};
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> before,
                           store::StrongestRecall(txn, order.origin, order.item));
  if (before.has_value() && model::AtLeastAsStrong(before->recall, statement)) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "FW-RECALL-003",
                  absl::StrCat(recalled.ref, " was recalled before (",
                               std::string(model::ToText(before->recall.grade)), ")"),
                  {absl::StrCat("fairway where ", recalled.ref)});
  }
  // Signed inside the transaction, unlike items: which revision is the newest is known only here,
  // and a recall is rare and small.
  const crypto::Signed envelope = wire::SealRecall(statement, author_.item_key);
  store::RecallRow row{.object = crypto::ObjectId(envelope.type, envelope.body),
                       .recall = statement,
                       .effective = true,
                       .signed_bytes = crypto::EncodeSigned(envelope),
                       .received_from = std::nullopt,
                       .by_user = caller.user,
                       .note = order.note,
                       .at = clock_.Now(),
                       .log_seq = 0};
  FAIRWAY_ASSIGN_OR_RETURN(row.log_seq,
                           store::AppendToLog(txn, row.object, model::Lane::kRecall, row.at));
  FAIRWAY_RETURN_IF_ERROR(store::PutRecall(txn, row));
  FAIRWAY_ASSIGN_OR_RETURN(
      const store::MarkedRecalled marked,
      store::MarkRecalled(txn, order.origin, order.item, statement.through,
                          /*erase=*/order.grade == model::RecallGrade::kPurge));
  if (marked.erased > 0) txn.OnCommit([this] { database_.TruncateWalSoon(); });
  recalled.statement = row.object;
  recalled.through = statement.through;
  FAIRWAY_ASSIGN_OR_RETURN(recalled.peers, PeersWithReleases(txn, order.origin, order.item));
  FAIRWAY_ASSIGN_OR_RETURN(
      recalled.audit_seq,
      audit_.Append(txn, {.kind = audit::EventKind::kItemRecalled,
                          .actor = caller.user,
                          .role = PublisherRole(caller),
                          .objects = {recalled.ref, crypto::Hex(row.object.view())},
                          .outcome = "ok",
                          .reason = std::string(model::ToText(order.reason)),
                          .detail = {{"grade", std::string(model::ToText(order.grade))},
                                     {"through", absl::StrCat(statement.through)},
                                     {"erased", absl::StrCat(marked.erased)},
                                     {"peers", absl::StrCat(recalled.peers.size())}}}));
  return absl::OkStatus();
}

}  // namespace fairway::exchange
