#ifndef FAIRWAY_TOOLS_FAIRWAY_OFFLINE_POLICY_H_
#define FAIRWAY_TOOLS_FAIRWAY_OFFLINE_POLICY_H_

#include <string>

#include "api/v1/admin.pb.h"

// Checks a policy text where no node runs: on an author's own machine, in a repository's checks.
namespace fairway::cli {

struct OfflineCheck {
  v1::PolicyCheckResponse check;
  v1::PolicyTestResponse tests;      // empty if the text has errors
  std::vector<std::string> assumed;  // names that were taken for peers or groups, since nobody
                                     // here can know them
};

// The answers a node with the default vocabulary would give if the names in the text were peers of
// its own with an active link, of which nothing else is known: a test that needs more of a named
// peer fails here and says which attribute is unknown.
OfflineCheck CheckOffline(const std::string& file_name, const std::string& text);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_OFFLINE_POLICY_H_
