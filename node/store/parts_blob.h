#ifndef FAIRWAY_NODE_STORE_PARTS_BLOB_H_
#define FAIRWAY_NODE_STORE_PARTS_BLOB_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "node/model/item.h"

// The parts of one revision as one blob, because one row costs less than a dozen: for each part
// lp16 label, 16 bytes of salt, lp32 content. For this folder only.
namespace fairway::store {

// In ascending order of labels. INVALID_ARGUMENT for a label twice or above 65,535 bytes.
absl::StatusOr<std::string> EncodeParts(const std::vector<model::Part>& parts);
// INVALID_ARGUMENT for anything else.
absl::StatusOr<std::vector<model::Part>> DecodeParts(std::string_view bytes);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_PARTS_BLOB_H_
