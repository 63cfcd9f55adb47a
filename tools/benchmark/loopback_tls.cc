#include "tools/benchmark/loopback_tls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "crypto/certificate.h"
#include "crypto/ed25519.h"
#include "node/env/system_entropy.h"
#include "node/status/status_macros.h"

namespace fairway::benchmark {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* value) const {
    kFree(value);
  }
};
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

int TakeAnyone(int, X509_STORE_CTX*) { return 1; }  // the keys are this program's own

absl::StatusOr<Context> MakeContext(const crypto::TlsIdentity& identity) {
  Context context(SSL_CTX_new(TLS_method()));
  std::unique_ptr<BIO, Freed<BIO_free_all>> certificate_file(
      BIO_new_mem_buf(identity.certificate_pem.data(), -1));
  std::unique_ptr<BIO, Freed<BIO_free_all>> key_file(BIO_new_mem_buf(
      identity.private_key_pem.view().data(), static_cast<int>(identity.private_key_pem.size())));
  std::unique_ptr<X509, Freed<X509_free>> certificate(
      PEM_read_bio_X509(certificate_file.get(), nullptr, nullptr, nullptr));
  std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> key(
      PEM_read_bio_PrivateKey(key_file.get(), nullptr, nullptr, nullptr));
  if (context == nullptr || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return absl::InternalError("OpenSSL does not take the certificate");
  }
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, TakeAnyone);
  return context;
}

absl::StatusOr<crypto::TlsIdentity> AnyIdentity() {
  env::SystemEntropy entropy;
  const absl::Time now = absl::Now();
  return crypto::MakeTlsIdentity(crypto::SigningKey::FromSeed(entropy.Bytes(crypto::kSeedBytes)),
                                 "fairway:benchmark", now - absl::Hours(1), now + absl::Hours(1));
}

// Reads to the end; how much it was.
uint64_t TakeAll(SSL_CTX* context, int listener) {
  const Descriptor socket(accept(listener, nullptr, nullptr));
  const Session session(SSL_new(context));
  SSL_set_fd(session.get(), socket.get());
  uint64_t taken = 0;
  if (SSL_accept(session.get()) != 1) return taken;
  std::vector<char> piece(kPieceBytes);
  size_t n = 0;
  while (SSL_read_ex(session.get(), piece.data(), piece.size(), &n) == 1) taken += n;
  return taken;
}

bool GiveAll(SSL_CTX* context, const sockaddr_in& address, uint64_t bytes) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return false;
  }
  const Session session(SSL_new(context));
  SSL_set_fd(session.get(), socket.get());
  if (SSL_connect(session.get()) != 1) return false;
  const std::vector<char> piece(kPieceBytes, 'x');
  while (bytes > 0) {
    size_t n = 0;
    const size_t wanted = std::min<uint64_t>(bytes, piece.size());
    if (SSL_write_ex(session.get(), piece.data(), wanted, &n) != 1) return false;
    bytes -= n;
  }
  const bool said = SSL_shutdown(session.get()) >= 0;
  // The other side hangs up first: a socket that is closed here could take back what is under way.
  char rest = 0;
  while (read(socket.get(), &rest, 1) > 0) {
  }
  return said;
}

}  // namespace

absl::StatusOr<double> LoopbackTlsBytesPerSecond(uint64_t bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::TlsIdentity identity, AnyIdentity());
  FAIRWAY_ASSIGN_OR_RETURN(const Context context, MakeContext(identity));
  const Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener.get(), 1) != 0 ||
      getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return absl::InternalError("no socket on 127.0.0.1");
  }
  const absl::Time begun = absl::Now();
  bool given = false;
  std::thread giver([&] { given = GiveAll(context.get(), address, bytes); });
  const uint64_t taken = TakeAll(context.get(), listener.get());
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begun);
  giver.join();
  if (!given || taken != bytes) return absl::InternalError("the TLS connection broke");
  return static_cast<double>(bytes) / seconds;
}

}  // namespace fairway::benchmark
