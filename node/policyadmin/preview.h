#ifndef FAIRWAY_NODE_POLICYADMIN_PREVIEW_H_
#define FAIRWAY_NODE_POLICYADMIN_PREVIEW_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/authz/policy_slot.h"
#include "node/model/enums.h"
#include "node/model/ids.h"
#include "node/model/peer.h"
#include "node/policyadmin/gate_seam.h"
#include "node/policyadmin/policy_loader.h"
#include "node/store/database.h"
#include "policy/diagnostics.h"
#include "policy/policy.h"

// What a change would release before it releases it: every stored item against every peer, exactly,
// by the release gate itself.
namespace fairway::policyadmin {

inline constexpr size_t kMaxDraftPeers = 16;
inline constexpr int kAgingDays = 30;
inline constexpr size_t kMaxAgingListed = 100;

// What is asked. Nothing drafted: the policy in force against itself, which is good for what ages.
struct Draft {
  struct Text {
    std::string file_name;
    std::string text;
  };
  // A peer as it might be. A name that is no peer's is a peer that might come: active, and nothing
  // was ever sent to it.
  struct Peer {
    std::string name;
    model::PeerAttributes attributes;
  };
  std::optional<Text> text;  // nothing: the policy in force
  std::vector<Peer> peers;   // at most kMaxDraftPeers
};

// One item of this node, as an administrator recognises it.
struct PreviewItem {
  model::ObjectId object;  // the newest revision
  model::ItemId item;
  model::AuthorityId origin;
  uint64_t revision = 0;
  std::string ref;
  std::string title;
  model::Kind kind = model::Kind::kBulletin;
  model::Mode mode = model::Mode::kReal;
  model::Tlp tlp = model::Tlp::kRed;
  bool contains_known = false;
  std::vector<std::string> contains;  // "personal-data"
  std::string originator;             // local name, "self", or "authority:…" of one without
  bool received = false;
  absl::Time stored_at;
};

// One item and one peer for which something would be different.
struct ItemChange {
  size_t item = 0;  // index into Preview::items
  // Which rule decides under the draft, with file and line, and which one decides now.
  policy::Decision after;
  policy::Decision before;
  // released: the labels that would go. more and fewer fields: those that are more or fewer.
  std::vector<std::string> fields;
  // The gate lets it wait under the draft: "delay", "hold", "mention", "receipt". A gain all the
  // same, since nothing but time or a person stands between. Empty: it would go at once.
  std::string waits;
  // withheld, fewer fields, changed terms: the peer has it, or an earlier revision of it, and it
  // was not recalled there. released: it has it from before.
  bool delivered = false;
};

struct PeerPreview {
  std::string peer;
  model::AuthorityId id;      // of a hypothetical peer: made of its name
  bool hypothetical = false;  // no such peer
  bool drafted = false;       // its attributes are those of the draft
  // Each by item: own items first, by ref.
  std::vector<ItemChange> released;
  std::vector<ItemChange> withheld;
  std::vector<ItemChange> more_fields;
  std::vector<ItemChange> fewer_fields;
  std::vector<ItemChange> changed_terms;  // the same fields under other terms
  size_t not_yet_sent() const;            // of withheld
  bool unchanged() const;
};

// Content at a peer that the draft would not give it any more. Nothing recalls it by itself.
struct ProposedRecall {
  std::string peer;
  size_t item = 0;                // index into Preview::items
  std::vector<std::string> next;  // commands
};

struct BudgetUse {
  policy::Budget budget;
  uint64_t items = 0;  // newly released, counted as the budget says
  std::string peer;    // kAnyOnePeer: the one that gets most
  bool exceeded = false;
};

// What time alone will change under the draft within kAgingDays.
struct Aging {
  struct Pair {
    std::string peer;
    size_t item = 0;  // index into Preview::items
  };
  uint64_t items_out = 0;  // different items that some peer may have now and not any more then
  uint64_t items_in = 0;   // and the other way round
  std::vector<Pair> out;   // the first kMaxAgingListed
  std::vector<Pair> in;
  struct Ending {
    std::string rule;
    int line = 0;
    absl::Time last_day;  // midnight UTC at its begin
  };
  std::vector<Ending> rules_ending;
};

struct Preview {
  std::string file_name;  // of the draft
  crypto::Digest hash;    // of its canonical text
  uint64_t base = 0;      // number of the version in force; 0: none
  absl::Time at;          // decided for this moment
  absl::Duration took;
  size_t items_looked_at = 0;
  size_t peers_looked_at = 0;
  std::vector<PreviewItem> items;  // those that are named below
  std::vector<PeerPreview> peers;  // all that were looked at, by name
  std::vector<ProposedRecall> recalls;

  // Of what is newly released to at least one peer, counted by different items.
  uint64_t newly_released = 0;
  uint64_t newly_released_pairs = 0;
  std::optional<model::Tlp> highest_tlp;
  uint64_t at_highest_tlp = 0;
  uint64_t personal_data = 0;                // or nobody said that they contain none
  std::map<std::string, uint64_t> received;  // by originator

  Aging aging;
  std::vector<BudgetUse> budgets;

  // Of all gains: items newly released, fields newly shown, terms made wider (FORMATS.md). What an
  // approval binds to. The same for every change that gives nobody anything.
  crypto::Digest digest;
  std::string gains;  // what was hashed

  bool gains_nothing() const;
};

// A draft that does not load is an answer too.
struct Previewed {
  std::vector<policy::Diagnostic> diagnostics;  // warnings too
  std::optional<Preview> preview;               // nothing: the text has errors
};

// One line for each gain that is in one encoding and not in the other: "+ dar-customs
// B-7K3Q-8M2V title, summary". `name_of` and `ref_of` give words for ids.
struct GainDifference {
  std::vector<std::string> more;   // in `now` and not in `then`
  std::vector<std::string> fewer;  // and the other way round
};

// Thread-safe. Keeps an index of the items of the node, brought up to date at each call by what the
// audit log says happened since the last one.
class Previewer {
 public:
  // All must outlive this object.
  Previewer(const store::Database& database, const GateSeam& gate, const model::AuthorityId& self);
  ~Previewer();

  // What would be different. `now` decides ages and dates.
  //   NOT_FOUND         FW-POL-014: nothing is drafted and no policy is in force
  //   INVALID_ARGUMENT  FW-POL-015: too many drafted peers, or one of them twice
  //   others            the database
  absl::StatusOr<Previewed> Preview(const Draft& draft, absl::Time now) const;

  // A policy (null: none) and the peers it was loaded with.
  struct Side {
    std::shared_ptr<const authz::ActivePolicy> active;
    PolicyNames names;
  };
  // The policy in force and the peers, as `txn` sees them. One that does not load releases nothing:
  // it is as none.
  static absl::StatusOr<Side> InForce(store::ReadTxn& txn);

  // The same between two policies that are loaded already.
  absl::StatusOr<policyadmin::Preview> Compare(const Side& before, const Side& after,
                                               absl::Time now) const;

  // What separates two encodings of gains, in words.
  absl::StatusOr<GainDifference> Difference(const std::string& then, const std::string& now) const;

 private:
  class Index;

  absl::StatusOr<policyadmin::Preview> CompareIn(store::ReadTxn& txn, const Side& before,
                                                 const Side& after, absl::Time now) const;

  const store::Database& database_;
  const GateSeam& gate_;
  const std::unique_ptr<Index> index_;
};

}  // namespace fairway::policyadmin

#endif  // FAIRWAY_NODE_POLICYADMIN_PREVIEW_H_
