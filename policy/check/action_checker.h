#ifndef FAIRWAY_POLICY_CHECK_ACTION_CHECKER_H_
#define FAIRWAY_POLICY_CHECK_ACTION_CHECKER_H_

#include <cstdint>
#include <optional>

#include "policy/language/ast.h"
#include "policy/program/world.h"

namespace fairway::policy {

// The actions of a `may`, bit per action of the vocabulary; `do anything` is all that let something
// out. Nothing after an error; each is reported (E112).
std::optional<uint32_t> CheckActions(const ast::May& may, const World& world, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_CHECK_ACTION_CHECKER_H_
