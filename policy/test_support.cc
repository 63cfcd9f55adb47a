#include "policy/test_support.h"

#include <gtest/gtest.h>

namespace fairway::policy::testing {
namespace {

using Words = std::vector<std::string>;

Registry::Peer Peer(const std::string& name, const std::string& country, const std::string& type,
                    const std::string& tier, Words agreements, Words groups = {}) {
  Registry::Peer peer;
  peer.name = name;
  peer.country = country;
  peer.groups = std::move(groups);
  peer.attributes.Set("peer.type", type);
  peer.attributes.Set("peer.tier", tier);
  peer.attributes.Set("peer.link", "active");
  peer.attributes.SetSet("peer.agreements", std::move(agreements));
  peer.attributes.SetSet("peer.controls", {"receipts", "recall-ack"});
  peer.attributes.SetSet("peer.purposes", {"crime-prevention", "maritime-security"});
  return peer;
}

}  // namespace

std::shared_ptr<const Vocabulary> DefaultVocabulary() {
  static const auto vocabulary = Vocabulary::Parse(std::string(DefaultProfile())).vocabulary;
  return vocabulary;
}

Registry Ports() {
  Registry registry;
  registry.self = "mombasa-port";
  registry.peers = {
      Peer("dar-port", "TZ", "port-police", "1",
           {"INTERPORT-CHARTER", "INDIAN-OCEAN-MOU", "WILDLIFE-NET"}, {"AFRICA"}),
      Peer("maputo-port", "MZ", "port-police", "2", {"INTERPORT-CHARTER", "INDIAN-OCEAN-MOU"}),
      Peer("rotterdam-port", "NL", "customs", "1",
           {"INTERPORT-CHARTER", "ATLANTIC-CORRIDOR", "DATA-PROTECTION-ADEQUATE"}, {"ATLANTIC"}),
      Peer("antwerp-port", "BE", "port-police", "1",
           {"INTERPORT-CHARTER", "ATLANTIC-CORRIDOR", "SCHENGEN"}, {"ATLANTIC"}),
      Peer("santos-port", "BR", "port-police", "3", {"ATLANTIC-CORRIDOR"}, {"ATLANTIC"}),
      Peer("nairobi-airport", "KE", "airport-police", "2", {"AIRPORT-NET", "WILDLIFE-NET"}),
      Peer("suspended-port", "SC", "port-police", "2", {"INDIAN-OCEAN-MOU"}),
  };
  registry.peers.back().attributes.Set("peer.link", "suspended");
  Registry::Peer bare;
  bare.name = "unknown-port";
  bare.attributes.Set("peer.link", "active");
  registry.peers.push_back(bare);
  registry.groups["AFRICA"] = {"maputo-port", "nairobi-airport"};
  registry.groups["AIRPORTS"] = {"nairobi-airport"};
  return registry;
}

Policy::Loaded Load(const std::string& text) {
  return Policy::Load("test.fpol", text, DefaultVocabulary(), Ports());
}

std::shared_ptr<const Policy> MustLoad(const std::string& text) {
  Policy::Loaded loaded = Load(text);
  if (loaded.policy == nullptr) {
    ADD_FAILURE() << RenderAll(loaded.diagnostics, "test.fpol", text);
  }
  return loaded.policy;
}

std::multiset<std::string> CodesOf(const std::vector<Diagnostic>& diagnostics) {
  std::multiset<std::string> codes;
  for (const Diagnostic& diagnostic : diagnostics) codes.insert(diagnostic.code);
  return codes;
}

Request Ask(const std::string& peer, const std::string& action) {
  Request request;
  request.peer = peer;
  request.action = action;
  request.self = "mombasa-port";
  request.now = absl::FromCivil(absl::CivilDay(2026, 6, 15), absl::UTCTimeZone());
  for (const Registry::Peer& known : Ports().peers) {
    if (known.name != peer) continue;
    request.peer_attributes = known.attributes;
    if (!known.country.empty()) request.peer_attributes.Set("peer.country", known.country);
  }
  request.item.Set("item.kind", "bulletin");
  request.item.Set("item.mode", "real");
  request.item.Set("item.tlp", "GREEN");
  request.item.Set("item.state", "active");
  request.item.Set("item.originator", "mombasa-port");
  request.item.SetSet("item.releasable-to", {"ANY-MEMBER"});
  request.item.SetSet("item.topics", {"cocaine"});
  request.item.SetNumber("item.age", 10);
  return request;
}

}  // namespace fairway::policy::testing
