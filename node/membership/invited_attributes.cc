#include "node/membership/invited_attributes.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "crypto/digest.h"
#include "node/status/status_macros.h"
#include "node/store/node_table.h"

namespace fairway::membership {
namespace {

std::string SettingOf(std::string_view invitation_id) {
  return absl::StrCat("invitation-attributes/", crypto::Hex(invitation_id));
}

std::vector<std::string>* ListNamed(model::PeerAttributes& attributes, const std::string& name) {
  if (name == "agreements") return &attributes.agreements;
  if (name == "controls") return &attributes.controls;
  if (name == "purposes") return &attributes.purposes;
  if (name == "groups") return &attributes.groups;
  return nullptr;
}

std::string* WordNamed(model::PeerAttributes& attributes, const std::string& name) {
  if (name == "country") return &attributes.country;
  if (name == "type") return &attributes.type;
  if (name == "tier") return &attributes.tier;
  return nullptr;
}

}  // namespace

std::string EncodeAttributes(const model::PeerAttributes& attributes) {
  std::vector<std::string> fields;
  const auto word = [&](const char* name, const std::string& value) {
    if (!value.empty()) fields.push_back(absl::StrCat(name, "=", value));
  };
  const auto list = [&](const char* name, const std::vector<std::string>& values) {
    if (!values.empty()) fields.push_back(absl::StrCat(name, "=", absl::StrJoin(values, ",")));
  };
  word("country", attributes.country);
  word("type", attributes.type);
  word("tier", attributes.tier);
  list("agreements", attributes.agreements);
  list("controls", attributes.controls);
  list("purposes", attributes.purposes);
  list("groups", attributes.groups);
  return absl::StrJoin(fields, ";");
}

absl::StatusOr<model::PeerAttributes> DecodeAttributes(std::string_view text) {
  model::PeerAttributes attributes;
  const std::string copy(text);
  const std::vector<std::string> fields = absl::StrSplit(copy, ';', absl::SkipEmpty());
  for (const std::string& field : fields) {
    const std::pair<std::string, std::string> split =
        absl::StrSplit(field, absl::MaxSplits('=', 1));
    if (std::string* word = WordNamed(attributes, split.first)) {
      *word = split.second;
    } else if (std::vector<std::string>* list = ListNamed(attributes, split.first)) {
      *list = absl::StrSplit(split.second, ',', absl::SkipEmpty());
    } else {
      return absl::InvalidArgumentError(absl::StrCat("no attribute is called ", split.first));
    }
  }
  if (EncodeAttributes(attributes) != copy) {
    return absl::InvalidArgumentError("attributes are not written in their one form");
  }
  return attributes;
}

absl::Status KeepInvitedAttributes(store::Txn& txn, std::string_view invitation_id,
                                   const model::PeerAttributes& attributes) {
  return store::PutSetting(txn, SettingOf(invitation_id), EncodeAttributes(attributes));
}

absl::StatusOr<model::PeerAttributes> InvitedAttributes(store::ReadTxn& txn,
                                                        std::string_view invitation_id) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::optional<std::string> text,
                           store::GetSetting(txn, SettingOf(invitation_id)));
  if (!text.has_value()) return model::PeerAttributes();
  return DecodeAttributes(*text);
}

}  // namespace fairway::membership
