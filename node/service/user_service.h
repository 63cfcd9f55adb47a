#ifndef FAIRWAY_NODE_SERVICE_USER_SERVICE_H_
#define FAIRWAY_NODE_SERVICE_USER_SERVICE_H_

#include "absl/status/status.h"
#include "api/v1/admin.pb.h"
#include "node/service/call.h"
#include "node/service/user_book.h"

namespace fairway::service {

// Users and roles, for administrators. Thread-safe.
class UserService {
 public:
  explicit UserService(UserBook& book) : book_(book) {}  // must outlive this object

  absl::Status AddUser(Call& call, const v1::AddUserRequest& request,
                       v1::AddUserResponse& response);
  absl::Status ListUsers(Call& call, const v1::ListUsersRequest& request,
                         v1::ListUsersResponse& response);
  absl::Status SetUserRoles(Call& call, const v1::SetUserRolesRequest& request,
                            v1::SetUserRolesResponse& response);
  absl::Status DisableUser(Call& call, const v1::DisableUserRequest& request,
                           v1::DisableUserResponse& response);

 private:
  UserBook& book_;
};

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_USER_SERVICE_H_
