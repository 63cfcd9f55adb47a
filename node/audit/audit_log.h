#ifndef FAIRWAY_NODE_AUDIT_AUDIT_LOG_H_
#define FAIRWAY_NODE_AUDIT_AUDIT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "node/audit/event.h"
#include "node/audit/leaf.h"
#include "node/env/clock.h"
#include "node/env/entropy.h"
#include "node/store/database.h"

// The log that nobody can change without being seen: each leaf names the hash of the one before,
// all leaves hang in an RFC 6962 tree, and the tree's root is signed in checkpoints.
namespace fairway::audit {

// Appends. Thread-safe; keeps nothing in memory, so a job that is rolled back leaves no trace.
class AuditLog {
 public:
  // Both must outlive this object; `entropy` is a fork of its own.
  AuditLog(const env::Clock& clock, env::Entropy& entropy) : clock_(clock), entropy_(entropy) {}

  // Adds the leaf inside the caller's job, so that the change and its leaf are one; answers its
  // number. A job whose leaf cannot be written must fail: no audit leaf, no effect.
  // DATA_LOSS if the log's own head cannot be read.
  absl::StatusOr<uint64_t> Append(store::Txn& txn, const Event& event) const;

 private:
  const env::Clock& clock_;
  env::Entropy& entropy_;
};

// Entries from number `first`, ascending. DATA_LOSS names an entry that cannot be read.
absl::StatusOr<std::vector<Entry>> ListEntries(store::ReadTxn& txn, uint64_t first, size_t limit);

// How many entries there are.
absl::StatusOr<uint64_t> CountEntries(store::ReadTxn& txn);

struct VerifiedLog {
  uint64_t size = 0;
  crypto::Digest root;
  uint64_t checkpoints = 0;  // all of them hold
  uint64_t signed_size = 0;  // entries under the latest; what is beyond it is chained, not signed
};

// Recomputes everything from the stored leaves: numbers without a gap, encoding, hashes, chain,
// the stored edge of the tree, and every checkpoint's signature, size and root.
// DATA_LOSS (FW-AUD-001) names the first entry or checkpoint that does not hold and says why.
absl::StatusOr<VerifiedLog> VerifyLog(store::ReadTxn& txn, std::string_view origin,
                                      const crypto::PublicKey& log_key);

}  // namespace fairway::audit

#endif  // FAIRWAY_NODE_AUDIT_AUDIT_LOG_H_
