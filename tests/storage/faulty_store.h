#ifndef FAIRWAY_TESTS_STORAGE_FAULTY_STORE_H_
#define FAIRWAY_TESTS_STORAGE_FAULTY_STORE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "crypto/secret_bytes.h"
#include "node/store/database.h"
#include "node/store/node_table.h"
#include "tests/simulation/fault_vfs.h"
#include "tests/support/status_matchers.h"

namespace fairway::testing {

// A database with a ballast on a disk in memory that can be told to be full or to fail.
class FaultyStore : public ::testing::Test {
 protected:
  static constexpr uint64_t kBallast = 2 << 20;

  void Make(uint64_t seed) {
    database_.reset();
    disk_.reset();
    disk_ = std::make_unique<simulation::FaultVfs>("faulty-store", seed);
    ASSERT_OK(Open(true));
  }
  absl::Status Open(bool create = false) {
    database_.reset();
    auto opened = store::Database::Open({"node.db", key_, disk_->name(), create, kBallast});
    if (opened.ok()) database_ = *std::move(opened);
    return opened.status();
  }

  store::Database& db() { return *database_; }
  simulation::FaultVfs& disk() { return *disk_; }

  static store::WriteJob Job(std::string name, std::string value) {
    return [name = std::move(name), value = std::move(value)](store::Txn& txn) {
      return store::PutSetting(txn, name, value);
    };
  }
  absl::Status Put(const std::string& name, const std::string& value) {
    return db().Write(Job(name, value));
  }
  absl::StatusOr<std::optional<std::string>> Get(const std::string& name) {
    std::optional<std::string> value;
    const absl::Status status = db().Read([&](store::ReadTxn& txn) -> absl::Status {
      const auto found = store::GetSetting(txn, name);
      if (found.ok()) value = *found;
      return found.status();
    });
    if (!status.ok()) return status;
    return value;
  }

  const crypto::SecretBytes key_ = crypto::SecretBytes::CopyOf("0123456789abcdef0123456789abcdef");
  std::unique_ptr<simulation::FaultVfs> disk_;
  std::unique_ptr<store::Database> database_;
};

}  // namespace fairway::testing

#endif  // FAIRWAY_TESTS_STORAGE_FAULTY_STORE_H_
