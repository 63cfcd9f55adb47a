#ifndef FAIRWAY_NODE_REPLICATION_PEER_SUPERVISOR_H_
#define FAIRWAY_NODE_REPLICATION_PEER_SUPERVISOR_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/time/time.h"
#include "node/env/entropy.h"
#include "node/env/steppable.h"
#include "node/env/waker.h"
#include "node/model/ids.h"
#include "node/replication/peer_session.h"
#include "node/replication/session_host.h"

namespace fairway::replication {

// One session for each active peer and for each suspended or quarantined one that a recall waits
// for (RecallWaits), and none for anybody else. Follows the directory: a peer that is no longer
// active loses its links and its session at the next step, so wake this when peers change; it looks
// by itself every kPoll.
class PeerSupervisor final : public env::Steppable {
 public:
  static constexpr absl::Duration kPoll = absl::Seconds(1);

  // All must outlive this object; `entropy` is forked for each session.
  PeerSupervisor(const SessionContext& context, SessionHost& host, env::Entropy& entropy)
      : context_(context), host_(host), entropy_(entropy) {}
  ~PeerSupervisor() override;  // as StopAll

  absl::Time Step(absl::Time now) override;

  // The policy changed, or something else that concerns every session: each looks. Thread-safe.
  void WakeAll();
  // Something was published or came in: sessions with an open link look, and the others do when
  // theirs opens. So an item costs nothing for peers that cannot be reached. Thread-safe.
  void WakeLinked();

  // Nothing if there is no session. Thread-safe.
  std::optional<SessionStatus> StatusOf(const model::AuthorityId& peer) const;

  // Closes everything. The last call but the destructor; not while a Step runs.
  void StopAll();

 private:
  struct Running {
    std::unique_ptr<PeerSession> session;
    env::Wake wake;
  };

  void Begin(const model::AuthorityId& peer);
  void End(const model::AuthorityId& peer);

  const SessionContext& context_;
  SessionHost& host_;
  env::Entropy& entropy_;
  uint64_t seen_ = 0;         // Database::peers_version()
  uint64_t seen_log_ = 0;     // up to there recalls were looked at
  bool recall_only_ = false;  // there are sessions that end with the last recall

  mutable std::mutex mutex_;
  std::map<model::AuthorityId, Running> running_;  // guarded by mutex_
};

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_PEER_SUPERVISOR_H_
