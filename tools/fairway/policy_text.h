#ifndef FAIRWAY_TOOLS_FAIRWAY_POLICY_TEXT_H_
#define FAIRWAY_TOOLS_FAIRWAY_POLICY_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "api/v1/admin.pb.h"

// What a change of policy would do, was proposed to do and did, told to a person. Pure: text from
// messages. Everything that a node sent is made safe here; each text ends with a line feed unless
// it is empty.
namespace fairway::cli {

inline constexpr size_t kAnyWidth = 0;

// Who would newly get what, and what that asks for. `name` is the file or "proposal 12"; `columns`
// the width of the terminal: a table that does not fit is told peer by peer. With `list` each item
// too.
std::string PreviewText(const std::string& name, const v1::PolicyPreviewResponse& preview,
                        size_t columns, bool list);

// What is certain for every possible item, and a case for each thing that is not so.
std::string ProofText(const std::string& name, const v1::PolicyProveResponse& proof);

std::string GuaranteesText(
    const google::protobuf::RepeatedPtrField<v1::GuaranteeFinding>& guarantees);

// A line for each proposal; "" if there is none.
std::string ProposalsText(const v1::PolicyProposalsResponse& proposals, absl::Time now,
                          size_t columns);
// All about one, and what comes next.
std::string ProposalText(const v1::ProposalView& proposal, absl::Time now);
// "waits for a commander: dora or eva", "approved: may be applied", "applied as version 5".
std::string ProposalStateText(const v1::ProposalView& proposal);

// Every version that was ever in force, newest first, and who checked it.
std::string HistoryText(const v1::PolicyHistoryResponse& history, size_t columns);

// How a policy in the shadow would have decided otherwise.
std::string ShadowText(const v1::ShadowView& shadow, absl::Time now);

// What `status` says of changes of policy: alarms, proposals that wait, a trial run, and that
// nobody else checks; "" if there is nothing to say.
std::string PolicyStateText(const v1::StatusResponse& status, absl::Time now);

// What a peer has and may no longer have, and how it is asked back; "" if there is nothing.
std::string RecallsText(const google::protobuf::RepeatedPtrField<v1::ProposedRecall>& recalls,
                        uint64_t total);

// "412 items, up to TLP:AMBER (9 of them); 3 with personal data; 6 received from rio-port".
std::string GainText(const v1::NewlyReleased& gain);

// "3 items", "1 item", "1,842 items".
std::string CountText(uint64_t count, const std::string& one, const std::string& many);
// The first digits, enough to compare by telephone.
std::string ShortDigest(const std::string& digest);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_POLICY_TEXT_H_
