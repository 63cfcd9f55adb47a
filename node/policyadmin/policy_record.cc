#include "node/policyadmin/policy_record.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "crypto/envelope.h"

namespace fairway::policyadmin {
namespace {

// Protobuf in its one spelling: fields ascending, shortest varints, what is zero or empty left out.
class Message {
 public:
  Message& Number(int field, uint64_t value) {
    if (value == 0) return *this;
    Varint(static_cast<uint64_t>(field) << 3);
    Varint(value);
    return *this;
  }
  Message& Bytes(int field, std::string_view value) {
    return value.empty() ? *this : Always(field, value);
  }
  Message& Always(int field, std::string_view value) {
    Varint(static_cast<uint64_t>(field) << 3 | 2);
    Varint(value.size());
    bytes_.append(value);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  std::string bytes_;
};

uint64_t Millis(absl::Time time) { return static_cast<uint64_t>(absl::ToUnixMillis(time)); }

std::string Encode(const store::Approval& approval) {
  Message message;
  message.Bytes(1, approval.user);
  for (const std::string& role : approval.roles) message.Always(2, role);
  message.Bytes(3, approval.preview_digest.view()).Number(4, Millis(approval.at));
  return message.bytes();
}

}  // namespace

std::vector<store::Approval> Counting(const std::vector<store::Approval>& approvals,
                                      const store::PolicyRecord& record) {
  std::vector<store::Approval> counting;
  for (const store::Approval& approval : approvals) {
    if (approval.user == record.author || approval.preview_digest != record.preview_digest)
      continue;
    counting.push_back(approval);
  }
  std::sort(counting.begin(), counting.end(),
            [](const store::Approval& a, const store::Approval& b) { return a.user < b.user; });
  return counting;
}

std::string EncodePolicyRecord(const model::AuthorityId& self, const store::PolicyRow& row,
                               const store::PolicyRecord& record,
                               const std::vector<store::Approval>& approvals) {
  Message message;
  message.Bytes(1, self.digest.view())
      .Number(2, row.number)
      .Number(3, record.parent)
      .Number(4, static_cast<uint64_t>(record.kind))
      .Number(5, record.of_version)
      .Number(6, record.proposal)
      .Bytes(7, row.file_name)
      .Bytes(8, crypto::Sha256(row.text).view())
      .Bytes(9, record.policy_hash.view())
      .Bytes(10, crypto::Sha256(row.profile_text).view())
      .Bytes(11, record.registry_hash.view())
      .Bytes(12, record.author)
      .Bytes(13, row.applied_by)
      .Number(14, Millis(row.applied_at))
      .Bytes(15, record.reason)
      .Number(16, record.alone ? 1 : 0)
      .Bytes(17, record.preview_digest.view())
      .Bytes(18, record.proof_digest.view())
      .Bytes(19, record.test_digest.view());
  for (const store::Approval& approval : Counting(approvals, record)) {
    message.Always(20, Encode(approval));
  }
  return message.bytes();
}

SignedRecord SignPolicyRecord(std::string body, const crypto::SigningKey& node_key) {
  SignedRecord record;
  record.object = crypto::ObjectId(crypto::kTypePolicy, body);
  record.bytes = crypto::EncodeSigned(crypto::Seal(crypto::kTypePolicy, std::move(body), node_key));
  return record;
}

absl::Status VerifyPolicyRecord(const model::AuthorityId& self, const store::PolicyRow& row,
                                const store::PolicyRecord& record,
                                const std::vector<store::Approval>& approvals,
                                const crypto::PublicKey& key) {
  const absl::StatusOr<crypto::Signed> envelope = crypto::DecodeSigned(record.signed_bytes);
  if (!envelope.ok()) {
    return absl::DataLossError(
        absl::StrCat("the record of version ", row.number, ": ", envelope.status().message()));
  }
  const crypto::PublicKey keys[] = {key};
  const absl::StatusOr<crypto::VerifiedBody> body =
      crypto::Open(*envelope, crypto::kTypePolicy, std::span<const crypto::PublicKey>(keys));
  if (!body.ok()) {
    return absl::DataLossError(
        absl::StrCat("the record of version ", row.number, ": ", body.status().message()));
  }
  if (body->body() != EncodePolicyRecord(self, row, record, approvals)) {
    return absl::DataLossError(
        absl::StrCat("what was signed of version ", row.number, " is not what is stored of it"));
  }
  return absl::OkStatus();
}

}  // namespace fairway::policyadmin
