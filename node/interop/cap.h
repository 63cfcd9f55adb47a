#ifndef FAIRWAY_NODE_INTEROP_CAP_H_
#define FAIRWAY_NODE_INTEROP_CAP_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "node/model/draft.h"
#include "node/model/enums.h"

// Alerts in the Common Alerting Protocol 1.2 (OASIS, July 2010). The text in memory is all that is
// read: no entity is expanded, no file opened, no address resolved.
namespace fairway::interop {

inline constexpr size_t kMaxCapBytes = 1024 * 1024;
inline constexpr size_t kMaxCapDepth = 32;
inline constexpr size_t kMaxCapInfos = 32;

// A draft of kind alert. CAP has no TLP, so the caller says it. Title, language, instruction and
// precedence come from the <info> blocks, all of which are in the body, one section each with its
// language; sender, identifier, sent, references and what has no field of its own end the body.
// Areas (with polygons and circles) are the exact location only, so that they can be redacted.
// INVALID_ARGUMENT with a Problem; messages name the element, as in "/alert/info[2]/urgency":
//   FW-CAP-001   larger than kMaxCapBytes, deeper than kMaxCapDepth, more than kMaxCapInfos blocks
//   FW-CAP-002   not well-formed XML, or an encoding other than UTF-8, UTF-16, ISO-8859-1, ASCII
//   FW-CAP-003   has a document type declaration (seen before parsing)
//   FW-CAP-004   not CAP 1.2
//   FW-CAP-005   an element is missing, there twice, or not one of CAP's
//   FW-CAP-006   an element has a value CAP does not know
//   FW-CAP-007   cannot be published: status System or Draft, msgType Ack or Error
absl::StatusOr<model::Draft> ReadCap(const std::string& file_name, std::string_view xml,
                                     model::Tlp tlp);

// Does this look like XML rather than Markdown? For callers that were given a file and no format.
bool LooksLikeXml(std::string_view text);

}  // namespace fairway::interop

#endif  // FAIRWAY_NODE_INTEROP_CAP_H_
