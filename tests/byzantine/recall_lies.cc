#include <cstdint>

#include "node/model/recall.h"
#include "node/wire/item_codec.h"
#include "node/wire/recall_codec.h"
#include "tests/byzantine/lie.h"

namespace fairway::byzantine {
namespace {

using Parts = std::vector<model::Part>;

// A statement of ours, of an item that nobody has.
model::Recall Statement(Stage& s) {
  return {.item = s.Body({}).item_id,
          .origin = s.me().id,
          .origin_manifest = 1,
          .through = model::kEveryRevision,
          .grade = model::RecallGrade::kWithdraw,
          .reason = model::RecallReason::kError};
}

Parcel Wrap(const model::Recall& recall, const crypto::Signed& statement) {
  Parcel parcel;
  parcel.record.op = model::Op::kRecall;
  parcel.record.object = crypto::ObjectId(statement.type, statement.body);
  parcel.record.item = recall.item;
  parcel.record.revision = recall.through;
  parcel.record.parts_digest = model::PartsDigest({});
  wire::Rendition rendition;
  rendition.object = parcel.record.object;
  rendition.signed_item = crypto::EncodeSigned(statement);
  parcel.rendition = std::move(rendition);
  return parcel;
}

Parcel Wrap(const model::Recall& recall, const crypto::SigningKey& key) {
  return Wrap(recall, crypto::Seal(crypto::kTypeRecall, wire::EncodeRecall(recall), key));
}

Lie Delivers(std::string name, std::string what, std::string code,
             std::function<Parcel(Stage&)> make) {
  return {
      "recall/" + name, std::move(what), "receipt " + code, "item.refused", code, [make](Stage& s) {
        s.Greet();
        s.Deliver({make(s)});
        return s.Answer();
      }};
}

// A statement that says one thing that makes no sense, signed as it is.
Lie States(std::string name, std::string what, std::function<void(model::Recall&)> change) {
  return Delivers(std::move(name), std::move(what), "FW-RCV-018", [change](Stage& s) {
    model::Recall recall = Statement(s);
    change(recall);
    return Wrap(recall, s.me().item);
  });
}

// An honest statement, tampered with afterwards.
Lie Tampers(std::string name, std::string what, std::string code,
            std::function<void(Stage&, Parcel&)> change) {
  return Delivers(std::move(name), std::move(what), std::move(code), [change](Stage& s) {
    Parcel parcel = Wrap(Statement(s), s.me().item);
    change(s, parcel);
    return parcel;
  });
}

// An item, then something that must not bring it back or take it away; every outcome in one line.
Lie Tells(std::string name, std::string what, std::string outcomes, std::string leaf,
          std::string reason, std::function<std::vector<Parcel>(Stage&)> make) {
  return {"recall/" + name,
          std::move(what),
          std::move(outcomes),
          std::move(leaf),
          std::move(reason),
          [make](Stage& s) {
            s.Greet();
            std::string all;
            for (const Parcel& parcel : make(s)) {
              s.Deliver({parcel});
              all += (all.empty() ? "" : ",") + s.AwaitOutcomes();
            }
            return all;
          }};
}

// Revision 2 of an item of ours with another statement beside it than the honest one.
Lie Follows(std::string name, std::string what,
            std::function<std::string(Stage&, const model::Recall&)> beside) {
  return Delivers(std::move(name), std::move(what), "FW-RCV-023", [beside](Stage& s) {
    const Parts parts = {s.Part("title", "The second")};
    model::ItemBody body = s.Body(parts);
    body.revision = 2;
    body.prev = s.RandomDigest();
    Parcel parcel = s.Wrap(body, parts);
    parcel.rendition->recall_before =
        beside(s, model::NarrowingBefore(body.origin, body.item_id, 1, 2));
    return parcel;
  });
}

std::string SealedBy(const crypto::SigningKey& key, const model::Recall& recall) {
  return crypto::EncodeSigned(wire::SealRecall(recall, key));
}

model::Recall WithdrawOf(const model::ItemBody& body) {
  return {.item = body.item_id,
          .origin = body.origin,
          .origin_manifest = body.origin_manifest,
          .through = model::kEveryRevision,
          .grade = model::RecallGrade::kWithdraw,
          .reason = model::RecallReason::kSentInError};
}

std::vector<Lie> Statements() {
  return {
      Delivers("wrong-key", "signed with the node key instead of the item key", "FW-RCV-019",
               [](Stage& s) { return Wrap(Statement(s), s.me().node); }),
      Delivers("forged-for-the-node", "recalls in the node's name, under the liar's key",
               "FW-RCV-019",
               [](Stage& s) {
                 model::Recall recall = Statement(s);
                 recall.origin = s.me().victim;
                 return Wrap(recall, s.me().item);
               }),
      Delivers("unknown-originator", "in the name of an authority that nobody knows", "FW-RCV-019",
               [](Stage& s) {
                 model::Recall recall = Statement(s);
                 recall.origin.digest = s.RandomDigest();
                 return Wrap(recall, s.me().item);
               }),
      Delivers("manifest-of-another", "a third party's, with the manifest of somebody else",
               "FW-RCV-019",
               [](Stage& s) {
                 const ThirdParty other = s.MakeThirdParty();
                 model::Recall recall = Statement(s);
                 recall.origin = other.id;
                 Parcel parcel = Wrap(recall, other.item);
                 parcel.rendition->manifests = {s.MakeThirdParty().signed_manifest};
                 return parcel;
               }),
      Delivers("unknown-manifest", "names a manifest version that does not exist", "FW-RCV-019",
               [](Stage& s) {
                 model::Recall recall = Statement(s);
                 recall.origin_manifest = 7;
                 return Wrap(recall, s.me().item);
               }),
      Delivers("widened", "recalls more revisions than were signed for", "FW-RCV-019",
               [](Stage& s) {
                 model::Recall recall = Statement(s);
                 recall.through = 1;
                 recall.grade = model::RecallGrade::kCorrect;
                 crypto::Signed statement = wire::SealRecall(recall, s.me().item);
                 recall.through = 5;
                 statement.body = wire::EncodeRecall(recall);
                 return Wrap(recall, statement);
               }),
      Tampers("garbage", "no envelope at all", "FW-RCV-018",
              [](Stage&, Parcel& p) { p.rendition->signed_item = "garbage"; }),
      Delivers("an-item", "an item under a record that says recall", "FW-RCV-018",
               [](Stage& s) {
                 Parcel parcel = s.Item();
                 parcel.record.op = model::Op::kRecall;
                 return parcel;
               }),
      Tampers("as-an-item", "a recall under a record that says item", "FW-RCV-001",
              [](Stage&, Parcel& p) { p.record.op = model::Op::kPut; }),
      States("no-grade", "a grade that has no name",
             [](model::Recall& recall) { recall.grade = static_cast<model::RecallGrade>(0); }),
      States("unknown-grade", "a grade of the future",
             [](model::Recall& recall) { recall.grade = static_cast<model::RecallGrade>(4); }),
      States("unknown-reason", "a reason that has no name",
             [](model::Recall& recall) { recall.reason = static_cast<model::RecallReason>(99); }),
      Delivers("through-zero", "recalls up to revision 0, under a record that says 1", "FW-RCV-018",
               [](Stage& s) {
                 model::Recall recall = Statement(s);
                 recall.through = 0;
                 Parcel parcel = Wrap(recall, s.me().item);
                 parcel.record.revision = 1;
                 return parcel;
               }),
      States("correction-of-all", "a correction that nothing can follow",
             [](model::Recall& recall) { recall.grade = model::RecallGrade::kCorrect; }),
      States("withdrawn-in-part", "withdraws three revisions and keeps the rest",
             [](model::Recall& recall) { recall.through = 3; }),
      States("narrowing-by-purge", "a narrowing that destroys at home too",
             [](model::Recall& recall) {
               recall.reason = model::RecallReason::kNarrowed;
               recall.grade = model::RecallGrade::kPurge;
               recall.through = 1;
             }),
      Tampers("record-of-another", "the record names another object", "FW-RCV-020",
              [](Stage& s, Parcel& p) {
                p.record.object = s.RandomDigest();
                p.rendition->object = p.record.object;
              }),
      Tampers("record-other-item", "the record names another item", "FW-RCV-020",
              [](Stage&, Parcel& p) { p.record.item.bytes[15] ^= 1; }),
      Tampers("record-other-revision", "the record says less than the statement", "FW-RCV-020",
              [](Stage&, Parcel& p) { p.record.revision = 1; }),
      Tampers("with-terms", "terms come with it", "FW-RCV-020",
              [](Stage&, Parcel& p) { p.record.terms.hops = 0; }),
      Tampers("with-parts-named", "the record names parts", "FW-RCV-020",
              [](Stage& s, Parcel& p) { p.record.parts_digest = s.RandomDigest(); }),
      Tampers("with-parts", "parts come along", "FW-RCV-020",
              [](Stage& s, Parcel& p) { p.rendition->parts = {s.Part("title", "smuggled")}; }),
      Tampers("with-a-recall", "a second recall rides on the first", "FW-RCV-020",
              [](Stage& s, Parcel& p) {
                p.rendition->recall_before =
                    SealedBy(s.me().item, model::NarrowingBefore(s.me().id, p.record.item, 1, 2));
              }),
      {"recall/the-nodes-own", "gives the node's own recall back to it", "receipt FW-RCV-021",
       "item.refused", "FW-RCV-021",
       [](Stage& s) {
         s.Greet();
         s.Deliver({s.AwaitRecall()});
         return s.Answer();
       }},
      {"recall/no-content", "a recall without its statement recalls nothing", "receipt no-content",
       "", "",
       [](Stage& s) {
         s.Greet();
         Parcel parcel = Wrap(Statement(s), s.me().item);
         parcel.rendition.reset();
         s.Deliver({parcel});
         return s.Answer();
       }},
  };
}

std::vector<Lie> Effects() {
  return {
      Tells("forged-for-a-third", "recalls a third party's item: it stays",
            "stored,FW-RCV-019,stored", "item.refused", "FW-RCV-019",
            [](Stage& s) {
              const Parts parts = {s.Part("title", "Not the liar's")};
              model::ItemBody body = s.Body(parts);
              body.onward = model::Onward::kAny;
              const ThirdParty other = s.MakeThirdParty();
              const Parcel item = s.ItemOf(other, body, parts);
              body.origin = other.id;
              Parcel recall = Wrap(WithdrawOf(body), s.me().item);
              recall.rendition->manifests = {other.signed_manifest};
              return std::vector<Parcel>{item, recall, item};
            }),
      Tells("as-its-own", "recalls a third party's item as if it were its own: it stays",
            "stored,stored,stored", "", "",
            [](Stage& s) {
              const Parts parts = {s.Part("title", "Not the liar's")};
              model::ItemBody body = s.Body(parts);
              body.onward = model::Onward::kAny;
              const Parcel item = s.ItemOf(s.MakeThirdParty(), body, parts);
              body.origin = s.me().id;
              return std::vector<Parcel>{item, Wrap(WithdrawOf(body), s.me().item), item};
            }),
      Tells("resent", "sends again what it recalled: it stays away", "stored,stored,FW-RCV-015",
            "item.refused", "FW-RCV-015",
            [](Stage& s) {
              const Parts parts = {s.Part("title", "Recalled")};
              const model::ItemBody body = s.Body(parts);
              const Parcel item = s.Wrap(body, parts);
              return std::vector<Parcel>{item, Wrap(WithdrawOf(body), s.me().item), item};
            }),
      Tells("revived", "a new revision of what was withdrawn for good", "stored,stored,FW-RCV-015",
            "item.refused", "FW-RCV-015",
            [](Stage& s) {
              const Parts parts = {s.Part("title", "Recalled")};
              model::ItemBody body = s.Body(parts);
              const Parcel first = s.Wrap(body, parts);
              body.revision = 2;
              body.prev = first.record.object;
              return std::vector<Parcel>{first, Wrap(WithdrawOf(body), s.me().item),
                                         s.Wrap(body, parts)};
            }),
      Tells("item-afterwards", "the item comes after its recall", "stored,FW-RCV-015",
            "item.refused", "FW-RCV-015",
            [](Stage& s) {
              const Parts parts = {s.Part("title", "Recalled")};
              const model::ItemBody body = s.Body(parts);
              return std::vector<Parcel>{Wrap(WithdrawOf(body), s.me().item), s.Wrap(body, parts)};
            }),
      Tells("weakened", "a correction after the withdrawal brings nothing back",
            "stored,stored,stored,FW-RCV-015", "item.refused", "FW-RCV-015",
            [](Stage& s) {
              const Parts parts = {s.Part("title", "Recalled")};
              model::ItemBody body = s.Body(parts);
              const Parcel first = s.Wrap(body, parts);
              const model::Recall withdraw = WithdrawOf(body);
              model::Recall weaker = withdraw;
              weaker.grade = model::RecallGrade::kCorrect;
              weaker.through = 1;
              body.revision = 2;
              body.prev = first.record.object;
              return std::vector<Parcel>{first, Wrap(withdraw, s.me().item),
                                         Wrap(weaker, s.me().item), s.Wrap(body, parts)};
            }),
      Tells("repeated", "the same recall three times has one effect", "stored,stored,stored", "",
            "",
            [](Stage& s) {
              const Parcel recall = Wrap(Statement(s), s.me().item);
              return std::vector<Parcel>{recall, recall, recall};
            }),
  };
}

std::vector<Lie> RecallsBefore() {
  return {
      Follows("before-missing", "revision 2 without the recall of revision 1",
              [](Stage&, const model::Recall&) { return std::string(); }),
      Follows("before-garbage", "revision 2 with garbage beside it",
              [](Stage&, const model::Recall&) { return std::string("garbage"); }),
      Follows("before-unsigned", "the recall beside revision 2 is signed with another key",
              [](Stage& s, const model::Recall& recall) { return SealedBy(s.me().node, recall); }),
      Follows("before-too-little", "the recall beside revision 2 is of another item",
              [](Stage& s, model::Recall recall) {
                recall.item = s.Body({}).item_id;
                return SealedBy(s.me().item, recall);
              }),
      Follows("before-too-much", "the recall beside revision 2 would recall revision 2 too",
              [](Stage& s, model::Recall recall) {
                recall.through = 2;
                return SealedBy(s.me().item, recall);
              }),
      Follows("before-of-all", "the recall beside revision 2 withdraws the whole item",
              [](Stage& s, model::Recall recall) {
                recall.through = model::kEveryRevision;
                recall.reason = model::RecallReason::kError;
                return SealedBy(s.me().item, recall);
              }),
      Follows("before-of-another", "the recall beside revision 2 is in another's name",
              [](Stage& s, model::Recall recall) {
                recall.origin = s.me().victim;
                return SealedBy(s.me().item, recall);
              }),
      Delivers("before-the-first", "a recall beside revision 1, before which there is nothing",
               "FW-RCV-023",
               [](Stage& s) {
                 Parcel parcel = s.Item();
                 parcel.rendition->recall_before = SealedBy(
                     s.me().item, model::NarrowingBefore(s.me().id, parcel.record.item, 1, 2));
                 return parcel;
               }),
  };
}

}  // namespace

std::vector<Lie> RecallLies() {
  std::vector<Lie> all = Statements();
  for (auto more : {Effects, RecallsBefore}) {
    for (Lie& lie : more()) all.push_back(std::move(lie));
  }
  return all;
}

}  // namespace fairway::byzantine
