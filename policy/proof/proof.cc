#include "policy/proof/proof.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "policy/proof/prover.h"

namespace fairway::policy {
namespace {

constexpr size_t kPeersShown = 12;

absl::Status CheckComparable(const Policy* before, const Policy& after) {
  const Vocabulary::Attribute* controls = after.vocabulary()->attribute("peer.controls");
  if (controls != nullptr && controls->type != Vocabulary::Type::kSet) {
    return absl::FailedPreconditionError(
        "peer.controls is declared as a single value; duties that need a control can only be "
        "reasoned about if it is a set");
  }
  if (before == nullptr) return absl::OkStatus();
  if (before->vocabulary()->text() != after.vocabulary()->text()) {
    return absl::FailedPreconditionError(
        "the two policies were checked against different vocabularies; load the one before again "
        "under the new vocabulary and compare that");
  }
  if (before->program().world.self() != after.program().world.self()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the two policies are of different nodes, '", before->program().world.self(), "' and '",
        after.program().world.self(), "'; only policies of one node can be compared"));
  }
  return absl::OkStatus();
}

std::string Indented(const std::string& text) {
  return absl::StrCat("     ", absl::StrJoin(absl::StrSplit(text, '\n'), "\n     "), "\n");
}

std::string FindingText(const std::string& question, const std::string& never,
                        const std::string& found, const Finding& finding) {
  if (finding.answer == Answer::kNever) return absl::StrCat(question, " ", never, " (proved)\n");
  if (finding.answer == Answer::kTooHard) {
    return absl::StrCat(question, " not proved: too many cases; counts as ", found, "\n");
  }
  std::string text = absl::StrCat(question, " ", found, "\n");
  if (finding.witness) absl::StrAppend(&text, Indented(finding.witness->text));
  if (!finding.peers.empty()) {
    const bool more = finding.peers.size() > kPeersShown;
    const std::vector<std::string> shown(
        finding.peers.begin(), more ? finding.peers.begin() + kPeersShown : finding.peers.end());
    absl::StrAppend(&text, "     peers: ", absl::StrJoin(shown, ", "),
                    more ? absl::StrCat(", … ", finding.peers.size() - kPeersShown, " more") : "",
                    "\n");
  }
  for (const std::string& box : finding.boxes) absl::StrAppend(&text, "     all of: ", box, "\n");
  if (finding.more_boxes) absl::StrAppend(&text, "     … and more\n");
  return text;
}

// A registered peer that is described alike on both sides is somebody there could be.
void LearnFrom(const Finding& registered, Finding& anyone) {
  if (anyone.answer != Answer::kTooHard || registered.answer != Answer::kFound) return;
  const Witness& witness = *registered.witness;
  if (witness.request.peer_attributes.all() != witness.before_request.peer_attributes.all()) return;
  anyone = registered;
  anyone.peers.clear();
  anyone.more_boxes = true;
}

}  // namespace

bool Proof::PureTightening() const {
  for (const Finding* finding :
       {&gain_registered, &gain_anyone, &fields_registered, &fields_anyone}) {
    if (finding->answer != Answer::kNever) return false;
  }
  return true;
}

bool Proof::GuaranteesHold() const {
  for (const GuaranteeFinding& guarantee : guarantees) {
    if (!guarantee.Holds()) return false;
  }
  return true;
}

std::string Proof::ToText() const {
  std::string text;
  absl::StrAppend(
      &text,
      FindingText("GAIN? items or actions newly released to registered peers:",
                  "no peer gains anything", "YES", gain_registered),
      FindingText("GAIN? the same for any peer there could be:", "no peer could gain anything",
                  "YES", gain_anyone),
      FindingText("LOSS? items or actions no longer released:", "no peer loses anything", "YES",
                  loss),
      FindingText("FIELDS? already shared items showing more, or bound less:",
                  "no field newly visible, no term loosened", "YES", fields_registered),
      FindingText("FIELDS? the same for any peer there could be:",
                  "no field newly visible, no term loosened", "YES", fields_anyone));
  for (const GuaranteeFinding& guarantee : guarantees) {
    const Finding& worse =
        guarantee.registered.answer == Answer::kNever ? guarantee.anyone : guarantee.registered;
    absl::StrAppend(&text, FindingText(absl::StrCat("GUARANTEE \"", guarantee.name, "\":"),
                                       "holds for every possible item", "BROKEN", worse));
  }
  return text;
}

absl::StatusOr<Proof> Prove(const Policy* before, const Policy& after, const ProofLimits& limits) {
  const absl::Status comparable = CheckComparable(before, after);
  if (!comparable.ok()) return comparable;
  Prover prover(before, after, limits);
  Proof proof;
  proof.gain_anyone = prover.GainAnyone();
  proof.gain_registered = prover.GainRegistered(proof.gain_anyone);
  proof.loss = prover.LossRegistered();
  proof.fields_anyone = prover.FieldsAnyone();
  proof.fields_registered = prover.FieldsRegistered(proof.fields_anyone);
  LearnFrom(proof.gain_registered, proof.gain_anyone);
  LearnFrom(proof.fields_registered, proof.fields_anyone);
  proof.guarantees = prover.Guarantees();
  if (!prover.status().ok()) return prover.status();
  return proof;
}

absl::StatusOr<std::vector<GuaranteeFinding>> ProveGuarantees(const Policy& policy,
                                                              const ProofLimits& limits) {
  if (policy.program().guarantees.empty()) return std::vector<GuaranteeFinding>();
  const absl::Status comparable = CheckComparable(nullptr, policy);
  if (!comparable.ok()) return comparable;
  Prover prover(nullptr, policy, limits);
  std::vector<GuaranteeFinding> findings = prover.Guarantees();
  if (!prover.status().ok()) return prover.status();
  return findings;
}

}  // namespace fairway::policy
