#include "node/wire/strict.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <cstdint>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"

namespace fairway::wire {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;

constexpr uint32_t kVarint = 0;
constexpr uint32_t kLengthDelimited = 2;

absl::Status Bad(const std::string& field, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("field `", field, "` ", absl::string_view(what.data(), what.size())));
}

// Takes one varint off the front; nothing if it is cut short, longer than it needs to be, or above
// 64 bits.
std::optional<uint64_t> TakeVarint(std::string_view& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 10 && i < bytes.size(); ++i) {
    const uint64_t low = static_cast<uint8_t>(bytes[i]) & 0x7f;
    if (i == 9 && low > 1) return std::nullopt;
    value |= low << (7 * i);
    if ((static_cast<uint8_t>(bytes[i]) & 0x80) != 0) continue;
    if (i > 0 && low == 0) return std::nullopt;
    bytes.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

// A value of `field` as the encoder writes it: int32 and int64 are sign-extended to 64 bits.
bool InRange(const FieldDescriptor& field, uint64_t value) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return value <= 1;
    case FieldDescriptor::TYPE_UINT32:
      return value <= std::numeric_limits<uint32_t>::max();
    case FieldDescriptor::TYPE_INT32: {
      const auto number = static_cast<int64_t>(value);
      return number >= std::numeric_limits<int32_t>::min() &&
             number <= std::numeric_limits<int32_t>::max();
    }
    case FieldDescriptor::TYPE_ENUM:
      return value <= static_cast<uint64_t>(std::numeric_limits<int32_t>::max()) &&
             field.enum_type()->FindValueByNumber(static_cast<int>(value)) != nullptr;
    default:
      return field.type() == FieldDescriptor::TYPE_UINT64 ||
             field.type() == FieldDescriptor::TYPE_INT64;
  }
}

std::string NameOf(const std::string& path, const FieldDescriptor& field, size_t index) {
  return field.is_repeated() ? absl::StrCat(path, field.name(), "[", index, "]")
                             : absl::StrCat(path, field.name());
}

class Walker {
 public:
  absl::Status Walk(std::string_view bytes, const Descriptor& type, const std::string& path,
                    int depth) {
    if (depth > kMaxNesting) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", path, "` is nested more than ", kMaxNesting, " levels deep"));
    }
    int last_number = 0;
    size_t count = 0;  // of last_number so far
    const google::protobuf::OneofDescriptor* chosen = nullptr;
    while (!bytes.empty()) {
      FAIRWAY_ASSIGN_OR_RETURN(const Tag tag, TakeTag(bytes, type, path));
      const FieldDescriptor& field = *tag.field;
      if (field.number() < last_number) return Bad(path + field.name(), "is out of order");
      count = field.number() == last_number ? count + 1 : 0;
      const std::string name = NameOf(path, field, count);
      FAIRWAY_RETURN_IF_ERROR(CheckCount(field, name, count));
      if (const auto* oneof = field.real_containing_oneof(); oneof != nullptr) {
        if (chosen == oneof) return Bad(name, "comes beside another one of the same choice");
        chosen = oneof;
      }
      last_number = field.number();
      FAIRWAY_RETURN_IF_ERROR(tag.wire_type == kVarint
                                  ? TakeNumber(bytes, field, name)
                                  : TakeDelimited(bytes, field, path, name, depth));
    }
    return absl::OkStatus();
  }

 private:
  struct Tag {
    const FieldDescriptor* field;
    uint32_t wire_type;
  };

  static absl::Status CheckCount(const FieldDescriptor& field, const std::string& name,
                                 size_t count) {
    if (!field.is_repeated() && count > 0) return Bad(name, "is there twice");
    if (count > 0 && field.is_packable()) return Bad(name, "is a second packed run");
    if (count >= kMaxRepeated) {
      return Bad(name, absl::StrCat("is there more than ", kMaxRepeated, " times"));
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<Tag> TakeTag(std::string_view& bytes, const Descriptor& type,
                                     const std::string& path) {
    const std::optional<uint64_t> tag = TakeVarint(bytes);
    if (!tag || *tag > std::numeric_limits<uint32_t>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", path.empty() ? type.name() : path, "` holds a broken field number"));
    }
    const int number = static_cast<int>(*tag >> 3);
    const auto wire_type = static_cast<uint32_t>(*tag & 7);
    const FieldDescriptor* field = type.FindFieldByNumber(number);
    if (field == nullptr) return Bad(absl::StrCat(path, "#", number), "is not known here");
    const bool delimited = field->is_packable() ||
                           field->cpp_type() == FieldDescriptor::CPPTYPE_STRING ||
                           field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (wire_type != (delimited ? kLengthDelimited : kVarint)) {
      return Bad(path + field->name(), absl::StrCat("has wire type ", wire_type));
    }
    return Tag{field, wire_type};
  }

  static absl::Status CheckNumber(const FieldDescriptor& field, const std::string& name,
                                  std::optional<uint64_t> value) {
    if (!value) return Bad(name, "is not a shortest varint");
    if (InRange(field, *value)) return absl::OkStatus();
    return Bad(name, absl::StrCat("is ", *value, ", which is out of range"));
  }

  static absl::Status TakeNumber(std::string_view& bytes, const FieldDescriptor& field,
                                 const std::string& name) {
    const std::optional<uint64_t> value = TakeVarint(bytes);
    FAIRWAY_RETURN_IF_ERROR(CheckNumber(field, name, value));
    if (*value == 0 && !field.has_presence()) return Bad(name, "is a default written out");
    return absl::OkStatus();
  }

  absl::Status TakeDelimited(std::string_view& bytes, const FieldDescriptor& field,
                             const std::string& path, const std::string& name, int depth) {
    const std::optional<uint64_t> size = TakeVarint(bytes);
    if (!size || *size > bytes.size()) return Bad(name, "is cut short");
    std::string_view value = bytes.substr(0, *size);
    bytes.remove_prefix(*size);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return Walk(value, *field.message_type(), name + ".", depth + 1);
    }
    if (value.empty() && !field.is_repeated() && !field.has_presence()) {
      return Bad(name, "is a default written out");
    }
    if (field.is_packable()) return CheckPacked(value, field, path);
    if (field.type() == FieldDescriptor::TYPE_STRING && !IsUtf8(value)) {
      return Bad(name, "is not valid UTF-8");
    }
    return absl::OkStatus();
  }

  static absl::Status CheckPacked(std::string_view run, const FieldDescriptor& field,
                                  const std::string& path) {
    if (run.empty()) return Bad(path + field.name(), "is a default written out");
    for (size_t i = 0; !run.empty(); ++i) {
      const std::string name = NameOf(path, field, i);
      if (i >= kMaxRepeated) {
        return Bad(name, absl::StrCat("is there more than ", kMaxRepeated, " times"));
      }
      FAIRWAY_RETURN_IF_ERROR(CheckNumber(field, name, TakeVarint(run)));
    }
    return absl::OkStatus();
  }
};

}  // namespace

absl::Status CheckStrict(std::string_view bytes, const Descriptor& type) {
  return Walker().Walk(bytes, type, "", 1);
}

absl::Status ParseStrict(std::string_view bytes, size_t max_bytes,
                         google::protobuf::Message& message) {
  if (bytes.size() > max_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(message.GetDescriptor()->name(), " is ",
                                                   bytes.size(), " bytes, limit is ", max_bytes));
  }
  FAIRWAY_RETURN_IF_ERROR(CheckStrict(bytes, *message.GetDescriptor()));
  // What CheckStrict lets through always parses; should the two ever differ, nothing gets in.
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError(
        absl::StrCat(message.GetDescriptor()->name(), " does not parse"));
  }
  return absl::OkStatus();
}

std::string Encode(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : 4;
    if (length == 4 && lead >> 3 != 30) return false;
    if (i + length > text.size()) return false;
    uint32_t point = length == 1 ? lead : lead & (0x7f >> length);
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<uint8_t>(text[i + k]);
      if (next >> 6 != 2) return false;
      point = point << 6 | (next & 0x3f);
    }
    constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      return false;
    }
    i += length;
  }
  return true;
}

}  // namespace fairway::wire
