// What PeerSession does with what the peer says.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "node/replication/peer_session.h"
#include "node/replication/session_failures.h"
#include "node/status/status_macros.h"
#include "node/store/feed_table.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "node/wire/feed_codec.h"

namespace fairway::replication {
namespace {

constexpr std::string_view kChunkNotHere = "FW-ATT-001";
constexpr std::string_view kChunkNotReleased = "FW-ATT-002";

}  // namespace

// Hello --------------------------------------------------------------------------------------

absl::Status PeerSession::SendHello(absl::Time now) {
  FAIRWAY_ASSIGN_OR_RETURN(const store::OutFeed feed, out_feed_.Start(*entropy_));
  std::optional<model::FeedPosition> in_feed;
  FAIRWAY_RETURN_IF_ERROR(context_.database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(in_feed, store::GetInFeed(txn, peer_id_));
    return absl::OkStatus();
  }));
  wire::HelloFrame frame{MakeHello(context_.local, peer_id_, link_.exporter32,
                                   entropy_->Bytes(model::kNonceBytes), feed.position,
                                   in_feed.value_or(model::FeedPosition{}), now)};
  if (!context_.transport.Send(link_.link, wire::EncodeFrame(frame))) {
    return absl::UnavailableError("the link does not take a hello");
  }
  return absl::OkStatus();
}

absl::Status PeerSession::CheckInFeed(const model::FeedPosition& theirs) const {
  std::optional<model::FeedPosition> ours;
  FAIRWAY_RETURN_IF_ERROR(context_.database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(ours, store::GetInFeed(txn, peer_id_));
    return absl::OkStatus();
  }));
  if (!ours.has_value()) return absl::OkStatus();
  if (theirs.feed_id != ours->feed_id) {
    return absl::DataLossError("the peer begins another feed than the one this node holds");
  }
  if (theirs.last_seq < ours->last_seq) {
    return absl::DataLossError(absl::StrCat("the peer's feed ends at record ", theirs.last_seq,
                                            ", but this node holds ", ours->last_seq,
                                            ": the peer lost some"));
  }
  if (theirs.last_seq == ours->last_seq && ours->last_seq > 0 &&
      theirs.last_hash != ours->last_hash) {
    return absl::DataLossError(absl::StrCat("record ", ours->last_seq,
                                            " of the peer's feed is not the one this node holds"));
  }
  return absl::OkStatus();
}

absl::Status PeerSession::CheckIncarnation(uint64_t incarnation) {
  const std::string name = absl::StrCat("peer-incarnation/", peer_id_.ToString());
  const std::string now_known = absl::StrCat(incarnation);
  std::optional<std::string> known;
  FAIRWAY_RETURN_IF_ERROR(context_.database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(known, store::GetSetting(txn, name));
    return absl::OkStatus();
  }));
  uint64_t highest = 0;
  if (known.has_value() && !absl::SimpleAtoi(*known, &highest)) {
    return absl::InternalError("the peer's incarnation cannot be read");
  }
  if (incarnation < highest) {
    return absl::DataLossError(absl::StrCat("the peer is incarnation ", incarnation, ", but was ",
                                            highest, " before: an older copy"));
  }
  if (incarnation == highest) return absl::OkStatus();
  return context_.database.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_RETURN_IF_ERROR(store::PutSetting(txn, name, now_known));
    return context_.audit
        .Append(txn, {.kind = audit::EventKind::kPeerChanged,
                      .actor = peer_->name,
                      .role = "peer",
                      .objects = {},
                      .outcome = "ok",
                      .reason = "",
                      .detail = {{"incarnation", now_known}}})
        .status();
  });
}

// Both sides may dial at once, and the two links cross: the one that comes up here last may carry
// the hello that was written first, and what came on the other link since makes the peer look as if
// it had lost records. Once in a row: a copy says it again.
bool PeerSession::IsOlderThanTheLast(const model::Hello& hello) const {
  return !crossed_ && hello.boot_id == last_boot_ && hello.now <= last_said_;
}

void PeerSession::TakeHello(const wire::HelloFrame& frame, absl::Time now) {
  const absl::StatusOr<model::Hello> hello =
      CheckHello(frame.hello, *peer_, context_.local.authority, link_.exporter32);
  if (!hello.ok()) return Refuse(audit::EventKind::kPeerRefused, hello.status(), now);
  absl::Status holds = CheckIncarnation(hello->incarnation);
  if (holds.ok()) holds = CheckInFeed(hello->out_feed);
  if (holds.ok()) holds = out_feed_.Compare(hello->in_feed);
  if (IsAlarm(holds) && IsOlderThanTheLast(*hello)) {
    crossed_ = true;
    return CloseLink("its hello is older than the last one", now);
  }
  if (IsAlarm(holds)) return RaiseAlarm(holds, now);
  const absl::StatusOr<store::OutFeed> feed = out_feed_.Position();
  if (holds.ok() && !feed.ok()) holds = feed.status();
  if (!holds.ok()) return CloseLink(std::string(holds.message()), now);
  state_ = Link::kOpen;
  next_seq_ = feed->acked_seq + 1;
  held_seq_ = hello->in_feed.last_seq;
  window_ = SendWindow();
  last_boot_ = hello->boot_id;
  last_said_ = hello->now;
  crossed_ = false;
  last_alarm_.clear();
  SetTrouble(recall_only_ ? RecallOnlyTrouble() : "", false);
  if (strikes_.Left(now) > absl::ZeroDuration()) SetTrouble(kStruckOut, true);
}

// Frames -------------------------------------------------------------------------------------

void PeerSession::TakeFrame(std::string bytes, absl::Time now) {
  const absl::StatusOr<wire::Frame> frame = wire::DecodeFrame(bytes);
  if (!frame.ok()) return Refuse(audit::EventKind::kPeerRefused, frame.status(), now);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    status_.last_seen = now;
  }
  window_.Heard(now);
  const auto* hello = std::get_if<wire::HelloFrame>(&*frame);
  if ((hello != nullptr) != (state_ == Link::kHello)) {
    return Refuse(audit::EventKind::kPeerRefused,
                  absl::InvalidArgumentError("one hello begins a link, each way"), now);
  }
  if (hello != nullptr) return TakeHello(*hello, now);
  if (const auto* batch = std::get_if<wire::BatchFrame>(&*frame)) return TakeBatch(*batch, now);
  if (const auto* receipt = std::get_if<wire::ReceiptFrame>(&*frame)) {
    return TakeReceipt(*receipt, now);
  }
  if (const auto* request = std::get_if<wire::ChunkRequest>(&*frame)) {
    return TakeChunkRequest(*request, now);
  }
  if (const auto* reply = std::get_if<wire::ChunkReply>(&*frame)) {
    return TakeChunkReply(*reply, now);
  }
  // A manifest: this version does not renew keys on a link, and passes it over.
}

void PeerSession::TakeBatch(const wire::BatchFrame& frame, absl::Time now) {
  // Without a receipt it stays the sender's to send again.
  if (recall_only_) {
    unheard_ = true;
    return;
  }
  if (deaf_until_.has_value()) {
    // What this node must destroy does not wait behind what it has no space for.
    (void)context_.receiver.TakeRecallsOf(*peer_, frame, now);
    return;
  }
  if (strikes_.Left(now) > absl::ZeroDuration()) {
    (void)context_.receiver.TakeRecallsOf(*peer_, frame, now);
    return;
  }
  const absl::StatusOr<exchange::Accepted> accepted = context_.receiver.Accept(*peer_, frame, now);
  if (!accepted.ok()) {
    if (IsAlarm(accepted.status())) return RaiseAlarm(accepted.status(), now);
    if (CannotTakeItems(accepted.status())) {
      // What comes is not heard for a while, since the link must not be lost to the recalls that
      // come and go on it.
      deaf_until_ = now + kDeaf;
      return SetTrouble(std::string(accepted.status().message()), false);
    }
    // No receipt. On the next link the sender begins again where this node's hello says.
    if (IsOwnTrouble(accepted.status())) {
      return CloseLink(std::string(accepted.status().message()), now);
    }
    return Refuse(audit::EventKind::kItemRefused, accepted.status(), now);
  }
  const wire::ReceiptFrame receipt{crypto::Seal(
      crypto::kTypeReceipt, wire::EncodeReceipt(accepted->receipt), *context_.local.node_key)};
  // If it does not go out the sender asks again by sending again.
  (void)context_.transport.Send(link_.link, wire::EncodeFrame(receipt));
  Strike(CountStrikes(accepted->receipt), now);
  if (accepted->stored > 0 && context_.items_stored) context_.items_stored();
}

void PeerSession::TakeReceipt(const wire::ReceiptFrame& frame, absl::Time now) {
  const absl::StatusOr<uint64_t> acked = context_.receipts.Take(*peer_, frame.receipt, now);
  if (acked.ok()) {
    held_back_.erase(held_back_.begin(), held_back_.upper_bound(*acked));
    out_feed_.ReceiptTaken();
    return window_.Acked(*acked, now);
  }
  if (IsOwnTrouble(acked.status())) {
    return CloseLink(std::string(acked.status().message()), now);
  }
  Refuse(audit::EventKind::kReceiptRefused, acked.status(), now);
}

absl::StatusOr<wire::ChunkReply> PeerSession::ServeChunk(const wire::ChunkRequest& request,
                                                         absl::Time now) {
  std::optional<std::variant<exchange::ReleasedChunk, exchange::Withheld>> answer;
  FAIRWAY_RETURN_IF_ERROR(context_.database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer, store::GetPeer(txn, peer_id_));
    if (!peer.has_value()) return absl::NotFoundError("the peer is gone");
    FAIRWAY_ASSIGN_OR_RETURN(answer, context_.gate.OpenChunk(txn, request, *peer, now));
    return absl::OkStatus();
  }));
  std::vector<std::string> objects = {crypto::Hex(request.object.view()), request.label};
  if (const auto* chunk = std::get_if<exchange::ReleasedChunk>(&*answer)) {
    if (!served_.contains({request.object, request.label})) {
      FAIRWAY_RETURN_IF_ERROR(
          LeaveLeaf(audit::EventKind::kAttachmentServed, "ok", "", std::move(objects)));
      served_.insert({request.object, request.label});
    }
    return chunk->reply();
  }
  const std::string& rule = std::get<exchange::Withheld>(*answer).decision.rule;
  const bool not_here = rule == exchange::kRuleNotHere;
  if (refused_chunks_ < kRefusedChunkLeaves) {
    FAIRWAY_RETURN_IF_ERROR(
        LeaveLeaf(audit::EventKind::kAttachmentServed, "refused", rule, std::move(objects)));
  }
  ++refused_chunks_;
  return wire::ChunkReply{.object = request.object,
                          .label = request.label,
                          .index = request.index,
                          .data = {},
                          .proof = {},
                          .refused = std::string(not_here ? kChunkNotHere : kChunkNotReleased)};
}

// One leaf says of a link that is over how many more were refused than have a leaf of their own.
void PeerSession::LeaveRefusedChunks() {
  const size_t refused = std::exchange(refused_chunks_, 0);
  if (refused <= kRefusedChunkLeaves) return;
  // What was refused left no node: there is no effect that would need this leaf.
  (void)LeaveLeaf(audit::EventKind::kAttachmentServed, "refused", "more chunks on the same link",
                  {}, {{"count", absl::StrCat(refused - kRefusedChunkLeaves)}});
}

void PeerSession::TakeChunkRequest(const wire::ChunkRequest& request, absl::Time now) {
  if (recall_only_) return;  // the peer asks again when there is an answer
  absl::StatusOr<wire::ChunkReply> reply = ServeChunk(request, now);
  if (absl::IsAborted(reply.status()) && context_.refresh_policy().ok()) {
    reply = ServeChunk(request, now);
  }
  // Unanswered, the peer asks again later.
  if (!reply.ok()) return Fail(reply.status(), now);
  (void)context_.transport.Send(link_.link, wire::EncodeFrame(*reply));
  if (refused_chunks_ > kMaxRefusedChunks) {
    Refuse(audit::EventKind::kPeerRefused,
           absl::ResourceExhaustedError("it asks for too much that it may not have"), now);
  }
}

void PeerSession::TakeChunkReply(const wire::ChunkReply& reply, absl::Time now) {
  if (!asked_.has_value() || asked_->object != reply.object || asked_->label != reply.label ||
      asked_->index != reply.index) {
    return;  // asked for on a link before, or long ago
  }
  asked_.reset();
  const exchange::AttachmentKey key{reply.object, reply.label};
  if (!reply.refused.empty()) {
    refused_[key] = now + (reply.refused == kChunkNotHere ? kAskSoon : kAskAgain);
    return;
  }
  const absl::Status taken = context_.attachments.Take(*peer_, reply);
  if (taken.ok()) return;
  refused_[key] = now + kAskAgain;
  if (IsOwnTrouble(taken)) Fail(taken, now);
}

}  // namespace fairway::replication
