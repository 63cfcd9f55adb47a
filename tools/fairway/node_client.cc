#include "tools/fairway/node_client.h"

#include <google/protobuf/descriptor.h>
#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "node/model/text.h"
#include "node/status/grpc_status.h"
#include "node/status/problem.h"

namespace fairway::cli {
namespace {

constexpr int kMaxMessageBytes = 32 * 1024 * 1024;

absl::Status NoNode(const std::string& socket_path, std::string why) {
  return MakeProblem(absl::StatusCode::kUnavailable,
                     Problem{"FW-NODE-001",
                             "no node answers",
                             {absl::StrCat("Looked for it at ", socket_path, ": ", why, ".")},
                             {"start it:  fairway serve --data DIR",
                              "another directory:  --data DIR  or the environment FAIRWAY_DATA"}});
}

// The first text in `message` that is no UTF-8, by its field's name; "" if all are. Protobuf would
// send it all the same, and print a line of its own about it.
std::string FieldThatIsNoText(const google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    const bool text = field->type() == google::protobuf::FieldDescriptor::TYPE_STRING;
    const bool nested = field->type() == google::protobuf::FieldDescriptor::TYPE_MESSAGE;
    if (!text && !nested) continue;
    const bool listed = field->is_repeated();
    const int count = listed ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (nested) {
        const std::string inner =
            FieldThatIsNoText(listed ? reflection.GetRepeatedMessage(message, field, i)
                                     : reflection.GetMessage(message, field));
        if (!inner.empty()) return absl::StrCat(field->name(), ".", inner);
        continue;
      }
      const std::string value = listed ? reflection.GetRepeatedString(message, field, i)
                                       : reflection.GetString(message, field);
      if (model::FirstInvalidUtf8(value).has_value()) return field->name();
    }
  }
  return "";
}

absl::Status NotText(const std::string& field) {
  return MakeProblem(absl::StatusCode::kInvalidArgument,
                     Problem{"FW-CLI-007",
                             absl::StrCat("`", field, "` is not UTF-8 text"),
                             {"Nothing was sent."},
                             {"type it again, or save the file as UTF-8"}});
}

}  // namespace

class NodeClient::Channel {
 public:
  explicit Channel(const std::string& socket_path) {
    // Held to the end of the process: when the last user of gRPC goes, it waits up to 10 s for a
    // poll that a large message has left behind.
    grpc_init();
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
    arguments.SetMaxSendMessageSize(kMaxMessageBytes);
    // A proxy from the environment has no business between us and our own node.
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    stub_ = std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(
        absl::StrCat("unix:", socket_path), grpc::InsecureChannelCredentials(), arguments));
  }

  grpc::Status Call(const std::string& method, const grpc::ByteBuffer& request,
                    absl::Duration timeout, grpc::ByteBuffer& response) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    absl::Notification done;
    grpc::Status result;
    stub_->UnaryCall(&context, method, grpc::StubOptions(), &request, &response,
                     [&](grpc::Status status) {
                       result = std::move(status);
                       done.Notify();
                     });
    done.WaitForNotification();
    return result;
  }

 private:
  std::unique_ptr<grpc::GenericStub> stub_;
};

NodeClient::NodeClient(std::string data_dir, absl::Duration timeout)
    : socket_path_(absl::StrCat(data_dir, "/node.sock")), timeout_(timeout) {}

NodeClient::~NodeClient() = default;

bool NodeClient::NodeRuns() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path_.size() >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, socket_path_.c_str(), socket_path_.size() + 1);
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const absl::Cleanup close_it = [descriptor] { close(descriptor); };
  return connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

absl::Status NodeClient::Call(const std::string& method, const google::protobuf::Message& request,
                              google::protobuf::Message& response) {
  if (const std::string field = FieldThatIsNoText(request); !field.empty()) return NotText(field);
  const std::string bytes = request.SerializeAsString();
  if (socket_path_.size() >= sizeof(sockaddr_un::sun_path)) {
    return NoNode(socket_path_, "the path is too long for a Unix socket");
  }
  if (access(socket_path_.c_str(), F_OK) != 0) return NoNode(socket_path_, std::strerror(errno));
  if (channel_ == nullptr) channel_ = std::make_unique<Channel>(socket_path_);
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer buffer(&slice, 1);
  grpc::ByteBuffer answer;
  const grpc::Status called = channel_->Call(method, buffer, timeout_, answer);
  if (!called.ok()) {
    absl::Status status = FromGrpc(called);
    if (ProblemOf(status).has_value()) return status;
    if (absl::IsUnavailable(status)) return NoNode(socket_path_, std::string(status.message()));
    if (absl::IsDeadlineExceeded(status)) {
      return MakeProblem(
          absl::StatusCode::kDeadlineExceeded,
          Problem{"FW-NODE-002",
                  absl::StrCat("the node did not answer within ", absl::FormatDuration(timeout_)),
                  {"What was asked for may still happen."},
                  {"see how it is:  fairway status", "wait longer:  --timeout 2m"}});
    }
    return status;
  }
  grpc::Slice whole;
  if (!answer.DumpToSingleSlice(&whole).ok() ||
      !response.ParseFromArray(whole.begin(), static_cast<int>(whole.size()))) {
    return absl::InternalError("the answer of the node cannot be read");
  }
  return absl::OkStatus();
}

}  // namespace fairway::cli
