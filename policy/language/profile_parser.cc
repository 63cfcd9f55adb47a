#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/language/suggest.h"
#include "policy/language/token_stream.h"
#include "policy/limits.h"
#include "policy/vocabulary.h"

namespace fairway::policy {
namespace {

constexpr size_t kMaxActions = 32;  // a rule holds its actions in one word

// Parts that say who may have an item; they are never released, so they are no fields.
constexpr std::array<std::string_view, 3> kNeverFields = {"audience", "caveats", "purpose"};
constexpr std::array<std::string_view, 5> kActions = {"discover", "query", "replicate",
                                                      "redistribute", "accept"};
constexpr std::array<std::string_view, 3> kSides = {"peer.", "item.", "context."};

// What the compiled-in floors look at, with the values they know.
struct NeededAttribute {
  std::string_view name;
  Vocabulary::Type type;
  Vocabulary::Domain domain;
  std::vector<std::string_view> values;
  bool exactly;
};

const std::vector<NeededAttribute>& NeededByFloors() {
  using T = Vocabulary::Type;
  using D = Vocabulary::Domain;
  static const auto* const kNeeded = new std::vector<NeededAttribute>{
      {"item.tlp",
       T::kOrdered,
       D::kListed,
       {"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"},
       true},
      {"item.pap", T::kOrdered, D::kListed, {"CLEAR", "GREEN", "AMBER", "RED"}, true},
      {"item.state",
       T::kEnum,
       D::kListed,
       {"draft", "active", "superseded", "recalled", "expired"},
       false},
      {"item.onward", T::kEnum, D::kListed, {"none", "ask", "named", "community", "any"}, true},
      {"item.originator", T::kEnum, D::kPeers, {}, false},
      {"item.hops-left", T::kNumber, D::kListed, {}, false},
      {"item.releasable-to", T::kSet, D::kAudience, {}, false},
      {"item.not-releasable-to", T::kSet, D::kAudience, {}, false},
      {"item.named", T::kSet, D::kAudience, {}, false},
      {"item.approved-for", T::kSet, D::kAudience, {}, false},
      {"peer.id", T::kEnum, D::kPeers, {}, false},
      {"peer.country", T::kEnum, D::kListed, {}, false},
      {"peer.link", T::kEnum, D::kListed, {"active"}, false},
  };
  return *kNeeded;
}

}  // namespace

class ProfileParser {
 public:
  explicit ProfileParser(std::string text) {
    vocabulary_ = std::shared_ptr<Vocabulary>(new Vocabulary());
    vocabulary_->text_ = std::move(text);
  }

  Vocabulary::Parsed Run() {
    if (vocabulary_->text_.size() > kMaxProfileTextBytes) {
      sink_.Error("E004", {},
                  absl::StrCat("the profile has ", vocabulary_->text_.size(),
                               " bytes, the limit is ", kMaxProfileTextBytes));
      return {nullptr, sink_.Take()};
    }
    TokenStream tokens(vocabulary_->text_, sink_);
    tokens_ = &tokens;
    while (!tokens.AtEnd()) {
      if (!Line()) SkipLine();
    }
    CheckWhatFloorsNeed();
    CheckFields();
    CheckActions();
    vocabulary_->fields_ = std::make_shared<const Fields>(fields_);
    vocabulary_->actions_ = actions_;
    vocabulary_->roles_ = roles_;
    if (sink_.has_errors()) return {nullptr, sink_.Take()};
    return {std::move(vocabulary_), sink_.Take()};
  }

 private:
  using Attribute = Vocabulary::Attribute;

  void SkipLine() {
    while (!tokens_->AtEnd()) {
      tokens_->Next();
      if (tokens_->Peek().first_on_line && IsStart(tokens_->Peek())) return;
    }
  }

  static bool IsStart(const Token& token) {
    for (std::string_view word :
         {"profile", "actions", "fields", "roles", "enum", "ordered", "set", "number"}) {
      if (token.Is(word)) return true;
    }
    return false;
  }

  bool Line() {
    const Token word = tokens_->Peek();
    if (!IsStart(word)) {
      sink_.Error("E401", word.at,
                  absl::StrCat("expected profile, actions, fields, roles, enum, ordered, set or "
                               "number, found '",
                               std::string(word.text.substr(0, 40)), "'"),
                  word.Is("peer") || word.Is("group")
                      ? "peers and groups are kept by each node, not by the profile"
                      : "");
      return false;
    }
    tokens_->Next();
    if (word.Is("profile")) return Title();
    if (word.Is("actions")) return Names(actions_, kMaxActions);
    if (word.Is("fields")) return Names(fields_, kMaxFields);
    if (word.Is("roles")) return Names(roles_, kMaxRoles);
    return AttributeLine(word);
  }

  bool Title() {
    if (!tokens_->ExpectString("the title of the profile")) return false;
    return !tokens_->Accept("version") || tokens_->ExpectInteger("a version number").has_value();
  }

  bool Names(std::vector<std::string>& into, size_t limit) {
    if (!tokens_->ExpectSymbol("=")) return false;
    return List(",", limit, into);
  }

  bool List(std::string_view separator, size_t limit, std::vector<std::string>& into) {
    std::set<std::string> seen(into.begin(), into.end());
    do {
      std::optional<ast::Word> value = tokens_->ExpectValue("a name");
      if (!value) return false;
      if (!seen.insert(value->text).second) {
        sink_.Error("E402", value->at, absl::StrCat("'", value->text, "' is listed twice"));
        continue;
      }
      if (into.size() == limit) {
        sink_.Error("E403", value->at, absl::StrCat("more than ", limit, " names"));
        return false;
      }
      into.push_back(std::move(value->text));
    } while (tokens_->AcceptSymbol(separator));
    return true;
  }

  bool AttributeLine(const Token& word) {
    std::optional<ast::Word> name = tokens_->ExpectName("the name of an attribute");
    if (!name || !CheckAttributeName(*name)) return false;
    Attribute attribute;
    attribute.name = name->text;
    attribute.type = word.Is("enum")      ? Vocabulary::Type::kEnum
                     : word.Is("ordered") ? Vocabulary::Type::kOrdered
                     : word.Is("set")     ? Vocabulary::Type::kSet
                                          : Vocabulary::Type::kNumber;
    if (!Definition(attribute)) return false;
    Declare(*name, std::move(attribute));
    return true;
  }

  bool CheckAttributeName(const ast::Word& name) {
    const bool known_side = std::any_of(kSides.begin(), kSides.end(), [&](std::string_view side) {
      return name.text.starts_with(side);
    });
    if (known_side && !name.text.ends_with(".*") &&
        std::count(name.text.begin(), name.text.end(), '.') == 1) {
      return true;
    }
    sink_.Error("E404", name.at,
                absl::StrCat("'", name.text, "' cannot be the name of an attribute"),
                "names of attributes are peer.NAME, item.NAME or context.NAME");
    return false;
  }

  bool Definition(Attribute& attribute) {
    if (attribute.type == Vocabulary::Type::kNumber) {
      if (!tokens_->Accept("in")) return true;
      attribute.unit = "days";
      return tokens_->Expect("days");
    }
    if (attribute.type == Vocabulary::Type::kEnum && tokens_->Accept("of")) {
      attribute.domain = Vocabulary::Domain::kPeers;
      return tokens_->Expect("peers");
    }
    if (attribute.type == Vocabulary::Type::kSet && tokens_->Accept("of")) {
      attribute.domain = Vocabulary::Domain::kAudience;
      return tokens_->Expect("audience");
    }
    if (!tokens_->ExpectSymbol("=")) return false;
    return List(attribute.type == Vocabulary::Type::kOrdered ? "<" : ",", kMaxValues,
                attribute.values);
  }

  void Declare(const ast::Word& name, Attribute attribute) {
    if (vocabulary_->attributes_.size() == kMaxAttributes) {
      sink_.Error("E403", name.at, absl::StrCat("more than ", kMaxAttributes, " attributes"));
      return;
    }
    if (!vocabulary_->index_.emplace(name.text, vocabulary_->attributes_.size()).second) {
      sink_.Error("E402", name.at, absl::StrCat("'", name.text, "' is declared twice"));
      return;
    }
    std::map<std::string, size_t, std::less<>> values;
    for (size_t i = 0; i < attribute.values.size(); ++i) values.emplace(attribute.values[i], i);
    vocabulary_->value_index_.push_back(std::move(values));
    vocabulary_->attributes_.push_back(std::move(attribute));
  }

  void CheckWhatFloorsNeed() {
    for (const NeededAttribute& needed : NeededByFloors()) {
      const Attribute* have = vocabulary_->attribute(needed.name);
      const auto& values = needed.values;
      bool ok = have != nullptr && have->type == needed.type && have->domain == needed.domain;
      for (std::string_view value : values) ok = ok && have->IndexOf(value).has_value();
      if (ok && needed.exactly) {
        ok = std::equal(values.begin(), values.end(), have->values.begin(), have->values.end());
      }
      if (ok) continue;
      sink_.Error("E405", {},
                  absl::StrCat("the floors need '", std::string(needed.name),
                               have == nullptr ? "', which is not declared"
                                               : "', which is declared differently"),
                  absl::StrCat("declare: ", DeclarationOf(needed)));
    }
  }

  static std::string DeclarationOf(const NeededAttribute& needed) {
    const std::string name(needed.name);
    const auto joined = [&](const char* separator) {
      return absl::StrJoin(needed.values, separator,
                           [](std::string* out, std::string_view v) { out->append(v); });
    };
    if (needed.type == Vocabulary::Type::kNumber) return absl::StrCat("number ", name);
    if (needed.domain == Vocabulary::Domain::kPeers)
      return absl::StrCat("enum ", name, " of peers");
    if (needed.domain == Vocabulary::Domain::kAudience) {
      return absl::StrCat("set ", name, " of audience");
    }
    if (needed.type == Vocabulary::Type::kOrdered) {
      return absl::StrCat("ordered ", name, " = ", joined(" < "));
    }
    return absl::StrCat("enum ", name, " = ", joined(", "), needed.values.empty() ? "…" : "");
  }

  void CheckFields() {
    if (std::find(fields_.begin(), fields_.end(), kTitleField) == fields_.end()) {
      sink_.Error("E406", {}, "the fields do not name 'title'",
                  "fields = title, summary, …: every item has a title and shows it");
    }
    for (std::string_view never : kNeverFields) {
      for (const std::string& field : fields_) {
        if (field != never && !field.starts_with(absl::StrCat(std::string(never), "."))) continue;
        sink_.Error("E407", {}, absl::StrCat("'", field, "' cannot be a field"),
                    "audience, caveats and purpose are never released to anybody");
      }
    }
  }

  void CheckActions() {
    for (std::string_view needed : kActions) {
      if (std::find(actions_.begin(), actions_.end(), needed) != actions_.end()) continue;
      sink_.Error("E408", {}, absl::StrCat("the actions do not name '", std::string(needed), "'"),
                  "actions = discover, query, replicate, redistribute, accept");
    }
  }

  std::shared_ptr<Vocabulary> vocabulary_;
  TokenStream* tokens_ = nullptr;
  DiagnosticSink sink_;
  std::vector<std::string> actions_;
  std::vector<std::string> fields_;
  std::vector<std::string> roles_;
};

Vocabulary::Parsed Vocabulary::Parse(std::string text) {
  return ProfileParser(std::move(text)).Run();
}

}  // namespace fairway::policy
