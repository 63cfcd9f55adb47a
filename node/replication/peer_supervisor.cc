#include "node/replication/peer_supervisor.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/model/peer.h"
#include "node/replication/recall_waits.h"
#include "node/status/status_macros.h"
#include "node/store/log_table.h"
#include "node/store/peer_table.h"
#include "node/store/recall_table.h"

namespace fairway::replication {

PeerSupervisor::~PeerSupervisor() { StopAll(); }

absl::Time PeerSupervisor::Step(absl::Time now) {
  const uint64_t version = context_.database.peers_version();
  uint64_t log_end = 0;
  // Not from the directory, to which peers that cannot be read are no peers: a disk that failed for
  // a moment must not end every session for good. Meanwhile each session finds its peer gone.
  std::set<model::AuthorityId> wanted;
  bool same = false;
  bool recall_only = false;
  std::vector<model::AuthorityId> inactive;
  const absl::Status read = context_.database.Read([&](store::ReadTxn& txn) -> absl::Status {
    wanted.clear();
    recall_only = false;
    inactive.clear();
    FAIRWAY_ASSIGN_OR_RETURN(log_end, store::LastLogSeq(txn));
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::RecallRow> recalls,
                             store::RecallsAfter(txn, seen_log_, 1));
    same = version == seen_ && recalls.empty() && !recall_only_;
    if (same) return absl::OkStatus();
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Peer> peers, store::AllPeers(txn));
    for (const model::Peer& peer : peers) {
      if (peer.state == model::PeerState::kActive) {
        wanted.insert(peer.id);
      } else if (GetsRecalls(peer.state)) {
        inactive.push_back(peer.id);
        FAIRWAY_ASSIGN_OR_RETURN(const bool waits, RecallWaits(txn, peer.id));
        if (!waits) continue;
        wanted.insert(peer.id);
        recall_only = true;
      }
    }
    return absl::OkStatus();
  });
  if (!read.ok() || same) return now + kPoll;
  // If it fails the next look only takes longer.
  for (const model::AuthorityId& id : inactive) (void)PassRecallsOfOthers(context_.database, id);
  const bool peers_changed = version != seen_;
  seen_ = version;
  seen_log_ = log_end;
  recall_only_ = recall_only;
  std::vector<model::AuthorityId> ended;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [id, running] : running_) {
      if (wanted.erase(id) == 0) ended.push_back(id);
    }
  }
  for (const model::AuthorityId& id : ended) End(id);
  // Names, countries and groups of peers are part of what a policy means.
  const bool refreshed = !peers_changed || context_.refresh_policy().ok();
  // Before a new session dials: its peer has to be let in.
  if (context_.sessions_changed && !(ended.empty() && wanted.empty())) context_.sessions_changed();
  for (const model::AuthorityId& id : wanted) Begin(id);
  if (peers_changed || !wanted.empty()) WakeAll();
  if (!refreshed) seen_ = 0;
  return now + kPoll;
}

void PeerSupervisor::Begin(const model::AuthorityId& peer) {
  auto session = std::make_unique<PeerSession>(
      context_, peer, entropy_.Fork(absl::StrCat("session/", peer.ToString())));
  PeerSession* raw = session.get();
  // Before the session runs: its first step may dial, and the answer to a dial of a peer that is
  // not attached is never heard.
  context_.transport.Attach(peer.raw(), &raw->inbox());
  env::Wake wake = host_.Start(*raw);
  raw->inbox().UseWake(wake);
  wake();  // for what came in between
  std::lock_guard<std::mutex> lock(mutex_);
  running_[peer] = Running{.session = std::move(session), .wake = std::move(wake)};
}

void PeerSupervisor::End(const model::AuthorityId& peer) {
  Running running;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = running_.find(peer);
    if (found == running_.end()) return;
    running = std::move(found->second);
    running_.erase(found);
  }
  // Outside the lock: a step under way may be waking the others.
  context_.transport.Detach(peer.raw());
  host_.Stop(*running.session);
}

void PeerSupervisor::WakeAll() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [id, running] : running_) {
    if (running.wake) running.wake();
  }
}

void PeerSupervisor::WakeLinked() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [id, running] : running_) {
    if (running.wake && running.session->status().connected) running.wake();
  }
}

std::optional<SessionStatus> PeerSupervisor::StatusOf(const model::AuthorityId& peer) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = running_.find(peer);
  if (found == running_.end()) return std::nullopt;
  return found->second.session->status();
}

void PeerSupervisor::StopAll() {
  std::vector<model::AuthorityId> all;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [id, running] : running_) all.push_back(id);
  }
  for (const model::AuthorityId& id : all) End(id);
}

}  // namespace fairway::replication
