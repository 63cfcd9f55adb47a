// What goes wrong in a world.
#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "node/wire/feed_codec.h"
#include "node/wire/frame.h"
#include "tests/simulation/officer.h"
#include "tests/simulation/world.h"

namespace fairway::simulation {
namespace {

// Spoils one rendition in one of the ways in which an item can be wrong.
void Spoil(Random& random, wire::Rendition& rendition) {
  const auto flip = [&random](std::string& bytes) {
    if (!bytes.empty())
      bytes[random.Below(bytes.size())] ^= static_cast<char>(1 + random.Below(255));
  };
  switch (random.Below(5)) {
    case 0:
      flip(rendition.signed_item);
      return;
    case 4:
      flip(rendition.recall_before.empty() ? rendition.signed_item : rendition.recall_before);
      return;
    case 1:
      if (!rendition.parts.empty()) rendition.parts.pop_back();
      return;
    case 2:
      rendition.signed_item.resize(rendition.signed_item.size() / 2);
      return;
    default:
      if (!rendition.parts.empty()) {
        flip(rendition.parts[random.Below(rendition.parts.size())].bytes);
      }
  }
}

}  // namespace

void World::FaultTick() {
  if (!chaos_) return;
  schedule_.After(nature_.Around(plan_.between_faults), [this] { FaultTick(); });
  const size_t node = nature_.Below(nodes_.size());
  switch (nature_.Below(4)) {
    case 0:
      if (plan_.partitions) return Partition();
      [[fallthrough]];
    case 1:
      if (plan_.clocks) return FaultOfClock(node);
      [[fallthrough]];
    default:
      if (nodes_[node]->up()) FaultAtDisk(node);
  }
}

// The disk fills up while the officer works, and what was sent must come back all the same (I21).
void World::FillDisk(size_t node) {
  SimNode& at = *nodes_[node];
  const std::vector<KnownItem> own = ItemsOf(node);
  if (own.empty() || at.database().health().ballast_bytes < SimNode::kBallastBytes / 2) return;
  at.disk().HealFaults();
  at.disk().LimitFreeBytes(nature_.Below(100'000));
  absl::Status full;
  for (int i = 0; i < 40 && full.ok() && !at.disk().crashed(); ++i) {
    const model::Draft draft = RandomDraft(people_, PeerNames(node), at.clock().Now());
    const auto published = at.Publish(draft);
    full = published.status();
    if (!published.ok()) continue;
    invariants_->Acknowledge(node, published->object);
    items_.push_back({node, published->item, draft.kind});
  }
  if (!absl::IsResourceExhausted(full)) return;
  const absl::Status recalled =
      RecallOne(node, nature_.Pick(own), nature_.Pick(model::AllRecallGrades()));
  tally_.Operation("recall on a full disk");
  if (absl::IsResourceExhausted(recalled) || absl::IsUnavailable(recalled)) {
    invariants_->FailOfFullDisk(
        node, absl::StrCat("cannot recall on a full disk: ", recalled.ToString()));
  }
}

void World::FaultAtDisk(size_t node) {
  FaultVfs& disk = nodes_[node]->disk();
  Disturb(node);
  const uint64_t dice = nature_.Below(10);
  if (dice < 3 && plan_.eio) {
    const bool sticky = nature_.Chance(0.3);
    if (nature_.Chance(0.25)) {
      disk.FailRead(1 + nature_.Below(20));
    } else {
      disk.FailOperation(1 + nature_.Below(60), sticky);
    }
    Say(absl::StrCat("the disk of ", nodes_[node]->name(), " begins to fail"));
    if (sticky) {
      schedule_.After(nature_.Between(absl::Seconds(1), absl::Seconds(15)),
                      [&disk] { disk.HealFaults(); });
    }
  } else if (dice < 5 && plan_.disk_full) {
    Say(absl::StrCat("the disk of ", nodes_[node]->name(), " fills up"));
    if (nature_.Chance(0.6)) {
      FillDisk(node);
    } else {
      disk.LimitFreeBytes(nature_.Below(200'000));
    }
    schedule_.After(nature_.Between(absl::Seconds(1), absl::Seconds(15)),
                    [&disk] { disk.HealFaults(); });
  } else if (plan_.crashes_at_writes) {
    disk.CrashAtOperation(1 + nature_.Below(80));
    Say(absl::StrCat(nodes_[node]->name(), " is about to crash"));
  } else {
    disk.CrashNow();  // between two events
  }
}

void World::FaultOfClock(size_t node) {
  SimClock& clock = nodes_[node]->clock();
  Disturb(node);
  const bool forward = nature_.Chance(0.5);
  const absl::Duration most = nature_.Chance(0.3) ? absl::Hours(24 * 365) : absl::Hours(2);
  const absl::Duration jump = nature_.Between(absl::Seconds(1), most);
  clock.SetError(clock.error() + (forward ? jump : -jump));
  tally_.Fault(forward ? "clock forward" : "clock backward");
  Say(absl::StrCat("the clock of ", nodes_[node]->name(),
                   forward ? " jumps forward " : " jumps back ", absl::FormatDuration(jump)));
}

void World::Partition() {
  const size_t a = nature_.Below(nodes_.size());
  size_t b = nature_.Below(nodes_.size() - 1);
  if (b >= a) ++b;
  const bool both = nature_.Chance(0.6);
  const std::string from = nodes_[a]->id();
  const std::string to = nodes_[b]->id();
  network_.Cut(from, to);
  if (both) network_.Cut(to, from);
  tally_.Fault(both ? "partition" : "one-way partition");
  Say(absl::StrCat("cut between ", nodes_[a]->name(), " and ", nodes_[b]->name(),
                   both ? "" : ", one way"));
  schedule_.After(nature_.Around(absl::Seconds(15)), [this, from, to] {
    network_.Mend(from, to);
    network_.Mend(to, from);
  });
}

void World::TamperWith(size_t, size_t to, std::string& frame) {
  if (!chaos_ || !plan_.tampering || !nature_.Chance(0.02)) return;
  absl::StatusOr<wire::Frame> decoded = wire::DecodeFrame(frame);
  if (!decoded.ok()) return;
  auto* batch = std::get_if<wire::BatchFrame>(&*decoded);
  if (batch == nullptr || batch->renditions.empty()) return;
  wire::Rendition& rendition = batch->renditions[nature_.Below(batch->renditions.size())];
  invariants_->Tampered(to, rendition.object);
  Spoil(nature_, rendition);
  frame = wire::EncodeFrame(*decoded);
  const auto records = wire::DecodeFeedBatch(batch->batch.body);
  const bool recall = records.ok() && std::any_of(records->records.begin(), records->records.end(),
                                                  [&rendition](const model::FeedRecord& record) {
                                                    return record.object == rendition.object &&
                                                           record.op == model::Op::kRecall;
                                                  });
  tally_.Fault(recall ? "recall tampered with" : "rendition tampered with");
  Say(absl::StrCat("a rendition to ", nodes_[to]->name(), " is tampered with"));
}

uint64_t World::FaultsFired() const {
  uint64_t fired = tally_.faults();
  for (const auto& node : nodes_) {
    const DiskCounts& c = node->disk().counts();
    fired += c.lost_writes + c.torn_writes + c.eio_once + c.eio_sticky + c.eio_read + c.enospc;
  }
  const NetworkCounts& n = network_.counts();
  return fired + n.links_broken + n.links_timed_out + n.frames_lost + n.delayed + n.dropped +
         n.duplicated + n.reordered + n.replayed;
}

void World::CountFaults() {
  for (const auto& node : nodes_) {
    const DiskCounts& c = node->disk().counts();
    tally_.Fault("write lost", c.lost_writes);
    tally_.Fault("write torn", c.torn_writes);
    tally_.Fault("EIO once", c.eio_once);
    tally_.Fault("EIO sticky", c.eio_sticky);
    tally_.Fault("EIO on read", c.eio_read);
    tally_.Fault("disk full", c.enospc);
  }
  const NetworkCounts& n = network_.counts();
  tally_.Fault("link broken", n.links_broken);
  tally_.Fault("link timed out", n.links_timed_out);
  tally_.Fault("frame lost with its link", n.frames_lost);
  tally_.Fault("dial failed", n.dials_failed);
  tally_.Fault("frame delayed", n.delayed);
  tally_.Fault("frame dropped", n.dropped);
  tally_.Fault("frame duplicated", n.duplicated);
  tally_.Fault("frame reordered", n.reordered);
  tally_.Fault("frame replayed", n.replayed);
}

}  // namespace fairway::simulation
