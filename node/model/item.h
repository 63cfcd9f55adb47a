#ifndef FAIRWAY_NODE_MODEL_ITEM_H_
#define FAIRWAY_NODE_MODEL_ITEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "crypto/digest.h"
#include "crypto/parts.h"
#include "node/model/enums.h"
#include "node/model/ids.h"
#include "node/model/terms.h"

namespace fairway::model {

// A labelled piece of a revision, carried beside the signed body that commits to its digest.
struct Part {
  std::string label;
  crypto::Salt salt{};
  std::string bytes;

  bool operator==(const Part&) const = default;
  crypto::Digest digest() const { return crypto::PartDigest(label, salt, bytes); }
};

// What an originator signs for one revision. Everything else is a part.
struct ItemBody {
  ItemId item_id;
  uint64_t revision = 0;         // ≥ 1, strictly increasing; a recipient may see gaps
  std::optional<ObjectId> prev;  // the revision before; absent for the first
  AuthorityId origin;
  uint64_t origin_manifest = 0;  // ≥ 1: the version of the manifest whose item key signs
  Kind kind = Kind::kBulletin;
  Mode mode = Mode::kReal;
  Tlp tlp = Tlp::kRed;
  Pap pap = Pap::kRed;
  Precedence precedence = Precedence::kRoutine;
  Onward onward = Onward::kNone;
  std::optional<absl::Time> not_after;       // whole seconds; nobody holds it longer
  std::vector<crypto::Digest> part_digests;  // sorted, padded with decoys (crypto/parts.h)

  bool operator==(const ItemBody&) const = default;
};

// What the part "attachments/N" says; node/wire encodes it.
struct AttachmentDescriptor {
  std::string name;
  uint64_t size = 0;  // bytes
  std::string media_type;
  crypto::Digest chunk_root;  // crypto::ChunkRoot of the content

  bool operator==(const AttachmentDescriptor&) const = default;
};

// One revision as this node holds it: the body, the parts it has, the terms it came under (none for
// an item of this node's own). What is absent is unknown, never guessed.
struct ItemView {
  ItemBody body;
  std::vector<Part> parts;
  Terms terms;

  const Part* Find(std::string_view label) const;  // nullptr if absent
  std::optional<std::string> Text(std::string_view label) const;
  std::optional<std::vector<std::string>> Set(std::string_view label) const;
  // The contents of base/1, base/2 … that are here, in order of their numbers.
  std::vector<std::string> All(std::string_view base) const;

  // The stricter of body and terms.
  Tlp tlp() const;
  Pap pap() const;
  std::optional<absl::Time> expires() const;
};

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_ITEM_H_
