#include "tests/simulation/twins.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "crypto/digest.h"
#include "node/model/draft.h"
#include "node/model/feed.h"
#include "node/model/recall.h"
#include "node/wire/feed_codec.h"
#include "node/wire/frame.h"
#include "tests/simulation/officer.h"
#include "tests/simulation/random.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/sim_network.h"
#include "tests/simulation/sim_node.h"

namespace fairway::simulation {
namespace {

constexpr size_t kNodes = 3;
constexpr size_t kObserver = 2;
constexpr const char* kNames[kNodes] = {"rio-port", "mombasa-port", "barbados-border"};
constexpr const char* kCountries[kNodes] = {"BR", "KE", "BB"};
constexpr size_t kMoments = 60;
constexpr uint64_t kMostHiddenAtOnce = 5;
constexpr absl::Duration kLinksUp = absl::Seconds(10);
// Far from the turn of a second at the beginning, so that what follows falls into the same one.
constexpr absl::Duration kIntoTheSecond = absl::Milliseconds(200);
constexpr absl::Duration kSettles = absl::Seconds(60);
const absl::Time kStart = absl::FromUnixSeconds(1'780'000'000);

constexpr char kOpenPolicy[] =
    "policy \"Open\" version 1\n\n"
    "permit everything\n  to      any peer\n  may     replicate, redistribute\n"
    "  items   where item.tlp at most RED\n  because \"Twins\"\n";

struct Deed {
  enum Kind { kPublish, kRevise, kRecall, kPolicy, kAttributes, kLook, kRestart };
  Kind kind = kPublish;
  size_t number = 0;  // in the script, hidden ones included
  bool hidden = false;
  size_t node = 0;
  model::Draft draft;
  size_t of = 0;  // which deed published what is revised, recalled or looked at
  model::RecallGrade grade = model::RecallGrade::kWithdraw;
  std::string policy;
  size_t peer = 0;
  model::PeerAttributes attributes;
};

// What people do in one instant, in this order.
using Moment = std::vector<Deed>;

class ScriptWriter {
 public:
  ScriptWriter(uint64_t seed, Hidden hidden) : random_(seed), hidden_(hidden) {}

  std::vector<Moment> Write() {
    std::vector<Moment> script;
    for (size_t i = 0; i < kMoments; ++i) {
      Moment moment;
      Deed seen = Visible();
      const uint64_t around = random_.Chance(0.6) ? random_.Below(kMostHiddenAtOnce + 1) : 0;
      for (uint64_t k = 0; k < around; ++k) Add(moment, HiddenDeed());
      Add(moment, std::move(seen));
      script.push_back(std::move(moment));
    }
    return script;
  }

 private:
  void Add(Moment& moment, Deed deed) {
    deed.number = numbers_++;
    if (deed.kind == Deed::kPublish) (deed.hidden ? hidden_items_ : items_).push_back(deed);
    moment.push_back(std::move(deed));
  }

  std::vector<std::string> PeersOf(size_t node) const {
    std::vector<std::string> names;
    for (size_t i = 0; i < kNodes; ++i) {
      if (i != node) names.emplace_back(kNames[i]);
    }
    return names;
  }

  // A new draft for what `published` made, or nothing if there is none yet.
  std::optional<Deed> Revision(const std::vector<Deed>& published) {
    if (published.empty()) return std::nullopt;
    const Deed& first = random_.Pick(published);
    Deed deed;
    deed.kind = Deed::kRevise;
    deed.hidden = first.hidden;
    deed.node = first.node;
    deed.of = first.number;
    deed.draft = RandomDraft(random_, PeersOf(deed.node), kStart);
    deed.draft.kind = first.draft.kind;
    if (deed.draft.kind != model::Kind::kLesson) deed.draft.lessons.clear();
    return deed;
  }

  Deed RecallOf(const Deed& first) {
    Deed deed;
    deed.kind = Deed::kRecall;
    deed.node = first.node;
    deed.of = first.number;
    deed.grade = random_.Pick(model::AllRecallGrades());
    return deed;
  }

  Deed Visible() {
    Deed deed;
    deed.node = random_.Below(kNodes);
    const uint64_t dice = random_.Below(20);
    if (dice < 4) {
      if (std::optional<Deed> revision = Revision(items_)) return *std::move(revision);
    } else if (dice == 4) {
      deed.kind = Deed::kPolicy;
      deed.policy = random_.Chance(0.5) ? kOpenPolicy : RandomPolicy(random_, PeersOf(deed.node));
      return deed;
    } else if (dice == 5) {
      deed.kind = Deed::kAttributes;
      deed.peer = (deed.node + 1 + random_.Below(kNodes - 1)) % kNodes;
      deed.attributes = RandomPeerAttributes(random_);
      return deed;
    } else if (dice == 6) {
      deed.kind = Deed::kRestart;
      return deed;
    } else if (dice < 9 && !items_.empty()) {
      return RecallOf(random_.Pick(items_));
    }
    deed.draft = RandomDraft(random_, PeersOf(deed.node), kStart);
    return deed;
  }

  Deed HiddenDeed() {
    Deed deed;
    const uint64_t dice = random_.Below(10);
    if (dice == 8 && !hidden_items_.empty()) {
      deed = RecallOf(random_.Pick(hidden_items_));
      deed.hidden = true;
      return deed;
    }
    if (dice < 2 && !hidden_items_.empty()) {
      deed = *Revision(hidden_items_);
    } else {
      deed.node = random_.Below(kObserver);
      deed.draft = RandomDraft(random_, PeersOf(deed.node), kStart);
    }
    deed.hidden = true;
    if (dice == 9 && !items_.empty()) {
      deed.kind = Deed::kLook;
      deed.of = random_.Pick(items_).number;
      return deed;
    }
    Hide(deed);
    return deed;
  }

  // No policy can let it go to the observer now, and nobody else may pass it on.
  void Hide(Deed& deed) {
    model::Draft& draft = deed.draft;
    draft.onward = model::Onward::kNone;
    if (hidden_ == Hidden::kWithAMistake) {
      draft.tlp = model::Tlp::kClear;
      draft.named.clear();
      draft.not_releasable_to.clear();
      draft.releasable_to = {"ANY-MEMBER"};
    } else if (*draft.tlp == model::Tlp::kRed) {
      draft.named = {kNames[1 - deed.node]};
    } else {
      std::erase(draft.releasable_to, kNames[kObserver]);
      draft.not_releasable_to = {kNames[kObserver]};
    }
  }

  Random random_;
  const Hidden hidden_;
  size_t numbers_ = 0;
  std::vector<Deed> items_, hidden_items_;
};

// What a frame says, statement by statement, each to the byte. Left out: the time of day in a hello
// and how records are put into batches, with the signatures over these two.
std::vector<std::string> StatementsIn(const std::string& frame) {
  absl::StatusOr<wire::Frame> decoded = wire::DecodeFrame(frame);
  if (!decoded.ok()) return {frame};
  if (const auto* hello = std::get_if<wire::HelloFrame>(&*decoded)) {
    absl::StatusOr<model::Hello> said = wire::DecodeHello(hello->hello.body);
    if (!said.ok()) return {frame};
    said->now = absl::UnixEpoch();
    return {"hello " + wire::EncodeHello(*said)};
  }
  auto* batch = std::get_if<wire::BatchFrame>(&*decoded);
  if (batch == nullptr) return {frame};
  const absl::StatusOr<model::FeedBatch> records = wire::DecodeFeedBatch(batch->batch.body);
  if (!records.ok()) return {frame};
  std::vector<std::string> statements;
  for (const model::FeedRecord& record : records->records) {
    std::string statement =
        absl::StrCat("record of feed ", records->feed_id, " ", wire::EncodeFeedRecord(record));
    for (const wire::Rendition& rendition : batch->renditions) {
      if (rendition.object != record.object) continue;
      statement += wire::EncodeFrame(wire::BatchFrame{.batch = {}, .renditions = {rendition}});
    }
    statements.push_back(std::move(statement));
  }
  return statements;
}

std::string Describe(const std::string& statement) {
  if (statement.starts_with("hello ")) return "a hello";
  if (statement.starts_with("record ")) {
    return absl::StrCat("a record (", crypto::Hex(crypto::Sha256(statement).view()).substr(0, 8),
                        ")");
  }
  const absl::StatusOr<wire::Frame> decoded = wire::DecodeFrame(statement);
  if (!decoded.ok()) return "no frame";
  return std::holds_alternative<wire::ReceiptFrame>(*decoded) ? "a receipt"
                                                              : "a frame about attachments";
}

class Life {
 public:
  Life(uint64_t seed, const std::vector<Moment>& script, bool hidden_too, bool verbose)
      : script_(script),
        hidden_too_(hidden_too),
        verbose_(verbose),
        random_(seed),
        schedule_(kStart + kIntoTheSecond, random_.Fork("schedule")),
        network_(schedule_, random_.Fork("network")) {}

  ~Life() {
    for (auto& node : nodes_) node->Kill();
  }

  // By sender: the statements it handed over for the observer.
  std::vector<std::vector<std::string>> Run() {
    Build();
    for (size_t i = 0; i < script_.size(); ++i) {
      schedule_.After(kLinksUp + absl::Seconds(i), [this, i] {
        for (const Deed& deed : script_[i]) {
          if (hidden_too_ || !deed.hidden) Do(deed);
        }
      });
    }
    const absl::Time end = schedule_.now() + kLinksUp + absl::Seconds(script_.size()) + kSettles;
    while (schedule_.next() < end) schedule_.RunNext();
    return std::move(transcript_);
  }

  uint64_t renditions() const { return renditions_; }
  uint64_t renditions_elsewhere() const { return renditions_elsewhere_; }
  uint64_t hidden_items() const { return hidden_items_; }

 private:
  static void Must(const absl::Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "twins cannot be built: %s\n", status.ToString().c_str());
    std::abort();
  }

  void Build() {
    transcript_.resize(kNodes);
    Random people = random_.Fork("people");
    for (size_t i = 0; i < kNodes; ++i) {
      nodes_.push_back(
          std::make_unique<SimNode>(schedule_, network_, random_, i, kNames[i], kCountries[i]));
      Must(nodes_.back()->Initialise());
    }
    network_.SetWire([this](const std::string& from, const std::string& to,
                            const std::string& frame) { See(from, to, frame); });
    for (size_t i = 0; i < kNodes; ++i) {
      std::vector<SimNode::Introduction> peers;
      for (size_t k = 0; k < kNodes; ++k) {
        if (i != k) peers.push_back({nodes_[k].get(), RandomPeerAttributes(people), i < k});
      }
      Must(nodes_[i]->Introduce(peers));
    }
    for (auto& node : nodes_) {
      Must(node->Start());
      Must(node->ApplyPolicy(kOpenPolicy));
    }
  }

  void See(const std::string& from, const std::string& to, const std::string& frame) {
    const absl::StatusOr<wire::Frame> decoded = wire::DecodeFrame(frame);
    const auto* batch = decoded.ok() ? std::get_if<wire::BatchFrame>(&*decoded) : nullptr;
    const size_t renditions = batch == nullptr ? 0 : batch->renditions.size();
    if (to != nodes_[kObserver]->id()) {
      renditions_elsewhere_ += renditions;
      return;
    }
    renditions_ += renditions;
    for (std::string& statement : StatementsIn(frame)) {
      if (verbose_) {
        std::printf("  %s %10.6f %s\n", hidden_too_ ? "with   " : "without",
                    absl::ToDoubleSeconds(schedule_.now() - kStart), Describe(statement).c_str());
      }
      for (size_t i = 0; i < kNodes; ++i) {
        if (nodes_[i]->id() == from) transcript_[i].push_back(std::move(statement));
      }
    }
  }

  void Do(const Deed& deed) {
    SimNode& node = *nodes_[deed.node];
    const std::string point = absl::StrCat("deed ", deed.number);
    switch (deed.kind) {
      case Deed::kPublish: {
        node.RealignPublisher(point);
        const auto published = node.Publish(deed.draft);
        if (!published.ok()) return;
        items_[deed.number] = published->item;
        if (deed.hidden) ++hidden_items_;
        return;
      }
      case Deed::kRevise: {
        const auto known = items_.find(deed.of);
        if (known == items_.end()) return;
        node.RealignPublisher(point);
        if (node.Revise(known->second, deed.draft).ok() && deed.hidden) ++hidden_items_;
        return;
      }
      case Deed::kRecall: {
        const auto known = items_.find(deed.of);
        if (known == items_.end()) return;
        return (void)node.Recall(known->second, deed.grade, model::RecallReason::kLegal);
      }
      case Deed::kPolicy:
        return (void)node.ApplyPolicy(deed.policy);
      case Deed::kAttributes:
        return (void)node.SetAttributes(*nodes_[deed.peer], deed.attributes);
      case Deed::kLook: {
        const auto known = items_.find(deed.of);
        if (known != items_.end()) (void)node.Where(*nodes_[deed.node], known->second);
        (void)node.Preview(deed.draft);
        return (void)node.List();
      }
      case Deed::kRestart:
        node.Kill();
        node.disk().Restart(FaultVfs::Loss::kProcess);
        return Must(node.Start());
    }
  }

  const std::vector<Moment>& script_;
  const bool hidden_too_;
  const bool verbose_;
  Random random_;
  Schedule schedule_;
  SimNetwork network_;
  std::vector<std::unique_ptr<SimNode>> nodes_;
  std::map<size_t, model::ItemId> items_;  // by the deed that published it
  std::vector<std::vector<std::string>> transcript_;
  uint64_t renditions_ = 0;
  uint64_t renditions_elsewhere_ = 0;
  uint64_t hidden_items_ = 0;
};

}  // namespace

TwinResult RunTwins(uint64_t seed, Hidden hidden, bool verbose) {
  const Random random = Random(seed).Fork("twins");
  const std::vector<Moment> script = ScriptWriter(Random(random).Next(), hidden).Write();
  const uint64_t world = random.Fork("world").Next();
  TwinResult result;
  std::vector<std::vector<std::string>> without, with;
  uint64_t elsewhere = 0;
  {
    Life life(world, script, false, verbose);
    without = life.Run();
    result.renditions = life.renditions();
    elsewhere = life.renditions_elsewhere();
  }
  {
    Life life(world, script, true, verbose);
    with = life.Run();
    result.hidden_items = life.hidden_items();
    result.hidden_renditions = life.renditions_elsewhere() - elsewhere;
  }
  for (size_t from = 0; from < kNodes; ++from) {
    result.statements += without[from].size();
    const size_t common = std::min(without[from].size(), with[from].size());
    for (size_t i = 0; i < common && !result.difference; ++i) {
      if (without[from][i] == with[from][i]) continue;
      result.difference = absl::StrCat(
          kNames[kObserver], " is sent something else by ", kNames[from],
          " if there are items it may not have: statement ", i + 1, " is ",
          Describe(without[from][i]), " without them and ", Describe(with[from][i]), " with them");
    }
    if (without[from].size() != with[from].size() && !result.difference) {
      result.difference = absl::StrCat(
          kNames[kObserver], " is sent ", without[from].size(), " statements by ", kNames[from],
          " without items that it may not have, and ", with[from].size(), " with them");
    }
  }
  return result;
}

}  // namespace fairway::simulation
