#include "tools/fairway/terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "node/model/text.h"

namespace fairway::cli {
namespace {

constexpr size_t kMaxSecretBytes = 1024;

// Characters, not bytes, so that columns stand under each other.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool MayColour(Colour colour, int descriptor) {
  if (colour == Colour::kAlways) return true;
  const char* no_colour = std::getenv("NO_COLOR");
  if (colour == Colour::kNever || (no_colour != nullptr && *no_colour != '\0')) return false;
  return isatty(descriptor) == 1;
}

std::string_view CodeOf(Style style) {
  switch (style) {
    case Style::kBold:
      return "\x1b[1m";
    case Style::kRed:
      return "\x1b[31m";
    case Style::kGreen:
      return "\x1b[32m";
    case Style::kYellow:
      return "\x1b[33m";
    case Style::kPlain:
      break;
  }
  return "";
}

// Everything but what `keep_lines` lets through is shown as '?', one for each bad byte or sign.
std::string Cleaned(std::string_view text, bool keep_lines) {
  std::string cleaned;
  for (size_t at = 0; at < text.size();) {
    size_t length = 1;
    while (at + length < text.size() &&
           (static_cast<unsigned char>(text[at + length]) & 0xC0) == 0x80) {
      ++length;
    }
    const std::string_view sign = text.substr(at, length);
    const bool line_feed = sign == "\n";
    if (keep_lines && line_feed) {
      cleaned.push_back('\n');
    } else if (line_feed || sign == "\t") {
      cleaned.push_back(' ');
    } else if (model::CheckLine(sign).ok()) {
      cleaned.append(sign);
    } else {
      cleaned.push_back('?');
    }
    at += length;
  }
  return cleaned;
}

absl::Status NeedsTerminal(std::string_view what, std::string_view instead) {
  return MakeProblem(absl::StatusCode::kFailedPrecondition,
                     Problem{"FW-CLI-003",
                             absl::StrCat("this needs an answer: ", std::string(what)),
                             {"There is no terminal to ask on, or --no-input was given."},
                             {std::string(instead)}});
}

}  // namespace

std::string OneLine(std::string_view text) { return Cleaned(text, /*keep_lines=*/false); }

std::string Block(std::string_view text) { return Cleaned(text, /*keep_lines=*/true); }

std::string Table::Render() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], Width(OneLine(row[i])));
    }
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string cell = OneLine(row[i]);
      line.append(cell);
      if (i + 1 < row.size()) line.append(widths[i] - Width(cell) + 2, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

Terminal::Terminal(const Globals& globals)
    : yes_(globals.yes),
      no_input_(globals.no_input),
      colour_out_(MayColour(globals.colour, STDOUT_FILENO)),
      colour_err_(MayColour(globals.colour, STDERR_FILENO)) {}

void Terminal::Say(std::string_view line) const { std::cout << line << '\n'; }

void Terminal::Say(const Table& table) const { std::cout << table.Render(); }

void Terminal::Remark(std::string_view line) const {
  std::cout.flush();
  std::cerr << line << '\n';
}

std::string Terminal::Styled(std::string_view text, Style style) const {
  if (!colour_out_ || style == Style::kPlain) return std::string(text);
  return absl::StrCat(std::string(CodeOf(style)), std::string(text), "\x1b[0m");
}

size_t Terminal::columns() const {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void Terminal::ShowProblem(const Problem& problem) const {
  std::cout.flush();
  const std::string head = absl::StrCat("error[", OneLine(problem.code), "]:");
  std::cerr << (colour_err_ ? absl::StrCat("\x1b[31m", head, "\x1b[0m") : head) << ' '
            << OneLine(problem.message) << '\n';
  for (const std::string& why : problem.why) std::cerr << "   " << OneLine(why) << '\n';
  for (const std::string& next : problem.next) std::cerr << "   → " << OneLine(next) << '\n';
}

absl::StatusOr<bool> Terminal::Confirm(std::string_view question) const {
  if (yes_) return true;
  if (no_input_ || isatty(STDIN_FILENO) != 1) {
    return NeedsTerminal(question, "say yes beforehand:  add --yes");
  }
  std::cout.flush();
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

absl::StatusOr<crypto::SecretBytes> Terminal::AskSecret(std::string_view prompt) const {
  termios before;
  if (no_input_ || isatty(STDIN_FILENO) != 1 || tcgetattr(STDIN_FILENO, &before) != 0) {
    return NeedsTerminal(prompt, "put it into a file of mode 0600:  --passphrase-file FILE");
  }
  termios silent = before;
  silent.c_lflag &= static_cast<tcflag_t>(~ECHO);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  const absl::Cleanup restore = [&before] { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before); };
  std::cerr << prompt << ": " << std::flush;
  // Read byte by byte into locked memory: a stream would keep a copy in its buffer.
  crypto::SecretBytes typed(kMaxSecretBytes);
  size_t length = 0;
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n') {
    if (length < kMaxSecretBytes) typed.data()[length++] = static_cast<uint8_t>(byte);
  }
  std::cerr << '\n';
  return crypto::SecretBytes::CopyOf(typed.view().substr(0, length));
}

std::string TimeText(int64_t milliseconds) {
  if (milliseconds == 0) return "never";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixMillis(milliseconds),
                          absl::UTCTimeZone());
}

std::string AgeText(int64_t milliseconds, absl::Time now) {
  if (milliseconds == 0) return "never";
  const int64_t seconds = absl::ToInt64Seconds(now - absl::FromUnixMillis(milliseconds));
  if (seconds < 0) return "now";
  if (seconds < 100) return absl::StrCat(seconds, "s");
  if (seconds < 100 * 60) return absl::StrCat(seconds / 60, "m");
  if (seconds < 48 * 3600) return absl::StrCat(seconds / 3600, "h");
  return absl::StrCat(seconds / 86400, "d");
}

}  // namespace fairway::cli
