#ifndef FAIRWAY_TOOLS_FAIRWAY_PEER_WORDS_H_
#define FAIRWAY_TOOLS_FAIRWAY_PEER_WORDS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "api/v1/admin.pb.h"

// A peer in one line of words, as --assume and --as-peer take it:
// "rio-port country=BR tier=2 agreements=A,B groups=ports". Pure.
namespace fairway::cli {

struct PeerWords {
  std::string name;
  // In the order of the line: "tier" → { "2" }; lists at their commas.
  std::vector<std::pair<std::string, std::vector<std::string>>> said;
};

// INVALID_ARGUMENT with a Problem FW-USE-003 names the word that cannot be read; `flag` is where it
// stood.
absl::StatusOr<PeerWords> ParsePeerWords(const std::string& flag, const std::string& line);

// Puts what was said over what is there; what was not said stays.
void Apply(const PeerWords& words, v1::PeerAttributes& attributes);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_PEER_WORDS_H_
