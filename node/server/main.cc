// fairwayd: one node, in the foreground, until SIGTERM or SIGINT.
#include <grpc/grpc.h>
#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "node/env/system_clock.h"
#include "node/env/system_entropy.h"
#include "node/server/hide_memory.h"
#include "node/server/initialise.h"
#include "node/server/server.h"
#include "node/server/unlock.h"
#include "node/status/problem.h"

namespace fairway::server {
namespace {

constexpr char kUsage[] =
    "Serves one Fairway node until SIGTERM or SIGINT.\n\n"
    "  fairwayd --data DIR --passphrase-file FILE\n"
    "  fairwayd --data DIR --key-file FILE\n\n"
    "  --data DIR              what \"fairway init\" made\n"
    "  --passphrase-file FILE  its first line opens node.key\n"
    "  --key-file FILE         32 bytes that open node.key instead\n";

// The shape of every error that Fairway shows: what happened, why, what to do next.
int Report(const absl::Status& status) {
  const auto problem = ProblemOf(status);
  if (!problem.has_value()) {
    std::fprintf(stderr, "error[FW-NODE-001]: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  std::fprintf(stderr, "error[%s]: %s\n", problem->code.c_str(), problem->message.c_str());
  for (const std::string& line : problem->why) std::fprintf(stderr, "   %s\n", line.c_str());
  for (const std::string& line : problem->next) std::fprintf(stderr, "   → %s\n", line.c_str());
  return 1;
}

int Main(int argc, char** argv) {
  HideMemory();
  std::string data;
  Unlock unlock;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0 || std::strcmp(argv[i], "-h") == 0) {
      std::fputs(kUsage, stdout);
      return 0;
    }
    std::string* target = std::strcmp(argv[i], "--data") == 0              ? &data
                          : std::strcmp(argv[i], "--passphrase-file") == 0 ? &unlock.passphrase_file
                          : std::strcmp(argv[i], "--key-file") == 0        ? &unlock.key_file
                                                                           : nullptr;
    if (target == nullptr || i + 1 == argc) {
      std::fprintf(stderr, "fairwayd: %s \"%s\"\n\n%s",
                   target == nullptr ? "unknown argument" : "a value is missing after", argv[i],
                   kUsage);
      return 2;
    }
    *target = argv[++i];
  }
  if (data.empty() || unlock.passphrase_file.empty() == unlock.key_file.empty()) {
    std::fprintf(stderr,
                 "fairwayd: --data and one of --passphrase-file and --key-file are needed\n\n%s",
                 kUsage);
    return 2;
  }

  // Every thread inherits this: signals are taken by sigwait below and by nobody else.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Held to the end of the process: when the last user of gRPC goes, it waits up to 10 s for a poll
  // that a large message has left behind, and stopping must not take that long.
  grpc_init();

  const auto config = LoadConfig(data + "/" + kConfigFile);
  if (!config.ok()) return Report(config.status());
  auto key = OpenDatabaseKey(data, unlock);
  if (!key.ok()) return Report(key.status());
  env::SystemClock clock;
  env::SystemEntropy entropy;
  auto server = Server::Start(data, *config, *key, clock, entropy);
  if (!server.ok()) return Report(server.status());
  std::printf("fairwayd: %s serves peers on %s\n", config->name.c_str(),
              (*server)->peer_address().c_str());
  std::fflush(stdout);
  if (const absl::Status trouble = (*server)->policy_trouble(); !trouble.ok()) {
    std::fputs("fairwayd: nothing leaves this node until its policy is mended:\n", stderr);
    Report(trouble);
  }

  if ((*server)->disk_full()) {
    std::fputs(
        "fairwayd: the disk is full: nothing is published or received but recalls until it has "
        "space\n",
        stderr);
  }

  int signal_number = 0;
  sigwait(&stop, &signal_number);
  std::printf("fairwayd: stopping\n");
  std::fflush(stdout);
  (*server)->Stop();
  return 0;
}

}  // namespace
}  // namespace fairway::server

int main(int argc, char** argv) { return fairway::server::Main(argc, argv); }
