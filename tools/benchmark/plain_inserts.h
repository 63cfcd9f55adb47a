#ifndef FAIRWAY_TOOLS_BENCHMARK_PLAIN_INSERTS_H_
#define FAIRWAY_TOOLS_BENCHMARK_PLAIN_INSERTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fairway::benchmark {

// What one item is to the disk: ids, and its bytes as a node keeps them.
struct PlainRow {
  std::string object;
  std::string item;
  std::string origin;
  std::string signed_bytes;
  std::string parts;
};

struct PlainRate {
  double rows_per_second = 0;
  double cpu_seconds_per_1000 = 0;
  double commit_p50_ms = 0;
};

// The limit of the machine for storing rows: SQLCipher and nothing else, with the pragmas of the
// node, in `folder`, `rows_in_transaction` at a time, into one table with four indices as a
// revision and its log entry have. Goes through `rows` from the beginning, at most `seconds` long.
// INTERNAL with SQLite's words.
absl::StatusOr<PlainRate> InsertPlainly(const std::string& folder,
                                        const std::vector<PlainRow>& rows,
                                        size_t rows_in_transaction, double seconds);

// What is set, for the report: journal mode, page size and so on.
std::string PlainPragmas();

}  // namespace fairway::benchmark

#endif  // FAIRWAY_TOOLS_BENCHMARK_PLAIN_INSERTS_H_
