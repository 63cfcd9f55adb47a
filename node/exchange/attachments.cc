#include "node/exchange/attachments.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/merkle.h"
#include "node/audit/event.h"
#include "node/status/status_macros.h"
#include "node/store/attachment_table.h"
#include "node/store/item_table.h"
#include "node/wire/item_codec.h"

namespace fairway::exchange {
namespace {

constexpr size_t kLookedAt = 1024;  // of the queue, so that refused ones do not hide the next

uint64_t ChunkSize(uint64_t size, uint32_t index) {
  const uint64_t start = uint64_t{index} * crypto::kChunkBytes;
  return std::min<uint64_t>(crypto::kChunkBytes, size - start);
}

// "" if `reply` is the chunk that `descriptor` commits to.
std::string WrongWith(const wire::ChunkReply& reply, const model::AttachmentDescriptor& descriptor,
                      uint32_t chunks) {
  if (reply.index >= chunks) return "there is no chunk of that number";
  const uint64_t want = ChunkSize(descriptor.size, reply.index);
  if (reply.data.size() != want) {
    return absl::StrCat("chunk ", reply.index, " has ", reply.data.size(), " bytes, not ", want);
  }
  const absl::Status proof = crypto::VerifyInclusion(
      reply.index, chunks, crypto::LeafHash(reply.data), reply.proof, descriptor.chunk_root);
  return proof.ok() ? "" : absl::StrCat("chunk ", reply.index, ": ", proof.message());
}

}  // namespace

absl::StatusOr<std::optional<wire::ChunkRequest>> AttachmentFetcher::NextRequest(
    const model::AuthorityId& peer, const std::set<AttachmentKey>& not_now, absl::Time now) const {
  std::optional<wire::ChunkRequest> request;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    request.reset();
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::MissingAttachment> queue,
                             store::MissingFrom(txn, peer, kLookedAt));
    for (const store::MissingAttachment& missing : queue) {
      if (not_now.contains({missing.object, missing.label})) continue;
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                               store::GetRevision(txn, missing.object));
      if (!revision.has_value() || revision->state != store::RevisionState::kActive) continue;
      const model::ItemView view{.body = revision->body, .parts = {}, .terms = revision->terms};
      if (view.expires().value_or(absl::InfiniteFuture()) <= now) continue;
      FAIRWAY_ASSIGN_OR_RETURN(const std::vector<uint32_t> here,
                               store::ChunksHere(txn, missing.object, missing.label));
      uint32_t next = 0;
      while (next < here.size() && here[next] == next) ++next;
      request = wire::ChunkRequest{.object = missing.object, .label = missing.label, .index = next};
      return absl::OkStatus();
    }
    return absl::OkStatus();
  }));
  return request;
}

absl::Status AttachmentFetcher::Take(const model::Peer& from, const wire::ChunkReply& reply) const {
  std::string problem;
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) {
    problem.clear();
    return TakeIn(txn, from, reply, problem);
  }));
  return problem.empty() ? absl::OkStatus() : absl::InvalidArgumentError(problem);
}

absl::Status AttachmentFetcher::TakeIn(store::Txn& txn, const model::Peer& from,
                                       const wire::ChunkReply& reply, std::string& problem) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::MissingAttachment> missing,
                           store::GetMissing(txn, reply.object, reply.label));
  if (!missing.has_value()) {
    // The answer to a question that was asked before the revision was recalled, expired or replaced
    // is no fault of the peer's.
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> revision,
                             store::GetRevision(txn, reply.object));
    if (revision.has_value() && revision->state != store::RevisionState::kActive) {
      return absl::OkStatus();
    }
  }
  if (!missing.has_value() || missing->from != from.id) {
    return absl::InvalidArgumentError("a chunk that nobody asked for");
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                           store::GetParts(txn, reply.object));
  const auto part = std::find_if(parts.begin(), parts.end(), [&reply](const model::Part& each) {
    return each.label == reply.label;
  });
  if (part == parts.end()) return absl::DataLossError("the description of the attachment is gone");
  FAIRWAY_ASSIGN_OR_RETURN(const model::AttachmentDescriptor descriptor,
                           wire::DecodeAttachmentDescriptor(part->bytes));
  audit::Event leaf{.kind = audit::EventKind::kAttachmentReceived,
                    .actor = from.name,
                    .role = "peer",
                    .objects = {crypto::Hex(reply.object.view())},
                    .outcome = "ok",
                    .reason = "",
                    .detail = {{"label", reply.label}}};
  problem = WrongWith(reply, descriptor, missing->chunks);
  if (!problem.empty()) {
    leaf.kind = audit::EventKind::kAttachmentRefused;
    leaf.outcome = "refused";
    leaf.reason = problem;
    return audit_.Append(txn, leaf).status();
  }
  FAIRWAY_RETURN_IF_ERROR(store::PutChunk(txn, reply.object, reply.label, reply.index, reply.data));
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<uint32_t> here,
                           store::ChunksHere(txn, reply.object, reply.label));
  if (here.size() < missing->chunks) return absl::OkStatus();
  FAIRWAY_RETURN_IF_ERROR(store::DropMissing(txn, reply.object, reply.label));
  return audit_.Append(txn, leaf).status();
}

}  // namespace fairway::exchange
