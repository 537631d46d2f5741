#include "sync/tls/certificate.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "sync/tls/openssl.h"
#include "sync/tls/pem_file.h"

namespace vitalgate::sync {
namespace {

constexpr std::size_t kNameLengthMax = 100;
constexpr std::size_t kNamesLengthMax = 200;

void append_printable(std::string& out, const ASN1_STRING* text) {
  const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(text));
  for (std::size_t i = 0; i < std::min(size, kNameLengthMax); ++i)
    out.push_back(bytes[i] < 0x20 || bytes[i] > 0x7e ? '?' : bytes[i]);
}

std::string entry(const X509_NAME* name, int nid) {
  std::string text;
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at >= 0) append_printable(text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  return text;
}

std::string name_text(const X509_NAME* name) {
  std::string text = entry(name, NID_commonName);
  const std::string organisation = entry(name, NID_organizationName);
  if (text.empty())
    text = organisation;
  else if (!organisation.empty())
    text.append(" (").append(organisation).append(")");
  return text.empty() ? "no name" : text;
}

void append_address(std::string& out, const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) return;
  if (inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size()) != nullptr)
    out.append(text.data());
}

std::string names_of(const X509* certificate) {
  std::string names;
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> list(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    if (names.size() >= kNamesLengthMax) return names.append(", ...");
    const GENERAL_NAME* at = sk_GENERAL_NAME_value(list.get(), i);
    if (at->type != GEN_DNS && at->type != GEN_IPADD) continue;
    if (!names.empty()) names.append(", ");
    if (at->type == GEN_DNS)
      append_printable(names, at->d.dNSName);
    else
      append_address(names, at->d.iPAddress);
  }
  return names.empty() ? "no name" : names;
}

WallTime wall_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::time_point_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::from_time_t(timegm(&parts)));
}

}  // namespace

CertificateFacts facts_of(x509_st* certificate) {
  return {name_text(X509_get_subject_name(certificate)),
          name_text(X509_get_issuer_name(certificate)),
          names_of(certificate),
          wall_time(X509_get0_notBefore(certificate)),
          wall_time(X509_get0_notAfter(certificate)),
          (X509_get_extension_flags(certificate) & EXFLAG_SS) != 0};
}

Result<std::vector<CertificateFacts>> read_certificates(const std::filesystem::path& file) {
  VG_TRY(look_at_pem(file));
  std::vector<CertificateFacts> found;
  const Owned<BIO, BIO_free_all> bio(BIO_new_file(file.c_str(), "r"));
  while (bio) {
    const Owned<X509, X509_free> next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    found.push_back(facts_of(next.get()));
  }
  ERR_clear_error();
  if (!found.empty()) return found;
  return Error{Errc::rejected, file.string() + " holds no certificate that can be read",
               "it must be a certificate in PEM form"};
}

int days_left(WallTime until, WallTime now) {
  return static_cast<int>(std::chrono::floor<std::chrono::days>(until - now).count());
}

std::string day_of(WallTime time) { return to_rfc3339(time).substr(0, 10); }

Expiry expiry(int days) {
  if (days < 0) return Expiry::over;
  if (days <= 3) return Expiry::days;
  if (days <= 14) return Expiry::fortnight;
  return days <= 30 ? Expiry::month : Expiry::far;
}

std::optional<int> certificate_days(const TlsFiles& files, WallTime now) {
  const auto ca = read_certificates(files.ca);
  if (!ca) return std::nullopt;
  const auto earlier = [](const CertificateFacts& left, const CertificateFacts& right) {
    return left.not_after < right.not_after;
  };
  // Of several CAs the hub may already use the newest; of our own chain all are needed.
  WallTime until = std::ranges::max_element(*ca, earlier)->not_after;
  if (files.certificate) {
    const auto own = read_certificates(*files.certificate);
    if (!own) return std::nullopt;
    until = std::min(until, std::ranges::min_element(*own, earlier)->not_after);
  }
  return days_left(until, now);
}

}  // namespace vitalgate::sync
