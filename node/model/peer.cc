#include "node/model/peer.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace fairway::model {
namespace {

struct StateName {
  PeerState state;
  std::string_view text;
};
constexpr std::array<StateName, 6> kStates = {{{PeerState::kInvited, "invited"},
                                               {PeerState::kAwaitingConfirm, "awaiting-confirm"},
                                               {PeerState::kActive, "active"},
                                               {PeerState::kSuspended, "suspended"},
                                               {PeerState::kQuarantined, "quarantined"},
                                               {PeerState::kRemoved, "removed"}}};

constexpr size_t kMinPeerNameBytes = 2;
constexpr std::array<std::string_view, 3> kTakenNames = {"any-member", "self", "nobody"};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

std::string_view ToText(PeerState state) {
  for (const StateName& name : kStates) {
    if (name.state == state) return name.text;
  }
  return "?";  // only for an integer that was cast without PeerStateFromWire
}

absl::StatusOr<PeerState> ParsePeerState(std::string_view text) {
  std::string known;
  for (const StateName& name : kStates) {
    if (name.text == text) return name.state;
    absl::StrAppend(&known, known.empty() ? "" : ", ", std::string(name.text));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", std::string(text.substr(0, 40)), "\" is not a state of a peer; known are: ", known));
}

std::optional<PeerState> PeerStateFromWire(uint64_t number) {
  for (const StateName& name : kStates) {
    if (static_cast<uint64_t>(name.state) == number) return name.state;
  }
  return std::nullopt;
}

absl::Status CheckPeerName(std::string_view name) {
  const bool fits = name.size() >= kMinPeerNameBytes && name.size() <= kMaxPeerNameBytes &&
                    std::all_of(name.begin(), name.end(), IsNameCharacter) && name.front() >= 'a' &&
                    name.back() != '-';
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", std::string(name.substr(0, kMaxPeerNameBytes)), "\" is not a name for a peer: 2 to ",
        kMaxPeerNameBytes, " of a-z, 0-9 and inner dashes, a letter first"));
  }
  if (std::find(kTakenNames.begin(), kTakenNames.end(), name) != kTakenNames.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", std::string(name), "\" has a meaning of its own in policies"));
  }
  return absl::OkStatus();
}

}  // namespace fairway::model
