#ifndef FAIRWAY_NODE_SERVICE_DISPLAYABLE_H_
#define FAIRWAY_NODE_SERVICE_DISPLAYABLE_H_

#include <string>
#include <string_view>

namespace fairway::service {

// `bytes` if they are UTF-8, otherwise with every byte outside printable ASCII as "\xNN": what
// strangers wrote into a leaf or a part must not make an answer unreadable. Control characters
// stay; whoever prints escapes them.
std::string Displayable(std::string_view bytes);

}  // namespace fairway::service

#endif  // FAIRWAY_NODE_SERVICE_DISPLAYABLE_H_
