#include "node/membership/join_proof.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "crypto/mac.h"

namespace fairway::membership {
namespace {

constexpr char kRequestLabel[] = "fairway/join-request/v1";
constexpr char kAnswerLabel[] = "fairway/join-answer/v1";
constexpr std::string_view kWordsTag = "fairway/check-words";

std::string_view ViewOf(const JoinSalt& salt) {
  return {reinterpret_cast<const char*>(salt.data()), salt.size()};
}

}  // namespace

crypto::Digest RequestMac(const JoinFacts& facts) {
  return crypto::HmacSha256(facts.secret,
                            absl::StrCat(kRequestLabel, facts.exporter32, facts.inviter.raw(),
                                         facts.applicant_manifest.ToString()));
}

bool RequestMacHolds(const JoinFacts& facts, const crypto::Digest& mac) {
  return crypto::ConstantTimeEqual(RequestMac(facts).view(), mac.view());
}

crypto::Digest AnswerMac(const JoinFacts& facts, const JoinSalt& salt) {
  const std::string salt_bytes(ViewOf(salt));
  const crypto::Digest full = crypto::HmacSha256(
      facts.secret,
      absl::StrCat(kAnswerLabel, salt_bytes, facts.exporter32, facts.inviter.raw(),
                   facts.applicant_manifest.ToString(), facts.inviter_manifest.ToString()));
  crypto::Digest mac;
  std::copy(salt.begin(), salt.end(), mac.bytes.begin());
  std::copy_n(full.bytes.begin(), mac.bytes.size() - salt.size(),
              mac.bytes.begin() + kJoinSaltBytes);
  return mac;
}

bool AnswerMacHolds(const JoinFacts& facts, const crypto::Digest& mac) {
  JoinSalt salt;
  std::copy_n(mac.bytes.begin(), salt.size(), salt.begin());
  return crypto::ConstantTimeEqual(AnswerMac(facts, salt).view(), mac.view());
}

crypto::Digest CheckTranscript(const JoinFacts& facts, const crypto::Digest& answer_mac) {
  return crypto::TaggedHash(kWordsTag,
                            absl::StrCat(facts.secret, facts.exporter32, facts.inviter.raw(),
                                         facts.applicant_manifest.ToString(),
                                         facts.inviter_manifest.ToString(), answer_mac.ToString()));
}

}  // namespace fairway::membership
