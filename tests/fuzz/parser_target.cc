// Any bytes as a policy (or a profile): no crash, no hang; what loads has a canonical text that
// loads again, to the same canonical text and the same decisions.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "policy/policy.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/text_mutator.h"
#include "tests/oracle/agreement.h"
#include "tests/oracle/reader.h"

namespace fairway::fuzz {
namespace {

using oracle::Dice;

const policy::Registry& Names() {
  static const auto* const names = [] {
    auto* registry = new policy::Registry();
    registry->self = "home-port";
    for (const char* name : {"alpha-port", "bravo-port", "charlie_port", "delta", "echo-air"}) {
      policy::Registry::Peer peer;
      peer.name = name;
      peer.country = "KE";
      peer.attributes.Set("peer.link", "active");
      peer.attributes.Set("peer.tier", "2");
      registry->peers.push_back(peer);
    }
    registry->groups["EAST"] = {"alpha-port", "delta"};
    registry->groups["WEST"] = {"bravo-port"};
    registry->groups["NOBODY"] = {};
    return registry;
  }();
  return *names;
}

[[noreturn]] void Fail(const char* what, const std::string& text, const std::string& more) {
  std::fprintf(stderr, "%s\n--- text\n%s\n--- more\n%s\n", what, text.c_str(), more.c_str());
  std::abort();
}

void CheckLoaded(const policy::Policy& policy, const oracle::Profile& profile, Dice& dice) {
  const std::string canonical = policy.canonical();
  const auto again = policy::Policy::Load("again", canonical, profile.vocabulary, Names());
  if (again.policy == nullptr) {
    Fail("the canonical text does not load", policy.text(),
         canonical + policy::RenderAll(again.diagnostics, "again", canonical));
  }
  if (again.policy->canonical() != canonical) {
    Fail("the canonical text has another canonical text", canonical, again.policy->canonical());
  }
  if (!oracle::ReadPolicy(policy.text())) {
    Fail("the oracle cannot read what the engine loads", policy.text(), "");
  }
  policy.RunTests();
  oracle::Generator generator(dice);
  for (int i = 0; i < 4; ++i) {
    policy::Request request;
    generator.MakePeer(request);
    generator.MakeItem(request);
    generator.MakeCircumstances(request);
    request.action = generator.MakeAction();
    const policy::Decision decision = policy.Decide(request);
    const policy::Decision other = again.policy->Decide(request);
    if (decision.verdict != other.verdict || decision.rule != other.rule ||
        !(oracle::InOracleWords(decision) == oracle::InOracleWords(other))) {
      Fail("the canonical text decides otherwise", policy.text(),
           canonical + oracle::Describe(request) + oracle::InOracleWords(decision).ToText() + "\n" +
               oracle::InOracleWords(other).ToText());
    }
    policy.Explain(request).ToFullText();
  }
}

}  // namespace

void TestOneText(const std::string& text, uint64_t choice) {
  if (choice % 8 == 7) {
    const auto parsed = policy::Vocabulary::Parse(text);
    policy::RenderAll(parsed.diagnostics, "profile", text);
    return;
  }
  const oracle::Profile& profile = oracle::Profiles()[choice % 8 < 4 ? 0 : choice % 8 < 6 ? 1 : 2];
  const auto loaded = policy::Policy::Load("f.fpol", text, profile.vocabulary, Names());
  policy::RenderAll(loaded.diagnostics, "f.fpol", text);
  if (policy::HasErrors(loaded.diagnostics) != (loaded.policy == nullptr)) {
    Fail("errors and a policy do not go together", text, "");
  }
  Dice dice(choice + text.size());
  if (loaded.policy != nullptr) CheckLoaded(*loaded.policy, profile, dice);
}

std::string MutateInput(const std::string& input, Dice& dice) {
  const std::string head = input.empty() || dice.Percent(5)
                               ? std::string(1, static_cast<char>(dice.Below(256)))
                               : input.substr(0, 1);
  return head + MutateText(input.empty() ? "" : input.substr(1), dice);
}

}  // namespace fairway::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  fairway::fuzz::TestOneText(std::string(reinterpret_cast<const char*>(data) + 1, size - 1),
                             data[0]);
  return 0;
}
