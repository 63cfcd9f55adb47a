#include "tools/fairway/command_line.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "node/status/problem.h"

namespace fairway::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<ExitCode> Nothing(const Invocation&, Session&) { return ExitCode::kOk; }

const std::vector<Command>& Commands() {
  static const auto& commands = *new std::vector<Command>{
      {"publish",
       "Publish an item",
       {"fairway publish b.md"},
       {{"FILE"}},
       {{"--preview", "", "show"}, {"--attach", "FILE", "attach"}, {"--to", "WORDS", "audience"}},
       "",
       Nothing},
      {"peer invite",
       "Invite",
       {"fairway peer invite x"},
       {{"NAME"}},
       {{"--out", "FILE", "where"}},
       "",
       Nothing},
      {"peer list", "List", {"fairway peer list"}, {}, {}, "", Nothing},
      {"policy test", "Test", {"fairway policy test"}, {{"FILE", false}}, {}, "", Nothing},
      {"list", "List", {"fairway list"}, {}, {{"--limit", "N", "how many"}}, "", Nothing}};
  return commands;
}

absl::StatusOr<Parsed> Parse(const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  return ParseCommandLine(words, Commands(), "/var/lib/fairway");
}

Problem Refusal(const std::string& line) {
  const auto parsed = Parse(line);
  EXPECT_FALSE(parsed.ok()) << line;
  return ProblemOf(parsed.status()).value_or(Problem{});
}

TEST(CommandLine, TakesGlobalFlagsAnywhere) {
  for (const char* line : {"-o json --data /d peer invite bravo --out f",
                           "peer -o json invite --data /d bravo --out f",
                           "peer invite bravo --out f --data /d -o json",
                           "peer invite --out=f bravo --data=/d --output json"}) {
    const auto parsed = Parse(line);
    ASSERT_TRUE(parsed.ok()) << line << ": " << parsed.status();
    EXPECT_EQ(parsed->command->path, "peer invite");
    EXPECT_EQ(parsed->globals.data_dir, "/d");
    EXPECT_EQ(parsed->globals.output, Output::kJson);
    EXPECT_THAT(parsed->invocation.arguments, ElementsAre("bravo"));
    EXPECT_EQ(parsed->invocation.value("--out"), "f");
  }
}

TEST(CommandLine, LetsTheLastOfAGlobalFlagCount) {
  const auto parsed = Parse("list --data /a -o json --data /b -o jsonl");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->globals.data_dir, "/b");
  EXPECT_EQ(parsed->globals.output, Output::kJsonLines);
}

TEST(CommandLine, HasDefaults) {
  const auto parsed = Parse("list");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->globals.data_dir, "/var/lib/fairway");
  EXPECT_EQ(parsed->globals.output, Output::kTable);
  EXPECT_EQ(parsed->globals.timeout, absl::Seconds(30));
  EXPECT_FALSE(parsed->globals.yes);
  EXPECT_EQ(parsed->invocation.value("--limit"), std::nullopt);
}

TEST(CommandLine, DoesNotLetAFlagSwallowAnArgument) {
  const auto parsed = Parse("publish --attach a.jpg --attach b.jpg --to x,y bulletin.md --preview");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->invocation.arguments, ElementsAre("bulletin.md"));
  EXPECT_THAT(parsed->invocation.values("--attach"), ElementsAre("a.jpg", "b.jpg"));
  EXPECT_THAT(parsed->invocation.values("--to"), ElementsAre("x", "y"));
  EXPECT_TRUE(parsed->invocation.has("--preview"));
}

TEST(CommandLine, TakesNamesThatAreCommandsToo) {
  EXPECT_THAT(Parse("peer invite list")->invocation.arguments, ElementsAre("list"));
  EXPECT_THAT(Parse("publish list")->invocation.arguments, ElementsAre("list"));
  EXPECT_EQ(Parse("peer invite x --out -")->invocation.value("--out"), "-");
  EXPECT_THAT(Parse("policy test")->invocation.arguments, IsEmpty());
}

TEST(CommandLine, SuggestsTheCommandThatWasMeant) {
  const Problem problem = Refusal("peer invte bravo");
  EXPECT_EQ(problem.code, "FW-USE-001");
  EXPECT_EQ(problem.message, "unknown command \"peer invte\"");
  EXPECT_THAT(problem.why, ElementsAre("Did you mean \"peer invite\"?"));
  EXPECT_THAT(problem.next, ElementsAre("fairway peer --help lists all"));
  EXPECT_THAT(Refusal("pubish b.md").why, ElementsAre("Did you mean \"publish\"?"));
  EXPECT_THAT(Refusal("xyzzy").why, IsEmpty());
}

TEST(CommandLine, SuggestsTheFlagThatWasMeant) {
  const Problem problem = Refusal("publish b.md --atach x");
  EXPECT_EQ(problem.code, "FW-USE-002");
  EXPECT_THAT(problem.why, ElementsAre("Did you mean \"--attach\"?"));
  EXPECT_EQ(Refusal("list -x").code, "FW-USE-002");
}

TEST(CommandLine, SaysWhatIsMissingOrTooMuch) {
  EXPECT_EQ(Refusal("publish").message, "fairway publish needs FILE");
  EXPECT_EQ(Refusal("publish a b").message, "fairway publish takes no \"b\"");
  EXPECT_EQ(Refusal("list --limit").code, "FW-USE-003");
  EXPECT_EQ(Refusal("list -o xml").code, "FW-USE-003");
  EXPECT_THAT(Refusal("list -o xml").why, ElementsAre("It is table, json, jsonl."));
  EXPECT_EQ(Refusal("list --color blue").code, "FW-USE-003");
}

TEST(CommandLine, HoldsTheTimeoutToItsLimits) {
  EXPECT_EQ(Parse("list --timeout 1h")->globals.timeout, absl::Hours(1));
  for (const char* bad : {"3601s", "0s", "-5s", "soon", "inf"}) {
    EXPECT_EQ(Refusal(std::string("list --timeout ") + bad).code, "FW-USE-003") << bad;
  }
}

TEST(Help, HasAnExampleFirst) {
  for (const char* line : {"", "--help", "peer", "peer --help", "publish --help", "-h publish"}) {
    const auto parsed = Parse(line);
    ASSERT_TRUE(parsed.ok()) << line << ": " << parsed.status();
    EXPECT_EQ(parsed->command, nullptr) << line;
    const size_t examples = parsed->text.find("Examples\n  fairway ");
    const size_t flags = parsed->text.find("Flags");
    ASSERT_NE(examples, std::string::npos) << line;
    EXPECT_LT(examples, flags) << line;
  }
  EXPECT_THAT(Parse("peer")->text, HasSubstr("peer invite"));
  EXPECT_THAT(Parse("--version")->text, HasSubstr("fairway "));
}

}  // namespace
}  // namespace fairway::cli
