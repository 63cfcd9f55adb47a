#include "policy/language/diagnostic_sink.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/limits.h"

namespace fairway::policy {

void DiagnosticSink::Error(std::string_view code, const Place& at, std::string message,
                           std::string help) {
  has_errors_ = true;
  Add({Diagnostic::Severity::kError, std::string(code), at.line, at.column, at.length,
       std::move(message), std::move(help)});
}

void DiagnosticSink::Warning(std::string_view code, const Place& at, std::string message,
                             std::string help) {
  Add({Diagnostic::Severity::kWarning, std::string(code), at.line, at.column, at.length,
       std::move(message), std::move(help)});
}

bool DiagnosticSink::full() const { return diagnostics_.size() >= kMaxDiagnostics; }

void DiagnosticSink::Add(Diagnostic diagnostic) {
  if (full()) {
    ++left_out_;
    // An error is never the one left out while there are only warnings in the list.
    if (diagnostic.severity != Diagnostic::Severity::kError || HasErrors(diagnostics_)) return;
    diagnostics_.pop_back();
  }
  diagnostics_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> DiagnosticSink::Take() {
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::tie(a.line, a.column) < std::tie(b.line, b.column);
                   });
  if (left_out_ > 0 && !diagnostics_.empty()) {
    std::string& message = diagnostics_.back().message;
    absl::StrAppend(&message, " (and ", left_out_, " more, not listed)");
  }
  left_out_ = 0;
  has_errors_ = false;
  return std::exchange(diagnostics_, {});
}

}  // namespace fairway::policy
