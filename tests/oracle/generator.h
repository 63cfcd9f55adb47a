#ifndef FAIRWAY_TESTS_ORACLE_GENERATOR_H_
#define FAIRWAY_TESTS_ORACLE_GENERATOR_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "policy/attributes.h"
#include "policy/decision.h"
#include "policy/vocabulary.h"
#include "tests/oracle/dice.h"
#include "tests/oracle/syntax.h"

namespace fairway::oracle {

// Three vocabularies: the one that ships, a small one in which everything collides, and a bare one
// without what the floors do not insist on.
struct Profile {
  std::string text;
  ProfileText words;
  std::shared_ptr<const policy::Vocabulary> vocabulary;
};
const std::vector<Profile>& Profiles();

// Makes random worlds, policies and requests that fit together: rules, peers and items use the same
// few words of the vocabulary, so that they meet.
class Generator {
 public:
  // Chooses a vocabulary and the names of a node.
  explicit Generator(Dice& dice);
  // In this vocabulary.
  Generator(Dice& dice, const Profile& profile);

  const Profile& profile() const { return *profile_; }
  const policy::Registry& registry() const { return registry_; }

  PolicyText MakePolicy();
  // Peers and items made from now on use the words of this policy.
  void UseWordsOf(const PolicyText& policy);
  // A rule as MakePolicy makes them, with a name that nothing else has.
  Rule MakeRule(Rule::Kind kind);

  // Declares the sets that the rules of this policy name, and no others.
  void DeclareSets(PolicyText& policy) const;

  // Sets peer and peer_attributes.
  void MakePeer(policy::Request& request);
  // Sets item.
  void MakeItem(policy::Request& request);
  // Sets context, now and self.
  void MakeCircumstances(policy::Request& request);
  std::string MakeAction();

 private:
  void UseWordsOf(const Condition& condition, const PolicyText& policy);
  void MakeRegistry();
  void ChooseFocus();
  void MakeChain();
  std::vector<std::string> ValuesFor(const Attribute& attribute);
  std::string AudienceName();
  std::string WrittenAudience();
  Condition MakeCondition(const std::string& side, int depth, bool wide);
  Condition MakeComparison(const Attribute& attribute, bool wide);
  Words MakeWords(const Attribute& attribute, size_t most);
  std::vector<Duty> MakeDuties(size_t most);
  Duty MakeDuty(Duty::Kind kind);
  std::vector<std::string> FieldPatterns(size_t most);
  void SetRandom(const Attribute& attribute, policy::Attributes& attributes, uint64_t odd);
  void SetOdd(const Attribute& attribute, policy::Attributes& attributes);
  void MakePeerAttributes(const std::string& name, policy::Attributes& attributes);
  std::string Date();
  int64_t Number();
  std::vector<Rule> MakeStrangers();
  std::vector<Rule> MakeMany();
  bool LoadsAlone(const Rule& rule) const;
  std::string Others(const PolicyText& policy);

  Dice& dice_;
  const Profile* profile_ = nullptr;
  policy::Registry registry_;
  std::vector<std::string> groups_;
  std::map<std::string, std::vector<std::string>> focus_;
  std::vector<std::vector<Duty>> chain_;  // each at least as strict as the one before
  std::vector<SetDeclaration> sets_;
  uint64_t odd_ = 0;  // percent of values that are odd
  int made_ = 0;
};

}  // namespace fairway::oracle

#endif  // FAIRWAY_TESTS_ORACLE_GENERATOR_H_
