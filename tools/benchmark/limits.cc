// What this machine could do at best, measured with nothing of a node in the way. Prints one JSON
// object.
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "crypto/ed25519.h"
#include "node/env/system_entropy.h"
#include "node/status/status_macros.h"
#include "node/store/item_table.h"
#include "tools/benchmark/arguments.h"
#include "tools/benchmark/distribution.h"
#include "tools/benchmark/loopback_tls.h"
#include "tools/benchmark/node_database.h"
#include "tools/benchmark/plain_inserts.h"

namespace fairway::benchmark {
namespace {

using nlohmann::json;

constexpr char kUsage[] =
    "limits --data DIR --key FILE --folder DIR --rows N --groups 1,8,64 [--milliseconds EACH]\n";
constexpr size_t kSignedBytes = 1024;
constexpr size_t kAppendBytes = 2048;

// The items of a node, as it keeps them.
absl::StatusOr<std::vector<PlainRow>> RowsOf(const Arguments& arguments) {
  FAIRWAY_ASSIGN_OR_RETURN(const auto database,
                           OpenNodeDatabase(arguments.text("data"), arguments.text("key")));
  const size_t wanted = arguments.number("rows", 1000);
  std::vector<PlainRow> rows;
  FAIRWAY_RETURN_IF_ERROR(database->Read([&](store::ReadTxn& txn) -> absl::Status {
    uint64_t last = 0;
    while (rows.size() < wanted) {
      FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::StoredRevision> some,
                               store::RevisionsAfter(txn, last, store::kMaxListed));
      if (some.empty()) break;
      for (const store::StoredRevision& each : some) {
        last = each.id;
        PlainRow row{.object = std::string(each.object.view()),
                     .item = std::string(each.body.item_id.view()),
                     .origin = std::string(each.body.origin.digest.view()),
                     .signed_bytes = each.signed_bytes,
                     .parts = ""};
        FAIRWAY_ASSIGN_OR_RETURN(const std::vector<model::Part> parts,
                                 store::GetParts(txn, each.object));
        for (const model::Part& part : parts) {
          absl::StrAppend(&row.parts, part.label, part.bytes);
          row.parts.append(reinterpret_cast<const char*>(part.salt.data()), part.salt.size());
        }
        rows.push_back(std::move(row));
      }
    }
    return absl::OkStatus();
  }));
  if (rows.size() > wanted) rows.resize(wanted);
  return rows;
}

double VerificationsPerSecond(size_t threads, double seconds) {
  env::SystemEntropy entropy;
  const crypto::SigningKey key = crypto::SigningKey::FromSeed(entropy.Bytes(crypto::kSeedBytes));
  const std::string message = entropy.Bytes(kSignedBytes);
  const crypto::Signature signature = key.Sign(message);
  std::atomic<uint64_t> verified{0};
  const absl::Time begun = absl::Now();
  const absl::Time end = begun + absl::Seconds(seconds);
  std::vector<std::thread> workers;
  for (size_t i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      while (absl::Now() < end) {
        for (int n = 0; n < 64; ++n) {
          if (crypto::Verify(key.public_key(), message, signature.view())) ++verified;
        }
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return static_cast<double>(verified) / absl::ToDoubleSeconds(absl::Now() - begun);
}

absl::StatusOr<json> AppendsToDisk(const std::string& folder, double seconds) {
  const std::string path = absl::StrCat(folder, "/append");
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return absl::InternalError(absl::StrCat("cannot write ", path));
  const std::string piece(kAppendBytes, 'x');
  std::vector<double> samples;
  bool failed = false;
  const absl::Time end = absl::Now() + absl::Seconds(seconds);
  while (absl::Now() < end && !failed) {
    const absl::Time start = absl::Now();
    failed = write(file, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size()) ||
             fdatasync(file) != 0;
    samples.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
  }
  close(file);
  unlink(path.c_str());
  if (failed) return absl::InternalError("the disk takes no more");
  return Distribution(std::move(samples));
}

absl::StatusOr<json> Run(int argc, char** argv) {
  FAIRWAY_ASSIGN_OR_RETURN(const Arguments arguments, Arguments::Parse(argc, argv, 1));
  if (!arguments.has("data")) return absl::InvalidArgumentError(kUsage);
  const double seconds = static_cast<double>(arguments.number("milliseconds", 3000)) / 1000;
  const std::string folder = arguments.text("folder");
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<PlainRow> rows, RowsOf(arguments));
  json inserts = json::object();
  for (const std::string& text :
       std::vector<std::string>(absl::StrSplit(arguments.text("groups", "1"), ','))) {
    uint64_t group = 0;
    if (!absl::SimpleAtoi(text, &group)) return absl::InvalidArgumentError(kUsage);
    FAIRWAY_ASSIGN_OR_RETURN(const PlainRate rate, InsertPlainly(folder, rows, group, seconds));
    inserts[text] = {{"rows_per_second", rate.rows_per_second},
                     {"cpu_seconds_per_1000", rate.cpu_seconds_per_1000},
                     {"commit_p50_ms", rate.commit_p50_ms}};
  }
  size_t row_bytes = 0;
  for (const PlainRow& row : rows) row_bytes += row.signed_bytes.size() + row.parts.size();
  FAIRWAY_ASSIGN_OR_RETURN(const json appends, AppendsToDisk(folder, seconds / 2));
  FAIRWAY_ASSIGN_OR_RETURN(const double tls,
                           LoopbackTlsBytesPerSecond(static_cast<uint64_t>(seconds * 100) << 20));
  return json{{"inserts", inserts},
              {"rows", rows.size()},
              {"mean_row_bytes", rows.empty() ? 0 : row_bytes / rows.size()},
              {"pragmas", PlainPragmas()},
              {"verifications_per_second", VerificationsPerSecond(1, seconds / 2)},
              {"verifications_per_second_all_cores",
               VerificationsPerSecond(std::thread::hardware_concurrency(), seconds / 2)},
              {"tls_bytes_per_second", tls},
              {"fdatasync_ms", appends}};
}

}  // namespace
}  // namespace fairway::benchmark

int main(int argc, char** argv) {
  const auto result = fairway::benchmark::Run(argc, argv);
  if (!result.ok()) {
    std::fprintf(stderr, "limits: %s\n", std::string(result.status().message()).c_str());
    return 1;
  }
  std::puts(result->dump().c_str());
  return 0;
}
