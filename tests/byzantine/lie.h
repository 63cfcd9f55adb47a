#ifndef FAIRWAY_TESTS_BYZANTINE_LIE_H_
#define FAIRWAY_TESTS_BYZANTINE_LIE_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/byzantine/stage.h"

namespace fairway::byzantine {

// Who tells it.
enum class Teller {
  kAdmitted,
  kStranger,     // shows a key that nobody knows
  kUnconfirmed,  // joined, and nobody compared the check words yet
  kSuspended,    // was admitted, and is suspended by the node's administrator
};

// One row of the table: what is done, what the node must say to it, and the one leaf that must be
// in its audit log afterwards.
struct Lie {
  std::string name;    // "item/part-changed": family and what
  std::string what;    // for people
  std::string answer;  // what `tell` must return
  std::string leaf;    // the kind of the leaf; "" = it leaves no leaf of a refusal
  std::string reason;  // words in that leaf's reason
  std::function<std::string(Stage&)> tell;
  Teller teller = Teller::kAdmitted;
};

std::vector<Lie> MethodLies();      // the peer method itself
std::vector<Lie> HelloLies();       // the first word
std::vector<Lie> EnvelopeLies();    // frames, envelopes, signatures
std::vector<Lie> ItemLies();        // what an item says of itself
std::vector<Lie> FeedLies();        // numbers and chains
std::vector<Lie> ReceiptLies();     // about the node's own feed
std::vector<Lie> RecallLies();      // what is to be destroyed, and what must not be
std::vector<Lie> AttachmentLies();  // chunks, given and asked for

// All of them, family by family.
std::vector<Lie> AllLies();

}  // namespace fairway::byzantine

#endif  // FAIRWAY_TESTS_BYZANTINE_LIE_H_
