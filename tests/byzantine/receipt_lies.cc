#include "node/wire/feed_codec.h"
#include "tests/byzantine/lie.h"

namespace fairway::byzantine {
namespace {

// Answers a batch of the node's with a receipt in which one thing is not so.
Lie Confirms(std::string name, std::string what, std::string reason,
             std::function<void(Stage&, model::Receipt&)> change) {
  return {"receipt/" + name,
          std::move(what),
          "closed",
          "receipt.refused",
          std::move(reason),
          [change](Stage& s) {
            s.Greet();
            model::Receipt receipt = s.ReceiptFor(s.AwaitFeedBatch());
            change(s, receipt);
            s.Confirm(receipt);
            return s.Answer();
          }};
}

Lie Seals(std::string name, std::string what, std::string reason,
          std::function<crypto::Signed(Stage&, const model::Receipt&)> seal) {
  return {"receipt/" + name,
          std::move(what),
          "closed",
          "receipt.refused",
          std::move(reason),
          [seal](Stage& s) {
            s.Greet();
            s.Send(wire::ReceiptFrame{seal(s, s.ReceiptFor(s.AwaitFeedBatch()))});
            return s.Answer();
          }};
}

}  // namespace

std::vector<Lie> ReceiptLies() {
  return {
      Seals("wrong-key", "signed with the item key", "signatures verifies",
            [](Stage& s, const model::Receipt& receipt) {
              return crypto::Seal(crypto::kTypeReceipt, wire::EncodeReceipt(receipt), s.me().item);
            }),
      Seals("wrong-type", "signed as a batch", "signed as",
            [](Stage& s, const model::Receipt& receipt) {
              return crypto::Seal(crypto::kTypeFeedBatch, wire::EncodeReceipt(receipt),
                                  s.me().node);
            }),
      Seals("unreadable", "a body that is no receipt", "",
            [](Stage& s, const model::Receipt&) {
              return crypto::Seal(crypto::kTypeReceipt, "garbage", s.me().node);
            }),
      Seals("unknown-field", "a field that no receipt has", "",
            [](Stage& s, const model::Receipt& receipt) {
              return crypto::Seal(crypto::kTypeReceipt,
                                  wire::EncodeReceipt(receipt) + BytesField(9, "hidden"),
                                  s.me().node);
            }),
      Confirms("ahead", "for a record that was never sent", "the last one is",
               [](Stage&, model::Receipt& receipt) {
                 for (int i = 0; i < 100; ++i) {
                   receipt.entries.push_back(
                       {.seq = ++receipt.last_seq, .outcome = model::Outcome::kStored, .code = ""});
                 }
               }),
      Confirms("other-hash", "for another record under that number", "another record hash",
               [](Stage& s, model::Receipt& receipt) { receipt.last_hash = s.RandomDigest(); }),
      Confirms("other-feed", "for a feed that the node never began", "another feed",
               [](Stage& s, model::Receipt& receipt) { receipt.feed_id = s.Random(16); }),
      Confirms("for-another", "for another node", "another pair",
               [](Stage& s, model::Receipt& receipt) { receipt.to.digest = s.RandomDigest(); }),
      Confirms("from-another", "in the name of another recipient", "another pair",
               [](Stage& s, model::Receipt& receipt) { receipt.from.digest = s.RandomDigest(); }),
      Confirms("gap", "passes over records that it never confirmed", "",
               [](Stage&, model::Receipt& receipt) {
                 receipt.first_seq += 1;
                 receipt.last_seq += 1;
                 for (model::Receipt::Entry& entry : receipt.entries) entry.seq += 1;
               }),
      Confirms("line-missing", "one line less than numbers", "",
               [](Stage&, model::Receipt& receipt) { receipt.last_seq += 1; }),
      Confirms("line-twice", "one number in two lines", "",
               [](Stage&, model::Receipt& receipt) {
                 receipt.entries.push_back(receipt.entries.back());
               }),
      Confirms("no-outcome", "an outcome that has no name", "",
               [](Stage&, model::Receipt& receipt) {
                 receipt.entries[0].outcome = static_cast<model::Outcome>(9);
               }),
      Confirms("stored-with-code", "stored, and yet a reason why not", "",
               [](Stage&, model::Receipt& receipt) { receipt.entries[0].code = "FW-RCV-001"; }),
      Confirms("long-code", "a code of 65 bytes", "",
               [](Stage&, model::Receipt& receipt) {
                 receipt.entries[0].outcome = model::Outcome::kRefused;
                 receipt.entries[0].code = std::string(wire::kMaxReceiptCodeBytes + 1, 'x');
               }),
  };
}

}  // namespace fairway::byzantine
