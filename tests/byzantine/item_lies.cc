#include <algorithm>
#include <cstdint>

#include "node/wire/item_codec.h"
#include "tests/byzantine/lie.h"

namespace fairway::byzantine {
namespace {

using Parts = std::vector<model::Part>;

// Delivers one parcel in which one thing is not so.
Lie Delivers(std::string name, std::string what, std::string code,
             std::function<Parcel(Stage&)> make) {
  return {
      "item/" + name, std::move(what), "receipt " + code, "item.refused", code, [make](Stage& s) {
        s.Greet();
        s.Deliver({make(s)});
        return s.Answer();
      }};
}

// An honest item whose body says one thing that is not so, signed as it is.
Lie Claims(std::string name, std::string what, std::string code,
           std::function<void(Stage&, model::ItemBody&)> change) {
  return Delivers(std::move(name), std::move(what), std::move(code), [change](Stage& s) {
    const Parts parts = {s.Part("title", "A lie")};
    model::ItemBody body = s.Body(parts);
    change(s, body);
    return s.Wrap(body, parts);
  });
}

// An honest parcel, changed after it was signed and wrapped.
Lie Tampers(std::string name, std::string what, std::string code,
            std::function<void(Stage&, Parcel&)> change) {
  return Delivers(std::move(name), std::move(what), std::move(code), [change](Stage& s) {
    Parcel parcel = s.Item();
    change(s, parcel);
    return parcel;
  });
}

// The bytes of a body, written as no encoder would, and signed.
Lie Signs(std::string name, std::string what, std::function<std::string(std::string)> change) {
  return Delivers(std::move(name), std::move(what), "FW-RCV-004", [change](Stage& s) {
    const Parts parts = {s.Part("title", "A lie")};
    const model::ItemBody body = s.Body(parts);
    return s.WrapBytes(body, change(wire::EncodeItemBody(body)), parts, s.me().item);
  });
}

// A third party's item that says of itself what `change` makes it say.
Lie Passes(std::string name, std::string what, std::string code,
           std::function<void(model::ItemBody&)> change) {
  return Delivers(std::move(name), std::move(what), std::move(code), [change](Stage& s) {
    const Parts parts = {s.Part("title", "Somebody else's")};
    model::ItemBody body = s.Body(parts);
    body.onward = model::Onward::kAny;
    change(body);
    return s.ItemOf(s.MakeThirdParty(), body, parts);
  });
}

void Rename(Parcel& parcel, const crypto::Digest& object) {
  parcel.record.object = object;
  parcel.rendition->object = object;
}

crypto::Digest DigestOf(const Parts& parts) {
  std::vector<crypto::Digest> digests;
  for (const model::Part& part : parts) digests.push_back(part.digest());
  std::sort(digests.begin(), digests.end());
  return model::PartsDigest(digests);
}

// Adds a part that the originator never signed, and a record that knows of it.
void AddPart(Parcel& parcel, model::Part part) {
  Parts& parts = parcel.rendition->parts;
  parts.push_back(std::move(part));
  std::sort(parts.begin(), parts.end(),
            [](const model::Part& a, const model::Part& b) { return a.label < b.label; });
  parcel.record.parts_digest = DigestOf(parts);
}

}  // namespace

std::vector<Lie> ItemLies() {
  std::vector<Lie> lies = {
      Tampers("garbage", "no envelope at all", "FW-RCV-001",
              [](Stage&, Parcel& p) { p.rendition->signed_item = "garbage"; }),
      Delivers("wrong-type", "a manifest in place of an item", "FW-RCV-001",
               [](Stage& s) {
                 const Parts parts = {s.Part("title", "A lie")};
                 const model::ItemBody body = s.Body(parts);
                 return s.WrapBytes(body, wire::EncodeItemBody(body), parts, s.me().item,
                                    crypto::kTypeManifest);
               }),
      Claims("unknown-originator", "of an authority that nobody knows", "FW-RCV-002",
             [](Stage& s, model::ItemBody& body) { body.origin.digest = s.RandomDigest(); }),
      Claims("unknown-manifest", "names a manifest version that does not exist", "FW-RCV-002",
             [](Stage&, model::ItemBody& body) { body.origin_manifest = 7; }),
      Claims("forged-for-the-node", "claims to be the node's own, signed by the liar", "FW-RCV-003",
             [](Stage& s, model::ItemBody& body) { body.origin = s.me().victim; }),
      Delivers("wrong-key", "signed with the node key instead of the item key", "FW-RCV-003",
               [](Stage& s) {
                 const Parts parts = {s.Part("title", "A lie")};
                 const model::ItemBody body = s.Body(parts);
                 return s.WrapBytes(body, wire::EncodeItemBody(body), parts, s.me().node);
               }),
      Delivers("forged-for-a-third", "a third party's manifest, but the liar's signature",
               "FW-RCV-003",
               [](Stage& s) {
                 const Parts parts = {s.Part("title", "A lie")};
                 model::ItemBody body = s.Body(parts);
                 body.onward = model::Onward::kAny;
                 const ThirdParty other = s.MakeThirdParty();
                 body.origin = other.id;
                 Parcel parcel = s.Wrap(body, parts);
                 parcel.rendition->manifests = {other.signed_manifest};
                 return parcel;
               }),
      Delivers("manifest-of-another", "with the manifest of somebody else than the originator",
               "FW-RCV-002",
               [](Stage& s) {
                 const Parts parts = {s.Part("title", "A lie")};
                 Parcel parcel = s.ItemOf(s.MakeThirdParty(), s.Body(parts), parts);
                 parcel.rendition->manifests = {s.MakeThirdParty().signed_manifest};
                 return parcel;
               }),
      Delivers("revision-zero", "revision 0 under a record that says 1", "FW-RCV-004",
               [](Stage& s) {
                 const Parts parts = {s.Part("title", "A lie")};
                 model::ItemBody body = s.Body(parts);
                 body.revision = 0;
                 Parcel parcel = s.Wrap(body, parts);
                 parcel.record.revision = 1;
                 return parcel;
               }),
      Claims("revision-huge", "a revision that no database can hold", "FW-RCV-004",
             [](Stage& s, model::ItemBody& body) {
               body.revision = UINT64_MAX;
               body.prev = s.RandomDigest();
             }),
      Claims("second-without-first", "revision 2 that names none before it", "FW-RCV-004",
             [](Stage&, model::ItemBody& body) { body.revision = 2; }),
      Claims("digests-unsorted", "part digests out of order", "FW-RCV-004",
             [](Stage&, model::ItemBody& body) {
               std::swap(body.part_digests[0], body.part_digests[1]);
             }),
      Claims("digests-unpadded", "as many digests as there are parts, which would tell how many",
             "FW-RCV-004", [](Stage&, model::ItemBody& body) { body.part_digests.resize(3); }),
      Claims("digests-doubled", "one digest twice", "FW-RCV-004",
             [](Stage&, model::ItemBody& body) { body.part_digests[1] = body.part_digests[0]; }),
      Claims("no-marking", "a TLP that has no name", "FW-RCV-004",
             [](Stage&, model::ItemBody& body) { body.tlp = static_cast<model::Tlp>(0); }),
      Claims("unknown-marking", "a TLP of the future", "FW-RCV-004",
             [](Stage&, model::ItemBody& body) { body.tlp = static_cast<model::Tlp>(6); }),
      Signs("unknown-field", "a field that no item has, signed",
            [](std::string body) { return body + BytesField(15, "hidden"); }),
      Signs("widened", "the marking twice: TLP:RED for one reader, TLP:CLEAR for another",
            [](std::string body) { return body + NumberField(8, 1); }),
      Signs("time-overflow", "an expiry beyond every clock",
            [](std::string body) {
              // Between onward and the digests, where the field belongs.
              const size_t at = body.find(BytesField(13, "").substr(0, 1) + '\x20');
              return body.substr(0, at) + NumberField(12, UINT64_MAX / 2) + body.substr(at);
            }),
      Tampers("record-of-another", "the record names another object", "FW-RCV-005",
              [](Stage& s, Parcel& p) { Rename(p, s.RandomDigest()); }),
      Tampers("record-other-item", "the record names another item", "FW-RCV-005",
              [](Stage&, Parcel& p) { p.record.item.bytes[15] ^= 1; }),
      Tampers("record-other-revision", "the record names another revision", "FW-RCV-005",
              [](Stage&, Parcel& p) { p.record.revision = 5; }),
      Tampers("private-part", "a part that never leaves its originator", "FW-RCV-006",
              [](Stage& s, Parcel& p) { AddPart(p, s.Part("audience", "everybody")); }),
      Tampers("unknown-part", "a part whose label nobody knows", "FW-RCV-006",
              [](Stage& s, Parcel& p) { AddPart(p, s.Part("zz.hidden", "payload")); }),
      Delivers("bad-descriptor", "an attachment that describes itself in garbage", "FW-RCV-006",
               [](Stage& s) {
                 const Parts parts = {s.Part("attachments/1", "garbage"), s.Part("title", "A lie")};
                 return s.Wrap(s.Body(parts), parts);
               }),
      Tampers("part-changed", "a part that is not what was signed", "FW-RCV-007",
              [](Stage&, Parcel& p) {
                p.rendition->parts[0].bytes += '!';
                p.record.parts_digest = DigestOf(p.rendition->parts);
              }),
      Tampers("part-added", "a part that was never signed", "FW-RCV-007",
              [](Stage& s, Parcel& p) { AddPart(p, s.Part("summary", "smuggled in")); }),
      Tampers("part-missing", "a part that the record names is not there", "FW-RCV-007",
              [](Stage&, Parcel& p) { p.rendition->parts.clear(); }),
      Tampers("part-relabelled", "the title, signed as such, sent as the body", "FW-RCV-007",
              [](Stage&, Parcel& p) {
                p.rendition->parts[0].label = "body";
                p.record.parts_digest = DigestOf(p.rendition->parts);
              }),
      Claims("expired", "expired a day ago", "FW-RCV-009",
             [](Stage&, model::ItemBody& body) {
               body.not_after =
                   absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now() - absl::Hours(24)));
             }),
      Tampers("terms-expired", "given under terms that are over", "FW-RCV-009",
              [](Stage&, Parcel& p) {
                p.record.terms.expires =
                    absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now() - absl::Hours(24)));
              }),
      Passes("not-to-be-passed-on", "passes on what its originator keeps to the recipient",
             "FW-RCV-010", [](model::ItemBody& body) { body.onward = model::Onward::kNone; }),
      Passes("only-if-asked", "passes on what its originator wants to be asked about", "FW-RCV-010",
             [](model::ItemBody& body) { body.onward = model::Onward::kAsk; }),
      Passes("strict-passed-on", "passes on TLP:AMBER+STRICT", "FW-RCV-010",
             [](model::ItemBody& body) { body.tlp = model::Tlp::kAmberStrict; }),
      Passes("red-passed-on", "passes on TLP:RED", "FW-RCV-010",
             [](model::ItemBody& body) { body.tlp = model::Tlp::kRed; }),
  };
  const auto tell = [&lies](Lie lie) { lies.push_back(std::move(lie)); };
  tell({"item/the-nodes-own", "gives the node's own item back to it", "receipt FW-RCV-008",
        "item.refused", "FW-RCV-008", [](Stage& s) {
          s.Greet();
          const wire::BatchFrame theirs = s.AwaitBatch();
          const wire::Rendition& rendition = theirs.renditions.at(0);
          const absl::StatusOr<crypto::Signed> item = crypto::DecodeSigned(rendition.signed_item);
          const absl::StatusOr<model::ItemBody> body = wire::DecodeItemBody(item->body);
          Parcel parcel;
          parcel.record.object = rendition.object;
          parcel.record.item = body->item_id;
          parcel.record.revision = body->revision;
          parcel.record.parts_digest = DigestOf(rendition.parts);
          parcel.rendition = rendition;
          s.Deliver({parcel});
          return s.Answer();
        }});
  tell({"item/older-revision", "revision 2 after revision 3", "receipt FW-RCV-011", "item.refused",
        "FW-RCV-011", [](Stage& s) {
          s.Greet();
          const Parts parts = {s.Part("title", "Third")};
          model::ItemBody body = s.Body(parts);
          body.revision = 3;
          body.prev = s.RandomDigest();
          s.Deliver({s.Wrap(body, parts)});
          if (const std::string said = s.Answer(); said != "receipt stored") return said;
          body.revision = 2;
          s.Deliver({s.Wrap(body, parts)});
          return s.Answer();
        }});
  tell({"item/wrong-previous", "revision 2 that does not follow revision 1", "receipt FW-RCV-012",
        "item.refused", "FW-RCV-012", [](Stage& s) {
          s.Greet();
          const Parts parts = {s.Part("title", "First")};
          model::ItemBody body = s.Body(parts);
          s.Deliver({s.Wrap(body, parts)});
          if (const std::string said = s.Answer(); said != "receipt stored") return said;
          body.revision = 2;
          body.prev = s.RandomDigest();
          s.Deliver({s.Wrap(body, parts)});
          return s.Answer();
        }});
  tell({"item/two-bodies", "two bodies for one revision of its own", "receipt FW-RCV-013",
        "item.refused", "FW-RCV-013", [](Stage& s) {
          s.Greet();
          const Parts parts = {s.Part("title", "One")};
          model::ItemBody body = s.Body(parts);
          s.Deliver({s.Wrap(body, parts)});
          if (const std::string said = s.Answer(); said != "receipt stored") return said;
          body.precedence = model::Precedence::kFlash;
          s.Deliver({s.Wrap(body, parts)});
          return s.Answer();
        }});
  tell({"item/probe-for-a-third",
        "asks by a second body whether the node holds a third party's item", "receipt FW-RCV-016",
        "item.refused", "FW-RCV-013", [](Stage& s) {
          s.Greet();
          const Parts parts = {s.Part("title", "One")};
          model::ItemBody body = s.Body(parts);
          body.onward = model::Onward::kAny;
          const ThirdParty other = s.MakeThirdParty();
          s.Deliver({s.ItemOf(other, body, parts)});
          if (const std::string said = s.Answer(); said != "receipt stored") return said;
          body.precedence = model::Precedence::kFlash;
          s.Deliver({s.ItemOf(other, body, parts)});
          return s.Answer();
        }});
  tell({"item/foreign-id", "puts the id of the node's own item into one of its own: another item",
        "receipt stored", "", "", [](Stage& s) {
          s.Greet();
          const wire::BatchFrame theirs = s.AwaitBatch();
          const absl::StatusOr<crypto::Signed> item =
              crypto::DecodeSigned(theirs.renditions.at(0).signed_item);
          const Parts parts = {s.Part("title", "Under a borrowed id")};
          model::ItemBody body = s.Body(parts);
          body.item_id = wire::DecodeItemBody(item->body)->item_id;
          // A fresh process comes with a fresh body: keep it one revision and one body for all
          // time.
          body.revision = static_cast<uint64_t>(absl::ToUnixNanos(absl::Now()));
          body.prev = s.RandomDigest();
          s.Deliver({s.Wrap(body, parts)});
          return s.Answer();
        }});
  tell({"item/poison-in-the-middle", "one bad item between two good ones delays neither",
        "stored,FW-RCV-001,stored", "item.refused", "FW-RCV-001", [](Stage& s) {
          s.Greet();
          Parcel bad = s.Item();
          bad.rendition->signed_item = "garbage";
          s.Deliver({s.Item(), bad, s.Item()});
          return s.AwaitOutcomes();
        }});
  tell({"item/part-twice", "one label twice: breaks the frame", "closed", "peer.refused", "",
        [](Stage& s) {
          s.Greet();
          Parcel parcel = s.Item();
          parcel.rendition->parts.push_back(parcel.rendition->parts[0]);
          s.Deliver({parcel});
          return s.Answer();
        }});
  tell({"item/17-manifests", "one manifest more than may come along", "closed", "peer.refused", "",
        [](Stage& s) {
          s.Greet();
          Parcel parcel = s.Item();
          parcel.rendition->manifests.assign(wire::kMaxRenditionManifests + 1,
                                             s.me().signed_manifest);
          s.Deliver({parcel});
          return s.Answer();
        }});
  tell({"item/part-over-limit", "a part of 256 KiB and one byte", "closed", "peer.refused", "",
        [](Stage& s) {
          s.Greet();
          const Parts parts = {s.Part("body", std::string(wire::kMaxPartBytes + 1, 'x'))};
          s.Deliver({s.Wrap(s.Body(parts), parts)});
          return s.Answer();
        }});
  return lies;
}

}  // namespace fairway::byzantine
