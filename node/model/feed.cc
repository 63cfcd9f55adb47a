#include "node/model/feed.h"

#include <algorithm>

namespace fairway::model {

Lane LaneFor(Precedence precedence) {
  switch (precedence) {
    case Precedence::kFlash:
      return Lane::kFlash;
    case Precedence::kImmediate:
      return Lane::kImmediate;
    case Precedence::kPriority:
      return Lane::kPriority;
    case Precedence::kRoutine:
      break;
  }
  return Lane::kRoutine;
}

std::string_view ToText(Lane lane) {
  static constexpr std::array<std::string_view, kLaneCount> kTexts = {
      "recall", "flash", "immediate", "priority", "routine"};
  const auto number = static_cast<size_t>(lane);
  return number < kLaneCount ? kTexts[number] : "?";
}

std::optional<Lane> LaneFromNumber(uint64_t number) {
  if (number >= kLaneCount) return std::nullopt;
  return static_cast<Lane>(number);
}

std::optional<Op> OpFromWire(uint64_t number) {
  if (number < 1 || number > 2) return std::nullopt;
  return static_cast<Op>(number);
}

crypto::Digest PartsDigest(std::span<const crypto::Digest> released) {
  std::vector<crypto::Digest> sorted(released.begin(), released.end());
  std::sort(sorted.begin(), sorted.end());
  std::string bytes;
  for (const crypto::Digest& digest : sorted) bytes.append(digest.view());
  return crypto::TaggedHash("fairway/parts/v1", bytes);
}

std::string_view ToText(Outcome outcome) {
  switch (outcome) {
    case Outcome::kStored:
      return "stored";
    case Outcome::kQuarantined:
      return "quarantined";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kNoContent:
      return "no-content";
  }
  return "?";  // only for an integer that was cast without OutcomeFromWire
}

std::optional<Outcome> OutcomeFromWire(uint64_t number) {
  if (number < 1 || number > 4) return std::nullopt;
  return static_cast<Outcome>(number);
}

}  // namespace fairway::model
