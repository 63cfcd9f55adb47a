#include "policy/engine/floors.h"

#include <algorithm>
#include <array>
#include <set>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/engine/audience_word.h"
#include "policy/limits.h"

namespace fairway::policy {
namespace {

constexpr std::string_view kRed = "RED";
constexpr std::string_view kPeerControls = "peer.controls";
constexpr std::string_view kAmberStrict = "AMBER+STRICT";

std::string Text(std::string_view s) { return std::string(s); }

// Everything the floors ask about, read once.
class Facts {
 public:
  Facts(const Request& request, const World& world) : request_(request), world_(world) {
    const auto index = world.FindPeer(request.peer);
    if (index) registered_ = &world.peers()[*index];
    const std::string* country = request.peer_attributes.FindSymbol("peer.country");
    if (request.peer_attributes.Find("peer.country") == nullptr && registered_ != nullptr) {
      country = &registered_->country;
    }
    if (country != nullptr && world.IsCountry(*country)) country_ = *country;
  }

  const Request& request() const { return request_; }
  const std::string& peer() const { return request_.peer; }
  const std::string& country() const { return country_; }

  bool accepting() const { return request_.action == kActionAccept; }

  bool received() const { return IsReceived(request_.item, request_.self); }

  // P13: nobody's marking is RED.
  std::string_view tlp() const {
    const std::string* tlp = request_.item.FindSymbol("item.tlp");
    const Vocabulary::Attribute* known = world_.vocabulary().attribute("item.tlp");
    return tlp != nullptr && known->IndexOf(*tlp) ? std::string_view(*tlp) : kRed;
  }
  bool marked() const {
    const std::string* tlp = request_.item.FindSymbol("item.tlp");
    return tlp != nullptr && world_.vocabulary().attribute("item.tlp")->IndexOf(*tlp).has_value();
  }

  bool InGroup(std::string_view group) const {
    return registered_ != nullptr && registered_->groups.contains(Text(group));
  }

  bool Means(const AudienceWord& word) const {
    if (peer().empty()) return false;
    if (word.IsAnyMember()) return true;
    return (word.MayBe("peer") && word.name == peer()) ||
           (word.MayBe("country") && !country_.empty() && word.name == country_) ||
           (word.MayBe("group") && InGroup(word.name));
  }

  bool Includes(std::string_view attribute) const {
    const std::vector<std::string>* words = request_.item.FindSet(attribute);
    if (words == nullptr) return false;
    return std::any_of(words->begin(), words->end(),
                       [&](const std::string& word) { return Means(AudienceWord(word)); });
  }

  // Could this word mean the peer although nothing shows it? A group this node does not know may
  // have held it; so may a country if nobody recorded the peer's.
  bool MightMean(const AudienceWord& word) const {
    return (country_.empty() && MayMeanStateless(word, world_)) ||
           (registered_ == nullptr && MayMeanUnregistered(word, world_)) ||
           MayMeanEverybody(word, world_);
  }

 private:
  const Request& request_;
  const World& world_;
  const World::Peer* registered_ = nullptr;
  std::string country_;
};

std::string ShownOr(const std::string* value, std::string_view otherwise) {
  return value == nullptr ? Text(otherwise) : *value;
}

std::string PeerOf(const Facts& facts) {
  return facts.peer().empty() ? "a peer without a name" : facts.peer();
}

// Each check returns nothing if the floor holds, or what failed.
using Failure = std::optional<std::string>;

Failure P1(const Facts& facts) {
  const std::string* state = facts.request().item.FindSymbol("item.state");
  if (state != nullptr && *state == "active") return std::nullopt;
  return absl::StrCat("only active items move; this one is ", ShownOr(state, "of unknown state"));
}

Failure P2(const Facts& facts) {
  if (facts.tlp() != kRed) return std::nullopt;
  const std::vector<std::string>* named = facts.request().item.FindSet("item.named");
  if (named != nullptr && !facts.peer().empty()) {
    for (const std::string& word : *named) {
      // RED is for individual recipients: no country, no group, no ANY-MEMBER names one.
      const AudienceWord name(word);
      if (name.MayBe("peer") && name.name == facts.peer()) return std::nullopt;
    }
  }
  return absl::StrCat(
      facts.marked() ? "TLP:RED goes" : "an item without a known TLP is RED and goes",
      " only to peers named one by one, and ", PeerOf(facts), " is not named");
}

Failure P3(const Facts& facts) {
  if (facts.Includes("item.releasable-to")) return std::nullopt;
  const std::vector<std::string>* words = facts.request().item.FindSet("item.releasable-to");
  if (words == nullptr) return "nobody recorded whom the item is for, and unknown means nobody";
  if (words->empty()) return "the item is for nobody: its audience is empty";
  return absl::StrCat("the item is for { ", absl::StrJoin(*words, ", "), " }, and ", PeerOf(facts),
                      " is not among them");
}

Failure P4(const Facts& facts) {
  if (facts.request().item.Find("item.not-releasable-to") == nullptr) return std::nullopt;
  const std::vector<std::string>* words = facts.request().item.FindSet("item.not-releasable-to");
  if (words == nullptr) return "the list of those the originator excludes cannot be read";
  for (const std::string& text : *words) {
    const AudienceWord word(text);
    if (facts.Means(word)) {
      return absl::StrCat("the originator excludes ", text, ", and that means ", PeerOf(facts));
    }
    if (facts.MightMean(word)) {
      return absl::StrCat("the originator excludes '", text,
                          "', and this node cannot tell that this is not ", PeerOf(facts));
    }
  }
  return std::nullopt;
}

Failure P5(const Facts& facts) {
  if (!facts.received()) return std::nullopt;
  const std::string originator =
      ShownOr(facts.request().item.FindSymbol("item.originator"), "nobody knows who");
  const std::string* onward = facts.request().item.FindSymbol("item.onward");
  const std::string rule = ShownOr(onward, "unknown");
  if (rule == "any" || rule == "community") return std::nullopt;
  if (rule == "none") {
    return absl::StrCat("originator control: ", originator, " lets nobody pass it on");
  }
  if (facts.Includes("item.approved-for")) return std::nullopt;
  if (rule == "named" && facts.Includes("item.named")) return std::nullopt;
  return absl::StrCat("originator control: ", originator, " has not approved release to ",
                      PeerOf(facts), " (onward is ", rule, ")");
}

Failure P6(const Facts& facts) {
  if (!facts.received()) return std::nullopt;
  const int64_t* left = facts.request().item.FindNumber("item.hops-left");
  if (left == nullptr) return "received, and nobody recorded how often it may be passed on";
  if (*left >= 1) return std::nullopt;
  return "received, and it may not be passed on any further (hops-left is 0)";
}

Failure P7(const Facts& facts) {
  const bool onward = facts.request().action == kActionRedistribute || facts.received();
  if (!onward || (facts.tlp() != kRed && facts.tlp() != kAmberStrict)) return std::nullopt;
  return absl::StrCat("TLP:", Text(facts.tlp()), " is never passed on");
}

Failure P8(const Facts& facts) {
  const std::string* link = facts.request().peer_attributes.FindSymbol("peer.link");
  if (!facts.peer().empty() && link != nullptr && *link == "active") return std::nullopt;
  return absl::StrCat("the link to ", PeerOf(facts), " is ", ShownOr(link, "of unknown state"),
                      ", not active");
}

struct FloorCheck {
  const char* id;
  const char* title;
  bool asked_for_accept;
  Failure (*check)(const Facts&);
};

constexpr std::array<FloorCheck, 8> kFloors = {{
    {"P1", "the item is active", true, P1},
    {"P2", "TLP:RED only to peers named one by one", false, P2},
    {"P3", "the peer is in the audience", false, P3},
    {"P4", "the originator does not exclude the peer", false, P4},
    {"P5", "the originator lets received items go on to the peer", false, P5},
    {"P6", "a received item has hops left", false, P6},
    {"P7", "RED and AMBER+STRICT are not passed on", false, P7},
    {"P8", "the link to the peer is active", true, P8},
}};

}  // namespace

std::optional<FailedFloor> FirstFailedFloor(const Request& request, const World& world) {
  const Facts facts(request, world);
  for (const FloorCheck& floor : kFloors) {
    if (facts.accepting() && !floor.asked_for_accept) continue;
    if (Failure failure = floor.check(facts)) return FailedFloor{floor.id, *std::move(failure)};
  }
  return std::nullopt;
}

std::vector<Explanation::Floor> AllFloors(const Request& request, const World& world) {
  const Facts facts(request, world);
  std::vector<Explanation::Floor> floors;
  for (const FloorCheck& floor : kFloors) {
    Explanation::Floor shown;
    shown.id = floor.id;
    shown.title = floor.title;
    shown.applies = !facts.accepting() || floor.asked_for_accept;
    const Failure failure = shown.applies ? floor.check(facts) : std::nullopt;
    shown.holds = !failure.has_value();
    shown.detail = failure.value_or("");
    floors.push_back(std::move(shown));
  }
  return floors;
}

bool HasControl(const Attributes& peer, const World& world, std::string_view control) {
  const Vocabulary::Attribute* known = world.vocabulary().attribute(kPeerControls);
  if (known == nullptr || !known->IndexOf(control)) return false;
  const std::vector<std::string>* controls = peer.FindSet(kPeerControls);
  return controls != nullptr &&
         std::find(controls->begin(), controls->end(), control) != controls->end();
}

std::optional<FailedFloor> FirstUnmetDuty(const Request& request, const DutyTerms& terms,
                                          const World& world) {
  if (request.action == kActionAccept) return std::nullopt;
  const std::string peer = request.peer.empty() ? "a peer without a name" : request.peer;
  const auto needs = [&](std::string_view duty, std::string_view control) {
    return FailedFloor{"P15",
                       absl::StrCat("the duty '", Text(duty), "' needs a peer with the control ",
                                    Text(control), ", and ", peer, " is not known to have it")};
  };
  const auto lacks = [&](std::string_view control) {
    return !HasControl(request.peer_attributes, world, control);
  };
  if (terms.receipt_hours && lacks(kControlReceipts)) {
    return needs("receipt within", kControlReceipts);
  }
  if (terms.encrypt_at_rest && lacks(kControlEncrypted)) {
    return needs("encrypt at rest", kControlEncrypted);
  }
  if (terms.no_copy && request.action != "discover" && request.action != "query") {
    return FailedFloor{"P15",
                       absl::StrCat("the duty 'no copy' lets a peer look and keep nothing, and ",
                                    request.action, " gives it a copy")};
  }
  return std::nullopt;
}

bool IsReceived(const Attributes& item, std::string_view self) {
  const Attributes::Value* said = item.Find("item.originator");
  if (said == nullptr) return false;
  const auto* name = std::get_if<std::string>(said);
  return name == nullptr || *name != self;
}

std::optional<int> HopsFloor(const Request& request) {
  if (request.action == kActionAccept) return std::nullopt;
  const int64_t* left = request.item.FindNumber("item.hops-left");
  if (left == nullptr) return std::nullopt;
  const int64_t floor = IsReceived(request.item, request.self) ? *left - 1 : *left;
  return static_cast<int>(std::clamp<int64_t>(floor, 0, kMaxHops));
}

}  // namespace fairway::policy
