#include "node/service/item_finder.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/model/labels.h"
#include "node/model/ref.h"
#include "node/service/displayable.h"
#include "node/service/recall_view.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"

namespace fairway::service {
namespace {

std::string_view StateText(store::RevisionState state) {
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

absl::Status NoSuchItem(const std::string& ref) {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-ITEM-001",
                      .message = absl::StrCat("there is no item ", ref, " on this node"),
                      .why = {},
                      .next = {"fairway list", "fairway inbox"}});
}

// What an originator may be called after the '@' of a REF: a peer's name, this node's own, or its
// id.
absl::StatusOr<std::vector<std::string>> WordsFor(store::ReadTxn& txn,
                                                  const model::AuthorityId& origin) {
  std::vector<std::string> words;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::NodeRow> node, store::GetNode(txn));
  if (node.has_value() && node->authority == origin) words.push_back(node->name);
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, origin));
  if (peer.has_value()) words.push_back(peer->name);
  words.push_back(origin.ToString());
  return words;
}

absl::Status SeveralItems(store::ReadTxn& txn, const std::string& ref,
                          const std::vector<store::StoredRevision>& found) {
  Problem problem{.code = "FW-ITEM-002",
                  .message = absl::StrCat(ref, " fits ", found.size(), " items"),
                  .why = {"Say whose is meant, after an @."},
                  .next = {}};
  for (const store::StoredRevision& stored : found) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<std::string> words,
                             WordsFor(txn, stored.body.origin));
    problem.why.push_back(
        absl::StrCat("item ", stored.body.item_id.ToString(), " from ", words.front()));
    problem.next.push_back(absl::StrCat("fairway show ", ref, "@", words.front()));
  }
  return MakeProblem(absl::StatusCode::kFailedPrecondition, std::move(problem));
}

}  // namespace

absl::StatusOr<store::StoredRevision> FindItem(store::ReadTxn& txn, std::string_view ref) {
  const size_t at = ref.find('@');
  FAIRWAY_ASSIGN_OR_RETURN(const model::Ref wanted, model::ParseRef(ref.substr(0, at)));
  const std::string_view prefix(reinterpret_cast<const char*>(wanted.prefix.data()),
                                wanted.prefix.size());
  FAIRWAY_ASSIGN_OR_RETURN(std::vector<store::StoredRevision> found,
                           store::FindByPrefix(txn, prefix));
  std::erase_if(found, [&](const store::StoredRevision& stored) {
    return !wanted.Matches(stored.body.kind, stored.body.item_id);
  });
  if (at != std::string_view::npos) {
    std::vector<store::StoredRevision> theirs;
    for (store::StoredRevision& stored : found) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::vector<std::string> words,
                               WordsFor(txn, stored.body.origin));
      if (std::find(words.begin(), words.end(), ref.substr(at + 1)) != words.end()) {
        theirs.push_back(std::move(stored));
      }
    }
    found = std::move(theirs);
  }
  if (found.empty()) return NoSuchItem(std::string(ref));
  if (found.size() > 1) return SeveralItems(txn, std::string(ref.substr(0, at)), found);
  return std::move(found.front());
}

bool IsExpired(const store::StoredRevision& stored, absl::Time now) {
  const model::ItemView view{stored.body, {}, stored.terms};
  return stored.state == store::RevisionState::kExpired ||
         view.expires().value_or(absl::InfiniteFuture()) <= now;
}

bool IsReadable(const store::StoredRevision& stored, absl::Time now) {
  if (IsExpired(stored, now)) return false;
  switch (stored.state) {
    case store::RevisionState::kActive:
    case store::RevisionState::kSuperseded:
      return true;
    case store::RevisionState::kRecalled:
      return !stored.received_from.has_value() && !stored.erased;
    case store::RevisionState::kQuarantined:
    case store::RevisionState::kExpired:
      break;
  }
  return false;
}

absl::StatusOr<v1::ItemSummary> Summarise(store::ReadTxn& txn, const store::StoredRevision& stored,
                                          const NodeIdentity& node,
                                          const model::PeerDirectory& directory, absl::Time now) {
  model::ItemView view{stored.body, {}, stored.terms};
  if (IsReadable(stored, now)) {
    FAIRWAY_ASSIGN_OR_RETURN(view.parts, store::GetParts(txn, stored.object));
  }
  v1::ItemSummary summary;
  summary.set_ref(model::RefOf(stored.body.kind, stored.body.item_id));
  summary.set_item_id(stored.body.item_id.raw());
  summary.set_object_id(stored.object.ToString());
  summary.set_revision(stored.body.revision);
  summary.set_mode(std::string(model::ToText(stored.body.mode)));
  summary.set_kind(std::string(model::ToText(stored.body.kind)));
  summary.set_tlp(model::Marking(view.tlp()));
  summary.set_pap(absl::StrCat("PAP:", std::string(model::ToText(view.pap()))));
  summary.set_precedence(std::string(model::ToText(stored.body.precedence)));
  summary.set_origin(NameOf(stored.body.origin, node, directory));
  summary.set_title(Displayable(view.Text(model::label::kTitle).value_or("")));
  summary.set_stored_ms(absl::ToUnixMillis(stored.stored_at));
  // That it was recalled says more than that its time is over as well.
  const bool recalled = stored.state == store::RevisionState::kRecalled;
  const auto state =
      !recalled && IsExpired(stored, now) ? store::RevisionState::kExpired : stored.state;
  summary.set_state(std::string(StateText(state)));
  if (recalled) {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::RecallRow> recall, RecallOf(txn, stored));
    if (recall) summary.set_recalled(RecallWords(*recall));
  }
  summary.set_own(!stored.received_from.has_value());
  return summary;
}

}  // namespace fairway::service
