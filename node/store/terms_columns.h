#ifndef FAIRWAY_NODE_STORE_TERMS_COLUMNS_H_
#define FAIRWAY_NODE_STORE_TERMS_COLUMNS_H_

#include <string>
#include <string_view>
#include <vector>

#include "node/model/terms.h"
#include "node/store/statement.h"

// Values that several tables keep in the same way. For this folder only.
namespace fairway::store {

// The columns hops, expires, tlp_floor, pap_floor, purpose, watermark, encrypt_at_rest, in this
// order.
inline constexpr int kTermsColumns = 7;
void BindTerms(Statement& statement, const model::Terms& terms);
model::Terms GetTerms(Statement& statement, int first_column);

// Words without '\n', one a line; no words are the empty text.
std::string JoinLines(const std::vector<std::string>& lines);
std::vector<std::string> SplitLines(std::string_view text);

}  // namespace fairway::store

#endif  // FAIRWAY_NODE_STORE_TERMS_COLUMNS_H_
