#ifndef FAIRWAY_TOOLS_FAIRWAY_NODE_CLIENT_H_
#define FAIRWAY_TOOLS_FAIRWAY_NODE_CLIENT_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace fairway::cli {

// Calls to the node of this machine, over its Unix socket. The node knows who calls from the
// kernel; nothing is sent that says so.
class NodeClient {
 public:
  NodeClient(std::string data_dir, absl::Duration timeout);
  ~NodeClient();

  // One unary call: `method` is "/fairway.v1.Desk/Publish". Errors are the node's own, Problem
  // included, or
  //   INVALID_ARGUMENT   FW-CLI-007: a text in the request is not UTF-8; names the field
  //   UNAVAILABLE        FW-NODE-001: no node answers
  //   DEADLINE_EXCEEDED  FW-NODE-002: none did in time
  absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                    google::protobuf::Message& response);

  // Is there a socket that somebody listens on?
  bool NodeRuns() const;

 private:
  class Channel;
  std::string socket_path_;
  absl::Duration timeout_;
  std::unique_ptr<Channel> channel_;  // made by the first call
};

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_NODE_CLIENT_H_
