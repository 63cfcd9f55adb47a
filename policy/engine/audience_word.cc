#include "policy/engine/audience_word.h"

namespace fairway::policy {
namespace {

constexpr size_t kAuthorityIdDigits = 64;

bool IsKnownName(std::string_view name, const World& world) {
  return name == kAnyMember || name == world.self() || world.FindPeer(name) ||
         world.IsCountry(name) || world.FindGroup(name) != nullptr;
}

// The id of an authority nobody here has a name for is no group and no country.
bool IsAuthorityId(std::string_view name) {
  return name.size() == kAuthorityIdDigits &&
         name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

AudienceWord::AudienceWord(std::string_view word) : name(word) {
  for (std::string_view prefix : {"peer", "country", "group", "authority"}) {
    if (word.size() > prefix.size() + 1 && word.starts_with(prefix) && word[prefix.size()] == ':') {
      only = prefix;
      name = word.substr(prefix.size() + 1);
    }
  }
}

bool MayMeanStateless(const AudienceWord& word, const World& world) {
  return word.MayBe("country") && (word.only == "country" || world.IsCountry(word.name));
}

bool MayMeanUnregistered(const AudienceWord& word, const World& world) {
  return word.MayBe("group") && world.FindGroup(word.name) != nullptr;
}

bool MayMeanEverybody(const AudienceWord& word, const World& world) {
  if (!word.MayBe("group")) return false;
  if (word.only.empty() && IsKnownName(word.name, world)) return false;
  if (word.only.empty() && IsAuthorityId(word.name)) return false;
  return world.FindGroup(word.name) == nullptr;
}

}  // namespace fairway::policy
