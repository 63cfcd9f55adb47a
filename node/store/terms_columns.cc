#include "node/store/terms_columns.h"

#include "node/model/enums.h"

namespace fairway::store {

void BindTerms(Statement& statement, const model::Terms& terms) {
  terms.hops ? statement.U64(*terms.hops) : statement.Null();
  statement.MaybeTime(terms.expires);
  terms.tlp_floor ? statement.U64(static_cast<uint64_t>(*terms.tlp_floor)) : statement.Null();
  terms.pap_floor ? statement.U64(static_cast<uint64_t>(*terms.pap_floor)) : statement.Null();
  terms.purpose ? statement.Text(JoinLines(*terms.purpose)) : statement.Null();
  statement.Bool(terms.watermark).Bool(terms.encrypt_at_rest);
}

model::Terms GetTerms(Statement& statement, int first_column) {
  model::Terms terms;
  if (!statement.IsNull(first_column)) {
    const uint64_t hops = statement.GetU64(first_column);
    if (hops > UINT32_MAX) statement.Damaged(first_column, "a number of hops");
    terms.hops = static_cast<uint32_t>(hops);
  }
  terms.expires = statement.GetMaybeTime(first_column + 1);
  if (!statement.IsNull(first_column + 2)) {
    terms.tlp_floor = statement.GetEnum(first_column + 2, &model::TlpFromWire);
  }
  if (!statement.IsNull(first_column + 3)) {
    terms.pap_floor = statement.GetEnum(first_column + 3, &model::PapFromWire);
  }
  if (!statement.IsNull(first_column + 4)) {
    terms.purpose = SplitLines(statement.GetText(first_column + 4));
  }
  terms.watermark = statement.GetBool(first_column + 5);
  terms.encrypt_at_rest = statement.GetBool(first_column + 6);
  return terms;
}

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace fairway::store
