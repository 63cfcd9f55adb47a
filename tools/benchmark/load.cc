// What benchmark.py lets happen to nodes: officers publish, somebody watches what arrives. Prints
// one JSON object.
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "node/status/status_macros.h"
#include "node/store/feed_table.h"
#include "node/store/item_table.h"
#include "node/store/node_table.h"
#include "tools/benchmark/arguments.h"
#include "tools/benchmark/arrivals.h"
#include "tools/benchmark/bulletins.h"
#include "tools/benchmark/distribution.h"
#include "tools/benchmark/erasures.h"
#include "tools/benchmark/node_database.h"
#include "tools/benchmark/officers.h"
#include "tools/benchmark/unreachable_peers.h"

namespace fairway::benchmark {
namespace {

using nlohmann::json;

constexpr char kUsage[] =
    "load publish --data DIR --corpus DIR --count N [--first N] [--officers N] [--rate "
    "PER_SECOND]\n"
    "             [--permitted all|half] [--precedence routine|flash]\n"
    "             [--watch DIR --watch-key FILE [--after-arrivals N] [--wait SECONDS]]\n"
    "load watch --data DIR --key FILE --sender DIR --sender-key FILE --count N [--wait SECONDS]\n"
    "load recall --data DIR --corpus DIR --count N --first N --watch DIR,DIR --watch-key "
    "FILE,FILE\n"
    "load add-peers --data DIR --key FILE --count N [--first N]\n";

constexpr absl::Duration kPatience = absl::Seconds(60);

double Milliseconds(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }
double UnixSeconds(absl::Time time) { return absl::ToDoubleSeconds(time - absl::UnixEpoch()); }

absl::StatusOr<PublishOrder> OrderFrom(const Arguments& arguments) {
  PublishOrder order;
  order.data_dir = arguments.text("data");
  order.officers = arguments.number("officers", 1);
  order.first = arguments.number("first", 0);
  order.count = arguments.number("count", 1);
  order.per_second = static_cast<double>(arguments.number("rate", 0));
  order.all_permitted = arguments.text("permitted", "half") == "all";
  FAIRWAY_ASSIGN_OR_RETURN(order.precedence,
                           model::ParsePrecedence(arguments.text("precedence", "routine")));
  return order;
}

// Latencies until each published item that the receiver got was seen there.
void AddVisible(const std::vector<PublishedOne>& published,
                const std::map<std::string, absl::Time>& seen, json& result) {
  std::vector<double> from_begin, from_acknowledged;
  for (const PublishedOne& one : published) {
    const auto found = seen.find(one.item_id);
    if (found == seen.end()) continue;
    from_begin.push_back(Milliseconds(found->second - one.begun));
    from_acknowledged.push_back(Milliseconds(found->second - one.acknowledged));
  }
  result["visible_ms"] = Distribution(std::move(from_begin));
  result["visible_after_acknowledged_ms"] = Distribution(std::move(from_acknowledged));
}

absl::StatusOr<json> RunPublish(const Arguments& arguments) {
  FAIRWAY_ASSIGN_OR_RETURN(const PublishOrder order, OrderFrom(arguments));
  FAIRWAY_ASSIGN_OR_RETURN(const Bulletins bulletins,
                           Bulletins::FromFolder(arguments.text("corpus")));
  std::unique_ptr<store::Database> watched;
  std::unique_ptr<Arrivals> arrivals;
  if (arguments.has("watch")) {
    FAIRWAY_ASSIGN_OR_RETURN(
        watched, OpenNodeDatabase(arguments.text("watch"), arguments.text("watch-key")));
    arrivals = std::make_unique<Arrivals>(*watched);
  }
  const uint64_t after = arguments.number("after-arrivals", 0);
  const absl::Time patience = absl::Now() + kPatience;
  while (arrivals != nullptr && arrivals->count() < after && absl::Now() < patience) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  const size_t arrived_before = arrivals == nullptr ? 0 : arrivals->count();
  const absl::Time begun = absl::Now();
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<PublishedOne> published, Publish(order, bulletins));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begun);
  std::vector<double> acknowledged;
  for (const PublishedOne& one : published) {
    acknowledged.push_back(Milliseconds(one.acknowledged - one.begun));
  }
  json result = {{"published", published.size()},
                 {"seconds", seconds},
                 {"per_second", static_cast<double>(published.size()) / seconds},
                 {"begun", UnixSeconds(begun)},
                 {"acknowledged_ms", Distribution(std::move(acknowledged))}};
  if (arrivals == nullptr) return result;
  result["arrived_when_begun"] = arrived_before;
  result["arrived_when_published"] = arrivals->count();
  const size_t wanted =
      arrived_before + (order.all_permitted ? published.size() : published.size() / 2);
  const absl::Time deadline =
      absl::Now() + absl::Seconds(static_cast<int64_t>(arguments.number("wait", 30)));
  // Others may arrive too, so enough of them is no proof; the last ones are looked for by id below.
  while (arrivals->count() < wanted && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  absl::SleepFor(absl::Milliseconds(500));
  const std::map<std::string, absl::Time> seen = arrivals->Stop();
  FAIRWAY_RETURN_IF_ERROR(arrivals->status());
  AddVisible(published, seen, result);
  return result;
}

// When the first, and the last of `count` items were at the receiver, and when the sender had the
// receipts of all. Unix seconds; 0 = did not happen in time.
absl::StatusOr<json> RunWatch(const Arguments& arguments) {
  FAIRWAY_ASSIGN_OR_RETURN(const auto receiver,
                           OpenNodeDatabase(arguments.text("data"), arguments.text("key")));
  FAIRWAY_ASSIGN_OR_RETURN(
      const auto sender, OpenNodeDatabase(arguments.text("sender"), arguments.text("sender-key")));
  std::optional<store::NodeRow> node;
  uint64_t before = 0;
  FAIRWAY_RETURN_IF_ERROR(receiver->Read([&](store::ReadTxn& txn) -> absl::Status {
    FAIRWAY_ASSIGN_OR_RETURN(node, store::GetNode(txn));
    FAIRWAY_ASSIGN_OR_RETURN(before, store::LastRevisionId(txn));
    return absl::OkStatus();
  }));
  before = arguments.number("before", before);
  std::puts("ready");
  std::fflush(stdout);
  const uint64_t count = arguments.number("count", 1);
  const absl::Time deadline =
      absl::Now() + absl::Seconds(static_cast<int64_t>(arguments.number("wait", 120)));
  double first = 0, last = 0, receipted = 0;
  uint64_t here = 0;
  while (receipted == 0 && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(2));
    FAIRWAY_RETURN_IF_ERROR(receiver->Read([&](store::ReadTxn& txn) -> absl::Status {
      FAIRWAY_ASSIGN_OR_RETURN(here, store::LastRevisionId(txn));
      return absl::OkStatus();
    }));
    here -= before;
    const double now = UnixSeconds(absl::Now());
    if (here > 0 && first == 0) first = now;
    if (here < count) continue;
    if (last == 0) last = now;
    FAIRWAY_RETURN_IF_ERROR(sender->Read([&](store::ReadTxn& txn) -> absl::Status {
      FAIRWAY_ASSIGN_OR_RETURN(const std::optional<store::OutFeed> feed,
                               store::GetOutFeed(txn, node->authority));
      if (feed.has_value() && feed->acked_seq == feed->position.last_seq) receipted = now;
      return absl::OkStatus();
    }));
  }
  return json{{"arrived", here}, {"first", first}, {"last", last}, {"receipted", receipted}};
}

// Bulletins are published and, once they are everywhere, recalled: how long until the last of the
// watched nodes has erased each.
absl::StatusOr<json> RunRecall(const Arguments& arguments) {
  FAIRWAY_ASSIGN_OR_RETURN(PublishOrder order, OrderFrom(arguments));
  order.all_permitted = true;
  FAIRWAY_ASSIGN_OR_RETURN(const Bulletins bulletins,
                           Bulletins::FromFolder(arguments.text("corpus")));
  const std::vector<std::string> folders = absl::StrSplit(arguments.text("watch"), ',');
  const std::vector<std::string> keys = absl::StrSplit(arguments.text("watch-key"), ',');
  std::vector<std::unique_ptr<store::Database>> nodes;
  std::vector<std::unique_ptr<Arrivals>> arrivals;
  for (size_t i = 0; i < folders.size(); ++i) {
    FAIRWAY_ASSIGN_OR_RETURN(auto database, OpenNodeDatabase(folders[i], keys.at(i)));
    nodes.push_back(std::move(database));
    arrivals.push_back(std::make_unique<Arrivals>(*nodes.back()));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<PublishedOne> published, Publish(order, bulletins));
  const absl::Time deadline = absl::Now() + kPatience;
  const auto wait_for_all = [&](auto& watchers) {
    for (const auto& watcher : watchers) {
      while (watcher->count() < published.size() && absl::Now() < deadline) {
        absl::SleepFor(absl::Milliseconds(2));
      }
    }
  };
  wait_for_all(arrivals);
  arrivals.clear();
  std::vector<std::unique_ptr<Erasures>> erasures;
  for (const auto& node : nodes) {
    erasures.push_back(std::make_unique<Erasures>(*node, published.size()));
  }
  FAIRWAY_ASSIGN_OR_RETURN(const std::vector<RecalledOne> recalled,
                           Recall(order.data_dir, published, absl::Milliseconds(20)));
  wait_for_all(erasures);
  std::map<std::string, std::vector<absl::Time>> erased_at;
  for (const auto& each : erasures) {
    for (const auto& [item, when] : each->Stop()) erased_at[item].push_back(when);
    FAIRWAY_RETURN_IF_ERROR(each->status());
  }
  std::vector<double> acknowledged, erased;
  for (const RecalledOne& one : recalled) {
    acknowledged.push_back(Milliseconds(one.acknowledged - one.begun));
    const std::vector<absl::Time>& times = erased_at[one.item_id];
    if (times.size() < nodes.size()) continue;
    erased.push_back(Milliseconds(*std::max_element(times.begin(), times.end()) - one.begun));
  }
  return json{{"recalled", recalled.size()},
              {"peers", nodes.size()},
              {"acknowledged_ms", Distribution(std::move(acknowledged))},
              {"erased_everywhere_ms", Distribution(std::move(erased))}};
}

absl::StatusOr<json> RunAddPeers(const Arguments& arguments) {
  FAIRWAY_ASSIGN_OR_RETURN(const auto database,
                           OpenNodeDatabase(arguments.text("data"), arguments.text("key")));
  const uint64_t count = arguments.number("count", 1);
  FAIRWAY_RETURN_IF_ERROR(AddUnreachablePeers(*database, arguments.number("first", 0), count));
  return json{{"added", count}};
}

absl::StatusOr<json> Run(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  FAIRWAY_ASSIGN_OR_RETURN(const Arguments arguments, Arguments::Parse(argc, argv, 2));
  if (command == "publish") return RunPublish(arguments);
  if (command == "watch") return RunWatch(arguments);
  if (command == "recall") return RunRecall(arguments);
  if (command == "add-peers") return RunAddPeers(arguments);
  return absl::InvalidArgumentError(kUsage);
}

}  // namespace
}  // namespace fairway::benchmark

int main(int argc, char** argv) {
  const auto result = fairway::benchmark::Run(argc, argv);
  if (!result.ok()) {
    std::fprintf(stderr, "load: %s\n", std::string(result.status().message()).c_str());
    return 1;
  }
  std::puts(result->dump().c_str());
  return 0;
}
