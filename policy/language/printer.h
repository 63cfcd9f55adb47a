#ifndef FAIRWAY_POLICY_LANGUAGE_PRINTER_H_
#define FAIRWAY_POLICY_LANGUAGE_PRINTER_H_

#include <string>
#include <string_view>

#include "policy/language/ast.h"

namespace fairway::policy {

// A policy that was read without an error, in its one canonical layout: no comments; head, sets,
// permits, forbids, requires, tests, guarantees and budgets in this order, each kind sorted by
// name; clauses and duties in one order; names in lists sorted, each once. Texts that differ only
// in what means nothing (order, layout, comments) give the same bytes, and reading the result gives
// it again. Conditions keep the order they are written in.
std::string Canonical(const ast::File& file);

// "no peers where … may … seeing … items …", on one line.
std::string OneLine(const ast::Guarantee& guarantee);

// The words of an operator: "has any of".
std::string_view WordsOf(ast::Operator op);

// Does a set of values follow (and not one value)?
bool TakesSet(ast::Operator op);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_PRINTER_H_
