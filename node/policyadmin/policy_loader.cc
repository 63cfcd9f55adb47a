#include "node/policyadmin/policy_loader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "node/authz/attributes.h"
#include "node/policyadmin/encoding.h"
#include "node/status/status_macros.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "policy/policy.h"
#include "policy/vocabulary.h"

namespace fairway::policyadmin {

const std::string& ProfileText() {
  static const std::string* const text = new std::string(policy::DefaultProfile());
  return *text;
}

absl::StatusOr<PolicyNames> CurrentNames(store::ReadTxn& txn) {
  PolicyNames names;
  // Removed peers too: a policy or an item may still name them.
  FAIRWAY_ASSIGN_OR_RETURN(names.peers, store::AllPeers(txn));
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::NodeRow> node, store::GetNode(txn));
  if (node.has_value()) names.node = node->name;
  names.profile_text = ProfileText();
  return names;
}

absl::StatusOr<LoadedPolicy> LoadPolicy(const std::string& file_name, const std::string& text,
                                        const PolicyNames& names) {
  policy::Vocabulary::Parsed vocabulary = policy::Vocabulary::Parse(names.profile_text);
  if (vocabulary.vocabulary == nullptr) {
    return absl::InternalError("the vocabulary of this node cannot be read");
  }
  policy::Registry registry = authz::RegistryOf(names.peers);
  registry.node = names.node;
  policy::Policy::Loaded read =
      policy::Policy::Load(file_name, text, vocabulary.vocabulary, registry);
  LoadedPolicy loaded;
  loaded.diagnostics = std::move(read.diagnostics);
  if (read.policy == nullptr) return loaded;
  auto active = std::make_shared<authz::ActivePolicy>();
  active->policy = std::move(read.policy);
  active->profile_hash = crypto::Sha256(names.profile_text);
  for (const model::Peer& peer : names.peers) {
    active->attribute_versions[peer.id] = peer.attributes.version;
  }
  loaded.active = std::move(active);
  return loaded;
}

crypto::Digest PolicyHash(const policy::Policy& policy) {
  return crypto::Sha256(policy.canonical());
}

crypto::Digest RegistryHash(const PolicyNames& names) {
  std::vector<const model::Peer*> peers;
  for (const model::Peer& peer : names.peers) peers.push_back(&peer);
  std::sort(peers.begin(), peers.end(),
            [](const model::Peer* a, const model::Peer* b) { return a->id < b->id; });
  Encoder encoder;
  encoder.Text(names.node);
  encoder.Number32(static_cast<uint32_t>(peers.size()));
  for (const model::Peer* peer : peers) {
    const model::PeerAttributes& known = peer->attributes;
    encoder.Raw(peer->id.digest.view());
    encoder.Text(peer->name);
    encoder.Number8(static_cast<uint8_t>(peer->state));
    for (const std::string* word : {&known.country, &known.type, &known.tier}) encoder.Text(*word);
    encoder.Words(known.agreements);
    encoder.Words(known.controls);
    encoder.Words(known.purposes);
    encoder.Words(known.groups);
  }
  return crypto::TaggedHash("fairway/policy-registry/v1", encoder.bytes());
}

}  // namespace fairway::policyadmin
