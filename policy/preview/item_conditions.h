#ifndef FAIRWAY_POLICY_PREVIEW_ITEM_CONDITIONS_H_
#define FAIRWAY_POLICY_PREVIEW_ITEM_CONDITIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "policy/preview/item_columns.h"
#include "policy/preview/row_graph.h"
#include "policy/program/program.h"

namespace fairway::policy {

// Columns of words bound to the names of one World at one moment: the items for which a condition
// holds. What a value is, and when it is unknown, is as in World::Bind; what holds is as in
// Holds(). The circumstances (context.*) are unknown.
class ItemConditions {
 public:
  // All of them must outlive this object.
  ItemConditions(const World& world, const ItemColumns& items, absl::Time now, RowGraph& graph);

  // The items for which Holds(condition, item, unknown).
  Edge Holding(const Condition& condition, bool unknown);

  // item.age is at most this many days.
  Edge AgeAtMost(int64_t days);

 private:
  // An attribute of items, bound.
  struct Bound {
    bool ready = false;
    std::vector<Edge> by_value;  // by position of the value: items that have it
    Edge known = kNoItems;       // the value, or the set, is known
    Edge partial = kNoItems;     // the set also holds words the vocabulary does not know
    const ItemColumns::Column* column = nullptr;
    bool is_age = false;
  };
  // What is certain of an atom; for the other items it is unknown.
  struct Certain {
    Edge holds = kNoItems;
    Edge fails = kNoItems;
  };

  const Bound& Bind(size_t attribute);
  void BindWords(size_t attribute, Bound& bound);
  Certain Of(const Atom& atom);
  Certain Evaluate(const Atom& atom);
  Certain OfSymbol(const Atom& atom);
  Certain OfNumber(const Atom& atom);
  Certain OfSet(const Atom& atom);
  Edge InRange(const Bound& bound, int64_t lowest, int64_t highest);
  // Items with one of the values that are, or are not, in `values`.
  Edge AnyOf(const Bound& bound, const Bits& values, bool in);

  const World& world_;
  const ItemColumns& items_;
  const absl::Time now_;
  RowGraph& graph_;
  std::vector<Bound> bound_;  // by attribute
  std::unordered_map<std::string, Certain> atoms_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_ITEM_CONDITIONS_H_
