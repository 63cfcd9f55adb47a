#include "node/service/local_server.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>
#include <grpcpp/support/byte_buffer.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/service/call_pool.h"
#include "node/service/methods.h"
#include "node/status/grpc_status.h"

namespace fairway::service {
namespace {

constexpr int kMaxStreams = 32;
constexpr int kMaxMetadataBytes = 8192;
constexpr size_t kMaxServerBytes = 128 * 1024 * 1024;
constexpr auto kGrace = std::chrono::seconds(2);

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// One call: read one message, run it on the pool, answer. Deletes itself when gRPC is done with it,
// which is never before Finish.
class CallReactor final : public grpc::ServerGenericBidiReactor {
 public:
  CallReactor(uint32_t uid, std::string path, CallGuard& guard, CallPool& pool)
      : uid_(uid), path_(std::move(path)), guard_(guard), pool_(pool) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    const bool queued = pool_.Submit(request_.Length(), [this, ok, &guard = guard_] {
      ok ? Answer() : Finish(ToGrpc(guard.RefuseUnreadable(uid_, path_)));
      guard.RecordTurnedAway();  // not through `this`, which may be gone by now
    });
    if (!queued) Finish(ToGrpc(guard_.TurnAway(uid_)));
  }

  void OnDone() override { delete this; }

 private:
  void Answer() {
    absl::StatusOr<std::string> answer = guard_.Run(uid_, path_, BytesOf(request_));
    if (!answer.ok()) return Finish(ToGrpc(answer.status()));
    const grpc::Slice slice(*answer);
    response_ = grpc::ByteBuffer(&slice, 1);
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
  }

  const uint32_t uid_;
  const std::string path_;
  CallGuard& guard_;
  CallPool& pool_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

// A connection that gRPC owns. It tells nobody when it closes one, but then the descriptor is no
// longer there, or stands for another socket.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd), socket_(SocketAt(fd)) {}
  bool IsOpen() const { return SocketAt(fd_) == socket_; }

 private:
  static std::optional<ino_t> SocketAt(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISSOCK(status.st_mode)) return std::nullopt;
    return status.st_ino;
  }

  int fd_;
  std::optional<ino_t> socket_;
};

// Everything that one user sends.
class UserServer final : public grpc::CallbackGenericService {
 public:
  UserServer(uint32_t uid, CallGuard& guard, CallPool& pool)
      : uid_(uid), guard_(guard), pool_(pool) {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(this);
    builder.SetMaxReceiveMessageSize(static_cast<int>(kMaxLocalMessageBytes));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
    builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
    // A small message must not be able to grow after its size was checked.
    builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
    builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
    grpc::ResourceQuota quota;
    quota.Resize(kMaxServerBytes);
    builder.SetResourceQuota(quota);
    server_ = builder.BuildAndStart();
  }

  ~UserServer() override {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now() + kGrace);
    server_->Wait();
  }

  // False: this user has as many connections as one may have; `fd` is still the caller's.
  bool Add(int fd) {
    if (server_ == nullptr) {
      close(fd);
      return true;
    }
    std::erase_if(connections_, [](const Connection& connection) { return !connection.IsOpen(); });
    if (connections_.size() >= LocalServer::kMaxConnections) return false;
    connections_.emplace_back(fd);
    grpc::AddInsecureChannelFromFd(server_.get(), fd);
    return true;
  }

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new CallReactor(uid_, context->method(), guard_, pool_);
  }

 private:
  const uint32_t uid_;
  CallGuard& guard_;
  CallPool& pool_;
  std::vector<Connection> connections_;  // some of which may have been closed since
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

class LocalServer::Impl {
 public:
  explicit Impl(CallGuard& guard) : guard_(guard) {}
  ~Impl() { Stop(); }

  void Serve(uint32_t uid, int fd) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) {
      close(fd);
      return;
    }
    auto found = servers_.find(uid);
    if (found == servers_.end()) {
      if (servers_.size() >= kMaxServers) {
        close(fd);
        guard_.TurnAway(uid).IgnoreError();
        pool_.Submit(0, [this] { guard_.RecordTurnedAway(); });
        return;
      }
      found = servers_.emplace(uid, std::make_unique<UserServer>(uid, guard_, pool_)).first;
    }
    if (found->second->Add(fd)) return;
    close(fd);
    guard_.TurnAwayConnection(uid);
    pool_.Submit(0, [this] { guard_.RecordTurnedAway(); });
  }

  void Stop() {
    std::map<uint32_t, std::unique_ptr<UserServer>> servers;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
      servers.swap(servers_);
    }
    servers.clear();  // each waits for its calls, which the pool still runs
    pool_.Stop();
  }

 private:
  CallGuard& guard_;
  CallPool pool_;
  std::mutex mutex_;
  bool stopped_ = false;                                     // guarded by mutex_
  std::map<uint32_t, std::unique_ptr<UserServer>> servers_;  // guarded by mutex_
};

LocalServer::LocalServer(CallGuard& guard) : impl_(std::make_unique<Impl>(guard)) {}

LocalServer::~LocalServer() = default;

void LocalServer::Serve(uint32_t uid, int fd) { impl_->Serve(uid, fd); }

void LocalServer::Stop() { impl_->Stop(); }

}  // namespace fairway::service
