#include "tools/fairway/offline_policy.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "policy/diagnostics.h"
#include "policy/policy.h"
#include "policy/vocabulary.h"

namespace fairway::cli {
namespace {

// The name between quotes of a remark that says nobody here has it, or "".
std::string UnknownName(const policy::Diagnostic& diagnostic) {
  if (diagnostic.code != "E102" || !absl::StartsWith(diagnostic.message, "there is no ")) return "";
  const std::vector<std::string> pieces = absl::StrSplit(diagnostic.message, '\'');
  return pieces.size() >= 3 ? pieces[1] : "";
}

// Loads again and again until every name in the text is one of the registry's.
policy::Policy::Loaded LoadAssuming(const std::string& file_name, const std::string& text,
                                    policy::Registry& registry) {
  const auto vocabulary =
      policy::Vocabulary::Parse(std::string(policy::DefaultProfile())).vocabulary;
  std::set<std::string> known;
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

}  // namespace

OfflineCheck CheckOffline(const std::string& file_name, const std::string& text) {
  OfflineCheck result;
  policy::Registry registry;
  const policy::Policy::Loaded loaded = LoadAssuming(file_name, text, registry);
  for (const policy::Registry::Peer& peer : registry.peers) result.assumed.push_back(peer.name);

  for (const policy::Diagnostic& diagnostic : loaded.diagnostics) {
    v1::Diagnostic& out = *result.check.add_diagnostics();
    out.set_error(diagnostic.severity == policy::Diagnostic::Severity::kError);
    out.set_code(diagnostic.code);
    out.set_line(static_cast<uint32_t>(diagnostic.line));
    out.set_column(static_cast<uint32_t>(diagnostic.column));
    out.set_length(static_cast<uint32_t>(diagnostic.length));
    out.set_message(diagnostic.message);
    out.set_help(diagnostic.help);
    out.set_rendered(policy::Render(diagnostic, file_name, text));
  }
  *result.tests.mutable_diagnostics() = result.check.diagnostics();
  if (loaded.policy == nullptr) return result;
  result.check.set_rules(static_cast<uint32_t>(loaded.policy->rule_count()));
  result.check.set_tests(static_cast<uint32_t>(loaded.policy->test_count()));
  uint32_t failed = 0;
  for (const policy::TestResult& test : loaded.policy->RunTests()) {
    v1::TestResult& out = *result.tests.add_results();
    out.set_name(test.name);
    out.set_line(static_cast<uint32_t>(test.line));
    out.set_passed(test.passed);
    out.set_message(test.message);
    failed += test.passed ? 0 : 1;
  }
  result.tests.set_failed(failed);
  result.tests.set_passed(static_cast<uint32_t>(result.tests.results_size()) - failed);
  result.check.set_failed_tests(failed);
  result.check.set_ok(failed == 0);
  return result;
}

}  // namespace fairway::cli
