#ifndef FAIRWAY_TOOLS_FAIRWAY_ITEM_TEXT_H_
#define FAIRWAY_TOOLS_FAIRWAY_ITEM_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "api/v1/desk.pb.h"

// How an item and what happened to it is told to a person. What comes from a node is made safe by
// whoever prints it (Table, OneLine).
namespace fairway::cli {

// REAL is said too: what is not marked as a drill must not merely look unmarked.
std::string ModeText(const v1::ItemSummary& item);
// "bulletin, routine"; the state too, in capitals, if it is another than active.
std::string KindText(const v1::ItemSummary& item);
// "this node" or the originator's name.
std::string FromText(const v1::ItemSummary& item);
// The title, or why there is none.
std::string TitleText(const v1::ItemSummary& item);
// One line above everything that is said of one item.
std::string HeadText(const v1::ItemSummary& item);

// "RECALLED (withdraw: source-protection) by rio-port, 2026-11-20 18:30:07 UTC".
std::string RecallText(const v1::RecallInfo& recall);
// What a reader has to do now. `own`: at the originator's desk.
std::vector<std::string> AfterRecall(const v1::RecallInfo& recall, bool own,
                                     const std::string& ref);

// Above an item whose time is over; empty for any other.
std::string ExpiredText(const v1::ShowResponse& item);

// What this node must keep to, a sentence each; empty for an item of its own.
std::vector<std::string> TermsText(const v1::ShowResponse& item);

// What a peer's copy is, with since when: "recall sent, not confirmed for 12m".
std::string CopyText(const v1::PeerCopy& copy, absl::Time now);
// Will this copy become something else by itself: is it on its way, or asked back?
bool IsUnderWay(const v1::PeerCopy& copy);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_ITEM_TEXT_H_
