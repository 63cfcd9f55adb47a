#ifndef FAIRWAY_NODE_REPLICATION_NUMBERING_H_
#define FAIRWAY_NODE_REPLICATION_NUMBERING_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "node/model/feed.h"
#include "node/model/peer.h"
#include "node/replication/out_feed.h"

// For the bodies of OutFeed only.
namespace fairway::replication {

// The state of one transaction that gives numbers.
struct OutFeed::Numbering {
  model::Peer peer;
  absl::Time now;
  model::FeedPosition position;
  uint64_t first_seq = 0;
  size_t max_records = kMaxNumbered;
  size_t max_bytes = 0;
  size_t bytes = 0;  // of content numbered
  size_t walked = 0;
  bool closed = false;   // what comes next would be too much
  bool complete = true;  // every content that goes along is in `outgoing`
  Outgoing outgoing = {};
  std::vector<std::string> objects = {};     // ids of what was numbered
  std::map<std::string, size_t> rules = {};  // how many by which rule
  bool swept = false;                        // a sweep came to its end

  bool full() const { return closed || objects.size() >= max_records || bytes >= max_bytes; }
};

// Failures of the machine rather than of one item: they end the step. Any other error is about the
// item in hand, which then stays here and delays nobody.
inline bool EndsStep(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDataLoss(status) || absl::IsAborted(status);
}

}  // namespace fairway::replication

#endif  // FAIRWAY_NODE_REPLICATION_NUMBERING_H_
