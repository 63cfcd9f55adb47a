#include "crypto/merkle.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"

namespace fairway::crypto {
namespace {

constexpr size_t kSizeBytes = 8;

// The largest power of two smaller than n, for n ≥ 2: where RFC 6962 splits a tree.
uint64_t Split(uint64_t n) { return std::bit_floor(n - 1); }

Digest SubtreeRoot(std::span<const Digest> leaves) {
  if (leaves.size() == 1) return leaves[0];
  const uint64_t k = Split(leaves.size());
  return NodeHash(SubtreeRoot(leaves.first(k)), SubtreeRoot(leaves.subspan(k)));
}

// PATH(m, D[n]) of RFC 6962 §2.1.1.
void AppendPath(std::span<const Digest> leaves, uint64_t index, std::vector<Digest>& out) {
  if (leaves.size() == 1) return;
  const uint64_t k = Split(leaves.size());
  if (index < k) {
    AppendPath(leaves.first(k), index, out);
    out.push_back(SubtreeRoot(leaves.subspan(k)));
  } else {
    AppendPath(leaves.subspan(k), index - k, out);
    out.push_back(SubtreeRoot(leaves.first(k)));
  }
}

// SUBPROOF(m, D[n], whole) of RFC 6962 §2.1.2; `whole` while the old tree is the left edge that the
// verifier already has the root of.
void AppendSubproof(std::span<const Digest> leaves, uint64_t old_size, bool whole,
                    std::vector<Digest>& out) {
  if (old_size == leaves.size()) {
    if (!whole) out.push_back(SubtreeRoot(leaves));
    return;
  }
  const uint64_t k = Split(leaves.size());
  if (old_size <= k) {
    AppendSubproof(leaves.first(k), old_size, whole, out);
    out.push_back(SubtreeRoot(leaves.subspan(k)));
  } else {
    AppendSubproof(leaves.subspan(k), old_size - k, false, out);
    out.push_back(SubtreeRoot(leaves.first(k)));
  }
}

absl::Status WrongLength(size_t found) {
  return absl::InvalidArgumentError(
      absl::StrCat("a proof for these sizes has another length than ", found, " digests"));
}

absl::Status TooLarge(uint64_t size) {
  return absl::InvalidArgumentError(absl::StrCat("tree size ", size, " is above ", kMaxTreeSize));
}

// The climb of RFC 9162 §2.1.4.2: from the last node of the old tree to both roots at once.
absl::Status Climb(uint64_t node, uint64_t last, const Digest& start, const Digest& old_root,
                   const Digest& new_root, std::span<const Digest> proof) {
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  Digest old_hash = start;
  Digest new_hash = start;
  for (const Digest& sibling : proof) {
    if (last == 0) return WrongLength(proof.size());
    if ((node & 1) != 0 || node == last) {
      old_hash = NodeHash(sibling, old_hash);
      new_hash = NodeHash(sibling, new_hash);
      while (node != 0 && (node & 1) == 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = NodeHash(new_hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return WrongLength(proof.size());
  if (old_hash != old_root) {
    return absl::DataLossError("the proof does not lead to the old root");
  }
  if (new_hash != new_root) {
    return absl::DataLossError("the proof does not lead to the new root");
  }
  return absl::OkStatus();
}

}  // namespace

Digest LeafHash(std::string_view leaf) {
  Sha256Stream stream;
  stream.Update(std::string_view("\0", 1));
  stream.Update(leaf);
  return stream.Finish();
}

Digest NodeHash(const Digest& left, const Digest& right) {
  std::array<char, 1 + 2 * kDigestBytes> input;
  input[0] = 0x01;
  std::copy(left.bytes.begin(), left.bytes.end(), input.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), input.begin() + 1 + kDigestBytes);
  return Sha256({input.data(), input.size()});
}

Digest EmptyRoot() { return Sha256(""); }

absl::StatusOr<Frontier> Frontier::Decode(std::string_view bytes) {
  if (bytes.size() < kSizeBytes) {
    return absl::InvalidArgumentError("frontier: ends inside its size");
  }
  Frontier frontier;
  for (const unsigned char byte : bytes.substr(0, kSizeBytes)) {
    frontier.size_ = frontier.size_ << 8 | byte;
  }
  if (frontier.size_ > kMaxTreeSize) return TooLarge(frontier.size_);
  const size_t want = kSizeBytes + std::popcount(frontier.size_) * kDigestBytes;
  if (bytes.size() != want) {
    return absl::InvalidArgumentError(absl::StrCat("frontier of ", frontier.size_, " leaves is ",
                                                   want, " bytes, these are ", bytes.size()));
  }
  for (size_t at = kSizeBytes; at < want; at += kDigestBytes) {
    frontier.subtrees_.push_back(*DigestFromBytes(bytes.substr(at, kDigestBytes)));
  }
  return frontier;
}

std::string Frontier::Encode() const {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(size_ >> shift & 0xff);
  for (const Digest& subtree : subtrees_) bytes += subtree.view();
  return bytes;
}

void Frontier::Append(const Digest& leaf_hash) {
  Digest merged = leaf_hash;
  // As adding one to a binary number: each trailing 1 is a full subtree that pairs up and carries.
  for (uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    merged = NodeHash(subtrees_.back(), merged);
    subtrees_.pop_back();
  }
  subtrees_.push_back(merged);
  ++size_;
}

Digest Frontier::Root() const {
  if (subtrees_.empty()) return EmptyRoot();
  Digest root = subtrees_.back();
  for (auto left = subtrees_.rbegin() + 1; left != subtrees_.rend(); ++left) {
    root = NodeHash(*left, root);
  }
  return root;
}

Digest RootOf(std::span<const Digest> leaf_hashes) {
  return leaf_hashes.empty() ? EmptyRoot() : SubtreeRoot(leaf_hashes);
}

std::vector<Digest> InclusionProof(std::span<const Digest> leaf_hashes, uint64_t index) {
  std::vector<Digest> proof;
  if (index < leaf_hashes.size()) AppendPath(leaf_hashes, index, proof);
  return proof;
}

std::vector<Digest> ConsistencyProof(std::span<const Digest> leaf_hashes, uint64_t old_size) {
  std::vector<Digest> proof;
  if (old_size > 0 && old_size < leaf_hashes.size()) {
    AppendSubproof(leaf_hashes, old_size, true, proof);
  }
  return proof;
}

absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Digest& leaf_hash,
                             std::span<const Digest> proof, const Digest& root) {
  if (size > kMaxTreeSize) return TooLarge(size);
  if (index >= size) {
    return absl::InvalidArgumentError(
        absl::StrCat("leaf ", index, " is not in a tree of ", size, " leaves"));
  }
  uint64_t node = index;
  uint64_t last = size - 1;
  Digest hash = leaf_hash;
  for (const Digest& sibling : proof) {
    if (last == 0) return WrongLength(proof.size());
    if ((node & 1) != 0 || node == last) {
      hash = NodeHash(sibling, hash);
      // A node at the right edge without a sibling is its own parent.
      while (node != 0 && (node & 1) == 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return WrongLength(proof.size());
  if (hash != root) return absl::DataLossError("the proof leads to another root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, const Digest& old_root,
                               const Digest& new_root, std::span<const Digest> proof) {
  if (new_size > kMaxTreeSize) return TooLarge(new_size);
  if (old_size > new_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tree of ", old_size, " leaves cannot grow into one of ", new_size));
  }
  if (old_size == 0 || old_size == new_size) {
    if (!proof.empty()) return WrongLength(proof.size());
    const Digest& expected = old_size == new_size ? new_root : EmptyRoot();
    if (old_root != expected || (new_size == 0 && new_root != EmptyRoot())) {
      return absl::DataLossError(absl::StrCat("two roots for one tree of ", old_size, " leaves"));
    }
    return absl::OkStatus();
  }
  // The first digest is where both trees part, left out when that is the old root itself.
  if (std::has_single_bit(old_size)) {
    return Climb(old_size - 1, new_size - 1, old_root, old_root, new_root, proof);
  }
  if (proof.empty()) return WrongLength(0);
  return Climb(old_size - 1, new_size - 1, proof[0], old_root, new_root, proof.subspan(1));
}

Digest ChunkRoot(std::string_view content) {
  Frontier frontier;
  for (; !content.empty(); content.remove_prefix(std::min(content.size(), kChunkBytes))) {
    frontier.Append(LeafHash(content.substr(0, kChunkBytes)));
  }
  return frontier.Root();
}

}  // namespace fairway::crypto
