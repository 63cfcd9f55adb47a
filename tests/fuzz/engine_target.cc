// Bytes are the choices of the oracle's generator: a world, a policy, requests. The engine and the
// oracle agree about all of them.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "tests/fuzz/target.h"
#include "tests/oracle/agreement.h"

namespace fairway::fuzz {

std::string MutateInput(const std::string& input, oracle::Dice& dice) {
  std::string changed = input;
  if (changed.empty() || dice.Percent(10)) {
    changed.clear();
    for (size_t i = 100 + dice.Below(1500); i-- > 0;) {
      changed.push_back(static_cast<char>(dice.Below(256)));
    }
    return changed;
  }
  const size_t at = dice.Below(changed.size());
  switch (dice.Below(3)) {
    case 0:
      changed[at] = static_cast<char>(dice.Below(256));
      return changed;
    case 1:
      return changed.erase(at, 1 + dice.Below(8));
    default:
      return changed.insert(at, 1 + dice.Below(4), static_cast<char>(dice.Below(256)));
  }
}

}  // namespace fairway::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fairway::oracle;
  Dice dice(data, size);
  Tally tally;
  Size few;
  few.peers = 4;
  few.items = 4;
  few.circumstances = 1;
  few.explain_every = 7;
  const std::optional<std::string> disagreement = Try(dice, few, tally);
  if (disagreement) {
    std::fprintf(stderr, "%s\n", disagreement->c_str());
    std::abort();
  }
  return 0;
}
