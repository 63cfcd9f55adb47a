#ifndef FAIRWAY_POLICY_PREVIEW_ATOM_KEY_H_
#define FAIRWAY_POLICY_PREVIEW_ATOM_KEY_H_

#include <string>

#include "policy/program/program.h"

namespace fairway::policy {

// Bytes that are equal only for atoms that mean the same in one World.
std::string AtomKey(const Atom& atom);

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_PREVIEW_ATOM_KEY_H_
