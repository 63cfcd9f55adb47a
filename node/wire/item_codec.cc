#include "node/wire/item_codec.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "api/v1/item.pb.h"
#include "crypto/parts.h"
#include "node/model/draft.h"
#include "node/status/status_macros.h"
#include "node/wire/fields.h"
#include "node/wire/strict.h"

namespace fairway::wire {
namespace {

absl::StatusOr<uint64_t> ReadVersion(const char* name, uint64_t version) {
  if (version == 0) return BadField(name, "is missing");
  if (version <= kMaxVersion) return version;
  return BadField(name, absl::StrCat("is ", version, ", limit is ", kMaxVersion));
}

absl::Status ReadNumbers(const v1::ItemBody& proto, model::ItemBody& body) {
  FAIRWAY_ASSIGN_OR_RETURN(body.revision, ReadVersion("revision", proto.revision()));
  FAIRWAY_ASSIGN_OR_RETURN(body.origin_manifest,
                           ReadVersion("origin_manifest", proto.origin_manifest()));
  if (proto.revision() == 1) {
    if (!proto.prev().empty()) return BadField("prev", "is there in the first revision");
  } else {
    FAIRWAY_ASSIGN_OR_RETURN(body.prev, ReadDigest("prev", proto.prev()));
  }
  if (proto.has_not_after_ms()) {
    FAIRWAY_ASSIGN_OR_RETURN(body.not_after,
                             ReadWholeSeconds("not_after_ms", proto.not_after_ms()));
  }
  return absl::OkStatus();
}

absl::Status ReadVocabularies(const v1::ItemBody& proto, model::ItemBody& body) {
  FAIRWAY_ASSIGN_OR_RETURN(body.kind, ReadEnum<model::Kind>("kind", proto.kind()));
  FAIRWAY_ASSIGN_OR_RETURN(body.mode, ReadEnum<model::Mode>("mode", proto.mode()));
  FAIRWAY_ASSIGN_OR_RETURN(body.tlp, ReadEnum<model::Tlp>("tlp", proto.tlp()));
  FAIRWAY_ASSIGN_OR_RETURN(body.pap, ReadEnum<model::Pap>("pap", proto.pap()));
  FAIRWAY_ASSIGN_OR_RETURN(body.precedence,
                           ReadEnum<model::Precedence>("precedence", proto.precedence()));
  FAIRWAY_ASSIGN_OR_RETURN(body.onward, ReadEnum<model::Onward>("onward", proto.onward()));
  return absl::OkStatus();
}

absl::Status ReadPartDigests(const v1::ItemBody& proto, model::ItemBody& body) {
  FAIRWAY_RETURN_IF_ERROR(
      CheckMaxCount("part_digests", proto.part_digests_size(), crypto::kMaxCommittedParts));
  for (const std::string& bytes : proto.part_digests()) {
    const std::string name = absl::StrCat("part_digests[", body.part_digests.size(), "]");
    FAIRWAY_ASSIGN_OR_RETURN(const crypto::Digest digest, ReadDigest(name, bytes));
    body.part_digests.push_back(digest);
  }
  const absl::Status committed = crypto::CheckCommitted(body.part_digests);
  if (!committed.ok()) {
    return BadField("part_digests", absl::StrCat("cannot be used: ", committed.message()));
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodeItemBody(const model::ItemBody& body) {
  v1::ItemBody proto;
  proto.set_item_id(body.item_id.raw());
  proto.set_revision(body.revision);
  if (body.prev) proto.set_prev(body.prev->ToString());
  proto.set_origin(body.origin.raw());
  proto.set_origin_manifest(body.origin_manifest);
  proto.set_kind(static_cast<v1::Kind>(body.kind));
  proto.set_mode(static_cast<v1::Mode>(body.mode));
  proto.set_tlp(static_cast<v1::Tlp>(body.tlp));
  proto.set_pap(static_cast<v1::Pap>(body.pap));
  proto.set_precedence(static_cast<v1::Precedence>(body.precedence));
  proto.set_onward(static_cast<v1::Onward>(body.onward));
  if (body.not_after) proto.set_not_after_ms(absl::ToUnixMillis(*body.not_after));
  for (const crypto::Digest& digest : body.part_digests) proto.add_part_digests(digest.ToString());
  return Encode(proto);
}

absl::StatusOr<model::ItemBody> DecodeItemBody(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::ItemBody proto,
                           ParseAs<v1::ItemBody>(bytes, kMaxItemBodyBytes));
  model::ItemBody body;
  FAIRWAY_ASSIGN_OR_RETURN(body.item_id, ReadItemId("item_id", proto.item_id()));
  FAIRWAY_ASSIGN_OR_RETURN(body.origin, ReadAuthority("origin", proto.origin()));
  FAIRWAY_RETURN_IF_ERROR(ReadNumbers(proto, body));
  FAIRWAY_RETURN_IF_ERROR(ReadVocabularies(proto, body));
  FAIRWAY_RETURN_IF_ERROR(ReadPartDigests(proto, body));
  return body;
}

std::string EncodeAttachmentDescriptor(const model::AttachmentDescriptor& descriptor) {
  v1::AttachmentDescriptor proto;
  proto.set_name(descriptor.name);
  proto.set_size(descriptor.size);
  proto.set_media_type(descriptor.media_type);
  proto.set_chunk_root(descriptor.chunk_root.ToString());
  return Encode(proto);
}

absl::StatusOr<model::AttachmentDescriptor> DecodeAttachmentDescriptor(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::AttachmentDescriptor proto,
                           ParseAs<v1::AttachmentDescriptor>(bytes, kMaxDescriptorBytes));
  model::AttachmentDescriptor descriptor;
  if (proto.name().empty()) return BadField("name", "is missing");
  FAIRWAY_RETURN_IF_ERROR(CheckMaxSize("name", proto.name(), model::kMaxAttachmentNameBytes));
  descriptor.name = proto.name();
  if (proto.size() == 0 || proto.size() > model::kMaxAttachmentBytes) {
    return BadField("size", absl::StrCat("is ", proto.size(), " bytes, want 1 to ",
                                         model::kMaxAttachmentBytes));
  }
  descriptor.size = proto.size();
  if (proto.media_type().empty()) return BadField("media_type", "is missing");
  FAIRWAY_RETURN_IF_ERROR(
      CheckMaxSize("media_type", proto.media_type(), model::kMaxMediaTypeBytes));
  descriptor.media_type = proto.media_type();
  FAIRWAY_ASSIGN_OR_RETURN(descriptor.chunk_root, ReadDigest("chunk_root", proto.chunk_root()));
  return descriptor;
}

std::string EncodeTerms(const model::Terms& terms) { return Encode(ToProto(terms)); }

absl::StatusOr<model::Terms> DecodeTerms(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::Terms proto, ParseAs<v1::Terms>(bytes, kMaxTermsBytes));
  return ReadTerms("terms", proto);
}

}  // namespace fairway::wire
