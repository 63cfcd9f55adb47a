#ifndef FAIRWAY_POLICY_PROOF_WITNESS_H_
#define FAIRWAY_POLICY_PROOF_WITNESS_H_

#include <optional>
#include <string>

#include "policy/program/space.h"
#include "policy/proof/proof.h"

namespace fairway::policy {

// Turns a point into a request, lets both policies decide it, and takes away what does not matter.
class WitnessMaker {
 public:
  enum class Question { kGain, kLoss, kFields, kGuarantee };

  struct Claim {
    Question question = Question::kGain;
    bool registered = false;  // the peers as their administrator describes them
    const CheckedGuarantee* guarantee = nullptr;
    // Audiences may include who asks by a word of its own ("peer:NAME"). Not where the floors of
    // one side must fail.
    bool by_name = true;
  };

  // `before` may be null. `side_*` are their positions in the space.
  WitnessMaker(const Space& space, const Policy* before, const Policy& after,
               std::optional<int64_t> first_day);

  // Nothing if the two policies do not confirm it.
  std::optional<Witness> Make(const Point& point, const Claim& claim) const;

 private:
  Request RequestOf(const Point& point, const Claim& claim) const;
  void AddAttribute(const Point& point, size_t variable, const Claim& claim,
                    const std::string& peer, Request& request) const;
  std::vector<std::string> WordsOf(const Point& point, size_t variable, const Claim& claim,
                                   const std::string& peer) const;
  absl::Time TimeOf(const Point& point) const;
  // Both decisions filled in; false if they are not what is claimed.
  bool Confirm(const Claim& claim, Witness& witness) const;
  void SetPeer(const Claim& claim, Witness& witness) const;
  void Minimise(const Claim& claim, Witness& witness) const;
  template <typename Change>
  bool Attempt(const Claim& claim, Witness& witness, Change change) const;
  void DropAttributes(const Claim& claim, Witness& witness, Attributes Request::*part) const;
  void ShrinkSets(const Claim& claim, Witness& witness, Attributes Request::*part) const;
  std::string TextOf(const Claim& claim, const Witness& witness) const;
  std::string Unheard(std::string_view like) const;
  size_t after_side() const { return before_ == nullptr ? 0 : 1; }

  const Space& space_;
  const Policy* before_;
  const Policy& after_;
  std::optional<int64_t> first_day_;
  std::string stranger_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROOF_WITNESS_H_
