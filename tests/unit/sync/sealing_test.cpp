#include "sync/buffer/sealing.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "agent/core/text.h"

namespace vitalgate::sync {
namespace {

constexpr std::string_view kPlain = "a heart beats";
constexpr std::string_view kBound = "lane 1, segment 7";

// 00 01 02 ... 1f
Secret counting_key() {
  Secret key;
  std::iota(key.bytes().begin(), key.bytes().end(), static_cast<unsigned char>(0));
  return key;
}

std::string sealed_text(Sealer& sealer, std::string_view plain = kPlain,
                        std::string_view bound = kBound) {
  std::string out;
  sealer.seal(plain, bound, out);
  return out;
}

// Made by a second implementation, in Python, that was held against RFC 5869 test case 1, FIPS 197
// appendix C.3 and test case 16 of the GCM specification.
TEST(SealingTest, OpensWhatAnotherImplementationSealed) {
  const std::string sealed = *parse_hex(
      "016465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283c8c9cacbcccdcecfd0d1d2d3"
      "a052def092212bb5c98a5a5f89feea1bbaf1a3dded4b8b05979e612811");
  std::string plain;
  const auto opened = Sealer(counting_key()).open(sealed, kBound, plain);
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_EQ(plain, kPlain);
}

TEST(SealingTest, TagsAsAnotherImplementationDoes) {
  Tagger tagger(counting_key());
  const std::string wanted = *parse_hex("c0acf03347a45682dc25a13b87f7a899");
  for (int i = 0; i < 3; ++i) {  // one object makes many
    const Tagger::Tag tag = tagger.tag("a row");
    EXPECT_EQ(std::string(tag.begin(), tag.end()), wanted);
    EXPECT_NE(tagger.tag("another row"), tag);
  }
}

TEST(SealingTest, GivesBackWhatWasSealedWhateverItsLength) {
  Sealer sealer(Secret::random());
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 4096u, 100'000u}) {
    const std::string plain(size, 'x');
    const std::string sealed = sealed_text(sealer, plain);
    EXPECT_EQ(sealed.size(), size + kSealOverhead);
    std::string out = "before ";
    ASSERT_TRUE(sealer.open(sealed, kBound, out));
    EXPECT_EQ(out, "before " + plain);
  }
}

TEST(SealingTest, AppendsToWhatIsThere) {
  Sealer sealer(Secret::random());
  std::string out = "before ";
  sealer.seal(kPlain, kBound, out);
  ASSERT_TRUE(out.starts_with("before "));
  std::string plain;
  EXPECT_TRUE(sealer.open(std::string_view(out).substr(7), kBound, plain));
}

TEST(SealingTest, EveryFlippedBitOfASealedTextIsRefused) {
  Sealer sealer(Secret::random());
  const std::string sealed = sealed_text(sealer);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    std::string out = "before";
    const auto opened = sealer.open(changed, kBound, out);
    ASSERT_FALSE(opened) << "bit " << bit;
    EXPECT_EQ(opened.error().code, Errc::corrupt);
    EXPECT_EQ(out, "before");
  }
}

TEST(SealingTest, EveryFlippedBitOfWhatItIsBoundToIsRefused) {
  Sealer sealer(Secret::random());
  const std::string sealed = sealed_text(sealer);
  for (std::size_t bit = 0; bit < kBound.size() * 8; ++bit) {
    std::string changed(kBound);
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    std::string out;
    EXPECT_FALSE(sealer.open(sealed, changed, out)) << "bit " << bit;
  }
  std::string out;
  EXPECT_FALSE(sealer.open(sealed, {}, out));
  EXPECT_TRUE(sealer.open(sealed, kBound, out));  // and nothing of that spoilt the sealer
}

TEST(SealingTest, EveryCutOrLongerTextIsRefused) {
  Sealer sealer(Secret::random());
  const std::string sealed = sealed_text(sealer);
  std::string out;
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(sealer.open(sealed.substr(0, size), kBound, out)) << size;
  EXPECT_FALSE(sealer.open(sealed + '\0', kBound, out));
  EXPECT_TRUE(out.empty());
}

TEST(SealingTest, AnotherKeyOpensNothing) {
  Sealer sealer(Secret::random());
  Sealer other(Secret::random());
  std::string out;
  EXPECT_FALSE(other.open(sealed_text(sealer), kBound, out));
}

TEST(SealingTest, TheSameTextIsNeverSealedTheSameWayTwice) {
  Sealer sealer(counting_key());
  std::set<std::string> salts;
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) {
    const std::string sealed = sealed_text(sealer);
    salts.insert(sealed.substr(1, 32));
    nonces.insert(sealed.substr(33, 12));
  }
  EXPECT_EQ(salts.size(), 1000u);
  EXPECT_EQ(nonces.size(), 1000u);
}

TEST(SealingTest, ATagMatchesItsBytesUnderItsKeyOnly) {
  Tagger tagger(counting_key());
  const Tagger::Tag tag = tagger.tag("a row");
  std::string text(tag.begin(), tag.end());
  EXPECT_TRUE(tagger.matches("a row", text));
  EXPECT_FALSE(tagger.matches("a row.", text));
  EXPECT_FALSE(tagger.matches("a row", text.substr(1)));
  EXPECT_FALSE(tagger.matches("a row", {}));
  EXPECT_FALSE(Tagger(Secret::random()).matches("a row", text));
  text.back() = static_cast<char>(text.back() ^ 1);
  EXPECT_FALSE(tagger.matches("a row", text));
}

TEST(SealingTest, ASealerAndATaggerMayBeMoved) {
  Sealer first(counting_key());
  const std::string sealed = sealed_text(first);
  Sealer second(std::move(first));
  std::string out;
  EXPECT_TRUE(second.open(sealed, kBound, out));
  Tagger tagger(counting_key());
  Tagger moved(std::move(tagger));
  const Tagger::Tag tag = moved.tag("a row");
  EXPECT_TRUE(moved.matches("a row", {tag.data(), tag.size()}));
}

TEST(SealingTest, ASecretMovesAndIsRandom) {
  Secret zero;
  EXPECT_EQ(zero.bytes(), (std::array<unsigned char, Secret::kSize>{}));
  Secret first = Secret::random();
  EXPECT_NE(first.bytes(), Secret::random().bytes());
  const auto bytes = first.bytes();
  Secret second(std::move(first));
  zero = std::move(second);
  EXPECT_EQ(zero.bytes(), bytes);
}

}  // namespace
}  // namespace vitalgate::sync
