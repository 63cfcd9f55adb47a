#ifndef FAIRWAY_POLICY_ENGINE_ACTUAL_VALUES_H_
#define FAIRWAY_POLICY_ENGINE_ACTUAL_VALUES_H_

#include <string>
#include <vector>

#include "policy/program/program.h"

namespace fairway::policy {

// What a request says, as people read it: "AMBER", "{ cocaine }", "unknown".
class ActualValues {
 public:
  // All three must outlive it; `bound` is the request bound to the world of the program.
  ActualValues(const Program& program, const Request& request, const BoundRequest& bound)
      : program_(program), request_(request), bound_(bound) {}

  std::string Of(size_t attribute) const;
  // Of what a condition asks: the value, or "a = x, b = y" if it asks about several.
  std::string Of(const Condition& condition) const;
  // "item.colour = red" for everything the vocabulary does not know.
  std::vector<std::string> NotUnderstood() const;

 private:
  const Program& program_;
  const Request& request_;
  const BoundRequest& bound_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_ACTUAL_VALUES_H_
