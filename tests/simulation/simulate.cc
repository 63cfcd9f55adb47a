// Runs schedules: simulate [--seed N | --first N --count N] [--jobs N] [--verbose]
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/simulation/tally.h"
#include "tests/simulation/twins.h"
#include "tests/simulation/world.h"

namespace fairway::simulation {
namespace {

struct Options {
  uint64_t first = 1;
  uint64_t count = 1;
  uint64_t jobs = 1;
  bool verbose = false;
  bool fingerprints = false;
  bool stop_at_first = false;
  bool twins_only = false;
};

// Of how many schedules one has a pair of twins beside it.
constexpr uint64_t kTwinsEvery = 10;

constexpr char kUsage[] =
    "usage: simulate --seed N [--verbose]              replay one schedule\n"
    "       simulate --count N [--first N] [--jobs N]  run many; exit 1 if one breaks a promise,\n"
    "                                                  or if an operation or fault never happened\n"
    "       --twins           of one seed: only its pair of twins (I18)\n"
    "       --stop-at-first   end at the first schedule that fails\n"
    "       --fingerprints    print one for each schedule; equal seeds give equal ones\n";

bool ReadNumber(const char* text, uint64_t& out) {
  char* end = nullptr;
  out = std::strtoull(text, &end, 10);
  return end != text && *end == '\0';
}

bool ReadOptions(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto number = [&](uint64_t& out) { return ++i < argc && ReadNumber(argv[i], out); };
    if (word == "--verbose") {
      options.verbose = true;
    } else if (word == "--fingerprints") {
      options.fingerprints = true;
    } else if (word == "--stop-at-first") {
      options.stop_at_first = true;
    } else if (word == "--twins") {
      options.twins_only = true;
    } else if (word == "--seed") {
      if (!number(options.first)) return false;
      options.count = 1;
    } else if (word == "--first") {
      if (!number(options.first)) return false;
    } else if (word == "--count") {
      if (!number(options.count)) return false;
    } else if (word == "--jobs") {
      if (!number(options.jobs) || options.jobs == 0) return false;
    } else {
      return false;
    }
  }
  return true;
}

// What a worker found out, in a form that goes through a pipe.
struct Totals {
  uint64_t schedules = 0, failed = 0, crashes = 0, events = 0, simulated_seconds = 0;
  uint64_t frames = 0, renditions = 0, chunks = 0, receipts = 0, revisions = 0, releases = 0,
           leaves = 0, refused = 0, checkpoints = 0;
  uint64_t recalls_sent = 0, recalls = 0, erased = 0, expired = 0, clocks = 0, disclosed = 0,
           reached = 0;
  uint64_t foreseen = 0, gains = 0, bound = 0, delivered = 0, duties = 0;
  uint64_t twins = 0, twin_statements = 0, twin_renditions = 0, hidden = 0, hidden_renditions = 0;
  Tally tally;

  std::vector<uint64_t*> Numbers() {
    return {&schedules,
            &failed,
            &crashes,
            &events,
            &simulated_seconds,
            &frames,
            &renditions,
            &chunks,
            &receipts,
            &revisions,
            &releases,
            &leaves,
            &refused,
            &checkpoints,
            &recalls_sent,
            &recalls,
            &erased,
            &expired,
            &clocks,
            &disclosed,
            &reached,
            &twins,
            &twin_statements,
            &twin_renditions,
            &hidden,
            &hidden_renditions,
            &foreseen,
            &gains,
            &bound,
            &delivered,
            &duties};
  }
  void Add(Totals other) {
    const std::vector<uint64_t*> mine = Numbers(), theirs = other.Numbers();
    for (size_t i = 0; i < mine.size(); ++i) *mine[i] += *theirs[i];
    tally.Add(other.tally);
  }
  std::string ToText() {
    std::string text;
    for (const uint64_t* number : Numbers()) text += std::to_string(*number) + " ";
    return text + "\n" + tally.ToText();
  }
  static Totals FromText(const std::string& text) {
    Totals totals;
    const char* at = text.c_str();
    for (uint64_t* number : totals.Numbers()) {
      char* end = nullptr;
      *number = std::strtoull(at, &end, 10);
      at = end;
    }
    const size_t line = text.find('\n');
    if (line != std::string::npos) totals.tally = Tally::FromText(text.substr(line + 1));
    return totals;
  }
};

void Count(const Result& result, Totals& totals) {
  ++totals.schedules;
  if (result.violation) ++totals.failed;
  totals.crashes += result.crashes;
  totals.events += result.events;
  totals.simulated_seconds += absl::ToInt64Seconds(result.simulated);
  totals.frames += result.looked_at.frames;
  totals.renditions += result.looked_at.renditions;
  totals.chunks += result.looked_at.chunks;
  totals.receipts += result.looked_at.receipts;
  totals.revisions += result.looked_at.revisions;
  totals.releases += result.looked_at.releases;
  totals.leaves += result.looked_at.leaves;
  totals.refused += result.looked_at.refused_records;
  totals.checkpoints += result.looked_at.checkpoints;
  totals.recalls_sent += result.looked_at.recalls_sent;
  totals.recalls += result.looked_at.recalls;
  totals.erased += result.looked_at.erased;
  totals.expired += result.looked_at.expired;
  totals.clocks += result.looked_at.clocks;
  totals.disclosed += result.looked_at.disclosed;
  totals.reached += result.looked_at.reached;
  totals.foreseen += result.looked_at.foreseen;
  totals.gains += result.looked_at.gains;
  totals.bound += result.looked_at.bound;
  totals.delivered += result.looked_at.delivered;
  totals.duties += result.looked_at.duties;
  totals.tally.Add(result.tally);
}

void PrintFailure(const Result& result) {
  std::string text;
  for (const std::string& event : result.last_events) text += "    " + event + "\n";
  std::printf("seed %llu breaks %s: %s\n%s  replay: simulate --seed %llu --verbose\n",
              static_cast<unsigned long long>(result.seed), result.violation->invariant.c_str(),
              result.violation->what.c_str(), text.c_str(),
              static_cast<unsigned long long>(result.seed));
  std::fflush(stdout);
}

// False if they differ.
bool CompareTwins(const Options& options, uint64_t seed, Totals& totals) {
  const TwinResult result = RunTwins(seed, Hidden::kWell, options.verbose);
  ++totals.twins;
  totals.twin_statements += result.statements;
  totals.twin_renditions += result.renditions;
  totals.hidden += result.hidden_items;
  totals.hidden_renditions += result.hidden_renditions;
  if (!result.difference) return true;
  ++totals.failed;
  std::printf("seed %llu breaks I18: %s\n  replay: simulate --seed %llu --twins --verbose\n",
              static_cast<unsigned long long>(seed), result.difference->c_str(),
              static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  return false;
}

Totals Work(const Options& options, uint64_t worker) {
  Totals totals;
  for (uint64_t i = worker; i < options.count; i += options.jobs) {
    const uint64_t seed = options.first + i;
    if (options.twins_only || seed % kTwinsEvery == 0) {
      const bool same = CompareTwins(options, seed, totals);
      if (options.twins_only) ++totals.schedules;
      if (!same && options.stop_at_first) break;
    }
    if (options.twins_only) continue;
    World world(seed, options.verbose);
    const Result result = world.Run();
    Count(result, totals);
    if (options.fingerprints) {
      std::printf("seed %llu %s\n", static_cast<unsigned long long>(result.seed),
                  result.fingerprint.c_str());
      std::fflush(stdout);
    }
    if (result.violation) {
      PrintFailure(result);
      if (options.stop_at_first) break;
    }
  }
  return totals;
}

// One process for each job: a world is one thread, and two worlds share nothing.
Totals WorkInProcesses(const Options& options) {
  Totals totals;
  std::vector<std::pair<pid_t, int>> workers;
  for (uint64_t worker = 0; worker < options.jobs; ++worker) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    const pid_t pid = fork();
    if (pid == 0) {
      close(ends[0]);
      const std::string text = Work(options, worker).ToText();
      // Below what a pipe holds, so that no worker waits for the parent.
      const bool written = write(ends[1], text.data(), text.size()) >= 0;
      std::fflush(nullptr);
      _exit(written ? 0 : 1);
    }
    close(ends[1]);
    workers.emplace_back(pid, ends[0]);
  }
  for (const auto& [pid, end] : workers) {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = read(end, buffer, sizeof buffer)) > 0;) text.append(buffer, n);
    close(end);
    int status = 0;
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || text.empty()) {
      std::printf("a worker ended with status %d: see above for its seed\n", status);
      ++totals.failed;
      continue;
    }
    totals.Add(Totals::FromText(text));
  }
  return totals;
}

int Report(const Options& options, Totals totals, double seconds) {
  const auto u = [](uint64_t n) { return static_cast<unsigned long long>(n); };
  std::printf("%s", totals.tally.ToText().c_str());
  std::printf(
      "looked at %llu frames with %llu renditions, %llu chunks, %llu receipts; %llu revisions,\n"
      "%llu releases, %llu refused records, %llu audit leaves, %llu checkpoints\n",
      u(totals.frames), u(totals.renditions), u(totals.chunks), u(totals.receipts),
      u(totals.revisions), u(totals.releases), u(totals.refused), u(totals.leaves),
      u(totals.checkpoints));
  std::printf(
      "%llu schedules: %llu operations, %llu faults, %llu crashes, %llu events, %.1f simulated "
      "hours in %.1f s on %llu processes (%.2f s each)\n",
      u(totals.schedules), u(totals.tally.operations()), u(totals.tally.faults()),
      u(totals.crashes), u(totals.events), static_cast<double>(totals.simulated_seconds) / 3600,
      seconds, u(options.jobs),
      seconds * static_cast<double>(options.jobs) /
          static_cast<double>(totals.schedules == 0 ? 1 : totals.schedules));
  std::printf(
      "%llu recalls sent, %llu took effect at a node, %llu pairs of recall and one-time holder at "
      "rest;\n%llu revisions expired, %llu looks for such, %llu looks at content that must be "
      "gone, %llu later disclosures\n",
      u(totals.recalls_sent), u(totals.recalls), u(totals.reached), u(totals.expired),
      u(totals.clocks), u(totals.erased), u(totals.disclosed));
  std::printf(
      "%llu changes previewed with %llu gains, %llu records held against them, %llu gains there at "
      "rest;\n%llu renditions with a duty of the sender\n",
      u(totals.foreseen), u(totals.gains), u(totals.bound), u(totals.delivered), u(totals.duties));
  std::printf(
      "%llu twins: the same %llu statements with %llu renditions beside %llu hidden revisions\n"
      "(%llu renditions of them to others)\n",
      u(totals.twins), u(totals.twin_statements), u(totals.twin_renditions), u(totals.hidden),
      u(totals.hidden_renditions));
  bool complete = true;
  if (options.count >= 100) {  // fewer cannot be expected to show everything
    for (const std::string& name : totals.tally.Missing()) {
      std::printf("never happened: %s\n", name.c_str());
      complete = false;
    }
  }
  std::printf("%llu passed, %llu failed\n",
              u(totals.schedules - std::min(totals.failed, totals.schedules)), u(totals.failed));
  return totals.failed == 0 && totals.schedules > 0 && complete ? 0 : 1;
}

int Main(int argc, char** argv) {
  Options options;
  if (!ReadOptions(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  // The disks of a world are large blocks that come and go: kept instead of given back each time.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  const auto start = std::chrono::steady_clock::now();
  Totals totals = options.jobs == 1 ? Work(options, 0) : WorkInProcesses(options);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return Report(options, totals, seconds);
}

}  // namespace
}  // namespace fairway::simulation

int main(int argc, char** argv) { return fairway::simulation::Main(argc, argv); }
