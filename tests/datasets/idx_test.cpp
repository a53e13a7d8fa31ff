// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/base/error.h"

#include "temporary.h"

namespace hearth::datasets {
namespace {

std::string be32(uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
          static_cast<char>(v)};
}

std::string idx(int type, const std::vector<uint32_t>& sizes, const std::string& data) {
  std::string s{0, 0, static_cast<char>(type), static_cast<char>(sizes.size())};
  for (uint32_t size : sizes) s += be32(size);
  return s + data;
}

Tensor parse(const std::string& bytes) { return read_idx(bytes.data(), bytes.size(), "test.idx"); }

std::string failure(const std::string& bytes) {
  try {
    parse(bytes);
  } catch (const FormatError& e) {
    return e.what();
  }
  return "nothing thrown";
}

TEST(Idx, ReadsPlainAndGzippedFiles) {
  TemporaryFolder folder;
  const std::string bytes = idx(8, {2, 2, 3}, "abcdefghijkl");
  write_text(folder / "plain", bytes);
  write_text(folder / "zipped.gz", gzipped(bytes));
  for (const char* name : {"plain", "zipped.gz"}) {
    Tensor t = read_idx(folder / name);
    EXPECT_EQ(t.sizes(), (std::vector<int64_t>{2, 2, 3}));
    EXPECT_EQ(t.scalar_type(), kByte);
    EXPECT_EQ(t.const_data_ptr<uint8_t>()[11], 'l');
  }
  // Two members in one file, as gzip allows.
  const std::string two = gzipped(bytes.substr(0, 9)) + gzipped(bytes.substr(9));
  EXPECT_EQ(parse(two).const_data_ptr<uint8_t>()[11], 'l');
}

TEST(Idx, TurnsBytesOfEveryType) {
  EXPECT_EQ(parse(idx(9, {1}, "\xff")).const_data_ptr<int8_t>()[0], -1);
  EXPECT_EQ(parse(idx(0x0b, {1}, "\x01\x02")).const_data_ptr<int16_t>()[0], 0x0102);
  EXPECT_EQ(parse(idx(0x0c, {1}, be32(0x01020304))).const_data_ptr<int32_t>()[0], 0x01020304);
  EXPECT_EQ(parse(idx(0x0d, {1}, be32(0x3fc00000))).const_data_ptr<float>()[0], 1.5f);
  EXPECT_EQ(parse(idx(0x0e, {1}, be32(0x3ff80000) + be32(0))).const_data_ptr<double>()[0], 1.5);
  EXPECT_EQ(parse(idx(8, {0, 28, 28}, "")).numel(), 0);
}

TEST(Idx, RefusesEveryTruncation) {
  const std::string plain = idx(8, {3, 4}, "abcdefghijkl"), zipped = gzipped(plain);
  for (const std::string& bytes : {plain, zipped})
    for (size_t n = 1; n < bytes.size(); ++n)
      EXPECT_NE(failure(bytes.substr(0, n)), "nothing thrown") << n;
  EXPECT_NE(failure(plain + "m"), "nothing thrown");
}

TEST(Idx, RefusesHostileHeaders) {
  EXPECT_THAT(failure("GIF89a.."), testing::HasSubstr("no idx file"));
  EXPECT_THAT(failure(idx(7, {1}, "a")), testing::HasSubstr("element type 7"));
  EXPECT_THAT(failure(idx(8, {}, "")), testing::HasSubstr("1 to 8 dims"));
  EXPECT_THAT(failure(idx(8, std::vector<uint32_t>(9, 1), "a")), testing::HasSubstr("1 to 8 dims"));
  // Promises of 4 GB, of 2^96 bytes, and of 2^64 + something.
  EXPECT_THAT(failure(idx(8, {0xffffffff}, "a")), testing::HasSubstr("promises"));
  const std::vector<uint32_t> huge(3, 0xffffffff);
  EXPECT_THAT(failure(idx(8, huge, "a")), testing::HasSubstr("promises"));
  EXPECT_THAT(failure(gzipped(idx(14, huge, "a"))), testing::HasSubstr("promises"));
  EXPECT_THAT(failure(idx(14, {0x20000000, 0x10, 0x1}, "abcdefgh")),
              testing::HasSubstr("promises"));
}

TEST(Idx, NoticesDamage) {
  std::string zipped = gzipped(idx(8, {200}, std::string(200, 'x')));
  zipped[zipped.size() - 6] ^= 1;  // the checksum
  EXPECT_THAT(failure(zipped), testing::HasSubstr("damaged"));
  EXPECT_THROW(read_idx("/nowhere/file"), FileError);
  EXPECT_THROW(read_idx("/tmp"), FileError);
}

}  // namespace
}  // namespace hearth::datasets
