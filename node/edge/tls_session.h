#ifndef FAIRWAY_NODE_EDGE_TLS_SESSION_H_
#define FAIRWAY_NODE_EDGE_TLS_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/certificate.h"
#include "crypto/spki.h"
#include "node/edge/edge_events.h"
#include "node/edge/peer_pins.h"

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;
typedef struct x509_st X509;
typedef struct x509_store_ctx_st X509_STORE_CTX;

namespace fairway::edge {

// TLS as it is spoken here, RFC 8446 only: Ed25519 self-signed leaves on both sides recognised by
// pin alone (no chain is built, no date is judged), X25519 or P-256, no tickets, no resumption, no
// early data. Immutable and thread-safe once made.
class TlsContext {
 public:
  // For accepting: `h2` from keys in `pins`, `fairway-join/1` from any Ed25519 key while
  // `join_open` says so (null: never). `pins` must outlive the context.
  //   INVALID_ARGUMENT   the identity does not load; the message has OpenSSL's words
  static absl::StatusOr<std::shared_ptr<TlsContext>> ForServer(const crypto::TlsIdentity& identity,
                                                               const PinBook& pins,
                                                               std::function<bool()> join_open);
  static absl::StatusOr<std::shared_ptr<TlsContext>> ForClient(const crypto::TlsIdentity& identity);
  ~TlsContext();

 private:
  friend class TlsSession;
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  static absl::StatusOr<std::shared_ptr<TlsContext>> Make(const crypto::TlsIdentity& identity,
                                                          bool server);

  SSL_CTX* context_;
  const PinBook* pins_ = nullptr;
  std::function<bool()> join_open_;
};

// One TLS connection over one non-blocking TCP socket, which it owns. One thread at a time.
class TlsSession {
 public:
  enum class Progress { kDone, kWantRead, kWantWrite, kEnd /*clean end of stream*/, kFailed };

  // Own the socket from the call on, also on failure.
  static std::unique_ptr<TlsSession> Accept(std::shared_ptr<TlsContext> context, int fd);
  static std::unique_ptr<TlsSession> Connect(std::shared_ptr<TlsContext> context, int fd,
                                             const crypto::SpkiPin& want, const char* alpn);
  ~TlsSession();  // closes the socket
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  int fd() const { return fd_; }
  // Where the other side is, for refusal().
  void set_address(std::string address) { refusal_.address = std::move(address); }

  // Never blocks. Call again when the socket is ready for what was asked.
  Progress Handshake();
  // Repeats Handshake until done (OK), `deadline` (DEADLINE_EXCEEDED), until `wake_fd` is readable
  // (CANCELLED), or until it fails (UNAUTHENTICATED with what went wrong).
  absl::Status FinishHandshake(absl::Time deadline, int wake_fd);

  // After kFailed: why, for reporting. Reason, pin, peer_id and detail are filled in.
  const Refusal& refusal() const { return refusal_; }

  // After kDone.
  bool is_join() const { return is_join_; }
  const std::string& peer_id() const { return refusal_.peer_id; }  // accepted and pinned
  const crypto::SpkiPin& peer_pin() const { return *refusal_.pin; }
  const std::string& peer_key32() const { return peer_key32_; }
  std::string Exporter32() const;  // label "EXPORTER-Channel-Binding" (RFC 9266)

  // Up to `size` bytes; kDone with *moved > 0, or why not. Never blocks.
  Progress Read(char* to, size_t size, size_t* moved);
  Progress Write(const char* from, size_t size, size_t* moved);
  // Whether bytes from the other side can be read; consumes nothing.
  Progress Peek();
  // Says goodbye (close_notify), if the socket takes it at once.
  void SendClose();

  // What came off the socket so far, handshake included, whether or not it can be read yet.
  uint64_t wire_bytes_read() const;

  // What OpenSSL said last on this session, in words.
  const std::string& last_error() const { return last_error_; }
  // The TLS alert (RFC 8446 §6) with which the other side ended the session; 0 if it sent none.
  int peer_alert() const { return peer_alert_; }

 private:
  friend class TlsContext;
  TlsSession(std::shared_ptr<TlsContext> context, int fd, bool accepting);
  Progress After(int result);
  void TakeErrors();
  void Note(RefusalReason reason, std::string detail);
  bool JudgeLeaf(X509* leaf);
  bool JudgePin();
  static int VerifyCertificate(X509_STORE_CTX* store, void*);
  static int SelectProtocol(SSL* ssl, const unsigned char** out, unsigned char* out_size,
                            const unsigned char* offered, unsigned int offered_size, void*);

  std::shared_ptr<TlsContext> context_;
  int fd_;
  SSL* ssl_ = nullptr;
  bool accepting_ = false;
  bool is_join_ = false;
  bool noted_ = false;  // refusal_.reason was set by a callback of ours
  std::optional<crypto::SpkiPin> want_;
  Refusal refusal_;
  std::string peer_key32_;
  std::string last_error_;
  int peer_alert_ = 0;
};

}  // namespace fairway::edge

#endif  // FAIRWAY_NODE_EDGE_TLS_SESSION_H_
