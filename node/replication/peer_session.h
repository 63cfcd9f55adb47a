#ifndef FAIRWAY_NODE_REPLICATION_PEER_SESSION_H_
#define FAIRWAY_NODE_REPLICATION_PEER_SESSION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "node/audit/audit_log.h"
#include "node/audit/event.h"
#include "node/env/entropy.h"
#include "node/env/peer_transport.h"
#include "node/env/steppable.h"
#include "node/env/waker.h"
#include "node/exchange/attachments.h"
#include "node/exchange/receipts.h"
#include "node/exchange/receiver.h"
#include "node/exchange/release_gate.h"
#include "node/model/feed.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/replication/backoff.h"
#include "node/replication/handshake.h"
#include "node/replication/link_inbox.h"
#include "node/replication/out_feed.h"
#include "node/replication/send_window.h"
#include "node/replication/strikes.h"
#include "node/store/database.h"
#include "node/wire/frame.h"

namespace fairway::replication {

// What every session of a node uses. All of it outlives the sessions.
struct SessionContext {
  store::Database& database;
  const model::PeerDirectory& directory;
  const exchange::ReleaseGate& gate;
  const exchange::Receiver& receiver;
  const exchange::ReceiptTaker& receipts;
  const exchange::AttachmentFetcher& attachments;
  const audit::AuditLog& audit;
  env::PeerTransport& transport;
  LocalNode local;
  // Loads the policy again if it is out of date (policyadmin::PolicyRegistry::Refresh).
  std::function<absl::Status()> refresh_policy;
  // Items came in that may be passed on, or recalls that must be: wakes all sessions.
  env::Wake items_stored;
  // After the set of peers that have a session changed: whose connections are let in?
  env::Wake sessions_changed = nullptr;
};

// For people: how it stands with one peer.
struct SessionStatus {
  bool connected = false;  // the peer said a hello that holds
  absl::Time last_seen = absl::InfinitePast();
  std::string trouble;  // why there is no exchange, or that a receipt is late; "" = nothing wrong
  bool alarm = false;   // a person has to look: one of the two nodes is a restored copy, or lies
};

// Everything with one peer: links, hello, this node's feed to it, its feed to this node, receipts,
// attachments. While the peering is suspended or quarantined only recalls that wait for the peer go
// to it, and their receipts come back: the gate gives no content, and what the peer sends is left
// without an answer; when none waits any more the links are closed. A state machine without a
// thread: the transport puts events into the inbox, Step does one bounded piece of work.
// Deterministic given clock, entropy and transport.
class PeerSession final : public env::Steppable {
 public:
  static constexpr absl::Duration kHelloTimeout = absl::Seconds(5);
  static constexpr absl::Duration kChunkTimeout = absl::Seconds(60);
  static constexpr absl::Duration kRetry = absl::Seconds(1);      // after a failure of this node
  static constexpr absl::Duration kLookAgain = absl::Minutes(1);  // for what nobody wakes us for
  // For an attachment that the peer does not hold itself yet, or must not give.
  static constexpr absl::Duration kAskSoon = absl::Seconds(10);
  static constexpr absl::Duration kAskAgain = absl::Minutes(5);
  // So many chunks that it may not have does no honest peer ask for on one link. The first few have
  // a leaf each, all others of a link one together.
  static constexpr size_t kMaxRefusedChunks = 1000;
  static constexpr size_t kRefusedChunkLeaves = 8;
  // After a batch that found the disk full, or no policy that can be loaded.
  static constexpr absl::Duration kDeaf = absl::Seconds(10);
  // A link that lived this long was a good one: the next dial comes soon.
  static constexpr absl::Duration kGoodLink = absl::Seconds(10);

  PeerSession(const SessionContext& context, const model::AuthorityId& peer,
              std::unique_ptr<env::Entropy> entropy);

  // What the transport attaches.
  LinkInbox& inbox() { return inbox_; }

  absl::Time Step(absl::Time now) override;

  // Thread-safe.
  SessionStatus status() const;

 private:
  enum class Link { kDown, kHello, kOpen };

  bool MayTalk(absl::Time now);  // and sets recall_only_
  std::string RecallOnlyTrouble() const;

  // Events of the transport.
  void Handle(LinkInbox::Event event, absl::Time now);
  void LinkUp(const env::LinkInfo& info, absl::Time now);
  void LinkLost(const absl::Status& why, absl::Time now);
  void TakeFrame(std::string bytes, absl::Time now);
  void TakeHello(const wire::HelloFrame& frame, absl::Time now);
  void TakeBatch(const wire::BatchFrame& frame, absl::Time now);
  void TakeReceipt(const wire::ReceiptFrame& frame, absl::Time now);
  void TakeChunkRequest(const wire::ChunkRequest& request, absl::Time now);
  void TakeChunkReply(const wire::ChunkReply& reply, absl::Time now);

  // Work of this node's own; each answers when it wants to be called again.
  // A wall clock may be set back, by a year: what was to be waited for is not waited for twice.
  void ClockSetBack(absl::Time now);
  absl::Time Dial(absl::Time now);
  absl::Time Exchange(absl::Time now);
  void MarkLateReceipt(absl::Time now);
  absl::StatusOr<bool> SendNext(absl::Time now);
  absl::StatusOr<bool> SendUpToRecall(absl::Time now);
  absl::StatusOr<bool> Send(size_t room, absl::Time now);  // at most so many records
  absl::Status AskForChunk(absl::Time now);

  absl::Status SendHello(absl::Time now);
  absl::Status CheckInFeed(const model::FeedPosition& theirs) const;
  absl::Status CheckIncarnation(uint64_t incarnation);
  bool IsOlderThanTheLast(const model::Hello& hello) const;
  absl::StatusOr<wire::ChunkReply> ServeChunk(const wire::ChunkRequest& request, absl::Time now);
  absl::Status LeaveLeaf(audit::EventKind kind, std::string outcome, std::string reason,
                         std::vector<std::string> objects = {},
                         std::map<std::string, std::string> detail = {}) const;
  absl::Status LeaveHeldBack(const Outgoing& outgoing);
  void LeaveRefusedChunks();

  // What goes wrong, and what it costs. Own trouble: a little time. A peer that does not keep to
  // the protocol: a leaf and the link. An alarm: a leaf, the link, and a person's attention.
  void Fail(const absl::Status& why, absl::Time now);
  void Refuse(audit::EventKind kind, const absl::Status& why, absl::Time now);
  // The peer sent so many things that no honest node sends; suspends its feed if that is enough.
  void Strike(size_t count, absl::Time now);
  void RaiseAlarm(const absl::Status& why, absl::Time now);
  void CloseLink(std::string why, absl::Time now);
  void SetTrouble(std::string trouble, bool alarm);

  const SessionContext& context_;
  const model::AuthorityId peer_id_;
  const std::string raw_id_;
  const std::unique_ptr<env::Entropy> entropy_;
  LinkInbox inbox_;
  OutFeed out_feed_;
  Backoff backoff_;

  std::optional<model::Peer> peer_;  // as of the beginning of this step
  bool recall_only_ = false;         // likewise

  absl::Time last_step_ = absl::InfinitePast();
  Link state_ = Link::kDown;
  env::LinkInfo link_;  // unless kDown
  absl::Time link_since_ = absl::InfinitePast();
  bool dialling_ = false;
  absl::Time next_dial_ = absl::InfinitePast();
  absl::Time wait_until_ = absl::InfinitePast();  // after a failure of this node

  // Of the open link; feed numbers are only where sending goes on, truth is in the database.
  uint64_t next_seq_ = 0;  // the next record to put on the link
  uint64_t held_seq_ = 0;  // what the peer said it holds
  SendWindow window_;
  Strikes strikes_;  // of all links
  std::optional<wire::ChunkRequest> asked_;
  absl::Time asked_at_ = absl::InfinitePast();
  std::map<exchange::AttachmentKey, absl::Time> refused_;  // ask again after
  std::set<exchange::AttachmentKey> served_;               // those with a leaf on this link
  size_t refused_chunks_ = 0;                              // on this link
  bool receipt_late_ = false;                              // and status_.trouble says so
  bool unheard_ = false;  // a batch came on this link while only recalls go, and was dropped
  std::optional<absl::Time> deaf_until_;  // batches on this link are not heard
  std::set<uint64_t> held_back_;  // records without a receipt whose content has a held-back leaf
  // Of the last hello that fitted, and whether an older one came since.
  std::string last_boot_;
  absl::Time last_said_ = absl::InfinitePast();
  bool crossed_ = false;
  std::string last_alarm_;  // so that each one leaves one leaf

  mutable std::mutex mutex_;
  SessionStatus status_;  // guarded by mutex_
};

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_PEER_SESSION_H_
