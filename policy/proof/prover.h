#ifndef FAIRWAY_POLICY_PROOF_PROVER_H_
#define FAIRWAY_POLICY_PROOF_PROVER_H_

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "policy/program/floor_completion.h"
#include "policy/proof/proof.h"
#include "policy/proof/question.h"
#include "policy/proof/term_tests.h"
#include "policy/proof/witness.h"

namespace fairway::policy {

// Asks the questions of a proof in both worlds. One use; not for threads.
class Prover {
 public:
  Prover(const Policy* before, const Policy& after, const ProofLimits& limits);

  Finding GainAnyone();
  Finding GainRegistered(const Finding& anyone);
  Finding LossRegistered();
  Finding FieldsAnyone();
  Finding FieldsRegistered(const Finding& anyone);
  std::vector<GuaranteeFinding> Guarantees();

  // Not ok once a witness was not confirmed by the policies themselves.
  const absl::Status& status() const { return status_; }

 private:
  using Result = RegionSearch::Result;
  using Claim = WitnessMaker::Claim;

  // One world to look at: all peers with any attributes, or one peer as it is.
  struct Scene {
    explicit Scene(Region all) : region(std::move(all)) {}

    Region region;
    std::string peer;  // empty: anyone
    const Side* before = nullptr;
    const Side* after = nullptr;
    const Shared* gain = nullptr;  // here after, there before
    const Shared* loss = nullptr;  // here before, there after
    bool floors_differ = false;
    std::optional<size_t> country_before;  // where the sides differ about this peer
    std::optional<size_t> country_after;
    std::optional<uint32_t> lacking_before;  // fixed where they differ
    std::optional<uint32_t> lacking_after;
    std::vector<std::shared_ptr<const void>> keep;
  };
  // A part of a scene in which is known what the link lacks (P15).
  struct Part {
    Region region;
    uint32_t lacking_before;
    uint32_t lacking_after;
  };
  // One thing to ask of a part: where it must lie, how floors are met, what is asked.
  struct Ask {
    Region region;
    const Completion* floors;
    Question question;
    Claim claim;
    std::string about;  // shown before its boxes: "source.contact: "
  };
  using Asks = std::vector<Ask>;

  Scene Whole(const std::string& peer);
  Scene Anyone();
  // Nothing if nothing is released to this peer on either side.
  std::optional<Scene> Registered(const std::string& name, bool loss);
  Scene Differing(const std::string& name, Scene scene);
  std::vector<Part> Parts(const Scene& scene);
  uint32_t AllNeeds(const Scene& scene) const;
  std::optional<Literal> Control(std::string_view name);
  const FloorCompletion& Floors(const Scene& scene, std::vector<size_t> holding,
                                std::optional<size_t> failing);

  void GainAsks(const Scene& scene, bool loss, Asks& asks);
  void FieldAsks(const Scene& scene, Asks& asks);
  void GuaranteeAsks(const Scene& scene, const CheckedGuarantee& guarantee,
                     const std::vector<Cube>& cubes, Asks& asks);

  Finding Answered(Asks asks, size_t& work);
  void AddBoxes(Ask& ask, RegionSearch& search, Finding& finding);
  // The registered world: one scene after the other.
  Finding OverPeers(const std::function<void(const Scene&, Asks&)>& make, bool loss);
  Finding TooHard() const { return Finding(); }
  Finding Never() const;
  std::vector<std::string> PeerNames() const;
  bool PeersAreSame() const;

  const Policy* before_policy_;
  const Policy& after_policy_;
  ProofLimits limits_;
  Space space_;
  size_t after_side_;
  Side nothing_;
  Side before_;
  Side after_;
  std::optional<Shared> gain_;
  std::optional<Shared> loss_;
  WitnessMaker witnesses_;
  std::optional<FloorCompletion> any_floors_;
  std::vector<std::unique_ptr<FloorCompletion>> floors_;
  absl::Status status_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROOF_PROVER_H_
