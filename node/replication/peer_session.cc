#include "node/replication/peer_session.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/envelope.h"
#include "crypto/spki.h"
#include "node/model/manifest.h"
#include "node/replication/recall_waits.h"
#include "node/status/status_macros.h"
#include "node/store/feed_table.h"
#include "node/store/release_table.h"
#include "node/wire/feed_codec.h"

namespace fairway::replication {

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
  if (deaf_until_.has_value()) deaf_until_ = std::min(*deaf_until_, now + kDeaf);
  window_.ClockSetBack(now);
  strikes_.ClockSetBack(now);
}

absl::Time PeerSession::Step(absl::Time now) {
  if (now < last_step_) ClockSetBack(now);
  last_step_ = now;
  peer_ = context_.directory.Find(peer_id_);
  if (!MayTalk(now)) {
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

bool PeerSession::MayTalk(absl::Time now) {
  const bool was_recall_only = std::exchange(recall_only_, false);
  if (!peer_.has_value()) return false;
  if (peer_->state == model::PeerState::kActive) {
    if (unheard_) {
      // The next link begins where this node stands: the peer sends again what was not heard.
      CloseLink("the peering is active again", now);
    } else if (was_recall_only && state_ == Link::kOpen) {
      SetTrouble("", false);
    }
    return true;
  }
  if (!GetsRecalls(peer_->state)) return false;
  const absl::Status read = context_.database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(recall_only_, RecallWaits(txn, peer_id_));
    return absl::OkStatus();
  });
  recall_only_ = recall_only_ && read.ok();
  if (recall_only_ && state_ == Link::kOpen) SetTrouble(RecallOnlyTrouble(), false);
  return recall_only_;
}

std::string PeerSession::RecallOnlyTrouble() const {
  return absl::StrCat("the peering is ", std::string(model::ToText(peer_->state)),
                      ": only recalls go");
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
    LeaveRefusedChunks();
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
  deaf_until_.reset();
  unheard_ = false;
  if (const absl::Status sent = SendHello(now); !sent.ok()) {
    CloseLink(std::string(sent.message()), now);
  }
}

void PeerSession::LinkLost(const absl::Status& why, absl::Time now) {
  if (now - link_since_ >= kGoodLink) backoff_.Reset();
  state_ = Link::kDown;
  asked_.reset();
  served_.clear();
  LeaveRefusedChunks();
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
                                    std::vector<std::string> objects,
                                    std::map<std::string, std::string> detail) const {
  const audit::Event leaf{.kind = kind,
                          .actor = peer_.has_value() ? peer_->name : peer_id_.ToString(),
                          .role = "peer",
                          .objects = std::move(objects),
                          .outcome = std::move(outcome),
                          .reason = std::move(reason),
                          .detail = std::move(detail)};
  const auto append = [&](store::Txn& txn) { return context_.audit.Append(txn, leaf).status(); };
  // A full disk must not keep a recall waiting behind the record that it holds back.
  return kind == audit::EventKind::kContentHeldBack ? context_.database.WriteReserved(append)
                                                    : context_.database.Write(append);
}

absl::Status PeerSession::LeaveHeldBack(const Outgoing& outgoing) {
  std::vector<std::string> objects;
  std::string reason;
  std::set<uint64_t> left = held_back_;
  for (const Outgoing::HeldBack& each : outgoing.held_back) {
    if (!left.insert(each.seq).second) continue;
    objects.push_back(crypto::Hex(each.object.view()));
    absl::StrAppend(&reason, reason.empty() ? "" : ", ", "record ", each.seq, ": ", each.rule);
  }
  if (objects.empty()) return absl::OkStatus();
  FAIRWAY_RETURN_IF_ERROR(LeaveLeaf(audit::EventKind::kContentHeldBack, "refused",
                                    std::move(reason), std::move(objects)));
  held_back_ = std::move(left);
  return absl::OkStatus();
}

void PeerSession::Fail(const absl::Status& why, absl::Time now) {
  wait_until_ = now + kRetry;
  SetTrouble(std::string(why.message()), false);
}

void PeerSession::Refuse(audit::EventKind kind, const absl::Status& why, absl::Time now) {
  // Without the leaf the link is closed all the same: that needs no record to be right. Nor does
  // each one have one while the peer's feed is suspended, which was said.
  if (strikes_.Left(now) == absl::ZeroDuration()) {
    (void)LeaveLeaf(kind, "refused", std::string(why.message()));
  }
  Strike(1, now);
  CloseLink(std::string(why.message()), now);
}

void PeerSession::Strike(size_t count, absl::Time now) {
  if (!strikes_.Add(count, now)) return;
  (void)LeaveLeaf(audit::EventKind::kFeedAlarm, "failed", kStruckOut);
  SetTrouble(kStruckOut, true);
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

// This node's own work -----------------------------------------------------------------------

absl::Time PeerSession::Exchange(absl::Time now) {
  if (now >= window_.Deadline()) {
    CloseLink("no receipt came in time", now);
    return now;
  }
  if (deaf_until_.has_value() && now >= *deaf_until_) {
    // The next link begins where this node stands: the peer sends again what was not heard.
    CloseLink("this node had no space, or no policy that can be loaded", now);
    return now;
  }
  const auto work = [&]() -> absl::StatusOr<bool> {
    FAIRWAY_ASSIGN_OR_RETURN(const bool sent, SendNext(now));
    if (sent) return true;
    // Numbered late: what is decided and given its place in the feed goes out at once.
    const size_t room = window_.RecordRoom();
    if (window_.UrgentRoom() > 0) {
      FAIRWAY_ASSIGN_OR_RETURN(const bool recalls, out_feed_.NumberRecalls(now));
      bool urgent = false;
      if (room == 0) {
        FAIRWAY_ASSIGN_OR_RETURN(urgent, SendUpToRecall(now));
      }
      if (recalls || urgent) return true;
    }
    if (recall_only_) return false;
    FAIRWAY_RETURN_IF_ERROR(AskForChunk(now));
    if (room == 0) return false;
    FAIRWAY_RETURN_IF_ERROR(out_feed_.SweepIfChanged(now));
    FAIRWAY_ASSIGN_OR_RETURN(const bool looked,
                             out_feed_.NumberNext(room, window_.batch_bytes(), now));
    // At once, while what was decided is known to stand.
    if (looked) FAIRWAY_RETURN_IF_ERROR(SendNext(now).status());
    return looked;
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
  MarkLateReceipt(now);
  absl::Time next = std::min(now + kLookAgain, window_.Deadline());
  next = std::min(next, deaf_until_.value_or(absl::InfiniteFuture()));
  // What is due already waits for room on the link, which a receipt makes.
  const absl::StatusOr<absl::Time> due = out_feed_.NextDue();
  if (due.ok() && *due > now) next = std::min(next, *due);
  if (asked_.has_value()) next = std::min(next, asked_at_ + kChunkTimeout);
  for (const auto& [key, until] : refused_) next = std::min(next, until);
  return next;
}

// For people: the gate asks for itself.
void PeerSession::MarkLateReceipt(absl::Time now) {
  const bool owes = window_.Deadline() != absl::InfiniteFuture();
  if (recall_only_ || (!owes && !receipt_late_)) return;
  std::optional<store::OverdueReceipt> late;
  const absl::Status read = context_.database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(late, store::OverdueReceiptOf(txn, peer_id_, now));
    return absl::OkStatus();
  });
  if (!read.ok() || (!late.has_value() && !receipt_late_)) return;
  receipt_late_ = late.has_value();
  SetTrouble(
      receipt_late_
          ? absl::StrCat("the receipt for record ", late->feed_seq, " is due since ",
                         absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", late->due, absl::UTCTimeZone()),
                         ": what needs one waits")
          : "",
      false);
}

absl::StatusOr<bool> PeerSession::SendNext(absl::Time now) {
  return Send(window_.RecordRoom(), now);
}

// Beyond a window that a peer without space for items may keep full: what is numbered, as far as
// there is a recall in it. It may have its number from an earlier link.
absl::StatusOr<bool> PeerSession::SendUpToRecall(absl::Time now) {
  bool recall = false;
  FAIRWAY_RETURN_IF_ERROR(context_.database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(recall, store::RecallUnderWay(txn, peer_id_, next_seq_ - 1));
    return absl::OkStatus();
  }));
  if (!recall) return false;
  return Send(window_.UrgentRoom(), now);
}

absl::StatusOr<bool> PeerSession::Send(size_t room, absl::Time now) {
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
