#include "crypto/certificate.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <utility>

#include "crypto/spki.h"

namespace fairway::crypto {
namespace {

constexpr char kUri[] = "fairway://mombasa/node/1";
const absl::Time kFrom = absl::FromUnixSeconds(1763668800);
const absl::Time kTo = kFrom + absl::Hours(24 * 30);

using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

SigningKey TlsKey() { return SigningKey::FromSeed(std::string(kSeedBytes, 't')); }

X509Ptr Parse(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509Ptr certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), X509_free);
  BIO_free(bio);
  return certificate;
}

KeyPtr ParseKey(std::string_view pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  KeyPtr key(PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr), EVP_PKEY_free);
  BIO_free(bio);
  return key;
}

X509Ptr Made(const std::string& uri = kUri) {
  const auto identity = MakeTlsIdentity(TlsKey(), uri, kFrom, kTo);
  EXPECT_TRUE(identity.ok()) << identity.status();
  return identity.ok() ? Parse(identity->certificate_pem) : X509Ptr(nullptr, X509_free);
}

TEST(Certificate, CarriesTheKeyThatThePinIsFor) {
  const X509Ptr certificate = Made();
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
  ASSERT_GT(size, 0);
  const std::string spki(reinterpret_cast<char*>(der), size);
  OPENSSL_free(der);
  EXPECT_EQ(PinOfSpki(spki), PinOfKey(TlsKey().public_key()));
}

TEST(Certificate, PrivateKeyBelongsToIt) {
  const auto identity = MakeTlsIdentity(TlsKey(), kUri, kFrom, kTo);
  ASSERT_TRUE(identity.ok()) << identity.status();
  const KeyPtr key = ParseKey(identity->private_key_pem.view());
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(X509_check_private_key(Parse(identity->certificate_pem).get(), key.get()), 1);
}

TEST(Certificate, IsSignedByItself) {
  const X509Ptr certificate = Made();
  EXPECT_EQ(X509_verify(certificate.get(), X509_get0_pubkey(certificate.get())), 1);
  EXPECT_EQ(X509_self_signed(certificate.get(), 1), 1);
}

TEST(Certificate, IsALeafForServersAndClients) {
  const X509Ptr certificate = Made();
  EXPECT_EQ(X509_get_version(certificate.get()), X509_VERSION_3);
  const uint32_t flags = X509_get_extension_flags(certificate.get());
  EXPECT_NE(flags & EXFLAG_BCONS, 0u);
  EXPECT_EQ(flags & EXFLAG_CA, 0u);
  EXPECT_EQ(X509_get_extended_key_usage(certificate.get()),
            static_cast<uint32_t>(XKU_SSL_SERVER | XKU_SSL_CLIENT));
  EXPECT_EQ(X509_get_key_usage(certificate.get()), static_cast<uint32_t>(KU_DIGITAL_SIGNATURE));
}

TEST(Certificate, NamesOneUriWhateverCharactersItHas) {
  for (const std::string& uri :
       {std::string(kUri), std::string("fairway://a,DNS:evil.example"),
        std::string("fairway://a,URI:b:c"), "f:" + std::string(kMaxUriBytes - 2, 'x')}) {
    const X509Ptr certificate = Made(uri);
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr));
    ASSERT_EQ(sk_GENERAL_NAME_num(names), 1);
    int type = 0;
    auto* text =
        static_cast<ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, 0), &type));
    EXPECT_EQ(type, GEN_URI);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                          ASN1_STRING_length(text)),
              uri);
    GENERAL_NAMES_free(names);
  }
}

TEST(Certificate, LastsFromAndUntilTheTimesGiven) {
  const X509Ptr certificate = Made();
  std::time_t from = absl::ToTimeT(kFrom);
  EXPECT_EQ(ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate.get()), from), 0);
  EXPECT_EQ(ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate.get()), absl::ToTimeT(kTo)), 0);
}

TEST(Certificate, IsTheSameForTheSameInputAndHasAnotherSerialForOtherDates) {
  const auto a = MakeTlsIdentity(TlsKey(), kUri, kFrom, kTo);
  const auto b = MakeTlsIdentity(TlsKey(), kUri, kFrom, kTo);
  const auto later = MakeTlsIdentity(TlsKey(), kUri, kFrom + absl::Seconds(1), kTo);
  ASSERT_TRUE(a.ok() && b.ok() && later.ok());
  EXPECT_EQ(a->certificate_pem, b->certificate_pem);
  const X509Ptr first = Parse(a->certificate_pem);
  const X509Ptr second = Parse(later->certificate_pem);
  EXPECT_NE(
      ASN1_INTEGER_cmp(X509_get0_serialNumber(first.get()), X509_get0_serialNumber(second.get())),
      0);
}

TEST(Certificate, RefusesUrisAndDatesThatX509CannotHold) {
  for (const std::string& uri :
       {std::string(), std::string("no-colon"), std::string("a: b"), std::string("a:\n"),
        std::string("a:\xc3\xa9"), std::string("a:\0b", 4),
        "f:" + std::string(kMaxUriBytes - 1, 'x')}) {
    EXPECT_EQ(MakeTlsIdentity(TlsKey(), uri, kFrom, kTo).status().code(),
              absl::StatusCode::kInvalidArgument)
        << uri;
  }
  const absl::Time first = absl::FromUnixSeconds(-631152000);
  const absl::Time last = absl::FromUnixSeconds(253402300799);
  EXPECT_TRUE(MakeTlsIdentity(TlsKey(), kUri, first, last).ok());
  for (const auto& [from, to] :
       {std::pair(kFrom, kFrom), std::pair(kTo, kFrom), std::pair(first - absl::Seconds(1), kTo),
        std::pair(kFrom, last + absl::Seconds(1)), std::pair(kFrom, absl::InfiniteFuture()),
        std::pair(absl::InfinitePast(), kTo)}) {
    EXPECT_EQ(MakeTlsIdentity(TlsKey(), kUri, from, to).status().code(),
              absl::StatusCode::kInvalidArgument)
        << from << " " << to;
  }
}

}  // namespace
}  // namespace fairway::crypto
