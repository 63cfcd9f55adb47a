// fairwayd with a clock that can be set: the same server, sockets and TLS, but the time is the
// machine's plus the seconds that stand in a file, read anew each time.
//
//   fairwayd_with_clock CLOCK-FILE --data DIR --key-file FILE
#include <grpc/grpc.h>
#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "node/env/clock.h"
#include "node/env/system_entropy.h"
#include "node/server/initialise.h"
#include "node/server/server.h"
#include "node/server/unlock.h"

namespace {

class SettableClock final : public fairway::env::Clock {
 public:
  explicit SettableClock(std::string path) : path_(std::move(path)) {}

  absl::Time Now() const override {
    long long seconds = 0;
    std::ifstream(path_) >> seconds;
    return absl::Now() + absl::Seconds(seconds);
  }

 private:
  const std::string path_;
};

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const SettableClock clock(argv[1]);
  const std::string data = argv[3];
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  signal(SIGPIPE, SIG_IGN);
  grpc_init();
  const auto config = fairway::server::LoadConfig(data + "/" + fairway::server::kConfigFile);
  if (!config.ok()) return Fail(config.status());
  fairway::server::Unlock unlock;
  unlock.key_file = argv[5];
  const auto key = fairway::server::OpenDatabaseKey(data, unlock);
  if (!key.ok()) return Fail(key.status());
  fairway::env::SystemEntropy entropy;
  const auto server = fairway::server::Server::Start(data, *config, *key, clock, entropy);
  if (!server.ok()) return Fail(server.status());
  int number = 0;
  sigwait(&stop, &number);
  (*server)->Stop();
  return 0;
}
