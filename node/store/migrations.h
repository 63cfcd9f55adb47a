#ifndef FAIRWAY_NODE_STORE_MIGRATIONS_H_
#define FAIRWAY_NODE_STORE_MIGRATIONS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/store/connection.h"

// The schema and its history. SQLite's user_version says how many steps a file has taken.
namespace fairway::store {

int NewestSchemaVersion();

absl::StatusOr<int> SchemaVersionOf(Connection& connection);

// Takes the steps from the file's version to the newest, each in one transaction; a crash leaves a
// whole number of steps. Doing it again does nothing.
absl::Status Migrate(Connection& connection);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_MIGRATIONS_H_
