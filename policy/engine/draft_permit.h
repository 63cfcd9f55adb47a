#ifndef FAIRWAY_POLICY_ENGINE_DRAFT_PERMIT_H_
#define FAIRWAY_POLICY_ENGINE_DRAFT_PERMIT_H_

#include <optional>
#include <string>

#include "policy/engine/decided_request.h"

namespace fairway::policy {

// The text of a permit that would release this item to this peer, on the terms of the nearest miss
// and with its conditions as far as they hold. Empty if the peer is not registered or the link
// could not keep its duties.
std::string DraftFor(const DecidedRequest& decided, std::optional<size_t> miss);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_DRAFT_PERMIT_H_
