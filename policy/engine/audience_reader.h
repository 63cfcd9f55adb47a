#ifndef FAIRWAY_POLICY_ENGINE_AUDIENCE_READER_H_
#define FAIRWAY_POLICY_ENGINE_AUDIENCE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "policy/engine/codes.h"
#include "policy/program/world.h"

namespace fairway::policy {

// Reads the lists of items that name peers, and who a peer is to them.
class AudienceReader {
 public:
  // `world` must outlive it.
  explicit AudienceReader(const World& world);

  // Null: the item says nothing.
  AudienceCode Read(const Attributes::Value* value) const;

  // Sets name, registered and country.
  void ReadPeer(std::string_view name, const Attributes& peer, PeerCode& code) const;

 private:
  // What the names of this node mean.
  struct Meaning {
    std::optional<uint32_t> peer;
    std::optional<uint32_t> country;
    const Bits* group = nullptr;
  };
  const Meaning* Find(std::string_view name) const;
  void ReadWord(const std::string& text, AudienceCode& code) const;

  const World& world_;
  absl::flat_hash_map<absl::string_view, Meaning> meanings_;
  size_t peer_words_ = 0;
  size_t country_words_ = 0;
};

// Does a word of the list mean the peer: by name, country, group or as any member? Never if it has
// no name.
bool Includes(const AudienceCode& audience, const PeerCode& peer);

// Does a word of the list name the peer itself?
bool Names(const AudienceCode& audience, const PeerCode& peer);

// Does the list mean the peer, or hold a word of which nobody can tell that it does not? True if it
// cannot be read.
bool MightInclude(const AudienceCode& audience, const PeerCode& peer);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_AUDIENCE_READER_H_
