#include "crypto/merkle.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairway::crypto {
namespace {

constexpr uint64_t kSizes = 64;

std::vector<Digest> Leaves(uint64_t count) {
  std::vector<Digest> leaves;
  for (uint64_t i = 0; i < count; ++i) leaves.push_back(LeafHash(absl::StrCat("leaf ", i)));
  return leaves;
}

Digest Flipped(Digest digest, size_t bit) {
  digest.bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  return digest;
}

// Every proof that differs from `proof` by one change.
std::vector<std::vector<Digest>> Mutations(const std::vector<Digest>& proof) {
  std::vector<std::vector<Digest>> all;
  const auto with = [&](auto change) {
    std::vector<Digest> copy = proof;
    change(copy);
    all.push_back(std::move(copy));
  };
  for (size_t i = 0; i < proof.size(); ++i) {
    with([&](auto& p) { p[i] = Flipped(p[i], 8 * i % 256); });
    with([&](auto& p) { p[i] = Digest{}; });
    with([&](auto& p) { p.erase(p.begin() + i); });
    with([&](auto& p) { p.insert(p.begin() + i, p[i]); });
    if (i > 0) with([&](auto& p) { std::swap(p[i - 1], p[i]); });
  }
  with([&](auto& p) { p.push_back(Digest{}); });
  with([&](auto& p) { p.insert(p.begin(), Digest{}); });
  return all;
}

TEST(Merkle, FrontierAndRecursionAgreeOnEveryRoot) {
  const std::vector<Digest> leaves = Leaves(300);
  Frontier frontier;
  EXPECT_EQ(frontier.Root(), EmptyRoot());
  for (size_t size = 0; size <= leaves.size(); ++size) {
    EXPECT_EQ(frontier.size(), size);
    EXPECT_EQ(frontier.Root(), RootOf(std::span(leaves).first(size))) << size;
    if (size < leaves.size()) frontier.Append(leaves[size]);
  }
}

TEST(Merkle, FrontierGoesOnAfterBeingStored) {
  const std::vector<Digest> leaves = Leaves(130);
  Frontier frontier;
  for (const Digest& leaf : leaves) {
    const auto stored = Frontier::Decode(frontier.Encode());
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(*stored, frontier);
    frontier = *stored;
    frontier.Append(leaf);
  }
  EXPECT_EQ(frontier.Root(), RootOf(leaves));
}

TEST(Merkle, InclusionProofsVerifyAndNoMutationDoes) {
  const std::vector<Digest> all = Leaves(kSizes);
  for (uint64_t size = 1; size <= kSizes; ++size) {
    const auto leaves = std::span(all).first(size);
    const Digest root = RootOf(leaves);
    for (uint64_t index = 0; index < size; ++index) {
      const std::vector<Digest> proof = InclusionProof(leaves, index);
      const Digest& leaf = leaves[index];
      ASSERT_TRUE(VerifyInclusion(index, size, leaf, proof, root).ok()) << index << "/" << size;
      for (const auto& mutated : Mutations(proof)) {
        ASSERT_FALSE(VerifyInclusion(index, size, leaf, mutated, root).ok())
            << index << "/" << size;
      }
      for (uint64_t other = 0; other <= size; ++other) {
        if (other == index) continue;
        ASSERT_FALSE(VerifyInclusion(other, size, leaf, proof, root).ok())
            << index << " as " << other << "/" << size;
      }
      ASSERT_FALSE(VerifyInclusion(index, size, Flipped(leaf, 100), proof, root).ok());
      ASSERT_FALSE(VerifyInclusion(index, size, leaf, proof, Flipped(root, 100)).ok());
    }
  }
}

TEST(Merkle, ConsistencyProofsVerifyAndNoMutationDoes) {
  const std::vector<Digest> all = Leaves(kSizes);
  for (uint64_t size = 0; size <= kSizes; ++size) {
    const auto leaves = std::span(all).first(size);
    const Digest root = RootOf(leaves);
    for (uint64_t old = 0; old <= size; ++old) {
      const Digest old_root = RootOf(leaves.first(old));
      const std::vector<Digest> proof = ConsistencyProof(leaves, old);
      ASSERT_TRUE(VerifyConsistency(old, size, old_root, root, proof).ok()) << old << "→" << size;
      for (const auto& mutated : Mutations(proof)) {
        ASSERT_FALSE(VerifyConsistency(old, size, old_root, root, mutated).ok())
            << old << "→" << size;
      }
      ASSERT_FALSE(VerifyConsistency(old, size, Flipped(old_root, 7), root, proof).ok());
      // From nothing, any root is consistent: there is nothing yet that it could contradict.
      ASSERT_EQ(VerifyConsistency(old, size, old_root, Flipped(root, 7), proof).ok(),
                old == 0 && size > 0);
    }
  }
}

TEST(Merkle, ConsistencyProofForOneOldSizeShowsNoOther) {
  const std::vector<Digest> all = Leaves(kSizes);
  for (uint64_t size = 1; size <= kSizes; ++size) {
    const auto leaves = std::span(all).first(size);
    for (uint64_t old = 1; old <= size; ++old) {
      const Digest old_root = RootOf(leaves.first(old));
      const std::vector<Digest> proof = ConsistencyProof(leaves, old);
      for (uint64_t other = 0; other <= size + 1; ++other) {
        if (other == old) continue;
        ASSERT_FALSE(VerifyConsistency(other, size, old_root, RootOf(leaves), proof).ok())
            << old << " as " << other << "→" << size;
      }
    }
  }
}

TEST(Merkle, RewrittenHistoryHasNoProof) {
  std::vector<Digest> leaves = Leaves(20);
  const Digest old_root = RootOf(std::span(leaves).first(11));
  leaves[4] = LeafHash("something else");
  const std::vector<Digest> proof = ConsistencyProof(leaves, 11);
  EXPECT_EQ(VerifyConsistency(11, 20, old_root, RootOf(leaves), proof).code(),
            absl::StatusCode::kDataLoss);
}

TEST(Merkle, ProofsForWhatIsNotThereAreEmpty) {
  const std::vector<Digest> leaves = Leaves(5);
  EXPECT_TRUE(InclusionProof(leaves, 5).empty());
  EXPECT_TRUE(InclusionProof({}, 0).empty());
  EXPECT_TRUE(ConsistencyProof(leaves, 0).empty());
  EXPECT_TRUE(ConsistencyProof(leaves, 5).empty());
  EXPECT_TRUE(ConsistencyProof(leaves, 6).empty());
}

TEST(Merkle, LargestTreeTakesProofsOf63DigestsAndNoLargerTreeAny) {
  const std::vector<Digest> proof(63, LeafHash("x"));
  // The shape is right, so that it comes to comparing roots.
  EXPECT_EQ(VerifyInclusion(0, kMaxTreeSize, Digest{}, proof, Digest{}).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(VerifyInclusion(0, kMaxTreeSize + 1, Digest{}, proof, Digest{}).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Merkle, ChunkRootIsTheTreeOverChunks) {
  for (const size_t size : {size_t{0}, size_t{1}, kChunkBytes - 1, kChunkBytes, kChunkBytes + 1,
                            5 * kChunkBytes + 17}) {
    std::string content(size, 'c');
    for (size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 >> 4);
    Frontier frontier;
    for (size_t at = 0; at < size; at += kChunkBytes) {
      frontier.Append(LeafHash(content.substr(at, kChunkBytes)));
    }
    EXPECT_EQ(ChunkRoot(content), frontier.Root()) << size;
    EXPECT_EQ(frontier.size(), (size + kChunkBytes - 1) / kChunkBytes);
    if (size > 0) {
      content[size - 1] ^= 1;
      EXPECT_NE(ChunkRoot(content), frontier.Root()) << size;
    }
  }
}

}  // namespace
}  // namespace fairway::crypto
