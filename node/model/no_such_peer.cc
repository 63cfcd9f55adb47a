#include "node/model/no_such_peer.h"

#include "absl/strings/str_cat.h"
#include "node/status/problem.h"

namespace fairway::model {

absl::Status NoSuchPeer(const std::string& name) {
  return MakeProblem(absl::StatusCode::kNotFound,
                     {.code = "FW-PEER-001",
                      .message = absl::StrCat("no peer is called `", name, "`"),
                      .why = {},
                      .next = {"fairway peer list"}});
}

}  // namespace fairway::model
