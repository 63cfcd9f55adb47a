#include "node/server/config.h"

#include <toml++/toml.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"

namespace fairway::server {
namespace {

constexpr char kCorrect[] = "correct it, then start the node again";

absl::Status Invalid(std::string_view file, const toml::source_region& where, std::string_view text,
                     const std::string& what, std::vector<std::string> next) {
  const uint32_t line = where.begin.line;
  const uint32_t column = where.begin.column;
  Problem problem{"FW-CFG-002",
                  absl::StrCat(std::string(file), ":", line, ":", column, ": ", what),
                  {},
                  next.empty() ? std::vector<std::string>{kCorrect} : std::move(next)};
  std::istringstream lines{std::string(text)};
  std::string content;
  for (uint32_t i = 0; i < line && std::getline(lines, content); ++i) {
  }
  if (line > 0) {
    problem.why.push_back(absl::StrCat(line, " | ", content));
    problem.why.push_back(
        std::string(absl::StrCat(line).size() + 3 + (column > 0 ? column - 1 : 0), ' ') + "^");
  }
  return MakeProblem(absl::StatusCode::kInvalidArgument, std::move(problem));
}

bool IsHostPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  uint32_t port = 0;
  for (const char c : text.substr(colon + 1)) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + static_cast<uint32_t>(c - '0');
    if (port > 65535) return false;
  }
  return true;
}

bool IsName(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() < 'a' || text.front() > 'z') return false;
  for (const char c : text) {
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') return false;
  }
  return true;
}

bool IsCountry(std::string_view text) {
  return text.size() == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z';
}

bool IsDisplayName(std::string_view text) { return !text.empty() && text.size() <= 200; }

struct Key {
  std::string Config::*field;
  bool (*valid)(std::string_view);
  const char* wanted;
  bool required;
};

// Every key there is: section, name, and what a value must look like.
const std::map<std::string, std::map<std::string, Key>>& Keys() {
  static const auto& keys = *new std::map<std::string, std::map<std::string, Key>>{
      {"node",
       {{"name",
         {&Config::name, IsName, "lower-case letters, digits and -, such as \"mombasa-port\"",
          true}},
        {"display_name", {&Config::display_name, IsDisplayName, "1 to 200 bytes of text", true}},
        {"country", {&Config::country, IsCountry, "two capital letters, such as \"KE\"", true}}}},
      {"listen",
       {{"peer", {&Config::listen, IsHostPort, "host:port, such as \"0.0.0.0:7443\"", false}},
        {"advertise",
         {&Config::advertise, IsHostPort, "host:port, such as \"fairway.kpa.example:7443\"",
          false}}}},
  };
  return keys;
}

template <typename Map>
std::string Known(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return absl::StrJoin(names, ", ");
}

}  // namespace

absl::StatusOr<Config> ParseConfig(std::string_view file_name, std::string_view text) {
  if (text.size() > kMaxConfigBytes) {
    return MakeProblem(absl::StatusCode::kInvalidArgument,
                       {"FW-CFG-002",
                        absl::StrCat(std::string(file_name), " has ", text.size(),
                                     " bytes, the limit is ", kMaxConfigBytes),
                        {},
                        {kCorrect}});
  }
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return Invalid(file_name, error.source(), text, std::string(error.description()), {});
  }
  Config config;
  for (auto&& [section_key, section_node] : root) {
    const std::string section_name(section_key.str());
    const auto section = Keys().find(section_name);
    if (section == Keys().end()) {
      return Invalid(file_name, section_key.source(), text,
                     absl::StrCat("unknown section \"", section_name, "\"; known: ", Known(Keys())),
                     {});
    }
    const toml::table* table = section_node.as_table();
    if (table == nullptr) {
      return Invalid(
          file_name, section_node.source(), text,
          absl::StrCat("\"", section_name, "\" is a section: write [", section_name, "]"), {});
    }
    for (auto&& [key, node] : *table) {
      const std::string name(key.str());
      const auto known = section->second.find(name);
      if (known == section->second.end()) {
        return Invalid(file_name, key.source(), text,
                       absl::StrCat("unknown key \"", name, "\" in [", section_name,
                                    "]; known: ", Known(section->second)),
                       {});
      }
      const std::optional<std::string> value = node.value_exact<std::string>();
      if (!value.has_value() || !known->second.valid(*value)) {
        return Invalid(file_name, node.source(), text,
                       absl::StrCat(name, " wants ", known->second.wanted), {});
      }
      config.*(known->second.field) = *value;
    }
  }
  for (const auto& [section, keys] : Keys()) {
    for (const auto& [name, key] : keys) {
      if (key.required && (config.*(key.field)).empty()) {
        return MakeProblem(absl::StatusCode::kInvalidArgument,
                           {"FW-CFG-002",
                            absl::StrCat(std::string(file_name), ": [", section, "] ", name,
                                         " is missing; it wants ", key.wanted),
                            {},
                            {kCorrect}});
      }
    }
  }
  if (config.advertise.empty()) config.advertise = config.listen;
  return config;
}

absl::StatusOr<Config> LoadConfig(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return MakeProblem(absl::StatusCode::kNotFound,
                       {"FW-CFG-001",
                        absl::StrCat("there is no configuration at ", path),
                        {"A node is set up once, before it is started."},
                        {"fairway init --help"}});
  }
  std::string text(kMaxConfigBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return ParseConfig(path, text);
}

std::string ConfigText(const Config& config) {
  std::ostringstream out;
  const auto quoted = [](const std::string& text) {
    std::ostringstream value;
    value << toml::value<std::string>(text);
    return value.str();
  };
  out << "# Configuration of this Fairway node. It holds no secret.\n"
      << "[node]\n"
      << "name = " << quoted(config.name) << "\n"
      << "display_name = " << quoted(config.display_name) << "\n"
      << "country = " << quoted(config.country) << "\n\n"
      << "[listen]\n"
      << "peer = " << quoted(config.listen)
      << "            # peers connect here; mutual TLS 1.3 only\n"
      << (config.advertise.empty() ? "# advertise = \"host:port\""
                                   : "advertise = " + quoted(config.advertise))
      << "       # what peers are told to dial\n";
  return out.str();
}

}  // namespace fairway::server
