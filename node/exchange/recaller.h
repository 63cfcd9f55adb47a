#ifndef FAIRWAY_NODE_EXCHANGE_RECALLER_H_
#define FAIRWAY_NODE_EXCHANGE_RECALLER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "node/audit/audit_log.h"
#include "node/env/clock.h"
#include "node/env/waker.h"
#include "node/exchange/author.h"
#include "node/model/caller.h"
#include "node/model/ids.h"
#include "node/model/recall.h"
#include "node/store/database.h"

namespace fairway::exchange {

struct RecallOrder {
  model::AuthorityId origin;
  model::ItemId item;
  model::RecallGrade grade = model::RecallGrade::kWithdraw;
  model::RecallReason reason = model::RecallReason::kOther;
  std::string note;  // at most model::kMaxRecallNoteBytes; stays here
};

struct Recalled {
  std::string ref;
  model::ObjectId statement;
  uint64_t through = 0;            // model::kEveryRevision: the whole item
  std::vector<std::string> peers;  // names of those that a revision of it was numbered for, sorted
  uint64_t audit_seq = 0;
};

// The way for officers to take back what their authority gave away. Thread-safe.
class Recaller {
 public:
  // All must outlive this object; `recalled` wakes the sessions.
  Recaller(store::Database& database, const audit::AuditLog& audit, const Author& author,
           const env::Clock& clock, env::Wake recalled)
      : database_(database),
        audit_(audit),
        author_(author),
        clock_(clock),
        recalled_(std::move(recalled)) {}

  // Signs the statement and stores it with all that it means here, in one transaction that goes
  // through even when the disk is full (Database::WriteReserved): states of the revisions, the
  // content of a purge erased, an entry in the log for the sessions, one leaf.
  //
  //   PERMISSION_DENIED    FW-AUTH-002: neither officer nor commander
  //   NOT_FOUND            FW-RECALL-001: no such item here
  //   FAILED_PRECONDITION  FW-RECALL-002: another authority's: only it can recall it
  //                        FW-RECALL-003: recalled at least as strongly before
  //   INVALID_ARGUMENT     FW-RECALL-004: the note is too long, or not text that can be shown
  //                        FW-RECALL-005: "narrowed" is a reason that only a revision gives
  //   others               the database
  absl::StatusOr<Recalled> Recall(const model::Caller& caller, const RecallOrder& order);

 private:
  absl::Status RecallIn(store::Txn& txn, const model::Caller& caller, const RecallOrder& order,
                        Recalled& recalled);

  store::Database& database_;
  const audit::AuditLog& audit_;
  const Author author_;
  const env::Clock& clock_;
  const env::Wake recalled_;
};

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_RECALLER_H_
