#include "node/store/parts_blob.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairway::store {
namespace {

void PutNumber(uint64_t value, int bytes, std::string& out) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

bool TakeBytes(std::string_view& in, size_t size, std::string_view& taken) {
  if (in.size() < size) return false;
  taken = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

bool TakeNumber(std::string_view& in, size_t bytes, size_t& value) {
  std::string_view taken;
  if (!TakeBytes(in, bytes, taken)) return false;
  value = 0;
  for (const char c : taken) value = value << 8 | static_cast<uint8_t>(c);
  return true;
}

bool TakePart(std::string_view& in, model::Part& part) {
  size_t size = 0;
  std::string_view label, salt, bytes;
  if (!TakeNumber(in, 2, size) || !TakeBytes(in, size, label)) return false;
  if (!TakeBytes(in, part.salt.size(), salt)) return false;
  if (!TakeNumber(in, 4, size) || !TakeBytes(in, size, bytes)) return false;
  part.label = label;
  std::memcpy(part.salt.data(), salt.data(), salt.size());
  part.bytes = bytes;
  return true;
}

}  // namespace

absl::StatusOr<std::string> EncodeParts(const std::vector<model::Part>& parts) {
  std::vector<const model::Part*> sorted;
  for (const model::Part& part : parts) sorted.push_back(&part);
  std::sort(sorted.begin(), sorted.end(),
            [](const model::Part* a, const model::Part* b) { return a->label < b->label; });
  std::string out;
  for (size_t i = 0; i < sorted.size(); ++i) {
    const model::Part& part = *sorted[i];
    if (i > 0 && sorted[i - 1]->label == part.label) {
      return absl::InvalidArgumentError(absl::StrCat("the part ", part.label, " is there twice"));
    }
    if (part.label.size() > UINT16_MAX || part.bytes.size() > UINT32_MAX) {
      return absl::InvalidArgumentError("a part is too large");
    }
    PutNumber(part.label.size(), 2, out);
    out += part.label;
    out.append(reinterpret_cast<const char*>(part.salt.data()), part.salt.size());
    PutNumber(part.bytes.size(), 4, out);
    out += part.bytes;
  }
  return out;
}

absl::StatusOr<std::vector<model::Part>> DecodeParts(std::string_view bytes) {
  std::vector<model::Part> parts;
  while (!bytes.empty()) {
    if (!TakePart(bytes, parts.emplace_back())) {
      return absl::InvalidArgumentError("a list of parts is cut short");
    }
  }
  return parts;
}

}  // namespace fairway::store
