#include "node/audit/leaf.h"

#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairway::audit {
namespace {

constexpr char kVersion = 0x01;
constexpr std::string_view kCutMark = "…";

void PutNumber(uint64_t value, int bytes, std::string& out) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void PutText(std::string_view text, size_t limit, std::string& out) {
  if (text.size() <= limit) {
    PutNumber(text.size(), 2, out);
    out.append(text);
    return;
  }
  // Not in the middle of a character.
  size_t kept = limit - kCutMark.size();
  while (kept > 0 && (static_cast<uint8_t>(text[kept]) & 0xC0) == 0x80) --kept;
  PutNumber(kept + kCutMark.size(), 2, out);
  out.append(text.substr(0, kept)).append(kCutMark);
}

// Reads from the front; after the first failure everything is empty and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  std::string_view Bytes(size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  uint64_t Number(size_t size) {
    uint64_t value = 0;
    for (const char c : Bytes(size)) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }

  std::string Text(size_t limit) {
    const size_t size = Number(2);
    if (size > limit) ok_ = false;
    return std::string(Bytes(size));
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// False for keys that do not strictly ascend, or counts above the limits.
bool ReadLists(Reader& in, Event& event) {
  const uint64_t objects = in.Number(2);
  if (objects > kMaxEventObjects) return false;
  for (uint64_t i = 0; i < objects && in.ok(); ++i) {
    event.objects.push_back(in.Text(kMaxEventWordBytes));
  }
  const uint64_t details = in.Number(2);
  if (details > kMaxEventDetails) return false;
  for (uint64_t i = 0; i < details && in.ok(); ++i) {
    std::string key = in.Text(kMaxEventWordBytes);
    if (!event.detail.empty() && key <= event.detail.rbegin()->first) return false;
    event.detail.emplace_hint(event.detail.end(), std::move(key), in.Text(kMaxEventTextBytes));
  }
  return in.ok();
}

absl::Status Bad(std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("audit leaf: ", absl::string_view(why.data(), why.size())));
}

}  // namespace

absl::StatusOr<std::string> EncodeLeaf(const Entry& entry) {
  const Event& event = entry.event;
  if (event.objects.size() > kMaxEventObjects) return Bad("too many objects");
  if (event.detail.size() > kMaxEventDetails) return Bad("too many details");
  std::string out(1, kVersion);
  PutNumber(entry.seq, 8, out);
  PutNumber(static_cast<uint64_t>(absl::ToUnixMillis(entry.time)), 8, out);
  out.append(reinterpret_cast<const char*>(entry.salt.data()), entry.salt.size());
  out.append(entry.prev_leaf_hash.view());
  PutNumber(static_cast<uint64_t>(event.kind), 2, out);
  PutText(event.actor, kMaxEventWordBytes, out);
  PutText(event.role, kMaxEventWordBytes, out);
  PutText(event.outcome, kMaxEventWordBytes, out);
  PutText(event.reason, kMaxEventTextBytes, out);
  PutNumber(event.objects.size(), 2, out);
  for (const std::string& object : event.objects) PutText(object, kMaxEventWordBytes, out);
  PutNumber(event.detail.size(), 2, out);
  for (const auto& [key, value] : event.detail) {
    // Two long keys could be cut to the same one, and the leaf would not read back.
    if (key.size() > kMaxEventWordBytes) return Bad("the key of a detail is too long");
    PutText(key, kMaxEventWordBytes, out);
    PutText(value, kMaxEventTextBytes, out);
  }
  return out;
}

absl::StatusOr<Entry> DecodeLeaf(std::string_view bytes) {
  Reader in(bytes);
  if (in.Bytes(1) != std::string_view(&kVersion, 1)) return Bad("does not begin with version 1");
  Entry entry;
  entry.seq = in.Number(8);
  entry.time = absl::FromUnixMillis(static_cast<int64_t>(in.Number(8)));
  const std::string_view salt = in.Bytes(kLeafSaltBytes);
  const std::string_view prev = in.Bytes(sizeof entry.prev_leaf_hash.bytes);
  const std::optional<EventKind> kind = EventKindFromNumber(in.Number(2));
  if (!in.ok()) return Bad("cut short");
  if (!kind.has_value()) return Bad("an unknown kind of event");
  std::memcpy(entry.salt.data(), salt.data(), salt.size());
  std::memcpy(entry.prev_leaf_hash.bytes.data(), prev.data(), prev.size());
  Event& event = entry.event;
  event.kind = *kind;
  event.actor = in.Text(kMaxEventWordBytes);
  event.role = in.Text(kMaxEventWordBytes);
  event.outcome = in.Text(kMaxEventWordBytes);
  event.reason = in.Text(kMaxEventTextBytes);
  if (!ReadLists(in, event)) return Bad("cut short, out of order, or above a limit");
  if (!in.at_end()) return Bad("bytes after its end");
  return entry;
}

}  // namespace fairway::audit
