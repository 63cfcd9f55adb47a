#include "node/wire/draft_codec.h"

#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"
#include "node/wire/fields.h"

namespace fairway::wire {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

void Copy(const std::vector<std::string>& from, Texts* to) { to->Assign(from.begin(), from.end()); }

void Copy(const Texts& from, std::vector<std::string>& to) { to.assign(from.begin(), from.end()); }

void WriteTexts(const model::Draft& draft, v1::Draft& proto) {
  proto.set_language(draft.language);
  proto.set_title(draft.title);
  proto.set_summary(draft.summary);
  proto.set_body(draft.body);
  proto.set_day(draft.day);
  proto.set_exact_time(draft.exact_time);
  proto.set_exact_location(draft.exact_location);
  proto.set_grading(draft.grading);
  proto.set_source_identity(draft.source_identity);
  proto.set_source_contact(draft.source_contact);
  proto.set_source_method(draft.source_method);
  proto.set_officer_name(draft.officer_name);
  proto.set_officer_contact(draft.officer_contact);
}

void ReadTexts(const v1::Draft& proto, model::Draft& draft) {
  draft.language = proto.language();
  draft.title = proto.title();
  draft.summary = proto.summary();
  draft.body = proto.body();
  draft.day = proto.day();
  draft.exact_time = proto.exact_time();
  draft.exact_location = proto.exact_location();
  draft.grading = proto.grading();
  draft.source_identity = proto.source_identity();
  draft.source_contact = proto.source_contact();
  draft.source_method = proto.source_method();
  draft.officer_name = proto.officer_name();
  draft.officer_contact = proto.officer_contact();
}

void WriteLists(const model::Draft& draft, v1::Draft& proto) {
  Copy(draft.facts, proto.mutable_facts());
  Copy(draft.topics, proto.mutable_topics());
  Copy(draft.regions, proto.mutable_regions());
  Copy(draft.persons, proto.mutable_persons());
  Copy(draft.plates, proto.mutable_plates());
  Copy(draft.imos, proto.mutable_imos());
  Copy(draft.containers, proto.mutable_containers());
  Copy(draft.locodes, proto.mutable_locodes());
  Copy(draft.releasable_to, proto.mutable_releasable_to());
  Copy(draft.not_releasable_to, proto.mutable_not_releasable_to());
  Copy(draft.named, proto.mutable_named());
  Copy(draft.contains, proto.mutable_contains());
  Copy(draft.purpose, proto.mutable_purpose());
  Copy(draft.unchecked, proto.mutable_unchecked());
}

void ReadLists(const v1::Draft& proto, model::Draft& draft) {
  Copy(proto.facts(), draft.facts);
  Copy(proto.topics(), draft.topics);
  Copy(proto.regions(), draft.regions);
  Copy(proto.persons(), draft.persons);
  Copy(proto.plates(), draft.plates);
  Copy(proto.imos(), draft.imos);
  Copy(proto.containers(), draft.containers);
  Copy(proto.locodes(), draft.locodes);
  Copy(proto.releasable_to(), draft.releasable_to);
  Copy(proto.not_releasable_to(), draft.not_releasable_to);
  Copy(proto.named(), draft.named);
  Copy(proto.contains(), draft.contains);
  Copy(proto.purpose(), draft.purpose);
}

// What is not said keeps the value a new draft has; a TLP that is not said stays unsaid.
void ReadVocabularies(const v1::Draft& proto, model::Draft& draft) {
  if (proto.kind() != 0) draft.kind = static_cast<model::Kind>(proto.kind());
  if (proto.mode() != 0) draft.mode = static_cast<model::Mode>(proto.mode());
  if (proto.tlp() != 0) draft.tlp = static_cast<model::Tlp>(proto.tlp());
  if (proto.pap() != 0) draft.pap = static_cast<model::Pap>(proto.pap());
  if (proto.precedence() != 0) {
    draft.precedence = static_cast<model::Precedence>(proto.precedence());
  }
  if (proto.onward() != 0) draft.onward = static_cast<model::Onward>(proto.onward());
}

absl::Status ReadLessons(const v1::Draft& proto, model::Draft& draft) {
  for (const v1::NamedText& lesson : proto.lessons()) {
    if (!draft.lessons.empty() && lesson.name() <= draft.lessons.rbegin()->first) {
      return BadField(absl::StrCat("draft.lessons[", draft.lessons.size(), "].name"),
                      "is not in ascending order");
    }
    draft.lessons.emplace(lesson.name(), lesson.text());
  }
  return absl::OkStatus();
}

}  // namespace

v1::Draft ToProto(const model::Draft& draft) {
  v1::Draft proto;
  proto.set_kind(static_cast<v1::Kind>(draft.kind));
  proto.set_mode(static_cast<v1::Mode>(draft.mode));
  if (draft.tlp) proto.set_tlp(static_cast<v1::Tlp>(*draft.tlp));
  proto.set_pap(static_cast<v1::Pap>(draft.pap));
  proto.set_precedence(static_cast<v1::Precedence>(draft.precedence));
  proto.set_onward(static_cast<v1::Onward>(draft.onward));
  if (draft.not_after) proto.set_not_after_ms(absl::ToUnixMillis(*draft.not_after));
  WriteTexts(draft, proto);
  WriteLists(draft, proto);
  for (const auto& [name, text] : draft.lessons) {
    v1::NamedText* lesson = proto.add_lessons();
    lesson->set_name(name);
    lesson->set_text(text);
  }
  for (const model::Attachment& attachment : draft.attachments) {
    v1::DraftAttachment* to = proto.add_attachments();
    to->set_name(attachment.name);
    to->set_media_type(attachment.media_type);
    to->set_content(attachment.bytes);
  }
  proto.set_contains_known(draft.contains_known);
  proto.set_accept_unchecked(draft.accept_unchecked);
  return proto;
}

absl::StatusOr<model::Draft> ToModel(const v1::Draft& proto) {
  model::Draft draft;
  if (proto.unchecked_size() > 0) {
    return BadField("draft.unchecked", "is for the node to say; want it empty");
  }
  ReadVocabularies(proto, draft);
  if (proto.has_not_after_ms()) {
    FAIRWAY_ASSIGN_OR_RETURN(draft.not_after,
                             ReadWholeSeconds("draft.not_after_ms", proto.not_after_ms()));
  }
  ReadTexts(proto, draft);
  ReadLists(proto, draft);
  FAIRWAY_RETURN_IF_ERROR(ReadLessons(proto, draft));
  for (const v1::DraftAttachment& attachment : proto.attachments()) {
    draft.attachments.push_back({.name = attachment.name(),
                                 .media_type = attachment.media_type(),
                                 .bytes = attachment.content()});
  }
  draft.contains_known = proto.contains_known();
  draft.accept_unchecked = proto.accept_unchecked();
  return draft;
}

}  // namespace fairway::wire
