#ifndef FAIRWAY_NODE_SERVER_CONFIG_H_
#define FAIRWAY_NODE_SERVER_CONFIG_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace fairway::server {

// What an administrator writes in DATA/fairway.toml. Holds no secret.
struct Config {
  std::string name;                     // [node] name: what this node calls itself, "mombasa-port"
  std::string display_name;             // [node] display_name
  std::string country;                  // [node] country, ISO 3166-1 alpha-2
  std::string listen = "0.0.0.0:7443";  // [listen] peer: host:port, port 0 takes a free one
  std::string advertise;                // [listen] advertise: what peers dial; empty = `listen`
};

inline constexpr size_t kMaxConfigBytes = 64 * 1024;

// Reads a configuration. `file_name` is for messages only.
// INVALID_ARGUMENT (FW-CFG-002): not TOML, an unknown section or key (with line, column, caret and
// the nearest known name), a value of the wrong type or form, larger than kMaxConfigBytes.
absl::StatusOr<Config> ParseConfig(std::string_view file_name, std::string_view text);

// NOT_FOUND (FW-CFG-001): there is no such file; otherwise as ParseConfig.
absl::StatusOr<Config> LoadConfig(const std::string& path);

// The text that `fairway init` writes; ParseConfig gives the same Config back.
std::string ConfigText(const Config& config);

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_CONFIG_H_
