#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "api/v1/admin.pb.h"
#include "api/v1/audit.pb.h"
#include "api/v1/desk.pb.h"
#include "node/service/call_pool.h"
#include "node/service/methods.h"
#include "node/store/audit_table.h"
#include "node/store/user_table.h"
#include "tests/support/scratch_services.h"
#include "tests/support/status_matchers.h"

// Nothing gets past the guard without a name, a role and a readable request, and everything that
// is turned back is in the audit log. Over real sockets.
namespace fairway::service {
namespace {

using ::fairway::testing::HasProblem;
using ::fairway::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kShow = "/fairway.v1.Desk/Show";

std::set<std::string> PathsOfTheProtos() {
  std::set<std::string> paths;
  for (const auto* file : {v1::Draft::descriptor()->file(), v1::StatusRequest::descriptor()->file(),
                           v1::EventView::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto& method = *file->service(s)->method(m);
        paths.insert(absl::StrCat("/", method.service()->full_name(), "/", method.name()));
      }
    }
  }
  return paths;
}

TEST(MethodsTest, TheTableHoldsEveryRpcOnceAndNothingElse) {
  std::set<std::string> paths;
  for (const Method& method : Methods()) {
    EXPECT_TRUE(paths.insert(std::string(method.path)).second) << method.path;
  }
  EXPECT_EQ(paths, PathsOfTheProtos());
}

TEST(MethodsTest, EachRowTakesTheRequestItsRpcDeclares) {
  for (const Method& method : Methods()) {
    const std::string name(method.path.substr(method.path.rfind('/') + 1));
    EXPECT_EQ(method.make_request()->GetDescriptor()->name(), name + "Request");
  }
}

TEST(MethodsTest, NobodyMayEverythingByAccident) {
  for (const Method& method : Methods()) {
    EXPECT_FALSE(method.may.empty()) << method.path;
    EXPECT_GT(method.max_request_bytes, 0u) << method.path;
    EXPECT_LT(method.max_request_bytes, kMaxLocalMessageBytes) << method.path;
    // Administrators see no content, auditors nothing but the log and how the node is. A rule may
    // hold an item for a role of any kind: they hear of it and let it go, without its content.
    const bool held = method.path.ends_with("Held");
    if (method.path.find("/fairway.v1.Desk/") == 0) {
      if (held) continue;
      EXPECT_EQ(method.may, (std::set<model::Role>{model::Role::kOfficer, model::Role::kCommander}))
          << method.path;
      EXPECT_NE(method.trace, Trace::kNone) << method.path;
    }
    if (method.path.find("/fairway.v1.Audit/") == 0) {
      EXPECT_EQ(method.may, std::set<model::Role>{model::Role::kAuditor}) << method.path;
    }
  }
}

uint32_t UidThatMay(const Method& method) {
  if (method.may.count(model::Role::kOfficer) > 0) return kAnaUid;
  if (method.may.count(model::Role::kAdministrator) > 0) return kBrunoUid;
  return kCarlaUid;
}

uint32_t UidWithAWrongRole(const Method& method) {
  for (const auto& [uid, role] :
       std::map<uint32_t, model::Role>{{kAnaUid, model::Role::kOfficer},
                                       {kBrunoUid, model::Role::kAdministrator},
                                       {kCarlaUid, model::Role::kAuditor}}) {
    if (method.may.count(role) == 0) return uid;
  }
  return kNoRoleUid;
}

class RefusalTest : public ::testing::Test {
 protected:
  LocalClient& ClientOf(uint32_t uid) {
    std::unique_ptr<LocalClient>& client = clients_[uid];
    if (client == nullptr) client = std::make_unique<LocalClient>(services_.server(), uid);
    return *client;
  }

  // Sends and expects a refusal with this code, and exactly one new leaf that tells all of it.
  void ExpectRefused(uint32_t uid, std::string_view path, const std::string& request,
                     absl::StatusCode status, const std::string& code) {
    const size_t before = services_.Entries().size();
    const absl::Status refused = ClientOf(uid).Send(std::string(path), request).status();
    EXPECT_THAT(refused, StatusIs(status)) << path;
    EXPECT_THAT(refused, HasProblem(code)) << path;
    const std::vector<audit::Entry> entries = services_.Entries();
    ASSERT_EQ(entries.size(), before + 1) << path << " " << code;
    const audit::Event& event = entries.back().event;
    EXPECT_EQ(event.kind, audit::EventKind::kCallRefused) << path;
    EXPECT_EQ(event.outcome, "refused") << path;
    EXPECT_THAT(event.objects, ElementsAre(path));
    EXPECT_EQ(event.detail.at("code"), code) << path;
    EXPECT_EQ(event.detail.at("uid"), absl::StrCat(uid)) << path;
    EXPECT_FALSE(event.reason.empty()) << path;
    EXPECT_EQ(event.actor.find("uid ") == 0, uid == kStrangerUid) << event.actor;
  }

  ScratchServices services_;
  std::map<uint32_t, std::unique_ptr<LocalClient>> clients_;
};

TEST_F(RefusalTest, EveryMethodRefusesAStrangerWithALeaf) {
  for (const Method& method : Methods()) {
    ExpectRefused(kStrangerUid, method.path, "", absl::StatusCode::kUnauthenticated, "FW-CALL-001");
  }
}

TEST_F(RefusalTest, EveryMethodRefusesAWrongRoleWithALeaf) {
  for (const Method& method : Methods()) {
    ExpectRefused(UidWithAWrongRole(method), method.path, "", absl::StatusCode::kPermissionDenied,
                  "FW-CALL-003");
  }
}

TEST_F(RefusalTest, EveryMethodRefusesBytesThatAreNoRequestWithALeaf) {
  for (const Method& method : Methods()) {
    // A field that no message here has, and one cut short.
    ExpectRefused(UidThatMay(method), method.path, "\xf8\x7f\x01",
                  absl::StatusCode::kInvalidArgument, "FW-CALL-005");
    ExpectRefused(UidThatMay(method), method.path, "\x0a", absl::StatusCode::kInvalidArgument,
                  "FW-CALL-005");
  }
}

TEST_F(RefusalTest, EveryMethodRefusesOneByteTooManyWithALeaf) {
  for (const Method& method : Methods()) {
    const std::string at_limit(method.max_request_bytes, '\xff');
    ExpectRefused(UidThatMay(method), method.path, at_limit, absl::StatusCode::kInvalidArgument,
                  "FW-CALL-005");  // not readable, but not too large
    ExpectRefused(UidThatMay(method), method.path, at_limit + "x",
                  absl::StatusCode::kInvalidArgument, "FW-CALL-004");
  }
}

TEST_F(RefusalTest, UnknownMethodsAreRefusedWithALeaf) {
  for (const char* path : {"/fairway.v1.Desk/Unpublish", "/fairway.v1.Peer/Exchange",
                           "/grpc.health.v1.Health/Check", "/x"}) {
    ExpectRefused(kAnaUid, path, "", absl::StatusCode::kUnimplemented, "FW-CALL-002");
  }
}

// The transport itself stops what is larger than any request may be; the leaf is there all the
// same.
TEST_F(RefusalTest, MoreThanTheTransportTakesLeavesALeafToo) {
  const size_t before = services_.Entries().size();
  EXPECT_FALSE(
      ClientOf(kAnaUid).Send(std::string(kShow), std::string(kMaxLocalMessageBytes + 1, 'x')).ok());
  clients_.clear();
  services_.server().Stop();  // waits for the call, whose answer came before its leaf
  const std::vector<audit::Entry> entries = services_.Entries();
  ASSERT_EQ(entries.size(), before + 1);
  EXPECT_EQ(entries.back().event.detail.at("code"), "FW-CALL-006");
}

TEST_F(RefusalTest, ARoleTakenAwayIsGoneOnAnOpenConnection) {
  ASSERT_OK(ClientOf(kBrunoUid).Send("/fairway.v1.Admin/ListUsers", ""));
  const model::Caller bruno{"bruno", kBrunoUid, {model::Role::kAdministrator}};
  ASSERT_OK(services_.users().Add(bruno, "dora", 1010, {model::Role::kAdministrator}));
  ASSERT_OK(services_.users().SetRoles(bruno, "bruno", {model::Role::kOfficer}));
  ExpectRefused(kBrunoUid, "/fairway.v1.Admin/ListUsers", "", absl::StatusCode::kPermissionDenied,
                "FW-CALL-003");
}

TEST_F(RefusalTest, ADisabledUserIsNobodyOnAnOpenConnection) {
  ASSERT_OK(ClientOf(kAnaUid).Send("/fairway.v1.Admin/Status", ""));
  const model::Caller bruno{"bruno", kBrunoUid, {model::Role::kAdministrator}};
  ASSERT_OK(services_.users().Disable(bruno, "ana"));
  const absl::Status refused = ClientOf(kAnaUid).Send("/fairway.v1.Admin/Status", "").status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("disabled")));
  EXPECT_EQ(services_.Entries().back().event.actor, absl::StrCat("uid ", kAnaUid));
}

// What a handler refuses is a refused call as well.
TEST_F(RefusalTest, WhatAHandlerRefusesLeavesALeaf) {
  v1::ShowRequest request;
  request.set_ref("B-0000-0000");
  ExpectRefused(kAnaUid, kShow, request.SerializeAsString(), absl::StatusCode::kNotFound,
                "FW-ITEM-001");
}

TEST_F(RefusalTest, NoLeafNoEffect) {
  v1::AddUserRequest request;
  request.set_name("eva");
  request.set_uid(1011);
  request.add_roles(v1::ROLE_OFFICER);
  // From here on nothing can be appended to the log.
  ASSERT_OK(services_.db().Write([](store::Txn& txn) {
    return store::PutAuditHead(txn, {"not a frontier", {}});
  }));
  const uint64_t before = services_.LogSize();
  EXPECT_THAT(ClientOf(kBrunoUid).Send("/fairway.v1.Admin/AddUser", request.SerializeAsString()),
              HasProblem("FW-CALL-008"));
  EXPECT_THAT(ClientOf(kAnaUid).Send("/fairway.v1.Desk/List", ""), HasProblem("FW-CALL-008"));
  EXPECT_THAT(ClientOf(kStrangerUid).Send("/fairway.v1.Desk/List", ""), HasProblem("FW-CALL-008"));
  EXPECT_EQ(services_.LogSize(), before);
  ASSERT_OK(services_.db().Read([](store::ReadTxn& txn) -> absl::Status {
    auto eva = store::GetUser(txn, "eva");
    if (!eva.ok()) return eva.status();
    return eva->has_value() ? absl::InternalError("eva is there") : absl::OkStatus();
  }));
}

TEST_F(RefusalTest, CallersTurnedAwayAreCountedInOneLeaf) {
  EXPECT_THAT(services_.guard().TurnAway(kAnaUid), HasProblem("FW-CALL-007"));
  EXPECT_THAT(services_.guard().TurnAway(kAnaUid), HasProblem("FW-CALL-007"));
  const uint64_t before = services_.LogSize();
  services_.guard().RecordTurnedAway();
  services_.guard().RecordTurnedAway();
  ASSERT_EQ(services_.LogSize(), before + 1);
  const audit::Event event = services_.Entries().back().event;
  EXPECT_EQ(event.actor, "ana");
  EXPECT_EQ(event.detail.at("calls"), "2");
  EXPECT_EQ(event.detail.at("code"), "FW-CALL-007");
}

TEST_F(RefusalTest, OneUserHasSoManyConnectionsAndNoMore) {
  std::vector<std::unique_ptr<LocalClient>> open;
  for (size_t i = 0; i < LocalServer::kMaxConnections; ++i) {
    open.push_back(std::make_unique<LocalClient>(services_.server(), kAnaUid));
    ASSERT_OK(open.back()->Send("/fairway.v1.Admin/Status", "")) << i;
  }
  {
    LocalClient one_more(services_.server(), kAnaUid);
    EXPECT_THAT(one_more.Send("/fairway.v1.Admin/Status", "").status(),
                StatusIs(absl::StatusCode::kUnavailable));
  }
  // Everybody else still has theirs, and so has the same user once one is closed.
  EXPECT_OK(ClientOf(kBrunoUid).Send("/fairway.v1.Admin/Status", ""));
  open.pop_back();
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  absl::Status again = absl::UnavailableError("not tried");
  while (!again.ok() && absl::Now() < deadline) {
    LocalClient client(services_.server(), kAnaUid);
    again = client.Send("/fairway.v1.Admin/Status", "").status();
  }
  EXPECT_OK(again);
  open.clear();
  clients_.clear();
  services_.server().Stop();
  const audit::Event event = services_.Entries().back().event;
  EXPECT_EQ(event.kind, audit::EventKind::kCallRefused);
  EXPECT_EQ(event.actor, "ana");
  EXPECT_EQ(event.detail.at("code"), "FW-CALL-009");
}

TEST_F(RefusalTest, ManyUsersAndConnectionsAtOnceGetTheirOwnAnswers) {
  constexpr int kThreads = 8;
  constexpr int kCalls = 25;
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const bool auditor = t % 2 == 0;
      LocalClient client(services_.server(), auditor ? kCarlaUid : kAnaUid);
      for (int i = 0; i < kCalls; ++i) {
        const bool answered = client.Send("/fairway.v1.Audit/ListEvents", "").ok();
        wrong += answered != auditor;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  // Each call is one leaf: audit.read or call.refused.
  EXPECT_EQ(services_.LogSize(), static_cast<uint64_t>(kThreads * kCalls));
}

TEST(CallPoolTest, WhatWaitsIsBoundedInNumberAndBytes) {
  CallPool pool;
  std::mutex gate;
  gate.lock();
  for (size_t i = 0; i < CallPool::kThreads; ++i) {
    ASSERT_TRUE(pool.Submit(0, [&] { std::lock_guard<std::mutex> wait(gate); }));
  }
  EXPECT_FALSE(pool.Submit(CallPool::kMaxWaitingBytes + 1, [] {}));
  EXPECT_TRUE(pool.Submit(CallPool::kMaxWaitingBytes, [] {}));
  EXPECT_FALSE(pool.Submit(1, [] {}));
  // Up to kThreads of those above are taken by a thread and no longer wait.
  size_t taken = 0;
  while (pool.Submit(0, [] {})) ++taken;
  EXPECT_GE(taken, CallPool::kMaxWaiting - CallPool::kThreads - 1);
  EXPECT_LE(taken, CallPool::kMaxWaiting);
  gate.unlock();
  pool.Stop();
  EXPECT_FALSE(pool.Submit(0, [] {}));
}

}  // namespace
}  // namespace fairway::service
