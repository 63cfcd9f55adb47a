#ifndef FAIRWAY_NODE_SERVER_VERSION_H_
#define FAIRWAY_NODE_SERVER_VERSION_H_

#include <string_view>

namespace fairway::server {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace fairway::server

#endif  // FAIRWAY_NODE_SERVER_VERSION_H_
