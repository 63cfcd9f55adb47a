#include "node/service/recall_view.h"

#include <tuple>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"

namespace fairway::service {

absl::StatusOr<std::optional<store::RecallRow>> RecallOf(store::ReadTxn& txn,
                                                         const store::StoredRevision& stored) {
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<store::RecallRow> rows,
                           store::RecallsOf(txn, stored.body.origin, stored.body.item_id));
  std::optional<store::RecallRow> strongest;
  for (store::RecallRow& row : rows) {
    if (!row.effective || row.recall.through < stored.body.revision) continue;
    if (!strongest || std::tie(row.recall.grade, row.recall.through) >=
                          std::tie(strongest->recall.grade, strongest->recall.through)) {
      strongest = std::move(row);
    }
  }
  return strongest;
}

std::string RecallWords(const store::RecallRow& row) {
  return absl::StrCat(std::string(model::ToText(row.recall.grade)), ": ",
                      std::string(model::ToText(row.recall.reason)));
}

v1::RecallInfo Describe(const store::RecallRow& row, const NodeIdentity& node,
                        const model::PeerDirectory& directory) {
  v1::RecallInfo info;
  info.set_grade(std::string(model::ToText(row.recall.grade)));
  info.set_reason(std::string(model::ToText(row.recall.reason)));
  info.set_at_ms(absl::ToUnixMillis(row.at));
  info.set_by(NameOf(row.recall.origin, node, directory));
  info.set_user(row.by_user);
  info.set_note(row.note);
  info.set_through_revision(row.recall.through);
  return info;
}

}  // namespace fairway::service
