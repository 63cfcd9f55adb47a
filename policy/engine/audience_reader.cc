#include "policy/engine/audience_reader.h"

#include <algorithm>
#include <variant>

#include "policy/engine/audience_word.h"

namespace fairway::policy {
namespace {

absl::string_view View(std::string_view s) { return absl::string_view(s.data(), s.size()); }

bool Test(const std::vector<uint64_t>& bits, std::optional<uint32_t> i) {
  return i && *i / 64 < bits.size() && ((bits[*i / 64] >> (*i % 64)) & 1) != 0;
}

void Set(std::vector<uint64_t>& bits, size_t words, uint32_t i) {
  if (bits.empty()) bits.resize(words);
  bits[i / 64] |= uint64_t{1} << (i % 64);
}

}  // namespace

AudienceReader::AudienceReader(const World& world)
    : world_(world), peer_words_((world.peers().size() + 63) / 64) {
  for (size_t i = 0; i < world.peers().size(); ++i) {
    meanings_[View(world.peers()[i].name)].peer = static_cast<uint32_t>(i);
    for (const std::string& group : world.peers()[i].groups) {
      meanings_[View(group)].group = world.FindGroup(group);
    }
  }
  const auto country = world.vocabulary().IndexOfAttribute("peer.country");
  if (!country) return;
  const std::vector<std::string>& countries = world.ValuesOf(*country);
  country_words_ = (countries.size() + 63) / 64;
  for (size_t i = 0; i < countries.size(); ++i) {
    meanings_[View(countries[i])].country = static_cast<uint32_t>(i);
  }
}

const AudienceReader::Meaning* AudienceReader::Find(std::string_view name) const {
  const auto it = meanings_.find(View(name));
  return it == meanings_.end() ? nullptr : &it->second;
}

void AudienceReader::ReadWord(const std::string& text, AudienceCode& code) const {
  const AudienceWord word(text);
  if (word.IsAnyMember()) code.any_member = true;
  code.words.push_back(text);
  code.may_mean_stateless = code.may_mean_stateless || MayMeanStateless(word, world_);
  code.may_mean_unregistered = code.may_mean_unregistered || MayMeanUnregistered(word, world_);
  code.may_mean_everybody = code.may_mean_everybody || MayMeanEverybody(word, world_);
  const Meaning* meaning = Find(word.name);
  if (meaning == nullptr) return;
  if (meaning->peer && word.MayBe("peer")) {
    Set(code.peers, peer_words_, *meaning->peer);
    Set(code.by_name, peer_words_, *meaning->peer);
  }
  if (meaning->country && word.MayBe("country")) {
    Set(code.countries, country_words_, *meaning->country);
  }
  if (meaning->group != nullptr && word.MayBe("group")) {
    const std::vector<uint64_t>& members = meaning->group->words();
    code.peers.resize(peer_words_);
    for (size_t w = 0; w < members.size(); ++w) code.peers[w] |= members[w];
  }
}

AudienceCode AudienceReader::Read(const Attributes::Value* value) const {
  AudienceCode code;
  code.present = value != nullptr;
  const auto* words = code.present ? std::get_if<std::vector<std::string>>(value) : nullptr;
  code.readable = words != nullptr;
  if (!code.readable) return code;
  code.words.reserve(words->size());
  for (const std::string& word : *words) ReadWord(word, code);
  return code;
}

void AudienceReader::ReadPeer(std::string_view name, const Attributes& peer, PeerCode& code) const {
  code.name = std::string(name);
  const Meaning* named = Find(name);
  if (named != nullptr) code.registered = named->peer;
  // What is said and not understood is unknown; the registry answers for what is not said.
  const std::string* country = peer.FindSymbol("peer.country");
  if (peer.Find("peer.country") == nullptr && code.registered) {
    country = &world_.peers()[*code.registered].country;
  }
  const Meaning* meaning = country == nullptr ? nullptr : Find(*country);
  if (meaning != nullptr) code.country = meaning->country;
}

bool Names(const AudienceCode& audience, const PeerCode& peer) {
  if (peer.name.empty()) return false;
  if (peer.registered) return Test(audience.by_name, peer.registered);
  return std::any_of(audience.words.begin(), audience.words.end(), [&](const std::string& text) {
    const AudienceWord word(text);
    return word.MayBe("peer") && word.name == peer.name;
  });
}

bool Includes(const AudienceCode& audience, const PeerCode& peer) {
  if (peer.name.empty()) return false;
  if (audience.any_member || Test(audience.peers, peer.registered) ||
      Test(audience.countries, peer.country)) {
    return true;
  }
  return !peer.registered && Names(audience, peer);
}

bool MightInclude(const AudienceCode& audience, const PeerCode& peer) {
  if (!audience.present) return false;
  if (!audience.readable) return true;
  return Includes(audience, peer) || audience.may_mean_everybody ||
         (!peer.country && audience.may_mean_stateless) ||
         (!peer.registered && audience.may_mean_unregistered);
}

}  // namespace fairway::policy
