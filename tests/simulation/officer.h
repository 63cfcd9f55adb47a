#ifndef FAIRWAY_TESTS_SIMULATION_OFFICER_H_
#define FAIRWAY_TESTS_SIMULATION_OFFICER_H_

#include <string>
#include <vector>

#include "node/model/draft.h"
#include "node/model/peer.h"
#include "tests/simulation/random.h"

// What the people of a simulated authority do: write items, write policies, judge peers. Everything
// is drawn from the stream given.
namespace fairway::simulation {

// Some drafts are over so soon after they are written, or sooner.
inline constexpr absl::Duration kShortTime = absl::Minutes(3);

// A draft that passes model::Validate at a node whose peers are called `peers`. Every kind,
// marking, precedence, audience and part turns up; some carry attachments of up to 150 KB. Times
// are before or after `now`.
model::Draft RandomDraft(Random& random, const std::vector<std::string>& peers, absl::Time now);

// One of the drafts an officer must not get through: no title, no TLP, RED for nobody, and so on.
model::Draft BadDraft(Random& random, const std::vector<std::string>& peers, absl::Time now);

// A policy text that loads at a node with these peers: a few permits, at times forbids and
// requires, from nothing at all to nearly everything.
std::string RandomPolicy(Random& random, const std::vector<std::string>& peers);

// What an administrator says of a peer. `version` is left at 0.
model::PeerAttributes RandomPeerAttributes(Random& random);

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_OFFICER_H_
