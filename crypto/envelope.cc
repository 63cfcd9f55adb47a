#include "crypto/envelope.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairway::crypto {
namespace {

// Protobuf wire format, the little of it a Signed needs: every field is length-delimited, so a tag
// is (number << 3 | 2) and fits one byte.
constexpr char kTagBody = 0x0a;
constexpr char kTagType = 0x12;
constexpr char kTagSig = 0x1a;
constexpr char kTagKeyId = 0x0a;
constexpr char kTagSigBytes = 0x12;

// Lengths stay below kMaxBodyBytes, which needs three bytes of seven bits.
constexpr size_t kMaxVarintBytes = 3;
static_assert(kMaxBodyBytes < (1u << (7 * kMaxVarintBytes)));

absl::Status Malformed(std::string_view field, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("signed envelope: ", std::string(field), ": ", std::string(what)));
}

void AppendField(std::string& out, char tag, std::string_view value) {
  out += tag;
  size_t length = value.size();
  while (length >= 0x80) {
    out += static_cast<char>(0x80 | (length & 0x7f));
    length >>= 7;
  }
  out += static_cast<char>(length);
  out += value;
}

// Takes the length-delimited value after a tag. The length is judged before anything is copied.
absl::StatusOr<std::string_view> TakeValue(std::string_view& in, std::string_view field,
                                           size_t max_bytes) {
  size_t length = 0;
  size_t used = 0;
  for (bool more = true; more; ++used) {
    if (used == in.size()) return Malformed(field, "ends inside its length");
    if (used == kMaxVarintBytes) return Malformed(field, "length is too long a varint");
    const auto byte = static_cast<uint8_t>(in[used]);
    if (byte == 0 && used > 0) return Malformed(field, "length is not the shortest varint");
    length |= static_cast<size_t>(byte & 0x7f) << (7 * used);
    more = (byte & 0x80) != 0;
  }
  in.remove_prefix(used);
  if (length == 0) return Malformed(field, "is empty");
  if (length > max_bytes) {
    return Malformed(field, absl::StrCat(length, " bytes, at most ", max_bytes, " allowed"));
  }
  if (length > in.size()) {
    return Malformed(field, absl::StrCat(length, " bytes announced, ", in.size(), " left"));
  }
  const std::string_view value = in.substr(0, length);
  in.remove_prefix(length);
  return value;
}

// Takes the field `tag`, which must come now.
absl::StatusOr<std::string_view> TakeField(std::string_view& in, char tag, std::string_view field,
                                           size_t max_bytes) {
  if (in.empty()) return Malformed(field, "is missing");
  if (in[0] != tag) {
    return Malformed(
        field, absl::StrCat("tag ", static_cast<int>(static_cast<uint8_t>(tag)),
                            " expected, found ", static_cast<int>(static_cast<uint8_t>(in[0]))));
  }
  in.remove_prefix(1);
  return TakeValue(in, field, max_bytes);
}

absl::StatusOr<std::string_view> TakeExactly(std::string_view& in, char tag, std::string_view field,
                                             size_t bytes) {
  absl::StatusOr<std::string_view> value = TakeField(in, tag, field, bytes);
  if (value.ok() && value->size() != bytes) {
    return Malformed(field, absl::StrCat(value->size(), " bytes, must be ", bytes));
  }
  return value;
}

std::string EncodeSig(const Sig& sig) {
  std::string out;
  AppendField(out, kTagKeyId, sig.key_id);
  AppendField(out, kTagSigBytes, sig.sig);
  return out;
}

constexpr size_t kEncodedSigBytes = 2 + kDigestBytes + 2 + kSignatureBytes;

absl::StatusOr<Sig> TakeSig(std::string_view& in) {
  const auto sig = TakeExactly(in, kTagSig, "sigs", kEncodedSigBytes);
  if (!sig.ok()) return sig.status();
  std::string_view rest = *sig;
  const auto key_id = TakeExactly(rest, kTagKeyId, "sigs.key_id", kDigestBytes);
  if (!key_id.ok()) return key_id.status();
  const auto bytes = TakeExactly(rest, kTagSigBytes, "sigs.sig", kSignatureBytes);
  if (!bytes.ok()) return bytes.status();
  return Sig{std::string(*key_id), std::string(*bytes)};
}

bool IsVisibleAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

// The key among `keys` that made `sig` over `pae`. The hint only decides which key is tried first.
std::optional<PublicKey> SignerOf(const Sig& sig, std::string_view pae,
                                  std::span<const PublicKey> keys) {
  const auto hinted = std::find_if(keys.begin(), keys.end(), [&](const PublicKey& key) {
    return KeyId(key).view() == sig.key_id;
  });
  if (hinted != keys.end() && Verify(*hinted, pae, sig.sig)) return *hinted;
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (key != hinted && Verify(*key, pae, sig.sig)) return *key;
  }
  return std::nullopt;
}

}  // namespace

std::string Pae(std::string_view type, std::string_view body) {
  std::string pae = absl::StrCat("DSSEv1 ", type.size(), " ");
  pae += type;
  absl::StrAppend(&pae, " ", body.size(), " ");
  pae += body;
  return pae;
}

Digest ObjectId(std::string_view type, std::string_view body) {
  return TaggedHash("fairway/object", Pae(type, body));
}

Signed Seal(std::string_view type, std::string body, const SigningKey& key) {
  const Signature signature = key.Sign(Pae(type, body));
  Signed envelope{.body = std::move(body), .type = std::string(type), .sigs = {}};
  envelope.sigs.push_back(
      {std::string(KeyId(key.public_key()).view()), std::string(signature.view())});
  return envelope;
}

absl::StatusOr<VerifiedBody> Open(const Signed& envelope, std::string_view want_type,
                                  std::span<const PublicKey> keys) {
  if (envelope.type != want_type) {
    // What was found is not repeated unless it is short and printable: it came from outside.
    const bool show = envelope.type.size() <= kMaxTypeBytes && IsVisibleAscii(envelope.type);
    return absl::InvalidArgumentError(absl::StrCat("signed as ",
                                                   show ? envelope.type : "something unprintable",
                                                   ", wanted ", std::string(want_type)));
  }
  if (envelope.sigs.size() > kMaxSigs) {
    return absl::InvalidArgumentError(
        absl::StrCat(envelope.sigs.size(), " signatures, at most ", kMaxSigs, " allowed"));
  }
  const std::string pae = Pae(envelope.type, envelope.body);
  for (const Sig& sig : envelope.sigs) {
    const std::optional<PublicKey> signer = SignerOf(sig, pae, keys);
    if (!signer.has_value()) continue;
    VerifiedBody verified;
    verified.body_ = envelope.body;
    verified.type_ = envelope.type;
    verified.object_id_ = TaggedHash("fairway/object", pae);
    verified.signer_ = *signer;
    return verified;
  }
  return absl::UnauthenticatedError(absl::StrCat("none of ", envelope.sigs.size(),
                                                 " signatures verifies under any of ", keys.size(),
                                                 " keys in force"));
}

std::string EncodeSigned(const Signed& envelope) {
  std::string out;
  out.reserve(envelope.body.size() + envelope.type.size() + 8 + envelope.sigs.size() * 112);
  AppendField(out, kTagBody, envelope.body);
  AppendField(out, kTagType, envelope.type);
  for (const Sig& sig : envelope.sigs) AppendField(out, kTagSig, EncodeSig(sig));
  return out;
}

absl::StatusOr<Signed> DecodeSigned(std::string_view bytes) {
  const auto body = TakeField(bytes, kTagBody, "body", kMaxBodyBytes);
  if (!body.ok()) return body.status();
  const auto type = TakeField(bytes, kTagType, "type", kMaxTypeBytes);
  if (!type.ok()) return type.status();
  if (!IsVisibleAscii(*type)) return Malformed("type", "not visible ASCII");
  Signed envelope{.body = {}, .type = std::string(*type), .sigs = {}};
  do {
    if (envelope.sigs.size() == kMaxSigs) {
      return Malformed("sigs", absl::StrCat("more than ", kMaxSigs, ", or bytes after the last"));
    }
    absl::StatusOr<Sig> sig = TakeSig(bytes);
    if (!sig.ok()) return sig.status();
    envelope.sigs.push_back(*std::move(sig));
  } while (!bytes.empty());
  envelope.body = std::string(*body);
  return envelope;
}

}  // namespace fairway::crypto
