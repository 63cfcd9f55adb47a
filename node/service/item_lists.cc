#include "node/service/item_lists.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "node/service/page_token.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"

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
      FAIRWAY_ASSIGN_OR_RETURN(v1::ItemSummary summary, Summarise(txn, row, node, directory, now));
      answer.items.push_back(std::move(summary));
    }
    return absl::OkStatus();
  }));
  return answer;
}

}  // namespace fairway::service
