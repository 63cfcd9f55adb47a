#include "node/service/attributes_proto.h"

#include <string>

namespace fairway::service {

v1::PeerAttributes ToProto(const model::PeerAttributes& attributes) {
  v1::PeerAttributes proto;
  proto.set_country(attributes.country);
  proto.set_type(attributes.type);
  proto.set_tier(attributes.tier);
  for (const std::string& word : attributes.agreements) proto.add_agreements(word);
  for (const std::string& word : attributes.controls) proto.add_controls(word);
  for (const std::string& word : attributes.purposes) proto.add_purposes(word);
  for (const std::string& word : attributes.groups) proto.add_groups(word);
  return proto;
}

model::PeerAttributes ToModel(const v1::PeerAttributes& proto) {
  model::PeerAttributes attributes;
  attributes.country = proto.country();
  attributes.type = proto.type();
  attributes.tier = proto.tier();
  attributes.agreements.assign(proto.agreements().begin(), proto.agreements().end());
  attributes.controls.assign(proto.controls().begin(), proto.controls().end());
  attributes.purposes.assign(proto.purposes().begin(), proto.purposes().end());
  attributes.groups.assign(proto.groups().begin(), proto.groups().end());
  return attributes;
}

}  // namespace fairway::service
