#include "node/service/item_lists.h"

#include <charconv>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"

namespace fairway::service {
namespace {

constexpr char kTokenMark = 'p';

std::string TokenBefore(uint64_t id) { return absl::StrCat(std::string(1, kTokenMark), id); }

std::optional<uint64_t> ReadToken(const std::string& token) {
  uint64_t id = 0;
  if (token.empty() || token.front() != kTokenMark) return std::nullopt;
  const char* end = token.data() + token.size();
  const auto read = std::from_chars(token.data() + 1, end, id);
  if (read.ec != std::errc() || read.ptr != end || TokenBefore(id) != token) return std::nullopt;
  return id;
}

}  // namespace

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
    filter.before_id = ReadToken(page.token);
    if (!filter.before_id) {
      return MakeProblem(absl::StatusCode::kInvalidArgument,
                         {.code = "FW-LIST-002",
                          .message = "the page token is not one that this node gave",
                          .why = {},
                          .next = {"ask for the first page again, without a token"}});
    }
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
      answer.next = TokenBefore(rows.back().id);
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
