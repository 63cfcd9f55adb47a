#include "policy/preview/atom_key.h"

#include <cstdint>

namespace fairway::policy {
namespace {

void Append(std::string& key, int64_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

}  // namespace

std::string AtomKey(const Atom& atom) {
  std::string key;
  key.reserve((4 + atom.values.words().size()) * sizeof(int64_t));
  Append(key, static_cast<int64_t>(atom.kind));
  Append(key, static_cast<int64_t>(atom.attribute));
  Append(key, atom.lowest);
  Append(key, atom.highest);
  for (uint64_t word : atom.values.words()) Append(key, static_cast<int64_t>(word));
  return key;
}

}  // namespace fairway::policy
