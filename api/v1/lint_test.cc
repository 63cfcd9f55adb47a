#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "api/v1/admin.pb.h"
#include "api/v1/audit.pb.h"
#include "api/v1/desk.pb.h"
#include "api/v1/item.pb.h"
#include "api/v1/manifest.pb.h"
#include "api/v1/peer.pb.h"
#include "api/v1/policy.pb.h"
#include "api/v1/recall.pb.h"
#include "api/v1/signed.pb.h"

namespace fairway::v1 {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::EnumDescriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::FileDescriptor;
using ::google::protobuf::ServiceDescriptor;
using ::testing::ElementsAre;

std::vector<const FileDescriptor*> PeerFiles() {
  return {Signed::descriptor()->file(), ItemBody::descriptor()->file(),
          Manifest::descriptor()->file(), Recall::descriptor()->file(),
          PeerFrame::descriptor()->file()};
}

std::vector<const FileDescriptor*> AllFiles() {
  std::vector<const FileDescriptor*> files = PeerFiles();
  files.push_back(Draft::descriptor()->file());
  files.push_back(StatusRequest::descriptor()->file());
  files.push_back(EventView::descriptor()->file());
  files.push_back(PeerChange::descriptor()->file());
  return files;
}

std::vector<const FieldDescriptor*> FieldsOf(const std::vector<const FileDescriptor*>& files) {
  std::vector<const FieldDescriptor*> fields;
  for (const FileDescriptor* file : files) {
    for (int m = 0; m < file->message_type_count(); ++m) {
      // A nested type would escape the walks below.
      EXPECT_EQ(file->message_type(m)->nested_type_count(), 0) << file->message_type(m)->name();
      for (int f = 0; f < file->message_type(m)->field_count(); ++f) {
        fields.push_back(file->message_type(m)->field(f));
      }
    }
  }
  return fields;
}

bool IsInteger(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return true;
    default:
      return false;
  }
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::vector<std::string> Shape(const Descriptor& message) {
  std::vector<std::string> lines;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    lines.push_back(std::to_string(field.number()) + " " + field.name() + " " +
                    (field.is_repeated() ? "repeated " : "") +
                    (field.enum_type() != nullptr      ? field.enum_type()->name()
                     : field.message_type() != nullptr ? field.message_type()->name()
                                                       : std::string(field.type_name())));
  }
  return lines;
}

// A local row number that another node took for its own once widened an audience (security.md
// §1.4, S1): identifiers are random bytes or digests.
TEST(ProtoLintTest, NoIdentifierIsAnInteger) {
  for (const FieldDescriptor* field : FieldsOf(AllFiles())) {
    if (!IsInteger(*field)) continue;
    EXPECT_FALSE(EndsWith(field->name(), "_id") || EndsWith(field->name(), "_ids") ||
                 field->name() == "id")
        << field->full_name() << " is an integer";
  }
}

// Every integer that crosses to another authority is here with a reader who asked what it tells.
TEST(ProtoLintTest, EveryIntegerThatCrossesToAPeerIsListed) {
  const std::set<std::string> listed = {
      "ItemBody.revision",  "ItemBody.origin_manifest", "ItemBody.not_after_ms",
      "Terms.hops",         "Terms.expires_ms",         "AttachmentDescriptor.size",
      "Manifest.version",   "Hello.proto_min",          "Hello.proto_max",
      "Hello.incarnation",  "Hello.manifest_version",   "Hello.now_ms",
      "FeedHead.last_seq",  "FeedRecord.seq",           "FeedRecord.revision",
      "Receipt.first_seq",  "Receipt.last_seq",         "ReceiptLine.seq",
      "ChunkRequest.index", "ChunkReply.index",         "JoinRequest.version",
      "JoinAnswer.version", "Recall.origin_manifest",   "Recall.through_revision",
  };
  std::set<std::string> found;
  for (const FieldDescriptor* field : FieldsOf(PeerFiles())) {
    if (IsInteger(*field)) found.insert(field->containing_type()->name() + "." + field->name());
  }
  EXPECT_EQ(found, listed);
}

// A map serialises in many ways, a double is not exact, and a nested Any is unknown to policy.
TEST(ProtoLintTest, NoMapFloatGroupOrExtension) {
  for (const FieldDescriptor* field : FieldsOf(AllFiles())) {
    EXPECT_FALSE(field->is_map()) << field->full_name();
    EXPECT_NE(field->cpp_type(), FieldDescriptor::CPPTYPE_DOUBLE) << field->full_name();
    EXPECT_NE(field->cpp_type(), FieldDescriptor::CPPTYPE_FLOAT) << field->full_name();
    EXPECT_NE(field->type(), FieldDescriptor::TYPE_GROUP) << field->full_name();
    if (field->message_type() != nullptr) {
      EXPECT_EQ(field->message_type()->file()->package(), "fairway.v1") << field->full_name();
    }
  }
}

TEST(ProtoLintTest, EveryEnumStartsUnspecifiedAndHasNoHoles) {
  for (const FileDescriptor* file : AllFiles()) {
    for (int e = 0; e < file->enum_type_count(); ++e) {
      const EnumDescriptor& type = *file->enum_type(e);
      EXPECT_TRUE(EndsWith(type.value(0)->name(), "_UNSPECIFIED")) << type.full_name();
      for (int v = 0; v < type.value_count(); ++v) {
        EXPECT_EQ(type.value(v)->number(), v) << type.value(v)->full_name();
      }
    }
  }
}

TEST(ProtoLintTest, LocalCallsAreUnaryAndHaveTheirOwnRequestAndResponse) {
  std::set<std::string> messages;
  for (const FileDescriptor* file :
       {Draft::descriptor()->file(), StatusRequest::descriptor()->file(),
        EventView::descriptor()->file()}) {
    ASSERT_EQ(file->service_count(), 1);
    const ServiceDescriptor& service = *file->service(0);
    for (int m = 0; m < service.method_count(); ++m) {
      const auto& method = *service.method(m);
      EXPECT_FALSE(method.client_streaming() || method.server_streaming()) << method.full_name();
      EXPECT_EQ(method.input_type()->name(), method.name() + "Request");
      EXPECT_EQ(method.output_type()->name(), method.name() + "Response");
      EXPECT_TRUE(messages.insert(method.input_type()->full_name()).second);
    }
  }
}

// What policy and the hard floors look at: a change here changes what may leave, so it has to be
// made twice.
TEST(ProtoLintTest, PolicyBearingMessagesHaveExactlyTheseFields) {
  EXPECT_THAT(Shape(*ItemBody::descriptor()),
              ElementsAre("1 item_id bytes", "2 revision uint64", "3 prev bytes", "4 origin bytes",
                          "5 origin_manifest uint64", "6 kind Kind", "7 mode Mode", "8 tlp Tlp",
                          "9 pap Pap", "10 precedence Precedence", "11 onward Onward",
                          "12 not_after_ms int64", "13 part_digests repeated bytes"));
  EXPECT_THAT(Shape(*Part::descriptor()),
              ElementsAre("1 label string", "2 salt bytes", "3 bytes bytes"));
  EXPECT_THAT(Shape(*Terms::descriptor()),
              ElementsAre("1 hops uint32", "2 expires_ms int64", "3 tlp_floor Tlp",
                          "4 pap_floor Pap", "5 purpose Purposes", "6 watermark bool",
                          "7 encrypt_at_rest bool"));
  EXPECT_THAT(Shape(*Rendition::descriptor()),
              ElementsAre("1 object_id bytes", "2 signed_item bytes", "3 parts repeated Part",
                          "4 manifests repeated bytes", "5 recall_before bytes"));
  EXPECT_THAT(
      Shape(*Recall::descriptor()),
      ElementsAre("1 item_id bytes", "2 origin bytes", "3 origin_manifest uint64",
                  "4 through_revision uint64", "5 grade RecallGrade", "6 reason RecallReason"));
  EXPECT_THAT(
      Shape(*FeedRecord::descriptor()),
      ElementsAre("1 seq uint64", "2 prev_hash bytes", "3 op Op", "4 object_id bytes",
                  "5 item_id bytes", "6 revision uint64", "7 terms Terms", "8 parts_digest bytes"));
}

}  // namespace
}  // namespace fairway::v1
