#include "tools/benchmark/bulletins.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "node/interop/front_matter.h"
#include "node/status/status_macros.h"

namespace fairway::benchmark {
namespace {

constexpr const char* kTopics[] = {"cocaine",           "reefer-container", "document-fraud",
                                   "seal-fraud",        "rip-on-rip-off",   "insider-threat",
                                   "false-declaration", "firearms",         "precursor-chemicals",
                                   "stowaways",         "fuel-smuggling",   "cargo-theft"};
constexpr const char* kRegions[] = {"indian-ocean", "caribbean", "south-atlantic", "north-sea"};
constexpr size_t kTopicsOfEach = 8;

// Cuts at a character's first byte, so that what is left stays UTF-8.
bool IsBoundary(const std::string& text, size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
}

}  // namespace

absl::StatusOr<Bulletins> Bulletins::FromFolder(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() == ".md") paths.push_back(entry.path());
  }
  if (paths.empty()) return absl::NotFoundError(absl::StrCat("no documents in ", folder));
  std::sort(paths.begin(), paths.end());
  Bulletins bulletins;
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    FAIRWAY_ASSIGN_OR_RETURN(const model::Draft draft, interop::ReadFrontMatter(path, text));
    bulletins.titles_.push_back(draft.title);
    absl::StrAppend(&bulletins.text_, draft.summary, "\n", draft.body, "\n");
  }
  while (bulletins.text_.size() < 2 * kBodyBytes) bulletins.text_ += bulletins.text_;
  return bulletins;
}

model::Draft Bulletins::Make(uint64_t number, bool permitted, model::Precedence precedence) const {
  model::Draft draft;
  draft.tlp = model::Tlp::kGreen;
  draft.precedence = precedence;
  draft.language = "en";
  draft.title = absl::StrCat(titles_[number % titles_.size()], " (", number, ")");
  // Another window of the text each time, as real bulletins repeat each other's words.
  size_t begin = (number * 131) % (text_.size() - kBodyBytes);
  while (!IsBoundary(text_, begin)) ++begin;
  size_t end = std::min(text_.size(), begin + kBodyBytes);
  while (!IsBoundary(text_, end)) --end;
  draft.body = absl::StrCat("Report ", number, ". ", text_.substr(begin, end - begin));
  if (permitted) draft.topics.push_back(kPermittedTopic);
  for (size_t i = draft.topics.size(); i < kTopicsOfEach; ++i) {
    draft.topics.push_back(kTopics[(number + i) % std::size(kTopics)]);
  }
  draft.regions = {kRegions[number % std::size(kRegions)]};
  draft.day = "2026-11-20";
  draft.persons = {absl::StrCat("Person ", number, " of the benchmark"),
                   absl::StrCat("Contact ", number * 7)};
  draft.plates = {absl::StrFormat("KDA %05d", number % 100000),
                  absl::StrFormat("KBX %05d", (number * 3) % 100000)};
  draft.locodes = {"KEMBA"};
  draft.grading = "B2";
  draft.releasable_to = {"ANY-MEMBER"};
  draft.contains_known = true;
  return draft;
}

}  // namespace fairway::benchmark
