#include "node/membership/invitation_text.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "node/model/manifest.h"
#include "node/model/text.h"
#include "node/status/problem.h"
#include "node/store/invitation_table.h"

namespace fairway::membership {
namespace {

constexpr std::string_view kMagic = "fwinvite1";
constexpr std::string_view kIdTag = "fairway/invitation";
constexpr std::string_view kChecksumTag = "fairway/invitation-text";
constexpr size_t kChecksumBytes = 8;
constexpr size_t kLineBytes = 64;
constexpr char kLayout = 1;

std::string Checksum(std::string_view bytes) {
  return crypto::TaggedHash(kChecksumTag, bytes).ToString().substr(0, kChecksumBytes);
}

void AppendInteger(std::string& to, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>(value >> shift));
  }
}

void AppendText(std::string& to, const std::string& text) {
  AppendInteger(to, text.size(), 2);
  to += text;
}

// RFC 4648 §6 in lower case without padding; nothing for any other character or for bits left over
// that are not zero.
std::optional<std::string> FromBase32(std::string_view text) {
  std::string bytes;
  uint32_t buffer = 0;
  int bits = 0;
  for (char c : text) {
    uint32_t value = 0;
    if (c >= 'a' && c <= 'z') {
      value = static_cast<uint32_t>(c - 'a');
    } else if (c >= '2' && c <= '7') {
      value = static_cast<uint32_t>(c - '2') + 26;
    } else {
      return std::nullopt;
    }
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>(buffer >> bits));
    }
  }
  if ((buffer & ((1u << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

// Reads fields from the front; after a failure everything is empty and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::string Take(size_t n) {
    if (!ok_ || bytes_.size() < n) {
      ok_ = false;
      return {};
    }
    std::string taken(bytes_.substr(0, n));
    bytes_.remove_prefix(n);
    return taken;
  }
  uint64_t Integer(size_t n) {
    uint64_t value = 0;
    for (char c : Take(n)) value = (value << 8) | static_cast<uint8_t>(c);
    return value;
  }
  std::string Text() { return Take(Integer(2)); }
  bool at_end() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

absl::Status Unreadable(std::string what) {
  return MakeProblem(
      absl::StatusCode::kInvalidArgument,
      {.code = "FW-PEER-003",
       .message = absl::StrCat("this is not a whole invitation: ", what),
       .why = {"An invitation is a text that begins with fwinvite1; every character counts."},
       .next = {"ask the other administrator to send the file again", "fairway peer accept FILE"}});
}

// The characters that count.
std::string Compact(std::string_view text) {
  std::string compact;
  bool comment = false;
  bool line_start = true;
  for (char c : text) {
    if (c == '\n') {
      line_start = true;
      comment = false;
      continue;
    }
    if (line_start && c == '#') comment = true;
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) continue;
    line_start = false;
    if (!comment) compact.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return compact;
}

}  // namespace

std::string InvitationId(std::string_view secret) {
  return crypto::TaggedHash(kIdTag, secret).ToString().substr(0, store::kInvitationIdBytes);
}

std::string FormatInvitation(const InvitationTicket& ticket) {
  std::string bytes(1, kLayout);
  bytes += ticket.inviter.raw();
  bytes += ticket.pin.digest.view();
  bytes += ticket.secret;
  AppendInteger(bytes, static_cast<uint64_t>(absl::ToUnixSeconds(ticket.expires_at)), 8);
  AppendText(bytes, ticket.endpoint);
  AppendText(bytes, ticket.inviter_name);
  bytes += Checksum(bytes);
  const std::string all =
      absl::StrCat(std::string(kMagic), absl::AsciiStrToLower(crypto::Base32(bytes)));
  std::string lines;
  for (size_t at = 0; at < all.size(); at += kLineBytes) {
    absl::StrAppend(&lines, all.substr(at, kLineBytes), "\n");
  }
  return lines;
}

absl::StatusOr<InvitationTicket> ParseInvitation(std::string_view text) {
  if (text.size() > kMaxInvitationTextBytes) {
    return Unreadable(
        absl::StrCat("it has ", text.size(), " bytes, more than ", kMaxInvitationTextBytes));
  }
  const std::string compact = Compact(text);
  if (compact.compare(0, kMagic.size(), kMagic) != 0) {
    return Unreadable("it does not begin with fwinvite1");
  }
  const std::optional<std::string> bytes =
      FromBase32(std::string_view(compact).substr(kMagic.size()));
  if (!bytes.has_value() || bytes->size() <= kChecksumBytes) {
    return Unreadable("it was damaged or cut short on the way");
  }
  const std::string_view payload(bytes->data(), bytes->size() - kChecksumBytes);
  if (Checksum(payload) != bytes->substr(payload.size())) {
    return Unreadable("its checksum does not match: it was damaged or cut short on the way");
  }
  if (payload[0] != kLayout) {
    return Unreadable("a newer version of Fairway wrote it; update this node first");
  }
  Reader reader(payload.substr(1));
  InvitationTicket ticket;
  const auto digest = [&reader] {
    return crypto::DigestFromBytes(reader.Take(crypto::kDigestBytes)).value_or(crypto::Digest());
  };
  ticket.inviter.digest = digest();
  ticket.pin.digest = digest();
  ticket.secret = reader.Take(kInvitationSecretBytes);
  const uint64_t expires = reader.Integer(8);
  ticket.expires_at =
      absl::FromUnixSeconds(static_cast<int64_t>(std::min<uint64_t>(expires, uint64_t{1} << 40)));
  ticket.endpoint = reader.Text();
  ticket.inviter_name = reader.Text();
  if (!reader.at_end() || ticket.endpoint.empty() ||
      ticket.endpoint.size() > model::kMaxEndpointBytes ||
      ticket.inviter_name.size() > model::kMaxDisplayNameBytes ||
      !model::CheckLine(ticket.endpoint).ok() || !model::CheckLine(ticket.inviter_name).ok()) {
    return Unreadable("its content is not what an invitation holds");
  }
  return ticket;
}

}  // namespace fairway::membership
