#include "node/policyadmin/gains.h"

#include <optional>
#include <utility>

#include "node/policyadmin/encoding.h"

namespace fairway::policyadmin {

std::string EncodeGains(const std::set<Gain>& gains) {
  Encoder encoder;
  encoder.Number32(static_cast<uint32_t>(gains.size()));
  for (const Gain& gain : gains) {
    encoder.Raw(gain.peer.digest.view());
    encoder.Raw(gain.object.view());
    encoder.Number8(static_cast<uint8_t>(gain.kind));
    encoder.Words(gain.labels);
    encoder.Text(gain.terms);
  }
  return encoder.bytes();
}

absl::StatusOr<std::set<Gain>> DecodeGains(std::string_view bytes) {
  const absl::Status bad = absl::InvalidArgumentError("not an encoding of gains");
  Decoder decoder(bytes);
  const std::optional<uint64_t> count = decoder.Number(4);
  if (!count.has_value()) return bad;
  std::set<Gain> gains;
  for (uint64_t i = 0; i < *count; ++i) {
    const auto peer = decoder.Raw(crypto::kDigestBytes);
    const auto object = decoder.Raw(crypto::kDigestBytes);
    const auto kind = decoder.Number(1);
    auto labels = decoder.Words();
    auto terms = decoder.Text();
    if (!peer || !object || !kind || !labels || !terms || *kind < 1 || *kind > 3) return bad;
    gains.insert({.peer = {*crypto::DigestFromBytes(*peer)},
                  .object = *crypto::DigestFromBytes(*object),
                  .kind = static_cast<Gain::Kind>(*kind),
                  .labels = *std::move(labels),
                  .terms = *std::move(terms)});
  }
  if (!decoder.done() || EncodeGains(gains) != bytes) return bad;
  return gains;
}

crypto::Digest GainsDigest(std::string_view bytes) {
  return crypto::TaggedHash("fairway/policy-gains/v1", bytes);
}

}  // namespace fairway::policyadmin
