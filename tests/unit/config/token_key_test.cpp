// destination.key = "pkcs11:...": what names the key, and nothing that is secret.
#include <gtest/gtest.h>

#include "config/pkcs11_key.h"
#include "tests/unit/config/settings_text.h"

namespace vitalgate::config::test {
namespace {

std::string with_key(std::string_view key, std::string_view transport = "https") {
  return least_and("transport = \"" + std::string(transport) +
                   "\"\ncertificate = \"file:/etc/vitalgate/tls/gateway.pem\"\nkey = \"" +
                   std::string(key) + "\"\n");
}

TEST(TokenKeyTest, TheKeyTheTokenAndTheFilesAreToldApart) {
  const auto parsed = parse_pkcs11_key(
      "pkcs11:token=clinic;object=gateway%20key;type=private;pin-source=file:/etc/pin"
      "?module-path=/usr/lib/token.so");
  ASSERT_TRUE(parsed.what.empty()) << parsed.what;
  EXPECT_EQ(parsed.key.uri, "pkcs11:token=clinic;object=gateway%20key;type=private");
  EXPECT_EQ(parsed.key.pin_file, "/etc/pin");
  EXPECT_EQ(parsed.key.module, "/usr/lib/token.so");
}

TEST(TokenKeyTest, IsAcceptedForHttpsAndPassedOnAsWritten) {
  const Loaded loaded = load_words(with_key("pkcs11:serial=42;id=%01"));
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  EXPECT_EQ(loaded.settings->destinations.front().key, "pkcs11:serial=42;id=%01");
}

TEST(TokenKeyTest, IsRefusedForEveryTransportThatMayBeMqtt) {
  for (const char* transport : {"mqtt", "mqtt-websocket", "auto"}) {
    const Loaded loaded = load_words(with_key("pkcs11:token=a;object=b", transport));
    const Problem* problem = about(loaded, "destination[1].key");
    ASSERT_NE(problem, nullptr) << transport;
    EXPECT_NE(problem->what.find("works only with transport"), std::string::npos);
  }
}

TEST(TokenKeyTest, APinInItIsRefusedAndNotRepeated) {
  const Loaded loaded = load_words(with_key("pkcs11:token=a;object=b;pin-value=canary1234"));
  ASSERT_NE(about(loaded, "destination[1].key"), nullptr);
  EXPECT_EQ(all_text(loaded).find("canary1234"), std::string::npos) << all_text(loaded);
}

TEST(TokenKeyTest, FlawsAreNamed) {
  for (const char* text :
       {"pkcs11:", "pkcs11:token=a", "pkcs11:object=b", "pkcs11:token=;object=b",
        "pkcs11:token=a;object=b;colour=red", "pkcs11:token=a b;object=c",
        "pkcs11:token=a;object=b;pin-source=/etc/pin", "pkcs11:token=a;object=b;module-path=x.so"})
    EXPECT_FALSE(parse_pkcs11_key(text).what.empty()) << text;
}

TEST(TokenKeyTest, ThePinFileHasToBeThere) {
  const Loaded loaded = load_words(with_key("pkcs11:token=a;object=b;pin-source=file:/no/such/pin"),
                                   /*check_files=*/true);
  const Problem* problem = about(loaded, "destination[1].key");
  ASSERT_NE(problem, nullptr);
  EXPECT_NE(problem->what.find("/no/such/pin: no such file"), std::string::npos);
}

TEST(TokenKeyTest, OtherFilesCannotLieInAToken) {
  const Loaded loaded =
      load_words(least_and("proxy = \"http://p:1\"\nproxy_username = \"u\"\n"
                           "proxy_password = \"pkcs11:token=a;object=b\"\n"));
  EXPECT_NE(about(loaded, "destination[1].proxy_password"), nullptr);
}

}  // namespace
}  // namespace vitalgate::config::test
