#include "tests/vectors/crypto_ops.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crypto/check_words.h"
#include "crypto/checkpoint.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "crypto/key_file.h"
#include "crypto/mac.h"
#include "crypto/merkle.h"
#include "crypto/parts.h"
#include "crypto/spki.h"

namespace fairway::vectors {
namespace {

using namespace fairway::crypto;  // NOLINT: this file is about nothing else

// kDataLoss would be an outcome of its own; a computed output that differs is kAborted, which
// nothing under test returns.
absl::Status Same(std::string_view what, std::string_view want, std::string_view got) {
  if (want == got) return absl::OkStatus();
  const auto shorten = [](std::string_view bytes) { return Hex(bytes.substr(0, 160)); };
  return absl::AbortedError(
      absl::StrCat(std::string(what), ": wanted ", shorten(want), ", got ", shorten(got)));
}

// Compares with the value `key` of the vector, if it has one.
absl::Status SameIfGiven(const Vector& v, std::string_view key, std::string_view got) {
  return v.Has(key) ? Same(key, v.Bytes(key), got) : absl::OkStatus();
}

absl::Status SameNumberIfGiven(const Vector& v, std::string_view key, uint64_t got) {
  return v.Has(key) ? Same(key, absl::StrCat(v.Number(key)), absl::StrCat(got)) : absl::OkStatus();
}

absl::Status First(std::initializer_list<absl::Status> statuses) {
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Digests and keys of a vector that are the input of something else: the wrong length is a defect
// of the vector, shown by a default one that cannot be right.
Digest DigestOf(const std::string& bytes) { return DigestFromBytes(bytes).value_or(Digest{}); }

std::vector<Digest> Digests(const std::vector<std::string>& all) {
  std::vector<Digest> digests;
  for (const std::string& bytes : all) digests.push_back(DigestOf(bytes));
  return digests;
}

// Without the checks of PublicKeyFromBytes: Verify has to stand alone.
PublicKey RawKey(const std::string& bytes) {
  PublicKey key;
  std::copy_n(bytes.begin(), std::min(bytes.size(), key.bytes.size()), key.bytes.begin());
  return key;
}

absl::Status TaggedHashOp(const Vector& v) {
  return Same("digest", v.Bytes("digest"), TaggedHash(v.Bytes("tag"), v.Bytes("x")).view());
}

absl::Status Sha256Op(const Vector& v) {
  return Same("digest", v.Bytes("digest"), Sha256(v.Bytes("bytes")).view());
}

absl::Status DigestOp(const Vector& v) { return DigestFromBytes(v.Bytes("bytes")).status(); }

absl::Status UnHexOp(const Vector& v) {
  const auto bytes = UnHex(v.Bytes("text"));
  if (!bytes.ok()) return bytes.status();
  return First(
      {Same("bytes", v.Bytes("bytes"), *bytes), Same("text", v.Bytes("text"), Hex(*bytes))});
}

absl::Status Base32Op(const Vector& v) {
  return Same("text", v.Bytes("text"), Base32(v.Bytes("bytes")));
}

absl::Status SignOp(const Vector& v) {
  const auto key = SigningKey::FromStoredSeed(v.Bytes("seed"));
  if (!key.ok()) return key.status();
  return First({Same("key", v.Bytes("key"), key->public_key().view()),
                Same("signature", v.Bytes("signature"), key->Sign(v.Bytes("message")).view())});
}

absl::Status VerifyOp(const Vector& v) {
  return Verify(RawKey(v.Bytes("key")), v.Bytes("message"), v.Bytes("signature"))
             ? absl::OkStatus()
             : absl::UnauthenticatedError("Verify says no");
}

absl::Status PublicKeyOp(const Vector& v) {
  const auto key = PublicKeyFromBytes(v.Bytes("key"));
  return key.ok() ? SameIfGiven(v, "key_id", KeyId(*key).view()) : key.status();
}

absl::Status PaeOp(const Vector& v) {
  const std::string pae = Pae(v.Bytes("type"), v.Bytes("body"));
  return First({SameIfGiven(v, "pae", pae),
                SameIfGiven(v, "object_id", ObjectId(v.Bytes("type"), v.Bytes("body")).view())});
}

absl::Status SealOp(const Vector& v) {
  const auto key = SigningKey::FromStoredSeed(v.Bytes("seed"));
  if (!key.ok()) return key.status();
  const Signed envelope = Seal(v.Bytes("type"), v.Bytes("body"), *key);
  return First({SameIfGiven(v, "key_id", envelope.sigs[0].key_id),
                Same("bytes", v.Bytes("bytes"), EncodeSigned(envelope))});
}

absl::Status DecodeSignedOp(const Vector& v) {
  const auto envelope = DecodeSigned(v.Bytes("bytes"));
  if (!envelope.ok()) return envelope.status();
  return First({Same("bytes", v.Bytes("bytes"), EncodeSigned(*envelope)),
                SameIfGiven(v, "body", envelope->body), SameIfGiven(v, "type", envelope->type),
                SameNumberIfGiven(v, "sigs", envelope->sigs.size())});
}

absl::Status OpenOp(const Vector& v) {
  const auto envelope = DecodeSigned(v.Bytes("bytes"));
  if (!envelope.ok()) return absl::AbortedError(envelope.status().message());
  std::vector<PublicKey> keys;
  for (const std::string& key : v.AllBytes("key")) keys.push_back(RawKey(key));
  const auto opened = Open(*envelope, v.Bytes("type"), keys);
  if (!opened.ok()) return opened.status();
  return First({SameIfGiven(v, "body", opened->body()),
                SameIfGiven(v, "object_id", opened->object_id().view()),
                SameIfGiven(v, "signer", opened->signer().view())});
}

absl::Status PartOp(const Vector& v) {
  Salt salt{};
  const std::string bytes = v.Bytes("salt");
  std::copy_n(bytes.begin(), std::min(bytes.size(), salt.size()), salt.begin());
  return Same("digest", v.Bytes("digest"),
              PartDigest(v.Bytes("label"), salt, v.Bytes("bytes")).view());
}

absl::Status CommitOp(const Vector& v) {
  const std::vector<Digest> decoys = Digests(v.AllBytes("decoy"));
  size_t next = 0;
  const auto committed =
      CommitParts(Digests(v.AllBytes("real")), [&] { return decoys[next++ % decoys.size()]; });
  if (!committed.ok()) return committed.status();
  std::string list;
  for (const Digest& digest : *committed) list += digest.view();
  return First({Same("list", v.Bytes("list"), list), CheckCommitted(*committed)});
}

absl::Status CheckCommittedOp(const Vector& v) {
  const std::string list = v.Bytes("list");
  std::vector<Digest> digests;
  for (size_t at = 0; at < list.size(); at += kDigestBytes) {
    digests.push_back(DigestOf(list.substr(at, kDigestBytes)));
  }
  return CheckCommitted(digests);
}

absl::Status RootOp(const Vector& v) {
  Frontier frontier;
  std::vector<Digest> hashes;
  for (const std::string& leaf : v.AllBytes("leaf")) {
    hashes.push_back(LeafHash(leaf));
    frontier.Append(hashes.back());
  }
  return First({Same("root", v.Bytes("root"), RootOf(hashes).view()),
                Same("root by frontier", v.Bytes("root"), frontier.Root().view()),
                SameIfGiven(v, "frontier", frontier.Encode())});
}

absl::Status NodeOp(const Vector& v) {
  const Digest left = LeafHash(v.Bytes("left"));
  const Digest right = LeafHash(v.Bytes("right"));
  return First({Same("left_hash", v.Bytes("left_hash"), left.view()),
                Same("right_hash", v.Bytes("right_hash"), right.view()),
                Same("node_hash", v.Bytes("node_hash"), NodeHash(left, right).view())});
}

absl::Status ChunkRootOp(const Vector& v) {
  return Same("root", v.Bytes("root"), ChunkRoot(v.Bytes("content")).view());
}

absl::Status FrontierOp(const Vector& v) {
  const auto frontier = Frontier::Decode(v.Bytes("bytes"));
  if (!frontier.ok()) return frontier.status();
  return First({Same("bytes", v.Bytes("bytes"), frontier->Encode()),
                SameNumberIfGiven(v, "size", frontier->size()),
                SameIfGiven(v, "root", frontier->Root().view())});
}

absl::Status InclusionOp(const Vector& v) {
  return VerifyInclusion(v.Number("index"), v.Number("size"), DigestOf(v.Bytes("leaf_hash")),
                         Digests(v.AllBytes("proof")), DigestOf(v.Bytes("root")));
}

absl::Status ConsistencyOp(const Vector& v) {
  return VerifyConsistency(v.Number("old_size"), v.Number("new_size"),
                           DigestOf(v.Bytes("old_root")), DigestOf(v.Bytes("new_root")),
                           Digests(v.AllBytes("proof")));
}

absl::Status SignCheckpointOp(const Vector& v) {
  const auto key = SigningKey::FromStoredSeed(v.Bytes("seed"));
  if (!key.ok()) return key.status();
  const Checkpoint checkpoint{v.Bytes("origin"), v.Number("size"), DigestOf(v.Bytes("root"))};
  return Same("note", v.Bytes("note"), SignCheckpoint(checkpoint, *key));
}

absl::Status OpenCheckpointOp(const Vector& v) {
  const auto checkpoint =
      OpenCheckpoint(v.Bytes("note"), v.Bytes("origin"), RawKey(v.Bytes("key")));
  if (!checkpoint.ok()) return checkpoint.status();
  return First({SameNumberIfGiven(v, "size", checkpoint->size),
                SameIfGiven(v, "root", checkpoint->root.view())});
}

// Gives out the vector's `random` bytes in order.
RandomSource Replay(const Vector& v) {
  auto bytes = std::make_shared<std::string>(v.Bytes("random"));
  return [bytes](uint8_t* out, size_t n) {
    const size_t taken = std::min(n, bytes->size());
    std::copy_n(bytes->begin(), taken, out);
    bytes->erase(0, taken);
  };
}

absl::Status MakeKeyFileOp(const Vector& v) {
  KeyFile file =
      KeyFile::Create(v.Bytes("context"), SecretBytes::CopyOf(v.Bytes("secret")), Replay(v));
  const absl::Status status =
      First({file.AddPassphraseSlot(v.Bytes("passphrase"), {.memory_bytes = v.Number("memory"),
                                                            .passes = v.Number("passes")}),
             file.AddKeySlot(v.Bytes("key"))});
  return status.ok() ? Same("bytes", v.Bytes("bytes"), file.Encode()) : status;
}

absl::Status OpenKeyFileOp(const Vector& v) {
  const auto file = KeyFile::Decode(v.Bytes("bytes"), v.Bytes("context"));
  if (!file.ok()) return file.status();
  const auto secret = v.Has("passphrase") ? file->OpenWithPassphrase(v.Bytes("passphrase"))
                                          : file->OpenWithKey(v.Bytes("key"));
  if (!secret.ok()) return secret.status();
  return First({Same("bytes", v.Bytes("bytes"), file->Encode()),
                Same("secret", v.Bytes("secret"), secret->view())});
}

absl::Status SpkiOp(const Vector& v) {
  const auto key = PublicKeyFromBytes(v.Bytes("key"));
  if (!key.ok()) return key.status();
  return First({Same("spki", v.Bytes("spki"), SpkiOfKey(*key)),
                Same("pin", v.Bytes("pin"), PinOfKey(*key).digest.view())});
}

absl::Status CheckWordsOp(const Vector& v) {
  const auto transcript = DigestFromBytes(v.Bytes("transcript"));
  if (!transcript.ok()) return transcript.status();
  const CheckWords words = WordsFor(*transcript);
  std::string joined;
  for (const std::string& word : words.words) {
    absl::StrAppend(&joined, joined.empty() ? "" : " ", word);
  }
  return First(
      {Same("words", v.Bytes("words"), joined), Same("digits", v.Bytes("digits"), words.digits)});
}

absl::Status HmacOp(const Vector& v) {
  const Digest mac = HmacSha256(v.Bytes("key"), v.Bytes("message"));
  return ConstantTimeEqual(mac.view(), v.Bytes("mac"))
             ? absl::OkStatus()
             : absl::UnauthenticatedError("the MAC differs");
}

absl::Status HkdfOp(const Vector& v) {
  const std::string want = v.Bytes("okm");
  return Same("okm", want,
              HkdfSha256(v.Bytes("ikm"), v.Bytes("salt"), v.Bytes("info"), want.size()).view());
}

absl::Status Run(const Vector& v) {
  using Op = absl::Status (*)(const Vector&);
  const std::map<std::string, Op> ops = {
      {"sha256", Sha256Op},
      {"tagged-hash", TaggedHashOp},
      {"digest", DigestOp},
      {"unhex", UnHexOp},
      {"base32", Base32Op},
      {"sign", SignOp},
      {"verify", VerifyOp},
      {"public-key", PublicKeyOp},
      {"pae", PaeOp},
      {"seal", SealOp},
      {"decode-signed", DecodeSignedOp},
      {"open", OpenOp},
      {"part", PartOp},
      {"commit", CommitOp},
      {"check-committed", CheckCommittedOp},
      {"root", RootOp},
      {"node", NodeOp},
      {"chunk-root", ChunkRootOp},
      {"frontier", FrontierOp},
      {"inclusion", InclusionOp},
      {"consistency", ConsistencyOp},
      {"sign-checkpoint", SignCheckpointOp},
      {"open-checkpoint", OpenCheckpointOp},
      {"make-keyfile", MakeKeyFileOp},
      {"open-keyfile", OpenKeyFileOp},
      {"spki", SpkiOp},
      {"check-words", CheckWordsOp},
      {"hmac", HmacOp},
      {"hkdf", HkdfOp},
  };
  const auto op = ops.find(v.Text("op"));
  if (op == ops.end()) return absl::AbortedError(absl::StrCat("unknown op ", v.Text("op")));
  return op->second(v);
}

}  // namespace

std::string CheckCryptoVector(const Vector& v) {
  const absl::Status status = Run(v);
  const std::string got =
      status.ok() ? "ok" : absl::StrCat("error ", absl::StatusCodeToString(status.code()));
  if (got != v.Text("expect")) {
    return absl::StrCat("wanted ", v.Text("expect"), ", got ", got, " ",
                        std::string(status.message()));
  }
  if (v.Has("says") && !absl::StrContains(status.message(), v.Text("says"))) {
    return absl::StrCat("wanted a message with \"", v.Text("says"), "\", got \"",
                        std::string(status.message()), "\"");
  }
  return "";
}

}  // namespace fairway::vectors
