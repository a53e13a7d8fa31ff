// SPDX-License-Identifier: Apache-2.0
// What every format must do: come back as it was written, and refuse what is broken.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::vision::io {
namespace {

using testing::HasSubstr;

Tensor picture(int64_t channels, int64_t height, int64_t width) {
  return arange(0, channels * height * width, kInt)
      .mul(37)
      .remainder(251)
      .to(kByte)
      .reshape({channels, height, width});
}

Tensor bytes_of(const std::string& text) {
  Tensor t = empty({static_cast<int64_t>(text.size())}, kByte);
  std::memcpy(t.data_ptr(), text.data(), text.size());
  return t;
}

TEST(ImageFormats, ComeBackAsTheyWereWritten) {
  for (const auto& [h, w] : {std::pair<int64_t, int64_t>{1, 1}, {7, 5}, {1, 9}, {6, 1}}) {
    for (const int64_t channels : {1, 3, 4}) {
      const Tensor image = picture(channels, h, w);
      EXPECT_TRUE(decode_image(encode_bmp(image)).equal(image)) << channels << " " << h << " " << w;
      if (channels < 4) {
        EXPECT_TRUE(decode_image(encode_pnm(image)).equal(image));
      }
    }
    for (const int64_t channels : {3, 4}) {
      const Tensor image = picture(channels, h, w);
      EXPECT_TRUE(decode_image(encode_webp(image, 50, true)).equal(image)) << channels;
    }
    // WebP knows no gray.
    const Tensor gray = picture(2, h, w);
    EXPECT_TRUE(decode_image(encode_webp(gray, 50, true), ImageReadMode::GrayAlpha).equal(gray));
  }
  const Tensor smooth = arange(0, 256, kInt).to(kByte).expand({3, 64, 256}).contiguous();
  const Tensor lossy = decode_image(encode_webp(smooth, 95));
  EXPECT_LT((lossy.to(kInt) - smooth.to(kInt)).abs().max().item<int>(), 12);
}

TEST(ImageFormats, AreWrittenByTheirEnding) {
  const TemporaryFolder folder;
  const Tensor image = picture(3, 6, 8), gray = picture(1, 6, 8);
  for (const char* name : {"a.png", "a.PNG", "a.bmp", "a.ppm"}) {
    write_image(image, folder / name);
    EXPECT_TRUE(read_image(folder / name).equal(image)) << name;
  }
  write_image(gray, folder / "a.pgm");
  EXPECT_TRUE(read_image(folder / "a.pgm").equal(gray));
  for (const auto& [name, format] :
       {std::pair{"a.jpg", "jpeg"}, {"a.jpeg", "jpeg"}, {"a.webp", "webp"}}) {
    write_image(image, folder / name);
    EXPECT_EQ(image_info(folder / name).format, format);
  }
  EXPECT_THROW(write_image(image, folder / "a.gif"), ValueError);
  EXPECT_THROW(write_image(image, folder / "none"), ValueError);
  EXPECT_THROW(encode_pnm(picture(4, 2, 2)), ShapeError);
  EXPECT_THROW(encode_bmp(picture(2, 2, 2)), ShapeError);
  EXPECT_THROW(encode_webp(image, 101), ValueError);
  EXPECT_THROW(encode_webp(zeros({3, 1, 16384}, kByte)), ShapeError);
}

TEST(ImageFormats, RefuseEveryTruncation) {
  for (const auto& entry :
       std::filesystem::directory_iterator(HEARTH_TEST_DATA_DIR "/vision/images")) {
    const std::string ending = entry.path().extension();
    if (ending == ".py" || ending == ".npz" || ending == ".md") continue;
    if (entry.path().filename() == "pages.tiff") continue;  // the first may be whole
    const Tensor file = read_file(entry.path());
    const int64_t step = std::max<int64_t>(1, file.numel() / 60);
    // JPEGs may lack their last marker; text may lack its last digits.
    for (int64_t n = 0; n < file.numel() - 4; n += step) {
      EXPECT_THROW(decode_image(file.slice(0, 0, n)), FormatError) << entry.path() << " " << n;
      EXPECT_EQ(error_of<Error>([&] { image_info(file.slice(0, 0, n)); }),
                error_of<FormatError>([&] { image_info(file.slice(0, 0, n)); }));
    }
  }
}

TEST(ImageFormats, RefuseLargePromisesBeforeTakingMemory) {
  Tensor bmp = encode_bmp(picture(3, 4, 4));
  bmp.data_ptr<uint8_t>()[20] = 1;  // 65,540 pixels wide
  bmp.data_ptr<uint8_t>()[24] = 1;
  const Tensor pgm = bytes_of("P5 60000 60000 255\n1234");
  const Tensor text = bytes_of("P3 60000 60000 255\n1 2 3 4");
  DecodeOptions trusting;
  trusting.max_pixels = int64_t{1} << 40;
  for (const Tensor& file : {bmp, pgm, text}) {
    EXPECT_THAT(error_of<FormatError>([&] { decode_image(file); }), HasSubstr("the limit is"));
    EXPECT_THAT(error_of<FormatError>([&] { decode_image(file, trusting); }),
                HasSubstr("cannot hold"));
  }
  Tensor jpeg = encode_jpeg(picture(1, 8, 8));
  auto* p = jpeg.data_ptr<uint8_t>();
  for (int64_t i = 0; i + 8 < jpeg.numel(); ++i)
    if (p[i] == 0xff && p[i + 1] == 0xc0) {
      p[i + 5] = p[i + 6] = p[i + 7] = p[i + 8] = 0xfe;
      break;
    }
  EXPECT_THAT(error_of<FormatError>([&] { decode_image(jpeg, trusting); }),
              HasSubstr("cannot hold"));
}

TEST(ImageFormats, DamagedGifsAreRefused) {
  const auto refusal = [](std::string end) {
    const std::string start("GIF89a\xff\xff\xff\xff\x80\0\0abcdef", 19);
    return error_of<FormatError>([&] { decode_image(bytes_of(start + end)); });
  };
  EXPECT_THAT(refusal(";"), HasSubstr("no picture"));
  EXPECT_THAT(refusal(""), HasSubstr("cut short"));
  EXPECT_THAT(refusal("x"), HasSubstr("no known kind"));
  const std::string frame(",\0\0\0\0\1\0\1\0\0", 10);
  EXPECT_THAT(refusal(frame), HasSubstr("cut short"));
  EXPECT_THAT(refusal(frame + std::string("\2\1\x44\0;", 5)), HasSubstr("65535 x 65535 pixels"));
  const auto small = [](const std::string& codes) {
    const std::string start("GIF89a\1\0\1\0\x80\0\0abcdef,\0\0\0\0\1\0\1\0\0", 29);
    return error_of<FormatError>([&] { decode_image(bytes_of(start + codes)); });
  };
  EXPECT_EQ(small(std::string("\2\1\x44\0;", 5)), "");
  EXPECT_THAT(small(std::string("\2\1\x2c\0;", 5)), HasSubstr("too few pixels"));
  EXPECT_THAT(small(std::string("\2\1\x7c\0;", 5)), HasSubstr("stand for nothing"));
  EXPECT_THAT(small(std::string("\x0c\1\x44\0;", 5)), HasSubstr("no known size"));
}

TEST(ImageFormats, RefuseWhatTheyCannotBe) {
  const auto refusal = [](const std::string& text) {
    return error_of<FormatError>([&] { decode_image(bytes_of(text)); });
  };
  EXPECT_THAT(refusal("P5 0 4 255\n"), HasSubstr("empty"));
  EXPECT_THAT(refusal("P5 4 4 70000\n................"), HasSubstr("at most 65535"));
  EXPECT_THAT(refusal("P5 4 4 0\n................"), HasSubstr("maximum is 0"));
  EXPECT_THAT(refusal("P2 2 1 9\n10 3"), HasSubstr("at most 9"));
  EXPECT_THAT(refusal("P2 2 1 9\nx 3"), HasSubstr("number"));
  EXPECT_THAT(refusal("P5 99999999999999999999 4 255\n"), HasSubstr("at most"));
  EXPECT_THAT(refusal("P1 2 1\n12"), HasSubstr("0 or 1"));
  EXPECT_THAT(refusal("BM"), HasSubstr("no header"));
  EXPECT_THAT(refusal("8BPS\0\1"), HasSubstr("BMP, PNM, TIFF or GIF"));
  EXPECT_THAT(
      error_of<FormatError>([] { read_image(HEARTH_TEST_DATA_DIR "/vision/images/moving.webp"); }),
      testing::AllOf(HasSubstr("moving.webp"), HasSubstr("animation")));
}

}  // namespace
}  // namespace hearth::vision::io
