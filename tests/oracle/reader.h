#ifndef FAIRWAY_TESTS_ORACLE_READER_H_
#define FAIRWAY_TESTS_ORACLE_READER_H_

#include <optional>
#include <string>

#include "tests/oracle/syntax.h"

namespace fairway::oracle {

// Reads a text that the engine loads. Gives no diagnostics: nothing if it cannot be read. Accepts
// more than the language does (it does not look whether a name exists).
std::optional<PolicyText> ReadPolicy(const std::string& text);

// Reads a profile that the engine parses.
std::optional<ProfileText> ReadProfile(const std::string& text);

}  // namespace fairway::oracle

#endif  // FAIRWAY_TESTS_ORACLE_READER_H_
