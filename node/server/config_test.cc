#include "node/server/config.h"

#include <gtest/gtest.h>

#include "node/status/problem.h"

namespace fairway::server {
namespace {

constexpr char kGood[] = R"([node]
name = "mombasa-port"
display_name = "Mombasa Port Police"
country = "KE"

[listen]
peer = "127.0.0.1:7443"
)";

std::string MessageOf(const absl::StatusOr<Config>& config) {
  const auto problem = ProblemOf(config.status());
  return problem.has_value() ? problem->code + " " + problem->message : config.status().ToString();
}

TEST(ConfigTest, TellsPeersToDialTheListeningAddressUnlessToldOtherwise) {
  const auto config = ParseConfig("fairway.toml", kGood);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->name, "mombasa-port");
  EXPECT_EQ(config->advertise, "127.0.0.1:7443");
}

TEST(ConfigTest, WhatInitWritesIsReadBackUnchanged) {
  Config config;
  config.name = "rio-port";
  config.display_name = "Polícia \"Portuária\" \\ Rio";
  config.country = "BR";
  config.listen = "0.0.0.0:0";
  config.advertise = "fairway.rio.example:7443";
  const auto again = ParseConfig("fairway.toml", ConfigText(config));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->display_name, config.display_name);
  EXPECT_EQ(again->listen, config.listen);
  EXPECT_EQ(again->advertise, config.advertise);
}

TEST(ConfigTest, WhatIsWrittenWithoutAnAdvertisedAddressIsReadBackWithTheListeningOne) {
  Config config;
  config.name = "rio-port";
  config.display_name = "Rio";
  config.country = "BR";
  config.listen = "127.0.0.1:1";
  const auto again = ParseConfig("fairway.toml", ConfigText(config));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->advertise, "127.0.0.1:1");
}

TEST(ConfigTest, AnUnknownKeyIsAnErrorWithItsPlaceAndTheKnownKeys) {
  const auto config = ParseConfig("fairway.toml", std::string(kGood) + "lisen = \"x:1\"\n");
  EXPECT_EQ(
      MessageOf(config),
      "FW-CFG-002 fairway.toml:8:1: unknown key \"lisen\" in [listen]; known: advertise, peer");
  EXPECT_EQ(ProblemOf(config.status())->why.back(), "    ^");
}

TEST(ConfigTest, AnUnknownSectionIsAnError) {
  EXPECT_EQ(MessageOf(ParseConfig("f", std::string(kGood) + "[polcy]\n")),
            "FW-CFG-002 f:8:2: unknown section \"polcy\"; known: listen, node");
}

TEST(ConfigTest, BadValuesSayWhatIsWanted) {
  const struct {
    const char* text;
    const char* want;
  } kCases[] = {
      {"[node]\nname = \"Mombasa Port\"", "name wants lower-case"},
      {"[node]\nname = 7", "name wants lower-case"},
      {"[node]\ncountry = \"Kenya\"", "country wants two capital letters"},
      {"[node]\ndisplay_name = \"\"", "display_name wants 1 to 200"},
      {"[listen]\npeer = \"7443\"", "peer wants host:port"},
      {"[listen]\npeer = \"host:65536\"", "peer wants host:port"},
      {"[listen]\npeer = \"host:\"", "peer wants host:port"},
      {"node = 1", "\"node\" is a section"},
      {"[node]\nname = \"a\"\nname = \"b\"", "f:3:"},
      {"[node", "f:1:"},
      {"", "[listen]"},
  };
  for (const auto& bad : kCases) {
    const auto config = ParseConfig("f", bad.text);
    ASSERT_FALSE(config.ok()) << bad.text;
    if (*bad.text != '\0') {
      EXPECT_NE(MessageOf(config).find(bad.want), std::string::npos) << MessageOf(config);
    }
  }
}

TEST(ConfigTest, APortMayBeTheHighestOneAndNoHigher) {
  EXPECT_TRUE(ParseConfig("f", std::string(kGood) + "advertise = \"h:65535\"\n").ok());
  EXPECT_FALSE(ParseConfig("f", std::string(kGood) + "advertise = \"h:65536\"\n").ok());
}

TEST(ConfigTest, TheSizeLimitHoldsToTheByte) {
  std::string text = kGood;
  text += "#" + std::string(kMaxConfigBytes - text.size() - 2, 'x') + "\n";
  ASSERT_EQ(text.size(), kMaxConfigBytes);
  EXPECT_TRUE(ParseConfig("f", text).ok());
  EXPECT_FALSE(ParseConfig("f", text + "\n").ok());
}

TEST(ConfigTest, AMissingFileNamesTheNextCommand) {
  const auto config = LoadConfig("/nonexistent/fairway.toml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(ProblemOf(config.status())->next.front(), "fairway init --help");
}

}  // namespace
}  // namespace fairway::server
