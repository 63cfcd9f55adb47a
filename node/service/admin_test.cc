#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "api/v1/admin.pb.h"
#include "api/v1/audit.pb.h"
#include "node/store/audit_table.h"
#include "policy/policy.h"
#include "tests/support/scratch_services.h"
#include "tests/support/status_matchers.h"

// Users, policies, peers, the node's own state and its log, asked over a real socket.
namespace fairway::service {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAdmin[] = "/fairway.v1.Admin/";
constexpr char kAudit[] = "/fairway.v1.Audit/";

class AdminTest : public ::testing::Test {
 protected:
  template <typename Response>
  absl::StatusOr<Response> Ask(const std::string& method,
                               const google::protobuf::Message& request) {
    return bruno_.Call<Response>(kAdmin + method, request);
  }

  static v1::AddUserRequest NewUser(const std::string& name, uint32_t uid, v1::Role role) {
    v1::AddUserRequest request;
    request.set_name(name);
    request.set_uid(uid);
    request.add_roles(role);
    return request;
  }

  audit::Event LastEvent() { return services_.Entries().back().event; }

  ScratchServices services_;
  LocalClient bruno_{services_.server(), kBrunoUid};
  LocalClient carla_{services_.server(), kCarlaUid};
};

TEST_F(AdminTest, AUserThatWasAddedMayCallAtOnceAndIsRecorded) {
  LocalClient dora(services_.server(), 1010);
  EXPECT_THAT(dora.Send("/fairway.v1.Desk/List", ""), StatusIs(absl::StatusCode::kUnauthenticated));
  ASSERT_OK_AND_ASSIGN(
      const v1::AddUserResponse added,
      Ask<v1::AddUserResponse>("AddUser", NewUser("dora", 1010, v1::ROLE_OFFICER)));
  EXPECT_EQ(added.user().name(), "dora");
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kUserAdded);
  EXPECT_EQ(LastEvent().actor, "bruno");
  EXPECT_EQ(LastEvent().detail.at("roles"), "officer");
  EXPECT_OK(dora.Send("/fairway.v1.Desk/List", ""));
}

TEST_F(AdminTest, NamesAndUidsAreNotUsedTwice) {
  EXPECT_THAT(Ask<v1::AddUserResponse>("AddUser", NewUser("ana", 1010, v1::ROLE_OFFICER)),
              HasProblem("FW-USER-002"));
  EXPECT_THAT(Ask<v1::AddUserResponse>("AddUser", NewUser("dora", kAnaUid, v1::ROLE_OFFICER)),
              HasProblem("FW-USER-002"));
  EXPECT_THAT(Ask<v1::AddUserResponse>("AddUser", NewUser("Dora!", 1010, v1::ROLE_OFFICER)),
              HasProblem("FW-USER-001"));
  v1::AddUserRequest request = NewUser("dora", 1010, v1::ROLE_OFFICER);
  request.clear_roles();
  EXPECT_THAT(Ask<v1::AddUserResponse>("AddUser", request), HasProblem("FW-USER-001"));
  request.add_roles(v1::ROLE_AUDITOR);
  request.add_roles(v1::ROLE_OFFICER);
  EXPECT_THAT(Ask<v1::AddUserResponse>("AddUser", request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("ascending")));
}

TEST_F(AdminTest, TheLastAdministratorStays) {
  v1::DisableUserRequest disable;
  disable.set_name("bruno");
  EXPECT_THAT(Ask<v1::DisableUserResponse>("DisableUser", disable), HasProblem("FW-USER-004"));
  v1::SetUserRolesRequest roles;
  roles.set_name("bruno");
  roles.add_roles(v1::ROLE_OFFICER);
  EXPECT_THAT(Ask<v1::SetUserRolesResponse>("SetUserRoles", roles), HasProblem("FW-USER-004"));
  ASSERT_OK(Ask<v1::AddUserResponse>("AddUser", NewUser("dora", 1010, v1::ROLE_ADMINISTRATOR)));
  EXPECT_OK(Ask<v1::DisableUserResponse>("DisableUser", disable));
  EXPECT_THAT(Ask<v1::ListUsersResponse>("ListUsers", v1::ListUsersRequest()),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(AdminTest, UnknownUsersCannotBeChanged) {
  v1::SetUserRolesRequest roles;
  roles.set_name("zoe");
  roles.add_roles(v1::ROLE_OFFICER);
  EXPECT_THAT(Ask<v1::SetUserRolesResponse>("SetUserRoles", roles), HasProblem("FW-USER-003"));
}

TEST_F(AdminTest, StatusTellsEverybodyHowTheNodeIs) {
  ASSERT_OK_AND_ASSIGN(const v1::StatusResponse status,
                       Ask<v1::StatusResponse>("Status", v1::StatusRequest()));
  EXPECT_EQ(status.authority_name(), "scratch-port");
  EXPECT_EQ(status.policy_number(), 0u);
  EXPECT_EQ(status.items(), 0u);
  EXPECT_OK(carla_.Send(std::string(kAdmin) + "Status", ""));
}

TEST_F(AdminTest, DoctorNamesWhatIsMissing) {
  ASSERT_OK_AND_ASSIGN(const v1::DoctorResponse doctor,
                       Ask<v1::DoctorResponse>("Doctor", v1::DoctorRequest()));
  bool policy_missing = false;
  bool database_fine = false;
  for (const v1::Finding& finding : doctor.findings()) {
    policy_missing =
        policy_missing || (finding.area() == "Policy" && finding.severity() == v1::SEVERITY_FAIL);
    database_fine =
        database_fine || (finding.subject() == "database" && finding.severity() == v1::SEVERITY_OK);
  }
  EXPECT_TRUE(policy_missing);
  EXPECT_TRUE(database_fine);
}

TEST_F(AdminTest, APolicyIsCheckedThenAppliedThenShown) {
  EXPECT_THAT(Ask<v1::PolicyShowResponse>("PolicyShow", v1::PolicyShowRequest()),
              HasProblem("FW-POL-010"));
  v1::PolicyCheckRequest check;
  check.set_file_name("bad.fpol");
  check.set_text("permit nonsense");
  ASSERT_OK_AND_ASSIGN(const v1::PolicyCheckResponse bad,
                       Ask<v1::PolicyCheckResponse>("PolicyCheck", check));
  EXPECT_FALSE(bad.ok());
  ASSERT_GE(bad.diagnostics_size(), 1);
  EXPECT_THAT(bad.diagnostics(0).rendered(), HasSubstr("bad.fpol:1:"));

  v1::PolicyApplyRequest apply;
  apply.set_file_name("policy.fpol");
  apply.set_text(std::string(policy::StarterPolicy()));
  EXPECT_THAT(Ask<v1::PolicyApplyResponse>("PolicyApply", apply), HasProblem("FW-POL-013"));
  apply.set_reason(std::string(501, 'r'));
  EXPECT_THAT(Ask<v1::PolicyApplyResponse>("PolicyApply", apply), HasProblem("FW-POL-013"));
  apply.set_reason(std::string(500, 'r'));
  ASSERT_OK_AND_ASSIGN(const v1::PolicyApplyResponse applied,
                       Ask<v1::PolicyApplyResponse>("PolicyApply", apply));
  EXPECT_EQ(applied.number(), 1u);
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kPolicyApplied);

  ASSERT_OK_AND_ASSIGN(const v1::PolicyShowResponse shown,
                       Ask<v1::PolicyShowResponse>("PolicyShow", v1::PolicyShowRequest()));
  EXPECT_TRUE(shown.in_force());
  EXPECT_EQ(shown.text(), apply.text());
  EXPECT_EQ(shown.applied_by(), "bruno");
  v1::PolicyShowRequest other;
  other.set_number(7);
  EXPECT_THAT(Ask<v1::PolicyShowResponse>("PolicyShow", other), HasProblem("FW-POL-012"));

  ASSERT_OK_AND_ASSIGN(const v1::PolicyTestResponse tested,
                       Ask<v1::PolicyTestResponse>("PolicyTest", v1::PolicyTestRequest()));
  EXPECT_GT(tested.passed(), 0u);
  EXPECT_EQ(tested.failed(), 0u);
}

constexpr char kAnyBulletin[] =
    "policy \"Open\"\n"
    "permit everything\n  to any peer\n  may replicate\n  items where item.kind is bulletin\n"
    "  because \"a test\"\n";

TEST_F(AdminTest, APolicyIsProposedByOneAndApprovedByAnother) {
  ASSERT_OK(Ask<v1::AddUserResponse>("AddUser", NewUser("dora", 1010, v1::ROLE_COMMANDER)));
  LocalClient dora(services_.server(), 1010);
  v1::PolicyProposeRequest propose;
  propose.set_file_name("open.fpol");
  propose.set_text(kAnyBulletin);
  EXPECT_THAT(Ask<v1::PolicyProposeResponse>("PolicyPropose", propose), HasProblem("FW-POL-013"));
  propose.set_reason("agreement 7");
  ASSERT_OK_AND_ASSIGN(const v1::PolicyProposeResponse proposed,
                       Ask<v1::PolicyProposeResponse>("PolicyPropose", propose));
  EXPECT_EQ(proposed.proposal().author(), "bruno");
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kPolicyProposed);
  ASSERT_EQ(proposed.proposal().need().may_approve_size(), 1);
  EXPECT_EQ(proposed.proposal().need().may_approve(0), "dora");
  EXPECT_FALSE(proposed.proposal().need().missing().empty());

  v1::PolicyApproveRequest approve;
  approve.set_number(proposed.proposal().number());
  approve.set_digest(proposed.proposal().digest_now());
  EXPECT_THAT(Ask<v1::PolicyApproveResponse>("PolicyApprove", approve), HasProblem("FW-POL-025"));
  v1::PolicyApplyRequest apply;
  apply.set_proposal(approve.number());
  EXPECT_THAT(Ask<v1::PolicyApplyResponse>("PolicyApply", apply), HasProblem("FW-POL-028"));
  ASSERT_OK_AND_ASSIGN(
      const v1::PolicyApproveResponse approved,
      dora.Call<v1::PolicyApproveResponse>(std::string(kAdmin) + "PolicyApprove", approve));
  EXPECT_TRUE(approved.proposal().need().missing().empty());
  ASSERT_OK_AND_ASSIGN(const v1::PolicyApplyResponse applied,
                       Ask<v1::PolicyApplyResponse>("PolicyApply", apply));
  EXPECT_EQ(applied.from_proposal(), approve.number());
  EXPECT_FALSE(applied.alone());
  ASSERT_OK_AND_ASSIGN(const v1::PolicyHistoryResponse history,
                       Ask<v1::PolicyHistoryResponse>("PolicyHistory", v1::PolicyHistoryRequest()));
  ASSERT_EQ(history.versions_size(), 1);
  EXPECT_THAT(history.versions(0).approved_by(), ::testing::ElementsAre("dora"));
  EXPECT_TRUE(history.versions(0).record_verifies());
}

TEST_F(AdminTest, APreviewOfABadTextIsAnAnswer) {
  v1::PolicyPreviewRequest request;
  request.set_file_name("bad.fpol");
  request.set_text("permit nonsense");
  ASSERT_OK_AND_ASSIGN(const v1::PolicyPreviewResponse bad,
                       Ask<v1::PolicyPreviewResponse>("PolicyPreview", request));
  EXPECT_FALSE(bad.could_apply());
  EXPECT_GE(bad.diagnostics_size(), 1);
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kPolicyPreviewed);
  request.set_text(kAnyBulletin);
  ASSERT_OK_AND_ASSIGN(const v1::PolicyPreviewResponse good,
                       Ask<v1::PolicyPreviewResponse>("PolicyPreview", request));
  EXPECT_TRUE(good.could_apply());
  EXPECT_TRUE(good.need().nobody_else());
  EXPECT_EQ(good.digest().size(), 32u);
  request.set_proposal(1);
  EXPECT_THAT(Ask<v1::PolicyPreviewResponse>("PolicyPreview", request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("proposal")));
}

TEST_F(AdminTest, APolicyIsProvedAndPrinted) {
  v1::PolicyProveRequest prove;
  prove.set_file_name("open.fpol");
  prove.set_text(kAnyBulletin);
  ASSERT_OK_AND_ASSIGN(const v1::PolicyProveResponse proof,
                       Ask<v1::PolicyProveResponse>("PolicyProve", prove));
  EXPECT_EQ(proof.gain_registered().answer(), v1::ANSWER_NEVER);  // there are no peers
  EXPECT_EQ(proof.gain_anyone().answer(), v1::ANSWER_FOUND);
  EXPECT_FALSE(proof.gain_anyone().witness().text().empty());
  EXPECT_FALSE(proof.tightening());
  v1::PolicyPrintRequest print;
  print.set_file_name("open.fpol");
  print.set_text(std::string("# a comment\n") + kAnyBulletin);
  ASSERT_OK_AND_ASSIGN(const v1::PolicyPrintResponse printed,
                       Ask<v1::PolicyPrintResponse>("PolicyPrint", print));
  EXPECT_THAT(printed.text(), ::testing::Not(HasSubstr("#")));
  print.set_text(printed.text());
  ASSERT_OK_AND_ASSIGN(const v1::PolicyPrintResponse again,
                       Ask<v1::PolicyPrintResponse>("PolicyPrint", print));
  EXPECT_EQ(again.hash(), printed.hash());
}

TEST_F(AdminTest, OnlyActivePeersThatExistCanBeNamed) {
  ASSERT_OK_AND_ASSIGN(const v1::ListPeersResponse peers,
                       Ask<v1::ListPeersResponse>("ListPeers", v1::ListPeersRequest()));
  EXPECT_THAT(peers.peers(), IsEmpty());
  v1::ShowPeerRequest show;
  show.set_name("nobody-there");
  EXPECT_THAT(Ask<v1::ShowPeerResponse>("ShowPeer", show), HasProblem("FW-PEER-001"));
  v1::PolicyExplainRequest explain;
  explain.set_ref("B-0000-0000");
  explain.set_peer("nobody-there");
  EXPECT_THAT(Ask<v1::PolicyExplainResponse>("PolicyExplain", explain), HasProblem("FW-PEER-001"));
}

TEST_F(AdminTest, AnInvitationThatIsNoneIsRefusedByMembership) {
  v1::AcceptInvitationRequest request;
  request.set_invitation("fwinvite1 nonsense");
  request.set_name("mombasa-port");
  EXPECT_THAT(Ask<v1::AcceptInvitationResponse>("AcceptInvitation", request),
              HasProblem("FW-PEER-003"));
  v1::SetPeerRequest set;
  set.set_name("mombasa-port");
  set.set_never_dial(true);
  set.set_endpoint("mombasa.example:7443");
  EXPECT_THAT(Ask<v1::SetPeerResponse>("SetPeer", set),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("never_dial")));
}

TEST_F(AdminTest, AuditorsReadTheLogAndThatIsInTheLog) {
  ASSERT_OK(Ask<v1::AddUserResponse>("AddUser", NewUser("dora", 1010, v1::ROLE_OFFICER)));
  v1::ListEventsRequest request;
  ASSERT_OK_AND_ASSIGN(
      const v1::ListEventsResponse events,
      carla_.Call<v1::ListEventsResponse>(std::string(kAudit) + "ListEvents", request));
  ASSERT_THAT(events.events(), SizeIs(1));
  EXPECT_EQ(events.events(0).kind(), "user.added");
  EXPECT_EQ(events.log_size(), 1u);
  EXPECT_EQ(LastEvent().kind, audit::EventKind::kAuditRead);
  EXPECT_EQ(LastEvent().actor, "carla");

  request.set_from_seq(1'000'000);
  ASSERT_OK_AND_ASSIGN(
      const v1::ListEventsResponse beyond,
      carla_.Call<v1::ListEventsResponse>(std::string(kAudit) + "ListEvents", request));
  EXPECT_THAT(beyond.events(), IsEmpty());
  request.set_limit(AuditService::kMaxEvents + 1);
  EXPECT_THAT(carla_.Call<v1::ListEventsResponse>(std::string(kAudit) + "ListEvents", request),
              HasProblem("FW-LIST-001"));
}

// Bytes that a stranger chose are in the leaf; the answer stays readable.
TEST_F(AdminTest, BytesOfStrangersInTheLogDoNotBreakReadingIt) {
  LocalClient stranger(services_.server(), kStrangerUid);
  EXPECT_FALSE(stranger.Send("/x/%ff\x7f", "").ok());
  EXPECT_OK(carla_.Call<v1::ListEventsResponse>(std::string(kAudit) + "ListEvents",
                                                v1::ListEventsRequest()));
}

TEST_F(AdminTest, CheckpointSignsWhatIsThereAndVerifyHolds) {
  ASSERT_OK(Ask<v1::AddUserResponse>("AddUser", NewUser("dora", 1010, v1::ROLE_OFFICER)));
  ASSERT_OK_AND_ASSIGN(const v1::CheckpointResponse checkpoint,
                       carla_.Call<v1::CheckpointResponse>(std::string(kAudit) + "Checkpoint",
                                                           v1::CheckpointRequest()));
  EXPECT_THAT(checkpoint.note(), HasSubstr("fairway/test/scratch\n1\n"));
  ASSERT_OK_AND_ASSIGN(const v1::VerifyLogResponse verified,
                       carla_.Call<v1::VerifyLogResponse>(std::string(kAudit) + "VerifyLog",
                                                          v1::VerifyLogRequest()));
  EXPECT_TRUE(verified.ok()) << verified.problem();
  EXPECT_EQ(verified.checkpoints(), 1u);
  EXPECT_EQ(verified.signed_size(), 1u);
  EXPECT_EQ(verified.log_size(), 2u);  // the checkpoint's own reading
}

}  // namespace
}  // namespace fairway::service
