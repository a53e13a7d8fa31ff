// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <filesystem>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"

#include "io/codec.h"
#include "temporary.h"

namespace hearth::vision::io {
namespace {

Tensor picture(int64_t channels, int64_t height, int64_t width) {
  Tensor image = empty({channels, height, width}, kByte);
  auto* p = image.data_ptr<uint8_t>();
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) *p++ = static_cast<uint8_t>(40 * c + 5 * y + 3 * x);
  return image;
}

std::vector<uint8_t> pixels(const Tensor& image) {
  Tensor dense = image.contiguous();
  const auto* p = dense.const_data_ptr<uint8_t>();
  return {p, p + dense.numel()};
}

Tensor bytes_of(std::vector<uint8_t> v) {
  Tensor t = empty({static_cast<int64_t>(v.size())}, kByte);
  std::memcpy(t.data_ptr(), v.data(), v.size());
  return t;
}

std::string message(const auto& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing thrown";
}

TEST(ImageIo, PngsOfSixteenBitsComeBackAsTheyWere) {
  DecodeOptions keep;
  keep.keep_16_bits = true;
  for (int64_t channels = 1; channels <= 4; ++channels) {
    const Tensor image =
        (arange(channels * 12) * 1361).remainder(65536).view({channels, 3, 4}).to(kUInt16);
    const Tensor file = encode_png(image);
    EXPECT_EQ(image_info(file).bits, 16);
    const Tensor back = decode_image(file, keep);
    ASSERT_EQ(back.scalar_type(), kUInt16);
    EXPECT_TRUE(back.equal(image)) << channels;
  }
  EXPECT_THROW(encode_jpeg(zeros({3, 4, 4}, kUInt16)), DtypeError);
}

TEST(Png, KeepsEveryChannelCount) {
  for (int64_t channels : {1, 2, 3, 4}) {
    Tensor image = picture(channels, 7, 5);
    Tensor back = decode_png(encode_png(image));
    EXPECT_EQ(back.sizes(), image.sizes());
    EXPECT_EQ(pixels(back), pixels(image));
  }
}

TEST(Png, ConvertsToTheModeAskedFor) {
  Tensor gray = picture(1, 4, 6);
  Tensor rgb = decode_png(encode_png(gray), ImageReadMode::RGB);
  ASSERT_EQ(rgb.size(0), 3);
  for (int64_t c = 0; c < 3; ++c) EXPECT_EQ(pixels(rgb.select(0, c)), pixels(gray));
  Tensor rgba = decode_png(encode_png(picture(3, 4, 6)), ImageReadMode::RGBAlpha);
  ASSERT_EQ(rgba.size(0), 4);
  for (uint8_t a : pixels(rgba.select(0, 3))) EXPECT_EQ(a, 255);
  Tensor back = decode_png(encode_png(rgba), ImageReadMode::Gray);
  ASSERT_EQ(back.size(0), 1);
  auto p = pixels(picture(3, 4, 6));
  const double luma = 0.299 * p[0] + 0.587 * p[24] + 0.114 * p[48];
  EXPECT_NEAR(pixels(back)[0], luma, 1.5);
}

TEST(Png, ReadsStridedImages) {
  Tensor image = picture(3, 8, 8);
  Tensor transposed = image.transpose(1, 2);
  EXPECT_EQ(pixels(decode_png(encode_png(transposed))), pixels(transposed));
}

TEST(Png, RefusesEveryTruncation) {
  Tensor file = encode_png(picture(3, 9, 9));
  for (int64_t n = 0; n < file.numel(); ++n)
    EXPECT_THROW(decode_png(file.slice(0, 0, n)), FormatError) << n;
}

TEST(Png, SurvivesEveryDamagedByte) {
  Tensor file = encode_png(picture(3, 5, 5));
  for (int64_t i = 0; i < file.numel(); ++i) {
    Tensor damaged = file.clone();
    damaged.data_ptr<uint8_t>()[i] ^= 0x55;
    try {
      Tensor image = decode_png(damaged);
      EXPECT_EQ(image.dim(), 3);
    } catch (const FormatError&) {
    }
  }
}

TEST(Png, RefusesLargePromisesBeforeTakingMemory) {
  // A valid header of 40,000 x 40,000 pixels and nothing else; its CRC is right.
  std::vector<uint8_t> head = {0x89, 'P', 'N',  'G',  13,  10,  26, 10, 0,    0,
                               0,    13,  'I',  'H',  'D', 'R', 0,  0,  0x9c, 0x40,
                               0,    0,   0x9c, 0x40, 8,   2,   0,  0,  0};
  uint32_t crc = 0xffffffff;
  for (size_t i = 12; i < head.size(); ++i) {
    crc ^= head[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
  }
  crc = ~crc;
  for (int shift = 24; shift >= 0; shift -= 8) head.push_back(static_cast<uint8_t>(crc >> shift));
  // An empty IDAT, so that the header is read to its end.
  for (uint8_t b : {0, 0, 0, 0, int{'I'}, int{'D'}, int{'A'}, int{'T'}, 0x35, 0xaf, 0x06, 0x1e})
    head.push_back(b);
  Tensor file = bytes_of(head);
  EXPECT_THAT(message([&] { decode_png(file); }), testing::HasSubstr("the limit is 178956970"));
  DecodeOptions trusting;
  trusting.max_pixels = int64_t{1} << 40;
  EXPECT_THAT(message([&] { decode_png(file, trusting); }), testing::HasSubstr("cannot hold"));
}

TEST(Png, RefusesWhatItCannotWrite) {
  EXPECT_THROW(encode_png(zeros({3, 4, 4})), DtypeError);
  EXPECT_THROW(encode_png(zeros({5, 4, 4}, kByte)), ShapeError);
  EXPECT_THROW(encode_png(zeros({3, 0, 4}, kByte)), ShapeError);
  EXPECT_THROW(encode_png(zeros({4, 4}, kByte)), ShapeError);
  EXPECT_THROW(encode_png(Tensor()), ValueError);
  EXPECT_THROW(encode_png(picture(1, 2, 2), 10), ValueError);
}

TEST(Jpeg, ComesBackAlmostEqual) {
  for (int64_t channels : {1, 3}) {
    Tensor image = picture(channels, 16, 24);
    Tensor back = decode_jpeg(encode_jpeg(image, 100));
    ASSERT_EQ(back.sizes(), image.sizes());
    auto a = pixels(image), b = pixels(back);
    for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 6) << i;
  }
}

TEST(Jpeg, ConvertsToTheModeAskedFor) {
  Tensor file = encode_jpeg(picture(3, 16, 16), 95);
  EXPECT_EQ(decode_jpeg(file, ImageReadMode::Gray).size(0), 1);
  EXPECT_EQ(decode_jpeg(file, ImageReadMode::RGBAlpha).size(0), 4);
  EXPECT_EQ(decode_jpeg(encode_jpeg(picture(1, 8, 8)), ImageReadMode::RGB).size(0), 3);
  EXPECT_EQ(decode_jpeg(encode_jpeg(picture(1, 8, 8)), ImageReadMode::GrayAlpha).size(0), 2);
}

TEST(Jpeg, RefusesTruncations) {
  Tensor file = encode_jpeg(picture(3, 40, 40), 90);
  for (int64_t n = 0; n < file.numel() - 2; n += 7)
    EXPECT_THROW(decode_jpeg(file.slice(0, 0, n)), FormatError) << n;
}

TEST(Jpeg, RefusesLargePromisesBeforeTakingMemory) {
  Tensor file = encode_jpeg(picture(1, 8, 8));
  auto* p = file.data_ptr<uint8_t>();
  for (int64_t i = 0; i + 8 < file.numel(); ++i) {
    if (p[i] == 0xff && p[i + 1] == 0xc0) {
      p[i + 5] = p[i + 6] = p[i + 7] = p[i + 8] = 0xfe;  // 65,278 x 65,278
      break;
    }
  }
  EXPECT_THAT(message([&] { decode_jpeg(file); }), testing::HasSubstr("the limit is"));
}

TEST(Jpeg, TurnsPicturesUpright) {
  // The eight orientations of a 2 x 3 picture whose upright form is 1 2 3 / 4 5 6.
  struct Case {
    int orientation;
    int64_t height;
    std::vector<uint8_t> stored;
  };
  const Case cases[] = {{1, 2, {1, 2, 3, 4, 5, 6}}, {2, 2, {3, 2, 1, 6, 5, 4}},
                        {3, 2, {6, 5, 4, 3, 2, 1}}, {4, 2, {4, 5, 6, 1, 2, 3}},
                        {5, 3, {1, 4, 2, 5, 3, 6}}, {6, 3, {3, 6, 2, 5, 1, 4}},
                        {7, 3, {6, 3, 5, 2, 4, 1}}, {8, 3, {4, 1, 5, 2, 6, 3}}};
  for (const Case& c : cases) {
    Tensor stored = bytes_of(c.stored).reshape({c.height, 6 / c.height, 1});
    Tensor upright = turn_upright(stored, c.orientation);
    EXPECT_EQ(upright.sizes(), (std::vector<int64_t>{2, 3, 1})) << c.orientation;
    EXPECT_EQ(pixels(upright), (std::vector<uint8_t>{1, 2, 3, 4, 5, 6})) << c.orientation;
  }
}

TEST(Jpeg, ReadsTheOrientationAndNothingElse) {
  std::vector<uint8_t> exif = {'E',  'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0,
                               0x12, 1,   3,   0,   1, 0, 0,   0,   6,  0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(exif_orientation(exif.data(), exif.size()), 6);
  for (size_t n = 0; n < 28; ++n) EXPECT_EQ(exif_orientation(exif.data(), n), 1) << n;
  // Some write it as a long.
  const std::vector<uint8_t> wide = {'E', 'x',  'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
                                     1,   0x12, 0,   4,   0, 0, 0,   1,   0, 0,  0, 6, 0, 0, 0, 0};
  EXPECT_EQ(exif_orientation(wide.data(), wide.size()), 6);
  exif[10] = 0xff;
  exif[13] = 0xff;
  EXPECT_EQ(exif_orientation(exif.data(), exif.size()), 1);
}

TEST(Jpeg, TurnsThePictureUpright) {
  // Dark on the left, bright on the right; the camera lay on its side.
  Tensor image = zeros({1, 16, 32}, kByte);
  image.slice(2, 16, 32).fill_(250);
  const Tensor plain = encode_jpeg(image);
  const std::vector<uint8_t> exif = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,  'M', 'M',
                                     0,    42,   0, 0,  0,   8,   0,   1,   1, 18, 0,   3,
                                     0,    0,    0, 1,  0,   6,   0,   0,   0, 0,  0,   0};
  const Tensor file = cat({plain.slice(0, 0, 2), bytes_of(exif), plain.slice(0, 2)});
  DecodeOptions upright;
  EXPECT_EQ(decode_image(file, upright).sizes(), (std::vector<int64_t>{1, 16, 32}));
  upright.apply_exif_orientation = true;
  const Tensor turned = decode_image(file, upright);
  EXPECT_EQ(turned.sizes(), (std::vector<int64_t>{1, 32, 16}));
  EXPECT_LT(turned.slice(1, 0, 16).max().item<int>(), 10);
  EXPECT_GT(turned.slice(1, 16, 32).min().item<int>(), 240);
}

TEST(Files, AreWrittenWholeOrNotAtAll) {
  TemporaryFolder folder;
  const std::string path = folder.path + "/a.png";
  write_png(picture(3, 4, 4), path);
  EXPECT_EQ(pixels(read_image(path)), pixels(picture(3, 4, 4)));
  EXPECT_THROW(write_png(picture(3, 4, 4), folder.path + "/none/a.png"), FileError);
  size_t files = 0;
  for (auto& entry : std::filesystem::directory_iterator(folder.path)) files += entry.exists();
  EXPECT_EQ(files, 1u);
}

TEST(Files, ComplainWithTheirName) {
  TemporaryFolder folder;
  EXPECT_THROW(read_image(folder.path + "/none.png"), FileError);
  EXPECT_THROW(read_image(folder.path), FileError);
  write_file(folder.path + "/text.png", bytes_of({'h', 'e', 'l', 'l', 'o'}));
  EXPECT_THAT(
      message([&] { read_image(folder.path + "/text.png"); }),
      testing::AllOf(testing::HasSubstr("text.png"), testing::HasSubstr("PNG, JPEG, WebP")));
  write_file(folder.path + "/empty.png", empty({0}, kByte));
  EXPECT_THROW(read_image(folder.path + "/empty.png"), FormatError);
  EXPECT_THROW(decode_image(zeros({4})), DtypeError);
  EXPECT_THROW(decode_image(zeros({2, 2}, kByte)), ShapeError);
}

}  // namespace
}  // namespace hearth::vision::io
