#include "node/wire/frame.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/v1/peer.pb.h"
#include "crypto/parts.h"
#include "node/status/status_macros.h"
#include "node/wire/fields.h"
#include "node/wire/item_codec.h"
#include "node/wire/strict.h"

namespace fairway::wire {
namespace {

constexpr size_t kMaxPartsOfRendition = crypto::kMaxCommittedParts;

void Write(const Rendition& rendition, v1::Rendition& proto) {
  proto.set_object_id(rendition.object.ToString());
  proto.set_signed_item(rendition.signed_item);
  for (const model::Part& part : rendition.parts) {
    v1::Part* to = proto.add_parts();
    to->set_label(part.label);
    to->set_salt(std::string(part.salt.begin(), part.salt.end()));
    to->set_bytes(part.bytes);
  }
  for (const std::string& manifest : rendition.manifests) proto.add_manifests(manifest);
  proto.set_recall_before(rendition.recall_before);
}

absl::StatusOr<model::Part> ReadPart(const std::string& name, const v1::Part& proto) {
  model::Part part;
  if (proto.label().empty()) return BadField(name + ".label", "is missing");
  FAIRWAY_RETURN_IF_ERROR(CheckMaxSize(name + ".label", proto.label(), crypto::kMaxLabelBytes));
  part.label = proto.label();
  FAIRWAY_RETURN_IF_ERROR(CheckSize(name + ".salt", proto.salt(), crypto::kSaltBytes));
  std::copy(proto.salt().begin(), proto.salt().end(), part.salt.begin());
  FAIRWAY_RETURN_IF_ERROR(CheckMaxSize(name + ".bytes", proto.bytes(), kMaxPartBytes));
  part.bytes = proto.bytes();
  return part;
}

absl::StatusOr<Rendition> ReadRendition(const std::string& name, const v1::Rendition& proto) {
  Rendition rendition;
  FAIRWAY_ASSIGN_OR_RETURN(rendition.object, ReadDigest(name + ".object_id", proto.object_id()));
  if (proto.signed_item().empty()) return BadField(name + ".signed_item", "is missing");
  rendition.signed_item = proto.signed_item();
  FAIRWAY_RETURN_IF_ERROR(CheckMaxCount(name + ".parts", proto.parts_size(), kMaxPartsOfRendition));
  for (const v1::Part& entry : proto.parts()) {
    const std::string at = absl::StrCat(name, ".parts[", rendition.parts.size(), "]");
    FAIRWAY_ASSIGN_OR_RETURN(model::Part part, ReadPart(at, entry));
    if (!rendition.parts.empty() && part.label <= rendition.parts.back().label) {
      return BadField(at + ".label", "is not in ascending order");
    }
    rendition.parts.push_back(std::move(part));
  }
  FAIRWAY_RETURN_IF_ERROR(
      CheckMaxCount(name + ".manifests", proto.manifests_size(), kMaxRenditionManifests));
  rendition.manifests.assign(proto.manifests().begin(), proto.manifests().end());
  rendition.recall_before = proto.recall_before();
  return rendition;
}

absl::StatusOr<Frame> ReadBatch(const v1::Batch& proto) {
  BatchFrame frame;
  FAIRWAY_ASSIGN_OR_RETURN(frame.batch, ReadSigned("batch.signed_batch", proto.signed_batch()));
  FAIRWAY_RETURN_IF_ERROR(
      CheckMaxCount("batch.renditions", proto.renditions_size(), kMaxRenditions));
  std::set<model::ObjectId> seen;
  for (const v1::Rendition& entry : proto.renditions()) {
    const std::string name = absl::StrCat("batch.renditions[", frame.renditions.size(), "]");
    FAIRWAY_ASSIGN_OR_RETURN(Rendition rendition, ReadRendition(name, entry));
    if (!seen.insert(rendition.object).second) {
      return BadField(name + ".object_id", "is there twice");
    }
    frame.renditions.push_back(std::move(rendition));
  }
  return frame;
}

absl::Status ReadChunkName(const std::string& name, const std::string& object_bytes,
                           const std::string& label, model::ObjectId& object) {
  FAIRWAY_ASSIGN_OR_RETURN(object, ReadDigest(name + ".object_id", object_bytes));
  if (label.empty()) return BadField(name + ".label", "is missing");
  return CheckMaxSize(name + ".label", label, crypto::kMaxLabelBytes);
}

absl::StatusOr<Frame> ReadChunkRequest(const v1::ChunkRequest& proto) {
  ChunkRequest request;
  request.label = proto.label();
  request.index = proto.index();
  FAIRWAY_RETURN_IF_ERROR(
      ReadChunkName("chunk_request", proto.object_id(), proto.label(), request.object));
  return request;
}

absl::StatusOr<Frame> ReadChunkReply(const v1::ChunkReply& proto) {
  ChunkReply reply;
  reply.label = proto.label();
  reply.index = proto.index();
  FAIRWAY_RETURN_IF_ERROR(
      ReadChunkName("chunk_reply", proto.object_id(), proto.label(), reply.object));
  FAIRWAY_RETURN_IF_ERROR(CheckMaxSize("chunk_reply.data", proto.data(), kMaxChunkBytes));
  FAIRWAY_RETURN_IF_ERROR(CheckMaxCount("chunk_reply.proof", proto.proof_size(), kMaxChunkProof));
  FAIRWAY_RETURN_IF_ERROR(
      CheckMaxSize("chunk_reply.refused", proto.refused(), kMaxRefusalCodeBytes));
  if (proto.refused().empty() == proto.data().empty()) {
    return BadField("chunk_reply.refused", "has to be there exactly when there is no data");
  }
  reply.data = proto.data();
  reply.refused = proto.refused();
  for (const std::string& bytes : proto.proof()) {
    const std::string name = absl::StrCat("chunk_reply.proof[", reply.proof.size(), "]");
    FAIRWAY_ASSIGN_OR_RETURN(const crypto::Digest digest, ReadDigest(name, bytes));
    reply.proof.push_back(digest);
  }
  return reply;
}

class Writer {
 public:
  explicit Writer(v1::PeerFrame& proto) : proto_(proto) {}

  void operator()(const HelloFrame& frame) { proto_.set_hello(crypto::EncodeSigned(frame.hello)); }
  void operator()(const BatchFrame& frame) {
    proto_.mutable_batch()->set_signed_batch(crypto::EncodeSigned(frame.batch));
    for (const Rendition& rendition : frame.renditions) {
      Write(rendition, *proto_.mutable_batch()->add_renditions());
    }
  }
  void operator()(const ReceiptFrame& frame) {
    proto_.set_receipt(crypto::EncodeSigned(frame.receipt));
  }
  void operator()(const ChunkRequest& request) {
    proto_.mutable_chunk_request()->set_object_id(request.object.ToString());
    proto_.mutable_chunk_request()->set_label(request.label);
    proto_.mutable_chunk_request()->set_index(request.index);
  }
  void operator()(const ChunkReply& reply) {
    v1::ChunkReply& to = *proto_.mutable_chunk_reply();
    to.set_object_id(reply.object.ToString());
    to.set_label(reply.label);
    to.set_index(reply.index);
    to.set_data(reply.data);
    for (const crypto::Digest& digest : reply.proof) to.add_proof(digest.ToString());
    to.set_refused(reply.refused);
  }
  void operator()(const ManifestFrame& frame) {
    proto_.set_manifest(crypto::EncodeSigned(frame.manifest));
  }

 private:
  v1::PeerFrame& proto_;
};

}  // namespace

std::string EncodeFrame(const Frame& frame) {
  v1::PeerFrame proto;
  std::visit(Writer(proto), frame);
  return Encode(proto);
}

size_t EncodedSize(const Rendition& rendition) {
  v1::Rendition proto;
  Write(rendition, proto);
  constexpr size_t kTagAndLength = 6;
  return proto.ByteSizeLong() + kTagAndLength;
}

absl::StatusOr<Frame> DecodeFrame(std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const v1::PeerFrame proto,
                           ParseAs<v1::PeerFrame>(bytes, kMaxFrameBytes));
  switch (proto.frame_case()) {
    case v1::PeerFrame::kHello: {
      FAIRWAY_ASSIGN_OR_RETURN(crypto::Signed hello, ReadSigned("hello", proto.hello()));
      return HelloFrame{std::move(hello)};
    }
    case v1::PeerFrame::kBatch:
      return ReadBatch(proto.batch());
    case v1::PeerFrame::kReceipt: {
      FAIRWAY_ASSIGN_OR_RETURN(crypto::Signed receipt, ReadSigned("receipt", proto.receipt()));
      return ReceiptFrame{std::move(receipt)};
    }
    case v1::PeerFrame::kChunkRequest:
      return ReadChunkRequest(proto.chunk_request());
    case v1::PeerFrame::kChunkReply:
      return ReadChunkReply(proto.chunk_reply());
    case v1::PeerFrame::kManifest: {
      FAIRWAY_ASSIGN_OR_RETURN(crypto::Signed manifest, ReadSigned("manifest", proto.manifest()));
      return ManifestFrame{std::move(manifest)};
    }
    case v1::PeerFrame::FRAME_NOT_SET:
      break;
  }
  return BadField("frame", "is missing");
}

}  // namespace fairway::wire
