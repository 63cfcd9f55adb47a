#include <string>

#include "api/v1/admin.pb.h"
#include "api/v1/desk.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/fairway/error_catalogue.h"
#include "tools/fairway/exit_code.h"
#include "tools/fairway/item_text.h"
#include "tools/fairway/proto_json.h"
#include "tools/fairway/terminal.h"

namespace fairway::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Terminal, ShowsNothingThatATerminalWouldObey) {
  EXPECT_EQ(OneLine("a\x1b[2Jb"), "a?[2Jb");
  EXPECT_EQ(OneLine("two\nlines\tone"), "two lines one");
  EXPECT_EQ(OneLine("turned \u202E round"), "turned ? round");
  EXPECT_EQ(OneLine("caf\xE9 au lait"), "caf? au lait");
  EXPECT_EQ(OneLine("Leixões 横浜"), "Leixões 横浜");
  EXPECT_EQ(Block("one\ntwo\r\x07"), "one\ntwo??");
}

TEST(Table, AlignsByCharacters) {
  Table table({"NAME", "N"});
  table.Add({"Leixões", "1"});
  table.Add({"ab", "2"});
  EXPECT_EQ(table.Render(),
            "NAME     N\n"
            "Leixões  1\n"
            "ab       2\n");
}

TEST(Table, CannotBeForgedByACell) {
  Table table({"NAME", "STATE"});
  table.Add({"x\ny  active", "removed"});
  EXPECT_EQ(table.Render(),
            "NAME         STATE\n"
            "x y  active  removed\n");
}

TEST(Times, AreToldAsPeopleTellThem) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  EXPECT_EQ(TimeText(0), "never");
  EXPECT_EQ(TimeText(1'763'663'407'000), "2025-11-20 18:30:07 UTC");
  EXPECT_EQ(AgeText(0, now), "never");
  EXPECT_EQ(AgeText(999'990'000, now), "10s");
  EXPECT_EQ(AgeText(999'000'000, now), "16m");
  EXPECT_EQ(AgeText(913'600'000, now), "24h");
  EXPECT_EQ(AgeText(1'000'000, now), "11d");
  EXPECT_EQ(AgeText(1'000'001'000, now), "now");
}

TEST(Json, IsVersionedWithEveryFieldInSnakeCase) {
  v1::WhereResponse where;
  v1::PeerCopy& copy = *where.add_peers();
  copy.set_peer("port-bravo");
  copy.set_state("delivered");
  copy.set_decided_ms(1'763'663'407'084);
  where.mutable_summary()->set_object_id(std::string("\x01\xAB", 2));
  const std::string json = JsonOf("Where", where);
  EXPECT_THAT(json, HasSubstr(R"({"api_version":"fairway.cli/v1","kind":"Where",)"));
  EXPECT_THAT(json, HasSubstr(R"("object_id":"01ab")"));
  EXPECT_THAT(json, HasSubstr(R"("peer":"port-bravo","state":"delivered","revision":0)"));
  EXPECT_THAT(json, HasSubstr(R"("decided":"2025-11-20T18:30:07.084Z")"));
  EXPECT_THAT(json, HasSubstr(R"("redacted":[])"));
}

TEST(Json, SaysNullForWhatIsNotThere) {
  EXPECT_THAT(JsonOf("Item", v1::ShowResponse()), HasSubstr(R"("not_after":null)"));
  EXPECT_THAT(JsonOf("Item", v1::ShowResponse()), HasSubstr(R"("terms":null)"));
}

TEST(Json, CallsTheListItemsAndLiftsWhatIsFlattened) {
  v1::ListUsersResponse users;
  users.add_users()->set_name("ana");
  users.mutable_users(0)->add_roles(v1::ROLE_OFFICER);
  EXPECT_THAT(
      JsonOf("UserList", users, "users"),
      HasSubstr(R"("items":[{"name":"ana","uid":0,"roles":["officer"],"disabled":false}])"));
  EXPECT_EQ(JsonLinesOf(users, "users"),
            R"({"name":"ana","uid":0,"roles":["officer"],"disabled":false})");
  v1::ShowPeerResponse peer;
  peer.mutable_peer()->add_check_words("babal");
  EXPECT_THAT(JsonOf("Peer", peer, "", "peer"), HasSubstr(R"("check_words":["babal"])"));
}

TEST(Json, OfErrorsHoldsTheWholeProblem) {
  EXPECT_EQ(JsonOfError({"FW-PUB-006", "TLP:RED needs named recipients", {"why"}, {"next"}}),
            R"({"api_version":"fairway.cli/v1","error":{"code":"FW-PUB-006",)"
            R"("message":"TLP:RED needs named recipients","why":["why"],"next":["next"]}})");
}

TEST(Json, NeverHoldsBytesThatAreNotUtf8) {
  EXPECT_THAT(JsonOfError({"FW-X", "caf\xE9", {}, {}}), HasSubstr("caf\xEF\xBF\xBD"));
}

TEST(ExitCodes, AreThePromisedOnes) {
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::OkStatus())), 0);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::InternalError(""))), 1);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::InvalidArgumentError(""))), 1);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::NotFoundError(""))), 3);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::UnauthenticatedError(""))), 4);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::PermissionDeniedError(""))), 5);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::UnavailableError(""))), 6);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::DeadlineExceededError(""))), 6);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::AlreadyExistsError(""))), 7);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::AbortedError(""))), 7);
  EXPECT_EQ(static_cast<int>(ExitCodeFor(absl::DataLossError(""))), 8);
}

TEST(ExitCodes, GoByTheCodeWhereTheKindDoesNotSayWhatToDo) {
  const auto code = [](absl::StatusCode kind, const char* problem) {
    return static_cast<int>(ExitCodeFor(MakeProblem(kind, Problem{problem, "x", {}, {}})));
  };
  EXPECT_EQ(code(absl::StatusCode::kInvalidArgument, "FW-USE-003"), 2);
  EXPECT_EQ(code(absl::StatusCode::kInvalidArgument, "FW-POL-001"), 1);
  EXPECT_EQ(code(absl::StatusCode::kFailedPrecondition, "FW-POL-016"), 1);
  EXPECT_EQ(code(absl::StatusCode::kFailedPrecondition, "FW-POL-028"), 5);
  EXPECT_EQ(code(absl::StatusCode::kFailedPrecondition, "FW-POL-029"), 5);
  EXPECT_EQ(code(absl::StatusCode::kPermissionDenied, "FW-POL-025"), 5);
  EXPECT_EQ(code(absl::StatusCode::kFailedPrecondition, "FW-POL-021"), 7);
  EXPECT_EQ(code(absl::StatusCode::kFailedPrecondition, "FW-POL-026"), 7);
}

v1::ShowResponse Received(const std::string& onward) {
  v1::ShowResponse item;
  item.set_onward(onward);
  item.mutable_summary()->set_tlp("TLP:AMBER");
  item.mutable_summary()->set_pap("PAP:GREEN");
  item.mutable_summary()->set_state("active");
  item.mutable_terms();
  return item;
}

TEST(Terms, AreToldInSentences) {
  v1::ShowResponse item = Received("community");
  EXPECT_THAT(TermsText(item), ElementsAre("You may pass it on: yes, within the community.",
                                           "Keep it until: no end is set.",
                                           "Treat it as at least TLP:AMBER and PAP:GREEN."));
  item.mutable_terms()->set_hops(1);
  item.mutable_terms()->mutable_purpose()->add_words("border-control");
  item.set_not_after_ms(1'763'663'407'000);
  EXPECT_THAT(TermsText(item),
              ElementsAre("You may pass it on: yes, within the community, over at most 1 node.",
                          "Keep it until: 2025-11-20 18:30:07 UTC; then it is erased here.",
                          "Treat it as at least TLP:AMBER and PAP:GREEN.",
                          "Use it only for: border-control."));
}

TEST(Terms, ThatAllowNothingSayNo) {
  v1::ShowResponse item = Received("any");
  item.mutable_terms()->set_hops(0);
  item.mutable_terms()->mutable_purpose();
  EXPECT_EQ(TermsText(item).front(), "You may pass it on: no.");
  EXPECT_EQ(TermsText(item).back(), "Use it for: nothing; the sender allows no purpose.");
  EXPECT_EQ(TermsText(Received("none")).front(), "You may pass it on: no.");
  EXPECT_EQ(TermsText(Received("a word of tomorrow")).front(), "You may pass it on: no.");
}

TEST(Terms, AreNotToldOfWhatIsNotThereAnyMore) {
  v1::ShowResponse item = Received("any");
  item.mutable_recall()->set_grade("withdraw");
  EXPECT_THAT(TermsText(item), IsEmpty());
  item = Received("any");
  item.mutable_summary()->set_state("expired");
  item.set_not_after_ms(1'763'663'407'000);
  EXPECT_THAT(TermsText(item), IsEmpty());
  EXPECT_THAT(ExpiredText(item), HasSubstr("EXPIRED 2025-11-20 18:30:07 UTC"));
  EXPECT_EQ(ExpiredText(Received("any")), "");
}

TEST(Copies, SaySinceWhenTheyAreAskedBack) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  v1::PeerCopy copy;
  copy.set_recall_since_ms(999'000'000);
  copy.set_state("recall-waiting");
  EXPECT_EQ(CopyText(copy, now), "recall waiting for 16m");
  EXPECT_TRUE(IsUnderWay(copy));
  copy.set_state("recall-sent");
  EXPECT_EQ(CopyText(copy, now), "recall sent, not confirmed for 16m");
  EXPECT_TRUE(IsUnderWay(copy));
  copy.set_state("recalled");
  copy.set_recall_confirmed_ms(999'990'000);
  EXPECT_EQ(CopyText(copy, now), "recalled, confirmed 10s ago");
  EXPECT_FALSE(IsUnderWay(copy));
  copy.set_state("recall-refused");
  EXPECT_EQ(CopyText(copy, now), "recall REFUSED, 16m ago");
  copy.set_state("delivered");
  EXPECT_EQ(CopyText(copy, now), "delivered");
}

TEST(ErrorCatalogue, IsInOrderAndSaysWhatToDo) {
  std::string_view before;
  for (const ErrorEntry& entry : ErrorCatalogue()) {
    EXPECT_LT(before, entry.code);
    EXPECT_FALSE(entry.meaning.empty()) << entry.code;
    EXPECT_FALSE(entry.remedy.empty()) << entry.code;
    before = entry.code;
  }
}

}  // namespace
}  // namespace fairway::cli
