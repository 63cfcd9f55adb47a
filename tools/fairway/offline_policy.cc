#include "tools/fairway/offline_policy.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "crypto/digest.h"
#include "node/service/policy_proto.h"
#include "node/status/status_macros.h"
#include "policy/diagnostics.h"
#include "policy/policy.h"
#include "policy/proof/proof.h"
#include "policy/vocabulary.h"
#include "tools/fairway/peer_words.h"

namespace fairway::cli {
namespace {

// The name between quotes of a remark that says nobody here has it, or "".
std::string UnknownName(const policy::Diagnostic& diagnostic) {
  if (diagnostic.code != "E102") return "";
  bool about_a_name = absl::StartsWith(diagnostic.message, "there is no ");
  for (const char* attribute :
       {"originator", "named", "releasable-to", "not-releasable-to", "approved-for"}) {
    about_a_name =
        about_a_name ||
        absl::EndsWith(diagnostic.message, absl::StrCat("is not a value of item.", attribute));
  }
  if (!about_a_name) return "";
  const std::vector<std::string> pieces = absl::StrSplit(diagnostic.message, '\'');
  return pieces.size() >= 3 ? pieces[1] : "";
}

// Loads again and again until every name in the text is one of the registry's.
policy::Policy::Loaded LoadAssuming(const std::string& file_name, const std::string& text,
                                    policy::Registry& registry) {
  const auto vocabulary =
      policy::Vocabulary::Parse(std::string(policy::DefaultProfile())).vocabulary;
  std::set<std::string> known;
  for (const policy::Registry::Peer& peer : registry.peers) known.insert(peer.name);
  while (true) {
    policy::Policy::Loaded loaded = policy::Policy::Load(file_name, text, vocabulary, registry);
    bool grew = false;
    for (const policy::Diagnostic& diagnostic : loaded.diagnostics) {
      const std::string name = UnknownName(diagnostic);
      if (name.empty() || !known.insert(name).second) continue;
      policy::Attributes attributes;
      attributes.Set("peer.link", "active");
      registry.peers.push_back({name, std::move(attributes), "", {}});
      grew = true;
    }
    if (!grew) return loaded;
  }
}

policy::Registry RegistryOf(const std::vector<policy::Registry::Peer>& assumptions) {
  policy::Registry registry;
  registry.peers = assumptions;
  for (const policy::Registry::Peer& peer : assumptions) {
    for (const std::string& group : peer.groups) registry.groups[group].push_back(peer.name);
  }
  return registry;
}

// The peers after those that somebody described.
std::vector<std::string> AssumedNames(const policy::Registry& registry, size_t described) {
  std::vector<std::string> names;
  for (size_t i = described; i < registry.peers.size(); ++i) {
    names.push_back(registry.peers[i].name);
  }
  return names;
}

void AddDiagnostics(const std::vector<policy::Diagnostic>& diagnostics,
                    const std::string& file_name, const std::string& text,
                    google::protobuf::RepeatedPtrField<v1::Diagnostic>& to) {
  for (const policy::Diagnostic& diagnostic : diagnostics) {
    *to.Add() = service::ToProto(diagnostic, file_name, text);
  }
}

}  // namespace

absl::StatusOr<policy::Registry::Peer> ParseAssumption(const std::string& words) {
  FAIRWAY_ASSIGN_OR_RETURN(const PeerWords said, ParsePeerWords("--assume", words));
  v1::PeerAttributes attributes;
  Apply(said, attributes);
  policy::Registry::Peer peer;
  peer.name = said.name;
  peer.country = attributes.country();
  peer.groups.assign(attributes.groups().begin(), attributes.groups().end());
  peer.attributes.Set("peer.link", "active");
  for (const auto& [key, values] : said.said) {
    if (key == "groups") continue;
    if (key == "country" || key == "type" || key == "tier") {
      peer.attributes.Set(absl::StrCat("peer.", key), values.front());
    } else {
      peer.attributes.SetSet(absl::StrCat("peer.", key), values);
    }
  }
  return peer;
}

OfflineCheck CheckOffline(const std::string& file_name, const std::string& text,
                          const std::vector<policy::Registry::Peer>& assumptions) {
  OfflineCheck result;
  policy::Registry registry = RegistryOf(assumptions);
  const policy::Policy::Loaded loaded = LoadAssuming(file_name, text, registry);
  result.assumed = AssumedNames(registry, assumptions.size());
  AddDiagnostics(loaded.diagnostics, file_name, text, *result.check.mutable_diagnostics());
  *result.tests.mutable_diagnostics() = result.check.diagnostics();
  if (loaded.policy == nullptr) return result;
  result.check.set_rules(static_cast<uint32_t>(loaded.policy->rule_count()));
  result.check.set_tests(static_cast<uint32_t>(loaded.policy->test_count()));
  uint32_t failed = 0;
  for (const policy::TestResult& test : loaded.policy->RunTests()) {
    *result.tests.add_results() = service::ToProto(test);
    failed += test.passed ? 0 : 1;
  }
  result.tests.set_failed(failed);
  result.tests.set_passed(static_cast<uint32_t>(result.tests.results_size()) - failed);
  result.check.set_failed_tests(failed);
  result.check.set_ok(failed == 0);
  const auto guarantees = policy::ProveGuarantees(*loaded.policy);
  if (!guarantees.ok()) {
    result.check.set_ok(false);
    return result;
  }
  for (const policy::GuaranteeFinding& guarantee : *guarantees) {
    *result.check.add_guarantees() = service::ToProto(guarantee);
    result.check.set_ok(result.check.ok() && guarantee.Holds());
  }
  return result;
}

OfflinePrint PrintOffline(const std::string& file_name, const std::string& text,
                          const std::vector<policy::Registry::Peer>& assumptions) {
  OfflinePrint result;
  policy::Registry registry = RegistryOf(assumptions);
  const policy::Policy::Loaded loaded = LoadAssuming(file_name, text, registry);
  result.assumed = AssumedNames(registry, assumptions.size());
  AddDiagnostics(loaded.diagnostics, file_name, text, *result.answer.mutable_diagnostics());
  if (loaded.policy == nullptr) return result;
  result.answer.set_text(loaded.policy->canonical());
  result.answer.set_hash(crypto::Sha256(loaded.policy->canonical()).ToString());
  return result;
}

absl::StatusOr<OfflineProof> ProveOffline(const std::string& before_name,
                                          const std::string& before_text,
                                          const std::string& file_name, const std::string& text,
                                          const std::vector<policy::Registry::Peer>& assumptions) {
  OfflineProof result;
  policy::Registry registry = RegistryOf(assumptions);
  // Both are read with the names of both, so that they speak of the same peers.
  LoadAssuming(file_name, text, registry);
  policy::Policy::Loaded before;
  if (!before_name.empty()) before = LoadAssuming(before_name, before_text, registry);
  const policy::Policy::Loaded after = LoadAssuming(file_name, text, registry);
  result.assumed = AssumedNames(registry, assumptions.size());
  AddDiagnostics(before.diagnostics, before_name, before_text,
                 *result.answer.mutable_diagnostics());
  AddDiagnostics(after.diagnostics, file_name, text, *result.answer.mutable_diagnostics());
  if (after.policy == nullptr || (before.policy == nullptr && !before_name.empty())) return result;
  const absl::Time begun = absl::Now();
  FAIRWAY_ASSIGN_OR_RETURN(const policy::Proof proof,
                           policy::Prove(before.policy.get(), *after.policy));
  service::Write(proof, result.answer);
  result.answer.set_took_us(static_cast<uint64_t>(absl::ToInt64Microseconds(absl::Now() - begun)));
  return result;
}

}  // namespace fairway::cli
