#ifndef FAIRWAY_NODE_POLICYADMIN_CHANGE_GATE_H_
#define FAIRWAY_NODE_POLICYADMIN_CHANGE_GATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/authz/peer_change_check.h"
#include "node/authz/policy_slot.h"
#include "node/env/clock.h"
#include "node/policyadmin/policy_loader.h"
#include "node/policyadmin/preview.h"
#include "node/store/database.h"
#include "policy/diagnostics.h"
#include "policy/test_result.h"

// What every change has to pass: the text loads, its tests pass, its guarantees hold for every
// possible item, and it releases no more at once than its budgets say.
namespace fairway::policyadmin {

struct GuaranteeResult {
  std::string name;
  int line = 0;
  bool holds = false;     // proved
  bool too_hard = false;  // neither proved nor broken within the limits: counts as broken
  std::string text;       // if it does not hold: what breaks it
};

struct Examined {
  std::vector<policy::Diagnostic> diagnostics;
  LoadedPolicy loaded;
  std::vector<policy::TestResult> tests;
  std::vector<GuaranteeResult> guarantees;
  size_t failed_tests = 0;
  size_t broken_guarantees = 0;
  crypto::Digest test_digest;  // of tests and guarantees and how they went (FORMATS.md)
  bool passes() const {
    return loaded.active != nullptr && failed_tests == 0 && broken_guarantees == 0;
  }
};

// Reads the text and runs its tests and guarantees, with all peers as if they were active. What
// holds only on days before `now` does not count. Pure.
absl::StatusOr<Examined> Examine(const std::string& file_name, const std::string& text,
                                 const PolicyNames& names, absl::Time now);

// Why it does not pass, with the next command; OK if it passes.
//   INVALID_ARGUMENT     FW-POL-001: it has errors
//   FAILED_PRECONDITION  FW-POL-002: a test fails; FW-POL-016: a guarantee is broken
absl::Status Refusal(const std::string& file_name, const Examined& examined);

// FAILED_PRECONDITION (FW-POL-017) if the text says that it replaces another version than the one
// in force. `in_force`: PolicyHash of it, zeros for none.
absl::Status CheckReplaces(const policy::PolicyHead& head, const crypto::Digest& in_force);

// The gate for changes of peers. Suspending and removing a peer are not asked about: they always
// work. Thread-safe.
class ChangeGate final : public authz::PeerChangeCheck {
 public:
  // All must outlive this object.
  ChangeGate(const store::Database& database, const Previewer& previewer, const env::Clock& clock)
      : database_(database), previewer_(previewer), clock_(clock) {}

  // Refused is what makes it worse: a test that passes now and would fail, a guarantee that holds
  // now and would be broken, a policy that would not load, a budget that would be exceeded by
  // somebody who does not have its role.
  //   FAILED_PRECONDITION  FW-POL-018: and why
  absl::StatusOr<std::string> Check(const model::Caller& caller,
                                    const model::Peer& after) const override;
  absl::Status StillHolds(store::ReadTxn& txn, const std::string& basis) const override;

 private:
  const store::Database& database_;
  const Previewer& previewer_;
  const env::Clock& clock_;
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_CHANGE_GATE_H_
