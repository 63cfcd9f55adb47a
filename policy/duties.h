#ifndef FAIRWAY_POLICY_DUTIES_H_
#define FAIRWAY_POLICY_DUTIES_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "policy/fields.h"

namespace fairway::policy {

// What must be kept when an item is released: which fields may go, and what the recipient is bound
// to. Field names in `redact` and `keep_only` are declared names of the vocabulary (a duty that
// says "persons.*" is spread into them).
struct Duties {
  // The fields of the vocabulary the decision was made with. Null (a default Duties, or one of a
  // decision that withholds): nothing is released, the title included.
  std::shared_ptr<const Fields> fields;

  std::set<std::string> redact;
  std::optional<std::set<std::string>> keep_only;
  bool strip_source = false;  // everything under source.*
  std::optional<int> hops;    // how often the recipient may pass it on; 0 = not at all
  std::optional<absl::Duration> expires_after;  // counted from the release
  std::optional<std::string> raise_tlp;         // at least this marking on the copy
  std::optional<std::string> raise_pap;
  std::optional<absl::Duration> receipt_within;
  std::optional<absl::Duration> delay;  // not before this long after the item was stored here
  std::set<std::string> hold_for;       // not before a person of each of these roles let it go
  std::optional<std::set<std::string>> use_for;  // purposes the recipient may use the copy for
  bool watermark = false;                        // the copy says for whom it was made
  bool notify_originator = false;                // whoever wrote it is told that it was passed on
  bool encrypt_at_rest = false;                  // the recipient keeps it encrypted
  bool no_copy = false;                          // the recipient may look at it, but keeps nothing

  // May this part be seen? Fails closed: a label that is no field of the vocabulary (audience,
  // caveats, purpose, anything unheard of) is never released to anybody.
  bool Releases(std::string_view part_label) const;

  // One line in the words of the language: "in full" or "redact { source.identity }; hops 1".
  std::string ToText() const;

  friend bool operator==(const Duties&, const Duties&) = default;
};

// The componentwise strictest of both: redact and flags add up, keep only and use for intersect,
// the smaller number of hops, the earlier expiry and receipt, the longer delay, the higher marking.
// `tlp_order` and `pap_order` are the markings from least to most restrictive
// (Vocabulary::attribute(…)->values); a marking that is not in its order counts as the strictest.
// Both must come from the same vocabulary; if one has no fields the result has none.
Duties Strictest(const Duties& a, const Duties& b, const std::vector<std::string>& tlp_order,
                 const std::vector<std::string>& pap_order);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_DUTIES_H_
