#ifndef FAIRWAY_POLICY_PREVIEW_ITEM_FLOORS_H_
#define FAIRWAY_POLICY_PREVIEW_ITEM_FLOORS_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "policy/decision.h"
#include "policy/preview/item_columns.h"
#include "policy/preview/row_graph.h"
#include "policy/program/world.h"

namespace fairway::policy {

// The floors P1–P8 (LANGUAGE.md §5) as columns: for each peer, the items they let go. The same as
// FirstFailedFloor for every pair.
class ItemFloors {
 public:
  // All of them must outlive this object.
  ItemFloors(const World& world, const ItemColumns& items, RowGraph& graph);

  struct Open {
    Edge to_look = kNoItems;  // discover and query
    Edge onward = kNoItems;   // replicate, redistribute
  };
  // `peer` has the name and the attributes of the peer; nothing else of it is looked at.
  Open OpenTo(const Request& peer);

  // What P6 leaves of hops is at most this; other items are not bounded or bounded higher.
  Edge HopsAtMost(int hops);

 private:
  // Words of an audience that mean a peer.
  struct Meaning {
    std::vector<std::string> as_recipient;  // by its own name
    std::vector<std::string> any;           // those, its country, its groups, ANY-MEMBER
    bool has_country = false;
    bool registered = false;
  };

  Meaning MeaningOf(const Request& peer) const;
  // Items of which the list has one of the words.
  Edge Naming(std::string_view attribute, const std::vector<std::string>& words);
  Edge Symbol(std::string_view attribute, std::string_view word);
  // Items that exclude somebody by a word that might mean the peer although nothing shows it.
  Edge MightExclude(bool has_country, bool registered);
  Edge HopsLeft(int64_t lowest, int64_t highest);
  Edge Received();
  Edge NotRed();

  const World& world_;
  const ItemColumns& items_;
  RowGraph& graph_;
  Edge active_;
  Edge not_red_;
  Edge never_passed_on_;  // RED, AMBER+STRICT
  Edge received_;
  Edge unreadable_exclusion_;
  // A peer without, with a known country; not registered, registered.
  std::array<std::array<Edge, 2>, 2> might_exclude_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_ITEM_FLOORS_H_
