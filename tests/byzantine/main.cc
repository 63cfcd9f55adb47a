// byzantine: an admitted peer that lies. One lie a run, told to a real node; says what came of it.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "crypto/certificate.h"
#include "crypto/ed25519.h"
#include "node/env/system_entropy.h"
#include "tests/byzantine/lie.h"

namespace fairway::byzantine {

std::vector<Lie> AllLies() {
  std::vector<Lie> all;
  for (auto family : {MethodLies, HelloLies, EnvelopeLies, ItemLies, FeedLies, ReceiptLies,
                      RecallLies, AttachmentLies}) {
    for (Lie& lie : family()) all.push_back(std::move(lie));
  }
  return all;
}

namespace {

constexpr char kUsage[] =
    "Tells one lie to a node, and says what the node answered.\n\n"
    "  byzantine --list\n"
    "  byzantine --data DIR --key-file FILE --victim NAME --tell LIE\n"
    "  byzantine --data DIR --key-file FILE --victim NAME --keys FILE\n"
    "  byzantine --stranger FILE\n\n"
    "  --list         the table: name, who tells it, answer, leaf, reason, what; by tabs\n"
    "  --data DIR     of a node that is stopped and was admitted by the victim\n"
    "  --victim NAME  what that node calls the victim\n"
    "  --keys FILE    writes the node's TLS certificate and key there, as PEM\n"
    "  --stranger FILE  writes a certificate and key of nobody's there; needs nothing else\n";

std::string_view Text(Teller teller) {
  switch (teller) {
    case Teller::kAdmitted:
      return "admitted";
    case Teller::kStranger:
      return "stranger";
    case Teller::kUnconfirmed:
      return "unconfirmed";
    case Teller::kSuspended:
      return "suspended";
  }
  return "";
}

void List() {
  for (const Lie& lie : AllLies()) {
    std::printf("%s\t%s\t%s\t%s\t%s\t%s\n", lie.name.c_str(), std::string(Text(lie.teller)).c_str(),
                lie.answer.c_str(), lie.leaf.c_str(), lie.reason.c_str(), lie.what.c_str());
  }
}

int WriteKeys(const crypto::SigningKey& key, const std::string& path) {
  const crypto::TlsIdentity identity = IdentityFor(key);
  std::ofstream file(path);
  file << identity.certificate_pem << identity.private_key_pem.view();
  file.close();
  return file.good() ? 0 : 1;
}

int Main(int argc, char** argv) {
  std::string data, key_file, victim, tell, keys, stranger;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--list") {
      List();
      return 0;
    }
    std::string* target = flag == "--data"       ? &data
                          : flag == "--key-file" ? &key_file
                          : flag == "--victim"   ? &victim
                          : flag == "--tell"     ? &tell
                          : flag == "--keys"     ? &keys
                          : flag == "--stranger" ? &stranger
                                                 : nullptr;
    if (target == nullptr || i + 1 == argc) {
      std::fputs(kUsage, stderr);
      return 2;
    }
    *target = argv[++i];
  }
  if (!stranger.empty()) {
    env::SystemEntropy entropy;
    return WriteKeys(crypto::SigningKey::FromSeed(entropy.Bytes(crypto::kSeedBytes)), stranger);
  }
  absl::StatusOr<Mallory> me = ReadMallory(data, key_file, victim);
  if (!me.ok()) GiveUp(me.status().ToString());
  if (!keys.empty()) return WriteKeys(me->tls, keys);
  for (const Lie& lie : AllLies()) {
    if (lie.name != tell) continue;
    Stage stage(*std::move(me));
    std::printf("%s\n", lie.tell(stage).c_str());
    return 0;
  }
  GiveUp(absl::StrCat("no such lie: ", tell));
}

}  // namespace
}  // namespace fairway::byzantine

int main(int argc, char** argv) { return fairway::byzantine::Main(argc, argv); }
