#ifndef FAIRWAY_TOOLS_FAIRWAY_POLICY_SESSION_H_
#define FAIRWAY_TOOLS_FAIRWAY_POLICY_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "api/v1/admin.pb.h"
#include "tools/fairway/session.h"

// What the commands about policies have in common.
namespace fairway::cli {


// A policy as the command line names it: a file, or the number of a proposal.
struct PolicySource {
  std::string file_name;  // without its folders
  std::string text;
  uint64_t proposal = 0;  // 0: it is a file
  // What people call it: "ports.fpol" or "proposal 12".
  std::string Name() const;

  template <typename Request>
  void PutInto(Request& request) const {
    request.set_file_name(file_name);
    request.set_text(text);
    request.set_proposal(proposal);
  }
};

// A file. Errors as ReadTextFile.
absl::StatusOr<PolicySource> PolicyFile(const std::string& path);
// A number is a proposal unless a file is called so.
absl::StatusOr<PolicySource> FileOrProposal(const std::string& word);
// INVALID_ARGUMENT FW-USE-003 unless `word` is a number from 1.
absl::StatusOr<uint64_t> NumberOf(const std::string& what, const std::string& word);
// The value of --reason. INVALID_ARGUMENT FW-USE-003: it is missing; `command` is how to go on.
absl::StatusOr<std::string> ReasonOf(const Invocation& invocation, const std::string& command);

// The error after texts that say what is wrong: FW-POL-001.
absl::Status PolicyErrors(std::string_view what);

// Prints a text that ends with a line feed; nothing if it is empty.
void SayText(const Session& session, const std::string& text);
// Prints the diagnostics of a policy as they are, source line and caret.
void SayDiagnostics(const Session& session,
                    const google::protobuf::RepeatedPtrField<v1::Diagnostic>& diagnostics);
bool HasError(const google::protobuf::RepeatedPtrField<v1::Diagnostic>& diagnostics);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_POLICY_SESSION_H_
