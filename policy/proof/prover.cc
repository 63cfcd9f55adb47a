#include "policy/proof/prover.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "policy/proof/box_words.h"

namespace fairway::policy {
namespace {

using Test = Literal::Test;

std::vector<const Program*> SidesOf(const Policy* before, const Policy& after) {
  if (before == nullptr) return {&after.program()};
  return {&before->program(), &after.program()};
}

bool SameValue(const Attributes& a, const Attributes& b) { return a.all() == b.all(); }

}  // namespace

Prover::Prover(const Policy* before, const Policy& after, const ProofLimits& limits)
    : before_policy_(before),
      after_policy_(after),
      limits_(limits),
      space_(SidesOf(before, after)),
      after_side_(before == nullptr ? 0 : 1),
      nothing_(space_.layout()),
      before_(before == nullptr ? Side(space_.layout()) : SideOf(space_, 0)),
      after_(SideOf(space_, after_side_)),
      witnesses_(space_, before, after, limits.first_day) {
  if (before_.too_hard || after_.too_hard) return;
  gain_.emplace(after_, before_);
  loss_.emplace(before_, after_);
}

Finding Prover::Never() const {
  Finding finding;
  finding.answer = Answer::kNever;
  return finding;
}

Prover::Scene Prover::Whole(const std::string& peer) {
  Scene scene(space_.Everything(limits_.first_day));
  scene.peer = peer;
  scene.before = &before_;
  scene.after = &after_;
  scene.gain = &*gain_;
  scene.loss = &*loss_;
  return scene;
}

Prover::Scene Prover::Anyone() {
  Scene scene = Whole("");
  if (before_policy_ != nullptr) {
    for (size_t who = 0; who <= space_.stranger() && !scene.floors_differ; ++who) {
      scene.floors_differ = FloorCompletion::MayDiffer(space_, who);
    }
  }
  return scene;
}

std::vector<std::string> Prover::PeerNames() const {
  std::set<std::string> names;
  for (size_t s = 0; s < space_.sides(); ++s) {
    for (const World::Peer& peer : space_.side(s).world.peers()) names.insert(peer.name);
  }
  return {names.begin(), names.end()};
}

bool Prover::PeersAreSame() const {
  if (before_policy_ == nullptr) return true;
  const auto& a = space_.side(0).world.peers();
  const auto& b = space_.side(1).world.peers();
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const World::Peer& x, const World::Peer& y) {
                      return x.name == y.name && x.country == y.country && x.groups == y.groups &&
                             SameValue(x.attributes, y.attributes);
                    });
}

std::optional<Prover::Scene> Prover::Registered(const std::string& name, bool loss) {
  const size_t from = loss ? 0 : after_side_;
  const World& world = space_.side(from).world;
  const auto index = world.FindPeer(name);
  if (!index) return std::nullopt;  // nothing is released to it on the side that would release
  Scene scene = Whole(name);
  const Point point = space_.PeerPoint(from, *index);
  if (!space_.NarrowToPeer(point, scene.region)) return std::nullopt;
  if (before_policy_ == nullptr) return scene;
  scene.floors_differ = FloorCompletion::MayDiffer(space_, point.CellOf(space_.who()));
  const World& other = space_.side(1 - from).world;
  const auto there = other.FindPeer(name);
  const bool same =
      there && SameValue(world.peers()[*index].attributes, other.peers()[*there].attributes);
  if (same) return scene;
  return Differing(name, std::move(scene));
}

// The sides say different things of the peer: each side's rules are reduced to what they say of the
// peer as that side has it, so that only items, circumstances and days are left.
Prover::Scene Prover::Differing(const std::string& name, Scene scene) {
  const auto narrowed = [&](size_t s, const Side& side, std::optional<size_t>& country,
                            std::optional<uint32_t>& lacking) -> std::shared_ptr<const Side> {
    const auto index = space_.side(s).world.FindPeer(name);
    if (!index) return std::make_shared<Side>(nothing_);
    const Point point = space_.PeerPoint(s, *index);
    const size_t link = space_.VariableOf("peer.link");
    if (point.CellOf(link) != *space_.CellOf(link, "active")) {
      return std::make_shared<Side>(nothing_);
    }
    country = point.CellOf(space_.VariableOf("peer.country"));
    lacking = kNeedsNoCopy;
    for (const auto& [control, need] : {std::pair("receipts", kNeedsReceipts),
                                        std::pair("encrypted-at-rest", kNeedsEncryption)}) {
      const std::optional<Literal> has = Control(control);
      if (!has || !point.Satisfies(*has)) *lacking |= need;
    }
    return std::make_shared<Side>(SideForPeer(space_, side, point));
  };
  scene.lacking_before = scene.lacking_after = kNeedsNoCopy;
  const auto before = narrowed(0, before_, scene.country_before, scene.lacking_before);
  const auto after = narrowed(1, after_, scene.country_after, scene.lacking_after);
  const auto gain = std::make_shared<Shared>(*after, *before);
  const auto back = std::make_shared<Shared>(*before, *after);
  scene.before = before.get();
  scene.after = after.get();
  scene.gain = gain.get();
  scene.loss = back.get();
  if (scene.country_before != scene.country_after) scene.floors_differ = true;
  scene.keep = {before, after, gain, back};
  return scene;
}

std::optional<Literal> Prover::Control(std::string_view name) {
  const auto attribute = after_policy_.vocabulary()->IndexOfAttribute("peer.controls");
  if (!attribute) return std::nullopt;
  const size_t variable = space_.VariableOf(*attribute);
  const std::optional<size_t> bit = space_.CellOf(variable, name);
  if (!bit) return std::nullopt;
  return Literal{static_cast<uint32_t>(variable), Test::kAny, space_.InternOne(variable, *bit)};
}

uint32_t Prover::AllNeeds(const Scene& scene) const {
  uint32_t needs = 0;
  for (const Side* side : {scene.before, scene.after}) {
    for (const DutyTerms& terms : side->terms) needs |= NeedsOf(terms);
  }
  return needs;
}

// P15 asks what the link can do only for duties that some rule brings; it never asks of accept.
std::vector<Prover::Part> Prover::Parts(const Scene& scene) {
  const uint32_t needs = AllNeeds(scene);
  if (needs == 0) return {{scene.region, 0, 0}};
  const auto actions = [&](auto wanted) {
    std::vector<uint64_t> mask(space_.layout()[space_.action()].words);
    const std::vector<std::string>& names = space_.NamesOf(space_.action());
    for (size_t i = 0; i < names.size(); ++i) {
      if (wanted(names[i])) SetBit(mask.data(), i);
    }
    return space_.Intern(space_.action(), mask);
  };
  const auto is_accept = [](const std::string& action) { return action == kActionAccept; };
  const auto keeps_nothing = [](const std::string& action) {
    return action == "discover" || action == "query";
  };
  std::vector<Part> parts;
  const auto add = [&](Region region, Mask mask, uint32_t lacking) {
    if (!region.Assert(space_.action(), Test::kIn, mask)) return;
    const auto on = [&](const std::optional<uint32_t>& fixed) {
      return fixed ? ((*fixed & ~kNeedsNoCopy) | (lacking & kNeedsNoCopy)) : lacking;
    };
    parts.push_back({std::move(region), on(scene.lacking_before), on(scene.lacking_after)});
  };
  Region accepting = scene.region;
  if (accepting.Assert(space_.action(), Test::kIn, actions(is_accept))) {
    parts.push_back({std::move(accepting), 0, 0});
  }
  // What of receipts and encryption is asked and not fixed: one part each with and without.
  std::vector<std::pair<Region, uint32_t>> links = {{scene.region, 0}};
  if (!scene.lacking_after) {
    for (const auto& [control, need] : {std::pair("receipts", kNeedsReceipts),
                                        std::pair("encrypted-at-rest", kNeedsEncryption)}) {
      if ((needs & need) == 0) continue;
      const std::optional<Literal> has = Control(control);
      std::vector<std::pair<Region, uint32_t>> split;
      for (const auto& [region, lacking] : links) {
        Region with = region;
        if (has && with.Assert(*has)) split.emplace_back(std::move(with), lacking);
        Region without = region;
        if (!has || without.Deny(*has)) split.emplace_back(std::move(without), lacking | need);
      }
      links = std::move(split);
    }
  }
  for (const auto& [region, lacking] : links) {
    add(region, actions(keeps_nothing), lacking);
    add(region, actions([&](const std::string& a) { return !is_accept(a) && !keeps_nothing(a); }),
        lacking | kNeedsNoCopy);
  }
  return parts;
}

const FloorCompletion& Prover::Floors(const Scene& scene, std::vector<size_t> holding,
                                      std::optional<size_t> failing) {
  if (!any_floors_) any_floors_.emplace(space_, std::vector<size_t>{}, std::nullopt);
  floors_.push_back(std::make_unique<FloorCompletion>(*any_floors_, std::move(holding), failing));
  if (scene.country_before) floors_.back()->SetCountry(0, *scene.country_before);
  if (scene.country_after) floors_.back()->SetCountry(after_side_, *scene.country_after);
  return *floors_.back();
}

void Prover::GainAsks(const Scene& scene, bool loss, Asks& asks) {
  const size_t here = loss ? 0 : after_side_;
  Claim claim{loss ? WitnessMaker::Question::kLoss : WitnessMaker::Question::kGain,
              !scene.peer.empty()};
  const FloorCompletion& floors = Floors(scene, {here}, std::nullopt);
  for (const Part& part : Parts(scene)) {
    Question question;
    const GoodTerms before = TermsKeptWithout(*scene.before, part.lacking_before);
    const GoodTerms after = TermsKeptWithout(*scene.after, part.lacking_after);
    question.here =
        loss ? Question::Releases{scene.before, before} : Question::Releases{scene.after, after};
    question.there =
        loss ? Question::Releases{scene.after, after} : Question::Releases{scene.before, before};
    question.shared = loss ? scene.loss : scene.gain;
    asks.push_back({part.region, &floors, question, claim, ""});
  }
  if (!scene.floors_differ) return;
  // What the rules release on both sides, but a floor held back on the other.
  claim.by_name = false;
  const FloorCompletion& failing = Floors(scene, {here}, 1 - here);
  for (const Part& part : Parts(scene)) {
    Question question;
    question.here =
        loss
            ? Question::Releases{scene.before, TermsKeptWithout(*scene.before, part.lacking_before)}
            : Question::Releases{scene.after, TermsKeptWithout(*scene.after, part.lacking_after)};
    asks.push_back({part.region, &failing, question, claim, ""});
  }
}

void Prover::FieldAsks(const Scene& scene, Asks& asks) {
  if (before_policy_ == nullptr) return;
  const Vocabulary& vocabulary = *after_policy_.vocabulary();
  const Claim claim{WitnessMaker::Question::kFields, !scene.peer.empty()};
  const std::vector<TermTest> tests = TermTests(*scene.before, *scene.after, vocabulary);
  if (tests.empty()) return;
  std::vector<size_t> holding = {0};
  if (scene.floors_differ) holding.push_back(1);
  const FloorCompletion& floors = Floors(scene, holding, std::nullopt);
  const size_t hops = space_.VariableOf("item.hops-left");
  const size_t originator = space_.VariableOf("item.originator");
  std::vector<uint64_t> ours(space_.layout()[originator].words);
  SetBit(ours.data(), space_.UnknownOf(originator));
  if (const auto self = space_.CellOf(originator, space_.side(0).world.self())) {
    SetBit(ours.data(), *self);
  }
  const Literal own = {static_cast<uint32_t>(originator), Test::kIn,
                       space_.Intern(originator, ours)};
  const auto at_least = [&](int64_t wanted, bool or_unknown) {
    std::vector<uint64_t> mask(space_.layout()[hops].words);
    const std::vector<int64_t>& starts = space_.StartsOf(hops);
    for (size_t cell = 0; cell < starts.size(); ++cell) {
      // More than kMaxHops count as kMaxHops.
      if (starts[cell] >= wanted) SetBit(mask.data(), cell);
    }
    if (or_unknown) SetBit(mask.data(), space_.UnknownOf(hops));
    return space_.Intern(hops, mask);
  };
  for (const Part& part : Parts(scene)) {
    const GoodTerms kept_before = TermsKeptWithout(*scene.before, part.lacking_before);
    const GoodTerms kept_after = TermsKeptWithout(*scene.after, part.lacking_after);
    for (const TermTest& test : tests) {
      Question question;
      question.here = {scene.after, Both(test.after, kept_after)};
      question.there = Question::Releases{scene.before, test.before};
      question.shared = scene.gain;
      question.there_may_forbid = false;
      question.also = Question::Releases{scene.before, kept_before};
      const std::string about = absl::StrCat(test.name, ": ");
      if (!test.hops) {
        asks.push_back({part.region, &floors, question, claim, about});
        continue;
      }
      // P6 hands on no more than what is left, one less if it was received.
      const bool beyond = *test.hops > kMaxHops;
      Region ours_left = part.region;
      const Mask none_bounds = at_least(INT64_MAX, true);
      if (ours_left.Assert(own) &&
          ours_left.Assert(hops, Test::kIn, beyond ? none_bounds : at_least(*test.hops, true))) {
        asks.push_back({std::move(ours_left), &floors, question, claim, about});
      }
      Region received = part.region;
      if (!beyond && received.Deny(own) &&
          received.Assert(hops, Test::kIn, at_least(*test.hops + 1, false))) {
        asks.push_back({std::move(received), &floors, question, claim, about});
      }
    }
  }
}

void Prover::GuaranteeAsks(const Scene& scene, const CheckedGuarantee& guarantee,
                           const std::vector<Cube>& cubes, Asks& asks) {
  const Claim claim{WitnessMaker::Question::kGuarantee, !scene.peer.empty(), &guarantee};
  const FloorCompletion& floors = Floors(scene, {after_side_}, std::nullopt);
  // Fields that no duty tells apart are one question.
  std::vector<GoodTerms> wanted;
  if (!guarantee.seeing) {
    wanted.push_back(GoodTerms(scene.after->terms.size(), true));
  } else {
    for (size_t field = 0; field < guarantee.seeing->size(); ++field) {
      if (!guarantee.seeing->test(field)) continue;
      GoodTerms showing = TermsShowing(*scene.after, field);
      if (std::find(wanted.begin(), wanted.end(), showing) == wanted.end()) {
        wanted.push_back(std::move(showing));
      }
    }
  }
  for (const Part& part : Parts(scene)) {
    const GoodTerms kept = TermsKeptWithout(*scene.after, part.lacking_after);
    for (const Cube& cube : cubes) {
      Region region = part.region;
      if (!region.Assert(cube)) continue;
      for (const GoodTerms& good : wanted) {
        Question question;
        question.here = {scene.after, Both(good, kept)};
        asks.push_back({region, &floors, question, claim, ""});
      }
    }
  }
}

void Prover::AddBoxes(Ask& ask, RegionSearch& search, Finding& finding) {
  for (;;) {
    const Cube box = CubeOf(space_, ask.question.Box(search));
    const std::string words = absl::StrCat(ask.about, InWords(space_, box));
    if (std::find(finding.boxes.begin(), finding.boxes.end(), words) == finding.boxes.end()) {
      if (finding.boxes.size() == limits_.boxes) {
        finding.more_boxes = true;
        return;
      }
      finding.boxes.push_back(words);
    }
    ask.question.StayOutOf(box);
    RegionSearch next(*ask.floors, limits_.box_nodes);
    const Result result = ask.question.Ask(ask.region, next);
    if (result == Result::kLimit) finding.more_boxes = true;
    if (result != Result::kFound) return;
    search = next;
  }
}

Finding Prover::Answered(Asks asks, size_t& work) {
  Finding finding = Never();
  for (Ask& ask : asks) {
    RegionSearch search(*ask.floors, work);
    const Result result = ask.question.Ask(ask.region, search);
    work = search.work_left();
    if (result == Result::kNone) continue;
    if (result == Result::kLimit) {
      if (finding.answer == Answer::kNever) finding.answer = Answer::kTooHard;
      finding.more_boxes = finding.answer == Answer::kFound;
      return finding;
    }
    if (!finding.witness) {
      finding.witness = witnesses_.Make(search.point(), ask.claim);
      if (!finding.witness) {
        status_ = absl::InternalError(
            "a proof found a case that the policy itself decides otherwise; nothing was proved");
        return TooHard();
      }
      finding.answer = Answer::kFound;
    }
    if (limits_.boxes == 0) return finding;
    AddBoxes(ask, search, finding);
    if (finding.more_boxes) return finding;
  }
  return finding;
}

Finding Prover::OverPeers(const std::function<void(const Scene&, Asks&)>& make, bool loss) {
  const size_t boxes = limits_.boxes;
  Finding all = Never();
  size_t work = limits_.nodes;
  for (const std::string& name : PeerNames()) {
    floors_.clear();
    const std::optional<Scene> scene = Registered(name, loss);
    if (!scene) continue;
    Asks asks;
    make(*scene, asks);
    Finding one = Answered(std::move(asks), work);
    if (!status_.ok()) return TooHard();
    if (one.answer == Answer::kNever) continue;
    if (one.answer == Answer::kFound) {
      all.peers.push_back(name);
      if (!all.witness) {
        all.witness = std::move(one.witness);
        for (const std::string& box : one.boxes) {
          all.boxes.push_back(absl::StrCat(name, " · ", box));
        }
        all.more_boxes = one.more_boxes;
        limits_.boxes = 0;  // of the others the name is enough
      } else {
        all.more_boxes = true;
      }
      all.answer = Answer::kFound;
    } else if (all.answer == Answer::kNever) {
      all.answer = Answer::kTooHard;
    }
    if (work == 0) {
      // Whoever comes after was not looked at.
      if (all.answer == Answer::kNever) all.answer = Answer::kTooHard;
      all.more_boxes = all.answer == Answer::kFound;
      break;
    }
  }
  limits_.boxes = boxes;
  return all;
}

Finding Prover::GainAnyone() {
  if (!gain_) return TooHard();
  floors_.clear();
  const Scene scene = Anyone();
  Asks asks;
  GainAsks(scene, false, asks);
  size_t work = limits_.nodes;
  return Answered(std::move(asks), work);
}

Finding Prover::GainRegistered(const Finding& anyone) {
  if (!gain_) return TooHard();
  if (anyone.answer == Answer::kNever && PeersAreSame()) return Never();
  return OverPeers([&](const Scene& scene, Asks& asks) { GainAsks(scene, false, asks); }, false);
}

Finding Prover::LossRegistered() {
  if (before_policy_ == nullptr) return Never();
  if (!gain_) return TooHard();
  if (PeersAreSame()) {
    floors_.clear();
    const Scene scene = Anyone();
    Asks asks;
    GainAsks(scene, true, asks);
    size_t work = limits_.nodes;
    const size_t boxes = std::exchange(limits_.boxes, 0);
    const Finding anyone = Answered(std::move(asks), work);
    limits_.boxes = boxes;
    if (anyone.answer == Answer::kNever) return anyone;
  }
  return OverPeers([&](const Scene& scene, Asks& asks) { GainAsks(scene, true, asks); }, true);
}

Finding Prover::FieldsAnyone() {
  if (before_policy_ == nullptr) return Never();
  if (!gain_) return TooHard();
  floors_.clear();
  const Scene scene = Anyone();
  Asks asks;
  FieldAsks(scene, asks);
  size_t work = limits_.nodes;
  return Answered(std::move(asks), work);
}

Finding Prover::FieldsRegistered(const Finding& anyone) {
  if (before_policy_ == nullptr) return Never();
  if (!gain_) return TooHard();
  if (anyone.answer == Answer::kNever && PeersAreSame()) return Never();
  return OverPeers([&](const Scene& scene, Asks& asks) { FieldAsks(scene, asks); }, false);
}

std::vector<GuaranteeFinding> Prover::Guarantees() {
  std::vector<GuaranteeFinding> findings;
  for (const CheckedGuarantee& guarantee : after_policy_.program().guarantees) {
    GuaranteeFinding finding;
    finding.name = guarantee.name;
    finding.line = guarantee.line;
    finding.text = guarantee.text;
    const std::optional<std::vector<Cube>> cubes = space_.CubesOf(after_side_, guarantee);
    if (cubes && gain_) {
      floors_.clear();
      const Scene scene = Anyone();
      Asks asks;
      GuaranteeAsks(scene, guarantee, *cubes, asks);
      size_t work = limits_.nodes;
      finding.anyone = Answered(std::move(asks), work);
      finding.registered = Never();
      if (finding.anyone.answer != Answer::kNever) {
        finding.registered = OverPeers(
            [&](const Scene& peer, Asks& into) { GuaranteeAsks(peer, guarantee, *cubes, into); },
            false);
      }
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace fairway::policy
