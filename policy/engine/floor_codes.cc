#include "policy/engine/floor_codes.h"

#include <algorithm>
#include <string>
#include <vector>

#include "policy/engine/floors.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

ItemCode::Onward OnwardOf(const std::string* word) {
  if (word == nullptr) return ItemCode::Onward::kAsk;
  if (*word == "any" || *word == "community") return ItemCode::Onward::kOpen;
  if (*word == "none") return ItemCode::Onward::kNobody;
  return *word == "named" ? ItemCode::Onward::kNamed : ItemCode::Onward::kAsk;
}

bool OriginatorAllows(const ItemCode& item, const PeerCode& peer) {
  switch (item.onward) {
    case ItemCode::Onward::kOpen:
      return true;
    case ItemCode::Onward::kNobody:
      return false;
    case ItemCode::Onward::kNamed:
      return Includes(item.approved_for, peer) || Includes(item.named, peer);
    case ItemCode::Onward::kAsk:
      return Includes(item.approved_for, peer);
  }
  return false;
}

}  // namespace

Passage PassageOf(std::string_view action) {
  if (action == kActionAccept) return Passage::kIn;
  if (action == kActionRedistribute) return Passage::kOnward;
  return action == "discover" || action == "query" ? Passage::kLook : Passage::kCopy;
}

void ReadItemForFloors(const Attributes& item, std::string_view self, const World& world,
                       const AudienceReader& audiences, ItemCode& code) {
  const std::string* state = item.FindSymbol("item.state");
  code.active = state != nullptr && *state == "active";
  // P13: nobody's marking is RED.
  const std::string* tlp = item.FindSymbol("item.tlp");
  const bool marked =
      tlp != nullptr && world.vocabulary().attribute("item.tlp")->IndexOf(*tlp).has_value();
  code.red = !marked || *tlp == "RED";
  code.amber_strict = marked && *tlp == "AMBER+STRICT";
  code.received = IsReceived(item, self);
  code.onward = OnwardOf(item.FindSymbol("item.onward"));
  if (const int64_t* left = item.FindNumber("item.hops-left")) code.hops_left = *left;
  code.releasable_to = audiences.Read(item.Find("item.releasable-to"));
  code.not_releasable_to = audiences.Read(item.Find("item.not-releasable-to"));
  code.named = audiences.Read(item.Find("item.named"));
  code.approved_for = audiences.Read(item.Find("item.approved-for"));
}

void ReadPeerForFloors(std::string_view name, const Attributes& peer, const World& world,
                       const AudienceReader& audiences, PeerCode& code) {
  audiences.ReadPeer(name, peer, code);
  const std::string* link = peer.FindSymbol("peer.link");
  code.linked = link != nullptr && *link == "active";
  code.gives_receipts = HasControl(peer, world, kControlReceipts);
  code.encrypts_at_rest = HasControl(peer, world, kControlEncrypted);
}

uint8_t FirstFailedFloor(const ItemCode& item, const PeerCode& peer, Passage passage) {
  if (!item.active) return 1;
  const bool linked = !peer.name.empty() && peer.linked;
  if (passage == Passage::kIn) return linked ? 0 : 8;
  if (item.red && !Names(item.named, peer)) return 2;
  if (!Includes(item.releasable_to, peer)) return 3;
  if (MightInclude(item.not_releasable_to, peer)) return 4;
  if (item.received) {
    if (!OriginatorAllows(item, peer)) return 5;
    if (!item.hops_left || *item.hops_left < 1) return 6;
  }
  const bool onward = passage == Passage::kOnward || item.received;
  if (onward && (item.red || item.amber_strict)) return 7;
  return linked ? 0 : 8;
}

UnmetDuty FirstUnmetDuty(const DutyTerms& terms, const PeerCode& peer, Passage passage) {
  if (passage == Passage::kIn) return UnmetDuty::kNone;
  if (terms.receipt_hours && !peer.gives_receipts) return UnmetDuty::kReceipt;
  if (terms.encrypt_at_rest && !peer.encrypts_at_rest) return UnmetDuty::kEncryptAtRest;
  if (terms.no_copy && passage != Passage::kLook) return UnmetDuty::kNoCopy;
  return UnmetDuty::kNone;
}

std::optional<int> HopsFloor(const ItemCode& item, Passage passage) {
  if (passage == Passage::kIn || !item.hops_left) return std::nullopt;
  const int64_t floor = item.received ? *item.hops_left - 1 : *item.hops_left;
  return static_cast<int>(std::clamp<int64_t>(floor, 0, kMaxHops));
}

}  // namespace fairway::policy
