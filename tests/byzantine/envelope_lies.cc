#include "node/wire/feed_codec.h"
#include "tests/byzantine/lie.h"

namespace fairway::byzantine {
namespace {

constexpr int kBatch = 2;        // PeerFrame.batch
constexpr int kSignedBatch = 1;  // Batch.signed_batch

// The batch is honest; only its envelope is not.
Lie Wrapped(std::string name, std::string what, std::string reason,
            std::function<void(Stage&, crypto::Signed&)> change) {
  return {"envelope/" + name,
          std::move(what),
          "closed",
          "item.refused",
          std::move(reason),
          [change](Stage& s) {
            s.Greet();
            const std::vector<Parcel> parcels = {s.Item()};
            wire::BatchFrame frame = s.Batch(s.Number(parcels), parcels);
            change(s, frame.batch);
            s.Send(frame);
            return s.Answer();
          }};
}

// The bytes of an honest batch frame, changed where no encoder would.
Lie Bytes(std::string name, std::string what,
          std::function<std::string(Stage&, std::string)> change) {
  return {"envelope/" + name, std::move(what), "closed", "peer.refused", "", [change](Stage& s) {
            s.Greet();
            const std::vector<Parcel> parcels = {s.Item()};
            s.SendBytes(change(s, wire::EncodeFrame(s.Batch(s.Number(parcels), parcels))));
            return s.Answer();
          }};
}

// A frame around an envelope written by hand.
Lie Raw(std::string name, std::string what,
        std::function<std::string(Stage&, crypto::Signed)> write) {
  return {"envelope/" + name, std::move(what), "closed", "peer.refused", "", [write](Stage& s) {
            s.Greet();
            const std::vector<Parcel> parcels = {s.Item()};
            const wire::BatchFrame frame = s.Batch(s.Number(parcels), parcels);
            s.SendBytes(BytesField(kBatch, BytesField(kSignedBatch, write(s, frame.batch))));
            return s.Answer();
          }};
}

std::string ByHand(const crypto::Signed& envelope) {
  std::string bytes = BytesField(1, envelope.body) + BytesField(2, envelope.type);
  for (const crypto::Sig& sig : envelope.sigs) {
    bytes += BytesField(3, BytesField(1, sig.key_id) + BytesField(2, sig.sig));
  }
  return bytes;
}

// S + L: what a verifier that does not insist on S < L takes for the same signature (RFC 8032
// §5.1.7).
std::string PlusGroupOrder(std::string sig) {
  constexpr unsigned char kOrder[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                        0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                        0,    0,    0,    0,    0,    0,    0,    0,
                                        0,    0,    0,    0,    0,    0,    0,    0x10};
  unsigned carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(sig[32 + i]) + kOrder[i];
    sig[32 + i] = static_cast<char>(carry);
    carry >>= 8;
  }
  return sig;
}

}  // namespace

std::vector<Lie> EnvelopeLies() {
  return {
      Wrapped("wrong-key", "a batch under the item key", "signatures verifies",
              [](Stage& s, crypto::Signed& batch) {
                batch = crypto::Seal(crypto::kTypeFeedBatch, batch.body, s.me().item);
              }),
      Wrapped("unknown-key", "a batch under a key of nobody's", "signatures verifies",
              [](Stage& s, crypto::Signed& batch) {
                batch = crypto::Seal(crypto::kTypeFeedBatch, batch.body,
                                     crypto::SigningKey::FromSeed(s.Random(32)));
              }),
      Wrapped("wrong-type", "a batch that was signed as a receipt", "signed as",
              [](Stage& s, crypto::Signed& batch) {
                batch = crypto::Seal(crypto::kTypeReceipt, batch.body, s.me().node);
              }),
      Wrapped("renamed-type", "signed as a receipt, then called a batch", "signatures verifies",
              [](Stage& s, crypto::Signed& batch) {
                batch = crypto::Seal(crypto::kTypeReceipt, batch.body, s.me().node);
                batch.type = std::string(crypto::kTypeFeedBatch);
              }),
      Wrapped("body-changed", "one bit of the body changed after signing", "signatures verifies",
              [](Stage&, crypto::Signed& batch) { batch.body.back() ^= 1; }),
      Wrapped("signature-changed", "one bit of the signature changed", "signatures verifies",
              [](Stage&, crypto::Signed& batch) { batch.sigs[0].sig[5] ^= 1; }),
      Wrapped("signature-swapped", "the signature of another batch", "signatures verifies",
              [](Stage& s, crypto::Signed& batch) {
                batch.sigs = crypto::Seal(crypto::kTypeFeedBatch, "another body", s.me().node).sigs;
              }),
      Wrapped("signature-malleable", "S + L in place of S", "signatures verifies",
              [](Stage&, crypto::Signed& batch) {
                batch.sigs[0].sig = PlusGroupOrder(batch.sigs[0].sig);
              }),
      Wrapped("signature-identity", "R is the identity and S is zero: valid for a small-order key",
              "signatures verifies",
              [](Stage&, crypto::Signed& batch) {
                batch.sigs[0].sig = std::string(64, '\0');
                batch.sigs[0].sig[0] = 1;
              }),
      {"envelope/co-signed", "a second signature that nobody knows: it does no harm",
       "receipt stored", "", "",
       [](Stage& s) {
         s.Greet();
         const std::vector<Parcel> parcels = {s.Item()};
         wire::BatchFrame frame = s.Batch(s.Number(parcels), parcels);
         frame.batch.sigs.push_back({s.Random(32), s.Random(64)});
         s.Send(frame);
         return s.Answer();
       }},
      Raw("no-signature", "an envelope without any signature",
          [](Stage&, crypto::Signed batch) {
            batch.sigs.clear();
            return ByHand(batch);
          }),
      Raw("33-signatures", "one signature more than may be",
          [](Stage& s, crypto::Signed batch) {
            while (batch.sigs.size() <= crypto::kMaxSigs) {
              batch.sigs.push_back({s.Random(32), s.Random(64)});
            }
            return ByHand(batch);
          }),
      Raw("short-signature", "a signature of 63 bytes",
          [](Stage&, crypto::Signed batch) {
            batch.sigs[0].sig.pop_back();
            return ByHand(batch);
          }),
      Raw("body-over-limit", "a body of 320 KiB and one byte",
          [](Stage& s, crypto::Signed) {
            return ByHand(crypto::Seal(crypto::kTypeFeedBatch,
                                       std::string(crypto::kMaxBodyBytes + 1, 'x'), s.me().node));
          }),
      Raw("long-type", "a type of 129 bytes",
          [](Stage& s, crypto::Signed batch) {
            return ByHand(
                crypto::Seal(std::string(crypto::kMaxTypeBytes + 1, 't'), batch.body, s.me().node));
          }),
      Raw("two-bodies", "the body is there twice, the last one signed",
          [](Stage&, crypto::Signed batch) {
            return BytesField(1, "the first reader's body") + ByHand(batch);
          }),
      Raw("unordered-fields", "type before body",
          [](Stage&, crypto::Signed batch) {
            return BytesField(2, batch.type) + BytesField(1, batch.body) +
                   BytesField(
                       3, BytesField(1, batch.sigs[0].key_id) + BytesField(2, batch.sigs[0].sig));
          }),
      Raw("unknown-field", "a field that no envelope has",
          [](Stage&, crypto::Signed batch) { return ByHand(batch) + BytesField(9, "hidden"); }),
      Bytes("truncated", "the last byte of the frame is missing",
            [](Stage&, std::string bytes) {
              bytes.pop_back();
              return bytes;
            }),
      Bytes("trailing-field", "a field that no frame has follows",
            [](Stage&, std::string bytes) { return bytes + BytesField(15, "more"); }),
      Bytes("long-varint", "the tag of the frame in two bytes instead of one",
            [](Stage&, std::string bytes) {
              return std::string({static_cast<char>(bytes[0] | 0x80), '\0'}) + bytes.substr(1);
            }),
      Bytes("two-frames", "a batch and a receipt in one message",
            [](Stage&, std::string bytes) { return bytes + BytesField(3, "receipt"); }),
      Bytes("nested", "nested a thousand levels deep",
            [](Stage&, const std::string&) {
              std::string nest;
              for (int i = 0; i < 1000; ++i) nest = BytesField(2, nest);
              return nest;
            }),
      Bytes("257-renditions", "one rendition more than may be",
            [](Stage& s, const std::string&) {
              wire::BatchFrame frame;
              const std::vector<Parcel> parcels = {s.Item()};
              frame = s.Batch(s.Number(parcels), parcels);
              while (frame.renditions.size() <= wire::kMaxRenditions) {
                wire::Rendition more = frame.renditions[0];
                more.object = s.RandomDigest();
                frame.renditions.push_back(std::move(more));
              }
              return wire::EncodeFrame(frame);
            }),
  };
}

}  // namespace fairway::byzantine
