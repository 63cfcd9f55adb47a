#ifndef FAIRWAY_TOOLS_FAIRWAY_OFFLINE_POLICY_H_
#define FAIRWAY_TOOLS_FAIRWAY_OFFLINE_POLICY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "api/v1/admin.pb.h"
#include "policy/attributes.h"

// Checks a policy text where no node runs: on an author's own machine, in a repository's checks.
namespace fairway::cli {

struct OfflineCheck {
  v1::PolicyCheckResponse check;
  v1::PolicyTestResponse tests;      // empty if the text has errors
  std::vector<std::string> assumed;  // names that were taken for peers or groups, since nobody
                                     // here can know them
};

// A peer as --assume says it: "rio-port country=BR tier=2 agreements=A,B groups=ports".
// INVALID_ARGUMENT with a Problem FW-USE-003 names the word that cannot be read.
absl::StatusOr<policy::Registry::Peer> ParseAssumption(const std::string& words);

// The answers a node with the default vocabulary would give if it had the peers of `assumptions`,
// and every other name in the text were a peer with an active link of which nothing else is known:
// a test that needs more of it fails here.
OfflineCheck CheckOffline(const std::string& file_name, const std::string& text,
                          const std::vector<policy::Registry::Peer>& assumptions = {});

// The canonical text and its hash, under the same assumptions.
struct OfflinePrint {
  v1::PolicyPrintResponse answer;
  std::vector<std::string> assumed;
};
OfflinePrint PrintOffline(const std::string& file_name, const std::string& text,
                          const std::vector<policy::Registry::Peer>& assumptions = {});

// What `text` lets out that the other one did not, under the same assumptions; with an empty
// `before_name` compared with sharing nothing. An error only if the two cannot be compared.
struct OfflineProof {
  v1::PolicyProveResponse answer;
  std::vector<std::string> assumed;
};
absl::StatusOr<OfflineProof> ProveOffline(
    const std::string& before_name, const std::string& before_text, const std::string& file_name,
    const std::string& text, const std::vector<policy::Registry::Peer>& assumptions = {});

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_OFFLINE_POLICY_H_
