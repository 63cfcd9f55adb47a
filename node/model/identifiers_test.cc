#include "node/model/identifiers.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fairway::model {
namespace {

using ::testing::HasSubstr;

struct Valid {
  std::string_view text;
  std::string_view normal;
};
struct Invalid {
  std::string_view text;
  std::string_view why;  // part of the message
};

TEST(ImoNumber, IsAcceptedInEveryUsualSpelling) {
  for (const Valid& example : std::vector<Valid>{{"9074729", "9074729"},
                                                 {"9319466", "9319466"},
                                                 {"8814275", "8814275"},
                                                 {"7710525", "7710525"},
                                                 {"IMO 9074729", "9074729"},
                                                 {"imo9074729", "9074729"},
                                                 {"IMO: 9074729", "9074729"},
                                                 {" 907 4729 ", "9074729"}}) {
    const auto number = CheckImo(example.text);
    ASSERT_TRUE(number.ok()) << example.text << ": " << number.status();
    EXPECT_EQ(*number, example.normal);
  }
}

TEST(ImoNumber, IsRefusedWithTheReason) {
  for (const Invalid& example :
       std::vector<Invalid>{{"9074728", "check digit is 8, the others give 9"},
                            {"907472", "has 6 digits"},
                            {"90747291", "has 8 digits"},
                            {"", "has 0 digits"},
                            {"IMO", "has 0 digits"},
                            {"0000000", "all zeros"},
                            {"907472x", "other than digits"},
                            {"-9074729", "other than digits"},
                            {"９０７４７２９", "full-width"},
                            {"907472９", "full-width"},
                            {std::string_view("9074729\0", 8), "plain letters and digits"},
                            {"٩٠٧٤٧٢٩", "plain letters and digits"}}) {
    const auto number = CheckImo(example.text);
    ASSERT_FALSE(number.ok()) << example.text;
    EXPECT_EQ(number.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(number.status().message()), HasSubstr(std::string(example.why)));
  }
}

TEST(ImoNumber, RefusalNeverRepeatsBytesATerminalWouldObey) {
  const auto number = CheckImo("\x1b[2J9074729");
  ASSERT_FALSE(number.ok());
  EXPECT_EQ(number.status().message().find('\x1b'), absl::string_view::npos);
}

// Digits far from the check digit weigh less: the check is weak, and the header says how weak.
TEST(ImoNumber, PassesOnlyAboutOneInSevenSingleDigitMistakes) {
  int passed = 0;
  int tried = 0;
  for (std::string_view real : {"9074729", "9319466", "8814275", "7710525"}) {
    for (size_t i = 0; i < real.size(); ++i) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string wrong(real);
        if (wrong[i] == digit) continue;
        wrong[i] = digit;
        ++tried;
        passed += CheckImo(wrong).ok() ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(tried, 4 * 7 * 9);
  EXPECT_GT(passed, 0);
  EXPECT_LT(passed * 100, tried * 17);
}

TEST(ContainerNumber, IsAcceptedInEveryUsualSpelling) {
  for (const Valid& example : std::vector<Valid>{{"CSQU3054383", "CSQU3054383"},
                                                 {"MSCU1234566", "MSCU1234566"},
                                                 {"TGHU7584937", "TGHU7584937"},
                                                 {"csqu 305438-3", "CSQU3054383"},
                                                 {"MSKU0000080", "MSKU0000080"},
                                                 {"CSQU0000070", "CSQU0000070"}}) {
    const auto number = CheckContainer(example.text);
    ASSERT_TRUE(number.ok()) << example.text << ": " << number.status();
    EXPECT_EQ(*number, example.normal);
  }
}

TEST(ContainerNumber, IsRefusedWithTheReason) {
  for (const Invalid& example :
       std::vector<Invalid>{{"CSQU3054384", "check digit is 4, the others give 3"},
                            {"CSQX305438", "has 10 characters"},
                            {"CSQX3054383", "category is X"},
                            {"CSQU305438", "has 10 characters"},
                            {"CSQU30543833", "has 12 characters"},
                            {"", "has 0 characters"},
                            {"CS1U3054383", "four letters and seven digits"},
                            {"CSQU305438A", "four letters and seven digits"},
                            {"CSQU305438３", "full-width"},
                            {"ＣSQU3054383", "full-width"}}) {
    const auto number = CheckContainer(example.text);
    ASSERT_FALSE(number.ok()) << example.text;
    EXPECT_EQ(number.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(number.status().message()), HasSubstr(std::string(example.why)));
  }
}

TEST(ContainerNumber, EverySerialHasExactlyOneCheckDigit) {
  for (int serial = 0; serial < 2000; ++serial) {
    std::string digits = std::to_string(serial);
    digits.insert(0, 6 - digits.size(), '0');
    int valid = 0;
    for (char check = '0'; check <= '9'; ++check) {
      valid += CheckContainer("MSKU" + digits + check).ok() ? 1 : 0;
    }
    ASSERT_EQ(valid, 1) << digits;
  }
}

TEST(Locode, IsAcceptedInEveryUsualSpelling) {
  for (const Valid& example : std::vector<Valid>{{"KEMBA", "KEMBA"},
                                                 {"MUPLU", "MUPLU"},
                                                 {"TZDAR", "TZDAR"},
                                                 {"SCPOV", "SCPOV"},
                                                 {"MZMPM", "MZMPM"},
                                                 {"ke mba", "KEMBA"},
                                                 {"US2A9", "US2A9"}}) {
    const auto code = CheckLocode(example.text);
    ASSERT_TRUE(code.ok()) << example.text << ": " << code.status();
    EXPECT_EQ(*code, example.normal);
  }
}

TEST(Locode, IsRefusedWithTheReason) {
  for (const Invalid& example : std::vector<Invalid>{{"KEM01", "digits 2 to 9"},
                                                     {"KEM1A", "digits 2 to 9"},
                                                     {"K3MBA", "two letters of a country"},
                                                     {"KEMB", "has 4 characters"},
                                                     {"KEMBAA", "has 6 characters"},
                                                     {"", "has 0 characters"},
                                                     {"ＫEMBA", "full-width"}}) {
    const auto code = CheckLocode(example.text);
    ASSERT_FALSE(code.ok()) << example.text;
    EXPECT_EQ(code.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(code.status().message()), HasSubstr(std::string(example.why)));
  }
}

}  // namespace
}  // namespace fairway::model
