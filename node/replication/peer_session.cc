#include "node/replication/peer_session.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "crypto/spki.h"
#include "node/model/manifest.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/feed_table.h"
#include "node/store/node_table.h"
#include "node/store/peer_table.h"
#include "node/wire/feed_codec.h"

namespace fairway::replication {
namespace {

constexpr std::string_view kChunkNotHere = "FW-ATT-001";
constexpr std::string_view kChunkNotReleased = "FW-ATT-002";

// Is this the database's failure, rather than something the peer did?
bool IsOwnTrouble(const absl::Status& status) {
  const std::optional<Problem> problem = ProblemOf(status);
  if (problem.has_value() && absl::StartsWith(problem->code, "FW-DB-")) return true;
  return !absl::IsInvalidArgument(status) && !absl::IsUnauthenticated(status) &&
         !absl::IsFailedPrecondition(status) && !absl::IsPermissionDenied(status) &&
         !absl::IsDataLoss(status);
}

bool IsAlarm(const absl::Status& status) {
  return absl::IsDataLoss(status) && !IsOwnTrouble(status);
}

}  // namespace

PeerSession::PeerSession(const SessionContext& context, const model::AuthorityId& peer,
                         std::unique_ptr<env::Entropy> entropy)
    : context_(context),
      peer_id_(peer),
      raw_id_(peer.raw()),
      entropy_(std::move(entropy)),
      out_feed_(context.database, context.gate, context.audit, context.local.authority, peer),
      backoff_(*entropy_) {}

SessionStatus PeerSession::status() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

void PeerSession::SetTrouble(std::string trouble, bool alarm) {
  std::lock_guard<std::mutex> lock(mutex_);
  status_.connected = state_ == Link::kOpen;
  status_.trouble = std::move(trouble);
  status_.alarm = alarm;
}

void PeerSession::ClockSetBack(absl::Time now) {
  wait_until_ = std::min(wait_until_, now);
  next_dial_ = std::min(next_dial_, now);
  link_since_ = std::min(link_since_, now);
  asked_at_ = std::min(asked_at_, now);
  for (auto& [key, until] : refused_) until = std::min(until, now + kAskAgain);
  window_.ClockSetBack(now);
}

absl::Time PeerSession::Step(absl::Time now) {
  if (now < last_step_) ClockSetBack(now);
  last_step_ = now;
  peer_ = context_.directory.Find(peer_id_);
  if (!peer_.has_value() || peer_->state != model::PeerState::kActive) {
    // The supervisor ends this session soon; until then nothing more may pass.
    context_.transport.ClosePeer(raw_id_);
    state_ = Link::kDown;
    SetTrouble("the peering is not active", false);
    return now + kRetry;
  }
  if (std::optional<LinkInbox::Event> event = inbox_.Take(); event.has_value()) {
    Handle(*std::move(event), now);
    return now;
  }
  if (now < wait_until_) return wait_until_;
  switch (state_) {
    case Link::kDown:
      return Dial(now);
    case Link::kHello:
      if (now < link_since_ + kHelloTimeout) return link_since_ + kHelloTimeout;
      CloseLink("no hello came in time", now);
      return now;
    case Link::kOpen:
      return Exchange(now);
  }
  return now + kLookAgain;
}

// Links --------------------------------------------------------------------------------------

void PeerSession::Handle(LinkInbox::Event event, absl::Time now) {
  const auto is_current = [this](env::LinkId link) {
    return state_ != Link::kDown && link_.link == link;
  };
  if (const auto* up = std::get_if<LinkInbox::Up>(&event); up != nullptr) {
    LinkUp(up->info, now);
  } else if (auto* frame = std::get_if<LinkInbox::Frame>(&event); frame != nullptr) {
    if (is_current(frame->link)) TakeFrame(std::move(frame->bytes), now);
  } else if (const auto* down = std::get_if<LinkInbox::Down>(&event); down != nullptr) {
    if (is_current(down->link)) LinkLost(down->why, now);
  } else if (const auto* failed = std::get_if<LinkInbox::DialFailed>(&event); failed != nullptr) {
    dialling_ = false;
    next_dial_ = now + backoff_.Next();
    if (state_ == Link::kDown && last_alarm_.empty()) {
      SetTrouble(std::string(failed->why.message()), false);
    }
  } else if (const auto* flooded = std::get_if<LinkInbox::Flooded>(&event); flooded != nullptr) {
    if (is_current(flooded->link)) {
      Refuse(audit::EventKind::kPeerRefused,
             absl::ResourceExhaustedError("it sent more than can wait here"), now);
    }
  }
}

void PeerSession::LinkUp(const env::LinkInfo& info, absl::Time now) {
  if (state_ != Link::kDown) {
    // The newest link wins: the other side may have lost the old one without our hearing of it.
    context_.transport.CloseLink(link_.link, "replaced by a newer link");
  }
  if (info.dialled) {
    dialling_ = false;
  } else {
    backoff_.Reset();
  }
  state_ = Link::kHello;
  link_ = info;
  link_since_ = now;
  wait_until_ = absl::InfinitePast();
  asked_.reset();
  served_.clear();
  refused_.clear();
  refused_chunks_ = 0;
  if (const absl::Status sent = SendHello(now); !sent.ok()) {
    CloseLink(std::string(sent.message()), now);
  }
}

void PeerSession::LinkLost(const absl::Status& why, absl::Time now) {
  if (now - link_since_ >= kGoodLink) backoff_.Reset();
  state_ = Link::kDown;
  asked_.reset();
  served_.clear();
  refused_chunks_ = 0;
  next_dial_ = now + backoff_.Next();
  SetTrouble(last_alarm_.empty() ? std::string(why.message()) : last_alarm_, !last_alarm_.empty());
}

void PeerSession::CloseLink(std::string why, absl::Time now) {
  if (state_ == Link::kDown) return;
  context_.transport.CloseLink(link_.link, why);
  LinkLost(absl::UnavailableError(why), now);
}

absl::Time PeerSession::Dial(absl::Time now) {
  if (!peer_->we_dial || peer_->endpoint.empty() || dialling_) return now + kLookAgain;
  if (now < next_dial_) return next_dial_;
  const std::optional<crypto::PublicKey> key = peer_->manifest.KeyFor(model::KeyPurpose::kTls);
  if (!key.has_value()) return now + kLookAgain;
  dialling_ = true;
  context_.transport.Dial(raw_id_, peer_->endpoint, crypto::PinOfKey(*key));
  return now + kLookAgain;
}

// Failures -----------------------------------------------------------------------------------

absl::Status PeerSession::LeaveLeaf(audit::EventKind kind, std::string outcome, std::string reason,
                                    std::vector<std::string> objects) const {
  const audit::Event leaf{.kind = kind,
                          .actor = peer_->name,
                          .role = "peer",
                          .objects = std::move(objects),
                          .outcome = std::move(outcome),
                          .reason = std::move(reason),
                          .detail = {}};
  return context_.database.Write(
      [&](store::Txn& txn) { return context_.audit.Append(txn, leaf).status(); });
}

absl::Status PeerSession::LeaveHeldBack(const Outgoing& outgoing) const {
  if (outgoing.held_back.empty()) return absl::OkStatus();
  std::vector<std::string> objects;
  std::string reason;
  for (const Outgoing::HeldBack& each : outgoing.held_back) {
    objects.push_back(crypto::Hex(each.object.view()));
    absl::StrAppend(&reason, reason.empty() ? "" : ", ", "record ", each.seq, ": ", each.rule);
  }
  return LeaveLeaf(audit::EventKind::kContentHeldBack, "refused", std::move(reason),
                   std::move(objects));
}

void PeerSession::Fail(const absl::Status& why, absl::Time now) {
  wait_until_ = now + kRetry;
  SetTrouble(std::string(why.message()), false);
}

void PeerSession::Refuse(audit::EventKind kind, const absl::Status& why, absl::Time now) {
  // Without the leaf the link is closed all the same: that needs no record to be right.
  (void)LeaveLeaf(kind, "refused", std::string(why.message()));
  CloseLink(std::string(why.message()), now);
}

void PeerSession::RaiseAlarm(const absl::Status& why, absl::Time now) {
  const std::string message(why.message());
  if (message != last_alarm_) {
    if (LeaveLeaf(audit::EventKind::kFeedAlarm, "failed", message).ok()) {
      last_alarm_ = message;
    }
  }
  backoff_.Exhaust();
  CloseLink(message, now);
  SetTrouble(message, true);
}

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

void PeerSession::TakeHello(const wire::HelloFrame& frame, absl::Time now) {
  const absl::StatusOr<model::Hello> hello =
      CheckHello(frame.hello, *peer_, context_.local.authority, link_.exporter32);
  if (!hello.ok()) return Refuse(audit::EventKind::kPeerRefused, hello.status(), now);
  absl::Status holds = CheckIncarnation(hello->incarnation);
  if (holds.ok()) holds = CheckInFeed(hello->out_feed);
  if (holds.ok()) holds = out_feed_.Compare(hello->in_feed);
  if (IsAlarm(holds)) return RaiseAlarm(holds, now);
  const absl::StatusOr<store::OutFeed> feed = out_feed_.Position();
  if (holds.ok() && !feed.ok()) holds = feed.status();
  if (!holds.ok()) return CloseLink(std::string(holds.message()), now);
  state_ = Link::kOpen;
  next_seq_ = feed->acked_seq + 1;
  held_seq_ = hello->in_feed.last_seq;
  window_ = SendWindow();
  last_alarm_.clear();
  SetTrouble("", false);
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
  const absl::StatusOr<exchange::Accepted> accepted = context_.receiver.Accept(*peer_, frame, now);
  if (!accepted.ok()) {
    if (IsAlarm(accepted.status())) return RaiseAlarm(accepted.status(), now);
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
  if (accepted->stored > 0 && context_.items_stored) context_.items_stored();
}

void PeerSession::TakeReceipt(const wire::ReceiptFrame& frame, absl::Time now) {
  const absl::StatusOr<uint64_t> acked = context_.receipts.Take(*peer_, frame.receipt, now);
  if (acked.ok()) return window_.Acked(*acked, now);
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
  ++refused_chunks_;
  FAIRWAY_RETURN_IF_ERROR(
      LeaveLeaf(audit::EventKind::kAttachmentServed, "refused", rule, std::move(objects)));
  return wire::ChunkReply{.object = request.object,
                          .label = request.label,
                          .index = request.index,
                          .data = {},
                          .proof = {},
                          .refused = std::string(not_here ? kChunkNotHere : kChunkNotReleased)};
}

void PeerSession::TakeChunkRequest(const wire::ChunkRequest& request, absl::Time now) {
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

// This node's own work -----------------------------------------------------------------------

absl::Time PeerSession::Exchange(absl::Time now) {
  if (now >= window_.Deadline()) {
    CloseLink("no receipt came in time", now);
    return now;
  }
  const auto work = [&]() -> absl::StatusOr<bool> {
    FAIRWAY_ASSIGN_OR_RETURN(const bool sent, SendNext(now));
    if (sent) return true;
    FAIRWAY_RETURN_IF_ERROR(AskForChunk(now));
    // Numbered late: what is decided and given its place in the feed goes out at once.
    if (window_.RecordRoom() == 0) return false;
    FAIRWAY_RETURN_IF_ERROR(out_feed_.SweepIfChanged(now));
    return out_feed_.NumberNext(window_.batch_bytes(), now);
  };
  absl::StatusOr<bool> more = work();
  if (absl::IsAborted(more.status())) {
    const absl::Status refreshed = context_.refresh_policy();
    if (refreshed.ok()) {
      more = work();
    } else {
      more = refreshed;
    }
  }
  if (!more.ok()) {
    Fail(more.status(), now);
    return wait_until_;
  }
  if (*more) return now;
  absl::Time next = std::min(now + kLookAgain, window_.Deadline());
  if (asked_.has_value()) next = std::min(next, asked_at_ + kChunkTimeout);
  for (const auto& [key, until] : refused_) next = std::min(next, until);
  return next;
}

absl::StatusOr<bool> PeerSession::SendNext(absl::Time now) {
  const size_t room = window_.RecordRoom();
  if (room == 0) return false;
  FAIRWAY_ASSIGN_OR_RETURN(const Outgoing outgoing,
                           out_feed_.Load(next_seq_, held_seq_, room, window_.batch_bytes(), now));
  if (outgoing.records.empty()) return false;
  FAIRWAY_RETURN_IF_ERROR(LeaveHeldBack(outgoing));
  wire::BatchFrame frame;
  frame.batch = crypto::Seal(
      crypto::kTypeFeedBatch,
      wire::EncodeFeedBatch(outgoing.feed_id, context_.local.authority, peer_id_, outgoing.records),
      *context_.local.node_key);
  for (const exchange::Released& content : outgoing.contents) {
    if (content.to() != peer_id_) return absl::InternalError("content released to another peer");
    frame.renditions.push_back(content.rendition());
  }
  if (!context_.transport.Send(link_.link, wire::EncodeFrame(frame))) {
    return absl::UnavailableError("the link takes no more for now");
  }
  window_.Sent(outgoing.last_seq, outgoing.records.size(), outgoing.bytes, now);
  next_seq_ = outgoing.last_seq + 1;
  return true;
}

absl::Status PeerSession::AskForChunk(absl::Time now) {
  if (asked_.has_value() && now < asked_at_ + kChunkTimeout) return absl::OkStatus();
  std::erase_if(refused_, [now](const auto& entry) { return entry.second <= now; });
  std::set<exchange::AttachmentKey> not_now;
  for (const auto& [key, until] : refused_) not_now.insert(key);
  FAIRWAY_ASSIGN_OR_RETURN(asked_, context_.attachments.NextRequest(peer_id_, not_now, now));
  if (!asked_.has_value()) return absl::OkStatus();
  asked_at_ = now;
  if (!context_.transport.Send(link_.link, wire::EncodeFrame(*asked_))) {
    asked_.reset();
    return absl::UnavailableError("the link takes no more for now");
  }
  return absl::OkStatus();
}

}  // namespace fairway::replication
