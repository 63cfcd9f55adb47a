#ifndef FAIRWAY_TESTS_BYZANTINE_STAGE_H_
#define FAIRWAY_TESTS_BYZANTINE_STAGE_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "node/edge/grpc_peer_transport.h"
#include "node/edge/peer_pins.h"
#include "node/env/peer_transport.h"
#include "node/env/system_entropy.h"
#include "node/model/feed.h"
#include "node/model/item.h"
#include "node/wire/frame.h"
#include "tests/byzantine/mallory.h"

namespace fairway::byzantine {

// One record and the content that goes with it. Number and chain are given when it is sent.
struct Parcel {
  model::FeedRecord record;
  std::optional<wire::Rendition> rendition;
};

// Somebody else's authority, made up on the spot: whoever asks finds its manifest in order.
struct ThirdParty {
  crypto::SigningKey root;
  crypto::SigningKey item;
  model::AuthorityId id;
  std::string signed_manifest;
};

// Where a lie is told: real links to a real node, with everything that an honest peer would say
// within reach, to be changed before it is said. What cannot be done at all (no link, no hello)
// ends the process with words on standard error.
class Stage final : private env::PeerEvents {
 public:
  explicit Stage(Mallory me);
  ~Stage() override;

  const Mallory& me() const { return me_; }

  // Links -------------------------------------------------------------------------------------
  // A new link, up, with the node's own hello read and none said.
  void Dial();
  // Dial, and an honest hello.
  void Greet();
  // With a key of nobody, or where no link is to be had: what came of it ("refused" or "up").
  std::string TryToDial(const crypto::SigningKey& key);
  void Send(const wire::Frame& frame) { SendBytes(wire::EncodeFrame(frame)); }
  void SendBytes(std::string bytes);

  // What the node does next, passing over its hello and its own batches: "closed", "receipt CODE"
  // (of the last line that is not stored, else "receipt stored"), "chunk CODE", "chunk data", or
  // "nothing" after a while.
  std::string Answer();
  // Of the node's own: the next batch for us; its question for a chunk of `object`, while those
  // about other items are answered with "not here".
  wire::BatchFrame AwaitBatch();
  model::FeedBatch AwaitFeedBatch();
  Parcel AwaitRecall();  // the first recall that the node sends
  wire::ChunkRequest AwaitChunkRequest(const model::ObjectId& object);
  // The next receipt, line by line: "stored,FW-RCV-007,stored".
  std::string AwaitOutcomes();

  // Hellos ------------------------------------------------------------------------------------
  const model::Hello& node_hello() const { return node_hello_; }
  const std::string& node_hello_frame() const { return node_hello_frame_; }
  model::Hello Hello() const;  // one that holds, for this link
  void Say(const model::Hello& hello) { Send(wire::HelloFrame{Sealed(hello)}); }
  crypto::Signed Sealed(const model::Hello& hello) const;
  // Makes sure that the node took at least one record of ours; greets.
  void GreetWithHistory();

  // Items -------------------------------------------------------------------------------------
  model::Part Part(std::string label, std::string text);
  // Revision 1 of an item of ours, committed to `parts`.
  model::ItemBody Body(const std::vector<model::Part>& parts);
  // Signed, with a record that fits and, from revision 2 on, the recall of those before.
  Parcel Wrap(const model::ItemBody& body, std::vector<model::Part> parts);
  Parcel WrapBytes(const model::ItemBody& about, std::string body_bytes,
                   std::vector<model::Part> parts, const crypto::SigningKey& key,
                   std::string_view type = crypto::kTypeItem) const;
  Parcel Item(std::string title = "An honest item");
  ThirdParty MakeThirdParty();
  // An item of theirs that says it may be passed on to anybody, manifest enclosed.
  Parcel ItemOf(const ThirdParty& other, model::ItemBody body, std::vector<model::Part> parts);

  // Feeds -------------------------------------------------------------------------------------
  // The next records of our feed to the node; our place in it moves on.
  model::FeedBatch Number(const std::vector<Parcel>& parcels);
  wire::BatchFrame Batch(const model::FeedBatch& feed, const std::vector<Parcel>& parcels) const;
  void Deliver(const std::vector<Parcel>& parcels) { Send(Batch(Number(parcels), parcels)); }
  const model::FeedPosition& feed() const { return feed_; }

  // A receipt for a batch of the node's that says all of it was stored.
  model::Receipt ReceiptFor(const model::FeedBatch& batch) const;
  void Confirm(const model::Receipt& receipt);

  std::string Random(size_t bytes) { return entropy_.Bytes(bytes); }
  crypto::Digest RandomDigest();

 private:
  void OnLinkUp(const env::LinkInfo& info) override;
  void OnFrame(env::LinkId link, std::string frame) override;
  void OnLinkDown(env::LinkId link, absl::Status why) override;
  void OnDialFailed(absl::Status why) override;

  std::unique_ptr<edge::GrpcPeerTransport> Transport(const crypto::SigningKey& key);
  // The first frame of that kind; the process ends if the link does, or if none comes.
  template <typename Wanted>
  Wanted Await(std::string_view what);
  std::optional<std::string> NextFrame(absl::Time deadline);

  const Mallory me_;
  env::SystemEntropy entropy_;
  edge::PinBook pins_;
  model::Hello node_hello_;
  std::string node_hello_frame_;
  model::FeedPosition feed_;

  std::mutex mu_;  // guards all up to the transport
  std::condition_variable changed_;
  env::LinkInfo link_;
  std::deque<std::string> frames_;
  bool up_ = false;
  bool down_ = false;
  std::string why_;

  std::unique_ptr<edge::GrpcPeerTransport> transport_;  // goes first: it calls us until it is gone
};

// Ends the process: this is not a lie that failed but a stage that fell down.
[[noreturn]] void GiveUp(std::string_view why);

// Protobuf by hand, to write what no encoder writes.
std::string Varint(uint64_t value);
std::string BytesField(int number, std::string_view bytes);
std::string NumberField(int number, uint64_t value);

}  // namespace fairway::byzantine

#endif  // FAIRWAY_TESTS_BYZANTINE_STAGE_H_
