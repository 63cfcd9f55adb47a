#include "node/edge/connections.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "node/edge/descriptor.h"
#include "node/edge/penalty_box.h"
#include "node/edge/pump.h"

namespace fairway::edge {

struct Connections::State {
  State(EdgeLimits limits_in, std::function<void(const Refusal&)> on_refused_in, TimeSource now_in)
      : limits(limits_in),
        on_refused(std::move(on_refused_in)),
        now(std::move(now_in)),
        penalties(limits.first_penalty, limits.last_penalty) {}

  struct Live {
    std::string peer_id;
    std::shared_ptr<WakeDescriptor> wake;
    bool gives_way = false;  // told to end, and not ended yet
  };

  void Report(const Refusal& refusal) const {
    if (on_refused) on_refused(refusal);
  }
  // The smallest id of a peer that has more connections than allowed is its oldest. Those that give
  // way already do not count: others may come faster than threads end.
  // With mu held.
  std::optional<uint64_t> Surplus(const std::string& peer_id);
  void Carry(uint64_t id, TlsSession& tls, Descriptor plain, GateSide inbound,
             const WakeDescriptor& wake, std::atomic<bool>& answered);

  const EdgeLimits limits;
  const std::function<void(const Refusal&)> on_refused;
  const TimeSource now;
  mutable std::mutex mu;  // guards all below
  std::condition_variable thread_ended;
  absl::flat_hash_map<uint64_t, Live> live;
  PenaltyBox penalties;
  uint64_t next_id = 1;
  int threads = 0;
  bool stopped = false;
};

std::optional<uint64_t> Connections::State::Surplus(const std::string& peer_id) {
  int count = 0;
  std::optional<uint64_t> oldest;
  for (const auto& [id, connection] : live) {
    if (connection.peer_id != peer_id || connection.gives_way) continue;
    ++count;
    if (!oldest.has_value() || id < *oldest) oldest = id;
  }
  return count > limits.connections_per_peer ? oldest : std::nullopt;
}

void Connections::State::Carry(uint64_t id, TlsSession& tls, Descriptor plain, GateSide inbound,
                               const WakeDescriptor& wake, std::atomic<bool>& answered) {
  const PumpEnd end = RunPump(tls, plain.get(), inbound, limits, wake, answered);
  absl::Duration penalty;
  Refusal refusal = tls.refusal();
  {
    std::lock_guard lock(mu);
    auto at = live.find(id);
    if (at != live.end()) {
      refusal.peer_id = at->second.peer_id;
      live.erase(at);
    }
    if (!end.attack.empty()) {
      penalty = penalties.Punish(refusal.peer_id, now());
      for (const auto& [other, connection] : live) {
        if (connection.peer_id == refusal.peer_id) connection.wake->Wake();
      }
    }
  }
  if (end.attack.empty()) return;
  refusal.reason = RefusalReason::kGate;
  refusal.attack = end.attack;
  refusal.detail =
      absl::StrCat(end.why.message(), "; shut out for ", absl::FormatDuration(penalty));
  Report(refusal);
}

Connections::Connections(EdgeLimits limits, std::function<void(const Refusal&)> on_refused,
                         TimeSource now)
    : state_(std::make_shared<State>(limits, std::move(on_refused), std::move(now))) {}

Connections::~Connections() { Stop(); }

absl::StatusOr<PeerConnection> Connections::Adopt(std::unique_ptr<TlsSession> tls,
                                                  const std::string& peer_id, GateSide inbound) {
  absl::StatusOr<SocketPair> pair = MakeSocketPair();
  if (!pair.ok()) return pair.status();
  absl::StatusOr<WakeDescriptor> made = WakeDescriptor::Create();
  if (!made.ok()) return made.status();
  auto wake = std::make_shared<WakeDescriptor>(*std::move(made));

  PeerConnection connection;
  connection.peer_id = peer_id;
  connection.address = tls->refusal().address;
  connection.exporter32 = tls->Exporter32();
  auto answered = std::make_shared<std::atomic<bool>>(false);
  connection.answered = answered;
  Refusal surplus = tls->refusal();
  bool closed_one = false;
  {
    std::lock_guard lock(state_->mu);
    if (state_->stopped) return absl::CancelledError("the node is stopping");
    const absl::Duration left = state_->penalties.Left(peer_id, state_->now());
    if (left > absl::ZeroDuration()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "shut out for another ", absl::FormatDuration(absl::Ceil(left, absl::Seconds(1))),
          " because of an attack"));
    }
    connection.connection = state_->next_id++;
    try {
      std::thread([state = state_, id = connection.connection, tls = std::move(tls),
                   plain = std::move(pair->ours), inbound, wake, answered]() mutable {
        BlockSigpipeInThisThread();
        state->Carry(id, *tls, std::move(plain), inbound, *wake, *answered);
        tls.reset();
        std::lock_guard lock(state->mu);
        --state->threads;
        state->thread_ended.notify_all();
      }).detach();
    } catch (const std::system_error& error) {
      return absl::ResourceExhaustedError(absl::StrCat("no thread: ", error.what()));
    }
    ++state_->threads;
    state_->live.emplace(connection.connection, State::Live{peer_id, wake, false});
    if (std::optional<uint64_t> oldest = state_->Surplus(peer_id)) {
      state_->live[*oldest].gives_way = true;
      state_->live[*oldest].wake->Wake();
      closed_one = true;
    }
  }
  if (closed_one) {
    surplus.reason = RefusalReason::kTooManyConnections;
    surplus.peer_id = peer_id;
    surplus.detail = absl::StrCat("more than ", state_->limits.connections_per_peer,
                                  " connections of one peer: its oldest was closed");
    state_->Report(surplus);
  }
  connection.plaintext_fd = pair->theirs.Release();
  return connection;
}

void Connections::Close(uint64_t connection) {
  std::lock_guard lock(state_->mu);
  auto at = state_->live.find(connection);
  if (at != state_->live.end()) at->second.wake->Wake();
}

void Connections::ClosePeer(std::string_view peer_id) {
  std::lock_guard lock(state_->mu);
  for (const auto& [id, connection] : state_->live) {
    if (connection.peer_id == peer_id) connection.wake->Wake();
  }
}

absl::Duration Connections::PenaltyLeft(const std::string& peer_id) const {
  std::lock_guard lock(state_->mu);
  return state_->penalties.Left(peer_id, state_->now());
}

int Connections::CountOf(const std::string& peer_id) const {
  std::lock_guard lock(state_->mu);
  int count = 0;
  for (const auto& [id, connection] : state_->live) count += connection.peer_id == peer_id;
  return count;
}

void Connections::Stop() {
  std::unique_lock lock(state_->mu);
  state_->stopped = true;
  for (const auto& [id, connection] : state_->live) connection.wake->Wake();
  state_->thread_ended.wait(lock, [this] { return state_->threads == 0; });
}

}  // namespace fairway::edge
