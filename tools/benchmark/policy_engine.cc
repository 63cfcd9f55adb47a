// What the policy engine does, beside the same decision as plain bit operations in the same run.
// Prints one JSON object.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "node/status/status_macros.h"
#include "policy/engine/compiled.h"
#include "policy/policy.h"
#include "policy/preview/compare.h"
#include "policy/proof/proof.h"
#include "tools/benchmark/arguments.h"
#include "tools/benchmark/plain_decision.h"
#include "tools/benchmark/policy_edits.h"
#include "tools/benchmark/policy_workload.h"

namespace fairway::benchmark {
namespace {

using nlohmann::json;
using policy::Policy;

constexpr char kUsage[] = "policy_engine --rules 10,100 --items N [--milliseconds EACH]\n";
constexpr size_t kQuestions = 20'000;
constexpr size_t kDecidedItems = 5'000;
constexpr size_t kTests = 2'000;
// A measurement that took longer than this is not made with more rules.
constexpr absl::Duration kPatience = absl::Seconds(20);

struct Sizes {
  std::vector<size_t> rules;
  size_t items = 0;
  absl::Duration each;
};

// Repeats until the time is over, at least once; seconds of the fastest run.
double Fastest(absl::Duration each, const std::function<void()>& run) {
  const absl::Time end = absl::Now() + each;
  absl::Duration fastest = absl::InfiniteDuration();
  do {
    const absl::Time begun = absl::Now();
    run();
    fastest = std::min(fastest, absl::Now() - begun);
  } while (absl::Now() < end);
  return absl::ToDoubleSeconds(fastest);
}

double Milliseconds(double seconds) { return seconds * 1000; }

absl::StatusOr<std::shared_ptr<const Policy>> Load(const PolicyWorkload& workload,
                                                   const std::string& text) {
  Policy::Loaded loaded =
      Policy::Load("benchmark.fpol", text, workload.vocabulary(), workload.registry());
  if (loaded.policy == nullptr) {
    return absl::InternalError(policy::RenderAll(loaded.diagnostics, "benchmark.fpol", text));
  }
  return loaded.policy;
}

// Codes of everything that is asked, as a node keeps them.
struct Coded {
  Coded(const policy::Compiled& compiled, const PolicyWorkload& workload,
        const std::vector<ItemSpec>& specs) {
    const policy::Attributes nothing;
    for (const policy::Registry::Peer& peer : workload.registry().peers) {
      peers.push_back(compiled.CodePeer(peer.name, peer.attributes, nothing));
    }
    for (size_t i = 0; i < specs.size(); ++i) {
      const policy::Request request = workload.Ask({0, i, 0}, specs[i]);
      items.push_back(compiled.CodeItem(request.item, nothing, request.self));
    }
    for (size_t action = 0; action < 3; ++action) {
      actions.push_back(compiled.CodeAction(PolicyWorkload::ActionName(action)));
    }
    policy::Request now;
    now.now = workload.now();
    calendar = policy::Calendar::Of(now);
  }

  std::vector<policy::PeerCode> peers;
  std::vector<policy::ItemCode> items;
  std::vector<size_t> actions;
  policy::Calendar calendar;
};

// Both decide the same questions; what differs is an error of one of them.
json Decisions(const PolicyWorkload& workload, const Rules& rules, const Policy& policy,
               bool with_limit, const Sizes& sizes) {
  const std::vector<ItemSpec> items = PolicyWorkload::Items(kDecidedItems);
  const std::vector<Question> questions = workload.Questions(kQuestions, rules, items);
  const policy::Compiled& compiled = policy.compiled();
  const absl::Time begun = absl::Now();
  const Coded coded(compiled, workload, items);
  const double coding = absl::ToDoubleSeconds(absl::Now() - begun);
  size_t released = 0;
  const double seconds = Fastest(sizes.each, [&] {
    released = 0;
    for (const Question& asked : questions) {
      released += compiled
                      .Decide(coded.items[asked.item], coded.peers[asked.peer],
                              coded.actions[asked.action], coded.calendar)
                      .released();
    }
  });
  json figures = {{"per_second", kQuestions / seconds},
                  {"ns", seconds / kQuestions * 1e9},
                  {"coding_us", coding / static_cast<double>(kDecidedItems + kPeers) * 1e6},
                  {"released_share", static_cast<double>(released) / kQuestions},
                  {"bytes", compiled.bytes()}};
  // From words to words, as one explanation or test asks.
  std::vector<policy::Request> requests;
  for (size_t i = 0; i < 200; ++i) {
    requests.push_back(workload.Ask(questions[i], items[questions[i].item]));
  }
  figures["in_words_us"] = Fastest(sizes.each,
                                   [&] {
                                     for (const auto& request : requests) policy.Decide(request);
                                   }) /
                           static_cast<double>(requests.size()) * 1e6;
  figures["explain_us"] =
      Fastest(sizes.each,
              [&] {
                for (const auto& request : requests)
                  policy.Explain(request, policy::Explanation::Detail::kWhatDecided).ToText();
              }) /
      static_cast<double>(requests.size()) * 1e6;
  if (!with_limit) return figures;
  const PlainDecision plain(rules, workload.peers());
  size_t plainly = 0;
  const double limit = Fastest(sizes.each, [&] {
    plainly = 0;
    for (const Question& asked : questions) {
      plainly += plain.Decide(asked, items[asked.item]).released;
    }
  });
  figures["limit_per_second"] = kQuestions / limit;
  figures["limit_ns"] = limit / kQuestions * 1e9;
  size_t differ = 0;
  for (const Question& asked : questions) {
    differ += plain.Decide(asked, items[asked.item]).released !=
              compiled
                  .Decide(coded.items[asked.item], coded.peers[asked.peer],
                          coded.actions[asked.action], coded.calendar)
                  .released();
  }
  figures["differ_from_limit"] = differ;
  return figures;
}

json PreviewsOf(const PolicyWorkload& workload, const Rules& rules, const Policy& policy,
                const policy::ItemColumns& columns, const Sizes& sizes, absl::Status& status) {
  json figures;
  const policy::Side side = workload.SideOf(policy);
  for (size_t threads : {1, 2}) {
    policy::CompareOptions options;
    options.threads = threads;
    size_t released = 0;
    const double seconds = Fastest(sizes.each, [&] {
      released = 0;
      for (const policy::PeerDiff& peer : policy::Released(side, columns, options)) {
        for (const policy::WayOutDiff& way : peer.by_way) released += way.newly_released.size();
      }
    });
    figures[threads == 1 ? "full_ms" : "full_two_threads_ms"] = Milliseconds(seconds);
    figures["released"] = released;
  }
  const std::vector<std::pair<std::string, RuleSpec::To>> edits = {
      {"edit_one_peer_ms", RuleSpec::To::kPeer}, {"edit_many_peers_ms", RuleSpec::To::kTier}};
  for (const auto& [name, to] : edits) {
    const auto after = Load(workload, workload.Text(Loosened(rules, to)));
    if (!after.ok()) {
      status = after.status();
      return figures;
    }
    const policy::Side edited = workload.SideOf(**after);
    figures[name] =
        Milliseconds(Fastest(sizes.each, [&] { policy::Compare(side, edited, columns); }));
  }
  return figures;
}

absl::StatusOr<double> ProofSeconds(const PolicyWorkload& workload, const Policy& before,
                                    const Rules& after, const Sizes& sizes) {
  FAIRWAY_ASSIGN_OR_RETURN(const auto policy, Load(workload, workload.Text(after)));
  absl::Status status;
  const double seconds = Fastest(sizes.each, [&] {
    const auto proof = policy::Prove(&before, *policy);
    if (!proof.ok()) status = proof.status();
  });
  if (!status.ok()) return status;
  return seconds;
}

absl::StatusOr<json> Proofs(const PolicyWorkload& workload, const Rules& rules,
                            const Policy& before, const Sizes& sizes, bool& refactoring) {
  json figures;
  double slowest = 0;
  for (const auto& [name, after] : OneRuleEdits(rules)) {
    FAIRWAY_ASSIGN_OR_RETURN(const double seconds, ProofSeconds(workload, before, after, sizes));
    figures[name + "_ms"] = Milliseconds(seconds);
    slowest = std::max(slowest, seconds);
  }
  figures["slowest_edit_ms"] = Milliseconds(slowest);
  const Rules split = Refactored(rules);
  if (!refactoring || split.size() > policy::kMaxRules) return figures;
  const absl::Time begun = absl::Now();
  FAIRWAY_ASSIGN_OR_RETURN(const double seconds, ProofSeconds(workload, before, split, sizes));
  figures["refactoring_ms"] = Milliseconds(seconds);
  refactoring = absl::Now() - begun < kPatience;
  return figures;
}

constexpr size_t kRulesAddedByEdits = 10;

absl::StatusOr<Sizes> SizesOf(const Arguments& arguments) {
  Sizes sizes;
  for (const std::string& text : std::vector<std::string>(
           absl::StrSplit(arguments.text("rules", "10,100,1000,10000"), ','))) {
    if (!absl::SimpleAtoi(text, &sizes.rules.emplace_back())) {
      return absl::InvalidArgumentError(kUsage);
    }
  }
  sizes.items = arguments.number("items", 1'000'000);
  sizes.each = absl::Milliseconds(static_cast<int64_t>(arguments.number("milliseconds", 500)));
  return sizes;
}

absl::StatusOr<json> FiguresOf(const PolicyWorkload& workload, size_t count, bool twisted,
                               const policy::ItemColumns& columns, const Sizes& sizes,
                               bool& refactoring) {
  // The largest policies leave room for the rules that an edit adds.
  const Rules rules =
      PolicyWorkload::Rules(std::min(count, policy::kMaxRules - kRulesAddedByEdits), twisted);
  const std::string text = workload.Text(rules);
  FAIRWAY_ASSIGN_OR_RETURN(const auto policy, Load(workload, text));
  json figures = {{"text_bytes", text.size()}};
  figures["load_ms"] =
      Milliseconds(Fastest(sizes.each, [&] { Load(workload, text).IgnoreError(); }));
  figures["decisions"] = Decisions(workload, rules, *policy, !twisted, sizes);
  absl::Status status;
  figures["preview"] = PreviewsOf(workload, rules, *policy, columns, sizes, status);
  FAIRWAY_RETURN_IF_ERROR(status);
  FAIRWAY_ASSIGN_OR_RETURN(const auto tested, Load(workload, workload.Text(rules, kTests)));
  figures["tests_per_second"] = kTests / Fastest(sizes.each, [&] { tested->RunTests(); });
  FAIRWAY_ASSIGN_OR_RETURN(figures["proof"], Proofs(workload, rules, *policy, sizes, refactoring));
  return figures;
}

absl::StatusOr<json> Run(int argc, char** argv) {
  FAIRWAY_ASSIGN_OR_RETURN(const Arguments arguments, Arguments::Parse(argc, argv, 1));
  FAIRWAY_ASSIGN_OR_RETURN(const Sizes sizes, SizesOf(arguments));
  const PolicyWorkload workload;
  policy::ItemColumns columns(workload.registry().self);
  absl::Duration building;
  for (const ItemSpec& item : PolicyWorkload::Items(sizes.items)) {
    const policy::ItemRow row = workload.Row(item);
    const absl::Time begun = absl::Now();
    columns.Add(row);
    building += absl::Now() - begun;
  }
  json all = {{"peers", kPeers},
              {"items", sizes.items},
              {"columns_bytes", columns.MemoryBytes()},
              {"columns_us_per_item",
               absl::ToDoubleMicroseconds(building) / static_cast<double>(sizes.items)}};
  for (const bool twisted : {false, true}) {
    bool refactoring = true;
    for (size_t count : sizes.rules) {
      FAIRWAY_ASSIGN_OR_RETURN(
          all[twisted ? "with_not_or_none_only" : "rules"][absl::StrCat(count)],
          FiguresOf(workload, count, twisted, columns, sizes, refactoring));
      std::fprintf(stderr, "policy_engine: %zu rules%s\n", count,
                   twisted ? ", with not and or" : "");
    }
  }
  return all;
}

}  // namespace
}  // namespace fairway::benchmark

int main(int argc, char** argv) {
  const auto result = fairway::benchmark::Run(argc, argv);
  if (!result.ok()) {
    std::fprintf(stderr, "policy_engine: %s\n", std::string(result.status().message()).c_str());
    return 1;
  }
  std::puts(result->dump().c_str());
  return 0;
}
