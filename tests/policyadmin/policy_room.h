#ifndef FAIRWAY_TESTS_POLICYADMIN_POLICY_ROOM_H_
#define FAIRWAY_TESTS_POLICYADMIN_POLICY_ROOM_H_

#include <set>
#include <string>

#include "node/model/caller.h"
#include "node/policyadmin/change_gate.h"
#include "node/policyadmin/past_policy.h"
#include "node/policyadmin/preview.h"
#include "node/policyadmin/proposals.h"
#include "node/policyadmin/shadow.h"
#include "node/server/gate_under_policy.h"
#include "tests/support/exchange/test_node.h"

namespace fairway::testing {

// What an administrator of a test node works with, built as node/server builds it.
struct PolicyRoom {
  PolicyRoom(TestNode& node, ManualClock& clock);

  // A user of the node, and who calls as that user.
  model::Caller Add(const std::string& name, std::set<model::Role> roles);
  // By an administrator whom the node does not know: alone if nobody was added.
  absl::StatusOr<policyadmin::AppliedPolicy> ApplyAlone(const std::string& text);
  policyadmin::Preview PreviewOf(const std::string& text);

  TestNode& node;
  ManualClock& clock;
  server::GateUnderPolicy gate;
  policyadmin::Previewer previewer;
  policyadmin::ChangeGate change_gate;
  policyadmin::Proposals proposals;
  policyadmin::PastPolicy past;
  policyadmin::ShadowRunner shadow;
  uint32_t next_uid = 2000;
};

// A policy with this one permit for own items, "items where …" as given.
std::string Permit(const std::string& items, const std::string& more = "");

}  // namespace fairway::testing

#endif  // FAIRWAY_TESTS_POLICYADMIN_POLICY_ROOM_H_
