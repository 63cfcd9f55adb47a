// LANGUAGE.md is what administrators read, so it is tested: each policy in it loads and passes its
// tests, each wrong example of the catalogue gives exactly what is printed below it, each right one
// gives nothing, and the catalogue has every code there is.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "policy/test_support.h"

namespace fairway::policy {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Block {
  std::string language;  // "fpol", "fprof", "text", "ebnf"
  std::string text;
};

// One "#### E102 …" of the catalogue with its blocks, or everything before the first one.
struct Entry {
  std::string code;
  std::vector<Block> blocks;
};

std::vector<Entry> Page() {
  std::vector<Entry> entries(1);
  std::istringstream lines(ReadFile("policy/LANGUAGE.md"));
  std::optional<Block> open;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      if (open) {
        entries.back().blocks.push_back(*open);
        open.reset();
      } else {
        open = Block{line.substr(3), ""};
      }
    } else if (open) {
      open->text += line + "\n";
    } else if (line.starts_with("#### ")) {
      entries.push_back({line.substr(5, 4), {}});
    }
  }
  return entries;
}

std::string Remarks(const std::string& text) {
  return RenderAll(testing::Load(text).diagnostics, "example.fpol", text);
}

TEST(LanguagePage, ItsPoliciesLoadWithoutARemarkAndPassTheirTests) {
  size_t policies = 0;
  const std::vector<Entry> page = Page();
  for (const Block& block : page.front().blocks) {
    if (block.language != "fpol") continue;
    ++policies;
    EXPECT_EQ(Remarks(block.text), "") << block.text;
    const auto policy = testing::MustLoad(block.text);
    if (policy == nullptr) continue;
    for (const TestResult& result : policy->RunTests()) {
      EXPECT_TRUE(result.passed) << result.name << ": " << result.message;
    }
  }
  EXPECT_GE(policies, 3u);
}

TEST(LanguagePage, WrongExamplesGiveWhatIsPrintedAndRightOnesNothing) {
  size_t examples = 0;
  for (const Entry& entry : Page()) {
    if (entry.code.empty() || entry.blocks.empty() || entry.blocks[0].language != "fpol") continue;
    SCOPED_TRACE(entry.code);
    ASSERT_EQ(entry.blocks.size(), 3u);
    ++examples;
    const std::string& wrong = entry.blocks[0].text;
    EXPECT_EQ(testing::CodesOf(testing::Load(wrong).diagnostics),
              std::multiset<std::string>{entry.code});
    EXPECT_EQ(Remarks(wrong), entry.blocks[1].text);
    EXPECT_EQ(testing::Load(wrong).policy != nullptr, entry.code.starts_with('W'));
    EXPECT_EQ(Remarks(entry.blocks[2].text), "");
  }
  EXPECT_GE(examples, 35u);
}

TEST(LanguagePage, LinesOfAProfileAreRightAndWrongAsItSays) {
  const auto codes = [](const std::string& line) {
    return testing::CodesOf(
        Vocabulary::Parse(std::string(DefaultProfile()) + "\n" + line).diagnostics);
  };
  size_t examples = 0;
  for (const Entry& entry : Page()) {
    if (entry.blocks.empty() || entry.blocks[0].language != "fprof") continue;
    SCOPED_TRACE(entry.code);
    ASSERT_EQ(entry.blocks.size(), 2u);
    ++examples;
    EXPECT_EQ(codes(entry.blocks[0].text), std::multiset<std::string>{entry.code});
    EXPECT_TRUE(codes(entry.blocks[1].text).empty());
  }
  EXPECT_GE(examples, 4u);
}

TEST(LanguagePage, TheCatalogueHasEveryCodeOfTheSourcesOnceAndNoOther) {
  std::set<std::string> reported;
  const std::regex code("\"([EW][0-9]{3})\"");
  for (const char* room : {"policy/language", "policy/check", "policy/program", "policy"}) {
    for (const auto& file : std::filesystem::directory_iterator(room)) {
      const std::string name = file.path().filename();
      if (!name.ends_with(".cc") || name.ends_with("_test.cc")) continue;
      const std::string source = ReadFile(file.path());
      for (std::sregex_iterator it(source.begin(), source.end(), code), end; it != end; ++it) {
        reported.insert((*it)[1]);
      }
    }
  }
  EXPECT_GE(reported.size(), 50u);
  std::set<std::string> described;
  for (const Entry& entry : Page()) {
    if (entry.code.empty()) continue;
    EXPECT_TRUE(described.insert(entry.code).second) << entry.code << " is there twice";
  }
  EXPECT_EQ(described, reported);
}

}  // namespace
}  // namespace fairway::policy
