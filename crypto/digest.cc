#include "crypto/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fairway::crypto {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase32Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// Fetched once: EVP_sha256() looks the provider up again at every use, which costs more than
// hashing a tree node does.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (algorithm == nullptr) std::abort();
  return algorithm;
}

EVP_MD_CTX* NewContext() {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  if (context == nullptr || EVP_DigestInit_ex2(context, Sha256Algorithm(), nullptr) != 1) {
    std::abort();
  }
  return context;
}

EVP_MD_CTX* Context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

// One stream for each thread saves an allocation for each digest. Finish leaves it empty.
Sha256Stream& ThreadStream() {
  thread_local Sha256Stream stream;
  return stream;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

absl::StatusOr<Digest> DigestFromBytes(std::string_view raw) {
  if (raw.size() != kDigestBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a digest is ", kDigestBytes, " bytes, these are ", raw.size()));
  }
  Digest digest;
  std::copy(raw.begin(), raw.end(), digest.bytes.begin());
  return digest;
}

std::string Hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

absl::StatusOr<std::string> UnHex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("hexadecimal comes in pairs, these are ", text.size(), " characters"));
  }
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("not lower case hexadecimal at character ", i + (high < 0 ? 1 : 2)));
    }
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string Base32(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 8 + 4) / 5);
  uint32_t pending = 0;
  int pending_bits = 0;
  for (const unsigned char byte : bytes) {
    pending = (pending << 8 | byte) & 0xfff;
    pending_bits += 8;
    while (pending_bits >= 5) {
      pending_bits -= 5;
      text += kBase32Digits[pending >> pending_bits & 31];
    }
  }
  if (pending_bits > 0) text += kBase32Digits[pending << (5 - pending_bits) & 31];
  return text;
}

Digest Sha256(std::string_view bytes) {
  Sha256Stream& stream = ThreadStream();
  stream.Update(bytes);
  return stream.Finish();
}

Digest TaggedHash(std::string_view tag, std::string_view x) {
  assert(tag.size() <= 255);
  const char length = static_cast<char>(tag.size());
  Sha256Stream& stream = ThreadStream();
  stream.Update({&length, 1});
  stream.Update(tag);
  stream.Update(x);
  return stream.Finish();
}

Sha256Stream::Sha256Stream() : context_(NewContext()) {}

Sha256Stream::Sha256Stream(Sha256Stream&& other) noexcept
    : context_(std::exchange(other.context_, nullptr)) {}

Sha256Stream& Sha256Stream::operator=(Sha256Stream&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}

Sha256Stream::~Sha256Stream() { EVP_MD_CTX_free(Context(context_)); }

void Sha256Stream::Update(std::string_view bytes) {
  if (EVP_DigestUpdate(Context(context_), bytes.data(), bytes.size()) != 1) std::abort();
}

Digest Sha256Stream::Finish() {
  Digest digest;
  if (EVP_DigestFinal_ex(Context(context_), digest.bytes.data(), nullptr) != 1 ||
      EVP_DigestInit_ex2(Context(context_), nullptr, nullptr) != 1) {
    std::abort();
  }
  return digest;
}

}  // namespace fairway::crypto
