#include "tests/oracle/agreement.h"

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "tests/oracle/printer.h"
#include "tests/oracle/reader.h"

namespace fairway::oracle {
namespace {

std::optional<int64_t> Hours(const std::optional<absl::Duration>& duration) {
  if (!duration) return std::nullopt;
  return absl::ToInt64Hours(*duration);
}

// What is wrong with a decision of the engine besides its words; empty: nothing.
std::string Flaw(const policy::Decision& decision, const Judge& judge) {
  const policy::Duties& duties = decision.duties;
  const bool releases = decision.verdict == policy::Decision::Verdict::kRelease;
  if (releases != (duties.fields != nullptr)) return "fields and verdict do not go together";
  if (!releases) return duties.Releases("title") ? "a withheld title is released" : "";
  const std::set<std::string> visible = judge.Visible(InOracleWords(decision).terms);
  for (const std::string& field : duties.fields->names()) {
    if (duties.Releases(field) != (visible.count(field) == 1) && field.back() != '*') {
      return "Releases(" + field + ") is not what the duties say";
    }
  }
  return "";
}

std::string Show(const policy::Attributes& attributes) {
  std::string text = "{";
  for (const auto& [name, value] : attributes.all()) {
    text += "\n    " + name + ": ";
    if (const auto* word = std::get_if<std::string>(&value)) {
      text += "'" + *word + "'";
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
      text += std::to_string(*number);
    } else {
      text += "{";
      for (const std::string& word : std::get<std::vector<std::string>>(value)) {
        text += " '" + word + "'";
      }
      text += " }";
    }
  }
  return text + " }";
}

}  // namespace

Answer InOracleWords(const policy::Decision& decision) {
  Answer answer;
  answer.release = decision.verdict == policy::Decision::Verdict::kRelease;
  answer.rule = decision.rule;
  if (!decision.file.empty()) answer.because = decision.because;
  const policy::Duties& duties = decision.duties;
  answer.terms.redact = duties.redact;
  answer.terms.keep_only = duties.keep_only;
  answer.terms.strip_source = duties.strip_source;
  if (duties.hops) answer.terms.hops = *duties.hops;
  answer.terms.expires_hours = Hours(duties.expires_after);
  answer.terms.receipt_hours = Hours(duties.receipt_within);
  answer.terms.raise_tlp = duties.raise_tlp;
  answer.terms.raise_pap = duties.raise_pap;
  answer.terms.delay_hours = Hours(duties.delay);
  answer.terms.hold_for = duties.hold_for;
  answer.terms.use_for = duties.use_for;
  answer.terms.watermark = duties.watermark;
  answer.terms.notify_originator = duties.notify_originator;
  answer.terms.encrypt_at_rest = duties.encrypt_at_rest;
  answer.terms.no_copy = duties.no_copy;
  return answer;
}

void Tally::Count(const Answer& answer) {
  ++decisions;
  if (answer.merged) ++by["(permits that do not compare met)"];
  if (answer.release) {
    ++by[answer.terms == Terms() ? "permit, in full" : "permit with duties"];
  } else if (answer.because.empty()) {
    ++by[answer.rule];
  } else {
    ++by["forbid"];
  }
}

std::string Tally::ToText() const {
  std::string text = std::to_string(policies) + " policies, " + std::to_string(refused) +
                     " more refused, " + std::to_string(decisions) + " decisions, " +
                     std::to_string(explained) + " explained:";
  for (const auto& [what, count] : by) {
    const uint64_t tenths = decisions == 0 ? 0 : count * 1000 / decisions;
    text += "\n  " + what + "  " + std::to_string(count) + "  (" + std::to_string(tenths / 10) +
            "." + std::to_string(tenths % 10) + " %)";
  }
  text += "\n  refused for:";
  for (const auto& [code, count] : codes) text += " " + code + " " + std::to_string(count);
  return text + "\n";
}

std::string Describe(const policy::Request& request) {
  return "  peer '" + request.peer + "' action '" + request.action + "' self '" + request.self +
         "' now " + absl::FormatTime(request.now, absl::UTCTimeZone()) + "\n  peer_attributes " +
         Show(request.peer_attributes) + "\n  item " + Show(request.item) + "\n  context " +
         Show(request.context) + "\n";
}

bool Disagrees(const Disagreement& candidate) {
  const std::string text = Print(candidate.policy);
  const auto loaded =
      policy::Policy::Load("p.fpol", text, candidate.profile->vocabulary, candidate.registry);
  if (loaded.policy == nullptr) return false;
  const auto judge = Judge::Make(text, candidate.profile->text, candidate.registry);
  if (judge == nullptr) return true;
  const policy::Decision decision = loaded.policy->Decide(candidate.request);
  return InOracleWords(decision) != judge->Decide(candidate.request) ||
         !(loaded.policy->Explain(candidate.request).decision == decision) ||
         !Flaw(decision, *judge).empty();
}

std::string Disagreement::ToText() const {
  std::string text = "policy\n" + Print(policy) + "names: self '" + registry.self + "'";
  for (const policy::Registry::Peer& peer : registry.peers) {
    text += "\n  peer '" + peer.name + "' country '" + peer.country + "' groups {";
    for (const std::string& group : peer.groups) text += " " + group;
    text += " } " + Show(peer.attributes);
  }
  for (const auto& [group, members] : registry.groups) {
    text += "\n  group " + group + " {";
    for (const std::string& member : members) text += " " + member;
    text += " }";
  }
  text += "\nrequest\n" + Describe(request);
  const std::string printed = Print(policy);
  const auto loaded = policy::Policy::Load("p.fpol", printed, profile->vocabulary, registry);
  const auto judge = Judge::Make(printed, profile->text, registry);
  if (loaded.policy == nullptr) {
    return text + "the engine does not load it:\n" +
           policy::RenderAll(loaded.diagnostics, "p.fpol", printed);
  }
  if (judge == nullptr) return text + "the oracle cannot read it\n";
  const policy::Decision decision = loaded.policy->Decide(request);
  return text + "engine:  " + InOracleWords(decision).ToText() +
         "\nexplain: " + InOracleWords(loaded.policy->Explain(request).decision).ToText() +
         "\noracle:  " + judge->Decide(request).ToText() + "\n" + Flaw(decision, *judge) + "\n";
}

std::optional<std::string> Try(Dice& dice, const Size& size, Tally& tally) {
  Generator generator(dice);
  const PolicyText policy = generator.MakePolicy();
  const std::string text = Print(policy, &dice);
  const auto loaded =
      policy::Policy::Load("p.fpol", text, generator.profile().vocabulary, generator.registry());
  if (loaded.policy == nullptr) {
    ++tally.refused;
    for (const policy::Diagnostic& diagnostic : loaded.diagnostics) {
      if (diagnostic.severity == policy::Diagnostic::Severity::kError) {
        ++tally.codes[diagnostic.code];
        break;
      }
    }
    return std::nullopt;
  }
  return Compare(generator, *loaded.policy, size, tally);
}

std::optional<std::string> Compare(Generator& generator, const policy::Policy& policy,
                                   const Size& size, Tally& tally) {
  ++tally.policies;
  if (policy.rule_count() > 64) ++tally.by["(policies of more than 64 rules)"];
  const std::string& text = policy.text();
  const auto judge = Judge::Make(text, generator.profile().text, generator.registry());
  if (judge == nullptr) return "the oracle cannot read what the engine loads:\n" + text;

  std::vector<policy::Request> peers(size.peers);
  std::vector<policy::Attributes> items(size.items);
  for (policy::Request& request : peers) generator.MakePeer(request);
  for (policy::Attributes& item : items) {
    policy::Request request;
    generator.MakeItem(request);
    item = std::move(request.item);
  }
  std::vector<std::string> actions = generator.profile().words.actions;
  actions.push_back(generator.MakeAction());

  for (size_t round = 0; round < size.circumstances; ++round) {
    policy::Request circumstances;
    generator.MakeCircumstances(circumstances);
    std::vector<PeerView> views;
    for (policy::Request& request : peers) {
      request.context = circumstances.context;
      request.now = circumstances.now;
      request.self = circumstances.self;
      views.push_back(judge->LookAtPeer(request));
    }
    for (policy::Attributes& item : items) {
      circumstances.item = item;
      const ItemView view = judge->LookAtItem(circumstances);
      for (size_t i = 0; i < peers.size(); ++i) {
        policy::Request& request = peers[i];
        std::swap(request.item, item);
        for (const std::string& action : actions) {
          request.action = action;
          const policy::Decision decision = policy.Decide(request);
          const Answer expected = judge->Decide(views[i], view, action);
          tally.Count(expected);
          bool wrong = InOracleWords(decision) != expected;
          if (tally.decisions % size.explain_every == 0) {
            ++tally.explained;
            wrong = wrong || !(policy.Explain(request).decision == decision) ||
                    !Flaw(decision, *judge).empty();
          }
          if (!wrong) continue;
          Disagreement found{&generator.profile(), generator.registry(), judge->policy(), request};
          if (Disagrees(found)) return Minimise(std::move(found)).ToText();
          return "only in this spelling:\n" + text + "\n" + found.ToText();
        }
        std::swap(request.item, item);
      }
    }
  }
  return std::nullopt;
}

}  // namespace fairway::oracle
