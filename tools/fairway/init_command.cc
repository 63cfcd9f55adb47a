#include <pwd.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "node/env/system_clock.h"
#include "node/env/system_entropy.h"
#include "node/model/caller.h"
#include "node/server/initialise.h"
#include "node/status/status_macros.h"
#include "policy/limits.h"
#include "tools/fairway/policy_template.h"
#include "tools/fairway/proto_json.h"
#include "tools/fairway/session.h"

namespace fairway::cli {
namespace {

constexpr size_t kMaxPassphraseFileBytes = 4096;
constexpr size_t kUnlockKeyBytes = 32;

// Who calls, as far as it makes a user name here.
std::string OwnUserName() {
  const passwd* entry = getpwuid(getuid());
  const std::string name = entry == nullptr ? "" : entry->pw_name;
  return model::CheckUserName(name).ok() ? name : "admin";
}

// The first line of the file, so that an editor's line feed does no harm.
absl::StatusOr<crypto::SecretBytes> PassphraseFrom(const std::string& path) {
  FAIRWAY_ASSIGN_OR_RETURN(const std::string content, ReadFile(path, kMaxPassphraseFileBytes));
  return crypto::SecretBytes::CopyOf(std::string_view(content).substr(0, content.find('\n')));
}

absl::StatusOr<crypto::SecretBytes> Passphrase(const Invocation& invocation, Session& session) {
  if (const auto path = invocation.value("--passphrase-file")) return PassphraseFrom(*path);
  FAIRWAY_ASSIGN_OR_RETURN(crypto::SecretBytes first,
                           session.terminal().AskSecret("Passphrase for the node's keys"));
  FAIRWAY_ASSIGN_OR_RETURN(const crypto::SecretBytes second,
                           session.terminal().AskSecret("The same again"));
  if (first.view() != second.view()) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-CLI-006",
                      "the two passphrases are not the same", {"Nothing was made."},
                      {"try again:  fairway init"});
  }
  return first;
}

absl::StatusOr<std::set<model::Role>> Roles(const Invocation& invocation) {
  std::set<model::Role> roles;
  for (const std::string& word : invocation.values("--roles")) {
    FAIRWAY_ASSIGN_OR_RETURN(const model::Role role, model::ParseRole(word));
    roles.insert(role);
  }
  if (roles.empty()) {
    roles = {model::Role::kOfficer, model::Role::kCommander, model::Role::kAdministrator,
             model::Role::kAuditor};
  }
  return roles;
}

// What peers can dial: a node that listens everywhere is reached by the name of its machine.
std::string AdvertiseFor(const std::string& listen) {
  const size_t colon = listen.find_last_of(':');
  if (colon == std::string::npos) return listen;
  const std::string host = listen.substr(0, colon);
  if (host != "0.0.0.0" && host != "[::]" && !host.empty()) return listen;
  char name[256] = {};
  if (gethostname(name, sizeof(name) - 1) != 0) return listen;
  return absl::StrCat(name, listen.substr(colon));
}

absl::StatusOr<server::InitOptions> OptionsFrom(const Invocation& invocation, Session& session) {
  const std::string listen = invocation.value("--listen").value_or("0.0.0.0:7443");
  const std::string name = invocation.value("--name").value_or("");
  if (name.empty()) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003", "a node needs a name",
                      {"It is what this node calls itself in policies."},
                      {"fairway init --name mombasa-port --country KE --data DIR"});
  }
  const std::string country = invocation.value("--country").value_or("");
  if (country.empty()) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003", "a node needs a country",
                      {"Two letters, ISO 3166-1: policies of others may ask for it."},
                      {absl::StrCat("fairway init --name ", name, " --country KE --data DIR")});
  }
  std::optional<std::string> unlock_key;
  if (const auto path = invocation.value("--key-file")) {
    FAIRWAY_ASSIGN_OR_RETURN(unlock_key, ReadFile(*path, kUnlockKeyBytes));
  }
  std::string policy_file = "policy.fpol";
  std::string policy_text;
  if (invocation.value("--policy") && invocation.value("--policy-template")) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                      "--policy and --policy-template are both there",
                      {"A node begins with one policy."}, {"fairway init --help"});
  }
  if (const auto name_of = invocation.value("--policy-template")) {
    FAIRWAY_ASSIGN_OR_RETURN(const policy::Template found, FindTemplate(*name_of));
    policy_text = std::string(found.text);
    policy_file = FileNameOf(found);
  }
  if (const auto path = invocation.value("--policy")) {
    FAIRWAY_ASSIGN_OR_RETURN(policy_text, ReadFile(*path, policy::kMaxPolicyTextBytes));
    policy_file = path->substr(path->find_last_of('/') + 1);
  }
  uint32_t uid = getuid();
  if (const auto text = invocation.value("--admin-uid"); text && !absl::SimpleAtoi(*text, &uid)) {
    return CliProblem(absl::StatusCode::kInvalidArgument, "FW-USE-003",
                      absl::StrCat("--admin-uid cannot be \"", *text, "\""), {},
                      {"the number of a user:  id -u NAME"});
  }
  FAIRWAY_ASSIGN_OR_RETURN(std::set<model::Role> roles, Roles(invocation));
  FAIRWAY_ASSIGN_OR_RETURN(crypto::SecretBytes passphrase, Passphrase(invocation, session));
  return server::InitOptions{
      .data_dir = session.globals().data_dir,
      .config = {.name = name,
                 .display_name = invocation.value("--display-name").value_or(name),
                 .country = country,
                 .listen = listen,
                 .advertise = invocation.value("--advertise").value_or(AdvertiseFor(listen))},
      .admin_name = invocation.value("--admin").value_or(OwnUserName()),
      .admin_uid = uid,
      .admin_roles = std::move(roles),
      .passphrase = std::move(passphrase),
      .unlock_key32 = std::move(unlock_key),
      .cost = {},
      .policy_file_name = std::move(policy_file),
      .policy_text = std::move(policy_text),
  };
}

// Before anybody types a passphrase for nothing.
absl::Status CheckNoNodeYet(const std::string& data_dir) {
  for (const char* name : {server::kDatabaseFile, server::kKeyFile, server::kConfigFile}) {
    const std::string path = absl::StrCat(data_dir, "/", name);
    if (access(path.c_str(), F_OK) != 0) continue;
    return CliProblem(absl::StatusCode::kAlreadyExists, "FW-INIT-001",
                      absl::StrCat(data_dir, " already holds a node, or part of one"),
                      {absl::StrCat("Found ", path, ". Nothing is ever overwritten.")},
                      {"choose another directory:  --data DIR",
                       absl::StrCat("or use it:  fairway serve --data ", data_dir)});
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Init(const Invocation& invocation, Session& session) {
  FAIRWAY_RETURN_IF_ERROR(CheckNoNodeYet(session.globals().data_dir));
  FAIRWAY_ASSIGN_OR_RETURN(const server::InitOptions options, OptionsFrom(invocation, session));
  env::SystemClock clock;
  env::SystemEntropy entropy;
  FAIRWAY_ASSIGN_OR_RETURN(const server::Initialised made,
                           server::Initialise(options, clock, entropy));
  const Terminal& terminal = session.terminal();
  if (!session.for_people()) {
    terminal.Say(JsonOfFields("Initialised", {{"data", options.data_dir},
                                              {"name", options.config.name},
                                              {"authority", made.authority.ToString()},
                                              {"fingerprint", made.fingerprint},
                                              {"root_key", made.root_key_path},
                                              {"administrator", options.admin_name}}));
    return ExitCode::kOk;
  }
  terminal.Say(absl::StrCat("Node ", terminal.Styled(options.config.name, Style::kBold),
                            " made in ", options.data_dir));
  terminal.Say("  keys and database   encrypted, opened by the passphrase");
  terminal.Say(options.policy_text.empty()
                   ? "  policy              nothing leaves this node until you allow it"
                   : absl::StrCat("  policy              ", options.policy_file_name));
  terminal.Say(
      absl::StrCat("  administrator       ", options.admin_name, " (uid ", options.admin_uid, ")"));
  terminal.Say("");
  terminal.Say("Write this down and keep it away from this machine:");
  terminal.Say(absl::StrCat("  fingerprint         ", made.fingerprint));
  terminal.Say(absl::StrCat("  root key            move ", made.root_key_path, " into a safe"));
  terminal.Say("");
  terminal.Say("Next:");
  terminal.Say(absl::StrCat("  fairway serve --data ", options.data_dir));
  terminal.Say("  fairway peer invite NAME");
  return ExitCode::kOk;
}

}  // namespace

Command InitCommand() {
  return {
      "init",
      "Make a node: keys, encrypted database, first administrator, first policy",
      {"fairway init --name mombasa-port --country KE --data ./node",
       "fairway init --name mombasa-port --country KE --policy-template lessons-for-all",
       "fairway init --name mombasa-port --display-name \"Mombasa Port Police\" --country KE "
       "--listen 0.0.0.0:7443 --passphrase-file pass.txt --no-input"},
      {},
      {{"--name", "NAME", "what this node calls itself in policies"},
       {"--display-name", "TEXT", "what peers see (default: the name)"},
       {"--country", "CC", "two letters"},
       {"--listen", "HOST:PORT", "where peers reach this node (default 0.0.0.0:7443)"},
       {"--advertise", "HOST:PORT", "what peers dial (default: --listen, by this machine's name)"},
       {"--passphrase-file", "FILE", "its first line opens the keys; asked for otherwise"},
       {"--key-file", "FILE", "32 bytes that open the keys as well"},
       {"--admin", "NAME", "the first user (default: your login name)"},
       {"--admin-uid", "UID", "of the first user (default: yours)"},
       {"--roles", "ROLES", "of the first user (default: all four)"},
       {"--policy", "FILE", "instead of the starter policy, which lets nothing out"},
       {"--policy-template", "NAME", "a worked agreement (fairway policy templates)"}},
      "fairway serve",
      Init};
}

}  // namespace fairway::cli
