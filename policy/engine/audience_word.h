#ifndef FAIRWAY_POLICY_ENGINE_AUDIENCE_WORD_H_
#define FAIRWAY_POLICY_ENGINE_AUDIENCE_WORD_H_

#include <string_view>

#include "policy/program/world.h"

namespace fairway::policy {

// A word of an audience, taken apart: ANY-MEMBER, a peer, a country or a group. "peer:", "country:"
// and "group:" before it narrow what it can be; "authority:" is somebody this node has no name for.
struct AudienceWord {
  explicit AudienceWord(std::string_view word);

  bool MayBe(std::string_view kind) const { return only.empty() || only == kind; }
  bool IsAnyMember() const { return only.empty() && name == kAnyMember; }

  std::string_view only;  // "peer", "country", "group", "authority"; empty: any of the first three
  std::string_view name;
};

// Could the word mean a peer whose country nobody recorded, because it may be that country?
bool MayMeanStateless(const AudienceWord& word, const World& world);

// Could the word mean a peer that is not registered, because nobody knows its groups?
bool MayMeanUnregistered(const AudienceWord& word, const World& world);

// Could the word mean any peer, because it may have been a group this node does not know?
bool MayMeanEverybody(const AudienceWord& word, const World& world);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_AUDIENCE_WORD_H_
