// Who is let in, and who is not: keys, versions, protocols, joins.
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "node/edge/join_exchange.h"
#include "node/edge/two_edges.h"

namespace fairway::edge {
namespace {

// A TLS client with every freedom that OpenSSL gives.
bool OpenSslHandshake(const std::string& address, int max_version, bool with_certificate,
                      const std::string& alpn) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(context, max_version);
  if (with_certificate) {
    const crypto::TlsIdentity identity = IdentityOf('B');
    BIO* bio = BIO_new_mem_buf(identity.certificate_pem.data(),
                               static_cast<int>(identity.certificate_pem.size()));
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    bio = BIO_new_mem_buf(identity.private_key_pem.view().data(),
                          static_cast<int>(identity.private_key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  Descriptor fd = TcpTo(address);
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, fd.get());
  if (!alpn.empty()) {
    const std::string offer = static_cast<char>(alpn.size()) + alpn;
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
  }
  char byte;
  // In TLS 1.3 the client hears of a refusal with its first read.
  const bool ok = SSL_connect(ssl) == 1 && SSL_read(ssl, &byte, 1) == 1;
  SSL_free(ssl);
  SSL_CTX_free(context);
  return ok;
}

TEST(Admission, AStrangersKeyIsRefusedAndReported) {
  Recorder at_c;
  Node b('B', "A");
  Node stranger('C', "B");
  stranger.transport->Attach(IdOf('B'), &at_c);
  stranger.transport->Dial(IdOf('B'), b.address(), PinOf('B'));
  const absl::Status failure = at_c.AwaitDialFailure();
  EXPECT_TRUE(absl::IsPermissionDenied(failure)) << failure;
  std::optional<Refusal> refusal = b.AwaitRefusal("not-pinned");
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->pin, PinOf('C'));
  EXPECT_EQ(refusal->peer_id, "");
  EXPECT_EQ(refusal->address.rfind("127.0.0.1:", 0), 0u);
}

TEST(Admission, AServerWithAnotherKeyIsNotTalkedToAndReportedOnce) {
  Recorder at_a;
  Node a('A', "BC");
  Node b('B', "A");
  a.transport->Attach(IdOf('C'), &at_a);
  for (size_t dial = 1; dial <= 2; ++dial) {
    a.transport->Dial(IdOf('C'), b.address(), PinOf('C'));
    const absl::Status failure = at_a.AwaitDialFailure(dial);
    EXPECT_TRUE(absl::IsUnauthenticated(failure)) << failure;
    EXPECT_NE(failure.message().find("wanted"), std::string::npos) << failure;
  }
  // This node decides how often it dials: its log must not fill with that.
  EXPECT_EQ(a.reasons(), std::vector<std::string>{"not-pinned"});
  EXPECT_EQ(a.AwaitRefusal("not-pinned")->peer_id, IdOf('C'));
}

TEST(Admission, AServerThatNeverFinishesTlsIsReported) {
  Recorder at_a;
  Node a('A', "B");
  Descriptor listening = SilentServer();
  a.transport->Attach(IdOf('B'), &at_a);
  a.transport->Dial(IdOf('B'), AddressOf(listening.get()), PinOf('B'));
  EXPECT_TRUE(absl::IsDeadlineExceeded(at_a.AwaitDialFailure()));
  EXPECT_EQ(a.AwaitRefusal("handshake-timeout")->peer_id, IdOf('B'));
}

TEST(Admission, Tls12IsRefused) {
  Recorder at_b;
  Node b('B', "B");
  b.transport->Attach(IdOf('B'), &at_b);
  EXPECT_TRUE(OpenSslHandshake(b.address(), TLS1_3_VERSION, true, "h2"));
  EXPECT_FALSE(OpenSslHandshake(b.address(), TLS1_2_VERSION, true, "h2"));
  EXPECT_TRUE(b.AwaitRefusal("tls-version").has_value());
}

TEST(Admission, AClientWithoutCertificateIsRefused) {
  Node b('B', "B");
  EXPECT_FALSE(OpenSslHandshake(b.address(), TLS1_3_VERSION, false, "h2"));
  EXPECT_TRUE(b.AwaitRefusal("no-client-certificate").has_value());
}

TEST(Admission, AWrongOrMissingProtocolIsRefused) {
  Node b('B', "B");
  EXPECT_FALSE(OpenSslHandshake(b.address(), TLS1_3_VERSION, true, "http/1.1"));
  EXPECT_TRUE(b.AwaitRefusal("no-alpn").has_value());
  Node other('B', "B");
  EXPECT_FALSE(OpenSslHandshake(other.address(), TLS1_3_VERSION, true, ""));
  EXPECT_TRUE(other.AwaitRefusal("no-alpn").has_value());
}

TEST(Admission, ThePlainPortScanIsRefused) {
  Node b('B', "A");
  Descriptor fd = TcpTo(b.address());
  const std::string request = "GET / HTTP/1.1\r\n\r\n";
  ASSERT_EQ(send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  EXPECT_TRUE(AwaitEnd(fd.get()));
  EXPECT_TRUE(b.AwaitRefusal("handshake-failed").has_value());
}

TEST(Admission, AJoinIsOneRequestAndOneAnswerOverAnUnpinnedConnection) {
  Node b('B');
  Node newcomer('C');
  b.join_open = true;
  std::string bound;
  absl::StatusOr<std::string> answer = newcomer.transport->Join(
      b.address(), PinOf('B'), [](const std::string&) { return std::string("request"); }, kPatience,
      &bound);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, "welcome request");
  const JoinRequest seen = b.join();
  EXPECT_EQ(seen.exporter32, bound);
  EXPECT_EQ(seen.exporter32.size(), 32u);
  EXPECT_EQ(seen.client_pin, PinOf('C'));
  EXPECT_EQ(seen.client_key32, KeyOf('C').public_key().view());
}

TEST(Admission, AJoinIsRefusedWhileNoInvitationIsOpen) {
  Node b('B');
  Node newcomer('C');
  absl::StatusOr<std::string> answer = newcomer.transport->Join(
      b.address(), PinOf('B'), [](const std::string&) { return std::string("request"); }, kPatience,
      nullptr);
  EXPECT_TRUE(absl::IsPermissionDenied(answer.status())) << answer.status();
  EXPECT_TRUE(b.AwaitRefusal("join-closed").has_value());
}

TEST(Admission, AJoinWithoutAnswerIsReported) {
  Node b('B');
  Node newcomer('C');
  b.join_open = true;
  absl::StatusOr<std::string> answer = newcomer.transport->Join(
      b.address(), PinOf('B'), [](const std::string&) { return std::string("bad"); }, kPatience,
      nullptr);
  EXPECT_TRUE(absl::IsDataLoss(answer.status())) << answer.status();
  std::optional<Refusal> refusal = b.AwaitRefusal("join-refused");
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->detail, "not an invitation of ours");
}

TEST(Admission, AJoinRequestMayHave64KiBAndNotOneByteMore) {
  Node b('B');
  Node newcomer('C');
  b.join_open = true;
  // The answer is a few bytes longer than the request: at the limit the answer is what fails.
  const std::string fits(kMaxJoinBytes - std::string("welcome ").size(), 'x');
  EXPECT_TRUE(
      newcomer.transport
          ->Join(
              b.address(), PinOf('B'), [&](const std::string&) { return fits; }, kPatience, nullptr)
          .ok());
  const std::string long_one(kMaxJoinBytes + 1, 'x');
  EXPECT_TRUE(absl::IsInvalidArgument(newcomer.transport
                                          ->Join(
                                              b.address(), PinOf('B'),
                                              [&](const std::string&) { return long_one; },
                                              kPatience, nullptr)
                                          .status()));
}

TEST(Admission, ATamperedJoinLengthIsRefused) {
  Node b('B');
  b.join_open = true;
  auto tls = TlsSession::Connect(*TlsContext::ForClient(IdentityOf('C')),
                                 TcpTo(b.address()).Release(), PinOf('B'), kAlpnJoin);
  ASSERT_TRUE(tls->FinishHandshake(absl::Now() + kPatience, -1).ok());
  size_t n = 0;
  tls->Write("\x00\x01\x00\x01", 4, &n);  // kMaxJoinBytes + 1
  ASSERT_EQ(n, 4u);
  EXPECT_TRUE(b.AwaitRefusal("join-refused").has_value());
}

}  // namespace
}  // namespace fairway::edge
