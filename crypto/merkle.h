#ifndef FAIRWAY_CRYPTO_MERKLE_H_
#define FAIRWAY_CRYPTO_MERKLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/digest.h"

// The Merkle tree of RFC 6962 §2.1, over SHA-256. Functions are pure and thread-safe.
namespace fairway::crypto {

inline constexpr uint64_t kMaxTreeSize = (uint64_t{1} << 63) - 1;
inline constexpr size_t kChunkBytes = 65536;

Digest LeafHash(std::string_view leaf);                    // SHA-256(0x00 ‖ leaf)
Digest NodeHash(const Digest& left, const Digest& right);  // SHA-256(0x01 ‖ left ‖ right)
Digest EmptyRoot();                                        // SHA-256("")

// The right edge of a growing tree: one digest for each bit set in size(), enough to append leaves
// and to tell the root. A value; copy it to try something out.
class Frontier {
 public:
  Frontier() = default;  // of the empty tree

  // Inverse of Encode. INVALID_ARGUMENT for any other bytes, or a size above kMaxTreeSize. Whether
  // the digests are the right ones only the root can tell.
  static absl::StatusOr<Frontier> Decode(std::string_view bytes);
  // u64 size ‖ one digest for each bit set in size, largest subtree first.
  std::string Encode() const;

  uint64_t size() const { return size_; }
  // O(1) amortised. `leaf_hash` is a LeafHash.
  void Append(const Digest& leaf_hash);
  Digest Root() const;  // EmptyRoot() for size 0
  bool operator==(const Frontier&) const = default;

 private:
  uint64_t size_ = 0;
  std::vector<Digest> subtrees_;  // largest first
};

// A second way to the same root, straight from the recursive definition: what a Frontier says can
// be checked against leaves read again.
Digest RootOf(std::span<const Digest> leaf_hashes);

// RFC 6962 §2.1.1, sibling nearest the leaf first. Empty if index ≥ size, which then verifies for
// nothing. O(size) hashes.
std::vector<Digest> InclusionProof(std::span<const Digest> leaf_hashes, uint64_t index);

// RFC 6962 §2.1.2: that the tree of the first `old_size` leaves is a prefix of the tree of all.
// Empty if old_size is 0 or at least the size. O(size) hashes.
std::vector<Digest> ConsistencyProof(std::span<const Digest> leaf_hashes, uint64_t old_size);

// OK if `proof` shows that `leaf_hash` is leaf `index` of the tree of `size` leaves with `root`
// (RFC 9162 §2.1.3.2).
//   INVALID_ARGUMENT   index ≥ size, size above kMaxTreeSize, or a proof of the wrong length
//   DATA_LOSS          the proof leads to another root
absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Digest& leaf_hash,
                             std::span<const Digest> proof, const Digest& root);

// OK if `proof` shows that the tree (old_size, old_root) is a prefix of (new_size, new_root)
// (RFC 9162 §2.1.4.2). Size 0 has root EmptyRoot() and needs no proof; equal sizes neither.
//   INVALID_ARGUMENT   old_size > new_size, a size above kMaxTreeSize, a proof of the wrong length
//   DATA_LOSS          the roots do not belong to one growing tree: evidence, keep both
absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, const Digest& old_root,
                               const Digest& new_root, std::span<const Digest> proof);

// The root over `content` cut into chunks of kChunkBytes (the last one shorter): what an attachment
// part commits to, so that one bad chunk is found by itself. EmptyRoot() for no bytes. To stream,
// append LeafHash(chunk) to a Frontier: the root is the same.
Digest ChunkRoot(std::string_view content);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_MERKLE_H_
