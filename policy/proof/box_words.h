#ifndef FAIRWAY_POLICY_PROOF_BOX_WORDS_H_
#define FAIRWAY_POLICY_PROOF_BOX_WORDS_H_

#include <string>

#include "policy/program/region_search.h"
#include "policy/program/space.h"

namespace fairway::policy {

// Tests that must all hold as one cube: what is denied is turned round.
Cube CubeOf(Space& space, const std::vector<RegionSearch::Step>& steps);

// "may replicate · item.kind in { bulletin, alert } · item.tlp at most AMBER"
std::string InWords(const Space& space, const Cube& cube);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROOF_BOX_WORDS_H_
