#include "crypto/parts.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "absl/strings/str_cat.h"

namespace fairway::crypto {
namespace {

// Two equal draws of 256 bits do not happen; a generator that makes them is broken.
constexpr int kMaxRedraws = 3;

size_t PaddedCount(size_t parts) {
  size_t count = kMinCommittedParts;
  while (count < parts) count *= 2;
  return count;
}

bool HasDuplicates(const std::vector<Digest>& sorted) {
  return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
}

}  // namespace

Digest PartDigest(std::string_view label, const Salt& salt, std::string_view bytes) {
  assert(label.size() <= 0xffff);
  std::string x;
  x.reserve(2 + label.size() + salt.size() + bytes.size());
  x += static_cast<char>(label.size() >> 8);
  x += static_cast<char>(label.size() & 0xff);
  x += label;
  x.append(reinterpret_cast<const char*>(salt.data()), salt.size());
  x += bytes;
  return TaggedHash("fairway/part/v1", x);
}

absl::StatusOr<std::vector<Digest>> CommitParts(std::vector<Digest> real,
                                                const std::function<Digest()>& random32) {
  if (real.size() > kMaxCommittedParts) {
    return absl::InvalidArgumentError(absl::StrCat(real.size(), " parts, at most ",
                                                   kMaxCommittedParts, " allowed in a revision"));
  }
  std::sort(real.begin(), real.end());
  if (HasDuplicates(real)) {
    return absl::InvalidArgumentError(
        "two parts have one digest: a label and salt were used twice");
  }
  const size_t count = PaddedCount(real.size());
  int redraws = 0;
  while (real.size() < count) {
    const Digest decoy = random32();
    const auto place = std::lower_bound(real.begin(), real.end(), decoy);
    if (place != real.end() && *place == decoy) {
      if (++redraws > kMaxRedraws) {
        return absl::FailedPreconditionError("the source of randomness repeats itself");
      }
      continue;
    }
    real.insert(place, decoy);
  }
  return real;
}

absl::Status CheckCommitted(std::span<const Digest> committed) {
  if (committed.size() > kMaxCommittedParts || committed.size() != PaddedCount(committed.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat(committed.size(), " part digests; a revision lists 16, 32, 64, 128 or 256"));
  }
  for (size_t i = 1; i < committed.size(); ++i) {
    if (committed[i - 1] == committed[i]) {
      return absl::InvalidArgumentError(absl::StrCat("part digest ", i, " is listed twice"));
    }
    if (committed[i - 1] > committed[i]) {
      return absl::InvalidArgumentError(absl::StrCat("part digest ", i, " is out of order"));
    }
  }
  return absl::OkStatus();
}

bool IsCommitted(std::span<const Digest> sorted, const Digest& part) {
  return std::binary_search(sorted.begin(), sorted.end(), part);
}

}  // namespace fairway::crypto
