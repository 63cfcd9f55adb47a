#ifndef FAIRWAY_POLICY_ENGINE_FLOORS_H_
#define FAIRWAY_POLICY_ENGINE_FLOORS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decision.h"
#include "policy/explanation.h"
#include "policy/program/duty_terms.h"
#include "policy/program/world.h"

// The invariants P1–P8 that no policy text can loosen. They look at the request and the names of
// this node only; rules are not even read before they hold. P13 is how they read: an item without a
// marking, or with one nobody knows, is RED, and a received item without an onward rule needs its
// originator's approval.
//
// An audience word is ANY-MEMBER, a peer, a country or a group; "peer:", "country:" and "group:"
// before it narrow what it can be. In releasable-to, named and approved-for an unknown word means
// nobody; in not-releasable-to it means everybody, unless it is the id of an authority.
namespace fairway::policy {

// What a decision names if a duty cannot be kept.
inline constexpr std::string_view kUnmetDutyFloor = "P15";

struct FailedFloor {
  std::string id;      // "P3"
  std::string detail;  // what failed, with the names involved
};

// The first floor, in the order of their numbers, that does not hold. `accept` is asked P1 and P8:
// the others are about where an item may go.
std::optional<FailedFloor> FirstFailedFloor(const Request& request, const World& world);

// All of them, for explanations.
std::vector<Explanation::Floor> AllFloors(const Request& request, const World& world);

// Controls of peers that duties need, as peer.controls names them.
inline constexpr std::string_view kControlReceipts = "receipts";
inline constexpr std::string_view kControlEncrypted = "encrypted-at-rest";

// Does this node's administrator say of the peer that it has the control? What is not said, and
// what the vocabulary does not know, is not there.
bool HasControl(const Attributes& peer, const World& world, std::string_view control);

// P15: the first of these duties that the link to the peer cannot keep, in words. Asked last, when
// everything else would release; never for `accept`.
std::optional<FailedFloor> FirstUnmetDuty(const Request& request, const DutyTerms& terms,
                                          const World& world);

// Did it come from somebody else? Ours is what says nothing of its originator, or names this node;
// what cannot be read as a name came from who knows whom.
bool IsReceived(const Attributes& item, std::string_view self);

// What P6 leaves of hops for the recipient: hops-left less one for a received item, hops-left for
// an own item that bounds it. Nothing: no bound.
std::optional<int> HopsFloor(const Request& request);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_FLOORS_H_
