#include "node/edge/local_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "node/edge/descriptor.h"

namespace fairway::edge {
namespace {

class LocalSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    // Not TempDir(): a socket's path is short.
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    path_ = directory_ + "/node.sock";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  absl::StatusOr<std::unique_ptr<LocalSocket>> Start() {
    return LocalSocket::Start(path_, [this](const LocalCaller& caller) {
      std::lock_guard lock(mu_);
      callers_.push_back(caller);
      changed_.notify_all();
    });
  }

  Descriptor Connect() {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    strncpy(to.sun_path, path_.c_str(), sizeof to.sun_path - 1);
    Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fd.Reset();
    return fd;
  }

  LocalCaller AwaitCaller(size_t n) {
    std::unique_lock lock(mu_);
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return callers_.size() >= n; }));
    return callers_.size() >= n ? callers_[n - 1] : LocalCaller();
  }

  std::string directory_ = "/tmp/local-socket-XXXXXX";
  std::string path_;
  std::mutex mu_;  // guards all below
  std::condition_variable changed_;
  std::vector<LocalCaller> callers_;
};

TEST_F(LocalSocketTest, TellsWhoCalledAndHandsOverTheConnection) {
  auto local = Start();
  ASSERT_TRUE(local.ok()) << local.status();
  Descriptor client = Connect();
  ASSERT_TRUE(client.valid());
  const LocalCaller caller = AwaitCaller(1);
  EXPECT_EQ(caller.uid, getuid());
  EXPECT_EQ(caller.gid, getgid());
  EXPECT_EQ(caller.pid, getpid());
  Descriptor server(caller.fd);
  ASSERT_EQ(send(client.get(), "hello", 5, MSG_NOSIGNAL), 5);
  char bytes[5];
  ssize_t n;
  do {
    n = recv(server.get(), bytes, sizeof bytes, 0);
  } while (n < 0 && errno == EAGAIN);
  EXPECT_EQ(std::string(bytes, 5), "hello");
}

TEST_F(LocalSocketTest, EveryLocalUserMayOpenIt) {
  auto local = Start();
  ASSERT_TRUE(local.ok()) << local.status();
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0666u);
}

TEST_F(LocalSocketTest, ReplacesASocketFileThatACrashLeft) {
  {
    Descriptor dead(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    strncpy(at.sun_path, path_.c_str(), sizeof at.sun_path - 1);
    ASSERT_EQ(bind(dead.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    ASSERT_EQ(listen(dead.get(), 1), 0);
  }
  auto local = Start();
  ASSERT_TRUE(local.ok()) << local.status();
  EXPECT_TRUE(Connect().valid());
  close(AwaitCaller(1).fd);
}

TEST_F(LocalSocketTest, LeavesALivingNodeAlone) {
  auto first = Start();
  ASSERT_TRUE(first.ok()) << first.status();
  auto second = Start();
  EXPECT_TRUE(absl::IsAlreadyExists(second.status())) << second.status();
  close(AwaitCaller(1).fd);  // the second one's probe
  EXPECT_TRUE(Connect().valid());
  close(AwaitCaller(2).fd);
}

TEST_F(LocalSocketTest, LeavesAFileThatIsNoSocketAlone) {
  std::ofstream(path_) << "precious";
  auto local = Start();
  EXPECT_TRUE(absl::IsFailedPrecondition(local.status())) << local.status();
  std::string content;
  std::ifstream(path_) >> content;
  EXPECT_EQ(content, "precious");
}

TEST_F(LocalSocketTest, TakesPathsOf107BytesAndNotOneMore) {
  path_ = directory_ + "/" + std::string(106 - directory_.size(), 's');
  ASSERT_EQ(path_.size(), 107u);
  EXPECT_TRUE(Start().ok());
  path_ += "s";
  EXPECT_TRUE(absl::IsInvalidArgument(Start().status()));
  path_ = "";
  EXPECT_TRUE(absl::IsInvalidArgument(Start().status()));
}

TEST_F(LocalSocketTest, StopRemovesTheFile) {
  auto local = Start();
  ASSERT_TRUE(local.ok()) << local.status();
  (*local)->Stop();
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
  EXPECT_FALSE(Connect().valid());
}

}  // namespace
}  // namespace fairway::edge
