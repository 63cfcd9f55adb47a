#ifndef FAIRWAY_TOOLS_FAIRWAY_TERMINAL_H_
#define FAIRWAY_TOOLS_FAIRWAY_TERMINAL_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/secret_bytes.h"
#include "node/status/problem.h"
#include "tools/fairway/command.h"

// What people see and type. Whatever comes from a node or a file passes through here, so that no
// text can move the cursor, change colours or forge a line.
namespace fairway::cli {

enum class Style { kPlain, kBold, kRed, kGreen, kYellow };

// Without control characters and changes of writing direction; bytes that are no UTF-8 become '?'.
std::string OneLine(std::string_view text);
// The same, but keeps line feeds.
std::string Block(std::string_view text);

// Columns padded to their widest cell; the first row is the head.
class Table {
 public:
  explicit Table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.size() == 1; }
  std::string Render() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

class Terminal {
 public:
  explicit Terminal(const Globals& globals);

  // Standard output, a line feed added.
  void Say(std::string_view line) const;
  void Say(const Table& table) const;
  // Standard error: remarks that are not the answer.
  void Remark(std::string_view line) const;
  std::string Styled(std::string_view text, Style style) const;
  // How wide the terminal is that standard output goes to; 0: any width will do.
  size_t columns() const;

  // In the shape of every error: what happened, why, and → the next command.
  void ShowProblem(const Problem& problem) const;

  // True if the person says yes. Without a terminal or with --no-input: FAILED_PRECONDITION, which
  // says that --yes is needed; with --yes: true at once.
  absl::StatusOr<bool> Confirm(std::string_view question) const;
  // A line that is not echoed. FAILED_PRECONDITION without a terminal or with --no-input.
  absl::StatusOr<crypto::SecretBytes> AskSecret(std::string_view prompt) const;

 private:
  bool yes_;
  bool no_input_;
  bool colour_out_;
  bool colour_err_;
};

// "2026-11-20 18:30:07 UTC"; "never" for 0.
std::string TimeText(int64_t milliseconds);
// "3s", "12m", "5h", "2d": how long before `now`.
std::string AgeText(int64_t milliseconds, absl::Time now);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_TERMINAL_H_
