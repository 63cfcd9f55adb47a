#include "crypto/merkle.h"
#include "node/wire/item_codec.h"
#include "tests/byzantine/lie.h"

namespace fairway::byzantine {
namespace {

constexpr char kLabel[] = "attachments/1";
// As many as one link may ask for in vain (PeerSession::kMaxRefusedChunks).
constexpr int kVainQuestions = 1000;

std::string Content() { return std::string(crypto::kChunkBytes + 100, 'p'); }

// The honest answer to a question for the content above.
wire::ChunkReply HonestReply(const wire::ChunkRequest& request) {
  const std::string content = Content();
  const std::vector<crypto::Digest> leaves = {
      crypto::LeafHash(content.substr(0, crypto::kChunkBytes)),
      crypto::LeafHash(content.substr(crypto::kChunkBytes))};
  return {.object = request.object,
          .label = request.label,
          .index = request.index,
          .data = content.substr(request.index * crypto::kChunkBytes, crypto::kChunkBytes),
          .proof = crypto::InclusionProof(leaves, request.index),
          .refused = ""};
}

// Delivers an item with an attachment, answers the node's question for its first chunk, and goes
// on with an honest item.
Lie Gives(std::string name, std::string what, std::string answer, std::string leaf,
          std::function<void(Stage&, wire::ChunkReply&)> change) {
  return {"attachment/" + name,
          std::move(what),
          std::move(answer),
          std::move(leaf),
          "",
          [change](Stage& s) {
            s.Greet();
            const std::string content = Content();
            const std::vector<model::Part> parts = {
                s.Part(kLabel, wire::EncodeAttachmentDescriptor(
                                   {.name = "a.png",
                                    .size = content.size(),
                                    .media_type = "image/png",
                                    .chunk_root = crypto::ChunkRoot(content)})),
                s.Part("title", "With a picture")};
            const Parcel parcel = s.Wrap(s.Body(parts), parts);
            s.Deliver({parcel});
            wire::ChunkReply reply = HonestReply(s.AwaitChunkRequest(parcel.record.object));
            change(s, reply);
            s.Send(reply);
            // Refused or passed over in silence; what the link is still good for tells which.
            s.Deliver({s.Item()});
            return s.Answer();
          }};
}

Lie Asks(std::string name, std::string what, std::function<wire::ChunkRequest(Stage&)> ask) {
  return {"attachment/" + name,
          std::move(what),
          "chunk FW-ATT-002",
          "attachment.served",
          "",
          [ask](Stage& s) {
            s.Greet();
            s.Send(ask(s));
            return s.Answer();
          }};
}

}  // namespace

std::vector<Lie> AttachmentLies() {
  return {
      Gives("wrong-chunk", "one bit of the chunk is another", "receipt stored",
            "attachment.refused", [](Stage&, wire::ChunkReply& reply) { reply.data[7] ^= 1; }),
      Gives("truncated-chunk", "the chunk is a byte short", "receipt stored", "attachment.refused",
            [](Stage&, wire::ChunkReply& reply) { reply.data.pop_back(); }),
      Gives("swapped-chunk", "another chunk of the same attachment", "receipt stored",
            "attachment.refused",
            [](Stage&, wire::ChunkReply& reply) {
              reply.data = HonestReply({.object = {}, .label = "", .index = 1}).data;
            }),
      Gives("wrong-proof", "a proof that leads to another root", "receipt stored",
            "attachment.refused",
            [](Stage& s, wire::ChunkReply& reply) { reply.proof[0] = s.RandomDigest(); }),
      Gives("no-proof", "no proof at all", "receipt stored", "attachment.refused",
            [](Stage&, wire::ChunkReply& reply) { reply.proof.clear(); }),
      Gives("long-proof", "a proof longer than the tree is high", "receipt stored",
            "attachment.refused",
            [](Stage& s, wire::ChunkReply& reply) { reply.proof.push_back(s.RandomDigest()); }),
      Gives("unasked-chunk", "a chunk that nobody asked for", "receipt stored", "",
            [](Stage&, wire::ChunkReply& reply) { reply.index = 1; }),
      Gives("bomb", "a chunk of 64 KiB and one byte", "closed", "peer.refused",
            [](Stage&, wire::ChunkReply& reply) { reply.data += 'x'; }),
      Gives("17-digests", "a proof of more digests than any tree here needs", "closed",
            "peer.refused",
            [](Stage& s, wire::ChunkReply& reply) {
              while (reply.proof.size() <= wire::kMaxChunkProof) {
                reply.proof.push_back(s.RandomDigest());
              }
            }),
      Asks("ask-for-nothing", "asks for an attachment of an item that is not there",
           [](Stage& s) {
             return wire::ChunkRequest{.object = s.RandomDigest(), .label = kLabel, .index = 0};
           }),
      Asks("ask-for-a-text", "asks for an attachment that the item does not have",
           [](Stage& s) {
             return wire::ChunkRequest{.object = s.AwaitFeedBatch().records[0].object,
                                       .label = "attachments/9",
                                       .index = 0};
           }),
      {"attachment/ask-without-end", "asks a thousand times for what it may not have", "closed",
       "peer.refused", "asks for too much",
       [](Stage& s) {
         s.Greet();
         for (int i = 0; i <= kVainQuestions; ++i) {
           s.Send(wire::ChunkRequest{.object = s.RandomDigest(), .label = kLabel, .index = 0});
           if (const std::string said = s.Answer(); said != "chunk FW-ATT-002") return said;
         }
         return s.Answer();
       }},
  };
}

}  // namespace fairway::byzantine
