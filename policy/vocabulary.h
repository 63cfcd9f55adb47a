#ifndef FAIRWAY_POLICY_VOCABULARY_H_
#define FAIRWAY_POLICY_VOCABULARY_H_

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/diagnostics.h"
#include "policy/fields.h"

namespace fairway::policy {

// The audience word that means every peer of this node whose link is active.
inline constexpr std::string_view kAnyMember = "ANY-MEMBER";
// The inbound action. All others are outbound, and only those are meant by `do anything`.
inline constexpr std::string_view kActionAccept = "accept";
inline constexpr std::string_view kActionReplicate = "replicate";
inline constexpr std::string_view kActionRedistribute = "redistribute";

// The closed world of names a policy may use: attributes with their values, fields, actions, roles.
// Parsed from a profile text (LANGUAGE.md §9). New topics, regions, kinds and agreements are
// changes of that text, never of code. Immutable.
class Vocabulary {
 public:
  enum class Type { kEnum, kOrdered, kSet, kNumber };
  // Where the values come from: listed in the profile; the names of peers and of this node; or
  // peers, groups, countries and ANY-MEMBER.
  enum class Domain { kListed, kPeers, kAudience };

  struct Attribute {
    std::string name;  // "item.tlp"
    Type type = Type::kEnum;
    Domain domain = Domain::kListed;
    std::vector<std::string> values;  // kListed only; kOrdered: from lowest to highest
    std::string unit;                 // kNumber only: "days" or empty
    std::optional<size_t> IndexOf(std::string_view value) const;
  };

  struct Parsed {
    std::shared_ptr<const Vocabulary> vocabulary;  // null if there are errors
    std::vector<Diagnostic> diagnostics;
  };

  // Codes E001–E012 and E4xx. Checks what the compiled-in floors rely on: the markings in their
  // order, item.state, peer.link, the field title, the actions.
  static Parsed Parse(std::string text);

  const std::string& text() const { return text_; }

  // Null if there is none.
  const Attribute* attribute(std::string_view name) const;
  std::optional<size_t> IndexOfAttribute(std::string_view name) const;
  // The position of a value among those listed for the attribute at this position.
  std::optional<size_t> IndexOfValue(size_t attribute, std::string_view value) const;
  std::span<const Attribute> attributes() const { return attributes_; }
  const std::shared_ptr<const Fields>& fields() const { return fields_; }
  const std::vector<std::string>& actions() const { return actions_; }
  const std::vector<std::string>& roles() const { return roles_; }

 private:
  friend class ProfileParser;
  Vocabulary() = default;

  std::string text_;
  std::vector<Attribute> attributes_;
  std::map<std::string, size_t, std::less<>> index_;
  std::vector<std::map<std::string, size_t, std::less<>>> value_index_;  // by attribute
  std::shared_ptr<const Fields> fields_;
  std::vector<std::string> actions_;
  std::vector<std::string> roles_;
};

// The profile that ships (policy/default_profile.fprof). Always parses without a diagnostic.
std::string_view DefaultProfile();

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_VOCABULARY_H_
