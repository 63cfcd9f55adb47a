#ifndef FAIRWAY_POLICY_DIAGNOSTICS_H_
#define FAIRWAY_POLICY_DIAGNOSTICS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairway::policy {

// One remark about a policy or a profile text. Codes are stable and listed in LANGUAGE.md:
// E0xx words and grammar, E1xx names and types, E2xx logic, E4xx profile, W3xx advice.
struct Diagnostic {
  enum class Severity { kError, kWarning };
  Severity severity = Severity::kError;
  std::string code;
  int line = 1;    // from 1
  int column = 1;  // from 1, in characters (UTF-8 code points), not bytes
  int length = 1;  // in characters, at least 1, never past the end of the line
  std::string message;
  std::string help;  // what to write instead; may be empty
};

// True if at least one of them is an error.
bool HasErrors(std::span<const Diagnostic> diagnostics);

// `file:line:col: error E101: …`, the source line, a caret line, and `= help` if there is help.
// Control characters of the source line are shown as '?', long lines are cut around the place.
std::string Render(const Diagnostic& diagnostic, std::string_view file_name, std::string_view text);

// All of them in the order given, one after the other.
std::string RenderAll(std::span<const Diagnostic> diagnostics, std::string_view file_name,
                      std::string_view text);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_DIAGNOSTICS_H_
