#ifndef FAIRWAY_NODE_STATUS_STATUS_MACROS_H_
#define FAIRWAY_NODE_STATUS_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Early return for functions that return absl::Status or absl::StatusOr<T>.

// Evaluates `expr` (an absl::Status) once; returns it if it is not OK.
#define FAIRWAY_RETURN_IF_ERROR(expr)                                   \
  do {                                                                  \
    if (absl::Status fairway_status_ = (expr); !fairway_status_.ok()) { \
      return fairway_status_;                                           \
    }                                                                   \
  } while (false)

// Evaluates `expr` (an absl::StatusOr<T>) once; returns its status if it is not OK, else moves the
// value into `lhs`, which may be a declaration: FAIRWAY_ASSIGN_OR_RETURN(auto item, Load(id)).
// More than one statement: not for the body of an `if` without braces. A `lhs` or `expr` with a
// comma outside parentheses needs parentheses or an alias.
#define FAIRWAY_ASSIGN_OR_RETURN(lhs, ...) \
  FAIRWAY_ASSIGN_OR_RETURN_(FAIRWAY_STATUS_NAME_(fairway_or_, __LINE__), lhs, (__VA_ARGS__))

#define FAIRWAY_ASSIGN_OR_RETURN_(name, lhs, expr) \
  auto name = expr;                                \
  if (!name.ok()) {                                \
    return std::move(name).status();               \
  }                                                \
  lhs = *std::move(name)

#define FAIRWAY_STATUS_NAME_(a, b) FAIRWAY_STATUS_NAME_2_(a, b)
#define FAIRWAY_STATUS_NAME_2_(a, b) a##b

#endif  // FAIRWAY_NODE_STATUS_STATUS_MACROS_H_
