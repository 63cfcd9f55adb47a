// What officers and administrators of a world do.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "node/model/enums.h"
#include "tests/simulation/officer.h"
#include "tests/simulation/world.h"

namespace fairway::simulation {
namespace {

std::string Answer(const absl::Status& status) {
  return status.ok() ? "" : absl::StrCat(" - ", std::string(status.message()));
}

// An error that the person caused: nothing has happened, and that is certain.
bool Refused(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInvalidArgument ||
         status.code() == absl::StatusCode::kFailedPrecondition ||
         status.code() == absl::StatusCode::kNotFound ||
         status.code() == absl::StatusCode::kResourceExhausted;
}

}  // namespace

void World::OfficerTick() {
  if (!chaos_) return;
  schedule_.After(people_.Around(plan_.between_operations), [this] { OfficerTick(); });
  const std::optional<size_t> node = RandomUpNode();
  if (!node) return;
  if (people_.Chance(0.05)) CheckExpiry();
  const uint64_t dice = people_.Below(100);
  if (dice < 42) {
    PublishOne(*node, RandomDraft(people_, PeerNames(*node), nodes_[*node]->clock().Now()));
  } else if (dice < 47) {
    PublishSome(*node);
  } else if (dice < 60) {
    ReviseSome(*node);
  } else if (dice < 69) {
    RecallSome(*node);
  } else if (dice < 73) {
    const model::Draft bad = BadDraft(people_, PeerNames(*node), nodes_[*node]->clock().Now());
    const auto published = nodes_[*node]->Publish(bad);
    tally_.Operation("publish refused");
    Say(absl::StrCat(nodes_[*node]->name(), " refuses a draft", Answer(published.status())));
    if (published.ok()) invariants_->FailBadDraft(*node, bad.title);
  } else if (dice < 74) {
    LetGo(*node);
  } else if (dice < 80) {
    ChangePolicy(*node);
  } else if (dice < 89) {
    ChangePeer(*node);
  } else {
    Look(*node);
  }
}

void World::PublishOne(size_t node, const model::Draft& draft) {
  const auto published = nodes_[node]->Publish(draft);
  tally_.Operation(absl::StrCat("publish ", std::string(model::ToText(draft.kind))));
  if (!draft.attachments.empty()) tally_.Operation("publish with attachments");
  if (draft.not_after && *draft.not_after - nodes_[node]->clock().Now() <= kShortTime) {
    tally_.Operation("publish for a short time");
  }
  Say(absl::StrCat(nodes_[node]->name(), " publishes a ", std::string(model::ToText(draft.kind)),
                   ", ", model::Marking(*draft.tlp),
                   published.ok() ? absl::StrCat(" as ", published->ref) : "",
                   Answer(published.status())));
  if (!published.ok()) return;
  invariants_->Acknowledge(node, published->object);
  items_.push_back({node, published->item, draft.kind});
}

void World::PublishSome(size_t node) {
  tally_.Operation("publish at once");
  const uint64_t n = 3 + people_.Below(6);
  for (uint64_t i = 0; i < n && nodes_[node]->up() && !nodes_[node]->disk().crashed(); ++i) {
    PublishOne(node, RandomDraft(people_, PeerNames(node), nodes_[node]->clock().Now()));
  }
}

std::vector<World::KnownItem> World::ItemsOf(size_t node) const {
  std::vector<KnownItem> own;
  for (const KnownItem& item : items_) {
    if (item.node == node) own.push_back(item);
  }
  return own;
}

void World::RecallSome(size_t node) {
  const std::vector<KnownItem> own = ItemsOf(node);
  if (own.empty()) return;
  // Mostly late enough that it is everywhere, at times so early that the recall overtakes the item.
  const size_t late = people_.Chance(0.7) ? 20 : 2;
  const KnownItem item = own[own.size() - 1 - people_.Below(std::min(own.size(), late))];
  const model::RecallGrade grade = people_.Pick(model::AllRecallGrades());
  if (!RecallOne(node, item, grade).ok() || grade != model::RecallGrade::kCorrect) return;
  if (people_.Chance(0.6)) ReviseOne(node, item, people_.Chance(0.3) ? 2 : 1);
}

absl::Status World::RecallOne(size_t node, const KnownItem& item, model::RecallGrade grade) {
  const model::RecallReason reason = people_.Chance(0.5) ? model::RecallReason::kSourceProtection
                                                         : model::RecallReason::kSentInError;
  const auto recalled = nodes_[node]->Recall(item.item, grade, reason);
  const std::string word(model::ToText(grade));
  tally_.Operation(recalled.ok() || !Refused(recalled.status()) ? absl::StrCat("recall ", word)
                                                                : "recall refused");
  Say(absl::StrCat(
      nodes_[node]->name(), " recalls (", word, ")",
      recalled.ok() ? absl::StrCat(" ", recalled->ref, " from ", recalled->peers.size(), " peers")
                    : "",
      Answer(recalled.status())));
  if (recalled.ok()) invariants_->AcknowledgeRecall(node, recalled->statement);
  return recalled.status();
}

void World::ReviseSome(size_t node) {
  const std::vector<KnownItem> own = ItemsOf(node);
  if (own.empty()) return;
  // The latest items, so that revisions overtake each other on the way.
  const KnownItem item = own[own.size() - 1 - people_.Below(std::min<size_t>(own.size(), 6))];
  ReviseOne(node, item, people_.Chance(0.3) ? 2 : 1);
}

void World::ReviseOne(size_t node, const KnownItem& item, uint64_t times) {
  for (uint64_t i = 0; i < times && !nodes_[node]->disk().crashed(); ++i) {
    model::Draft draft = RandomDraft(people_, PeerNames(node), nodes_[node]->clock().Now());
    draft.kind = item.kind;
    if (draft.kind != model::Kind::kLesson) draft.lessons.clear();
    const auto revised = nodes_[node]->Revise(item.item, draft);
    tally_.Operation(i == 0 ? "revise" : "revise again");
    Say(absl::StrCat(nodes_[node]->name(), " revises",
                     revised.ok() ? absl::StrCat(" ", revised->ref, " to ", revised->revision) : "",
                     Answer(revised.status())));
    if (revised.ok()) invariants_->Acknowledge(node, revised->object);
  }
}

void World::ChangePolicy(size_t node) {
  if (people_.Chance(0.2)) {
    const absl::Status status = nodes_[node]->ApplyPolicy("permit everything to everybody");
    tally_.Operation("apply bad policy");
    Say(absl::StrCat(nodes_[node]->name(), " refuses a policy", Answer(status)));
    if (status.ok()) invariants_->FailBadDraft(node, "a policy that cannot be read");
    return;
  }
  const std::string text = RandomPolicy(people_, PeerNames(node));
  Foresee(node, [&] { return nodes_[node]->PreviewPolicy(text); });
  const absl::Status status = nodes_[node]->ApplyPolicy(text);
  tally_.Operation("apply policy");
  Say(absl::StrCat(nodes_[node]->name(), " applies a policy", Answer(status)));
  // Whatever a node answers that died meanwhile, the policy may have been stored.
  const bool refused = Refused(status) && !nodes_[node]->disk().crashed();
  if (status.ok() || !refused) invariants_->ExpectPolicy(node, text, status.ok());
  Changed(node, status.ok());
}

// Not before each change: a preview costs about as much as the change.
void World::Foresee(size_t node,
                    const std::function<absl::StatusOr<Invariants::Foreseen>()>& preview) {
  if (!people_.Chance(0.4)) return;
  absl::StatusOr<Invariants::Foreseen> foreseen = preview();
  tally_.Operation("foresee");
  Say(absl::StrCat(nodes_[node]->name(), " previews a change",
                   foreseen.ok() ? absl::StrCat(": ", foreseen->gains.size(), " gains") : "",
                   Answer(foreseen.status())));
  if (foreseen.ok()) invariants_->Foresee(node, *std::move(foreseen), nodes_[node]->clock().Now());
}

void World::Changed(size_t node, bool certain) {
  if (nodes_[node]->disk().crashed()) certain = false;
  FaultVfs::Observer observer(nodes_[node]->disk());
  invariants_->Changed(node, certain, nodes_[node]->database());
}

void World::LetGo(size_t node) {
  const absl::Status status = nodes_[node]->LetGo();
  tally_.Operation(absl::IsNotFound(status) ? "nothing to let go" : "let go");
  Say(absl::StrCat(nodes_[node]->name(), " lets something go", Answer(status)));
}

void World::ChangePeer(size_t node) {
  size_t peer = people_.Below(nodes_.size() - 1);
  if (peer >= node) ++peer;
  if (suspended_[node][peer] || people_.Chance(0.4)) {
    SetState(node, peer,
             suspended_[node][peer] ? model::PeerState::kActive : model::PeerState::kSuspended);
    return;
  }
  const model::PeerAttributes attributes = RandomPeerAttributes(people_);
  Foresee(node, [&] { return nodes_[node]->PreviewAttributes(*nodes_[peer], attributes); });
  const absl::Status status = nodes_[node]->SetAttributes(*nodes_[peer], attributes);
  tally_.Operation("set attributes");
  Say(absl::StrCat(nodes_[node]->name(), " sets attributes of ", nodes_[peer]->name(),
                   Answer(status)));
  if (status.ok() || !Refused(status)) {
    invariants_->ExpectAttributes(node, nodes_[peer]->identity().id, attributes, status.ok());
  }
  Changed(node, status.ok());
}

void World::SetState(size_t node, size_t peer, model::PeerState state) {
  const bool suspend = state == model::PeerState::kSuspended;
  const absl::Status status = nodes_[node]->SetState(*nodes_[peer], state);
  tally_.Operation(suspend ? "suspend peer" : "resume peer");
  Say(absl::StrCat(nodes_[node]->name(), suspend ? " suspends " : " resumes ", nodes_[peer]->name(),
                   Answer(status)));
  if (status.ok() || !Refused(status)) {
    invariants_->ExpectState(node, nodes_[peer]->identity().id, state, status.ok());
  }
  // Not sure is as good as suspended: it will be resumed once more.
  suspended_[node][peer] = suspend || !status.ok();
}

void World::Look(size_t node) {
  SimNode& at = *nodes_[node];
  switch (people_.Below(4)) {
    case 0:
      tally_.Operation("sign checkpoint");
      Say(absl::StrCat(at.name(), " signs its log", Answer(at.SignCheckpoint())));
      return;
    case 1:
      tally_.Operation("preview");
      Say(absl::StrCat(
          at.name(), " previews",
          Answer(at.Preview(RandomDraft(people_, PeerNames(node), at.clock().Now())))));
      return;
    case 2: {
      if (items_.empty()) return;
      const KnownItem& known = people_.Pick(items_);
      tally_.Operation("where");
      Say(absl::StrCat(at.name(), " asks where",
                       Answer(at.Where(*nodes_[known.node], known.item))));
      return;
    }
    default:
      tally_.Operation("list");
      Say(absl::StrCat(at.name(), " lists", Answer(at.List())));
  }
}

}  // namespace fairway::simulation
