#ifndef FAIRWAY_POLICY_ENGINE_FLOOR_CODES_H_
#define FAIRWAY_POLICY_ENGINE_FLOOR_CODES_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "policy/engine/audience_reader.h"
#include "policy/engine/codes.h"
#include "policy/program/duty_terms.h"
#include "policy/program/world.h"

// The floors of floors.h, on codes: the same answers, without words and without allocation.
namespace fairway::policy {

// Which questions an action asks.
enum class Passage : uint8_t {
  kLook,    // discover, query: the peer keeps nothing
  kCopy,    // replicate and every other action that lets a copy out
  kOnward,  // redistribute
  kIn,      // accept
};
Passage PassageOf(std::string_view action);

// Each fills everything but `rules`.
void ReadItemForFloors(const Attributes& item, std::string_view self, const World& world,
                       const AudienceReader& audiences, ItemCode& code);
void ReadPeerForFloors(std::string_view name, const Attributes& peer, const World& world,
                       const AudienceReader& audiences, PeerCode& code);

// The number of the first floor that does not hold, 1 … 8; 0 if all hold.
uint8_t FirstFailedFloor(const ItemCode& item, const PeerCode& peer, Passage passage);

// What P6 leaves of hops. Nothing: no bound.
std::optional<int> HopsFloor(const ItemCode& item, Passage passage);

// P15: the first of these duties that the link to the peer cannot keep.
UnmetDuty FirstUnmetDuty(const DutyTerms& terms, const PeerCode& peer, Passage passage);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_FLOOR_CODES_H_
