#ifndef FAIRWAY_NODE_WIRE_SAMPLES_H_
#define FAIRWAY_NODE_WIRE_SAMPLES_H_

#include <cstdint>
#include <random>
#include <string>

#include "node/model/draft.h"
#include "node/model/feed.h"
#include "node/model/item.h"
#include "node/model/manifest.h"
#include "node/model/recall.h"
#include "node/wire/frame.h"
#include "node/wire/join_codec.h"

// Valid values of every kind of message, chosen by a seed, for tests of the codecs. Optional fields
// are there or not, lists have any permitted length that keeps the tests quick.
namespace fairway::wire {

class Samples {
 public:
  explicit Samples(uint64_t seed) : random_(seed) {}

  model::ItemBody ItemBody();
  model::AttachmentDescriptor Descriptor();
  model::Terms Terms();
  model::Recall Recall();
  model::Manifest FirstManifest();  // its id is left to the codec
  model::FeedBatch Batch();
  model::Receipt Receipt();
  model::Hello Hello();
  wire::Rendition Rendition();
  wire::Frame Frame();
  wire::JoinRequest JoinRequest();
  wire::JoinAnswer JoinAnswer();
  model::Draft Draft();

  uint64_t Below(uint64_t n) { return random_() % n; }
  std::string Bytes(size_t n);
  crypto::Digest Digest();
  crypto::SigningKey Key();
  crypto::Signed Envelope();  // signed by a fresh key

 private:
  bool Coin() { return Below(2) == 0; }
  std::string Word();
  absl::Time Time();
  model::FeedPosition Position();

  std::mt19937_64 random_;
};

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_SAMPLES_H_
