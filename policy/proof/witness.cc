#include "policy/proof/witness.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "policy/program/evaluator.h"
#include "policy/proof/term_tests.h"

namespace fairway::policy {
namespace {

constexpr int64_t kSomeDay = 20'454;  // 2026-01-01, where no rule has a date
constexpr size_t kWordsShown = 12;

bool Released(const Decision& decision) { return decision.verdict == Decision::Verdict::kRelease; }

// A release of nothing by a peer that is not registered on that side.
Decision NotRegistered(const std::string& peer) {
  Decision decision;
  decision.rule = std::string(kDefaultRule);
  decision.because = absl::StrCat(peer, " is not registered");
  return decision;
}

Decision NothingBefore() {
  Decision decision;
  decision.rule = std::string(kDefaultRule);
  decision.because = "there was no policy";
  return decision;
}

std::string Shown(const Attributes::Value& value) {
  if (const auto* symbol = std::get_if<std::string>(&value)) return *symbol;
  if (const auto* number = std::get_if<int64_t>(&value)) return absl::StrCat(*number);
  const auto& words = std::get<std::vector<std::string>>(value);
  if (words.empty()) return "{ }";
  const size_t shown = std::min(words.size(), kWordsShown);
  const std::vector<std::string> first(words.begin(),
                                       words.begin() + static_cast<std::ptrdiff_t>(shown));
  return absl::StrCat("{ ", absl::StrJoin(first, ", "), words.size() > shown ? ", … }" : " }");
}

// "{ kind: lesson, tlp: GREEN }"
std::string Shown(const Attributes& attributes) {
  std::string text;
  for (const auto& [name, value] : attributes.all()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", name.substr(name.find('.') + 1), ": ",
                    Shown(value));
  }
  return text.empty() ? "{ }" : absl::StrCat("{ ", text, " }");
}

Attributes Without(const Attributes& attributes, std::string_view name) {
  Attributes rest;
  for (const auto& [each, value] : attributes.all()) {
    if (each == name) continue;
    if (const auto* symbol = std::get_if<std::string>(&value)) rest.Set(each, *symbol);
    if (const auto* words = std::get_if<std::vector<std::string>>(&value)) {
      rest.SetSet(each, *words);
    }
    if (const auto* number = std::get_if<int64_t>(&value)) rest.SetNumber(each, *number);
  }
  return rest;
}

}  // namespace

WitnessMaker::WitnessMaker(const Space& space, const Policy* before, const Policy& after,
                           std::optional<int64_t> first_day)
    : space_(space),
      before_(before),
      after_(after),
      first_day_(first_day),
      stranger_(Unheard("stranger")) {}

// A word that nothing here is called.
std::string WitnessMaker::Unheard(std::string_view like) const {
  const size_t audience = space_.VariableOf("item.releasable-to");
  std::string word(like);
  const auto known = [&] {
    for (size_t v = 0; v < space_.layout().size(); ++v) {
      if (v == space_.day() || v == space_.action()) continue;
      if (space_.CellOf(v, word)) return true;
    }
    return space_.CellOf(audience, word).has_value();
  };
  for (int n = 2; known(); ++n) word = absl::StrCat(std::string(like), "-", n);
  return word;
}

absl::Time WitnessMaker::TimeOf(const Point& point) const {
  const size_t cell = point.CellOf(space_.day());
  if (cell == space_.UnknownOf(space_.day())) return absl::InfinitePast();
  const std::vector<int64_t>& starts = space_.StartsOf(space_.day());
  int64_t day = starts[cell];
  if (cell == 0) day = starts.size() > 1 ? starts[1] - 1 : kSomeDay;
  if (first_day_) day = std::max(day, *first_day_);
  return absl::FromCivil(absl::CivilDay(1970, 1, 1) + day, absl::UTCTimeZone());
}

std::vector<std::string> WitnessMaker::WordsOf(const Point& point, size_t variable,
                                               const Claim& claim, const std::string& peer) const {
  const std::vector<std::string>& names = space_.NamesOf(variable);
  std::vector<std::string> words;
  for (size_t bit = 0; bit < names.size(); ++bit) {
    if (point.Has(variable, bit)) words.push_back(names[bit]);
  }
  if (!point.Has(variable, space_.UnknownOf(variable))) return words;
  const std::string& attribute =
      space_.side(0).world.vocabulary().attributes()[*space_.AttributeOf(variable)].name;
  const bool includes = attribute == "item.releasable-to" || attribute == "item.named" ||
                        attribute == "item.approved-for";
  if (includes && claim.by_name) {
    words.push_back(absl::StrCat("peer:", peer));
  } else if (!words.empty()) {
    // In an audience a word that means no peer of this node, elsewhere one that means nothing.
    const bool audience = space_.CellOf(variable, kAnyMember).has_value();
    words.push_back(absl::StrCat(audience ? "peer:" : "", Unheard("something-new")));
  }
  return words;
}

void WitnessMaker::AddAttribute(const Point& point, size_t variable, const Claim& claim,
                                const std::string& peer, Request& request) const {
  const std::string& name =
      space_.side(0).world.vocabulary().attributes()[*space_.AttributeOf(variable)].name;
  Attributes& into = name.starts_with("peer.")   ? request.peer_attributes
                     : name.starts_with("item.") ? request.item
                                                 : request.context;
  if (space_.layout()[variable].is_set) {
    std::vector<std::string> words = WordsOf(point, variable, claim, peer);
    if (words.empty() && point.Has(variable, space_.UnknownOf(variable))) return;
    into.SetSet(name, std::move(words));
    return;
  }
  const size_t cell = point.CellOf(variable);
  if (cell == space_.UnknownOf(variable)) return;
  if (cell == space_.OtherOf(variable)) {
    into.Set(name, Unheard("somebody-else"));
  } else if (!space_.StartsOf(variable).empty()) {
    into.SetNumber(name, space_.StartsOf(variable)[cell]);
  } else {
    into.Set(name, space_.NamesOf(variable)[cell]);
  }
}

Request WitnessMaker::RequestOf(const Point& point, const Claim& claim) const {
  Request request;
  const size_t who = point.CellOf(space_.who());
  request.peer = who == space_.stranger() ? stranger_ : space_.NamesOf(space_.who())[who];
  request.action = space_.NamesOf(space_.action())[point.CellOf(space_.action())];
  request.self = space_.side(0).world.self();
  request.now = TimeOf(point);
  for (size_t v = 0; v < space_.layout().size(); ++v) {
    if (space_.AttributeOf(v)) AddAttribute(point, v, claim, request.peer, request);
  }
  return request;
}

// In the registered world the peer is as each side's administrator describes it.
void WitnessMaker::SetPeer(const Claim& claim, Witness& witness) const {
  if (!claim.registered) return;
  const auto set = [&](const Policy* policy, Request& request) {
    if (policy == nullptr) return;
    const World& world = policy->program().world;
    const auto peer = world.FindPeer(request.peer);
    request.peer_attributes = peer ? world.peers()[*peer].attributes : Attributes();
  };
  set(claim.question == Question::kLoss ? before_ : &after_, witness.request);
  set(claim.question == Question::kLoss ? &after_ : before_, witness.before_request);
}

bool WitnessMaker::Confirm(const Claim& claim, Witness& witness) const {
  const bool loss = claim.question == Question::kLoss;
  const auto decide = [&](const Policy* policy, const Request& request) {
    if (policy == nullptr) return NothingBefore();
    if (claim.registered && !policy->program().world.FindPeer(request.peer)) {
      return NotRegistered(request.peer);
    }
    return policy->Decide(request);
  };
  witness.after = decide(&after_, loss ? witness.before_request : witness.request);
  const bool asked_after = Released(witness.after);
  const Vocabulary& vocabulary = *after_.vocabulary();
  if (claim.question == Question::kGuarantee) {
    if (!asked_after) return false;
    const CheckedGuarantee& guarantee = *claim.guarantee;
    const BoundRequest bound = after_.program().world.Bind(witness.request);
    if (!bound.action || ((guarantee.actions >> *bound.action) & 1) == 0) return false;
    if (!Holds(guarantee.to, bound, true) || !Holds(guarantee.items, bound, true)) return false;
    witness.fields.clear();
    if (!guarantee.seeing) return true;
    for (const std::string& field : ShownFields(witness.after.duties, vocabulary)) {
      if (guarantee.seeing->test(*vocabulary.fields()->Find(field))) {
        witness.fields.push_back(field);
      }
    }
    return !witness.fields.empty();
  }
  if (claim.question != Question::kLoss && !asked_after) return false;
  witness.before = decide(before_, loss ? witness.request : witness.before_request);
  const bool asked_before = Released(witness.before);
  if (claim.question == Question::kGain) return asked_after && !asked_before;
  if (claim.question == Question::kLoss) return asked_before && !asked_after;
  if (!asked_after || !asked_before) return false;
  const std::vector<std::string> old = ShownFields(witness.before.duties, vocabulary);
  witness.fields.clear();
  for (const std::string& field : ShownFields(witness.after.duties, vocabulary)) {
    if (std::find(old.begin(), old.end(), field) == old.end()) witness.fields.push_back(field);
  }
  witness.loosened = Loosened(witness.before.duties, witness.after.duties, vocabulary);
  return !witness.fields.empty() || !witness.loosened.empty();
}

template <typename Change>
bool WitnessMaker::Attempt(const Claim& claim, Witness& witness, Change change) const {
  Witness changed = witness;
  change(changed.request);
  change(changed.before_request);
  SetPeer(claim, changed);
  if (!Confirm(claim, changed)) return false;
  witness = std::move(changed);
  return true;
}

void WitnessMaker::DropAttributes(const Claim& claim, Witness& witness,
                                  Attributes Request::*part) const {
  const Attributes all = witness.request.*part;
  for (const auto& [name, value] : all.all()) {
    Attempt(claim, witness,
            [&](Request& request) { request.*part = Without(request.*part, name); });
  }
}

void WitnessMaker::ShrinkSets(const Claim& claim, Witness& witness,
                              Attributes Request::*part) const {
  const Attributes all = witness.request.*part;
  for (const auto& [name, value] : all.all()) {
    const auto* words = std::get_if<std::vector<std::string>>(&value);
    if (words == nullptr || words->size() < 2) continue;
    for (const std::string& word : *words) {
      Attempt(claim, witness, [&](Request& request) {
        const std::vector<std::string>* now = (request.*part).FindSet(name);
        if (now == nullptr) return;
        std::vector<std::string> fewer = *now;
        std::erase(fewer, word);
        (request.*part).SetSet(name, std::move(fewer));
      });
    }
  }
}

void WitnessMaker::Minimise(const Claim& claim, Witness& witness) const {
  if (!claim.registered) {
    Attempt(claim, witness, [&](Request& request) { request.peer = stranger_; });
  }
  DropAttributes(claim, witness, &Request::item);
  DropAttributes(claim, witness, &Request::context);
  ShrinkSets(claim, witness, &Request::item);
  if (claim.registered) return;
  DropAttributes(claim, witness, &Request::peer_attributes);
  ShrinkSets(claim, witness, &Request::peer_attributes);
}

std::optional<Witness> WitnessMaker::Make(const Point& point, const Claim& claim) const {
  Witness witness;
  witness.registered = claim.registered;
  witness.request = RequestOf(point, claim);
  witness.before_request = witness.request;
  SetPeer(claim, witness);
  if (!Confirm(claim, witness)) return std::nullopt;
  Minimise(claim, witness);
  witness.text = TextOf(claim, witness);
  return witness;
}

std::string WitnessMaker::TextOf(const Claim& claim, const Witness& witness) const {
  const Request& request = witness.request;
  std::string text = "peer   ";
  if (claim.registered) {
    absl::StrAppend(&text, request.peer);
  } else if (request.peer == stranger_) {
    absl::StrAppend(&text, "any peer with ", Shown(request.peer_attributes));
  } else {
    absl::StrAppend(&text, request.peer, ", if it had ", Shown(request.peer_attributes));
  }
  absl::StrAppend(&text, "\naction ", request.action, "\nitem   ", Shown(request.item));
  if (!request.context.all().empty()) {
    absl::StrAppend(&text, "\nwhere  ", Shown(request.context));
  }
  if (space_.StartsOf(space_.day()).size() > 1) {
    absl::StrAppend(&text, "\nday    ",
                    request.now == absl::InfinitePast() ? "unknown"
                                                        : absl::FormatCivilTime(absl::ToCivilDay(
                                                              request.now, absl::UTCTimeZone())));
  }
  if (!witness.fields.empty()) {
    absl::StrAppend(&text, "\n",
                    claim.question == Question::kGuarantee ? "seen:" : "newly visible:", " ",
                    absl::StrJoin(witness.fields, ", "));
  }
  if (!witness.loosened.empty()) {
    absl::StrAppend(&text, "\nloosened: ", absl::StrJoin(witness.loosened, "; "));
  }
  return text;
}

}  // namespace fairway::policy
