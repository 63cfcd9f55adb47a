#include "tools/fairway/policy_session.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "policy/limits.h"

namespace fairway::cli {

std::string PolicySource::Name() const {
  return proposal == 0 ? file_name : absl::StrCat("proposal ", proposal);
}

absl::StatusOr<PolicySource> PolicyFile(const std::string& path) {
  PolicySource source;
  FAIRWAY_ASSIGN_OR_RETURN(source.text, ReadTextFile(path, policy::kMaxPolicyTextBytes));
  source.file_name = path.substr(path.find_last_of('/') + 1);
  return source;
}

absl::StatusOr<PolicySource> FileOrProposal(const std::string& word) {
  PolicySource source;
  if (absl::SimpleAtoi(word, &source.proposal) && source.proposal > 0 &&
      access(word.c_str(), F_OK) != 0) {
    return source;
  }
  return PolicyFile(word);
}

absl::StatusOr<uint64_t> NumberOf(const std::string& what, const std::string& word) {
  uint64_t number = 0;
  if (absl::SimpleAtoi(word, &number) && number > 0) return number;
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                    absl::StrCat(what, " cannot be \"", OneLine(word), "\""),
                    {"It is a number from 1."},
                    {"fairway policy proposals", "fairway policy history"});
}

absl::StatusOr<std::string> ReasonOf(const Invocation& invocation, const std::string& command) {
  if (const auto reason = invocation.value("--reason")) return *reason;
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003", "--reason is missing",
                    {"It is kept in the audit log beside the change."},
                    {absl::StrCat(command, " --reason \"…\"")});
}

absl::Status PolicyErrors(std::string_view what) {
  return CliProblem(absl::StatusCode::kInvalidArgument, "FW-POL-001",
                    absl::StrCat("the policy ", std::string(what)), {"Nothing was changed."},
                    {"correct it, then:  fairway policy check FILE"});
}

void SayText(const Session& session, const std::string& text) {
  if (!text.empty()) session.terminal().Say(text.substr(0, text.size() - 1));
}

void SayDiagnostics(const Session& session,
                    const google::protobuf::RepeatedPtrField<v1::Diagnostic>& diagnostics) {
  for (const v1::Diagnostic& diagnostic : diagnostics) {
    session.terminal().Say(Block(diagnostic.rendered()));
  }
}

bool HasError(const google::protobuf::RepeatedPtrField<v1::Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const v1::Diagnostic& each) { return each.error(); });
}

}  // namespace fairway::cli
