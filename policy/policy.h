#ifndef FAIRWAY_POLICY_POLICY_H_
#define FAIRWAY_POLICY_POLICY_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/attributes.h"
#include "policy/decision.h"
#include "policy/diagnostics.h"
#include "policy/explanation.h"
#include "policy/policy_head.h"
#include "policy/test_result.h"
#include "policy/vocabulary.h"

namespace fairway::policy {

class Compiled;   // policy/engine/compiled.h: the same, ready to decide
struct ItemCode;  // policy/engine/codes.h
struct PeerCode;
struct Program;  // policy/program/program.h: the checked form

// A policy that was checked against a vocabulary and the names of this node. Immutable and safe to
// use from any number of threads.
class Policy {
 public:
  struct Loaded {
    std::shared_ptr<const Policy> policy;  // null if there is an error
    std::vector<Diagnostic> diagnostics;   // in the order of the text; warnings too
  };

  // Reads and checks the whole text; one bad word does not hide the next. The same inputs give the
  // same result. `file_name` is only shown. A change of vocabulary or registry needs a new Load.
  // `vocabulary` must not be null.
  static Loaded Load(std::string file_name, std::string text,
                     std::shared_ptr<const Vocabulary> vocabulary, const Registry& registry);

  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  ~Policy();

  // Total, bounded, deterministic; never fails. An action the vocabulary does not have is withheld
  // by default. Floors P1–P8 come first and no text changes them; `accept` asks only P1 and P8.
  // What is released under a duty that the link to the peer cannot keep is withheld by P15.
  Decision Decide(const Request& request) const;

  // For whoever asks about one item and many peers, or about many items and one peer: reading names
  // is most of a decision, and need not be done again for each. A code is good for this policy
  // only; with one of another policy nothing is released. Safe to share between threads.
  std::shared_ptr<const ItemCode> CodeItem(const Attributes& item, const Attributes& context,
                                           std::string_view self) const;
  std::shared_ptr<const PeerCode> CodePeer(std::string_view peer, const Attributes& attributes,
                                           const Attributes& context) const;
  // Is the request released? `item` and `peer` are codes of what the request would hold; the answer
  // is that of Decide.
  bool Releases(const ItemCode& item, const PeerCode& peer, std::string_view action,
                absl::Time now) const;
  // Decide(request), where the codes were made of what it holds.
  Decision Decide(const Request& request, const ItemCode& item, const PeerCode& peer) const;

  // The same decision, rule by rule, with everything that led to it.
  Explanation Explain(const Request& request,
                      Explanation::Detail detail = Explanation::Detail::kEveryRule) const;

  // What only the calendar brings up: W305 for each rule that has ended at `now` or ends within 30
  // days, in the order of the text.
  std::vector<Diagnostic> RemarksOn(absl::Time now) const;

  // Runs every `test` of the text through the same decision.
  std::vector<TestResult> RunTests() const;

  // Is there a permit for this action at all? If none names `accept`, this policy does not say what
  // may come in: a `default` answer then means "not restricted" and the caller's own default holds
  // (a forbid on `accept` still decides by its name).
  bool HasPermitFor(std::string_view action) const;

  size_t rule_count() const;
  size_t test_count() const;
  const std::string& text() const;
  const std::string& file_name() const;
  const PolicyHead& head() const;
  // The same policy in its one canonical layout, without comments: what is hashed, compared and
  // signed. Loading it gives a policy that decides alike and has the same canonical text.
  const std::string& canonical() const;
  std::vector<std::string> guarantees() const;  // their names, in the order of the text
  const std::vector<Budget>& budgets() const;
  // Rules with `from` or `until`, in the order of the text.
  std::vector<RuleDates> rule_dates() const;
  // For the rooms policy/proof and policy/preview only.
  const Program& program() const { return *program_; }
  const Compiled& compiled() const { return *compiled_; }
  const std::shared_ptr<const Vocabulary>& vocabulary() const;

 private:
  explicit Policy(std::unique_ptr<const Program> program);
  std::unique_ptr<const Program> program_;
  std::unique_ptr<const Compiled> compiled_;
};

// The policy a new node starts with (policy/templates/nothing.fpol): no permit at all, two tests.
// Loads without an error under DefaultProfile() and any registry.
std::string_view StarterPolicy();

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_POLICY_H_
