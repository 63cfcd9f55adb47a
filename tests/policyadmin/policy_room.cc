#include "tests/policyadmin/policy_room.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/store/user_table.h"

namespace fairway::testing {
namespace {

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

}  // namespace

PolicyRoom::PolicyRoom(TestNode& of, ManualClock& time)
    : node(of),
      clock(time),
      gate(of.id()),
      previewer(of.db(), gate, of.id()),
      change_gate(of.db(), previewer, time),
      proposals(of.db(), of.audit(), time, of.registry(), previewer, of.id(), of.node_key()),
      past(of.db(), gate, of.id()),
      shadow(of.db(), of.audit(), gate) {}

model::Caller PolicyRoom::Add(const std::string& name, std::set<model::Role> roles) {
  const model::Caller caller{.user = name, .uid = next_uid++, .roles = std::move(roles)};
  Must(node.db().Write([&](store::Txn& txn) {
    return store::AddUser(txn, {.name = caller.user,
                                .uid = caller.uid,
                                .roles = caller.roles,
                                .disabled = false,
                                .since = clock.Now()});
  }));
  return caller;
}

absl::StatusOr<policyadmin::AppliedPolicy> PolicyRoom::ApplyAlone(const std::string& text) {
  const model::Caller ada{.user = "ada", .uid = 1000, .roles = {model::Role::kAdministrator}};
  return proposals.ApplyText(ada, "test.fpol", text, "for a test");
}

policyadmin::Preview PolicyRoom::PreviewOf(const std::string& text) {
  auto previewed = previewer.Preview(
      {.text = policyadmin::Draft::Text{.file_name = "draft.fpol", .text = text}, .peers = {}},
      clock.Now());
  Must(previewed.status());
  if (!previewed->preview.has_value()) {
    for (const auto& each : previewed->diagnostics) {
      std::fprintf(stderr, "%d: %s\n", each.line, each.message.c_str());
    }
    std::abort();
  }
  return *std::move(previewed->preview);
}

std::string Permit(const std::string& items, const std::string& more) {
  return absl::StrCat("policy \"test\" version 1\n\npermit some\n  to      any peer\n",
                      "  may     replicate\n  items   ", items, "\n  because \"a test\"\n", more);
}

}  // namespace fairway::testing
