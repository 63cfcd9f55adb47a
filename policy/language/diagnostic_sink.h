#ifndef FAIRWAY_POLICY_LANGUAGE_DIAGNOSTIC_SINK_H_
#define FAIRWAY_POLICY_LANGUAGE_DIAGNOSTIC_SINK_H_

#include <string>
#include <string_view>
#include <vector>

#include "policy/diagnostics.h"

namespace fairway::policy {

// Where something stands in a text: what a diagnostic needs.
struct Place {
  int line = 1;
  int column = 1;
  int length = 1;
};

// Collects diagnostics of one text, at most kMaxDiagnostics; says in the last one if there were
// more.
class DiagnosticSink {
 public:
  void Error(std::string_view code, const Place& at, std::string message, std::string help = {});
  void Warning(std::string_view code, const Place& at, std::string message, std::string help = {});

  bool has_errors() const { return has_errors_; }
  // No more will be listed: skip work that only makes a message nicer.
  bool full() const;
  // Sorted by place; the sink is empty afterwards.
  std::vector<Diagnostic> Take();

 private:
  void Add(Diagnostic diagnostic);

  std::vector<Diagnostic> diagnostics_;
  size_t left_out_ = 0;
  bool has_errors_ = false;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_LANGUAGE_DIAGNOSTIC_SINK_H_
