#include "crypto/checkpoint.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "crypto/merkle.h"

namespace fairway::crypto {
namespace {

constexpr std::string_view kSignatureStart = "\xe2\x80\x94 ";  // em dash, space
constexpr char kNoteAlgorithmEd25519 = 0x01;
constexpr size_t kKeyHashBytes = 4;

absl::Status Malformed(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("checkpoint: ", std::string(what)));
}

std::string KeyHash(std::string_view origin, const PublicKey& key) {
  std::string input(origin);
  input += '\n';
  input += kNoteAlgorithmEd25519;
  input += key.view();
  return std::string(Sha256(input).view().substr(0, kKeyHashBytes));
}

std::string Base64(std::string_view bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

// RFC 4648 §4 in its one canonical form: absl is more forgiving, so what comes out must go back in.
std::optional<std::string> UnBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(absl::string_view(text.data(), text.size()), &bytes)) {
    return std::nullopt;
  }
  if (Base64(bytes) != text) return std::nullopt;
  return bytes;
}

// Takes a line without its newline; nothing if there is none.
std::optional<std::string_view> TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

absl::StatusOr<uint64_t> ParseSize(std::string_view text) {
  uint64_t size = 0;
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (text.size() > 1 && text[0] == '0') ||
      !absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &size) ||
      size > kMaxTreeSize) {
    return Malformed(absl::StrCat("size is not a plain decimal number of at most ", kMaxTreeSize));
  }
  return size;
}

absl::StatusOr<Checkpoint> ParseBody(std::string_view body, std::string_view origin) {
  const std::optional<std::string_view> found = TakeLine(body);
  const std::optional<std::string_view> size_text = TakeLine(body);
  const std::optional<std::string_view> root_text = TakeLine(body);
  if (!root_text.has_value()) return Malformed("fewer than three lines");
  // An extension line would be signed and yet unread: refused until there is one with a meaning.
  if (!body.empty()) return Malformed("more than three lines");
  if (*found != origin) {
    return Malformed(absl::StrCat("of another log than ", std::string(origin)));
  }
  const absl::StatusOr<uint64_t> size = ParseSize(*size_text);
  if (!size.ok()) return size.status();
  const std::optional<std::string> raw_root = UnBase64(*root_text);
  if (!raw_root.has_value() || raw_root->size() != kDigestBytes) {
    return Malformed("root is not the canonical base64 of 32 bytes");
  }
  return Checkpoint{std::string(origin), *size, *DigestFromBytes(*raw_root)};
}

struct NoteSignature {
  std::string_view name;
  std::string key_hash;
  std::string signature;
};

absl::StatusOr<NoteSignature> ParseSignature(std::string_view line) {
  if (line.substr(0, kSignatureStart.size()) != kSignatureStart) {
    return Malformed("a signature line does not start with a dash and a space");
  }
  line.remove_prefix(kSignatureStart.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || !CheckOrigin(line.substr(0, space)).ok()) {
    return Malformed("a signature line has no valid key name");
  }
  const std::optional<std::string> payload = UnBase64(line.substr(space + 1));
  if (!payload.has_value() || payload->size() <= kKeyHashBytes) {
    return Malformed("a signature is not canonical base64 of a key hash and a signature");
  }
  return NoteSignature{line.substr(0, space), payload->substr(0, kKeyHashBytes),
                       payload->substr(kKeyHashBytes)};
}

absl::StatusOr<std::vector<NoteSignature>> ParseSignatures(std::string_view text) {
  std::vector<NoteSignature> signatures;
  while (!text.empty()) {
    const std::optional<std::string_view> line = TakeLine(text);
    if (!line.has_value()) return Malformed("does not end with a newline");
    if (signatures.size() == kMaxNoteSignatures) {
      return Malformed(absl::StrCat("more than ", kMaxNoteSignatures, " signatures"));
    }
    absl::StatusOr<NoteSignature> signature = ParseSignature(*line);
    if (!signature.ok()) return signature.status();
    signatures.push_back(*std::move(signature));
  }
  if (signatures.empty()) return Malformed("no signature line");
  return signatures;
}

}  // namespace

absl::Status CheckOrigin(std::string_view origin) {
  const bool good = std::all_of(origin.begin(), origin.end(),
                                [](char c) { return c > 0x20 && c < 0x7f && c != '+'; });
  if (origin.empty() || origin.size() > kMaxOriginBytes || !good) {
    return Malformed(absl::StrCat("an origin is 1 to ", kMaxOriginBytes,
                                  " visible ASCII characters without '+'"));
  }
  return absl::OkStatus();
}

std::string CheckpointBody(const Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                      Base64(checkpoint.root.view()), "\n");
}

std::string SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& log_key) {
  const std::string body = CheckpointBody(checkpoint);
  std::string payload = KeyHash(checkpoint.origin, log_key.public_key());
  payload += log_key.Sign(body).view();
  std::string note = absl::StrCat(body, "\n");
  note += kSignatureStart;
  absl::StrAppend(&note, checkpoint.origin, " ", Base64(payload), "\n");
  return note;
}

absl::StatusOr<Checkpoint> OpenCheckpoint(std::string_view note, std::string_view origin,
                                          const PublicKey& key) {
  if (absl::Status status = CheckOrigin(origin); !status.ok()) return status;
  if (note.size() > kMaxNoteBytes) {
    return Malformed(absl::StrCat(note.size(), " bytes, at most ", kMaxNoteBytes, " allowed"));
  }
  const size_t gap = note.rfind("\n\n");
  if (gap == std::string_view::npos) return Malformed("no empty line before the signatures");
  const std::string_view body = note.substr(0, gap + 1);
  const absl::StatusOr<Checkpoint> checkpoint = ParseBody(body, origin);
  if (!checkpoint.ok()) return checkpoint.status();
  const auto signatures = ParseSignatures(note.substr(gap + 2));
  if (!signatures.ok()) return signatures.status();

  const std::string key_hash = KeyHash(origin, key);
  bool verified = false;
  for (const NoteSignature& signature : *signatures) {
    if (signature.name != origin || signature.key_hash != key_hash) continue;
    // signed-note: one bad signature by a known key spoils the note.
    if (!Verify(key, body, signature.signature)) {
      return absl::UnauthenticatedError(
          absl::StrCat("checkpoint of ", std::string(origin), ": the signature does not verify"));
    }
    verified = true;
  }
  if (!verified) {
    return absl::UnauthenticatedError(
        absl::StrCat("checkpoint of ", std::string(origin), ": no signature by its log key"));
  }
  return checkpoint;
}

}  // namespace fairway::crypto
