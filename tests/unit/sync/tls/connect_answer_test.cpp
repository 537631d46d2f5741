#include "sync/tls/connect_answer.h"

#include <gtest/gtest.h>

namespace vitalgate::test {
namespace {

using sync::kConnectAnswerMax;
using sync::parse_connect_answer;

TEST(ConnectAnswerTest, TheRequestNamesTheHubTwiceAndTheLoginOnce) {
  EXPECT_EQ(sync::connect_request("hub.example:8883", ""),
            "CONNECT hub.example:8883 HTTP/1.1\r\nHost: hub.example:8883\r\n\r\n");
  EXPECT_EQ(sync::connect_request("hub.example:443", "Aladdin:open sesame"),
            "CONNECT hub.example:443 HTTP/1.1\r\nHost: hub.example:443\r\n"
            "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
}

TEST(ConnectAnswerTest, IsReadOnceItsHeadIsWhole) {
  const std::string whole = "HTTP/1.1 200 Connection established\r\nVia: 1.1 squid\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto part = parse_connect_answer(std::string_view(whole).substr(0, size));
    ASSERT_TRUE(part) << size;
    EXPECT_FALSE((*part).has_value()) << size;
  }
  const auto answer = parse_connect_answer(whole);
  ASSERT_TRUE(answer && (*answer).has_value());
  EXPECT_EQ((**answer).status, 200);
}

TEST(ConnectAnswerTest, TellsWhichLoginsAreOffered) {
  const auto answer = parse_connect_answer(
      "HTTP/1.0 407\r\nproxy-AUTHENTICATE: Negotiate\r\nProxy-Authenticate:NTLM\r\n"
      "Proxy-Authenticate: Basic realm=\"clinic\"\r\n\r\n");
  ASSERT_TRUE(answer && (*answer).has_value());
  EXPECT_EQ((**answer).status, 407);
  EXPECT_EQ((**answer).login, "Negotiate, NTLM, Basic");
}

TEST(ConnectAnswerTest, WhatIsNoAnswerIsMalformed) {
  for (const char* text :
       {"SSH-2.0-OpenSSH\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 999 No\r\n\r\n", "HTTP/1.1 2000 No\r\n\r\n", "HTTP/1.1\r\n\r\n", "\r\n\r\n"})
    EXPECT_FALSE(parse_connect_answer(text)) << text;
}

TEST(ConnectAnswerTest, AnAnswerWithoutEndIsGivenUp) {
  std::string endless = "HTTP/1.1 200 OK\r\nX: ";
  endless.resize(kConnectAnswerMax - 1, 'x');
  EXPECT_TRUE(parse_connect_answer(endless));
  endless.push_back('x');
  EXPECT_FALSE(parse_connect_answer(endless));
}

}  // namespace
}  // namespace vitalgate::test
