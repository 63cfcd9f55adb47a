#ifndef FAIRWAY_NODE_EXCHANGE_RELEASE_TERMS_H_
#define FAIRWAY_NODE_EXCHANGE_RELEASE_TERMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "node/authz/attributes.h"
#include "node/model/ids.h"
#include "node/model/item.h"
#include "node/model/terms.h"
#include "policy/duties.h"

namespace fairway::exchange {

// How often an item of this node's own may be passed on if its officer allowed that (onward
// community or any) and no rule says a number.
inline constexpr uint32_t kDefaultHops = 1;

// The terms under which a copy goes out: what the duties say and, for a received item, what it came
// under as a floor, one hop consumed (P6, P10). The originator's exclusions cannot be seen by a
// recipient, so an item with a narrower audience than everybody gets no hop at all. Nothing if a
// duty says a marking that this build does not know (P15). Pure.
std::optional<model::Terms> TermsFor(const authz::ItemFacts& facts, const model::AuthorityId& self,
                                     const policy::Duties& duties, absl::Time now);

// Does keeping `kept` keep everything that `wanted` asks?
bool AtLeastAsStrict(const model::Terms& kept, const model::Terms& wanted);

// The labels of all parts that stay behind although a text that goes still contains their value
// (names, numbers, contacts; compared by their letters and digits alone), ascending. Names of files
// are text too. Structural redaction cannot see into free text; a person has to. Pure.
std::vector<std::string> ResidualMentions(const std::vector<model::Part>& parts,
                                          const std::vector<std::string>& released_labels);

// Whether ResidualMentions can say anything at all of these parts, whatever is released. Pure.
bool MightMention(const std::vector<model::Part>& parts);

}  // namespace fairway::exchange

#endif  // FAIRWAY_NODE_EXCHANGE_RELEASE_TERMS_H_
