#include "node/server/initialise.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crypto/digest.h"
#include "node/audit/audit_log.h"
#include "node/membership/new_authority.h"
#include "node/policyadmin/policy_registry.h"
#include "node/server/core.h"
#include "node/server/unlock.h"
#include "node/status/problem.h"
#include "node/status/status_macros.h"
#include "node/store/database.h"
#include "node/store/manifest_table.h"
#include "node/store/node_table.h"
#include "node/store/policy_table.h"
#include "node/store/user_table.h"
#include "policy/policy.h"

namespace fairway::server {
namespace {

constexpr char kRootKeyContext[] = "root";

std::string SystemError(const std::string& what, const std::string& path) {
  return absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno));
}

// Officers of this machine pass through to the socket; they can neither list nor read what is here.
absl::Status MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) {
    if (chmod(path.c_str(), 0711) == 0) return absl::OkStatus();
  } else if (errno == EEXIST) {
    return absl::OkStatus();
  }
  return MakeProblem(absl::StatusCode::kFailedPrecondition,
                     {"FW-INIT-004",
                      SystemError("make the directory", path),
                      {},
                      {"choose another directory:  --data DIR"}});
}

absl::Status CheckEmpty(const std::string& data_dir) {
  for (const char* name : {kConfigFile, kKeyFile, kDatabaseFile, kRootKeyFile}) {
    struct stat ignored;
    const std::string path = absl::StrCat(data_dir, "/", name);
    if (stat(path.c_str(), &ignored) == 0) {
      if (name != kConfigFile) {
        return MakeProblem(
            absl::StatusCode::kAlreadyExists,
            {"FW-INIT-001",
             absl::StrCat(data_dir, " holds part of a node"),
             {absl::StrCat(path, " exists, ", kConfigFile,
                           " does not: an earlier init did not end."),
              "Such a node never served and never met anybody."},
             {absl::StrCat("move ", data_dir, " away, then run the same command again")}});
      }
      return MakeProblem(absl::StatusCode::kAlreadyExists,
                         {"FW-INIT-001",
                          absl::StrCat("there is a node in ", data_dir, " already"),
                          {absl::StrCat(path, " exists; nothing is ever overwritten.")},
                          {absl::StrCat("fairway status --data ", data_dir),
                           "fairway init --data ANOTHER-DIRECTORY"}});
    }
  }
  return absl::OkStatus();
}

// Writes a new file with mode 0600 and makes it durable, directory entry included.
absl::Status WriteFile(const std::string& data_dir, const char* name, std::string_view bytes) {
  const std::string path = absl::StrCat(data_dir, "/", name);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool good = fd >= 0;
  for (size_t done = 0; good && done < bytes.size();) {
    const ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    good = n > 0;
    done += good ? static_cast<size_t>(n) : 0;
  }
  good = good && fsync(fd) == 0;
  const std::string why = good ? "" : SystemError("write", path);
  if (fd >= 0) close(fd);
  if (good) {
    const int dir = open(data_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    good = dir >= 0 && fsync(dir) == 0;
    if (dir >= 0) close(dir);
  }
  if (good) return absl::OkStatus();
  return MakeProblem(
      absl::StatusCode::kFailedPrecondition,
      {"FW-INIT-004",
       why,
       {},
       {absl::StrCat("check rights and space:  ls -ld ", data_dir, "; df -h ", data_dir)}});
}

absl::StatusOr<std::string> SealKey(const char* context, const crypto::SecretBytes& secret,
                                    const InitOptions& options, bool with_key_slot) {
  crypto::KeyFile file = crypto::KeyFile::Create(context, secret);
  FAIRWAY_RETURN_IF_ERROR(file.AddPassphraseSlot(options.passphrase.view(), options.cost));
  if (with_key_slot && options.unlock_key32.has_value()) {
    FAIRWAY_RETURN_IF_ERROR(file.AddKeySlot(*options.unlock_key32));
  }
  return file.Encode();
}

absl::Status CheckTests(const std::string& file_name, const policy::Policy& policy) {
  Problem problem{"FW-POL-002",
                  absl::StrCat(file_name, " fails its own tests; nothing was made"),
                  {},
                  {absl::StrCat("fairway policy test ", file_name)}};
  for (const policy::TestResult& test : policy.RunTests()) {
    if (test.passed) continue;
    problem.why.push_back(
        absl::StrCat(file_name, ":", test.line, ": \"", test.name, "\": ", test.message));
  }
  if (problem.why.empty()) return absl::OkStatus();
  return MakeProblem(absl::StatusCode::kFailedPrecondition, std::move(problem));
}

// Which words the policy has must be known before anything is written: names of peers are not,
// there are none yet.
absl::Status CheckPolicy(const std::string& file_name, const std::string& text) {
  const auto vocabulary = policy::Vocabulary::Parse(policyadmin::ProfileText());
  const auto loaded =
      policy::Policy::Load(file_name, text, vocabulary.vocabulary, policy::Registry{});
  if (loaded.policy != nullptr) return CheckTests(file_name, *loaded.policy);
  Problem problem{"FW-POL-001",
                  absl::StrCat(file_name, " has errors; nothing was made"),
                  {},
                  {absl::StrCat("fairway policy check ", file_name),
                   "fairway init without --policy, and apply it once its peers are known"}};
  for (const policy::Diagnostic& diagnostic : loaded.diagnostics) {
    problem.why.push_back(policy::Render(diagnostic, file_name, text));
  }
  return MakeProblem(absl::StatusCode::kInvalidArgument, std::move(problem));
}

std::string Fingerprint(const model::AuthorityId& id) {
  const std::string hex = id.ToString();
  std::vector<std::string> groups;
  for (size_t i = 0; i < hex.size(); i += 4) groups.push_back(hex.substr(i, 4));
  return absl::StrJoin(groups, " ");
}

absl::Status Fill(store::Txn& txn, const InitOptions& options, const std::string& policy_text,
                  const membership::NewAuthority& made, const env::Clock& clock,
                  env::Entropy& entropy) {
  const absl::Time now = clock.Now();
  FAIRWAY_RETURN_IF_ERROR(store::PutNode(
      txn, {made.manifest.id, options.config.name, /*incarnation=*/1, /*boots=*/0, now}));
  FAIRWAY_RETURN_IF_ERROR(store::PutSecret(txn, kItemKey, made.item.Seed()));
  FAIRWAY_RETURN_IF_ERROR(store::PutSecret(txn, kNodeKey, made.node.Seed()));
  FAIRWAY_RETURN_IF_ERROR(store::PutSecret(txn, kLogKey, made.log.Seed()));
  FAIRWAY_RETURN_IF_ERROR(store::PutSecret(txn, kTlsKey, made.tls.Seed()));
  FAIRWAY_RETURN_IF_ERROR(store::PutManifest(
      txn, {made.manifest, crypto::ObjectId(made.signed_manifest.type, made.signed_manifest.body),
            crypto::EncodeSigned(made.signed_manifest), now}));
  FAIRWAY_RETURN_IF_ERROR(store::AddUser(
      txn, {options.admin_name, options.admin_uid, options.admin_roles, /*disabled=*/false, now}));
  store::PolicyRow policy;
  policy.file_name = options.policy_file_name;
  policy.text = policy_text;
  policy.profile_text = policyadmin::ProfileText();
  policy.applied_at = now;
  policy.applied_by = options.admin_name;
  FAIRWAY_RETURN_IF_ERROR(store::AppendPolicy(txn, policy).status());

  audit::Event event;
  event.kind = audit::EventKind::kNodeInitialised;
  event.actor = options.admin_name;
  event.role = "administrator";
  event.objects = {made.manifest.id.ToString()};
  event.detail["name"] = options.config.name;
  return audit::AuditLog(clock, entropy).Append(txn, event).status();
}

}  // namespace

absl::StatusOr<Initialised> Initialise(const InitOptions& options, const env::Clock& clock,
                                       env::Entropy& entropy) {
  // All that can be wrong with the words comes before the first byte on the disk.
  FAIRWAY_RETURN_IF_ERROR(ParseConfig(kConfigFile, ConfigText(options.config)).status());
  FAIRWAY_RETURN_IF_ERROR(model::CheckUserName(options.admin_name));
  if (options.passphrase.size() < kMinPassphraseBytes) {
    return MakeProblem(absl::StatusCode::kInvalidArgument,
                       {"FW-INIT-002",
                        absl::StrCat("the passphrase has ", options.passphrase.size(),
                                     " bytes, at least ", kMinPassphraseBytes, " are wanted"),
                        {"Six words of a dictionary, chosen with dice, are a good one."},
                        {"choose a longer one, then run the same command again"}});
  }
  const std::string policy_text =
      options.policy_text.empty() ? std::string(policy::StarterPolicy()) : options.policy_text;
  FAIRWAY_RETURN_IF_ERROR(CheckPolicy(options.policy_file_name, policy_text));
  FAIRWAY_ASSIGN_OR_RETURN(
      const membership::NewAuthority made,
      membership::CreateAuthority(
          entropy, options.config.display_name, options.config.country,
          {options.config.advertise.empty() ? options.config.listen : options.config.advertise}));

  FAIRWAY_RETURN_IF_ERROR(MakeDirectory(options.data_dir));
  FAIRWAY_RETURN_IF_ERROR(CheckEmpty(options.data_dir));
  crypto::SecretBytes database_key(store::kDatabaseKeyBytes);
  entropy.Fill(database_key.data(), database_key.size());
  FAIRWAY_ASSIGN_OR_RETURN(const std::string key_file,
                           SealKey(kDatabaseFile, database_key, options, true));
  FAIRWAY_ASSIGN_OR_RETURN(const std::string root_file,
                           SealKey(kRootKeyContext, made.root.Seed(), options, false));
  FAIRWAY_RETURN_IF_ERROR(WriteFile(options.data_dir, kKeyFile, key_file));
  FAIRWAY_RETURN_IF_ERROR(WriteFile(options.data_dir, kRootKeyFile, root_file));
  {
    FAIRWAY_ASSIGN_OR_RETURN(
        const std::unique_ptr<store::Database> database,
        store::Database::Open({.path = absl::StrCat(options.data_dir, "/", kDatabaseFile),
                               .key32 = database_key,
                               .vfs = "",
                               .create = true}));
    FAIRWAY_RETURN_IF_ERROR(database->Write(
        [&](store::Txn& txn) { return Fill(txn, options, policy_text, made, clock, entropy); }));
  }
  // Last: a directory without it is not a node yet.
  FAIRWAY_RETURN_IF_ERROR(WriteFile(options.data_dir, kConfigFile, ConfigText(options.config)));
  return Initialised{made.manifest.id, Fingerprint(made.manifest.id),
                     absl::StrCat(options.data_dir, "/", kRootKeyFile)};
}

}  // namespace fairway::server
