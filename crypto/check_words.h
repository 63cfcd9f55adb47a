#ifndef FAIRWAY_CRYPTO_CHECK_WORDS_H_
#define FAIRWAY_CRYPTO_CHECK_WORDS_H_

#include <array>
#include <cstdint>
#include <string>

#include "crypto/digest.h"

// What two people read to each other on the telephone when they join their nodes: 66 bits of the
// transcript both nodes saw, as six words or as twenty digits.
namespace fairway::crypto {

struct CheckWords {
  std::array<std::string, 6> words;  // five lower case letters each
  std::string digits;                // the same 66 bits: "01234 56789 01234 56789"
  bool operator==(const CheckWords&) const = default;
};

// From the first 66 bits of `transcript`. The transcript must cover what both sides sent, and each
// side must be bound to its share before it sees the other's: who may still choose could search
// for two transcripts that agree in 66 bits.
CheckWords WordsFor(const Digest& transcript);

// Word `index` of the 2,048 (the low 11 bits count), made by rule: consonant, vowel, consonant,
// vowel, then n or r. One list for all languages.
std::string CheckWord(uint32_t index);

}  // namespace fairway::crypto

#endif  // FAIRWAY_CRYPTO_CHECK_WORDS_H_
