#include "node/service/held_service.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "node/service/item_finder.h"
#include "node/service/page_token.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"

namespace fairway::service {
namespace {

bool MayRead(const model::Caller& caller) {
  return caller.roles.contains(model::Role::kOfficer) ||
         caller.roles.contains(model::Role::kCommander);
}

// Somebody who may not read items is told of what waits for them, and no content.
bool MaySee(const model::Caller& caller, const exchange::Held& held) {
  return MayRead(caller) ||
         std::any_of(held.roles.begin(), held.roles.end(),
                     [&](model::Role role) { return caller.roles.contains(role); });
}

}  // namespace

absl::Status HeldService::ListHeld(Call& call, const v1::ListHeldRequest& request,
                                   v1::ListHeldResponse& response) {
  std::optional<uint64_t> before;
  if (!request.page_token().empty()) {
    FAIRWAY_ASSIGN_OR_RETURN(before, ReadToken(TokenKind::kHeld, request.page_token()));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const exchange::HeldPage page, desk_.List(before));
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    response.clear_items();
    for (const exchange::Held& held : page.held) {
      if (!MaySee(call.caller, held)) continue;
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> stored,
                               store::GetRevision(txn, held.object));
      if (!stored) continue;  // erased since the list was made
      v1::HeldItem* item = response.add_items();
      FAIRWAY_ASSIGN_OR_RETURN(*item->mutable_item(),
                               Summarise(txn, *stored, node_, directory_, call.now));
      if (!MayRead(call.caller)) item->mutable_item()->clear_title();
      item->set_peer(held.peer);
      item->set_label(held.label);
      item->set_rule(held.rule);
      item->set_since_ms(absl::ToUnixMillis(held.since));
      for (const model::Role role : held.roles) item->add_roles(std::string(model::ToText(role)));
      for (const std::string& label : held.going) item->add_going(label);
    }
    return absl::OkStatus();
  }));
  if (page.next_before) response.set_next_page(MakeToken(TokenKind::kHeld, *page.next_before));
  for (const v1::HeldItem& item : response.items()) call.objects.push_back(item.item().ref());
  call.detail["count"] = absl::StrCat(response.items_size());
  return absl::OkStatus();
}

absl::Status HeldService::ReleaseHeld(Call& call, const v1::ReleaseHeldRequest& request,
                                      v1::ReleaseHeldResponse& response) {
  exchange::HeldOrder order;
  order.peer = request.peer();
  if (request.revision() != 0) order.if_revision = request.revision();
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const store::StoredRevision stored, FindItem(txn, request.ref()));
    order.origin = stored.body.origin;
    order.item = stored.body.item_id;
    return absl::OkStatus();
  }));
  FAIRWAY_ASSIGN_OR_RETURN(const exchange::HeldReleased released,
                           desk_.Release(call.caller, order));
  response.set_ref(released.ref);
  response.set_object_id(released.object.ToString());
  response.set_revision(released.revision);
  response.set_peer(order.peer);
  response.set_label(released.label);
  response.set_audit_seq(released.audit_seq);
  for (const model::Role role : released.roles) {
    response.add_roles(std::string(model::ToText(role)));
  }
  for (const model::Role role : released.still_roles) {
    response.add_still(std::string(model::ToText(role)));
  }
  if (!released.still_label.empty()) response.add_still("officer or commander");
  return absl::OkStatus();
}

}  // namespace fairway::service
