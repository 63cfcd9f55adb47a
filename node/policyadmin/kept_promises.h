#ifndef FAIRWAY_NODE_POLICYADMIN_KEPT_PROMISES_H_
#define FAIRWAY_NODE_POLICYADMIN_KEPT_PROMISES_H_

#include <string>
#include <vector>

#include "policy/policy.h"

namespace fairway::policyadmin {

// The promises of `before` that `after` does not make any more, each as `guarantee "…"` or
// `budget "…"`: guarantees that are not there word for word, with the sets they name, and budgets
// in place of which there is none as strict. A change that releases nothing new but gives these up
// takes away what holds later changes back, those of peers too. Pure.
std::vector<std::string> PromisesGivenUp(const policy::Policy& before, const policy::Policy& after);

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_KEPT_PROMISES_H_
