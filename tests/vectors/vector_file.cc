#include "tests/vectors/vector_file.h"

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace fairway::vectors {
namespace {

constexpr std::string_view kFence = "```";
constexpr std::string_view kVectorFence = "```vector name=";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

[[noreturn]] void StopAt(const std::string& path, int line, std::string_view what) {
  std::cerr << path << ":" << line << ": " << what << std::endl;
  std::exit(2);
}

std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream in(path);
  if (!in) StopAt(path, 0, "cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::pair<std::string, std::string> SplitLine(const std::string& path, int number,
                                              const std::string& line) {
  const size_t colon = line.find(": ");
  if (colon == std::string::npos) StopAt(path, number, "wanted \"key: value\"");
  return {line.substr(0, colon), line.substr(colon + 2)};
}

// Reads one piece of a value at `at` and moves past it; false if it is none.
bool TakeQuoted(std::string_view text, size_t& at, std::string& out) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    char c = text[at];
    if (c == '\\') {
      if (++at == text.size()) return false;
      c = text[at] == 'n' ? '\n' : text[at] == 't' ? '\t' : text[at] == 'r' ? '\r' : text[at];
    }
    out += c;
  }
  if (at == text.size()) return false;
  ++at;
  return true;
}

bool TakeHex(std::string_view text, size_t& at, std::string& out) {
  std::string piece;
  while (at + 1 < text.size() && HexValue(text[at]) >= 0 && HexValue(text[at + 1]) >= 0) {
    piece += static_cast<char>(HexValue(text[at]) << 4 | HexValue(text[at + 1]));
    at += 2;
  }
  size_t times = 1;
  if (at < text.size() && text[at] == '*') {
    times = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      times = times * 10 + static_cast<size_t>(text[at] - '0');
    }
  }
  for (size_t i = 0; i < times; ++i) out += piece;
  return !piece.empty();
}

}  // namespace

bool Vector::Has(std::string_view key) const {
  for (const auto& [name, value] : values) {
    if (name == key) return true;
  }
  return false;
}

void Vector::Stop(std::string_view key, std::string_view what) const {
  std::cerr << "vector " << name << " (line " << line << "): " << key << ": " << what << std::endl;
  std::exit(2);
}

std::string Vector::Decode(std::string_view key, std::string_view text) const {
  std::string bytes;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
    } else if (!(text[at] == '"' ? TakeQuoted(text, at, bytes) : TakeHex(text, at, bytes))) {
      Stop(key, "neither hexadecimal nor quoted text");
    }
  }
  return bytes;
}

std::string Vector::Text(std::string_view key) const {
  for (const auto& [name, value] : values) {
    if (name == key) return value;
  }
  Stop(key, "is missing");
}

std::string Vector::Bytes(std::string_view key) const { return Decode(key, Text(key)); }

uint64_t Vector::Number(std::string_view key) const {
  const std::string text = Text(key);
  char* end = nullptr;
  const uint64_t value = std::strtoull(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0') Stop(key, "not a number");
  return value;
}

std::vector<std::string> Vector::AllBytes(std::string_view key) const {
  std::vector<std::string> all;
  for (const auto& [name, value] : values) {
    if (name == key) all.push_back(Decode(key, value));
  }
  return all;
}

std::vector<Vector> ReadVectors(const std::string& path) {
  std::vector<Vector> vectors;
  int number = 0;
  bool inside = false;
  for (const std::string& line : ReadLines(path)) {
    ++number;
    if (line.empty()) inside = false;
    if (line.empty() || line[0] == '#') continue;
    auto [key, value] = SplitLine(path, number, line);
    if (!inside) {
      if (key != "vector") StopAt(path, number, "a block starts with \"vector: name\"");
      vectors.push_back({.name = value, .line = number, .values = {}});
      inside = true;
    } else {
      vectors.back().values.emplace_back(std::move(key), std::move(value));
    }
  }
  return vectors;
}

std::vector<Vector> ReadMarkdownVectors(const std::string& path) {
  std::vector<Vector> vectors;
  int number = 0;
  bool inside = false;
  for (const std::string& line : ReadLines(path)) {
    ++number;
    if (inside && line == kFence) {
      inside = false;
    } else if (inside) {
      vectors.back().values.push_back(SplitLine(path, number, line));
    } else if (line.starts_with(kVectorFence)) {
      vectors.push_back(
          {.name = line.substr(kVectorFence.size()), .line = number, .values = {{"expect", "ok"}}});
      inside = true;
    }
  }
  return vectors;
}

}  // namespace fairway::vectors
