#include "node/model/enums.h"

#include <array>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

template <typename E>
struct Entry {
  E value;
  std::string_view text;
};

constexpr std::array<Entry<Kind>, 9> kKinds = {{{Kind::kBulletin, "bulletin"},
                                                {Kind::kAlert, "alert"},
                                                {Kind::kLesson, "lesson"},
                                                {Kind::kPractice, "practice"},
                                                {Kind::kAar, "aar"},
                                                {Kind::kAssessment, "assessment"},
                                                {Kind::kRequest, "request"},
                                                {Kind::kReply, "reply"},
                                                {Kind::kAnnotation, "annotation"}}};
constexpr std::array<Entry<Mode>, 3> kModes = {
    {{Mode::kReal, "real"}, {Mode::kExercise, "exercise"}, {Mode::kTest, "test"}}};
constexpr std::array<Entry<Tlp>, 5> kTlps = {{{Tlp::kClear, "CLEAR"},
                                              {Tlp::kGreen, "GREEN"},
                                              {Tlp::kAmber, "AMBER"},
                                              {Tlp::kAmberStrict, "AMBER+STRICT"},
                                              {Tlp::kRed, "RED"}}};
constexpr std::array<Entry<Pap>, 4> kPaps = {
    {{Pap::kClear, "CLEAR"}, {Pap::kGreen, "GREEN"}, {Pap::kAmber, "AMBER"}, {Pap::kRed, "RED"}}};
constexpr std::array<Entry<Precedence>, 4> kPrecedences = {{{Precedence::kRoutine, "routine"},
                                                            {Precedence::kPriority, "priority"},
                                                            {Precedence::kImmediate, "immediate"},
                                                            {Precedence::kFlash, "flash"}}};
constexpr std::array<Entry<Onward>, 5> kOnwards = {{{Onward::kNone, "none"},
                                                    {Onward::kAsk, "ask"},
                                                    {Onward::kNamed, "named"},
                                                    {Onward::kCommunity, "community"},
                                                    {Onward::kAny, "any"}}};

template <typename E, size_t N>
std::string_view TextOf(const std::array<Entry<E>, N>& table, E value) {
  for (const Entry<E>& entry : table) {
    if (entry.value == value) return entry.text;
  }
  return "?";  // only for an integer that was cast without …FromWire
}

template <typename E, size_t N>
absl::StatusOr<E> Parse(const std::array<Entry<E>, N>& table, std::string_view what,
                        std::string_view text) {
  const absl::string_view word(text.data(), text.size());
  std::string known;
  for (const Entry<E>& entry : table) {
    const absl::string_view candidate(entry.text.data(), entry.text.size());
    if (absl::EqualsIgnoreCase(word, candidate)) return entry.value;
    absl::StrAppend(&known, known.empty() ? "" : ", ", candidate);
  }
  // A long or unprintable word is cut and escaped by who shows it; here it is only bounded.
  return absl::InvalidArgumentError(absl::StrCat("\"", word.substr(0, 40), "\" is not a ",
                                                 std::string(what), "; known are: ", known));
}

template <typename E, size_t N>
std::optional<E> FromWire(const std::array<Entry<E>, N>& table, uint64_t number) {
  for (const Entry<E>& entry : table) {
    if (static_cast<uint64_t>(entry.value) == number) return entry.value;
  }
  return std::nullopt;
}

template <typename E, size_t N>
std::vector<E> All(const std::array<Entry<E>, N>& table) {
  std::vector<E> all;
  for (const Entry<E>& entry : table) all.push_back(entry.value);
  return all;
}

std::string_view WithoutPrefix(std::string_view text, std::string_view prefix) {
  const absl::string_view word(text.data(), text.size());
  if (absl::StartsWithIgnoreCase(word, absl::string_view(prefix.data(), prefix.size()))) {
    text.remove_prefix(prefix.size());
  }
  return text;
}

}  // namespace

std::string_view ToText(Kind kind) { return TextOf(kKinds, kind); }
std::string_view ToText(Mode mode) { return TextOf(kModes, mode); }
std::string_view ToText(Tlp tlp) { return TextOf(kTlps, tlp); }
std::string_view ToText(Pap pap) { return TextOf(kPaps, pap); }
std::string_view ToText(Precedence precedence) { return TextOf(kPrecedences, precedence); }
std::string_view ToText(Onward onward) { return TextOf(kOnwards, onward); }

std::string Marking(Tlp tlp) { return absl::StrCat("TLP:", std::string(ToText(tlp))); }

absl::StatusOr<Kind> ParseKind(std::string_view text) { return Parse(kKinds, "kind", text); }
absl::StatusOr<Mode> ParseMode(std::string_view text) { return Parse(kModes, "mode", text); }

absl::StatusOr<Tlp> ParseTlp(std::string_view text) {
  const std::string_view word = WithoutPrefix(text, "TLP:");
  const absl::string_view view(word.data(), word.size());
  if (absl::EqualsIgnoreCase(view, "AMBER_STRICT")) return Tlp::kAmberStrict;
  if (absl::EqualsIgnoreCase(view, "WHITE")) return Tlp::kClear;
  return Parse(kTlps, "TLP label", word);
}

absl::StatusOr<Pap> ParsePap(std::string_view text) {
  return Parse(kPaps, "PAP label", WithoutPrefix(text, "PAP:"));
}

absl::StatusOr<Precedence> ParsePrecedence(std::string_view text) {
  return Parse(kPrecedences, "precedence", text);
}
absl::StatusOr<Onward> ParseOnward(std::string_view text) {
  return Parse(kOnwards, "rule for passing on", text);
}

std::optional<Kind> KindFromWire(uint64_t number) { return FromWire(kKinds, number); }
std::optional<Mode> ModeFromWire(uint64_t number) { return FromWire(kModes, number); }
std::optional<Tlp> TlpFromWire(uint64_t number) { return FromWire(kTlps, number); }
std::optional<Pap> PapFromWire(uint64_t number) { return FromWire(kPaps, number); }
std::optional<Precedence> PrecedenceFromWire(uint64_t number) {
  return FromWire(kPrecedences, number);
}
std::optional<Onward> OnwardFromWire(uint64_t number) { return FromWire(kOnwards, number); }

const std::vector<Kind>& AllKinds() {
  static const auto& all = *new std::vector<Kind>(All(kKinds));
  return all;
}
const std::vector<Mode>& AllModes() {
  static const auto& all = *new std::vector<Mode>(All(kModes));
  return all;
}
const std::vector<Tlp>& AllTlps() {
  static const auto& all = *new std::vector<Tlp>(All(kTlps));
  return all;
}
const std::vector<Pap>& AllPaps() {
  static const auto& all = *new std::vector<Pap>(All(kPaps));
  return all;
}
const std::vector<Precedence>& AllPrecedences() {
  static const auto& all = *new std::vector<Precedence>(All(kPrecedences));
  return all;
}
const std::vector<Onward>& AllOnwards() {
  static const auto& all = *new std::vector<Onward>(All(kOnwards));
  return all;
}

}  // namespace fairway::model
