#ifndef FAIRWAY_NODE_INTEROP_FRONT_MATTER_H_
#define FAIRWAY_NODE_INTEROP_FRONT_MATTER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "node/model/draft.h"

// An item as a person writes it: Markdown below TOML front matter.
//
//   +++
//   kind = "bulletin"
//   title = "Counterfeit crew IDs seen at gate 4"
//   tlp = "AMBER"
//   topics = ["document-fraud"]
//   audience = ["ANY-MEMBER"]
//   +++
//   Two men in …
//
// Keys: kind title summary tlp pap precedence onward mode language · topics regions places (UN/
// LOCODE) exact_location day time expires · audience not_for named contains purpose · facts lessons
// (table) · vessel_imo containers plates persons · grading · source (table of identity, contact,
// method) or source_identity, source_contact, source_method · officer (name, or table of name,
// contact). Only title and tlp are needed; nothing else is guessed.
namespace fairway::interop {

inline constexpr size_t kMaxFrontMatterBytes = 64 * 1024;
// Beyond this a file is not read at all; the limit of the body itself is the model's.
inline constexpr size_t kMaxItemFileBytes = 1024 * 1024;

// The draft in `text`; not validated yet (model::Validate does that). `file_name` is for messages.
// INVALID_ARGUMENT with a Problem whose message begins "file:line:column:" and whose why shows the
// line with a caret, and the word that was probably meant:
//   FW-DOC-001   no front matter, or it does not end
//   FW-DOC-002   the front matter is not TOML (a key twice, such as two TLPs, among it)
//   FW-DOC-003   a key that is not known
//   FW-DOC-004   a value of the wrong type, or a word that is not known
//   FW-DOC-005   the file or its front matter is too large
absl::StatusOr<model::Draft> ReadFrontMatter(const std::string& file_name, std::string_view text);

}  // namespace fairway::interop

#endif  // FAIRWAY_NODE_INTEROP_FRONT_MATTER_H_
