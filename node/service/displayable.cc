#include "node/service/displayable.h"

#include "node/wire/strict.h"

namespace fairway::service {

std::string Displayable(std::string_view bytes) {
  if (wire::IsUtf8(bytes)) return std::string(bytes);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string shown;
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= 0x20 && code < 0x7f) {
      shown.push_back(byte);
    } else {
      shown += {'\\', 'x', kDigits[code >> 4], kDigits[code & 15]};
    }
  }
  return shown;
}

}  // namespace fairway::service
