#ifndef FAIRWAY_NODE_WIRE_DRAFT_CODEC_H_
#define FAIRWAY_NODE_WIRE_DRAFT_CODEC_H_

#include "absl/status/statusor.h"
#include "api/v1/desk.pb.h"
#include "node/model/draft.h"

// What an officer writes, on its way from the command line to the desk. Pure, thread-safe.
namespace fairway::wire {

v1::Draft ToProto(const model::Draft& draft);

// Mandatory fields and limits are model::Validate's to judge, which says more about each; this
// only reads. `proto` passed CheckStrict.
//   INVALID_ARGUMENT   a time outside the years 1970 to 9999 or not in whole seconds, lessons not
//                      ascending, `unchecked` not empty; names the field
absl::StatusOr<model::Draft> ToModel(const v1::Draft& proto);

}  // namespace fairway::wire

#endif  // FAIRWAY_NODE_WIRE_DRAFT_CODEC_H_
