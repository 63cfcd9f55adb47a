#ifndef FAIRWAY_NODE_MODEL_TEXT_H_
#define FAIRWAY_NODE_MODEL_TEXT_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/status/status.h"

// May this text be stored and shown? What people read must be what was written: no bytes that are
// not UTF-8, nothing that moves a cursor, clears a screen or turns the direction of a line.
namespace fairway::model {

// The first byte that no well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing
// above U+10FFFF) goes through; nothing if all do.
std::optional<size_t> FirstInvalidUtf8(std::string_view text);

// Several lines: UTF-8, and of the control characters only line feed and tab.
// INVALID_ARGUMENT "… at byte N"; the message never repeats the text.
absl::Status CheckBlock(std::string_view text);

// One line: as a block, and neither line feed, tab nor characters that change the direction of
// writing (U+202A–202E, U+2066–2069) or separate lines (U+2028, U+2029).
absl::Status CheckLine(std::string_view text);

}  // namespace fairway::model

#endif  // FAIRWAY_NODE_MODEL_TEXT_H_
