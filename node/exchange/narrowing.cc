#include "node/exchange/narrowing.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "node/authz/authorizer.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "node/store/release_table.h"

namespace fairway::exchange {
namespace {

bool IsAboutThePeer(std::string_view rule) {
  constexpr std::array<std::string_view, 10> kOthers = {
      kRuleOrigin,  kRuleNewest, kRuleState, kRuleLink,    kRuleNotHere,
      kRuleMention, kRuleHold,   kRuleDelay, kRuleReceipt, authz::kRuleNoPolicy};
  return std::find(kOthers.begin(), kOthers.end(), rule) == kOthers.end();
}

// Was it told already to destroy all that it was numbered? Whom one revision left out must not hear
// how often the item is revised after that.
absl::StatusOr<bool> WasTold(store::ReadTxn& txn, const model::AuthorityId& peer,
                             const model::ItemBody& body) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> told,
                           store::LatestRecallOfItem(txn, peer, body.origin, body.item_id));
  if (!told.has_value()) return false;
  if (told->revision >= body.revision - 1) return true;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::Release> had,
                           store::LatestReleaseOfItem(txn, peer, body.origin, body.item_id));
  return !had.has_value() || had->revision <= told->revision;
}

}  // namespace

absl::StatusOr<std::optional<store::RecallRow>> NarrowingOwed(store::ReadTxn& txn,
                                                              const model::AuthorityId& peer,
                                                              const model::ObjectId& object,
                                                              const Withheld& withheld) {
  const std::optional<store::RecallRow> nothing;
  if (!IsAboutThePeer(withheld.decision.rule)) return nothing;
  FAIRWAY_ASSIGN_OR_RETURN(const bool follows, store::FollowsNumbered(txn, peer, object));
  if (!follows) return nothing;
  FAIRWAY_ASSIGN_OR_RETURN(const bool released, store::IsReleased(txn, peer, object));
  if (released) return nothing;
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> stored,
                           store::GetRevision(txn, object));
  if (!stored.has_value()) return nothing;
  const model::ItemBody& body = stored->body;
  FAIRWAY_ASSIGN_OR_RETURN(const bool told, WasTold(txn, peer, body));
  if (told) return nothing;
  return store::NarrowingFor(txn, body.origin, body.item_id, body.revision);
}

absl::StatusOr<bool> WouldNarrow(store::ReadTxn& txn, const model::AuthorityId& peer,
                                 const model::ItemBody& body, const Withheld& withheld) {
  if (body.revision < 2 || !IsAboutThePeer(withheld.decision.rule)) return false;
  FAIRWAY_ASSIGN_OR_RETURN(
      const bool had, store::WasNumbered(txn, peer, body.origin, body.item_id, body.revision - 1));
  if (!had) return false;
  FAIRWAY_ASSIGN_OR_RETURN(const bool told, WasTold(txn, peer, body));
  return !told;
}

}  // namespace fairway::exchange
