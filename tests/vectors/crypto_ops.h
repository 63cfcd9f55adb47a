#ifndef FAIRWAY_TESTS_VECTORS_CRYPTO_OPS_H_
#define FAIRWAY_TESTS_VECTORS_CRYPTO_OPS_H_

#include <string>

#include "tests/vectors/vector_file.h"

namespace fairway::vectors {

// Does what the vector's `op` says with the functions of crypto/, computes every output that the
// vector names again, and compares the outcome with `expect` and `says`. Empty if all is as the
// vector says, else what differs.
std::string CheckCryptoVector(const Vector& vector);

}  // namespace fairway::vectors

#endif  // FAIRWAY_TESTS_VECTORS_CRYPTO_OPS_H_
