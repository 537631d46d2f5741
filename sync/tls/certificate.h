// What a certificate says of itself, and how long it is still good for.
//
// Reads files; any thread. Text from a certificate is cut to what can be shown in a line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/clock.h"
#include "agent/core/result.h"
#include "sync/tls/files.h"

struct x509_st;  // OpenSSL's X509

namespace vitalgate::sync {

struct CertificateFacts {
  std::string subject;  // "gateway-17 (Clinic Example)": common name and organisation
  std::string issuer;   // the same of who signed it
  std::string names;    // "hub.example.org, 10.0.0.5": what it is for; "no name" without any
  WallTime not_before;
  WallTime not_after;
  bool self_signed = false;
};

CertificateFacts facts_of(x509_st* certificate);

// All certificates of a PEM file in their order, at least one. `rejected` when there is none.
Result<std::vector<CertificateFacts>> read_certificates(const std::filesystem::path& file);

// Whole days from `now` until `until`; less than 0 from the first second after it.
int days_left(WallTime until, WallTime now);

// The day, for a person: "2026-03-02".
std::string day_of(WallTime time);

// How urgent a renewal is: at 30, 14 and 3 days.
enum class Expiry : std::uint8_t { far, month, fortnight, days, over };
Expiry expiry(int days);

// Days until this gateway's own certificate, one that signed it, or the last CA it trusts runs
// out, whichever is first: what status shows as `certificate_days`. Nothing when a file that is
// named cannot be read.
std::optional<int> certificate_days(const TlsFiles& files, WallTime now);

}  // namespace vitalgate::sync
