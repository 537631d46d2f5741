#include "sync/tls/certificate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/sync/tls/pki.h"

namespace vitalgate::test {
namespace {

using namespace std::chrono_literals;
using sync::Expiry;

class CertificateTest : public ::testing::Test {
 protected:
  [[nodiscard]] Identity made(const std::string& name, Wanted wanted) const {
    return make_identity(folder_.path() / name, wanted);
  }
  TempDir folder_;
};

TEST_F(CertificateTest, TellsWhoItIsAndWhatItIsFor) {
  const auto read = sync::read_certificates(
      made("one", {.common_name = "gateway-17", .organisation = "Clinic Example"}).certificate);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1u);
  const sync::CertificateFacts& facts = read->front();
  EXPECT_EQ(facts.subject, "gateway-17 (Clinic Example)");
  EXPECT_EQ(facts.issuer, facts.subject);
  EXPECT_EQ(facts.names, "localhost, 127.0.0.1");
  EXPECT_TRUE(facts.self_signed);
}

TEST_F(CertificateTest, HostileNamesStayOneShortLine) {
  const std::string name = "evil\n\x1b[31m" + std::string(50, 'x');
  const auto read = sync::read_certificates(made("evil", {.common_name = name}).certificate);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->front().subject, "evil??[31m" + std::string(50, 'x'));
}

TEST_F(CertificateTest, ManyNamesAreCut) {
  std::string names;
  for (int i = 0; i < 100; ++i)
    names.append(i == 0 ? "DNS:" : ",DNS:")
        .append("hub")
        .append(std::to_string(i))
        .append(".example");
  const auto read = sync::read_certificates(made("many", {.names = names}).certificate);
  ASSERT_TRUE(read);
  EXPECT_LT(read->front().names.size(), 300u);
  EXPECT_TRUE(read->front().names.ends_with("..."));
}

TEST_F(CertificateTest, DaysAreWholeAndNegativeOnceItIsOver) {
  const WallTime now(1000h);
  EXPECT_EQ(sync::days_left(now + 24h * 3, now), 3);
  EXPECT_EQ(sync::days_left(now + 24h * 3 - 1ms, now), 2);
  EXPECT_EQ(sync::days_left(now, now), 0);
  EXPECT_EQ(sync::days_left(now - 1ms, now), -1);
}

TEST_F(CertificateTest, IsUrgentAtThirtyFourteenAndThreeDays) {
  EXPECT_EQ(sync::expiry(31), Expiry::far);
  EXPECT_EQ(sync::expiry(30), Expiry::month);
  EXPECT_EQ(sync::expiry(15), Expiry::month);
  EXPECT_EQ(sync::expiry(14), Expiry::fortnight);
  EXPECT_EQ(sync::expiry(4), Expiry::fortnight);
  EXPECT_EQ(sync::expiry(3), Expiry::days);
  EXPECT_EQ(sync::expiry(0), Expiry::days);
  EXPECT_EQ(sync::expiry(-1), Expiry::over);
}

TEST_F(CertificateTest, DaysAreThoseOfWhatRunsOutFirst) {
  const Identity ca = made("ca", {.until_days = 50, .authority = true});
  const Identity own = made("own", {.until_days = 20});
  const WallTime now = wall_now();
  EXPECT_EQ(sync::certificate_days({ca.certificate, {}, {}}, now), 49);
  EXPECT_EQ(sync::certificate_days({ca.certificate, own.certificate, own.key}, now), 19);
  EXPECT_EQ(sync::certificate_days({own.certificate, ca.certificate, ca.key}, now), 19);
}

TEST_F(CertificateTest, OfSeveralAuthoritiesTheLastOneCounts) {
  const Identity old = made("old", {.until_days = 5, .authority = true});
  const Identity renewed = made("new", {.until_days = 500, .authority = true});
  const auto both = folder_.path() / "both.pem";
  std::ofstream(both) << read_file(old.certificate) << read_file(renewed.certificate);
  EXPECT_EQ(sync::certificate_days({both, {}, {}}, wall_now()), 499);
}

TEST_F(CertificateTest, NoDaysWithoutAFileThatCanBeRead) {
  const Identity ca = made("ca", {.authority = true});
  EXPECT_FALSE(sync::certificate_days({folder_.path() / "none", {}, {}}, wall_now()));
  EXPECT_FALSE(sync::certificate_days({ca.certificate, ca.key, ca.key}, wall_now()));
}

}  // namespace
}  // namespace vitalgate::test
