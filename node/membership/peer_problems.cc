#include "node/membership/peer_problems.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/membership/membership.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/peer_table.h"

namespace fairway::membership {
namespace {

absl::Status BadAttribute(std::string message, std::vector<std::string> why) {
  return MakeProblem(absl::StatusCode::kInvalidArgument, {.code = "FW-PEER-011",
                                                          .message = std::move(message),
                                                          .why = std::move(why),
                                                          .next = {"fairway peer set --help"}});
}

bool IsWord(const std::string& word) {
  return !word.empty() && word.size() <= kMaxAttributeWordBytes &&
         absl::ascii_isalnum(static_cast<unsigned char>(word[0])) &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

absl::Status CheckWord(std::string_view attribute, const std::string& word,
                       const policy::Vocabulary& vocabulary) {
  if (!IsWord(word)) {
    return BadAttribute(absl::StrCat(std::string(attribute), ": not a word of 1 to ",
                                     kMaxAttributeWordBytes, " letters, digits, '-', '_' and '.'"),
                        {});
  }
  const policy::Vocabulary::Attribute* known = vocabulary.attribute(attribute);
  if (known == nullptr || known->domain != policy::Vocabulary::Domain::kListed ||
      known->IndexOf(word).has_value()) {
    return absl::OkStatus();
  }
  return BadAttribute(absl::StrCat("`", word, "` is not a value of ", std::string(attribute)),
                      {"A word that no rule can mean would count as unknown, and unknown is never "
                       "a reason to share.",
                       absl::StrCat("known: ", absl::StrJoin(known->values, ", "))});
}

absl::Status CheckWords(std::string_view attribute, const std::vector<std::string>& words,
                        const policy::Vocabulary& vocabulary) {
  if (words.size() > kMaxAttributeWords) {
    return BadAttribute(absl::StrCat(std::string(attribute), " has ", words.size(),
                                     " values, at most ", kMaxAttributeWords),
                        {});
  }
  for (const std::string& word : words) {
    FAIRWAY_RETURN_IF_ERROR(CheckWord(attribute, word, vocabulary));
  }
  return absl::OkStatus();
}

// An audience says peers, countries and groups by bare names: a group that is also one of the
// others would make every policy of this node ambiguous, and then none loads and nothing leaves.
absl::Status CheckGroupNames(const std::vector<std::string>& groups,
                             const policy::Vocabulary& vocabulary) {
  const policy::Vocabulary::Attribute* countries = vocabulary.attribute("peer.country");
  for (const std::string& group : groups) {
    const bool is_country = countries != nullptr && countries->IndexOf(group).has_value();
    if (is_country || group == policy::kAnyMember || model::CheckPeerName(group).ok()) {
      return BadAttribute(
          absl::StrCat("a group cannot be called `", group, "`"),
          {"In an audience that name could mean a peer, a country or every member.",
           "Wanted: a name with a capital letter that is no country's, such as REEFER-TEAM."});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckName(const std::string& name) {
  const absl::Status status = model::CheckPeerName(name);
  if (status.ok()) return status;
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-PEER-002",
                      .message = std::string(status.message()),
                      .why = {"This is what people and policies here will call the peer."},
                      .next = {"fairway peer invite mombasa-port"}});
}

absl::Status CheckAttributes(const model::PeerAttributes& attributes,
                             const policy::Vocabulary& vocabulary) {
  const std::vector<std::pair<std::string_view, const std::string*>> single = {
      {"peer.country", &attributes.country},
      {"peer.type", &attributes.type},
      {"peer.tier", &attributes.tier}};
  for (const auto& [attribute, word] : single) {
    if (!word->empty()) FAIRWAY_RETURN_IF_ERROR(CheckWord(attribute, *word, vocabulary));
  }
  FAIRWAY_RETURN_IF_ERROR(CheckWords("peer.agreements", attributes.agreements, vocabulary));
  FAIRWAY_RETURN_IF_ERROR(CheckWords("peer.controls", attributes.controls, vocabulary));
  FAIRWAY_RETURN_IF_ERROR(CheckWords("peer.purposes", attributes.purposes, vocabulary));
  FAIRWAY_RETURN_IF_ERROR(CheckGroupNames(attributes.groups, vocabulary));
  return CheckWords("peer.groups", attributes.groups, vocabulary);
}

absl::Status CheckEndpoint(const std::string& endpoint) {
  const size_t colon = endpoint.rfind(':');
  uint32_t port = 0;
  const bool visible =
      std::all_of(endpoint.begin(), endpoint.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (visible && endpoint.size() <= model::kMaxEndpointBytes && colon != std::string::npos &&
      colon > 0 && absl::SimpleAtoi(endpoint.substr(colon + 1), &port) && port > 0 &&
      port <= 65535) {
    return absl::OkStatus();
  }
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-PEER-014",
                      .message = "the endpoint is not host:port",
                      .why = {"Wanted: node.example:7443, 192.0.2.7:7443 or [2001:db8::7]:7443."},
                      .next = {"fairway peer set NAME --endpoint node.example:7443"}});
}

absl::Status WrongState(const model::Peer& peer, std::string_view what) {
  std::vector<std::string> next = {absl::StrCat("fairway peer show ", peer.name)};
  switch (peer.state) {
    case model::PeerState::kAwaitingConfirm:
      next = {absl::StrCat("fairway peer confirm ", peer.name)};
      break;
    case model::PeerState::kRemoved:
      next = {absl::StrCat("fairway peer invite ", peer.name)};
      break;
    default:
      break;
  }
  return MakeProblem(
      absl::StatusCode::kFailedPrecondition,
      {.code = "FW-PEER-010",
       .message = absl::StrCat("`", peer.name, "` is ", std::string(model::ToText(peer.state)),
                               ": it cannot be ", std::string(what)),
       .why = {},
       .next = std::move(next)});
}

std::string ExplainRefusal(std::string_view code) {
  if (code == "unknown") return "it does not know this invitation";
  if (code == "used") return "this invitation was used already: it works once";
  if (code == "cancelled") return "this invitation was cancelled";
  if (code == "expired") return "this invitation has expired";
  if (code == "mac") return "the proof of holding the invitation does not verify";
  if (code == "manifest") return "it cannot read this node's manifest";
  if (code == "tls-key") return "this node's manifest names another TLS key than the one it shows";
  if (code == "self") return "it is this very authority";
  if (code == "already-peer") return "this authority is its peer already";
  if (code == "name") return "the name it chose belongs to another authority";
  return absl::StrCat("code `", std::string(code.substr(0, 64)), "`");
}

absl::StatusOr<model::Peer> PeerNamed(store::ReadTxn& txn, const std::string& name) {
  FAIRWAY_ASSIGN_OR_RETURN(std::optional<model::Peer> peer, store::GetPeerByName(txn, name));
  if (!peer.has_value()) return NoSuchPeer(name);
  return *std::move(peer);
}

}  // namespace fairway::membership
