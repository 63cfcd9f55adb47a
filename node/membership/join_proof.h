#ifndef FAIRWAY_NODE_MEMBERSHIP_JOIN_PROOF_H_
#define FAIRWAY_NODE_MEMBERSHIP_JOIN_PROOF_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "node/model/ids.h"

// What ties the two ends of a join together (api/PROTOCOL.md §4). Pure, thread-safe.
namespace fairway::membership {

// What both sides know of one exchange when it is over.
struct JoinFacts {
  std::string secret;      // of the invitation
  std::string exporter32;  // of the TLS connection
  model::AuthorityId inviter;
  model::ObjectId applicant_manifest;
  model::ObjectId inviter_manifest;  // not in the request's MAC: the applicant does not know it yet
};

inline constexpr size_t kJoinSaltBytes = 16;
using JoinSalt = std::array<uint8_t, kJoinSaltBytes>;

// HMAC-SHA-256(secret; "fairway/join-request/v1" ‖ exporter32 ‖ inviter32 ‖ applicant manifest32):
// the applicant holds the invitation, and speaks over this connection and no other.
crypto::Digest RequestMac(const JoinFacts& facts);
bool RequestMacHolds(const JoinFacts& facts, const crypto::Digest& mac);

// salt16 ‖ the first 16 bytes of HMAC-SHA-256(secret; "fairway/join-answer/v1" ‖ salt16 ‖
// exporter32 ‖ inviter32 ‖ applicant manifest32 ‖ inviter manifest32). The salt is fresh and is
// drawn by the inviter after it has the request.
crypto::Digest AnswerMac(const JoinFacts& facts, const JoinSalt& salt);
bool AnswerMacHolds(const JoinFacts& facts, const crypto::Digest& mac);

// What the check words are made from: H("fairway/check-words"; secret ‖ exporter32 ‖ inviter32 ‖
// applicant manifest32 ‖ inviter manifest32 ‖ answer MAC32). Somebody who stole the invitation and
// sits in between has two such exchanges. In the one with the inviter all is fixed by a salt that
// was unknown when he sent his request; so he has to hit 66 given bits with the other one while the
// applicant waits, and cannot search for any two that agree.
crypto::Digest CheckTranscript(const JoinFacts& facts, const crypto::Digest& answer_mac);

}  // namespace fairway::membership

#endif  // FAIRWAY_NODE_MEMBERSHIP_JOIN_PROOF_H_
