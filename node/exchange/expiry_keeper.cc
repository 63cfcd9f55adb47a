#include "node/exchange/expiry_keeper.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "node/audit/event.h"
#include "node/model/item.h"
#include "node/model/ref.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "node/store/node_table.h"

namespace fairway::exchange {
namespace {

constexpr char kSetting[] = "clock";

std::string Text(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

absl::Time ExpiryOf(const store::StoredRevision& revision) {
  return std::min(revision.body.not_after.value_or(absl::InfiniteFuture()),
                  revision.terms.expires.value_or(absl::InfiniteFuture()));
}

audit::Event ExpiredLeaf(const store::StoredRevision& revision) {
  return {.kind = audit::EventKind::kItemExpired,
          .actor = "node",
          .role = "",
          .objects = {model::RefOf(revision.body.kind, revision.body.item_id),
                      crypto::Hex(revision.object.view())},
          .outcome = "ok",
          .reason = "",
          .detail = {{"revision", absl::StrCat(revision.body.revision)},
                     {"expired", Text(ExpiryOf(revision))}}};
}

absl::Status Doubted(const ClockTrust& trust) {
  const absl::Duration off = trust.last_look() - trust.mark();
  const absl::Duration left = ClockTrust::kProbation - trust.ran();
  return MakeProblem(
      absl::StatusCode::kFailedPrecondition,
      Problem{
          "FW-CLK-001",
          absl::StrCat("this machine's clock says ", Text(trust.last_look()), ", ",
                       absl::FormatDuration(absl::Trunc(absl::AbsDuration(off), absl::Hours(1))),
                       off > absl::ZeroDuration() ? " after " : " before ", Text(trust.mark()),
                       ", which was the last time it was trusted"),
          {"what is expired by this clock is hidden, and not erased yet",
           absl::StrCat("if the clock stays as it is, erasing begins in ",
                        absl::FormatDuration(absl::Trunc(left, absl::Minutes(1))), " of running")},
          {"date -u   (is that right?)", "correct the clock of this machine if it is wrong"}});
}

}  // namespace

absl::Status ExpiryKeeper::Load() {
  std::optional<std::string> text;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(text, store::GetSetting(txn, kSetting));
    return absl::OkStatus();
  }));
  if (text.has_value()) {
    FAIRWAY_ASSIGN_OR_RETURN(trust_, ClockTrust::Decode(*text));
  }
  kept_ = trust_;
  loaded_ = true;
  return absl::OkStatus();
}

absl::StatusOr<bool> ExpiryKeeper::Due() const {
  const bool far = trust_.mark() - kept_.mark() >= kKeepEvery || kept_.mark() > trust_.mark() ||
                   trust_.ran() < kept_.ran() || trust_.ran() - kept_.ran() >= kKeepEvery;
  if (far || trust_.doubted() != kept_.doubted()) return true;
  std::vector<store::StoredRevision> expired;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(expired, store::ExpiredRevisions(txn, trust_.destroy_up_to(), 1));
    return absl::OkStatus();
  }));
  return !expired.empty();
}

// What is known of the clock, and a leaf if it is another judgement than before.
absl::Status ExpiryKeeper::Keep(store::Txn& txn) const {
  FAIRWAY_RETURN_IF_ERROR(store::PutSetting(txn, kSetting, trust_.Encode()));
  if (trust_.doubted() == kept_.doubted()) return absl::OkStatus();
  audit::Event event;
  event.kind = trust_.doubted() ? audit::EventKind::kClockDoubted : audit::EventKind::kClockTrusted;
  event.actor = "node";
  event.detail = {{"trusted", Text(trust_.mark())}, {"now", Text(trust_.last_look())}};
  return audit_.Append(txn, event).status();
}

absl::StatusOr<size_t> ExpiryKeeper::Erase() {
  size_t erased = 0;
  // Erasing frees space, so a full disk must not stop it before recalls would need the rest.
  FAIRWAY_RETURN_IF_ERROR(database_.WriteReserved(
      [&](store::Txn& txn) -> absl::Status {
        FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> expired,
                                 store::ExpiredRevisions(txn, trust_.destroy_up_to(), kPerStep));
        for (const store::StoredRevision& revision : expired) {
          FAIRWAY_RETURN_IF_ERROR(
              store::EraseContent(txn, revision.object, store::RevisionState::kExpired));
          FAIRWAY_RETURN_IF_ERROR(audit_.Append(txn, ExpiredLeaf(revision)).status());
        }
        erased = expired.size();
        if (erased > 0) txn.OnCommit([this] { database_.TruncateWalSoon(); });
        return Keep(txn);
      },
      store::Reserve::kUpperHalf));
  kept_ = trust_;
  return erased;
}

absl::StatusOr<absl::Time> ExpiryKeeper::NextExpiry() const {
  absl::Time next = absl::InfiniteFuture();
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> first,
                             store::ExpiredRevisions(txn, absl::InfiniteFuture(), 1));
    if (!first.empty()) next = ExpiryOf(first.front());
    return absl::OkStatus();
  }));
  return next;
}

absl::StatusOr<absl::Time> ExpiryKeeper::StepOrFail(absl::Time now) {
  if (!loaded_) FAIRWAY_RETURN_IF_ERROR(Load());
  trust_.Look(now);
  FAIRWAY_ASSIGN_OR_RETURN(const bool due, Due());
  if (due) {
    FAIRWAY_ASSIGN_OR_RETURN(const size_t erased, Erase());
    if (erased == kPerStep) return now;
  }
  FAIRWAY_ASSIGN_OR_RETURN(const absl::Time next, NextExpiry());
  // One that is over but may not be erased yet is waited for like any other.
  return next > now ? std::min(next, now + kPeriod) : now + kPeriod;
}

absl::Time ExpiryKeeper::Step(absl::Time now) {
  const absl::StatusOr<absl::Time> next = StepOrFail(now);
  absl::Status health = next.status();
  if (next.ok() && trust_.doubted()) health = Doubted(trust_);
  {
    const std::lock_guard lock(mutex_);
    health_ = std::move(health);
  }
  return next.value_or(now + kPeriod);
}

absl::Status ExpiryKeeper::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

}  // namespace fairway::exchange
