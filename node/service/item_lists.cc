#include "node/service/item_lists.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/service/page_token.h"
#include "node/service/recall_view.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/recall_table.h"

namespace fairway::service {

absl::StatusOr<ItemPage> ReadPage(const store::Database& database, store::RevisionFilter filter,
                                  const PageRequest& page, const NodeIdentity& node,
                                  const model::PeerDirectory& directory, absl::Time now) {
  if (page.limit > kMaxPage) {
    return MakeProblem(absl::StatusCode::kInvalidArgument,
                       {.code = "FW-LIST-001",
                        .message = absl::StrCat("a page of ", page.limit,
                                                " items is asked for, limit is ", kMaxPage),
                        .why = {},
                        .next = {absl::StrCat("fairway list --limit ", kMaxPage)}});
  }
  if (!page.token.empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(filter.before_id, ReadToken(TokenKind::kItems, page.token));
  }
  const size_t limit = page.limit == 0 ? kDefaultPage : page.limit;
  filter.limit = limit + 1;  // one more tells whether there is a next page
  ItemPage answer;
  FAIRWAY_RETURN_IF_ERROR(database.Read([&](store::ReadTxn& txn) -> absl::Status {
    answer = {};
    FAIRWAY_ASSIGN_OR_RETURN(std::vector<store::StoredRevision> rows,
                             store::ListRevisions(txn, filter));
    if (rows.size() > limit) {
      rows.resize(limit);
      answer.next = MakeToken(TokenKind::kItems, rows.back().id);
    }
    for (const store::StoredRevision& row : rows) {
      if (row.state == store::RevisionState::kRecalled) {
        // An item is listed once, as its newest revision.
        FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                                 store::LatestRevision(txn, row.body.origin, row.body.item_id));
        if (latest.has_value() && latest->object != row.object) continue;
      }
      FAIRWAY_ASSIGN_OR_RETURN(v1::ItemSummary summary, Summarise(txn, row, node, directory, now));
      answer.items.push_back(std::move(summary));
    }
    return absl::OkStatus();
  }));
  return answer;
}

absl::StatusOr<std::vector<v1::ItemSummary>> TakenBack(const store::Database& database,
                                                       const NodeIdentity& node,
                                                       const model::PeerDirectory& directory,
                                                       absl::Time now) {
  std::vector<v1::ItemSummary> items;
  FAIRWAY_RETURN_IF_ERROR(database.Read([&](store::ReadTxn& txn) -> absl::Status {
    items.clear();
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::RecallRow> recalls,
                             store::LatestRecalls(txn, kMaxNotices));
    for (const store::RecallRow& recall : recalls) {
      if (!recall.received_from || recall.at < now - kNoticeTime) continue;
      FAIRWAY_ASSIGN_OR_RETURN(
          const std::optional<store::StoredRevision> latest,
          store::LatestRevision(txn, recall.recall.origin, recall.recall.item));
      if (!latest) continue;  // it came before the item, which nobody here has seen
      FAIRWAY_ASSIGN_OR_RETURN(v1::ItemSummary item, Summarise(txn, *latest, node, directory, now));
      const bool twice = std::any_of(items.begin(), items.end(), [&](const v1::ItemSummary& other) {
        return other.object_id() == item.object_id();
      });
      if (twice) continue;
      item.set_recalled(RecallWords(recall));
      items.push_back(std::move(item));
    }
    return absl::OkStatus();
  }));
  return items;
}

}  // namespace fairway::service
