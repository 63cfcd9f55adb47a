#include "tests/byzantine/lie.h"

namespace fairway::byzantine {

std::vector<Lie> MethodLies() {
  return {
      {"method/no-identity", "calls the peer method with a TLS key that is nobody's", "refused",
       "peer.refused", "not-pinned",
       [](Stage& s) {
         return s.TryToDial(crypto::SigningKey::FromSeed(s.Random(crypto::kSeedBytes)));
       },
       Teller::kStranger},
      {"method/unconfirmed", "calls it with a key that joined but was not confirmed", "refused",
       "peer.refused", "not-pinned", [](Stage& s) { return s.TryToDial(s.me().tls); },
       Teller::kUnconfirmed},
      {"method/suspended", "calls it with the key of a suspended peer", "refused", "peer.refused",
       "not-pinned", [](Stage& s) { return s.TryToDial(s.me().tls); }, Teller::kSuspended},
      {"method/malformed", "sends a message that is no frame at all", "closed", "peer.refused", "",
       [](Stage& s) {
         s.Greet();
         s.SendBytes("not a frame");
         return s.Answer();
       }},
      {"method/empty-message", "sends a message of no bytes", "closed", "peer.refused", "",
       [](Stage& s) {
         s.Greet();
         s.SendBytes("");
         return s.Answer();
       }},
      {"method/at-the-limit", "sends 4 MiB that are no frame: read, and refused as such", "closed",
       "peer.refused", "",
       [](Stage& s) {
         s.Greet();
         s.SendBytes(std::string(wire::kMaxFrameBytes, '\x0a'));
         return s.Answer();
       }},
  };
}

}  // namespace fairway::byzantine
