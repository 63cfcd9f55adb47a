// The worked examples of FORMATS.md, which a second implementation computed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "node/policyadmin/change_gate.h"
#include "node/policyadmin/gains.h"
#include "node/policyadmin/policy_loader.h"
#include "node/policyadmin/policy_record.h"
#include "tests/support/status_matchers.h"

namespace fairway::policyadmin {
namespace {

crypto::Digest Filled(char byte) { return *crypto::DigestFromBytes(std::string(32, byte)); }
std::string Hex(const crypto::Digest& digest) { return crypto::Hex(digest.view()); }

const absl::Time kThen = absl::FromUnixSeconds(1767225600);

std::set<Gain> TwoGains() {
  return {{.peer = {Filled(0x11)},
           .object = Filled(0x22),
           .kind = Gain::Kind::kReleased,
           .labels = {"summary", "title"},
           .terms = "hops 1"},
          {.peer = {Filled(0x11)},
           .object = Filled(0x22),
           .kind = Gain::Kind::kTerms,
           .labels = {},
           .terms = "in full"}};
}

TEST(Formats, GainsAreTheBytesOfTheirSpecification) {
  const std::string bytes = EncodeGains(TwoGains());
  const std::string pair = std::string(64, '1') + std::string(64, '2');
  EXPECT_EQ(crypto::Hex(bytes),
            "00000002" + pair +
                "01000000020000000773756d6d617279000000057469746c6500000006686f70732031" + pair +
                "030000000000000007696e2066756c6c");
  EXPECT_EQ(Hex(GainsDigest(bytes)),
            "adb245c1365ed460fef88cf9f01275e0c99c50744a93e369ca7ba8fe31ee5704");
  EXPECT_EQ(Hex(GainsDigest(EncodeGains({}))),
            "327582b43a1c6393e55042d48a253eb66af0b86787c228fc443bee509fd7cdf2");
  ASSERT_OK_AND_ASSIGN(const std::set<Gain> read, DecodeGains(bytes));
  EXPECT_EQ(read, TwoGains());
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(DecodeGains(bytes.substr(0, cut)).ok()) << cut;
  }
  EXPECT_FALSE(DecodeGains(bytes + "x").ok());
}

TEST(Formats, TheRegistryIsHashedAsSpecifiedWhateverTheOrder) {
  PolicyNames names;
  names.node = "mombasa";
  model::Peer peer;
  peer.id = {Filled(0x11)};
  peer.name = "dar-customs";
  peer.state = model::PeerState::kActive;
  peer.attributes.country = "TZ";
  peer.attributes.type = "customs";
  peer.attributes.tier = "2";
  peer.attributes.agreements = {"B", "A"};
  peer.attributes.groups = {"EAST"};
  names.peers = {peer};
  EXPECT_EQ(Hex(RegistryHash(names)),
            "e004ac3159bfae4da7b789d45eb24d555bd0d10e6f4d025eb4e9750a4d768b04");
  model::Peer other = peer;
  other.id = {Filled(0x01)};
  names.peers = {peer, other};
  const crypto::Digest both = RegistryHash(names);
  names.peers = {other, peer};
  EXPECT_EQ(RegistryHash(names), both);
  names.peers[0].state = model::PeerState::kSuspended;
  EXPECT_NE(RegistryHash(names), both);
}

TEST(Formats, ARecordIsTheBytesOfItsSpecificationAndVerifiesOnlyAsItIs) {
  store::PolicyRow row;
  row.number = 12;
  row.file_name = "p.fpol";
  row.text = "text";
  row.profile_text = "profile";
  row.applied_at = kThen;
  row.applied_by = "cy";
  store::PolicyRecord record;
  record.number = 12;
  record.parent = 11;
  record.proposal = 3;
  record.policy_hash = Filled(0x33);
  record.registry_hash = Filled(0x44);
  record.author = "ada";
  record.reason = "why";
  record.preview_digest = Filled(0x55);
  record.proof_digest = Filled(0x66);
  record.test_digest = Filled(0x77);
  const store::Approval by_ben{.proposal = 3,
                               .user = "ben",
                               .roles = {"commander"},
                               .preview_digest = Filled(0x55),
                               .at = kThen};
  store::Approval of_others = by_ben;
  of_others.user = "dee";
  of_others.preview_digest = Filled(0x56);
  const model::AuthorityId self{Filled(0x11)};
  const std::string body = EncodePolicyRecord(self, row, record, {of_others, by_ben});
  const auto bytes = [](const std::string& pair) {
    std::string hex;
    for (int i = 0; i < 32; ++i) hex += pair;
    return hex;
  };
  EXPECT_EQ(crypto::Hex(body),
            "0a20" + bytes("11") + "100c180b200130033a06702e66706f6c" +
                "4220982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1" + "4a20" +
                bytes("33") +
                "52201900eab6c028483d7126599ee6f50de0d27907b5c65fa90524580b4b0f9852b0" + "5a20" +
                bytes("44") + "62036164616a0263797080d0eab6b7337a03776879" + "8a0120" +
                bytes("55") + "920120" + bytes("66") + "9a0120" + bytes("77") +
                "a201390a0362656e1209636f6d6d616e6465721a20" + bytes("55") + "2080d0eab6b733");
  const crypto::SigningKey key = crypto::SigningKey::FromSeed(std::string(32, 7));
  record.signed_bytes = SignPolicyRecord(body, key).bytes;
  EXPECT_OK(VerifyPolicyRecord(self, row, record, {by_ben}, key.public_key()));
  EXPECT_FALSE(VerifyPolicyRecord(self, row, record, {}, key.public_key()).ok());
  store::PolicyRow another_text = row;
  another_text.text = "text!";
  EXPECT_FALSE(VerifyPolicyRecord(self, another_text, record, {by_ben}, key.public_key()).ok());
  store::PolicyRecord another_author = record;
  another_author.author = "eve";
  EXPECT_FALSE(VerifyPolicyRecord(self, row, another_author, {by_ben}, key.public_key()).ok());
  const crypto::SigningKey other = crypto::SigningKey::FromSeed(std::string(32, 8));
  EXPECT_FALSE(VerifyPolicyRecord(self, row, record, {by_ben}, other.public_key()).ok());
}

}  // namespace
}  // namespace fairway::policyadmin
