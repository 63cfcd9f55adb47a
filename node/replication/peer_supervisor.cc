#include "node/replication/peer_supervisor.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/model/peer.h"
#include "node/status/status_macros.h"
#include "node/store/peer_table.h"

namespace fairway::replication {

PeerSupervisor::~PeerSupervisor() { StopAll(); }

absl::Time PeerSupervisor::Step(absl::Time now) {
  const uint64_t version = context_.database.peers_version();
  if (version == seen_) return now + kPoll;
  // Not from the directory, to which peers that cannot be read are no peers: a disk that failed for
  // a moment must not end every session for good. Meanwhile each session finds its peer gone.
  std::vector<model::Peer> peers;
  const absl::Status read = context_.database.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(peers, store::AllPeers(txn));
    return absl::OkStatus();
  });
  if (!read.ok()) return now + kPoll;
  seen_ = version;
  std::set<model::AuthorityId> wanted;
  for (const model::Peer& peer : peers) {
    if (peer.state == model::PeerState::kActive) wanted.insert(peer.id);
  }
  std::vector<model::AuthorityId> ended;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [id, running] : running_) {
      if (wanted.erase(id) == 0) ended.push_back(id);
    }
  }
  for (const model::AuthorityId& id : ended) End(id);
  // Names, countries and groups of peers are part of what a policy means.
  const bool refreshed = context_.refresh_policy().ok();
  for (const model::AuthorityId& id : wanted) Begin(id);
  WakeAll();
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
