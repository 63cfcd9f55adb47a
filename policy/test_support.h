#ifndef FAIRWAY_POLICY_TEST_SUPPORT_H_
#define FAIRWAY_POLICY_TEST_SUPPORT_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "policy/policy.h"

// What the tests of this room share: a small world of ports and the shortest ways to load a text.
namespace fairway::policy::testing {

// The default profile, parsed once.
std::shared_ptr<const Vocabulary> DefaultVocabulary();

// Node "mombasa-port" with peers in Africa and Europe, groups AFRICA, ATLANTIC and AIRPORTS;
// "suspended-port" has a suspended link, "unknown-port" has no attributes but an active link.
Registry Ports();

Policy::Loaded Load(const std::string& text);

// The policy, or a test failure with the rendered diagnostics and null.
std::shared_ptr<const Policy> MustLoad(const std::string& text);

// The codes of all diagnostics, sorted.
std::multiset<std::string> CodesOf(const std::vector<Diagnostic>& diagnostics);

// A bulletin that no floor holds back, about cocaine, GREEN, for ANY-MEMBER, ours; and a request
// by the given registered peer to replicate it, dated 2026-06-15.
Request Ask(const std::string& peer, const std::string& action = "replicate");

}  // namespace fairway::policy::testing

#endif  // FAIRWAY_POLICY_TEST_SUPPORT_H_
