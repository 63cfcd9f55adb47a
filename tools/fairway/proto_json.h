#ifndef FAIRWAY_TOOLS_FAIRWAY_PROTO_JSON_H_
#define FAIRWAY_TOOLS_FAIRWAY_PROTO_JSON_H_

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/status/problem.h"

// Answers for machines: one versioned object, stable names in snake_case.
namespace fairway::cli {

inline constexpr std::string_view kApiVersion = "fairway.cli/v1";

// {"api_version":…,"kind":…, the fields of `message`}. Every field is there, also empty ones;
// absent optional ones are null. Bytes are hexadecimal; a time "x_ms" becomes "x", RFC 3339 in UTC,
// null for 0. A field named like the only list of an answer is called "items" if `items` says so;
// the fields of a message field named `flatten` stand at the top.
std::string JsonOf(std::string_view kind, const google::protobuf::Message& message,
                   std::string_view items = "", std::string_view flatten = "");

// One object on a line for each element of the list `items`; the whole message if there is none.
std::string JsonLinesOf(const google::protobuf::Message& message, std::string_view items,
                        std::string_view flatten = "");

std::string JsonOfError(const Problem& problem);

// A plain object of texts, for answers that are no message.
std::string JsonOfFields(std::string_view kind,
                         const std::vector<std::pair<std::string, std::string>>& texts);

}  // namespace fairway::cli

#endif  // FAIRWAY_TOOLS_FAIRWAY_PROTO_JSON_H_
