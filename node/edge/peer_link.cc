#include "node/edge/peer_link.h"

#include <grpc/grpc.h>
#include <grpcpp/channel.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>
#include <unistd.h>

#include <climits>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/env/peer_transport.h"

namespace fairway::edge {
namespace {

using env::kMaxFrameBytes;
using env::kMaxQueuedBytes;

// A fixed window instead of gRPC's bandwidth probing: 4 MiB on the way fill a line of 20 MB/s at
// 200 ms, and the memory that a peer can make us hold is known.
constexpr int kWindowBytes = 4 << 20;
constexpr int kHttp2FrameBytes = 64 << 10;
constexpr int kMinPingIntervalMs = 60'000;
constexpr int kMaxPingStrikes = 2;

// Calls `set(name, value)` for each gRPC argument of a link, the same on both sides. Dead
// connections are noticed by TCP (tcp_options.h), not by gRPC's keepalive, which would cut a slow
// line that is busy with one large frame.
template <typename Set>
void ForEachArgument(Set set) {
  set(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
  set(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  set(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, static_cast<int>(kMaxFrameBytes));
  set(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, static_cast<int>(kMaxFrameBytes));
  set(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  set(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  set(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, kHttp2FrameBytes);
  set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs);
  set(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kMaxPingStrikes);
  set(GRPC_ARG_KEEPALIVE_TIME_MS, INT_MAX);
  set(GRPC_ARG_ENABLE_CHANNELZ, 0);
  set(GRPC_ARG_ENABLE_RETRIES, 0);
  // Neither compresses nor takes compressed messages: no decompression bombs.
  set(GRPC_COMPRESSION_CHANNEL_DEFAULT_ALGORITHM, GRPC_COMPRESS_NONE);
  set(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1 << GRPC_COMPRESS_NONE);
}

std::string StringOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

// gRPC's half of a stream; both kinds of reactor look alike.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual void BeginWrite(const grpc::ByteBuffer* message) = 0;
  virtual void Abort() = 0;     // fails what is under way
  virtual void Conclude() = 0;  // lets gRPC finish; nothing may be begun after it
};

// The queue and the life of a stream, whichever side it is. gRPC allows one write at a time, and
// Conclude only when none is under way.
class QueuedLink : public PeerLink {
 public:
  explicit QueuedLink(LinkEvents events) : events_(std::move(events)) {}

  bool Send(std::string frame) override {
    Stream* stream = nullptr;
    {
      std::lock_guard lock(mu_);
      if (!up_ || ending_ || frame.size() > kMaxFrameBytes ||
          queued_bytes_ + frame.size() > kMaxQueuedBytes) {
        return false;
      }
      queued_bytes_ += frame.size();
      queue_.push_back(std::move(frame));
      if (writing_) return true;
      writing_ = true;
      stream = stream_;
    }
    // Outside the lock, and safe: as long as writing_ is set nobody concludes the stream.
    WriteFront(stream);
    return true;
  }

  void Close(absl::Status why) override {
    std::lock_guard lock(mu_);
    if (!ending_) {
      ending_ = true;
      why_ = std::move(why);
    }
    if (stream_ != nullptr) stream_->Abort();
  }

 protected:
  // The life of the stream. False: this link has one already, or is to end.
  bool Adopt(Stream* stream) {
    std::lock_guard lock(mu_);
    if (stream_ != nullptr || ending_) return false;
    stream_ = stream;
    return true;
  }
  void StreamUp() {
    {
      std::lock_guard lock(mu_);
      up_ = true;
    }
    events_.on_up();
  }
  void FrameRead(const grpc::ByteBuffer& message) const { events_.on_frame(StringOf(message)); }

  void ReadsEnded() {
    std::lock_guard lock(mu_);
    ending_ = true;
    if (writing_) {
      stream_->Abort();
    } else {
      ConcludeOnce();
    }
  }

  void WriteDone(bool ok) {
    if (!ok) {
      std::lock_guard lock(mu_);
      writing_ = false;
      queue_.clear();
      queued_bytes_ = 0;
      ending_ = true;
      stream_->Abort();
      ConcludeOnce();
      return;
    }
    Stream* stream = nullptr;
    {
      std::lock_guard lock(mu_);
      queued_bytes_ -= queue_.front().size();
      queue_.pop_front();
      if (queue_.empty() || ending_) {
        writing_ = false;
        if (ending_) ConcludeOnce();
        return;
      }
      stream = stream_;
    }
    WriteFront(stream);
  }

  // Nothing of the stream is used after this.
  void Abandon() {
    std::lock_guard lock(mu_);
    stream_ = nullptr;
    ending_ = true;
  }
  // The last thing that touches this object on behalf of the stream.
  void Ended(absl::Status status) {
    absl::Status why;
    {
      std::lock_guard lock(mu_);
      why = !why_.ok() ? why_ : std::move(status);
    }
    if (why.ok()) why = absl::UnavailableError("the other side ended the stream");
    events_.on_closed(std::move(why));
  }

 private:
  // With mu_ held.
  void ConcludeOnce() {
    if (concluded_) return;
    concluded_ = true;
    stream_->Conclude();
  }

  void WriteFront(Stream* stream) {
    {
      std::lock_guard lock(mu_);
      out_ = BufferOf(queue_.front());
    }
    stream->BeginWrite(&out_);
  }

  const LinkEvents events_;
  std::mutex mu_;  // guards all below but out_
  Stream* stream_ = nullptr;
  bool up_ = false;
  bool ending_ = false;
  std::deque<std::string> queue_;
  size_t queued_bytes_ = 0;
  bool writing_ = false;
  bool concluded_ = false;
  absl::Status why_;
  grpc::ByteBuffer out_;  // of the write under way
};

// Answers a call that is none of ours.
class RefusedCall : public grpc::ServerGenericBidiReactor {
 public:
  explicit RefusedCall(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

class AcceptedLink final : public QueuedLink, public grpc::CallbackGenericService {
 public:
  AcceptedLink(int plaintext_fd, LinkEvents events) : QueuedLink(std::move(events)) {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(this);
    grpc::ResourceQuota quota("peer link");
    builder.SetResourceQuota(quota.Resize(kLinkMemoryBytes));
    builder.SetMaxReceiveMessageSize(static_cast<int>(kMaxFrameBytes));
    ForEachArgument([&](const char* name, int value) { builder.AddChannelArgument(name, value); });
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) {
      close(plaintext_fd);
      return;
    }
    grpc::AddInsecureChannelFromFd(server_.get(), plaintext_fd);
  }

  ~AcceptedLink() override {
    if (server_ == nullptr) return;
    // Cancels the calls, waits until their reactors are done.
    server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    if (context->method() != kExchangeMethod) {
      return new RefusedCall(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no such method"));
    }
    auto* call = new Call(*this, context);
    if (Adopt(call)) {
      call->Begin();
    } else {
      call->Refuse();
    }
    return call;
  }

 private:
  class Call final : public grpc::ServerGenericBidiReactor, public Stream {
   public:
    Call(AcceptedLink& link, grpc::GenericCallbackServerContext* context)
        : link_(link), context_(context) {}

    void Begin() {
      ours_ = true;
      StartSendInitialMetadata();  // tells the dialling side that the stream is up
      link_.StreamUp();
      StartRead(&in_);
    }
    void Refuse() {
      Finish(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "one stream for each connection"));
    }

    void OnReadDone(bool ok) override {
      if (!ok) return link_.ReadsEnded();
      link_.FrameRead(in_);
      in_.Clear();
      StartRead(&in_);
    }
    void OnWriteDone(bool ok) override { link_.WriteDone(ok); }
    void OnDone() override {
      AcceptedLink& link = link_;
      const bool ours = ours_;
      if (ours) link.Abandon();
      delete this;
      if (ours) link.Ended(absl::OkStatus());
    }

    void BeginWrite(const grpc::ByteBuffer* message) override { StartWrite(message); }
    void Abort() override { context_->TryCancel(); }
    void Conclude() override { Finish(grpc::Status::OK); }

   private:
    AcceptedLink& link_;
    grpc::GenericCallbackServerContext* context_;
    bool ours_ = false;
    grpc::ByteBuffer in_;
  };

  std::unique_ptr<grpc::Server> server_;
};

class DialledLink final : public QueuedLink,
                          private grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                          private Stream {
 public:
  DialledLink(int plaintext_fd, std::shared_ptr<const std::atomic<bool>> answered,
              LinkEvents events)
      : QueuedLink(std::move(events)), answered_(std::move(answered)) {
    grpc::ChannelArguments arguments;
    ForEachArgument([&](const char* name, int value) { arguments.SetInt(name, value); });
    grpc::ResourceQuota quota("peer link");
    arguments.SetResourceQuota(quota.Resize(kLinkMemoryBytes));
    stub_ = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomInsecureChannelFromFd("peer", plaintext_fd, arguments));
    stub_->PrepareBidiStreamingCall(&context_, kExchangeMethod, grpc::StubOptions(), this);
    AddHold();  // until Conclude: Send begins writes from other threads
    Adopt(this);
    StartCall();
  }

  ~DialledLink() override {
    context_.TryCancel();
    std::unique_lock lock(done_mu_);
    done_event_.wait(lock, [this] { return done_; });
  }

 private:
  // gRPC 1.51 asks its call whether it was answered by trailers only, and the call asserts that it
  // has no initial metadata then, in release builds too: a server that breaks off in the middle of
  // a header block ends the process with that. The gate knows, and cannot be made to assert.
  bool InternalTrailersOnly(const grpc_call*) const override { return !answered_->load(); }

  void OnReadInitialMetadataDone(bool ok) override {
    if (!ok) return ReadsEnded();
    StreamUp();
    StartRead(&in_);  // only now, so that no frame overtakes on_up
  }
  void OnReadDone(bool ok) override {
    if (!ok) return ReadsEnded();
    FrameRead(in_);
    in_.Clear();
    StartRead(&in_);
  }
  void OnWriteDone(bool ok) override { WriteDone(ok); }
  void OnDone(const grpc::Status& status) override {
    Abandon();
    Ended(status.ok() ? absl::OkStatus()
                      : absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                                     status.error_message()));
    std::lock_guard lock(done_mu_);
    done_ = true;
    done_event_.notify_all();  // under the lock: after it this object may be gone
  }

  void BeginWrite(const grpc::ByteBuffer* message) override { StartWrite(message); }
  void Abort() override { context_.TryCancel(); }
  void Conclude() override { RemoveHold(); }

  const std::shared_ptr<const std::atomic<bool>> answered_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericStub> stub_;
  grpc::ByteBuffer in_;
  std::mutex done_mu_;
  std::condition_variable done_event_;
  bool done_ = false;  // guarded by done_mu_
};

// gRPC shuts its whole library down when its last object goes, and waits up to ten seconds for a
// poller of its own in doing so. Links come and go: keep it until the process ends.
void KeepGrpc() {
  static const bool kept = [] {
    grpc_init();
    return true;
  }();
  static_cast<void>(kept);
}

}  // namespace

std::unique_ptr<PeerLink> PeerLink::Accept(int plaintext_fd, LinkEvents events) {
  KeepGrpc();
  return std::make_unique<AcceptedLink>(plaintext_fd, std::move(events));
}

std::unique_ptr<PeerLink> PeerLink::Dial(int plaintext_fd,
                                         std::shared_ptr<const std::atomic<bool>> answered,
                                         LinkEvents events) {
  KeepGrpc();
  return std::make_unique<DialledLink>(plaintext_fd, std::move(answered), std::move(events));
}

}  // namespace fairway::edge
