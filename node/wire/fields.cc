#include "node/wire/fields.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "node/status/status_macros.h"

namespace fairway::wire {
namespace {

constexpr int64_t kLastMillisecond = 253402300799999;  // 9999-12-31T23:59:59.999Z

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// One number for one meaning on both sides of the codec.
template <typename Model, typename Proto>
constexpr bool Same(Model model, Proto proto) {
  return static_cast<int>(model) == static_cast<int>(proto);
}
static_assert(Same(model::Kind::kBulletin, v1::KIND_BULLETIN) &&
              Same(model::Kind::kAlert, v1::KIND_ALERT) &&
              Same(model::Kind::kLesson, v1::KIND_LESSON) &&
              Same(model::Kind::kPractice, v1::KIND_PRACTICE) &&
              Same(model::Kind::kAar, v1::KIND_AAR) &&
              Same(model::Kind::kAssessment, v1::KIND_ASSESSMENT) &&
              Same(model::Kind::kRequest, v1::KIND_REQUEST) &&
              Same(model::Kind::kReply, v1::KIND_REPLY) &&
              Same(model::Kind::kAnnotation, v1::KIND_ANNOTATION) &&
              Same(model::Kind::kAnnotation, v1::Kind_MAX));
static_assert(Same(model::Mode::kReal, v1::MODE_REAL) &&
              Same(model::Mode::kExercise, v1::MODE_EXERCISE) &&
              Same(model::Mode::kTest, v1::MODE_TEST) && Same(model::Mode::kTest, v1::Mode_MAX));
static_assert(Same(model::Tlp::kClear, v1::TLP_CLEAR) && Same(model::Tlp::kGreen, v1::TLP_GREEN) &&
              Same(model::Tlp::kAmber, v1::TLP_AMBER) &&
              Same(model::Tlp::kAmberStrict, v1::TLP_AMBER_STRICT) &&
              Same(model::Tlp::kRed, v1::TLP_RED) && Same(model::Tlp::kRed, v1::Tlp_MAX));
static_assert(Same(model::Pap::kClear, v1::PAP_CLEAR) && Same(model::Pap::kGreen, v1::PAP_GREEN) &&
              Same(model::Pap::kAmber, v1::PAP_AMBER) && Same(model::Pap::kRed, v1::PAP_RED) &&
              Same(model::Pap::kRed, v1::Pap_MAX));
static_assert(Same(model::Precedence::kRoutine, v1::PRECEDENCE_ROUTINE) &&
              Same(model::Precedence::kPriority, v1::PRECEDENCE_PRIORITY) &&
              Same(model::Precedence::kImmediate, v1::PRECEDENCE_IMMEDIATE) &&
              Same(model::Precedence::kFlash, v1::PRECEDENCE_FLASH) &&
              Same(model::Precedence::kFlash, v1::Precedence_MAX));
static_assert(Same(model::Onward::kNone, v1::ONWARD_NONE) &&
              Same(model::Onward::kAsk, v1::ONWARD_ASK) &&
              Same(model::Onward::kNamed, v1::ONWARD_NAMED) &&
              Same(model::Onward::kCommunity, v1::ONWARD_COMMUNITY) &&
              Same(model::Onward::kAny, v1::ONWARD_ANY) &&
              Same(model::Onward::kAny, v1::Onward_MAX));

absl::StatusOr<std::vector<std::string>> ReadPurposes(std::string_view name,
                                                      const v1::Purposes& proto) {
  FAIRWAY_RETURN_IF_ERROR(CheckMaxCount(name, proto.words_size(), kMaxPurposes));
  std::vector<std::string> words;
  for (const std::string& word : proto.words()) {
    const std::string at = absl::StrCat(View(name), "[", words.size(), "]");
    if (word.empty()) return BadField(at, "is empty");
    FAIRWAY_RETURN_IF_ERROR(CheckMaxSize(at, word, kMaxPurposeBytes));
    if (!words.empty() && word <= words.back()) return BadField(at, "is not in ascending order");
    words.push_back(word);
  }
  return words;
}

}  // namespace

absl::Status BadField(std::string_view name, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("field `", View(name), "` ", View(what)));
}

absl::Status CheckSize(std::string_view name, std::string_view bytes, size_t want) {
  if (bytes.size() == want) return absl::OkStatus();
  return BadField(name, absl::StrCat("is ", bytes.size(), " bytes, want ", want));
}

absl::Status CheckMaxSize(std::string_view name, std::string_view bytes, size_t limit) {
  if (bytes.size() <= limit) return absl::OkStatus();
  return BadField(name, absl::StrCat("is ", bytes.size(), " bytes, limit is ", limit));
}

absl::Status CheckMaxCount(std::string_view name, size_t count, size_t limit) {
  if (count <= limit) return absl::OkStatus();
  return BadField(name, absl::StrCat("is there ", count, " times, limit is ", limit));
}

absl::StatusOr<crypto::Digest> ReadDigest(std::string_view name, std::string_view bytes) {
  FAIRWAY_RETURN_IF_ERROR(CheckSize(name, bytes, crypto::kDigestBytes));
  return crypto::DigestFromBytes(bytes);
}

absl::StatusOr<model::AuthorityId> ReadAuthority(std::string_view name, std::string_view bytes) {
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::Digest digest, ReadDigest(name, bytes));
  return model::AuthorityId{digest};
}

absl::StatusOr<model::ItemId> ReadItemId(std::string_view name, std::string_view bytes) {
  FAIRWAY_RETURN_IF_ERROR(CheckSize(name, bytes, model::kItemIdBytes));
  absl::StatusOr<model::ItemId> id = model::ItemIdFromBytes(bytes);
  if (!id.ok()) return BadField(name, "is not a UUID of version 4");
  return id;
}

absl::StatusOr<crypto::Signed> ReadSigned(std::string_view name, std::string_view bytes) {
  absl::StatusOr<crypto::Signed> envelope = crypto::DecodeSigned(bytes);
  if (!envelope.ok()) {
    return BadField(name, absl::StrCat("is not an envelope: ", envelope.status().message()));
  }
  return envelope;
}

absl::StatusOr<absl::Time> ReadMilliseconds(std::string_view name, int64_t milliseconds) {
  if (milliseconds < 1 || milliseconds > kLastMillisecond) {
    return BadField(name, absl::StrCat("is ", milliseconds, ", want a time from 1970 to 9999"));
  }
  return absl::FromUnixMillis(milliseconds);
}

absl::StatusOr<absl::Time> ReadWholeSeconds(std::string_view name, int64_t milliseconds) {
  if (milliseconds % 1000 != 0) {
    return BadField(name, absl::StrCat("is ", milliseconds, " ms, want whole seconds"));
  }
  return ReadMilliseconds(name, milliseconds);
}

v1::Terms ToProto(const model::Terms& terms) {
  v1::Terms proto;
  if (terms.hops) proto.set_hops(*terms.hops);
  if (terms.expires) proto.set_expires_ms(absl::ToUnixMillis(*terms.expires));
  if (terms.tlp_floor) proto.set_tlp_floor(static_cast<v1::Tlp>(*terms.tlp_floor));
  if (terms.pap_floor) proto.set_pap_floor(static_cast<v1::Pap>(*terms.pap_floor));
  if (terms.purpose) {
    proto.mutable_purpose();
    for (const std::string& word : *terms.purpose) proto.mutable_purpose()->add_words(word);
  }
  proto.set_watermark(terms.watermark);
  proto.set_encrypt_at_rest(terms.encrypt_at_rest);
  return proto;
}

absl::StatusOr<model::Terms> ReadTerms(std::string_view name, const v1::Terms& proto) {
  const auto at = [&](const char* field) { return absl::StrCat(View(name), ".", field); };
  model::Terms terms;
  if (proto.has_hops()) {
    if (proto.hops() > kMaxHops) {
      return BadField(at("hops"), absl::StrCat("is ", proto.hops(), ", limit is ", kMaxHops));
    }
    terms.hops = proto.hops();
  }
  if (proto.has_expires_ms()) {
    FAIRWAY_ASSIGN_OR_RETURN(terms.expires, ReadWholeSeconds(at("expires_ms"), proto.expires_ms()));
  }
  if (proto.tlp_floor() != 0) terms.tlp_floor = static_cast<model::Tlp>(proto.tlp_floor());
  if (proto.pap_floor() != 0) terms.pap_floor = static_cast<model::Pap>(proto.pap_floor());
  if (proto.has_purpose()) {
    FAIRWAY_ASSIGN_OR_RETURN(terms.purpose, ReadPurposes(at("purpose.words"), proto.purpose()));
  }
  terms.watermark = proto.watermark();
  terms.encrypt_at_rest = proto.encrypt_at_rest();
  return terms;
}

}  // namespace fairway::wire
