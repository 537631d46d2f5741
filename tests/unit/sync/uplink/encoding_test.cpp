#include "sync/uplink/encoding.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <array>

namespace vitalgate::sync {
namespace {

using config::Compression;
using config::Transport;

std::string gunzip(std::string_view packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out(2'000'000, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0u);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string unzstd(std::string_view packed) {
  std::string out(ZSTD_getFrameContentSize(packed.data(), packed.size()), '\0');
  EXPECT_EQ(ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size()), out.size());
  return out;
}

std::string body_of(std::size_t size) {
  std::string body;
  for (std::size_t i = 0; body.size() < size; ++i)
    body += R"({"metric":"heart_rate","value_num":)" + std::to_string(i * 7919 % 251) + "},";
  body.resize(size);
  return body;
}

TEST(EncodingTest, EveryBodyComesBackAsItWasAlsoFromAUsedEncoder) {
  Encoder gzip(Compression::gzip), zstd(Compression::zstd), none(Compression::none);
  std::string memory;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1'000'000},
                                 std::size_t{60'000}, std::size_t{3}}) {
    const std::string body = body_of(size);
    EXPECT_EQ(gunzip(gzip.encode(body, memory)), body);
    EXPECT_EQ(unzstd(zstd.encode(body, memory)), body);
    EXPECT_EQ(none.encode(body, memory), body);
  }
}

TEST(EncodingTest, WhatCannotBeShortenedStillFits) {
  std::string noise(60'000, '\0');
  std::uint32_t state = 1;
  for (char& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  std::string memory;
  EXPECT_EQ(gunzip(Encoder(Compression::gzip).encode(noise, memory)), noise);
  EXPECT_EQ(unzstd(Encoder(Compression::zstd).encode(noise, memory)), noise);
}

TEST(EncodingTest, TheHubOfHttpsGetsGzipAndThatOfMqttGetsPlainTextUnlessToldOtherwise) {
  EXPECT_EQ(encoding_of(Compression::automatic, Transport::https), Compression::gzip);
  EXPECT_EQ(encoding_of(Compression::automatic, Transport::mqtt), Compression::none);
  EXPECT_EQ(encoding_of(Compression::automatic, Transport::mqtt_websocket), Compression::none);
  EXPECT_EQ(encoding_of(Compression::zstd, Transport::mqtt), Compression::zstd);
  EXPECT_EQ(encoding_of(Compression::none, Transport::https), Compression::none);
  EXPECT_EQ(encoding_name(Compression::zstd), "zstd");
  EXPECT_EQ(encoding_name(Compression::none), "");
}

}  // namespace
}  // namespace vitalgate::sync
