#ifndef FAIRWAY_TOOLS_FAIRWAY_POLICY_TEMPLATE_H_
#define FAIRWAY_TOOLS_FAIRWAY_POLICY_TEMPLATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "policy/templates.h"

namespace fairway::cli {

// A worked sharing agreement that ships.
// NOT_FOUND with a Problem FW-POL-034: none has that name; says which was probably meant.
absl::StatusOr<policy::Template> FindTemplate(const std::string& name);

// "lessons-for-all.fpol".
std::string FileNameOf(const policy::Template& found);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_POLICY_TEMPLATE_H_
