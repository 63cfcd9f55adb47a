#ifndef FAIRWAY_TOOLS_BENCHMARK_NODE_DATABASE_H_
#define FAIRWAY_TOOLS_BENCHMARK_NODE_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "node/store/database.h"

namespace fairway::benchmark {

// The database of a node, opened beside the node itself: what a reader of it sees is committed.
// Errors of server::OpenDatabaseKey and store::Database::Open.
absl::StatusOr<std::unique_ptr<store::Database>> OpenNodeDatabase(const std::string& data_dir,
                                                                  const std::string& key_file);

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_NODE_DATABASE_H_
