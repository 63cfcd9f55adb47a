#include "node/service/history_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/service/item_finder.h"
#include "node/service/page_token.h"
#include "node/service/recall_view.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "node/store/log_table.h"
#include "node/store/recall_table.h"

namespace fairway::service {
namespace {

absl::StatusOr<v1::RevisionInfo> Describe(store::ReadTxn& txn, const store::StoredRevision& stored,
                                          const NodeIdentity& node,
                                          const model::PeerDirectory& directory, absl::Time now) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::ItemSummary summary,
                           Summarise(txn, stored, node, directory, now));
  v1::RevisionInfo info;
  info.set_revision(stored.body.revision);
  info.set_object_id(summary.object_id());
  info.set_state(summary.state());
  info.set_stored_ms(summary.stored_ms());
  if (stored.received_from) info.set_received_from(NameOf(*stored.received_from, node, directory));
  info.set_title(summary.title());
  info.set_content(!stored.erased);
  return info;
}

// What an entry of the log is to somebody who watches; nothing if it is nothing of an item here.
absl::StatusOr<std::optional<v1::WatchEvent>> EventOf(store::ReadTxn& txn,
                                                      const store::LogEntry& entry,
                                                      const NodeIdentity& node,
                                                      const model::PeerDirectory& directory,
                                                      absl::Time now) {
  v1::WatchEvent event;
  event.set_at_ms(absl::ToUnixMillis(entry.at));
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<store::StoredRevision> stored,
                           store::GetRevision(txn, entry.object));
  if (stored) {
    event.set_what(stored->body.revision == 1 ? "item" : "revision");
  } else {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> recall,
                             store::GetRecall(txn, entry.object));
    if (!recall) return std::nullopt;
    FAIRWAY_ASSIGN_OR_RETURN(
        stored, store::LatestRevision(txn, recall->recall.origin, recall->recall.item));
    if (!stored) return std::nullopt;  // it came before what it recalls
    event.set_what("recall");
    *event.mutable_recall() = Describe(*recall, node, directory);
  }
  FAIRWAY_ASSIGN_OR_RETURN(*event.mutable_item(), Summarise(txn, *stored, node, directory, now));
  return event;
}

}  // namespace

absl::Status HistoryService::History(Call& call, const v1::HistoryRequest& request,
                                     v1::HistoryResponse& response) {
  return database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    response.Clear();
    FAIRWAY_ASSIGN_OR_RETURN(const store::StoredRevision newest, FindItem(txn, request.ref()));
    const model::AuthorityId& origin = newest.body.origin;
    const model::ItemId& item = newest.body.item_id;
    FAIRWAY_ASSIGN_OR_RETURN(*response.mutable_summary(),
                             Summarise(txn, newest, node_, directory_, call.now));
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> revisions,
                             store::RevisionsOf(txn, origin, item));
    for (const store::StoredRevision& stored : revisions) {
      FAIRWAY_ASSIGN_OR_RETURN(*response.add_revisions(),
                               Describe(txn, stored, node_, directory_, call.now));
    }
    FAIRWAY_ASSIGN_OR_RETURN(std::vector<store::RecallRow> recalls,
                             store::RecallsOf(txn, origin, item));
    std::sort(recalls.begin(), recalls.end(),
              [](const auto& a, const auto& b) { return a.log_seq < b.log_seq; });
    for (const store::RecallRow& recall : recalls) {
      if (recall.effective) *response.add_recalls() = Describe(recall, node_, directory_);
    }
    call.objects = {response.summary().ref()};
    return absl::OkStatus();
  });
}

absl::Status HistoryService::Watch(Call& call, const v1::WatchRequest& request,
                                   v1::WatchResponse& response) {
  if (request.limit() > kMaxEvents) {
    return MakeProblem(
        absl::StatusCode::kInvalidArgument,
        {.code = "FW-LIST-001",
         .message =
             absl::StrCat(request.limit(), " events at once are asked for, limit is ", kMaxEvents),
         .why = {},
         .next = {"fairway watch"}});
  }
  const size_t limit = request.limit() == 0 ? kDefaultEvents : request.limit();
  std::optional<uint64_t> after;
  if (!request.after().empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(after, ReadToken(TokenKind::kWatch, request.after()));
  }
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    response.Clear();
    FAIRWAY_ASSIGN_OR_RETURN(const uint64_t last, store::LastLogSeq(txn));
    uint64_t seen = after.value_or(last);
    std::vector<store::LogEntry> entries;
    if (seen < last) {
      FAIRWAY_ASSIGN_OR_RETURN(entries, store::LogRange(txn, seen + 1, last, limit));
    }
    for (const store::LogEntry& entry : entries) {
      seen = entry.seq;
      FAIRWAY_ASSIGN_OR_RETURN(std::optional<v1::WatchEvent> event,
                               EventOf(txn, entry, node_, directory_, call.now));
      if (event) *response.add_events() = *std::move(event);
    }
    response.set_after(MakeToken(TokenKind::kWatch, seen));
    return absl::OkStatus();
  }));
  for (const v1::WatchEvent& event : response.events()) call.objects.push_back(event.item().ref());
  call.detail["count"] = absl::StrCat(response.events_size());
  return absl::OkStatus();
}

}  // namespace fairway::service
