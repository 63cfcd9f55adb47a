#ifndef FAIRWAY_NODE_MODEL_FEED_H_
#define FAIRWAY_NODE_MODEL_FEED_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/model/enums.h"
#include "node/model/ids.h"
#include "node/model/terms.h"

// The numbered, hash-chained stream from one authority to one other: digests and terms, never
// content.
namespace fairway::model {

inline constexpr uint32_t kProtocolVersion = 1;
inline constexpr size_t kFeedIdBytes = 16;
inline constexpr size_t kBootIdBytes = 16;
inline constexpr size_t kNonceBytes = 32;
inline constexpr size_t kExporterBytes = 32;
inline constexpr size_t kMaxBatchRecords = 256;
inline constexpr size_t kMaxBatchContentBytes = 1024 * 1024;

// The order in which a session serves what waits.
enum class Lane : uint32_t {
  kRecall = 0,
  kFlash = 1,
  kImmediate = 2,
  kPriority = 3,
  kRoutine = 4,
};
inline constexpr size_t kLaneCount = 5;
inline constexpr std::array<Lane, kLaneCount> kAllLanes = {
    Lane::kRecall, Lane::kFlash, Lane::kImmediate, Lane::kPriority, Lane::kRoutine};
Lane LaneFor(Precedence precedence);
std::string_view ToText(Lane lane);  // "flash"
std::optional<Lane> LaneFromNumber(uint64_t number);

enum class Op : uint32_t { kPut = 1, kRecall = 2 };
std::optional<Op> OpFromWire(uint64_t number);

struct FeedRecord {
  uint64_t seq = 0;          // from 1, without a gap
  crypto::Digest prev_hash;  // hash of the record before; all zeros for the first
  Op op = Op::kPut;
  ObjectId object;
  ItemId item;
  uint64_t revision = 0;
  Terms terms;
  crypto::Digest parts_digest;  // PartsDigest of what was released

  bool operator==(const FeedRecord&) const = default;
};

// H("fairway/parts/v1"; the digests, ascending): which parts a record releases.
crypto::Digest PartsDigest(std::span<const crypto::Digest> released);

// Signed by the sending node's key. Records are kept as bytes: their hash is over them.
struct FeedBatch {
  std::string feed_id;  // kFeedIdBytes random bytes
  AuthorityId from;
  AuthorityId to;
  std::vector<FeedRecord> records;  // 1 … kMaxBatchRecords, consecutive

  bool operator==(const FeedBatch&) const = default;
};

enum class Outcome : uint32_t {
  kStored = 1,
  kQuarantined = 2,
  kRefused = 3,
  kNoContent = 4,  // the record came without its content: the sender's decision was no by then
};
std::string_view ToText(Outcome outcome);  // "no-content"
std::optional<Outcome> OutcomeFromWire(uint64_t number);

// The recipient's signed word.
struct Receipt {
  struct Entry {
    uint64_t seq = 0;
    Outcome outcome = Outcome::kStored;
    std::string code;  // why not stored, "" for kStored
    bool operator==(const Entry&) const = default;
  };
  std::string feed_id;
  AuthorityId from;  // who received
  AuthorityId to;    // who sent
  uint64_t first_seq = 0;
  uint64_t last_seq = 0;
  crypto::Digest last_hash;    // of record last_seq
  std::vector<Entry> entries;  // one for each of first_seq … last_seq

  bool operator==(const Receipt&) const = default;
};

// Where a feed stands. An id of no bytes: there is none yet.
struct FeedPosition {
  std::string feed_id;
  uint64_t last_seq = 0;
  crypto::Digest last_hash;
  bool operator==(const FeedPosition&) const = default;
};

// The first word of each side on a new link, signed by its node key.
struct Hello {
  uint32_t proto_min = kProtocolVersion;
  uint32_t proto_max = kProtocolVersion;
  AuthorityId authority;
  AuthorityId peer_expected;
  std::string boot_id;  // kBootIdBytes
  uint64_t incarnation = 0;
  uint64_t manifest_version = 0;
  std::string nonce;      // kNonceBytes
  std::string exporter;   // kExporterBytes of the TLS connection: binds this to the link
  absl::Time now;         // whole milliseconds
  FeedPosition out_feed;  // ours to them
  FeedPosition in_feed;   // theirs to us

  bool operator==(const Hello&) const = default;
};

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_FEED_H_
