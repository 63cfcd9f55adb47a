#ifndef FAIRWAY_CRYPTO_KEY_FILE_H_
#define FAIRWAY_CRYPTO_KEY_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/random.h"
#include "crypto/secret_bytes.h"

namespace fairway::crypto {

inline constexpr size_t kWrappedSecretBytes = 32;
inline constexpr size_t kSlotKeyBytes = 32;
inline constexpr size_t kMaxKeyFileSlots = 8;
inline constexpr size_t kMaxKeyFileBytes = 4096;
inline constexpr size_t kMaxContextBytes = 255;
inline constexpr size_t kMaxPassphraseBytes = 1024;
inline constexpr uint64_t kMinArgon2Memory = uint64_t{8} << 20;  // bytes
inline constexpr uint64_t kMaxArgon2Memory = uint64_t{4} << 30;
inline constexpr uint64_t kMaxArgon2Passes = 16;

// What one guess costs (Argon2id v1.3, RFC 9106, one lane). The default takes about 0.35 s on one
// core of 2020. Memory is whole KiB between kMinArgon2Memory and kMaxArgon2Memory, passes 1 to
// kMaxArgon2Passes: the upper limits keep a planted file from exhausting the machine.
struct Argon2Cost {
  uint64_t memory_bytes = uint64_t{256} << 20;
  uint64_t passes = 3;
};

// keyfile.v1: one 32-byte secret wrapped once for each way to open it (a passphrase, or the
// contents of a key file). Losing one way does not lose the secret; changing one rewraps one slot.
// XChaCha20-Poly1305 binds each slot to the file's header with its context. One thread at a time
// for changes; const methods may run at the same time.
class KeyFile {
 public:
  // A file without slots yet. `context` says what the secret is for ("node.db"), 1 … 255 bytes;
  // `secret32` is 32 bytes; both are the caller's own: ends the process otherwise. The secret is
  // kept in memory until this object goes, for adding slots.
  static KeyFile Create(std::string context, const SecretBytes& secret32,
                        RandomSource random = SystemRandom);

  // Reads a file that was made for `context`. What comes back is locked: it opens, it does not take
  // new slots (ReplacePassphrase does).
  //   INVALID_ARGUMENT   not a keyfile.v1, over a limit, or for another context; says which
  static absl::StatusOr<KeyFile> Decode(std::string_view bytes, std::string_view context,
                                        RandomSource random = SystemRandom);
  std::string Encode() const;

  //   INVALID_ARGUMENT      empty or over-long passphrase, cost out of range
  //   RESOURCE_EXHAUSTED    kMaxKeyFileSlots are taken, or no memory for Argon2id
  //   FAILED_PRECONDITION   the file was decoded and is locked
  absl::Status AddPassphraseSlot(std::string_view passphrase, const Argon2Cost& cost = {});
  // `key32`: contents of a key file, 32 random bytes. INVALID_ARGUMENT for any other length; else
  // as above.
  absl::Status AddKeySlot(std::string_view key32);

  // The secret.
  //   NOT_FOUND            no slot of this kind
  //   UNAUTHENTICATED      none of them opens: wrong passphrase or key, or the file was changed
  //   INVALID_ARGUMENT     empty or over-long passphrase; a key that is not 32 bytes
  //   RESOURCE_EXHAUSTED   no memory for Argon2id
  absl::StatusOr<SecretBytes> OpenWithPassphrase(std::string_view passphrase) const;
  absl::StatusOr<SecretBytes> OpenWithKey(std::string_view key32) const;

  // Rewraps the one slot that `old_passphrase` opens. Errors as for opening and adding.
  absl::Status ReplacePassphrase(std::string_view old_passphrase, std::string_view new_passphrase,
                                 const Argon2Cost& cost = {});

  const std::string& context() const { return context_; }
  size_t slot_count() const { return slots_.size(); }

 private:
  struct Slot {
    std::string header;   // kind, cost, salt, nonce: authenticated
    std::string wrapped;  // ciphertext and tag
  };
  struct Opened {
    size_t slot;
    SecretBytes secret;
  };

  KeyFile(std::string context, RandomSource random);
  std::string Header() const;
  absl::Status CheckRoomForSlot() const;
  absl::StatusOr<Slot> Wrap(uint8_t kind, const Argon2Cost& cost, std::string_view opener,
                            const SecretBytes& secret) const;
  absl::StatusOr<Opened> OpenSlot(uint8_t kind, std::string_view opener) const;

  std::string context_;
  RandomSource random_;
  std::optional<SecretBytes> secret_;  // only after Create
  std::vector<Slot> slots_;
};

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_KEY_FILE_H_
