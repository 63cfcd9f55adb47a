#include "tools/fairway/offline_policy.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "policy/diagnostics.h"
#include "policy/policy.h"
#include "policy/vocabulary.h"
#include "tools/fairway/session.h"

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

}  // namespace

absl::StatusOr<policy::Registry::Peer> ParseAssumption(const std::string& words) {
  static const std::set<std::string> kSets = {"agreements", "controls", "purposes"};
  static const std::set<std::string> kSingle = {"country", "type", "tier"};
  policy::Registry::Peer peer;
  peer.attributes.Set("peer.link", "active");
  for (absl::string_view word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> said = absl::StrSplit(word, absl::MaxSplits('=', 1));
    const std::vector<std::string> list = absl::StrSplit(said.second, ',', absl::SkipEmpty());
    if (peer.name.empty() && !absl::StrContains(word, "=")) {
      peer.name = said.first;
    } else if (!peer.name.empty() && kSets.contains(said.first)) {
      peer.attributes.SetSet(absl::StrCat("peer.", said.first), list);
    } else if (!peer.name.empty() && kSingle.contains(said.first)) {
      peer.attributes.Set(absl::StrCat("peer.", said.first), said.second);
      if (said.first == "country") peer.country = said.second;
    } else if (!peer.name.empty() && said.first == "groups") {
      peer.groups = list;
    } else {
      return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                        absl::StrCat("--assume cannot hold \"", word, "\""),
                        {"It is a name and then country, type, tier, agreements, controls, "
                         "purposes or groups."},
                        {"--assume \"rio-port country=BR tier=2 agreements=A,B\""});
    }
  }
  return peer;
}

OfflineCheck CheckOffline(const std::string& file_name, const std::string& text,
                          const std::vector<policy::Registry::Peer>& assumptions) {
  OfflineCheck result;
  policy::Registry registry;
  registry.peers = assumptions;
  for (const policy::Registry::Peer& peer : assumptions) {
    for (const std::string& group : peer.groups) registry.groups[group].push_back(peer.name);
  }
  const policy::Policy::Loaded loaded = LoadAssuming(file_name, text, registry);
  for (size_t i = assumptions.size(); i < registry.peers.size(); ++i) {
    result.assumed.push_back(registry.peers[i].name);
  }

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
