#include "crypto/key_file.h"

#include <sodium.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/mac.h"
#include "crypto/sodium_ready.h"

namespace fairway::crypto {
namespace {

constexpr std::string_view kMagic = "fwkey.v1";
constexpr char kSuiteArgon2idXChaCha20 = 0x01;
constexpr uint8_t kPassphraseSlot = 1;
constexpr uint8_t kKeySlot = 2;

// Slot header: kind (1) ‖ memory bytes (8) ‖ passes (8) ‖ salt (16) ‖ nonce (24).
constexpr size_t kMemoryAt = 1;
constexpr size_t kPassesAt = 9;
constexpr size_t kSaltAt = 17;
constexpr size_t kSaltSize = 16;
constexpr size_t kNonceAt = kSaltAt + kSaltSize;
constexpr size_t kNonceSize = 24;
constexpr size_t kSlotHeaderBytes = kNonceAt + kNonceSize;
constexpr size_t kWrappedBytes = kWrappedSecretBytes + 16;
constexpr size_t kSlotBytes = kSlotHeaderBytes + kWrappedBytes;

static_assert(kSaltSize == crypto_pwhash_SALTBYTES);
static_assert(kNonceSize == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kWrappedBytes == kWrappedSecretBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(kSlotKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kMagic.size() + 2 + kMaxContextBytes + 1 + kMaxKeyFileSlots * kSlotBytes <=
              kMaxKeyFileBytes);

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* Raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

absl::Status Malformed(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("key file: ", std::string(what)));
}

void AppendU64(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

uint64_t U64At(std::string_view bytes, size_t at) {
  uint64_t value = 0;
  for (const unsigned char byte : bytes.substr(at, 8)) value = value << 8 | byte;
  return value;
}

Argon2Cost CostOf(std::string_view slot_header) {
  return {.memory_bytes = U64At(slot_header, kMemoryAt), .passes = U64At(slot_header, kPassesAt)};
}

absl::Status CheckCost(const Argon2Cost& cost) {
  if (cost.memory_bytes < kMinArgon2Memory || cost.memory_bytes > kMaxArgon2Memory ||
      cost.memory_bytes % 1024 != 0) {
    return Malformed(absl::StrCat("Argon2id memory of ", cost.memory_bytes,
                                  " bytes; must be whole KiB from ", kMinArgon2Memory, " to ",
                                  kMaxArgon2Memory));
  }
  if (cost.passes < 1 || cost.passes > kMaxArgon2Passes) {
    return Malformed(
        absl::StrCat(cost.passes, " Argon2id passes; must be 1 to ", kMaxArgon2Passes));
  }
  return absl::OkStatus();
}

absl::Status CheckSlotHeader(std::string_view header) {
  const Argon2Cost cost = CostOf(header);
  switch (static_cast<uint8_t>(header[0])) {
    case kPassphraseSlot:
      return CheckCost(cost);
    case kKeySlot:
      if (cost.memory_bytes == 0 && cost.passes == 0) return absl::OkStatus();
      return Malformed("a key slot has no Argon2id cost, this one does");
    default:
      return Malformed(
          absl::StrCat("slot of unknown kind ", static_cast<int>(static_cast<uint8_t>(header[0]))));
  }
}

absl::Status CheckPassphrase(std::string_view passphrase) {
  if (passphrase.empty()) return absl::InvalidArgumentError("the passphrase is empty");
  if (passphrase.size() > kMaxPassphraseBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the passphrase has ", passphrase.size(),
                                                   " bytes, at most ", kMaxPassphraseBytes,
                                                   " are allowed"));
  }
  return absl::OkStatus();
}

absl::Status CheckKey(std::string_view key) {
  if (key.size() == kSlotKeyBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a key file holds ", kSlotKeyBytes, " bytes, this one ", key.size()));
}

// The key that wraps a slot, from what opens it.
absl::StatusOr<SecretBytes> WrappingKey(std::string_view slot_header, std::string_view opener) {
  SodiumReady();
  const std::string_view salt = slot_header.substr(kSaltAt, kSaltSize);
  if (static_cast<uint8_t>(slot_header[0]) == kKeySlot) {
    return HkdfSha256(opener, salt, "fairway/keyfile/key-slot/v1", kSlotKeyBytes);
  }
  const Argon2Cost cost = CostOf(slot_header);
  SecretBytes key(kSlotKeyBytes);
  if (crypto_pwhash(key.data(), key.size(), opener.data(), opener.size(), Raw(salt), cost.passes,
                    cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no ", cost.memory_bytes >> 20, " MiB of memory free for Argon2id"));
  }
  return key;
}

}  // namespace

KeyFile::KeyFile(std::string context, RandomSource random)
    : context_(std::move(context)), random_(std::move(random)) {}

KeyFile KeyFile::Create(std::string context, const SecretBytes& secret32, RandomSource random) {
  if (context.empty() || context.size() > kMaxContextBytes ||
      secret32.size() != kWrappedSecretBytes) {
    std::abort();
  }
  KeyFile file(std::move(context), std::move(random));
  file.secret_ = SecretBytes::CopyOf(secret32.view());
  return file;
}

absl::StatusOr<KeyFile> KeyFile::Decode(std::string_view bytes, std::string_view context,
                                        RandomSource random) {
  if (bytes.size() > kMaxKeyFileBytes) {
    return Malformed(absl::StrCat(bytes.size(), " bytes, at most ", kMaxKeyFileBytes, " allowed"));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    return Malformed("does not start with \"fwkey.v1\"");
  }
  bytes.remove_prefix(kMagic.size());
  if (bytes.size() < 2) return Malformed("ends inside its header");
  if (bytes[0] != kSuiteArgon2idXChaCha20) return Malformed("made with an unknown suite");
  const size_t context_bytes = static_cast<uint8_t>(bytes[1]);
  bytes.remove_prefix(2);
  if (bytes.size() < context_bytes + 1) return Malformed("ends inside its header");
  // Found bytes are not repeated in the message: nothing has authenticated them.
  if (context.empty() || bytes.substr(0, context_bytes) != context) {
    return Malformed(absl::StrCat("made for another purpose than ", std::string(context)));
  }
  const size_t slots = static_cast<uint8_t>(bytes[context_bytes]);
  bytes.remove_prefix(context_bytes + 1);
  if (slots < 1 || slots > kMaxKeyFileSlots) {
    return Malformed(absl::StrCat(slots, " slots; must be 1 to ", kMaxKeyFileSlots));
  }
  if (bytes.size() != slots * kSlotBytes) {
    return Malformed(
        absl::StrCat(slots, " slots take ", slots * kSlotBytes, " bytes, found ", bytes.size()));
  }
  KeyFile file{std::string(context), std::move(random)};
  for (; !bytes.empty(); bytes.remove_prefix(kSlotBytes)) {
    Slot slot{std::string(bytes.substr(0, kSlotHeaderBytes)),
              std::string(bytes.substr(kSlotHeaderBytes, kWrappedBytes))};
    if (absl::Status status = CheckSlotHeader(slot.header); !status.ok()) return status;
    file.slots_.push_back(std::move(slot));
  }
  return file;
}

std::string KeyFile::Header() const {
  std::string header(kMagic);
  header += kSuiteArgon2idXChaCha20;
  header += static_cast<char>(context_.size());
  header += context_;
  return header;
}

std::string KeyFile::Encode() const {
  std::string bytes = Header();
  bytes += static_cast<char>(slots_.size());
  for (const Slot& slot : slots_) {
    bytes += slot.header;
    bytes += slot.wrapped;
  }
  return bytes;
}

absl::StatusOr<KeyFile::Slot> KeyFile::Wrap(uint8_t kind, const Argon2Cost& cost,
                                            std::string_view opener,
                                            const SecretBytes& secret) const {
  Slot slot;
  slot.header += static_cast<char>(kind);
  AppendU64(slot.header, cost.memory_bytes);
  AppendU64(slot.header, cost.passes);
  slot.header.resize(kSlotHeaderBytes);
  random_(Raw(slot.header) + kSaltAt, kSaltSize + kNonceSize);
  const absl::StatusOr<SecretBytes> key = WrappingKey(slot.header, opener);
  if (!key.ok()) return key.status();

  const std::string bound = Header() + slot.header;
  slot.wrapped.resize(kWrappedBytes);
  if (crypto_aead_xchacha20poly1305_ietf_encrypt(
          Raw(slot.wrapped), nullptr, Raw(secret.view()), secret.size(), Raw(bound), bound.size(),
          nullptr, Raw(slot.header) + kNonceAt, Raw(key->view())) != 0) {
    std::abort();
  }
  return slot;
}

absl::StatusOr<KeyFile::Opened> KeyFile::OpenSlot(uint8_t kind, std::string_view opener) const {
  bool found = false;
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (static_cast<uint8_t>(slot.header[0]) != kind) continue;
    found = true;
    const absl::StatusOr<SecretBytes> key = WrappingKey(slot.header, opener);
    if (!key.ok()) return key.status();
    const std::string bound = Header() + slot.header;
    SecretBytes secret(kWrappedSecretBytes);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            secret.data(), nullptr, nullptr, Raw(slot.wrapped), slot.wrapped.size(), Raw(bound),
            bound.size(), Raw(slot.header) + kNonceAt, Raw(key->view())) == 0) {
      return Opened{i, std::move(secret)};
    }
  }
  const char* what = kind == kPassphraseSlot ? "passphrase" : "key";
  if (!found) {
    return absl::NotFoundError(absl::StrCat("key file for ", context_, ": no ", what, " opens it"));
  }
  return absl::UnauthenticatedError(
      absl::StrCat("key file for ", context_, ": wrong ", what, ", or the file was changed"));
}

absl::Status KeyFile::CheckRoomForSlot() const {
  if (!secret_.has_value()) {
    return absl::FailedPreconditionError("the key file is locked: it was read, not created");
  }
  if (slots_.size() >= kMaxKeyFileSlots) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a key file has at most ", kMaxKeyFileSlots, " slots"));
  }
  return absl::OkStatus();
}

absl::Status KeyFile::AddPassphraseSlot(std::string_view passphrase, const Argon2Cost& cost) {
  if (absl::Status status = CheckPassphrase(passphrase); !status.ok()) return status;
  if (absl::Status status = CheckCost(cost); !status.ok()) return status;
  if (absl::Status status = CheckRoomForSlot(); !status.ok()) return status;
  absl::StatusOr<Slot> slot = Wrap(kPassphraseSlot, cost, passphrase, *secret_);
  if (!slot.ok()) return slot.status();
  slots_.push_back(*std::move(slot));
  return absl::OkStatus();
}

absl::Status KeyFile::AddKeySlot(std::string_view key32) {
  if (absl::Status status = CheckKey(key32); !status.ok()) return status;
  if (absl::Status status = CheckRoomForSlot(); !status.ok()) return status;
  absl::StatusOr<Slot> slot = Wrap(kKeySlot, {.memory_bytes = 0, .passes = 0}, key32, *secret_);
  if (!slot.ok()) return slot.status();
  slots_.push_back(*std::move(slot));
  return absl::OkStatus();
}

absl::StatusOr<SecretBytes> KeyFile::OpenWithPassphrase(std::string_view passphrase) const {
  if (absl::Status status = CheckPassphrase(passphrase); !status.ok()) return status;
  absl::StatusOr<Opened> opened = OpenSlot(kPassphraseSlot, passphrase);
  if (!opened.ok()) return opened.status();
  return std::move(opened->secret);
}

absl::StatusOr<SecretBytes> KeyFile::OpenWithKey(std::string_view key32) const {
  if (absl::Status status = CheckKey(key32); !status.ok()) return status;
  absl::StatusOr<Opened> opened = OpenSlot(kKeySlot, key32);
  if (!opened.ok()) return opened.status();
  return std::move(opened->secret);
}

absl::Status KeyFile::ReplacePassphrase(std::string_view old_passphrase,
                                        std::string_view new_passphrase, const Argon2Cost& cost) {
  if (absl::Status status = CheckPassphrase(old_passphrase); !status.ok()) return status;
  if (absl::Status status = CheckPassphrase(new_passphrase); !status.ok()) return status;
  if (absl::Status status = CheckCost(cost); !status.ok()) return status;
  const absl::StatusOr<Opened> opened = OpenSlot(kPassphraseSlot, old_passphrase);
  if (!opened.ok()) return opened.status();
  absl::StatusOr<Slot> slot = Wrap(kPassphraseSlot, cost, new_passphrase, opened->secret);
  if (!slot.ok()) return slot.status();
  slots_[opened->slot] = *std::move(slot);
  return absl::OkStatus();
}

}  // namespace fairway::crypto
