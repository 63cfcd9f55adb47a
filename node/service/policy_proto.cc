#include "node/service/policy_proto.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace fairway::service {
namespace {

constexpr size_t kMaxBoxes = 16;
constexpr size_t kMaxPeers = 256;

v1::Answer ToProto(policy::Answer answer) {
  switch (answer) {
    case policy::Answer::kNever:
      return v1::ANSWER_NEVER;
    case policy::Answer::kFound:
      return v1::ANSWER_FOUND;
    case policy::Answer::kTooHard:
      break;
  }
  return v1::ANSWER_TOO_HARD;
}

v1::Witness ToProto(const policy::Witness& witness) {
  v1::Witness proto;
  if (witness.registered) proto.set_peer(witness.request.peer);
  proto.set_registered(witness.registered);
  proto.set_action(witness.request.action);
  proto.set_text(witness.text);
  proto.set_before(DecisionText(witness.before));
  proto.set_after(DecisionText(witness.after));
  for (const std::string& field : witness.fields) proto.add_fields(field);
  for (const std::string& term : witness.loosened) proto.add_loosened(term);
  return proto;
}

v1::ProofFinding ToProto(const policy::Finding& finding) {
  v1::ProofFinding proto;
  proto.set_answer(ToProto(finding.answer));
  if (finding.witness) *proto.mutable_witness() = ToProto(*finding.witness);
  for (size_t i = 0; i < std::min(finding.boxes.size(), kMaxBoxes); ++i) {
    proto.add_boxes(finding.boxes[i]);
  }
  proto.set_more_boxes(finding.more_boxes || finding.boxes.size() > kMaxBoxes);
  for (size_t i = 0; i < std::min(finding.peers.size(), kMaxPeers); ++i) {
    proto.add_peers(finding.peers[i]);
  }
  return proto;
}

}  // namespace

v1::Diagnostic ToProto(const policy::Diagnostic& diagnostic, const std::string& file_name,
                       const std::string& text) {
  v1::Diagnostic proto;
  proto.set_error(diagnostic.severity == policy::Diagnostic::Severity::kError);
  proto.set_code(diagnostic.code);
  proto.set_line(static_cast<uint32_t>(diagnostic.line));
  proto.set_column(static_cast<uint32_t>(diagnostic.column));
  proto.set_length(static_cast<uint32_t>(diagnostic.length));
  proto.set_message(diagnostic.message);
  proto.set_help(diagnostic.help);
  proto.set_rendered(policy::Render(diagnostic, file_name, text));
  return proto;
}

v1::TestResult ToProto(const policy::TestResult& result) {
  v1::TestResult proto;
  proto.set_name(result.name);
  proto.set_line(static_cast<uint32_t>(result.line));
  proto.set_passed(result.passed);
  proto.set_message(result.message);
  return proto;
}

std::string DecisionText(const policy::Decision& decision) {
  return absl::StrCat(
      decision.verdict == policy::Decision::Verdict::kRelease ? "release" : "withhold",
      decision.rule.empty() ? "" : absl::StrCat(" by ", decision.rule));
}

v1::GuaranteeFinding ToProto(const policy::GuaranteeFinding& finding) {
  v1::GuaranteeFinding proto;
  proto.set_name(finding.name);
  proto.set_line(static_cast<uint32_t>(finding.line));
  proto.set_holds(finding.Holds());
  for (const policy::Finding* world : {&finding.registered, &finding.anyone}) {
    if (world->answer != policy::Answer::kFound || !world->witness) continue;
    proto.set_text(world->witness->text);
    return proto;
  }
  proto.set_too_hard(!finding.Holds());
  return proto;
}

void Write(const policy::Proof& proof, v1::PolicyProveResponse& response) {
  *response.mutable_gain_registered() = ToProto(proof.gain_registered);
  *response.mutable_gain_anyone() = ToProto(proof.gain_anyone);
  *response.mutable_loss() = ToProto(proof.loss);
  *response.mutable_fields_registered() = ToProto(proof.fields_registered);
  *response.mutable_fields_anyone() = ToProto(proof.fields_anyone);
  for (const policy::GuaranteeFinding& guarantee : proof.guarantees) {
    *response.add_guarantees() = ToProto(guarantee);
  }
  response.set_tightening(proof.PureTightening());
}

}  // namespace fairway::service
