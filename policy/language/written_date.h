#ifndef FAIRWAY_POLICY_LANGUAGE_WRITTEN_DATE_H_
#define FAIRWAY_POLICY_LANGUAGE_WRITTEN_DATE_H_

#include <cstdint>
#include <optional>

#include "policy/language/ast.h"

namespace fairway::policy {

// Days since 1970-01-01 of a date written 2026-12-31; nothing after E107 (there is no such day).
std::optional<int64_t> DayOf(const ast::Word& date, DiagnosticSink& sink);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_WRITTEN_DATE_H_
