#ifndef FAIRWAY_POLICY_PROOF_SIDE_H_
#define FAIRWAY_POLICY_PROOF_SIDE_H_

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "policy/program/cube_index.h"
#include "policy/program/space.h"

namespace fairway::policy {

// One side of a question: where its rules match, as cubes, and the duties they bring.
struct Side {
  explicit Side(const Layout& of)
      : layout(&of), permits(of, {}), forbids(of, {}), requires_(of, {}) {}

  // Permits that can match together with this one although neither is more generous: next to none
  // (E205), but a peer can be imagined that the checker did not know. Remembered once looked up.
  const std::vector<uint32_t>& Rivals(uint32_t permit) const;
  bool AreRivals(uint32_t term, uint32_t other_term) const;
  bool HasRivals() const;  // are there permits with such duties at all?

  const Layout* layout;

  CubeIndex permits;
  CubeIndex forbids;
  CubeIndex requires_;
  // For each cube of permits and requires_: a position in `terms`.
  std::vector<uint32_t> permit_terms;
  std::vector<uint32_t> require_terms;
  std::vector<DutyTerms> terms;  // all different
  bool too_hard = false;         // a rule that is too many cubes; the lists are not complete

 private:
  mutable std::unordered_map<uint32_t, std::vector<uint32_t>> rivals_;
  mutable std::optional<bool> any_rivals_;
};

// The rules of one side of the space.
Side SideOf(Space& space, size_t side);
// What is left of them for one peer.
Side SideForPeer(const Space& space, const Side& side, const Point& peer);

// Which cubes two sides have in common, so that a proof can begin with those that they have not.
struct Shared {
  Shared(const Side& here, const Side& there);

  // For each permit of `here`: equal cubes among the permits of `there`.
  std::vector<std::vector<uint32_t>> permits;
  // For each forbid of `there`: is there an equal one here?
  std::vector<bool> forbids;
  // For each require of `there`: equal cubes among the requires of `here`.
  std::vector<std::vector<uint32_t>> requires_;
  // For each permit of `there`: equal cubes among the permits of `here`.
  std::vector<std::vector<uint32_t>> permits_back;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PROOF_SIDE_H_
