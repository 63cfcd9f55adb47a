#include "tools/fairway/policy_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tools/fairway/terminal.h"

namespace fairway::cli {
namespace {

constexpr size_t kDigestDigits = 16;
constexpr int kRecallsShown = 10;
constexpr int kBoxesShown = 16;

using Words = google::protobuf::RepeatedPtrField<std::string>;

std::string Number(uint64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text.push_back(',');
    text.push_back(digits[i]);
  }
  return text;
}

std::string Signed(char sign, uint64_t number) {
  return number == 0 ? "0" : absl::StrCat(std::string(1, sign), Number(number));
}

std::string ListOf(const Words& words, std::string_view between = ", ") {
  return OneLine(absl::StrJoin(words, std::string(between)));
}

std::string Or(const Words& words) {
  if (words.size() < 2) return ListOf(words);
  std::vector<std::string> first(words.begin(), words.end() - 1);
  return OneLine(absl::StrCat(absl::StrJoin(first, ", "), " or ", *words.rbegin()));
}

size_t WidthOf(const std::string& text) {
  size_t widest = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const auto signs = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    widest = std::max(widest, static_cast<size_t>(signs));
  }
  return widest;
}

bool Fits(const std::string& text, size_t columns) {
  return columns == kAnyWidth || WidthOf(text) <= columns;
}

std::string TookText(uint64_t microseconds) {
  if (microseconds < 1000) return "under 1 ms";
  if (microseconds < 10'000'000) return absl::StrCat(Number(microseconds / 1000), " ms");
  return absl::StrCat(Number(microseconds / 1'000'000), " s");
}

std::string AgainstText(uint64_t version) {
  return version == 0 ? "compared with sharing nothing (no policy is in force)"
                      : absl::StrCat("compared with version ", version, ", which is in force");
}

std::string PeerName(const v1::PeerChange& change) {
  return absl::StrCat(OneLine(change.peer()), change.hypothetical() ? " (if)" : "");
}

std::string WithdrawnText(const v1::PeerChange& change) {
  std::string text = Signed('-', change.withdrawn());
  if (change.withdrawn_delivered() > 0) {
    absl::StrAppend(&text, " (it has ", Number(change.withdrawn_delivered()), ")");
  }
  return text;
}

std::string FieldsText(uint64_t items, const Words& fields, char sign) {
  std::string text = Signed(sign, items);
  if (!fields.empty()) absl::StrAppend(&text, " (", ListOf(fields), ")");
  return text;
}

std::string ChangesTable(const v1::PolicyPreviewResponse& preview) {
  Table table({"PEER", "NEWLY-GETS", "NO-LONGER", "SEES-MORE", "SEES-LESS", "OTHER-TERMS", "BY"});
  for (const v1::PeerChange& change : preview.changes()) {
    table.Add({PeerName(change), Signed('+', change.new_items()), WithdrawnText(change),
               FieldsText(change.more_fields(), change.new_fields(), '+'),
               FieldsText(change.fewer_fields(), change.lost_fields(), '-'),
               Number(change.other_terms()), ListOf(change.rules())});
  }
  return table.Render();
}

// The same, peer by peer, for a narrow terminal; says only what changes.
std::string ChangesByPeer(const v1::PolicyPreviewResponse& preview) {
  std::string text;
  const auto line = [&](const char* what, const std::string& value) {
    if (value != "0") absl::StrAppend(&text, "   ", what, value, "\n");
  };
  for (const v1::PeerChange& change : preview.changes()) {
    absl::StrAppend(&text, PeerName(change), "\n");
    line("newly gets   ", Signed('+', change.new_items()));
    if (!change.rules().empty()) line("   by        ", ListOf(change.rules()));
    line("no longer    ", WithdrawnText(change));
    line("sees more    ", FieldsText(change.more_fields(), change.new_fields(), '+'));
    line("sees less    ", FieldsText(change.fewer_fields(), change.lost_fields(), '-'));
    line("other terms  ", Number(change.other_terms()));
  }
  return text;
}

std::string OriginText(const std::string& origin) {
  return origin.empty() ? "this node" : OneLine(origin);
}

std::string RuleText(const v1::ChangedItem& item) {
  return item.line() == 0 ? item.rule()
                          : absl::StrCat(item.rule(), " (", item.file(), ":", item.line(), ")");
}

void AddItems(const std::string& peer, const char* what,
              const google::protobuf::RepeatedPtrField<v1::ChangedItem>& items, uint64_t total,
              std::string& text) {
  if (items.empty()) return;
  absl::StrAppend(&text, "\n", peer, " ", what);
  if (total > static_cast<uint64_t>(items.size())) {
    absl::StrAppend(&text, ", the first ", items.size(), " of ", Number(total));
  }
  absl::StrAppend(&text, ":\n");
  Table table({"REF", "KIND", "TLP", "FROM", "CONTAINS", "BY", "FIELDS", "TITLE"});
  for (const v1::ChangedItem& item : items) {
    table.Add({absl::StrCat(item.ref(), item.delivered() ? " (has it)" : ""), item.kind(),
               item.tlp(), OriginText(item.origin()),
               item.contains().empty() ? "-" : ListOf(item.contains()), RuleText(item),
               item.fields().empty() ? "-" : ListOf(item.fields()), item.title()});
  }
  absl::StrAppend(&text, table.Render());
}

void AddAllItems(const v1::PolicyPreviewResponse& preview, std::string& text) {
  for (const v1::PeerChange& change : preview.changes()) {
    const std::string peer = PeerName(change);
    AddItems(peer, "newly gets", change.newly_released(), change.new_items(), text);
    AddItems(peer, "no longer gets", change.newly_withheld(), change.withdrawn(), text);
    AddItems(peer, "sees more of", change.seen_more(), change.more_fields(), text);
    AddItems(peer, "sees less of", change.seen_less(), change.fewer_fields(), text);
    AddItems(peer, "gets under other terms", change.differently_bound(), change.other_terms(),
             text);
  }
}

void AddDiagnostics(const google::protobuf::RepeatedPtrField<v1::Diagnostic>& diagnostics,
                    std::string& text) {
  for (const v1::Diagnostic& diagnostic : diagnostics) {
    absl::StrAppend(&text, Block(diagnostic.rendered()), "\n");
  }
}

bool HasError(const google::protobuf::RepeatedPtrField<v1::Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const v1::Diagnostic& each) { return each.error(); });
}

void AddIndented(const std::string& lines, std::string& text) {
  for (absl::string_view line : absl::StrSplit(Block(lines), '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text, "     ", line, "\n");
  }
}

void AddWitness(const v1::Witness& witness, std::string& text) {
  AddIndented(witness.text(), text);
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) absl::StrAppend(&text, "     ", name, OneLine(value), "\n");
  };
  line("now:   ", witness.before());
  line("then:  ", witness.after());
  line("newly seen:  ", ListOf(witness.fields()));
  line("milder:      ", ListOf(witness.loosened(), "; "));
}

void AddGuarantees(const google::protobuf::RepeatedPtrField<v1::GuaranteeFinding>& guarantees,
                   std::string& text) {
  for (const v1::GuaranteeFinding& guarantee : guarantees) {
    const std::string name = absl::StrCat("Guarantee \"", OneLine(guarantee.name()), "\"");
    if (guarantee.holds()) {
      absl::StrAppend(&text, name, ": holds for every possible item (proved)\n");
    } else if (guarantee.too_hard()) {
      absl::StrAppend(&text, name, " (line ", guarantee.line(),
                      "): NOT PROVED: too much to go through, so it counts as broken\n");
    } else {
      absl::StrAppend(&text, name, " (line ", guarantee.line(), "): BROKEN, for example\n");
      AddIndented(guarantee.text(), text);
    }
  }
}

void AddBudgets(const google::protobuf::RepeatedPtrField<v1::BudgetFinding>& budgets,
                std::string& text) {
  for (const v1::BudgetFinding& budget : budgets) {
    const std::string to =
        budget.peer().empty() ? "" : absl::StrCat(" to ", OneLine(budget.peer()));
    absl::StrAppend(&text, "Budget \"", OneLine(budget.name()),
                    "\": ", CountText(budget.found(), "new item", "new items"), to, ", at most ",
                    Number(budget.at_most()));
    if (!budget.exceeded()) {
      absl::StrAppend(&text, ": kept\n");
    } else if (budget.needs_role().empty()) {
      absl::StrAppend(&text, ": EXCEEDED (line ", budget.line(), "); nobody can let it pass\n");
    } else {
      absl::StrAppend(&text, ": EXCEEDED (line ", budget.line(), "); needs the approval of a ",
                      OneLine(budget.needs_role()), "\n");
    }
  }
}

void AddFailedTests(const google::protobuf::RepeatedPtrField<v1::TestResult>& tests,
                    std::string& text) {
  for (const v1::TestResult& test : tests) {
    absl::StrAppend(&text, "FAIL \"", OneLine(test.name()), "\" (line ", test.line(), ")\n");
    AddIndented(test.message(), text);
  }
}

void AddAging(const v1::Aging& aging, std::string& text) {
  const auto add = [&](const std::string& what) {
    absl::StrAppend(&text, "Within 30 days, though nobody changes anything: ", what, "\n");
  };
  if (aging.items_out() > 0) {
    add(absl::StrCat(CountText(aging.items_out(), "item", "items"),
                     " will no longer go to every peer that may have it now"));
  }
  if (aging.items_in() > 0) {
    add(absl::StrCat(CountText(aging.items_in(), "item", "items"), " will go to more peers"));
  }
  for (const v1::RuleEnding& each : aging.rules_ending()) {
    add(absl::StrCat("the rule ", OneLine(each.rule()), " (line ", each.line(), ") ends after ",
                     TimeText(each.last_day_ms()).substr(0, 10)));
  }
}

// Who has to agree, or why nobody has to.
std::string NeedText(const v1::ApprovalNeed& need) {
  if (need.tightening()) {
    return "Nobody gains anything, whatever item may come (proved): one person may apply it.\n";
  }
  std::string text;
  if (need.nobody_else()) {
    text =
        "Nobody else here could check it: its author may apply it alone, and the audit log says "
        "so.\n   → fairway user add NAME --uid UID --role administrator\n";
  }
  if (need.missing().empty()) return text;
  absl::StrAppend(&text, need.refused().empty() ? "Before it can be applied it needs:\n"
                                                : "It cannot be applied as it is:\n");
  for (const std::string& line : need.missing()) {
    absl::StrAppend(&text, "   ", OneLine(line), "\n");
  }
  if (!need.refused().empty()) return text;
  if (need.may_approve().empty()) {
    absl::StrAppend(&text, "   nobody here can give it   → fairway user add NAME --uid UID --role ",
                    need.commander() ? "commander" : "administrator", "\n");
  } else {
    absl::StrAppend(&text, "   who can: ", ListOf(need.may_approve()), "\n");
  }
  return text;
}

struct Question {
  const char* asked;
  const char* never;
};

void AddFinding(const Question& question, const v1::ProofFinding& finding, std::string& text) {
  absl::StrAppend(&text, question.asked);
  switch (finding.answer()) {
    case v1::ANSWER_NEVER:
      absl::StrAppend(&text, "  NO: ", question.never, " (proved)\n");
      return;
    case v1::ANSWER_FOUND:
      absl::StrAppend(&text, "  YES");
      break;
    default:
      absl::StrAppend(&text, "  NOT PROVED: too much to go through, so take it as yes");
  }
  if (!finding.peers().empty()) absl::StrAppend(&text, ": ", ListOf(finding.peers()));
  absl::StrAppend(&text, "\n");
  if (finding.has_witness()) {
    absl::StrAppend(&text, "   the smallest case:\n");
    AddWitness(finding.witness(), text);
  }
  if (finding.boxes().empty()) return;
  absl::StrAppend(&text, "   in all:\n");
  for (int i = 0; i < std::min(finding.boxes_size(), kBoxesShown); ++i) {
    absl::StrAppend(&text, "     ", OneLine(finding.boxes(i)), "\n");
  }
  if (finding.more_boxes()) absl::StrAppend(&text, "     and more\n");
}

std::string Checkers(const v1::PolicyVersionView& version) {
  if (version.recorded() && !version.record_verifies()) return "RECORD BROKEN";
  if (!version.approved_by().empty()) return ListOf(version.approved_by());
  if (version.alone()) return "NOBODY";
  return version.recorded() ? "not needed" : "-";
}

}  // namespace

std::string CountText(uint64_t count, const std::string& one, const std::string& many) {
  return absl::StrCat(Number(count), " ", count == 1 ? one : many);
}

std::string ShortDigest(const std::string& digest) {
  return absl::BytesToHexString(digest).substr(0, kDigestDigits);
}

std::string GainText(const v1::NewlyReleased& gain) {
  if (gain.items() == 0) return "no stored item";
  std::string text = CountText(gain.items(), "item", "items");
  if (!gain.highest_tlp().empty()) {
    absl::StrAppend(&text, ", up to ", OneLine(gain.highest_tlp()), " (",
                    Number(gain.at_highest_tlp()), ")");
  }
  if (gain.personal_data() > 0) {
    absl::StrAppend(&text, "; ", Number(gain.personal_data()),
                    " with personal data, or nobody said that they have none");
  }
  if (gain.received() > 0) {
    absl::StrAppend(&text, "; ", Number(gain.received()), " received from ",
                    absl::StrJoin(gain.originators(), ", ",
                                  [](std::string* out, const v1::OriginatorCount& each) {
                                    absl::StrAppend(out, OneLine(each.originator()), " (",
                                                    each.items(), ")");
                                  }));
  }
  return text;
}

std::string RecallsText(const google::protobuf::RepeatedPtrField<v1::ProposedRecall>& recalls,
                        uint64_t total) {
  if (total == 0) return "";
  std::string text = absl::StrCat(
      CountText(total, "copy is", "copies are"),
      " with a peer already that may no longer have it. A policy cannot fetch it back; a recall "
      "can:\n");
  const int shown = std::min(recalls.size(), kRecallsShown);
  for (int i = 0; i < shown; ++i) {
    const v1::ProposedRecall& recall = recalls[i];
    absl::StrAppend(&text, "   ", OneLine(recall.peer()), " has ", OneLine(recall.ref()));
    absl::StrAppend(
        &text, recall.own()
                   ? absl::StrCat("   → fairway recall ", OneLine(recall.ref()), " --reason CODE\n")
                   : "   (another authority's: ask its originator to recall it)\n");
  }
  if (total > static_cast<uint64_t>(shown)) {
    absl::StrAppend(&text, "   and ", Number(total - static_cast<uint64_t>(shown)),
                    " more: -o json has them\n");
  }
  return text;
}

std::string PreviewText(const std::string& name, const v1::PolicyPreviewResponse& preview,
                        size_t columns, bool list) {
  std::string text;
  AddDiagnostics(preview.diagnostics(), text);
  if (HasError(preview.diagnostics())) return text;
  absl::StrAppend(&text, OneLine(name), ", ", AgainstText(preview.against()), "\n",
                  CountText(preview.items(), "stored item", "stored items"), ", ",
                  CountText(preview.peers(), "peer", "peers"), ", each decided, ",
                  TookText(preview.took_us()), "\n\n");
  if (preview.changes().empty()) {
    absl::StrAppend(&text, "Nothing changes for any peer.\n");
  } else {
    const std::string table = ChangesTable(preview);
    absl::StrAppend(&text, Fits(table, columns) ? table : ChangesByPeer(preview));
    if (preview.unchanged_peers() > 0) {
      absl::StrAppend(&text, "For ",
                      CountText(preview.unchanged_peers(), "other peer", "other peers"),
                      " nothing changes.\n");
    }
  }
  if (list) AddAllItems(preview, text);
  absl::StrAppend(&text, "\nNewly released: ", GainText(preview.gain()), "\n");
  absl::StrAppend(&text, RecallsText(preview.recalls(), preview.recalls_total()));
  AddAging(preview.aging(), text);
  AddFailedTests(preview.failed_tests(), text);
  absl::StrAppend(&text, "Tests: ", preview.tests_passed(), " pass");
  if (!preview.failed_tests().empty()) {
    absl::StrAppend(&text, ", ", preview.failed_tests_size(), " FAIL");
  }
  absl::StrAppend(&text, "\n");
  AddGuarantees(preview.guarantees(), text);
  AddBudgets(preview.budgets(), text);
  if (preview.has_need()) absl::StrAppend(&text, NeedText(preview.need()));
  if (!preview.refusal().empty()) {
    absl::StrAppend(&text, "It cannot be applied: ", OneLine(preview.refusal()), "\n");
  }
  if (!preview.digest().empty() && preview.has_need() && !preview.need().tightening()) {
    absl::StrAppend(&text, "Preview ", ShortDigest(preview.digest()),
                    "   (an approval is for exactly these gains)\n");
  }
  return text;
}

std::string ProofText(const std::string& name, const v1::PolicyProveResponse& proof) {
  std::string text;
  AddDiagnostics(proof.diagnostics(), text);
  if (HasError(proof.diagnostics())) return text;
  absl::StrAppend(&text, OneLine(name), ", ", AgainstText(proof.against()),
                  "\nfor every possible item, not only stored ones, ", TookText(proof.took_us()),
                  "\n\n");
  const std::pair<Question, const v1::ProofFinding*> findings[] = {
      {{"Could one of your peers get something new?    ", "none of them does"},
       proof.has_gain_registered() ? &proof.gain_registered() : nullptr},
      {{"And if a peer were changed, or a new one came?", "no unregistered peer gains anything"},
       proof.has_gain_anyone() ? &proof.gain_anyone() : nullptr},
      {{"Could one of your peers see more fields?      ", "none of them does"},
       proof.has_fields_registered() ? &proof.fields_registered() : nullptr},
      {{"And if a peer were changed, or a new one came?", "no unregistered peer sees more"},
       proof.has_fields_anyone() ? &proof.fields_anyone() : nullptr},
      {{"Could a peer lose something?                  ", "nobody loses anything"},
       proof.has_loss() ? &proof.loss() : nullptr},
  };
  for (const auto& [question, finding] : findings) {
    if (finding != nullptr) AddFinding(question, *finding, text);
  }
  AddGuarantees(proof.guarantees(), text);
  if (proof.tightening()) {
    absl::StrAppend(&text, "Nobody gains anything: one person may apply it.\n");
  }
  return text;
}

std::string GuaranteesText(
    const google::protobuf::RepeatedPtrField<v1::GuaranteeFinding>& guarantees) {
  std::string text;
  AddGuarantees(guarantees, text);
  return text;
}

std::string ProposalStateText(const v1::ProposalView& proposal) {
  const std::string by =
      proposal.closed_by().empty() ? "" : absl::StrCat(" by ", OneLine(proposal.closed_by()));
  const std::string why =
      proposal.closed_reason().empty() ? "" : absl::StrCat(": ", OneLine(proposal.closed_reason()));
  if (proposal.state() == "applied") {
    return absl::StrCat("applied", by, " as version ", proposal.applied_as());
  }
  if (proposal.state() == "rejected") return absl::StrCat("rejected", by, why);
  if (proposal.state() == "withdrawn") return absl::StrCat("taken back", by, why);
  if (proposal.state() == "superseded") return "overtaken: another version came into force";
  if (proposal.gains_changed()) return "to be looked at again: what it releases has changed";
  if (proposal.has_need() && !proposal.need().refused().empty()) return "over a budget";
  if (proposal.has_need() && !proposal.need().missing().empty()) {
    return absl::StrCat("waits for ", proposal.need().may_approve().empty()
                                          ? "somebody who is not here yet"
                                          : Or(proposal.need().may_approve()));
  }
  return proposal.state() == "approved" || proposal.has_need() ? "may be applied"
                                                               : "waits for approval";
}

std::string ProposalsText(const v1::PolicyProposalsResponse& proposals, absl::Time now,
                          size_t columns) {
  if (proposals.proposals().empty()) return "";
  Table table({"NUMBER", "BY", "AGE", "FILE", "STATE", "REASON"});
  for (const v1::ProposalView& each : proposals.proposals()) {
    table.Add({absl::StrCat(each.number()), each.author(), AgeText(each.proposed_ms(), now),
               each.file_name(), ProposalStateText(each), each.reason()});
  }
  std::string text = table.Render();
  if (Fits(text, columns)) return text;
  text.clear();
  for (const v1::ProposalView& each : proposals.proposals()) {
    absl::StrAppend(&text, each.number(), "  ", OneLine(each.file_name()), "  by ",
                    OneLine(each.author()), ", ", AgeText(each.proposed_ms(), now), " ago\n   ",
                    ProposalStateText(each), "\n   ", OneLine(each.reason()), "\n");
  }
  return text;
}

std::string ProposalText(const v1::ProposalView& proposal, absl::Time now) {
  std::string text =
      absl::StrCat("Proposal ", proposal.number(), "   ", ProposalStateText(proposal), "\n");
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) absl::StrAppend(&text, "   ", name, value, "\n");
  };
  const bool live = proposal.state() == "open" || proposal.state() == "approved";
  line("file          ", OneLine(proposal.file_name()));
  if (proposal.rollback_to() != 0) {
    line("goes back to  ", absl::StrCat("version ", proposal.rollback_to()));
  }
  line("proposed by   ",
       absl::StrCat(OneLine(proposal.author()), ", ", TimeText(proposal.proposed_ms()), " (",
                    AgeText(proposal.proposed_ms(), now), " ago)"));
  line("because       ", OneLine(proposal.reason()));
  if (proposal.has_gain()) line("releases      ", GainText(proposal.gain()));
  for (const v1::ApprovalView& approval : proposal.approvals()) {
    line("approved by   ",
         absl::StrCat(OneLine(approval.user()), " (", ListOf(approval.roles()), "), ",
                      TimeText(approval.at_ms()),
                      live && !approval.current() ? ", of other gains: it no longer counts" : ""));
  }
  for (const std::string& more : proposal.more()) line("newly gained  ", OneLine(more));
  for (const std::string& fewer : proposal.fewer()) line("not any more  ", OneLine(fewer));
  if (!live) return text;
  if (proposal.has_need()) absl::StrAppend(&text, NeedText(proposal.need()));
  const bool ready =
      proposal.has_need() && proposal.need().missing().empty() && proposal.need().refused().empty();
  absl::StrAppend(&text, "   → fairway policy preview --proposal ", proposal.number(), "\n");
  absl::StrAppend(&text, ready ? "   → fairway policy apply " : "   → fairway policy approve ",
                  proposal.number(), "\n");
  return text;
}

std::string PolicyStateText(const v1::StatusResponse& status, absl::Time now) {
  std::string text;
  for (const std::string& alarm : status.policy_alarms()) {
    absl::StrAppend(&text, "POLICY ALARM   ", OneLine(alarm), "\n");
  }
  if (status.open_proposals() > 0) {
    absl::StrAppend(
        &text,
        CountText(status.open_proposals(), "change of policy waits", "changes of policy wait"),
        "   → fairway policy proposals\n");
  }
  if (status.has_shadow()) {
    absl::StrAppend(&text, "proposal ", status.shadow().proposal(),
                    " is tried beside the policy in force, since ",
                    AgeText(status.shadow().since_ms(), now), ": ", status.shadow().different(),
                    " of ", CountText(status.shadow().decisions(), "decision", "decisions"),
                    " would be others   → fairway policy shadow\n");
  }
  if (status.nobody_else_checks()) {
    absl::StrAppend(&text,
                    "only one person may change or approve policy: nobody else checks what it "
                    "lets out\n");
  }
  return text;
}

std::string HistoryText(const v1::PolicyHistoryResponse& history, size_t columns) {
  if (history.versions().empty()) return "";
  Table table({"VERSION", "APPLIED", "BY", "AUTHOR", "CHECKED-BY", "FILE", "REASON"});
  for (const v1::PolicyVersionView& version : history.versions()) {
    table.Add({absl::StrCat(version.number(), version.in_force() ? " (in force)" : ""),
               TimeText(version.applied_ms()).substr(0, 16), version.applied_by(),
               version.author().empty() ? "-" : version.author(), Checkers(version),
               absl::StrCat(version.file_name(),
                            version.rollback_to() == 0
                                ? ""
                                : absl::StrCat(" (as version ", version.rollback_to(), ")")),
               version.reason()});
  }
  std::string text = table.Render();
  if (Fits(text, columns)) return text;
  text.clear();
  for (const v1::PolicyVersionView& version : history.versions()) {
    absl::StrAppend(&text, version.number(), version.in_force() ? " (in force)" : "", "  ",
                    OneLine(version.file_name()), ", ",
                    TimeText(version.applied_ms()).substr(0, 16), " by ",
                    OneLine(version.applied_by()), "\n   checked by ", Checkers(version), "\n");
    if (!version.reason().empty()) absl::StrAppend(&text, "   ", OneLine(version.reason()), "\n");
  }
  return text;
}

std::string ShadowText(const v1::ShadowView& shadow, absl::Time now) {
  std::string text = absl::StrCat(
      "Proposal ", shadow.proposal(), shadow.running() ? " runs" : " ran",
      " beside the policy in force: it is asked too, and changes nothing.\n   since ",
      TimeText(shadow.since_ms()), shadow.running() ? ", until " : ", ended ",
      TimeText(shadow.until_ms()), "\n   ", CountText(shadow.decisions(), "decision", "decisions"),
      ", ", Number(shadow.different()), " of them would have been others\n");
  if (shadow.differences().empty()) return text;
  Table table({"AGO", "REF", "PEER", "IN-FORCE", "PROPOSED"});
  for (const v1::ShadowDifference& each : shadow.differences()) {
    table.Add({AgeText(each.at_ms(), now), each.ref().empty() ? "(gone)" : each.ref(), each.peer(),
               each.in_force(), each.shadow()});
  }
  return absl::StrCat(text, "\n", table.Render());
}

}  // namespace fairway::cli
