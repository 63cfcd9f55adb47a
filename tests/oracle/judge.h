#ifndef FAIRWAY_TESTS_ORACLE_JUDGE_H_
#define FAIRWAY_TESTS_ORACLE_JUDGE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/attributes.h"
#include "policy/decision.h"
#include "tests/oracle/syntax.h"

namespace fairway::oracle {

// What a release is bound to, in the plainest form. Hours for durations, names of fields as they
// are declared.
struct Terms {
  std::set<std::string> redact;
  std::optional<std::set<std::string>> keep_only;
  bool strip_source = false;
  std::optional<int64_t> hops;
  std::optional<int64_t> expires_hours;
  std::optional<int64_t> receipt_hours;
  std::optional<std::string> raise_tlp;
  std::optional<std::string> raise_pap;
  std::optional<int64_t> delay_hours;
  std::set<std::string> hold_for;
  std::optional<std::set<std::string>> use_for;
  bool watermark = false;
  bool notify_originator = false;
  bool encrypt_at_rest = false;
  bool no_copy = false;
  friend bool operator==(const Terms&, const Terms&) = default;
  std::string ToText() const;
};

struct Answer {
  bool release = false;
  std::string rule;     // rule, floor or "default"
  std::string because;  // of a rule
  Terms terms;          // of a release
  bool merged = false;  // permits that do not compare met; no part of what is compared
  friend bool operator==(const Answer& a, const Answer& b) {
    return a.release == b.release && a.rule == b.rule && a.because == b.because &&
           a.terms == b.terms;
  }
  std::string ToText() const;
};

// What is known of one attribute of one request.
struct Known {
  enum class Kind { kUnknown, kWord, kNumber, kSet };
  Kind kind = Kind::kUnknown;
  std::string word;
  int64_t number = 0;
  std::set<std::string> words;
  bool foreign = false;  // the set also holds words nobody knows
};

// The half of a request that is about who asks, and what every `to` clause says of it.
struct PeerView {
  std::string name;
  bool registered = false;
  std::string country;  // empty: unknown
  std::set<std::string> groups;
  std::map<std::string, Known> known;
  std::vector<bool> matches;  // by rule
};

// What an item says of an audience, as it is written.
struct Audience {
  bool set = false;       // said at all
  bool readable = false;  // as a set of words
  std::set<std::string> words;
};

// The half that is about the item, and what every `items` clause and every date says of it.
struct ItemView {
  std::map<std::string, Known> known;
  std::map<std::string, Audience> audiences;
  std::optional<int64_t> hops_left;
  bool ours = false;
  bool red = false;  // RED, or nobody knows
  bool strict = false;
  std::vector<bool> matches;
};

// The policy language, decided word by word from LANGUAGE.md, slowly. Equal rules are named in the
// order of their names.
class Judge {
 public:
  // Null if a text cannot be read.
  static std::unique_ptr<Judge> Make(const std::string& policy, const std::string& profile,
                                     const policy::Registry& registry);
  Judge(PolicyText policy, ProfileText profile, policy::Registry registry);

  Answer Decide(const policy::Request& request) const;

  // The same in three steps, so that many items meet many peers: who asks (peer, its attributes and
  // the context), for what (item, context, self and now), and both. Context must be the same.
  PeerView LookAtPeer(const policy::Request& request) const;
  ItemView LookAtItem(const policy::Request& request) const;
  Answer Decide(const PeerView& peer, const ItemView& item, const std::string& action) const;

  const PolicyText& policy() const { return policy_; }
  // The fields a release under these terms shows.
  std::set<std::string> Visible(const Terms& terms) const;

 private:
  Known Understand(const Attribute& attribute, const policy::Attributes& from) const;
  bool IsAudienceName(const std::string& name) const;
  bool Holds(const Condition& condition, const std::map<std::string, Known>& a,
             const std::map<std::string, Known>& b, bool if_unknown) const;
  bool Compare(const Condition& condition, const Known& known, bool if_unknown) const;
  std::vector<std::string> ValuesOf(const Words& words) const;
  bool ToMatches(const Rule& rule, const PeerView& peer, const policy::Request& request) const;
  Terms TermsOf(const Rule& rule) const;
  std::set<std::string> FieldsNamed(const std::string& pattern) const;
  bool AsGenerous(const Terms& a, const Terms& b) const;
  Terms Strictest(const Terms& a, const Terms& b) const;
  int RankOf(const std::string& attribute, const std::string& value) const;
  bool Means(const std::string& word, const PeerView& peer) const;
  bool MightMean(const std::string& word, const PeerView& peer) const;
  bool Includes(const Audience& audience, const PeerView& peer) const;
  std::string FailingFloor(const PeerView& peer, const ItemView& item,
                           const std::string& action) const;
  bool CanBeMet(const Terms& terms, const PeerView& peer, const std::string& action) const;

  PolicyText policy_;  // rules sorted by name
  ProfileText profile_;
  policy::Registry registry_;
  std::map<std::string, std::vector<std::string>> sets_;
  std::map<std::string, const Attribute*> attributes_;
  std::set<std::string> countries_;
  std::set<std::string> peers_;
  std::set<std::string> groups_;
  std::vector<Terms> terms_;  // by rule
};

}  // namespace fairway::oracle

#endif  // FAIRWAY_TESTS_ORACLE_JUDGE_H_
