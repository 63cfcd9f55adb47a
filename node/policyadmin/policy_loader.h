#ifndef FAIRWAY_NODE_POLICYADMIN_POLICY_LOADER_H_
#define FAIRWAY_NODE_POLICYADMIN_POLICY_LOADER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/digest.h"
#include "node/authz/policy_slot.h"
#include "node/model/peer.h"
#include "node/store/database.h"
#include "policy/diagnostics.h"

namespace fairway::policyadmin {

// Everything beside its text that the meaning of a policy depends on.
struct PolicyNames {
  std::string node;                // what people call this node
  std::vector<model::Peer> peers;  // by name; removed ones too: a policy or an item may name them
  std::string profile_text;
};

// As the database has them, with the vocabulary of this version.
absl::StatusOr<PolicyNames> CurrentNames(store::ReadTxn& txn);

// The profile text this version reads policies with, until one is distributed: the default one.
const std::string& ProfileText();

struct LoadedPolicy {
  std::shared_ptr<const authz::ActivePolicy> active;  // null if there is an error; its number is 0
  std::vector<policy::Diagnostic> diagnostics;
};

// Pure. INTERNAL if the profile itself does not load.
absl::StatusOr<LoadedPolicy> LoadPolicy(const std::string& file_name, const std::string& text,
                                        const PolicyNames& names);

// SHA-256 of the canonical text: the name of a policy, whatever its comments and layout.
crypto::Digest PolicyHash(const policy::Policy& policy);

// Of names, attributes, groups and states of all peers (FORMATS.md).
crypto::Digest RegistryHash(const PolicyNames& names);

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_POLICY_LOADER_H_
