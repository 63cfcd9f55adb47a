#include "tools/fairway/proto_json.h"

#include <google/protobuf/descriptor.h>

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace fairway::cli {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

bool IsTime(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT64 &&
         absl::EndsWith(field->name(), "_ms");
}

Json TimeOf(int64_t milliseconds) {
  if (milliseconds == 0) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMillis(milliseconds),
                          absl::UTCTimeZone());
}

// "ROLE_OFFICER" of enum Role is "officer".
std::string EnumText(const EnumValueDescriptor* value) {
  const std::string prefix = absl::StrCat(absl::AsciiStrToUpper(value->type()->name()), "_");
  return absl::AsciiStrToLower(absl::StripPrefix(value->name(), prefix));
}

Json ObjectOf(const Message& message);

// One value of `field`: of the list at `index`, or the single one if `index` is negative.
Json ValueOf(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* r = message.GetReflection();
  const bool listed = index >= 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return listed ? r->GetRepeatedInt32(message, field, index) : r->GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_INT64: {
      const int64_t value =
          listed ? r->GetRepeatedInt64(message, field, index) : r->GetInt64(message, field);
      return IsTime(field) ? TimeOf(value) : Json(value);
    }
    case FieldDescriptor::CPPTYPE_UINT32:
      return listed ? r->GetRepeatedUInt32(message, field, index) : r->GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return listed ? r->GetRepeatedUInt64(message, field, index) : r->GetUInt64(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return listed ? r->GetRepeatedBool(message, field, index) : r->GetBool(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(listed ? r->GetRepeatedEnum(message, field, index)
                             : r->GetEnum(message, field));
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string value =
          listed ? r->GetRepeatedString(message, field, index) : r->GetString(message, field);
      if (field->type() == FieldDescriptor::TYPE_BYTES) return absl::BytesToHexString(value);
      return value;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ObjectOf(listed ? r->GetRepeatedMessage(message, field, index)
                             : r->GetMessage(message, field));
    default:
      return nullptr;  // the services use no floating point
  }
}

Json FieldOf(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  if (field->is_repeated()) {
    Json list = Json::array();
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      list.push_back(ValueOf(message, field, i));
    }
    return list;
  }
  if (field->has_presence() && !reflection->HasField(message, field)) return nullptr;
  return ValueOf(message, field, -1);
}

void AddFields(const Message& message, std::string_view items, std::string_view flatten,
               Json& object) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->name() == flatten) {
      AddFields(message.GetReflection()->GetMessage(message, field), "", "", object);
      continue;
    }
    std::string name = field->name();
    if (IsTime(field)) name.resize(name.size() - 3);
    if (name == items) name = "items";
    object[name] = FieldOf(message, field);
  }
}

Json ObjectOf(const Message& message) {
  Json object = Json::object();
  AddFields(message, "", "", object);
  return object;
}

// Texts from other nodes may hold anything; what is no UTF-8 becomes U+FFFD.
std::string Written(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json Head(std::string_view kind) {
  Json object = Json::object();
  object["api_version"] = kApiVersion;
  object["kind"] = kind;
  return object;
}

}  // namespace

std::string JsonOf(std::string_view kind, const Message& message, std::string_view items,
                   std::string_view flatten) {
  Json object = Head(kind);
  AddFields(message, items, flatten, object);
  return Written(object);
}

std::string JsonLinesOf(const Message& message, std::string_view items, std::string_view flatten) {
  Json object = Json::object();
  AddFields(message, items, flatten, object);
  if (items.empty()) return Written(object);
  std::string lines;
  for (const Json& element : object["items"]) {
    absl::StrAppend(&lines, lines.empty() ? "" : "\n", Written(element));
  }
  return lines;
}

std::string JsonOfError(const Problem& problem) {
  Json object = Json::object();
  object["api_version"] = kApiVersion;
  object["error"] = {{"code", problem.code},
                     {"message", problem.message},
                     {"why", problem.why},
                     {"next", problem.next}};
  return Written(object);
}

std::string JsonOfFields(std::string_view kind,
                         const std::vector<std::pair<std::string, std::string>>& texts) {
  Json object = Head(kind);
  for (const auto& [name, text] : texts) object[name] = text;
  return Written(object);
}

}  // namespace fairway::cli
