#include "tools/fairway/policy_template.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/interop/did_you_mean.h"
#include "node/status/problem.h"

namespace fairway::cli {

absl::StatusOr<policy::Template> FindTemplate(const std::string& name) {
  std::vector<std::string> names;
  for (const policy::Template& each : policy::Templates()) {
    if (each.name == name) return each;
    names.emplace_back(each.name);
  }
  Problem problem{.code = "FW-POL-034",
                  .message = absl::StrCat("there is no policy template \"", name, "\""),
                  .why = {},
                  .next = {"all of them:  fairway policy templates"}};
  if (const std::optional<std::string> meant = interop::DidYouMean(name, names)) {
    problem.why.push_back(absl::StrCat("Did you mean \"", *meant, "\"?"));
  }
  return MakeProblem(absl::StatusCode::kNotFound, std::move(problem));
}

std::string FileNameOf(const policy::Template& found) {
  return absl::StrCat(std::string(found.name), ".fpol");
}

}  // namespace fairway::cli
