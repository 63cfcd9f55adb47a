#include "node/exchange/author.h"

#include "node/authz/authorizer.h"

namespace fairway::exchange {

absl::Status CheckMayPublish(const model::Caller& caller) {
  if (caller.roles.contains(model::Role::kCommander)) return absl::OkStatus();
  return authz::RequireRole(caller, model::Role::kOfficer);
}

std::string PublisherRole(const model::Caller& caller) {
  return std::string(model::ToText(caller.roles.contains(model::Role::kOfficer)
                                       ? model::Role::kOfficer
                                       : model::Role::kCommander));
}

}  // namespace fairway::exchange
