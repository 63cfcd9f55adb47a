#ifndef FAIRWAY_POLICY_ENGINE_GENEROSITY_H_
#define FAIRWAY_POLICY_ENGINE_GENEROSITY_H_

#include <cstdint>
#include <vector>

#include "policy/program/program.h"

namespace fairway::policy {

// Which permit carries, prepared: the permits of a program sorted so that none comes behind one it
// is more generous than, those that are equally generous next to each other, by name.
class Generosity {
 public:
  explicit Generosity(const Program& program);

  // Positions in Program::rules.
  const std::vector<uint32_t>& permits() const { return permits_; }
  // Of the permit at this place of permits(): permits of one class are equally generous; classes
  // are numbered from the front.
  uint32_t class_of(size_t place) const { return class_of_[place]; }
  // Is the first class at least as generous as the second?
  bool Covers(uint32_t first, uint32_t second) const;
  // Is it so for every class behind it?
  bool CoversAllBehind(uint32_t which) const { return covers_all_behind_[which]; }

  size_t bytes() const;

 private:
  // Up to so many classes all pairs are compared in advance.
  static constexpr size_t kMaxPrepared = 512;

  void MakeClasses();
  void Prepare();

  const Program& program_;
  std::vector<uint32_t> permits_;
  std::vector<uint32_t> class_of_;
  std::vector<uint32_t> first_of_;       // by class: position of a permit in Program::rules
  std::vector<bool> covers_;             // kMaxPrepared classes or fewer: pair by pair
  std::vector<bool> covers_all_behind_;  // by class
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_GENEROSITY_H_
