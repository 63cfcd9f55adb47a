#include "tests/support/scratch_services.h"

#include <fcntl.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sys/socket.h>

#include <cstdlib>
#include <future>
#include <utility>

#include "node/status/grpc_status.h"
#include "node/store/user_table.h"

namespace fairway::service {
namespace {

constexpr char kOrigin[] = "fairway/test/scratch";

crypto::SigningKey KeyOf(char fill) {
  return crypto::SigningKey::FromSeed(std::string(crypto::kSeedBytes, fill));
}

std::shared_ptr<const policy::Vocabulary> DefaultVocabulary() {
  static const std::shared_ptr<const policy::Vocabulary> vocabulary =
      policy::Vocabulary::Parse(std::string(policy::DefaultProfile())).vocabulary;
  return vocabulary;
}

void MustBeOk(const absl::Status& status) {
  if (!status.ok()) std::abort();
}

}  // namespace

ScratchServices::ScratchServices()
    : self_{crypto::Sha256("scratch authority")},
      item_key_(KeyOf('i')),
      log_key_(KeyOf('l')),
      audit_(clock_, entropy_),
      directory_(db()),
      authorizer_(slot_, self_),
      gate_(authorizer_),
      policies_(db(), slot_, [] {}),
      gate_under_policy_(self_),
      previewer_(db(), gate_under_policy_, self_),
      proposals_(db(), audit_, clock_, policies_, previewer_, self_, item_key_),
      past_policy_(db(), gate_under_policy_, self_),
      watch_(db(), audit_, slot_),
      publisher_(db(), gate_, audit_, directory_, {self_, 1, item_key_}, clock_, entropy_, [] {}),
      recaller_(db(), audit_, {self_, 1, item_key_}, clock_, [] {}),
      held_desk_(db(), gate_, audit_, directory_, clock_, [] {}),
      checkpointer_(db(), kOrigin, log_key_, clock_),
      membership_(db(), audit_, clock_, entropy_, self_, DefaultVocabulary(), {}),
      desk_(db(), publisher_, recaller_, gate_, policies_, directory_, {self_, "scratch-port"}),
      held_(db(), held_desk_, directory_, {self_, "scratch-port"}),
      history_(db(), directory_, {self_, "scratch-port"}),
      node_(db(), slot_, watch_, directory_, view_, {{self_, "scratch-port"}, "0", clock_.Now()}),
      peers_(db(), membership_, joiner_, view_),
      users_(db(), audit_, clock_),
      user_service_(users_),
      policy_service_(db(), policies_, slot_, gate_, directory_, past_policy_),
      policy_change_service_(db(), policies_, proposals_, previewer_, slot_, directory_),
      audit_service_(db(), checkpointer_, kOrigin, log_key_.public_key()),
      guard_(db(), audit_, clock_,
             {desk_, held_, history_, node_, peers_, user_service_, policy_service_,
              policy_change_service_, audit_service_}),
      server_(guard_) {
  MustBeOk(db().Write([&](store::Txn& txn) -> absl::Status {
    const absl::Time now = clock_.Now();
    for (const store::UserRow& row : std::vector<store::UserRow>{
             {"ana", kAnaUid, {model::Role::kOfficer}, false, now},
             {"bruno", kBrunoUid, {model::Role::kAdministrator}, false, now},
             {"carla", kCarlaUid, {model::Role::kAuditor}, false, now},
             {"nobody", kNoRoleUid, {}, false, now}}) {
      if (absl::Status added = store::AddUser(txn, row); !added.ok()) return added;
    }
    return absl::OkStatus();
  }));
}

std::vector<audit::Entry> ScratchServices::Entries() {
  std::vector<audit::Entry> entries;
  MustBeOk(db().Read([&](store::ReadTxn& txn) -> absl::Status {
    auto read = audit::ListEntries(txn, 0, 100'000);
    if (read.ok()) entries = *std::move(read);
    return read.status();
  }));
  return entries;
}

uint64_t ScratchServices::LogSize() {
  uint64_t size = 0;
  MustBeOk(db().Read([&](store::ReadTxn& txn) -> absl::Status {
    auto count = audit::CountEntries(txn);
    if (count.ok()) size = *count;
    return count.status();
  }));
  return size;
}

class LocalClient::Impl {
 public:
  Impl(LocalServer& server, uint32_t uid) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    server.Serve(uid, ends[0]);
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetMaxSendMessageSize(-1);
    channel_ = grpc::CreateCustomInsecureChannelFromFd("node", ends[1], arguments);
    stub_ = std::make_unique<grpc::GenericStub>(channel_);
  }

  absl::StatusOr<std::string> Send(const std::string& path, const std::string& request) {
    grpc::ClientContext context;
    const grpc::Slice slice(request);
    const grpc::ByteBuffer sent(&slice, 1);
    grpc::ByteBuffer received;
    std::promise<grpc::Status> done;
    stub_->UnaryCall(&context, path, grpc::StubOptions(), &sent, &received,
                     [&](grpc::Status status) { done.set_value(std::move(status)); });
    const grpc::Status status = done.get_future().get();
    if (!status.ok()) return FromGrpc(status);
    std::vector<grpc::Slice> slices;
    if (!received.Dump(&slices).ok()) return absl::InternalError("no answer");
    std::string bytes;
    for (const grpc::Slice& piece : slices) {
      bytes.append(reinterpret_cast<const char*>(piece.begin()), piece.size());
    }
    return bytes;
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<grpc::GenericStub> stub_;
};

LocalClient::LocalClient(LocalServer& server, uint32_t uid)
    : impl_(std::make_unique<Impl>(server, uid)) {}

LocalClient::~LocalClient() = default;

absl::StatusOr<std::string> LocalClient::Send(const std::string& path, const std::string& request) {
  return impl_->Send(path, request);
}

}  // namespace fairway::service
