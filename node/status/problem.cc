#include "node/status/problem.h"

#include <cstdint>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace fairway {
namespace {

constexpr char kVersion = 0x01;
constexpr absl::string_view kPayloadUrl = "fairway/problem";

void PutU32(uint32_t value, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void PutText(std::string_view text, std::string& out) {
  PutU32(static_cast<uint32_t>(text.size()), out);
  out.append(text);
}

bool TakeU32(std::string_view& in, uint32_t& value) {
  if (in.size() < 4) return false;
  value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(in[i]);
  in.remove_prefix(4);
  return true;
}

bool TakeText(std::string_view& in, std::string& text) {
  uint32_t size = 0;
  if (!TakeU32(in, size) || size > in.size()) return false;
  text = std::string(in.substr(0, size));
  in.remove_prefix(size);
  return true;
}

bool TakeLines(std::string_view& in, std::vector<std::string>& lines) {
  uint32_t count = 0;
  if (!TakeU32(in, count) || count > kMaxProblemLines) return false;
  lines.resize(count);
  for (std::string& line : lines) {
    if (!TakeText(in, line)) return false;
  }
  return true;
}

size_t EncodedSize(const Problem& problem) {
  size_t size = 1 + 4 + problem.code.size() + 4 + problem.message.size() + 8;
  for (const std::string& line : problem.why) size += 4 + line.size();
  for (const std::string& line : problem.next) size += 4 + line.size();
  return size;
}

// The explanation must never be the reason that an explanation does not arrive.
void FitIntoLimits(Problem& problem) {
  constexpr size_t kMaxCode = 64;
  constexpr size_t kMaxMessage = kMaxProblemBytes / 2;
  if (problem.code.size() > kMaxCode) problem.code.resize(kMaxCode);
  if (problem.message.size() > kMaxMessage) problem.message.resize(kMaxMessage);
  if (problem.why.size() > kMaxProblemLines) problem.why.resize(kMaxProblemLines);
  if (problem.next.size() > kMaxProblemLines) problem.next.resize(kMaxProblemLines);
  while (EncodedSize(problem) > kMaxProblemBytes) {
    (problem.why.empty() ? problem.next : problem.why).pop_back();
  }
}

}  // namespace

std::string EncodeProblem(const Problem& problem) {
  std::string out(1, kVersion);
  out.reserve(EncodedSize(problem));
  PutText(problem.code, out);
  PutText(problem.message, out);
  for (const auto* lines : {&problem.why, &problem.next}) {
    PutU32(static_cast<uint32_t>(lines->size()), out);
    for (const std::string& line : *lines) PutText(line, out);
  }
  return out;
}

absl::StatusOr<Problem> DecodeProblem(std::string_view bytes) {
  if (bytes.size() > kMaxProblemBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("problem: ", bytes.size(), " bytes, at most ", kMaxProblemBytes));
  }
  if (bytes.empty() || bytes.front() != kVersion) {
    return absl::InvalidArgumentError("problem: does not begin with version 1");
  }
  bytes.remove_prefix(1);
  Problem problem;
  if (!TakeText(bytes, problem.code) || !TakeText(bytes, problem.message) ||
      !TakeLines(bytes, problem.why) || !TakeLines(bytes, problem.next) || !bytes.empty()) {
    return absl::InvalidArgumentError("problem: cut short, too many lines, or bytes after its end");
  }
  return problem;
}

absl::Status MakeProblem(absl::StatusCode code, Problem problem) {
  FitIntoLimits(problem);
  absl::Status status(code, absl::StrCat(problem.code, ": ", problem.message));
  status.SetPayload(kPayloadUrl, absl::Cord(EncodeProblem(problem)));
  return status;
}

std::optional<Problem> ProblemOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  absl::StatusOr<Problem> problem = DecodeProblem(std::string(*payload));
  if (!problem.ok()) return std::nullopt;
  return *std::move(problem);
}

}  // namespace fairway
