#include "node/policyadmin/needs.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/model/caller.h"

namespace fairway::policyadmin {
namespace {

using model::Role;

constexpr int64_t kSecondsPerDay = 24 * 60 * 60;
constexpr std::string_view kPersonalData = "personal-data";

bool MayApprove(const store::UserRow& user) {
  return !user.disabled &&
         (user.roles.contains(Role::kAdministrator) || user.roles.contains(Role::kCommander));
}

bool Has(const store::UserRow& user, const std::string& role) {
  return std::any_of(user.roles.begin(), user.roles.end(),
                     [&role](Role each) { return model::ToText(each) == role; });
}

// Of all that shows more than before or goes under other terms, what a commander has to look at.
std::vector<std::string> WhyCommander(const Preview& preview) {
  std::set<size_t> shown;
  for (const PeerPreview& peer : preview.peers) {
    for (const auto* list : {&peer.released, &peer.more_fields, &peer.changed_terms}) {
      for (const ItemChange& change : *list) shown.insert(change.item);
    }
  }
  size_t amber = 0;
  size_t personal = 0;
  size_t received = 0;
  for (const size_t index : shown) {
    const PreviewItem& item = preview.items[index];
    amber += item.tlp >= model::Tlp::kAmber;
    received += item.received;
    personal += !item.contains_known || std::find(item.contains.begin(), item.contains.end(),
                                                  kPersonalData) != item.contains.end();
  }
  std::vector<std::string> why;
  const auto say = [&why](size_t count, std::string_view what) {
    if (count == 0) return;
    why.push_back(absl::StrCat(count, count == 1 ? " item " : " items ",
                               absl::string_view(what.data(), what.size())));
  };
  say(amber, "marked AMBER or above");
  say(personal, "with personal data, or of which nobody said that there is none in it");
  say(received, "received from others");
  return why;
}

void AskBudgets(const Preview& preview, Needs& needs) {
  std::set<std::string> roles;
  for (const BudgetUse& use : preview.budgets) {
    if (!use.exceeded) continue;
    if (!use.budget.without_role.empty()) {
      roles.insert(use.budget.without_role);
      continue;
    }
    needs.refused.push_back(absl::StrCat("budget \"", use.budget.name, "\": ", use.items,
                                         " items would newly go",
                                         use.peer.empty() ? "" : absl::StrCat(" to ", use.peer),
                                         ", at most ", use.budget.at_most, " may"));
  }
  needs.roles.assign(roles.begin(), roles.end());
}

}  // namespace

std::vector<std::string> NotPreviewed(const PolicyNames& names, const policy::Policy& draft,
                                      absl::Time now) {
  std::vector<std::string> what;
  for (const model::Peer& peer : names.peers) {
    if (peer.state == model::PeerState::kActive || peer.state == model::PeerState::kRemoved) {
      continue;
    }
    what.push_back(absl::StrCat(peer.name, " is not active now, and may get more once it is"));
  }
  const int64_t today = absl::ToUnixSeconds(now) / kSecondsPerDay;
  for (const policy::RuleDates& dates : draft.rule_dates()) {
    if (!dates.from.has_value() || *dates.from <= today) continue;
    const absl::Time begin = absl::FromUnixSeconds(*dates.from * kSecondsPerDay);
    what.push_back(absl::StrCat("rule ", dates.rule, " begins on ",
                                absl::FormatTime("%Y-%m-%d", begin, absl::UTCTimeZone())));
  }
  return what;
}

Needs NeedsOf(const Change& change, const Preview& preview,
              const std::vector<store::Approval>& approvals,
              const std::vector<store::UserRow>& users) {
  Needs needs;
  needs.tightening = change.tightening && preview.gains_nothing() && change.given_up.empty();
  needs.alone = std::none_of(users.begin(), users.end(), [&](const store::UserRow& user) {
    return user.name != change.author && MayApprove(user);
  });
  AskBudgets(preview, needs);
  needs.missing = needs.refused;
  if (needs.tightening) return needs;
  needs.approver = !needs.alone;
  needs.why_commander = WhyCommander(preview);
  needs.why_commander.insert(needs.why_commander.end(), change.not_previewed.begin(),
                             change.not_previewed.end());
  needs.commander = needs.approver && !needs.why_commander.empty();

  // Who agreed to this: alone, nobody but the author can.
  std::vector<const store::UserRow*> agreed;
  for (const store::UserRow& user : users) {
    const bool approved =
        std::any_of(approvals.begin(), approvals.end(), [&](const store::Approval& each) {
          return each.user == user.name && each.preview_digest == preview.digest;
        });
    const bool author = user.name == change.author;
    if ((author && needs.alone) || (!author && approved && MayApprove(user))) {
      agreed.push_back(&user);
    }
  }
  const auto by = [&agreed](const std::string& role) {
    return std::any_of(agreed.begin(), agreed.end(),
                       [&role](const store::UserRow* user) { return Has(*user, role); });
  };
  if (needs.approver && agreed.empty()) {
    needs.missing.push_back(
        absl::StrCat("the approval of an administrator or commander who is not ", change.author,
                     change.given_up.empty() ? "" : ", since it gives up ",
                     absl::StrJoin(change.given_up, ", ")));
  }
  if (needs.commander && !by("commander")) {
    std::string line = absl::StrCat("the approval of a commander who is not ", change.author, ":");
    for (const std::string& why : needs.why_commander) absl::StrAppend(&line, " ", why, ";");
    line.pop_back();
    needs.missing.push_back(std::move(line));
  }
  for (const std::string& role : needs.roles) {
    if (by(role)) continue;
    needs.missing.push_back(absl::StrCat("the approval of somebody who has the role ", role,
                                         ", since a budget is exceeded"));
  }
  return needs;
}

}  // namespace fairway::policyadmin
