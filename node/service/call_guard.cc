#include "node/service/call_guard.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/user_table.h"
#include "node/wire/strict.h"

namespace fairway::service {
namespace {

using ::google::protobuf::Message;

constexpr char kTooManyCalls[] = "FW-CALL-007";
constexpr char kTooManyConnections[] = "FW-CALL-009";

std::string Word(std::string_view text) { return std::string(text); }

absl::Status NobodyHere(uint32_t uid) {
  return MakeProblem(absl::StatusCode::kUnauthenticated,
                     {.code = "FW-CALL-001",
                      .message = absl::StrCat("user id ", uid, " is not a user of this node"),
                      .why = {"the operating system says who you are; the node knows only the "
                              "users its administrator added"},
                      .next = {absl::StrCat("fairway user add NAME --uid ", uid,
                                            " --role officer   (an administrator)")}});
}

absl::Status DisabledHere(const std::string& name) {
  return MakeProblem(absl::StatusCode::kUnauthenticated,
                     {.code = "FW-CALL-001",
                      .message = absl::StrCat("the user `", name, "` is disabled on this node"),
                      .why = {},
                      .next = {"ask an administrator of this node"}});
}

absl::Status NoSuchMethod(std::string_view path) {
  return MakeProblem(absl::StatusCode::kUnimplemented,
                     {.code = "FW-CALL-002",
                      .message = absl::StrCat("this node has no call `", Word(path), "`"),
                      .why = {"the command line and the node may be of different versions"},
                      .next = {"fairway status"}});
}

std::string RoleNames(const std::set<model::Role>& roles, const char* between) {
  return absl::StrJoin(roles, between, [](std::string* out, model::Role role) {
    out->append(std::string(model::ToText(role)));
  });
}

absl::Status WrongRole(const model::Caller& caller, const Method& method) {
  return MakeProblem(
      absl::StatusCode::kPermissionDenied,
      {.code = "FW-CALL-003",
       .message = absl::StrCat("`", caller.user, "` may not do this: it needs the role ",
                               RoleNames(method.may, " or ")),
       .why = {caller.roles.empty() ? std::string("you have no role")
                                    : absl::StrCat("you are ", RoleNames(caller.roles, ", "))},
       .next = {absl::StrCat("fairway user role ", caller.user, " …   (an administrator)")}});
}

absl::Status TooLarge(const Method& method, size_t bytes) {
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-CALL-004",
                      .message = absl::StrCat("the request is ", bytes, " bytes, limit is ",
                                              method.max_request_bytes),
                      .why = {},
                      .next = {"send less in one call"}});
}

absl::Status NotARequest(const absl::Status& why) {
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     {.code = "FW-CALL-005",
                      .message = absl::StrCat("the request cannot be read: ", why.message()),
                      .why = {},
                      .next = {"fairway status   (shows the versions of both sides)"}});
}

absl::Status NotRecorded(const absl::Status& why) {
  return MakeProblem(absl::StatusCode::kUnavailable,
                     {.code = "FW-CALL-008",
                      .message = "this call cannot be recorded in the audit log, so it was refused",
                      .why = {std::string(why.message())},
                      .next = {"fairway doctor   (an administrator)"}});
}

// A failure of the node is not a refusal of the caller; both are recorded.
bool IsFailure(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kDataLoss ||
         code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kUnknown;
}

}  // namespace

CallGuard::CallGuard(store::Database& database, const audit::AuditLog& audit,
                     const env::Clock& clock, const Services& services)
    : database_(database), audit_(audit), clock_(clock), services_(services) {}

absl::StatusOr<model::Caller> CallGuard::Identify(uint32_t uid) const {
  std::optional<model::Caller> caller;
  std::string disabled;
  FAIRWAY_RETURN_IF_ERROR(database_.Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::UserRow> row,
                             store::FindUserByUid(txn, uid));
    if (row) {
      caller = model::Caller{row->name, uid, row->roles};
      return absl::OkStatus();
    }
    FAIRWAY_ASSIGN_OR_RETURN(const std::vector<store::UserRow> rows, store::AllUsers(txn));
    for (const store::UserRow& other : rows) {
      if (other.uid == uid) disabled = other.name;
    }
    return absl::OkStatus();
  }));
  if (caller) return *std::move(caller);
  return disabled.empty() ? NobodyHere(uid) : DisabledHere(disabled);
}

absl::StatusOr<std::string> CallGuard::Run(uint32_t uid, std::string_view path,
                                           std::string_view request) const {
  absl::StatusOr<model::Caller> caller = Identify(uid);
  if (!caller.ok()) return Refuse(uid, std::nullopt, path, caller.status());
  Call call{*caller, clock_.Now(), {}, {}};
  absl::StatusOr<std::string> answer = RunAs(call, path, request);
  if (!answer.ok()) return Refuse(uid, *caller, path, answer.status());
  return answer;
}

absl::StatusOr<std::string> CallGuard::RunAs(Call& call, std::string_view path,
                                             std::string_view request) const {
  const Method* method = FindMethod(path);
  if (method == nullptr) return NoSuchMethod(path);
  bool may = false;
  for (const model::Role role : method->may) may = may || call.caller.roles.count(role) > 0;
  if (!may) return WrongRole(call.caller, *method);
  if (request.size() > method->max_request_bytes) return TooLarge(*method, request.size());
  const std::unique_ptr<Message> message = method->make_request();
  const absl::Status parsed = wire::ParseStrict(request, method->max_request_bytes, *message);
  if (!parsed.ok()) return NotARequest(parsed);
  FAIRWAY_ASSIGN_OR_RETURN(std::string answer, method->run(services_, call, *message));
  const bool recorded = method->trace == Trace::kGuard ||
                        (method->trace == Trace::kGuardIfShown && !call.objects.empty());
  if (recorded) FAIRWAY_RETURN_IF_ERROR(RecordRead(*method, call));
  return answer;
}

absl::Status CallGuard::RecordRead(const Method& method, const Call& call) const {
  audit::Event event;
  event.kind = method.event;
  event.actor = call.caller.user;
  event.role = RoleNames(call.caller.roles, ",");
  event.objects = call.objects;
  event.detail = call.detail;
  event.detail["method"] = std::string(method.path);
  if (event.objects.size() > audit::kMaxEventObjects) {
    event.detail["objects"] = absl::StrCat(event.objects.size());
    event.objects.resize(audit::kMaxEventObjects);
  }
  const absl::Status written = Append(event);
  return written.ok() ? written : NotRecorded(written);
}

absl::Status CallGuard::Refuse(uint32_t uid, const std::optional<model::Caller>& caller,
                               std::string_view path, const absl::Status& why) const {
  const std::optional<Problem> problem = ProblemOf(why);
  audit::Event event;
  event.kind = audit::EventKind::kCallRefused;
  event.actor = caller ? caller->user : absl::StrCat("uid ", uid);
  if (caller) event.role = RoleNames(caller->roles, ",");
  event.outcome = IsFailure(why.code()) ? "failed" : "refused";
  event.reason = problem ? problem->message : std::string(why.message());
  event.objects = {Word(path)};
  event.detail = {{"status", absl::StatusCodeToString(why.code())}, {"uid", absl::StrCat(uid)}};
  if (problem) event.detail["code"] = problem->code;
  const absl::Status written = Append(event);
  return written.ok() ? why : NotRecorded(written);
}

absl::Status CallGuard::RefuseUnreadable(uint32_t uid, std::string_view path) const {
  const absl::StatusOr<model::Caller> caller = Identify(uid);
  if (!caller.ok()) return Refuse(uid, std::nullopt, path, caller.status());
  return Refuse(
      uid, *caller, path,
      MakeProblem(absl::StatusCode::kInvalidArgument,
                  {.code = "FW-CALL-006",
                   .message = absl::StrCat("the request did not arrive whole, or is larger than ",
                                           kMaxLocalMessageBytes, " bytes"),
                   .why = {},
                   .next = {"try again, with less in one call"}}));
}

absl::Status CallGuard::TurnAway(uint32_t uid) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++turned_away_[{uid, kTooManyCalls}];
  }
  return MakeProblem(absl::StatusCode::kResourceExhausted,
                     {.code = kTooManyCalls,
                      .message = "too many calls are waiting; try again",
                      .why = {},
                      .next = {"the same command again, in a moment"}});
}

void CallGuard::TurnAwayConnection(uint32_t uid) {
  std::lock_guard<std::mutex> lock(mutex_);
  ++turned_away_[{uid, kTooManyConnections}];
}

void CallGuard::RecordTurnedAway() {
  std::map<std::pair<uint32_t, std::string>, uint64_t> turned_away;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    turned_away.swap(turned_away_);
  }
  for (const auto& [who, times] : turned_away) {
    const auto& [uid, code] = who;
    const bool calls = code == kTooManyCalls;
    audit::Event event;
    event.kind = audit::EventKind::kCallRefused;
    const absl::StatusOr<model::Caller> caller = Identify(uid);
    event.actor = caller.ok() ? caller->user : absl::StrCat("uid ", uid);
    event.outcome = "refused";
    event.reason = calls ? "too many calls were waiting" : "too many connections were open";
    event.detail = {{"code", code},
                    {"status", "RESOURCE_EXHAUSTED"},
                    {"uid", absl::StrCat(uid)},
                    {calls ? "calls" : "connections", absl::StrCat(times)}};
    if (Append(event).ok()) continue;
    // Counted again with the next try; the callers were refused all the same.
    std::lock_guard<std::mutex> lock(mutex_);
    turned_away_[who] += times;
  }
}

absl::Status CallGuard::Append(const audit::Event& event) const {
  // On a full disk people still have to read and to hear why they are refused.
  return database_.WriteReserved(
      [&](store::Txn& txn) -> absl::Status { return audit_.Append(txn, event).status(); },
      store::Reserve::kUpperHalf);
}

}  // namespace fairway::service
