#include "crypto/spki.h"

namespace fairway::crypto {
namespace {

// SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING (32 bytes, no unused bits) }
constexpr std::string_view kEd25519SpkiStart("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00",
                                             12);

}  // namespace

std::string SpkiOfKey(const PublicKey& ed25519) {
  std::string der(kEd25519SpkiStart);
  der += ed25519.view();
  return der;
}

SpkiPin PinOfKey(const PublicKey& ed25519) { return PinOfSpki(SpkiOfKey(ed25519)); }

SpkiPin PinOfSpki(std::string_view der) { return SpkiPin{Sha256(der)}; }

}  // namespace fairway::crypto
