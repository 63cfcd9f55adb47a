#include "node/wire/feed_codec.h"
#include "tests/byzantine/lie.h"

namespace fairway::byzantine {
namespace {

// A batch of one honest item that says one thing that is not so, signed as it is.
Lie Sends(std::string name, std::string what, std::string leaf, std::string reason,
          std::function<void(Stage&, model::FeedBatch&)> change) {
  return {"feed/" + name,
          std::move(what),
          "closed",
          std::move(leaf),
          std::move(reason),
          [change](Stage& s) {
            s.GreetWithHistory();
            const std::vector<Parcel> parcels = {s.Item()};
            model::FeedBatch batch = s.Number(parcels);
            change(s, batch);
            s.Send(s.Batch(batch, parcels));
            return s.Answer();
          }};
}

// A batch body written by hand, signed.
Lie Writes(std::string name, std::string what,
           std::function<std::string(Stage&, const model::FeedBatch&)> write) {
  return {"feed/" + name, std::move(what), "closed", "item.refused", "", [write](Stage& s) {
            s.GreetWithHistory();
            const std::vector<Parcel> parcels = {s.Item()};
            wire::BatchFrame frame;
            frame.batch =
                crypto::Seal(crypto::kTypeFeedBatch, write(s, s.Number(parcels)), s.me().node);
            s.Send(frame);
            return s.Answer();
          }};
}

std::string Head(const model::FeedBatch& batch) {
  return BytesField(1, batch.feed_id) + BytesField(2, batch.from.raw()) +
         BytesField(3, batch.to.raw());
}

}  // namespace

std::vector<Lie> FeedLies() {
  return {
      Sends("gap", "leaves out a number", "item.refused", "after record",
            [](Stage&, model::FeedBatch& batch) { batch.records[0].seq += 1; }),
      Sends("far-ahead", "a number near the end of all numbers", "item.refused", "",
            [](Stage&, model::FeedBatch& batch) { batch.records[0].seq = INT64_MAX; }),
      Sends("other-feed", "another feed id on the same link", "feed.alarm", "another feed",
            [](Stage& s, model::FeedBatch& batch) { batch.feed_id = s.Random(16); }),
      Sends(
          "wrong-previous", "a record that does not follow the one before", "feed.alarm",
          "is another one than was taken before",
          [](Stage& s, model::FeedBatch& batch) { batch.records[0].prev_hash = s.RandomDigest(); }),
      Sends("rewritten", "another record under a number that is taken", "feed.alarm",
            "is another one than was taken before",
            [](Stage& s, model::FeedBatch& batch) {
              batch.records[0].seq -= 1;
              batch.records[0].prev_hash =
                  batch.records[0].seq == 1 ? crypto::Digest{} : s.RandomDigest();
            }),
      Sends("for-another", "a batch for another node", "item.refused", "another pair",
            [](Stage& s, model::FeedBatch& batch) { batch.to.digest = s.RandomDigest(); }),
      Sends("from-another", "a batch that claims to be from another authority", "item.refused",
            "another pair",
            [](Stage& s, model::FeedBatch& batch) { batch.from.digest = s.RandomDigest(); }),
      Sends("from-the-node", "a batch that claims to be the node's own", "item.refused",
            "another pair",
            [](Stage&, model::FeedBatch& batch) { std::swap(batch.from, batch.to); }),
      {"feed/foreign-content", "content that no record of the batch names", "closed",
       "item.refused", "no record of the batch names",
       [](Stage& s) {
         s.GreetWithHistory();
         const std::vector<Parcel> parcels = {s.Item()};
         wire::BatchFrame frame = s.Batch(s.Number(parcels), parcels);
         frame.renditions.push_back(*s.Item().rendition);
         s.Send(frame);
         return s.Answer();
       }},
      {"feed/repeated", "the same batch once more: answered as before, no effect", "receipt stored",
       "", "",
       [](Stage& s) {
         s.Greet();
         const std::vector<Parcel> parcels = {s.Item()};
         const wire::BatchFrame frame = s.Batch(s.Number(parcels), parcels);
         s.Send(frame);
         if (const std::string said = s.Answer(); said != "receipt stored") return said;
         s.Send(frame);
         return s.Answer();
       }},
      {"feed/no-content", "a record without its content is taken for what it is",
       "receipt no-content", "", "",
       [](Stage& s) {
         s.Greet();
         Parcel parcel = s.Item();
         parcel.rendition.reset();
         s.Deliver({parcel});
         return s.Answer();
       }},
      {"feed/endless", "records without content without end: each batch has its receipt",
       "receipt no-content", "", "",
       [](Stage& s) {
         s.Greet();
         std::string said;
         Parcel empty = s.Item();
         empty.rendition.reset();
         for (int i = 0; i < 8; ++i) {
           std::vector<Parcel> parcels;
           for (size_t n = 0; n < model::kMaxBatchRecords; ++n) {
             empty.record.object = s.RandomDigest();
             parcels.push_back(empty);
           }
           s.Deliver(parcels);
           said = s.Answer();
           if (said != "receipt no-content") break;
         }
         return said;
       }},
      Writes("257-records", "one record more than a batch may have",
             [](Stage&, const model::FeedBatch& batch) {
               std::string body = Head(batch);
               model::FeedRecord record = batch.records[0];
               for (size_t i = 0; i <= model::kMaxBatchRecords; ++i) {
                 const std::string bytes = wire::EncodeFeedRecord(record);
                 body += BytesField(4, bytes);
                 record.seq += 1;
                 record.prev_hash = wire::RecordHash(bytes);
               }
               return body;
             }),
      Writes("no-records", "a batch of nothing",
             [](Stage&, const model::FeedBatch& batch) { return Head(batch); }),
      Writes("unordered", "records in descending order",
             [](Stage&, const model::FeedBatch& batch) {
               model::FeedRecord next = batch.records[0];
               next.seq += 1;
               next.prev_hash = wire::RecordHash(wire::EncodeFeedRecord(batch.records[0]));
               return Head(batch) + BytesField(4, wire::EncodeFeedRecord(next)) +
                      BytesField(4, wire::EncodeFeedRecord(batch.records[0]));
             }),
      Writes("unchained", "the second record does not name the first",
             [](Stage& s, const model::FeedBatch& batch) {
               model::FeedRecord next = batch.records[0];
               next.seq += 1;
               next.prev_hash = s.RandomDigest();
               return Head(batch) + BytesField(4, wire::EncodeFeedRecord(batch.records[0])) +
                      BytesField(4, wire::EncodeFeedRecord(next));
             }),
      Writes("unknown-operation", "an operation that has no name",
             [](Stage&, const model::FeedBatch& batch) {
               model::FeedRecord record = batch.records[0];
               record.op = static_cast<model::Op>(9);
               return Head(batch) + BytesField(4, wire::EncodeFeedRecord(record));
             }),
      Writes("record-over-limit", "a record of more than 8 KiB",
             [](Stage&, const model::FeedBatch& batch) {
               return Head(batch) + BytesField(4, std::string(wire::kMaxRecordBytes + 1, '\x08'));
             }),
      Writes("17-hops", "terms with more hops than there are",
             [](Stage&, const model::FeedBatch& batch) {
               model::FeedRecord record = batch.records[0];
               record.terms.hops = 17;
               return Head(batch) + BytesField(4, wire::EncodeFeedRecord(record));
             }),
      Writes("unknown-field", "a field that no batch has",
             [](Stage&, const model::FeedBatch& batch) {
               return wire::EncodeFeedBatch(batch) + BytesField(9, "hidden");
             }),
  };
}

}  // namespace fairway::byzantine
