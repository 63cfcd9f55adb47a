#ifndef FAIRWAY_TESTS_SIMULATION_TWINS_H_
#define FAIRWAY_TESTS_SIMULATION_TWINS_H_

#include <cstdint>
#include <optional>
#include <string>

namespace fairway::simulation {

// Noninterference (I18): what a peer sees is a function of what it may see. Two quiet worlds of one
// seed, without faults but for a node that is killed and started again. In both, the same people do
// the same things at the same moments; in one of them there is more: items that no policy can let
// go to the observer (withheld from it by name, or for somebody else's eyes), their revisions and
// recalls, and people who look at things. What the observer is sent must be the same to the byte.
//
// Compared is what the two others hand to the network for the observer, in order: each feed record
// with its number, hash and terms and the rendition beside it, each receipt, chunk and request with
// its signature, each hello. Left out: when frames go, how many records share one, and a hello's
// time of day (with the signatures over these two), since a node that has more to look at is some
// microseconds later and looks in stretches.
struct TwinResult {
  std::optional<std::string> difference;
  uint64_t statements = 0;         // to the observer, in each world
  uint64_t renditions = 0;         // among them
  uint64_t hidden_items = 0;       // revisions published in one world only
  uint64_t hidden_renditions = 0;  // of these, to the third node
};

enum class Hidden {
  kWell,          // as above
  kWithAMistake,  // one of the additional items may go to the observer: must be found
};

TwinResult RunTwins(uint64_t seed, Hidden hidden = Hidden::kWell, bool verbose = false);

}  // namespace fairway::simulation

#endif  // FAIRWAY_TESTS_SIMULATION_TWINS_H_
