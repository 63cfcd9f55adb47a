#include "node/exchange/held.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/audit/event.h"
#include "node/authz/authorizer.h"
#include "node/exchange/author.h"
#include "node/exchange/look_again.h"
#include "node/exchange/release_terms.h"
#include "node/model/ref.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/hold_table.h"
#include "node/store/item_table.h"
#include "node/store/mention_table.h"
#include "node/store/peer_table.h"

namespace fairway::exchange {
namespace {

constexpr size_t kReadAtOnce = 100;
constexpr char kSweepReason[] = "a person let something go";

absl::Status Refuse(absl::StatusCode code, std::string problem, std::string message,
                    std::vector<std::string> why, std::vector<std::string> next) {
  return MakeProblem(code,
                     {std::move(problem), std::move(message), std::move(why), std::move(next)});
}

absl::Status NotHeld(const std::string& ref, const std::string& peer,
                     const std::variant<Grant, Withheld>& verdict) {
  const Grant* grant = std::get_if<Grant>(&verdict);
  const policy::Decision& decision =
      grant != nullptr ? grant->decision : std::get<Withheld>(verdict).decision;
  return Refuse(absl::StatusCode::kFailedPrecondition, "FW-HELD-003",
                absl::StrCat(ref, " is not held for \"", peer, "\" until a person lets it go"),
                {absl::StrCat(grant != nullptr ? "it may go: rule " : "it stays here: rule ",
                              decision.rule, ": ", decision.because)},
                {absl::StrCat("fairway where ", ref)});
}

bool WaitsForAPerson(const Withheld& withheld) {
  return !withheld.mentions.empty() || !withheld.roles.empty();
}

std::string Named(const std::vector<model::Role>& roles) {
  std::vector<std::string> names;
  for (const model::Role role : roles) names.emplace_back(model::ToText(role));
  return absl::StrJoin(names, ", ");
}

// Which roles the caller acted in, for the audit log.
std::string RolesOf(const model::Caller& caller, const HeldReleased& done) {
  return done.roles.empty() ? PublisherRole(caller) : Named(done.roles);
}

}  // namespace

absl::StatusOr<HeldPage> HeldDesk::List(std::optional<uint64_t> before) const {
  std::vector<model::Peer> peers = directory_.All();
  std::erase_if(peers,
                [](const model::Peer& peer) { return peer.state != model::PeerState::kActive; });
  const absl::Time now = clock_.Now();
  HeldPage page;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    page = HeldPage{};
    std::optional<uint64_t> at = before;
    for (size_t looked = 0;;) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> revisions,
                               store::ListRevisions(txn, {.before_id = at, .limit = kReadAtOnce}));
      if (revisions.empty()) return absl::OkStatus();
      for (const store::StoredRevision& revision : revisions) {
        at = revision.id;
        ++looked;
        if (!gate_.MayHold()) {
          FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                                   store::GetParts(txn, revision.object));
          if (!MightMention(parts)) continue;
        }
        for (const model::Peer& peer : peers) {
          FAIRWAY_ASSIGN_OR_RETURN(const auto verdict,
                                   gate_.Decide(txn, revision.object, peer, now));
          const Withheld* no = std::get_if<Withheld>(&verdict);
          if (no == nullptr || !WaitsForAPerson(*no)) continue;
          page.held.push_back({.ref = model::RefOf(revision.body.kind, revision.body.item_id),
                               .origin = revision.body.origin,
                               .item = revision.body.item_id,
                               .object = revision.object,
                               .revision = revision.body.revision,
                               .peer = peer.name,
                               .label = absl::StrJoin(no->mentions, ", "),
                               .roles = no->roles,
                               .going = no->going,
                               .rule = no->of_rule,
                               .since = revision.stored_at});
        }
        if (looked >= kMaxHeldLookedAt || page.held.size() >= kMaxHeldListed) {
          page.next_before = at;
          return absl::OkStatus();
        }
      }
    }
  }));
  return page;
}

absl::StatusOr<HeldReleased> HeldDesk::Release(const model::Caller& caller,
                                               const HeldOrder& order) {
  HeldReleased done;
  FAIRWAY_RETURN_IF_ERROR(database_.Write([&](store::Txn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(done, ReleaseIn(txn, caller, order));
    return absl::OkStatus();
  }));
  if (released_) released_();
  return done;
}

absl::StatusOr<HeldReleased> HeldDesk::ReleaseIn(store::Txn& txn, const model::Caller& caller,
                                                 const HeldOrder& order) const {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::StoredRevision> latest,
                           store::LatestRevision(txn, order.origin, order.item));
  if (!latest.has_value()) {
    return Refuse(absl::StatusCode::kNotFound, "FW-HELD-001", "there is no such item here", {},
                  {"fairway held"});
  }
  const std::string ref = model::RefOf(latest->body.kind, order.item);
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<model::Peer> peer,
                           store::GetPeerByName(txn, order.peer));
  if (!peer.has_value()) {
    return Refuse(absl::StatusCode::kNotFound, "FW-HELD-002",
                  absl::StrCat("there is no peer \"", order.peer, "\""), {}, {"fairway peer list"});
  }
  if (order.if_revision.has_value() && *order.if_revision != latest->body.revision) {
    return Refuse(absl::StatusCode::kAborted, "FW-HELD-004",
                  absl::StrCat("revision ", latest->body.revision, " of ", ref,
                               " is here by now, you looked at ", *order.if_revision),
                  {}, {absl::StrCat("fairway show ", ref)});
  }
  const absl::Time now = clock_.Now();
  FAIRWAY_ASSIGN_OR_RETURN(const auto verdict, gate_.Decide(txn, latest->object, *peer, now));
  const Withheld* no = std::get_if<Withheld>(&verdict);
  if (no == nullptr || !WaitsForAPerson(*no)) return NotHeld(ref, peer->name, verdict);

  HeldReleased done;
  done.ref = ref;
  done.object = latest->object;
  done.revision = latest->body.revision;
  FAIRWAY_RETURN_IF_ERROR(LetGo(txn, caller, peer->id, *no, done));
  FAIRWAY_RETURN_IF_ERROR(LookAgainFor(txn, peer->id, latest->object, kSweepReason));
  FAIRWAY_ASSIGN_OR_RETURN(
      done.audit_seq,
      audit_.Append(txn, {.kind = audit::EventKind::kHoldReleased,
                          .actor = caller.user,
                          .role = RolesOf(caller, done),
                          .objects = {ref, crypto::Hex(latest->object.view())},
                          .outcome = "ok",
                          .reason = std::string(no->decision.because),
                          .detail = {{"peer", peer->name},
                                     {"revision", absl::StrCat(latest->body.revision)},
                                     {"label", done.label},
                                     {"parts", absl::StrJoin(no->going, ", ")}}}));
  return done;
}

absl::Status HeldDesk::LetGo(store::Txn& txn, const model::Caller& caller,
                             const model::AuthorityId& peer, const Withheld& withheld,
                             HeldReleased& done) const {
  const absl::Time now = clock_.Now();
  for (const model::Role role : withheld.roles) {
    if (!caller.roles.contains(role)) {
      done.still_roles.push_back(role);
      continue;
    }
    FAIRWAY_RETURN_IF_ERROR(store::PutHoldRelease(txn, {.object = done.object,
                                                        .peer = peer,
                                                        .role = role,
                                                        .labels = withheld.going,
                                                        .by_user = caller.user,
                                                        .at = now}));
    done.roles.push_back(role);
  }
  const std::string mentions = absl::StrJoin(withheld.mentions, ", ");
  const absl::Status judges = CheckMayPublish(caller);
  if (!withheld.mentions.empty() && judges.ok()) {
    FAIRWAY_RETURN_IF_ERROR(store::PutMentionRelease(txn, {.object = done.object,
                                                           .peer = peer,
                                                           .labels = withheld.mentions,
                                                           .by_user = caller.user,
                                                           .at = now}));
    done.label = mentions;
  } else {
    done.still_label = mentions;
  }
  if (!done.roles.empty() || !done.label.empty()) return absl::OkStatus();
  return withheld.roles.empty() ? judges : authz::RequireRole(caller, withheld.roles.front());
}

}  // namespace fairway::exchange
