#include "crypto/certificate.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crypto/digest.h"

namespace fairway::crypto {
namespace {

constexpr std::string_view kSubjectName = "fairway node";
constexpr size_t kSerialBytes = 16;

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

absl::Status OpenSslError(std::string_view step) {
  char text[256] = "no reason given";
  if (const unsigned long code = ERR_get_error(); code != 0) {
    ERR_error_string_n(code, text, sizeof(text));
  }
  ERR_clear_error();
  return absl::InternalError(absl::StrCat("certificate: ", std::string(step), ": ", text));
}

absl::Status CheckInput(std::string_view uri, absl::Time not_before, absl::Time not_after) {
  const bool visible =
      std::all_of(uri.begin(), uri.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (uri.empty() || uri.size() > kMaxUriBytes || !visible ||
      uri.find(':') == std::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat("certificate: the URI must be 1 to ",
                                                   kMaxUriBytes,
                                                   " visible ASCII characters with a ':'"));
  }
  // X.509 dates: years 1950 to 9999 (RFC 5280 §4.1.2.5), whole seconds.
  const absl::Time first = absl::FromUnixSeconds(-631152000);
  const absl::Time last = absl::FromUnixSeconds(253402300799);
  if (not_before < first || not_after > last || not_after <= not_before) {
    return absl::InvalidArgumentError(
        "certificate: it must end after it begins, both in the years 1950 to 9999");
  }
  return absl::OkStatus();
}

bool SetSerial(X509* certificate, const SigningKey& key, absl::Time not_before,
               absl::Time not_after) {
  const std::string input =
      absl::StrCat(std::string(key.public_key().view()), absl::ToUnixSeconds(not_before), " ",
                   absl::ToUnixSeconds(not_after));
  Digest serial = TaggedHash("fairway/tls-serial", input);
  // Positive and never zero (RFC 5280 §4.1.2.2).
  serial.bytes[0] = static_cast<uint8_t>((serial.bytes[0] & 0x3f) | 0x40);
  const Number number(BN_bin2bn(serial.bytes.data(), kSerialBytes, nullptr));
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool AddExtension(X509* certificate, int nid, const char* value) {
  const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Built by hand: the text form of this extension would read a comma in the URI as one more name.
bool AddUriName(X509* certificate, std::string_view uri) {
  const Names names(GENERAL_NAMES_new());
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  if (names == nullptr || name == nullptr || text == nullptr ||
      ASN1_STRING_set(text, uri.data(), static_cast<int>(uri.size())) != 1 ||
      sk_GENERAL_NAME_push(names.get(), name) <= 0) {
    GENERAL_NAME_free(name);
    ASN1_IA5STRING_free(text);
    return false;
  }
  GENERAL_NAME_set0_value(name, GEN_URI, text);
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) ==
         1;
}

bool SetNamesAndDates(X509* certificate, absl::Time not_before, absl::Time not_after) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  return X509_set_version(certificate, X509_VERSION_3) == 1 &&
         X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC, Raw(kSubjectName),
                                    static_cast<int>(kSubjectName.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, subject) == 1 &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToUnixSeconds(not_before)) !=
             nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToUnixSeconds(not_after)) != nullptr;
}

std::string_view Contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

}  // namespace

absl::StatusOr<TlsIdentity> MakeTlsIdentity(const SigningKey& tls_key, const std::string& uri_san,
                                            absl::Time not_before, absl::Time not_after) {
  if (absl::Status status = CheckInput(uri_san, not_before, not_after); !status.ok()) return status;
  const SecretBytes seed = tls_key.Seed();
  const Key key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Raw(seed.view()), seed.size()));
  if (key == nullptr) return OpenSslError("loading the key");

  const Certificate certificate(X509_new());
  if (certificate == nullptr || !SetNamesAndDates(certificate.get(), not_before, not_after) ||
      !SetSerial(certificate.get(), tls_key, not_before, not_after) ||
      X509_set_pubkey(certificate.get(), key.get()) != 1) {
    return OpenSslError("filling in the fields");
  }
  if (!AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !AddExtension(certificate.get(), NID_key_usage, "critical,digitalSignature") ||
      !AddExtension(certificate.get(), NID_ext_key_usage, "serverAuth,clientAuth") ||
      !AddUriName(certificate.get(), uri_san)) {
    return OpenSslError("adding extensions");
  }
  // Ed25519 hashes by itself: no digest is named.
  if (X509_sign(certificate.get(), key.get(), nullptr) == 0) return OpenSslError("signing");

  const Bio certificate_pem(BIO_new(BIO_s_mem()));
  const Bio key_pem(BIO_new(BIO_s_secmem()));
  if (certificate_pem == nullptr || key_pem == nullptr ||
      PEM_write_bio_X509(certificate_pem.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1) {
    return OpenSslError("writing PEM");
  }
  TlsIdentity identity{std::string(Contents(certificate_pem.get())),
                       SecretBytes::CopyOf(Contents(key_pem.get()))};
  return identity;
}

}  // namespace fairway::crypto
