#ifndef FAIRWAY_NODE_SERVICE_POLICY_PROTO_H_
#define FAIRWAY_NODE_SERVICE_POLICY_PROTO_H_

#include <string>
#include <vector>

#include "api/v1/admin.pb.h"
#include "policy/diagnostics.h"
#include "policy/policy.h"
#include "policy/proof/proof.h"
#include "policy/test_result.h"

// What the policy room says, as messages; also for the command line where no node runs. Pure.
namespace fairway::service {

v1::Diagnostic ToProto(const policy::Diagnostic& diagnostic, const std::string& file_name,
                       const std::string& text);
v1::TestResult ToProto(const policy::TestResult& result);
// "release by ports", "withhold by default".
std::string DecisionText(const policy::Decision& decision);
v1::GuaranteeFinding ToProto(const policy::GuaranteeFinding& finding);
// All but `against` and `took_us`.
void Write(const policy::Proof& proof, v1::PolicyProveResponse& response);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_POLICY_PROTO_H_
