#include "policy/diagnostics.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fairway::policy {
namespace {

constexpr size_t kShownCharacters = 160;  // of one source line

std::string_view LineOf(std::string_view text, int line) {
  size_t start = 0;
  for (int i = 1; i < line; ++i) {
    const size_t end = text.find('\n', start);
    if (end == std::string_view::npos) return {};
    start = end + 1;
  }
  const size_t end = text.find('\n', start);
  std::string_view found = text.substr(start, end == std::string_view::npos ? end : end - start);
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The characters of a line from `first` on, at most kShownCharacters, each safe to print.
struct Window {
  std::string text;
  size_t characters = 0;
};

Window WindowOf(std::string_view line, size_t first) {
  Window window;
  size_t seen = 0;  // characters begun so far
  for (char c : line) {
    const bool continues = IsContinuation(c) && seen > 0;
    if (!continues && ++seen > first + kShownCharacters) break;
    if (seen <= first) continue;
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    window.text.push_back(c == '\t' ? ' ' : control ? '?' : c);
    window.characters = seen - first;
  }
  return window;
}

// The source line, cut to a window that holds the place, and the carets under it.
std::string Excerpt(const Diagnostic& d, std::string_view text) {
  const size_t at = d.column > 0 ? static_cast<size_t>(d.column - 1) : 0;
  const size_t first = at > kShownCharacters * 3 / 4 ? at - kShownCharacters / 2 : 0;
  const Window window = WindowOf(LineOf(text, d.line), first);
  const size_t indent = at - first;
  const size_t wanted = static_cast<size_t>(std::max(1, d.length));
  const size_t room = window.characters > indent ? window.characters - indent : 1;
  return absl::StrFormat("%6d | %s\n       | %s%s\n", d.line, window.text, std::string(indent, ' '),
                         std::string(std::min(wanted, room), '^'));
}

}  // namespace

bool HasErrors(std::span<const Diagnostic> diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) {
    return d.severity == Diagnostic::Severity::kError;
  });
}

std::string Render(const Diagnostic& d, std::string_view file_name, std::string_view text) {
  const char* severity = d.severity == Diagnostic::Severity::kError ? "error" : "warning";
  std::string out = absl::StrFormat("%s:%d:%d: %s %s: %s\n", std::string(file_name), d.line,
                                    d.column, severity, d.code, d.message);
  out += Excerpt(d, text);
  if (!d.help.empty()) absl::StrAppend(&out, "       = ", d.help, "\n");
  return out;
}

std::string RenderAll(std::span<const Diagnostic> diagnostics, std::string_view file_name,
                      std::string_view text) {
  std::string out;
  for (const Diagnostic& d : diagnostics) out += Render(d, file_name, text);
  return out;
}

}  // namespace fairway::policy
