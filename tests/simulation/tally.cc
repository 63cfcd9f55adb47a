#include "tests/simulation/tally.h"

#include <cassert>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fairway::simulation {

Tally::Tally() {
  for (const std::string_view name : kOperations) operations_[std::string(name)] = 0;
  for (const std::string_view name : kFaults) faults_[std::string(name)] = 0;
}

void Tally::Add(Counts& counts, std::string_view name, uint64_t times) {
  const auto found = counts.find(name);
  assert(found != counts.end());
  found->second += times;
}

uint64_t Tally::Sum(const Counts& counts) {
  uint64_t sum = 0;
  for (const auto& [unused, count] : counts) sum += count;
  return sum;
}

void Tally::Add(const Tally& other) {
  for (const auto& [name, count] : other.operations_) operations_[name] += count;
  for (const auto& [name, count] : other.faults_) faults_[name] += count;
}

uint64_t Tally::operation(std::string_view name) const { return operations_.find(name)->second; }
uint64_t Tally::fault(std::string_view name) const { return faults_.find(name)->second; }

std::vector<std::string> Tally::Missing() const {
  std::vector<std::string> missing;
  for (const Counts* counts : {&operations_, &faults_}) {
    for (const auto& [name, count] : *counts) {
      if (count == 0) missing.push_back(name);
    }
  }
  return missing;
}

std::string Tally::ToText() const {
  std::string text;
  for (const auto& [name, count] : operations_) {
    absl::StrAppendFormat(&text, "operation %10d  %s\n", count, name);
  }
  for (const auto& [name, count] : faults_) {
    absl::StrAppendFormat(&text, "fault     %10d  %s\n", count, name);
  }
  return text;
}

Tally Tally::FromText(const std::string& text) {
  Tally tally;
  std::istringstream lines(text);
  std::string kind, name;
  uint64_t count = 0;
  while (lines >> kind >> count && std::getline(lines >> std::ws, name)) {
    Add(kind == "fault" ? tally.faults_ : tally.operations_, name, count);
  }
  return tally;
}

}  // namespace fairway::simulation
