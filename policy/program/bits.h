#ifndef FAIRWAY_POLICY_PROGRAM_BITS_H_
#define FAIRWAY_POLICY_PROGRAM_BITS_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fairway::policy {

// A set of small numbers. Sets of different sizes may be combined; what is beyond the end is not
// in it.
class Bits {
 public:
  Bits() = default;

  void Set(size_t i) {
    if (i / 64 >= words_.size()) words_.resize(i / 64 + 1);
    words_[i / 64] |= uint64_t{1} << (i % 64);
  }
  bool Test(size_t i) const {
    return i / 64 < words_.size() && ((words_[i / 64] >> (i % 64)) & 1) != 0;
  }
  bool Empty() const {
    for (uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }
  size_t Count() const {
    size_t count = 0;
    for (uint64_t word : words_) count += static_cast<size_t>(std::popcount(word));
    return count;
  }
  bool Intersects(const Bits& other) const {
    for (size_t w = 0; w < words_.size() && w < other.words_.size(); ++w) {
      if ((words_[w] & other.words_[w]) != 0) return true;
    }
    return false;
  }
  bool IsSubsetOf(const Bits& other) const {
    for (size_t w = 0; w < words_.size(); ++w) {
      if ((words_[w] & ~other.Word(w)) != 0) return false;
    }
    return true;
  }
  Bits& operator|=(const Bits& other) {
    if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
    for (size_t w = 0; w < other.words_.size(); ++w) words_[w] |= other.words_[w];
    return *this;
  }
  Bits& operator&=(const Bits& other) {
    for (size_t w = 0; w < words_.size(); ++w) words_[w] &= other.Word(w);
    return *this;
  }
  // Takes away what is in `other`.
  Bits& operator-=(const Bits& other) {
    for (size_t w = 0; w < words_.size(); ++w) words_[w] &= ~other.Word(w);
    return *this;
  }

  // The numbers 0 … n-1.
  static Bits FirstN(size_t n) {
    Bits bits;
    for (size_t i = 0; i < n; ++i) bits.Set(i);
    return bits;
  }
  std::vector<size_t> Members() const {
    std::vector<size_t> members;
    for (size_t w = 0; w < words_.size(); ++w) {
      for (uint64_t left = words_[w]; left != 0; left &= left - 1) {
        members.push_back(w * 64 + static_cast<size_t>(std::countr_zero(left)));
      }
    }
    return members;
  }
  // Number i is bit i % 64 of word i / 64; words at the end may be missing.
  const std::vector<uint64_t>& words() const { return words_; }

 private:
  uint64_t Word(size_t w) const { return w < words_.size() ? words_[w] : 0; }

  std::vector<uint64_t> words_;
};

// The same for numbers below N, without allocation. Setting a number that is not below N does
// nothing.
template <size_t N>
class FixedBits {
 public:
  void Set(size_t i) {
    if (i < N) words_[i / 64] |= uint64_t{1} << (i % 64);
  }
  bool Test(size_t i) const { return i < N && ((words_[i / 64] >> (i % 64)) & 1) != 0; }
  bool Empty() const { return *this == FixedBits(); }
  bool IsSubsetOf(const FixedBits& other) const {
    for (size_t w = 0; w < words_.size(); ++w) {
      if ((words_[w] & ~other.words_[w]) != 0) return false;
    }
    return true;
  }
  FixedBits& operator&=(const FixedBits& other) {
    for (size_t w = 0; w < words_.size(); ++w) words_[w] &= other.words_[w];
    return *this;
  }
  std::vector<size_t> Members() const {
    std::vector<size_t> members;
    for (size_t i = 0; i < N; ++i) {
      if (Test(i)) members.push_back(i);
    }
    return members;
  }
  const std::array<uint64_t, (N + 63) / 64>& words() const { return words_; }
  friend bool operator==(const FixedBits&, const FixedBits&) = default;

 private:
  std::array<uint64_t, (N + 63) / 64> words_ = {};
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROGRAM_BITS_H_
