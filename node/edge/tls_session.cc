#include "node/edge/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "node/edge/await_ready.h"

namespace fairway::edge {
namespace {

constexpr char kCiphers[] = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr char kGroups[] = "X25519:P-256";
constexpr char kSignatures[] = "ed25519";
constexpr char kExporterLabel[] = "EXPORTER-Channel-Binding";  // RFC 9266 §2
constexpr size_t kExporterBytes = 32;
constexpr long kMaxCertificateBytes = 8 << 10;
constexpr size_t kReadBufferBytes = 64 << 10;

// ALPN lists on the wire: each name with its length before it.
constexpr char kOfferPeer[] = "\x02h2";
constexpr char kOfferJoin[] =
    "\x0e"
    "fairway-join/1";

std::string DrainErrors() {
  std::string text;
  while (unsigned long code = ERR_get_error()) {
    char line[256];
    ERR_error_string_n(code, line, sizeof line);
    absl::StrAppend(&text, text.empty() ? "" : "; ", line);
  }
  return text.empty() ? "no reason given" : text;
}

bool LoadIdentity(SSL_CTX* context, const crypto::TlsIdentity& identity) {
  bool ok = false;
  BIO* certificate_bio = BIO_new_mem_buf(identity.certificate_pem.data(),
                                         static_cast<int>(identity.certificate_pem.size()));
  const std::string_view secret = identity.private_key_pem.view();
  BIO* key_bio = BIO_new_mem_buf(secret.data(), static_cast<int>(secret.size()));
  X509* certificate = PEM_read_bio_X509(certificate_bio, nullptr, nullptr, nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio, nullptr, nullptr, nullptr);
  if (certificate != nullptr && key != nullptr) {
    ok = SSL_CTX_use_certificate(context, certificate) == 1 &&
         SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
  }
  EVP_PKEY_free(key);
  X509_free(certificate);
  BIO_free(key_bio);
  BIO_free(certificate_bio);
  return ok;
}

bool Harden(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(context, kMaxCertificateBytes);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, kReadBufferBytes);
  return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_ciphersuites(context, kCiphers) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set1_sigalgs_list(context, kSignatures) == 1 &&
         SSL_CTX_set_num_tickets(context, 0) == 1;
}

}  // namespace

absl::StatusOr<std::shared_ptr<TlsContext>> TlsContext::Make(const crypto::TlsIdentity& identity,
                                                             bool server) {
  ERR_clear_error();
  SSL_CTX* raw = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
  if (raw == nullptr) return absl::InternalError(DrainErrors());
  std::shared_ptr<TlsContext> context(new TlsContext(raw));
  if (!Harden(raw)) return absl::InternalError(absl::StrCat("TLS set-up: ", DrainErrors()));
  if (!LoadIdentity(raw, identity)) {
    return absl::InvalidArgumentError(absl::StrCat("TLS key or certificate: ", DrainErrors()));
  }
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(raw, &TlsSession::VerifyCertificate, nullptr);
  if (server) SSL_CTX_set_alpn_select_cb(raw, &TlsSession::SelectProtocol, nullptr);
  return context;
}

absl::StatusOr<std::shared_ptr<TlsContext>> TlsContext::ForServer(
    const crypto::TlsIdentity& identity, const PinBook& pins, std::function<bool()> join_open) {
  absl::StatusOr<std::shared_ptr<TlsContext>> context = Make(identity, true);
  if (!context.ok()) return context;
  (*context)->pins_ = &pins;
  (*context)->join_open_ = std::move(join_open);
  return context;
}

absl::StatusOr<std::shared_ptr<TlsContext>> TlsContext::ForClient(
    const crypto::TlsIdentity& identity) {
  return Make(identity, false);
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

TlsSession::TlsSession(std::shared_ptr<TlsContext> context, int fd, bool accepting)
    : context_(std::move(context)), fd_(fd), accepting_(accepting) {
  ssl_ = SSL_new(context_->context_);
  if (ssl_ == nullptr || SSL_set_fd(ssl_, fd_) != 1) {
    SSL_free(ssl_);
    ssl_ = nullptr;  // Handshake answers kFailed
    return;
  }
  SSL_set_app_data(ssl_, this);
  if (accepting_) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
  }
}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
  if (fd_ >= 0) close(fd_);
}

std::unique_ptr<TlsSession> TlsSession::Accept(std::shared_ptr<TlsContext> context, int fd) {
  return std::unique_ptr<TlsSession>(new TlsSession(std::move(context), fd, true));
}

std::unique_ptr<TlsSession> TlsSession::Connect(std::shared_ptr<TlsContext> context, int fd,
                                                const crypto::SpkiPin& want, const char* alpn) {
  std::unique_ptr<TlsSession> session(new TlsSession(std::move(context), fd, false));
  session->want_ = want;
  session->is_join_ = strcmp(alpn, kAlpnJoin) == 0;
  const std::string_view offer = session->is_join_ ? kOfferJoin : kOfferPeer;
  if (session->ssl_ != nullptr) {
    SSL_set_alpn_protos(session->ssl_, reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
  }
  return session;
}

void TlsSession::Note(RefusalReason reason, std::string detail) {
  noted_ = true;
  refusal_.reason = reason;
  refusal_.detail = std::move(detail);
}

int TlsSession::SelectProtocol(SSL* ssl, const unsigned char** out, unsigned char* out_size,
                               const unsigned char* offered, unsigned int offered_size, void*) {
  auto* self = static_cast<TlsSession*>(SSL_get_app_data(ssl));
  const auto offers = [&](std::string_view ours) {
    unsigned char* chosen = nullptr;
    unsigned char size = 0;
    const int result =
        SSL_select_next_proto(&chosen, &size, reinterpret_cast<const unsigned char*>(ours.data()),
                              static_cast<unsigned>(ours.size()), offered, offered_size);
    if (result != OPENSSL_NPN_NEGOTIATED) return false;
    *out = chosen;
    *out_size = size;
    return true;
  };
  if (offers(kOfferPeer)) return SSL_TLSEXT_ERR_OK;
  if (!offers(kOfferJoin)) {
    self->Note(RefusalReason::kNoAlpn,
               absl::StrCat("neither ", kAlpnPeer, " nor ", kAlpnJoin, " was offered"));
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  const TlsContext& context = *self->context_;
  if (!context.join_open_ || !context.join_open_()) {
    self->Note(RefusalReason::kJoinClosed, "no invitation is open");
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  self->is_join_ = true;
  return SSL_TLSEXT_ERR_OK;
}

int TlsSession::VerifyCertificate(X509_STORE_CTX* store, void*) {
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* self = static_cast<TlsSession*>(SSL_get_app_data(ssl));
  if (self->JudgeLeaf(X509_STORE_CTX_get0_cert(store))) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  // Becomes the alert unknown_ca, by which the dialling side knows that its key is not accepted.
  X509_STORE_CTX_set_error(store, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  return 0;
}

// The certificate is a container for a key. That the other side holds the key is proved by its
// CertificateVerify, which OpenSSL checks; the rest of the certificate means nothing here.
bool TlsSession::JudgeLeaf(X509* leaf) {
  unsigned char* der = nullptr;
  const int der_size = leaf == nullptr ? -1 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);
  if (der_size <= 0) {
    Note(RefusalReason::kHandshakeFailed, "unreadable certificate");
    return false;
  }
  refusal_.pin = crypto::PinOfSpki(
      std::string_view(reinterpret_cast<const char*>(der), static_cast<size_t>(der_size)));
  OPENSSL_free(der);
  const EVP_PKEY* key = X509_get0_pubkey(leaf);
  std::array<unsigned char, 32> raw;
  size_t raw_size = raw.size();
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key, raw.data(), &raw_size) != 1 || raw_size != raw.size()) {
    Note(RefusalReason::kNotPinned, "the certificate's key is not Ed25519");
    return false;
  }
  peer_key32_.assign(reinterpret_cast<const char*>(raw.data()), raw.size());
  return JudgePin();
}

bool TlsSession::JudgePin() {
  const crypto::SpkiPin& pin = *refusal_.pin;
  const std::string shown = crypto::Hex(pin.digest.view());
  if (!accepting_) {
    if (pin == *want_) return true;
    Note(RefusalReason::kNotPinned, absl::StrCat("the server holds the key with pin ", shown,
                                                 ", wanted ", crypto::Hex(want_->digest.view())));
    return false;
  }
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &size);
  if (size == 0) {  // SelectProtocol is not called when the client offers no list at all
    Note(RefusalReason::kNoAlpn, "no protocol was offered");
    return false;
  }
  if (is_join_) return true;  // who it is will be told by the invitation's secret
  std::optional<std::string> peer = context_->pins_->PeerOf(pin);
  if (!peer.has_value()) {
    Note(RefusalReason::kNotPinned, absl::StrCat("no peer has the key with pin ", shown));
    return false;
  }
  refusal_.peer_id = *std::move(peer);
  return true;
}

void TlsSession::TakeErrors() {
  const unsigned long first = ERR_peek_error();
  const int reason = ERR_GET_LIB(first) == ERR_LIB_SSL ? ERR_GET_REASON(first) : 0;
  if (reason > SSL_AD_REASON_OFFSET) peer_alert_ = reason - SSL_AD_REASON_OFFSET;
  if (!noted_) {
    switch (reason) {
      case SSL_R_UNSUPPORTED_PROTOCOL:
      case SSL_R_VERSION_TOO_LOW:
      case SSL_R_WRONG_SSL_VERSION:
        refusal_.reason = RefusalReason::kTlsVersion;
        break;
      case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        refusal_.reason = RefusalReason::kNoClientCertificate;
        break;
      default:
        refusal_.reason = RefusalReason::kHandshakeFailed;
    }
  }
  if (first != 0) {
    last_error_ = DrainErrors();
  } else {
    last_error_ = errno != 0 ? strerror(errno) : "the connection was closed";
  }
  if (!noted_) refusal_.detail = last_error_;
}

TlsSession::Progress TlsSession::After(int result) {
  const int saved_errno = errno;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE:
      return Progress::kDone;
    case SSL_ERROR_WANT_READ:
      return Progress::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Progress::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      last_error_ = "the other side closed the connection";
      return Progress::kEnd;
    default:
      errno = saved_errno;
      TakeErrors();
      return Progress::kFailed;
  }
}

TlsSession::Progress TlsSession::Handshake() {
  if (ssl_ == nullptr) {
    Note(RefusalReason::kHandshakeFailed, "out of memory");
    return Progress::kFailed;
  }
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) return Progress::kDone;
  const Progress progress = After(result);
  if (progress == Progress::kEnd) {
    Note(RefusalReason::kHandshakeFailed, last_error_);
    return Progress::kFailed;
  }
  return progress;
}

absl::Status TlsSession::FinishHandshake(absl::Time deadline, int wake_fd) {
  for (;;) {
    short events = 0;
    switch (Handshake()) {
      case Progress::kDone:
        return absl::OkStatus();
      case Progress::kWantRead:
        events = POLLIN;
        break;
      case Progress::kWantWrite:
        events = POLLOUT;
        break;
      default:
        return absl::UnauthenticatedError(refusal_.detail);
    }
    absl::Status ready = AwaitReady(fd_, events, deadline, wake_fd);
    if (absl::IsDeadlineExceeded(ready)) {
      Note(RefusalReason::kHandshakeTimeout, "no TLS handshake in time");
      return absl::DeadlineExceededError(refusal_.detail);
    }
    if (!ready.ok()) return ready;
  }
}

std::string TlsSession::Exporter32() const {
  std::string exporter(kExporterBytes, '\0');
  const int ok = SSL_export_keying_material(ssl_, reinterpret_cast<unsigned char*>(exporter.data()),
                                            exporter.size(), kExporterLabel,
                                            sizeof kExporterLabel - 1, nullptr, 0, 0);
  // An empty binding equals no other side's: whoever compares it refuses.
  return ok == 1 ? exporter : std::string();
}

TlsSession::Progress TlsSession::Read(char* to, size_t size, size_t* moved) {
  ERR_clear_error();
  errno = 0;
  *moved = 0;
  return After(SSL_read_ex(ssl_, to, size, moved) == 1 ? 1 : 0);
}

TlsSession::Progress TlsSession::Write(const char* from, size_t size, size_t* moved) {
  ERR_clear_error();
  errno = 0;
  *moved = 0;
  return After(SSL_write_ex(ssl_, from, size, moved) == 1 ? 1 : 0);
}

TlsSession::Progress TlsSession::Peek() {
  ERR_clear_error();
  errno = 0;
  char byte;
  size_t seen = 0;
  return After(SSL_peek_ex(ssl_, &byte, 1, &seen) == 1 ? 1 : 0);
}

uint64_t TlsSession::wire_bytes_read() const {
  return ssl_ == nullptr ? 0 : BIO_number_read(SSL_get_rbio(ssl_));
}

void TlsSession::SendClose() {
  if (ssl_ == nullptr || SSL_in_init(ssl_)) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace fairway::edge
