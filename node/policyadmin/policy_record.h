#ifndef FAIRWAY_NODE_POLICYADMIN_POLICY_RECORD_H_
#define FAIRWAY_NODE_POLICYADMIN_POLICY_RECORD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "node/model/ids.h"
#include "node/store/policy_table.h"
#include "node/store/proposal_table.h"

// The signed word of a node on one version of its policy: what it is, what it followed, who wrote
// it, who looked at what it released (FORMATS.md). Pure.
namespace fairway::policyadmin {

// The bytes that are signed. Of `row` the number, hashes, file and time; its text is not copied.
std::string EncodePolicyRecord(const model::AuthorityId& self, const store::PolicyRow& row,
                               const store::PolicyRecord& record,
                               const std::vector<store::Approval>& approvals);

// Of all approvals of a proposal those that let the version through: of what it newly releases, and
// not by its author.
std::vector<store::Approval> Counting(const std::vector<store::Approval>& approvals,
                                      const store::PolicyRecord& record);

struct SignedRecord {
  std::string bytes;      // crypto::EncodeSigned
  crypto::Digest object;  // its object id
};
SignedRecord SignPolicyRecord(std::string body, const crypto::SigningKey& node_key);

// OK if `record.signed_bytes` is a signature by `key` over exactly what the rows say.
//   DATA_LOSS  it is not, and what differs
absl::Status VerifyPolicyRecord(const model::AuthorityId& self, const store::PolicyRow& row,
                                const store::PolicyRecord& record,
                                const std::vector<store::Approval>& approvals,
                                const crypto::PublicKey& key);

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_POLICY_RECORD_H_
