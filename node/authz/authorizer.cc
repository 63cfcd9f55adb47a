#include "node/authz/authorizer.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/status/problem.h"

namespace fairway::authz {
namespace {

policy::Decision WithheldBy(std::string_view rule, std::string because) {
  policy::Decision decision;
  decision.verdict = policy::Decision::Verdict::kWithhold;
  decision.rule = std::string(rule);
  decision.because = std::move(because);
  return decision;
}

policy::Decision NoPolicy() {
  return WithheldBy(kRuleNoPolicy, "no policy is in force, and without one nothing leaves");
}

absl::Status PolicyUnreadable() {
  return MakeProblem(absl::StatusCode::kUnavailable,
                     {.code = "FW-POL-003",
                      .message = "the policy of this node cannot be loaded, so nothing is taken in",
                      .why = {"it may keep out what is waiting; whoever sends tries again"},
                      .next = {"fairway doctor", "fairway policy apply FILE"}});
}

}  // namespace

policy::Request Authorizer::OutboundRequest(const ItemFacts& item, const model::Peer& peer,
                                            const NameOf& name_of, absl::Time now) const {
  policy::Request request;
  request.peer = peer.name;
  request.peer_attributes = ForPeer(peer);
  request.action = item.view.body.origin == self_ ? "replicate" : "redistribute";
  request.item = ForItem(item, self_, name_of, now);
  request.self = std::string(kSelfName);
  request.now = now;
  return request;
}

policy::Decision Authorizer::Release(const ActivePolicy* policy, const ItemFacts& item,
                                     const model::Peer& peer, const NameOf& name_of,
                                     absl::Time now) const {
  if (policy == nullptr || policy->policy == nullptr) return NoPolicy();
  return policy->policy->Decide(OutboundRequest(item, peer, name_of, now));
}

policy::Explanation Authorizer::Explain(const ActivePolicy* policy, const ItemFacts& item,
                                        const model::Peer& peer, const NameOf& name_of,
                                        absl::Time now) const {
  policy::Request request = OutboundRequest(item, peer, name_of, now);
  if (policy != nullptr && policy->policy != nullptr) return policy->policy->Explain(request);
  policy::Explanation explanation;
  explanation.peer = peer.name;
  explanation.action = request.action;
  explanation.item_kind = std::string(model::ToText(item.view.body.kind));
  explanation.decision = NoPolicy();
  return explanation;
}

absl::StatusOr<policy::Decision> Authorizer::Accept(const ItemFacts& item, const model::Peer& peer,
                                                    const NameOf& name_of, absl::Time now) const {
  if (peer.state != model::PeerState::kActive) {
    return WithheldBy("P8", absl::StrCat("the peering is ", std::string(model::ToText(peer.state)),
                                         ", not active"));
  }
  policy::Decision open;
  open.verdict = policy::Decision::Verdict::kRelease;
  open.rule = "default";
  open.because = "items of known kinds are accepted from active peers";
  const auto [active, unreadable] = slot_.Look();
  if (unreadable) return PolicyUnreadable();
  if (active == nullptr || active->policy == nullptr) return open;
  policy::Request request = OutboundRequest(item, peer, name_of, now);
  request.action = "accept";
  policy::Decision decision = active->policy->Decide(request);
  const bool says_nothing = decision.verdict == policy::Decision::Verdict::kWithhold &&
                            decision.rule == "default" && !active->policy->HasPermitFor("accept");
  return says_nothing ? open : decision;
}

absl::Status RequireRole(const model::Caller& caller, model::Role needed) {
  if (caller.roles.contains(needed)) return absl::OkStatus();
  const std::string role(model::ToText(needed));
  return MakeProblem(absl::StatusCode::kPermissionDenied,
                     {.code = "FW-AUTH-002",
                      .message = absl::StrCat("\"", caller.user, "\" does not have the role ", role,
                                              ", which this needs"),
                      .why = {},
                      .next = {absl::StrCat("fairway user role ", caller.user, " --add ", role)}});
}

}  // namespace fairway::authz
