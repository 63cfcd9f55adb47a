#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "node/server/initialise.h"
#include "node/server/unlock.h"
#include "node/store/database.h"
#include "node/store/statement.h"

// The real programs: fairway against a running fairwayd, one test for each exit code.
namespace fairway::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr absl::Duration kStartTime = absl::Seconds(60);

struct Ran {
  int code = -1;
  std::string out;
  std::string error;
};

std::string Program(const std::string& path) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/", std::getenv("TEST_WORKSPACE"), "/", path);
}

std::string Slurp(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// A node of its own, in a short path: a Unix socket's name has 107 bytes at most.
class LiveNode {
 public:
  // `init_flags` say who may use it.
  explicit LiveNode(const std::string& init_flags) {
    char path[] = "/tmp/fwcliXXXXXX";
    folder_ = mkdtemp(path);
    std::ofstream(absl::StrCat(folder_, "/pass")) << "correct horse battery\n";
    const Ran made = Run(absl::StrCat("init --name trial-port --country KE --listen 127.0.0.1:0 ",
                                      "--advertise 127.0.0.1:7443 --no-input --passphrase-file ",
                                      folder_, "/pass ", init_flags));
    EXPECT_EQ(made.code, 0) << made.out << made.error;
    if (made.code == 0) Start();
  }

  ~LiveNode() {
    Stop();
    std::filesystem::remove_all(folder_);
  }

  const std::string& folder() const { return folder_; }

  Ran Run(const std::string& words) const {
    const std::string error_file = absl::StrCat(folder_, "/stderr");
    const std::string line = absl::StrCat(Program("tools/fairway/fairway"), " --data ", folder_,
                                          "/data ", words, " 2>", error_file, " </dev/null");
    Ran ran;
    FILE* pipe = popen(line.c_str(), "r");
    std::array<char, 4096> buffer;
    for (size_t got; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
      ran.out.append(buffer.data(), got);
    }
    const int status = pclose(pipe);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    ran.error = Slurp(error_file);
    return ran;
  }

  std::string Write(const std::string& name, const std::string& text) const {
    const std::string path = absl::StrCat(folder_, "/", name);
    std::ofstream(path) << text;
    return path;
  }

  void Stop() {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  void Start() {
    pid_ = fork();
    if (pid_ == 0) {
      const std::string program = Program("node/server/fairwayd");
      const std::string data = folder_ + "/data";
      const std::string pass = folder_ + "/pass";
      execl(program.c_str(), "fairwayd", "--data", data.c_str(), "--passphrase-file", pass.c_str(),
            nullptr);
      _exit(127);
    }
    const absl::Time deadline = absl::Now() + kStartTime;
    while (Run("status").code == 6 && absl::Now() < deadline)
      absl::SleepFor(absl::Milliseconds(50));
  }

 private:
  std::string folder_;
  pid_t pid_ = -1;
};

constexpr char kBulletin[] =
    "+++\ntitle = \"Seals\"\ntlp = \"GREEN\"\naudience = [\"ANY-MEMBER\"]\ncontains = "
    "[]\n+++\nText.\n";

class FairwayTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { node_ = new LiveNode(""); }
  static void TearDownTestSuite() {
    delete node_;
    node_ = nullptr;
  }
  static LiveNode* node_;
};
LiveNode* FairwayTest::node_ = nullptr;

TEST_F(FairwayTest, EndsWith0WhenAllIsWell) {
  const std::string path = node_->Write("b.md", kBulletin);
  const Ran published = node_->Run("publish " + path + " --yes");
  EXPECT_EQ(published.code, 0) << published.error;
  EXPECT_THAT(published.out, HasSubstr("signed and stored"));
  const Ran listed = node_->Run("list");
  EXPECT_EQ(listed.code, 0) << listed.error;
  EXPECT_THAT(listed.out, HasSubstr("REAL"));
  EXPECT_THAT(listed.out, HasSubstr("TLP:GREEN"));
  const size_t ref = published.out.find("B-");
  ASSERT_NE(ref, std::string::npos);
  const Ran shown = node_->Run("show " + published.out.substr(ref, 11));
  EXPECT_EQ(shown.code, 0) << shown.error;
  EXPECT_THAT(shown.out, StartsWith("REAL  TLP:GREEN"));
  EXPECT_THAT(shown.out, HasSubstr("signature  verified"));
  EXPECT_EQ(node_->Run("audit verify").code, 0);
  EXPECT_EQ(node_->Run("doctor").code, 0);
}

TEST_F(FairwayTest, EndsWith1WhenTheContentIsRefused) {
  const std::string path = node_->Write("red.md", "+++\ntitle = \"x\"\ntlp = \"RED\"\n+++\n");
  const Ran refused = node_->Run("publish " + path + " --yes");
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.error, StartsWith("error[FW-PUB-006]: TLP:RED needs named recipients\n"));
  EXPECT_THAT(refused.error, HasSubstr("\n   → "));
  EXPECT_EQ(refused.out, "");
}

TEST_F(FairwayTest, EndsWith1WhenNobodyCanBeAsked) {
  const std::string path = node_->Write("ask.md", kBulletin);
  const Ran asked = node_->Run("publish " + path);
  EXPECT_EQ(asked.code, 1);
  EXPECT_THAT(asked.error, HasSubstr("FW-CLI-003"));
}

TEST_F(FairwayTest, EndsWith2ForWrongUsage) {
  EXPECT_EQ(node_->Run("pubish x").code, 2);
  EXPECT_EQ(node_->Run("publish").code, 2);
  EXPECT_EQ(node_->Run("list --limit").code, 2);
}

TEST_F(FairwayTest, EndsWith3WhenThereIsNoSuchThing) {
  EXPECT_EQ(node_->Run("show B-0000-0000").code, 3);
  EXPECT_EQ(node_->Run("peer show nobody-here").code, 3);
  EXPECT_EQ(node_->Run("publish /nowhere/at/all.md").code, 3);
}

TEST_F(FairwayTest, EndsWith6WhenNoNodeAnswers) {
  const Ran ran = node_->Run("status --data /tmp/fairway-no-node-here");
  EXPECT_EQ(ran.code, 6) << ran.error;
}

TEST_F(FairwayTest, EndsWith7WhenItExistsAlready) {
  const Ran again = node_->Run("init --name other --country KE --no-input --passphrase-file " +
                               node_->folder() + "/pass");
  EXPECT_EQ(again.code, 7) << again.error;
  EXPECT_THAT(again.error, HasSubstr("FW-INIT-001"));
}

TEST_F(FairwayTest, EndsWith7WhenThePreviewIsOutOfDate) {
  const std::string path = node_->Write("stale.md", kBulletin);
  const Ran ran = node_->Run("publish " + path + " --yes --if-preview 0000");
  EXPECT_EQ(ran.code, 7) << ran.error;
}

TEST_F(FairwayTest, GivesErrorsToMachinesAsJson) {
  const Ran ran = node_->Run("show B-0000-0000 -o json");
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.out, StartsWith("{\"api_version\":\"fairway.cli/v1\",\"error\":{\"code\":\"FW-"));
  EXPECT_THAT(ran.error, StartsWith("error[FW-"));
}

TEST_F(FairwayTest, ChangesNothingWithABrokenPolicy) {
  const std::string path = node_->Write("broken.fpol", "permit nonsense\n");
  const Ran ran = node_->Run("policy apply " + path + " --reason trial --yes");
  EXPECT_EQ(ran.code, 1) << ran.error;
  EXPECT_THAT(ran.error, HasSubstr("broken.fpol:1:"));
}

TEST_F(FairwayTest, EndsWith10WhenThePreviewDiffersFromTheOneNamed) {
  const std::string path = node_->Write("differs.md", kBulletin);
  const Ran ran = node_->Run("publish " + path + " --preview --if-preview 0000 --exit-code");
  EXPECT_EQ(ran.code, 10) << ran.error;
  EXPECT_EQ(node_->Run("publish " + path + " --preview --if-preview 0000").code, 0);
}

TEST_F(FairwayTest, EndsWith0WhenAllHaveAnsweredSinceNobodyHasTo) {
  const Ran published = node_->Run("publish " + node_->Write("waits.md", kBulletin) + " --yes");
  const size_t ref = published.out.find("B-");
  ASSERT_NE(ref, std::string::npos);
  EXPECT_EQ(node_->Run("where " + published.out.substr(ref, 11) + " --wait 1s").code, 0);
}

// Behind the node's back, by somebody who holds the database's key.
absl::Status Alter(const std::string& folder, const std::string& sql) {
  auto key = server::OpenDatabaseKey(folder + "/data",
                                     {.passphrase_file = folder + "/pass", .key_file = ""});
  if (!key.ok()) return key.status();
  auto database = store::Database::Open(
      {.path = absl::StrCat(folder, "/data/", server::kDatabaseFile), .key32 = *key, .vfs = ""});
  if (!database.ok()) return database.status();
  return (*database)->Write(
      [&sql](store::Txn& txn) { return store::Statement(txn, sql.c_str()).Run(); });
}

absl::Status AlterTheLog(const std::string& folder) {
  return Alter(folder,
               "UPDATE audit_leaf SET bytes = CAST(replace(CAST(bytes AS TEXT), 'node', 'nude') "
               "AS BLOB) WHERE seq = 1");
}

// As on a full disk: no entry of this call finds space any more, all others do.
absl::Status RecordNo(const std::string& method, const std::string& folder) {
  return Alter(folder, absl::StrCat("CREATE TRIGGER no_space BEFORE INSERT ON audit_leaf WHEN "
                                    "instr(NEW.bytes, CAST('",
                                    method, "' AS BLOB)) > 0 BEGIN SELECT RAISE(FAIL, 'no'); END"));
}

TEST(FairwayWithAnAlteredLog, EndsWith8) {
  LiveNode node("");
  ASSERT_EQ(node.Run("audit verify").code, 0);
  node.Stop();
  ASSERT_TRUE(AlterTheLog(node.folder()).ok());
  node.Start();
  const Ran ran = node.Run("audit verify");
  EXPECT_EQ(ran.code, 8) << ran.out << ran.error;
  EXPECT_THAT(ran.error, HasSubstr("FW-AUD-001"));
}

TEST(FairwayRecall, GoesOnWhenLookingWhoHasItCannotBeRecorded) {
  LiveNode node("");
  const Ran published = node.Run("publish " + node.Write("b.md", kBulletin) + " --yes");
  const size_t at = published.out.find("B-");
  ASSERT_NE(at, std::string::npos) << published.error;
  const std::string ref = published.out.substr(at, 11);
  node.Stop();
  const absl::Status altered = RecordNo("/fairway.v1.Desk/Where", node.folder());
  ASSERT_TRUE(altered.ok()) << altered;
  node.Start();
  ASSERT_THAT(node.Run("where " + ref).error, HasSubstr("FW-CALL-008"));
  const Ran asked = node.Run("recall " + ref + " --reason error");
  EXPECT_THAT(asked.error, HasSubstr("FW-CLI-003")) << "it still asks";
  const Ran recalled = node.Run("recall " + ref + " --reason error --yes");
  EXPECT_EQ(recalled.code, 0) << recalled.error;
  EXPECT_THAT(recalled.error, HasSubstr("Who has it cannot be shown"));
  EXPECT_THAT(recalled.out, HasSubstr("recalled"));
}

TEST_F(FairwayTest, RefusesAPolicyThatIsNoTextBeforeAnybodyElseSaysSomething) {
  const std::string path = node_->Write("latin1.fpol", "policy \"x\" version 1\n# S\xE3o\n");
  const Ran ran = node_->Run("policy apply " + path + " --reason trial --yes");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.error, StartsWith("error[FW-CLI-007]: " + path + ":2: this is not UTF-8"));
  const Ran reason =
      node_->Run("policy apply " + node_->Write("ok.fpol", "policy \"x\" version 1\n") +
                 " --reason \"$(printf '\\343')\" --yes");
  EXPECT_EQ(reason.code, 1);
  EXPECT_THAT(reason.error, Not(HasSubstr("libprotobuf")));
}

TEST(FairwayOfAStranger, EndsWith4) {
  const LiveNode node(absl::StrCat("--admin-uid ", getuid() + 1, " --admin somebody"));
  const Ran ran = node.Run("status");
  EXPECT_EQ(ran.code, 4) << ran.error;
  EXPECT_THAT(ran.error, HasSubstr("FW-CALL-001"));
}

TEST(FairwayWithoutTheRole, EndsWith5) {
  const LiveNode node("--roles administrator");
  const Ran ran = node.Run("publish " + node.Write("b.md", kBulletin) + " --yes");
  EXPECT_EQ(ran.code, 5) << ran.error;
  EXPECT_THAT(ran.error, HasSubstr("FW-CALL-003"));
}

}  // namespace
}  // namespace fairway::cli
