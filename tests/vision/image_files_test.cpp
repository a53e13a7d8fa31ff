// SPDX-License-Identifier: Apache-2.0
// Files of other programs, and what Pillow and torchvision make of them (generate.py beside them).
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/io/npy.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"

namespace hearth::vision::io {
namespace {

const std::string kFolder = HEARTH_TEST_DATA_DIR "/vision/images/";

DecodeOptions options_of(const std::string& mode) {
  const std::map<std::string, ImageReadMode> modes{
      {"Unchanged", ImageReadMode::Unchanged}, {"Gray", ImageReadMode::Gray},
      {"GrayAlpha", ImageReadMode::GrayAlpha}, {"RGB", ImageReadMode::RGB},
      {"RGBAlpha", ImageReadMode::RGBAlpha},   {"upright", ImageReadMode::RGB}};
  DecodeOptions options;
  if (mode.starts_with("page")) {
    options.page = std::stoi(mode.substr(4));
    return options;
  }
  options = modes.at(mode);
  options.apply_exif_orientation = mode == "upright";
  return options;
}

/// The files that are pictures.
std::vector<std::string> pictures() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string path = entry.path(), ending = entry.path().extension();
    if (ending != ".py" && ending != ".npz" && ending != ".md" && !path.ends_with("moving.webp"))
      paths.push_back(path);
  }
  return paths;
}

/// Where two pictures differ most, and by how much.
std::string difference(const Tensor& got, const Tensor& want) {
  if (!got.sizes().equals(want.sizes()))
    return cat_str("shape ", got.sizes(), " in place of ", want.sizes());
  const Tensor off = (got.to(kInt) - want.to(kInt)).abs();
  const int most = off.max().item<int>();
  return most == 0 ? ""
                   : cat_str((off > 0).sum().item<int64_t>(), " of ", off.numel(),
                             " values differ, by up to ", most);
}

TEST(ImageFiles, AreReadAsPillowAndTorchvisionReadThem) {
  const std::map<std::string, Tensor> all = npy::load_npz(kFolder + "expected.npz");
  EXPECT_GT(all.size(), 100u);
  for (const auto& [key, want] : all) {
    const size_t colon = key.find(':');
    const std::string file = key.substr(0, colon);
    DecodeOptions options = options_of(key.substr(colon + 1));
    options.keep_16_bits = want.scalar_type() == kUInt16;
    const Tensor got = read_image(kFolder + file, options);
    EXPECT_EQ(got.scalar_type(), want.scalar_type()) << key;
    EXPECT_EQ(difference(got, want), "") << key;
  }
}

TEST(ImageFiles, HavePages) {
  const std::string file = kFolder + "pages.tiff";
  EXPECT_EQ(image_info(file).pages, 3);
  EXPECT_EQ(image_info(kFolder + "420.jpg").pages, 1);
  DecodeOptions options;
  for (const int64_t page : {-1, 3, 70000}) {
    options.page = page;
    EXPECT_THROW(read_image(file, options), ValueError) << page;
  }
}

TEST(ImageFiles, HaveFrames) {
  const std::string file = kFolder + "moving.gif";
  EXPECT_EQ(image_info(file).pages, 5);
  const Tensor bytes = read_file(file), all = decode_gif(bytes);
  ASSERT_EQ(all.size(0), 5);
  DecodeOptions options;
  for (options.page = 0; options.page < 5; ++options.page)
    EXPECT_EQ(difference(read_image(file, options), all[options.page]), "") << options.page;
  EXPECT_THROW(read_image(file, options), ValueError);
  EXPECT_EQ(decode_gif(read_file(kFolder + "palette.gif")).dim(), 3);
  options.page = 0;
  options.mode = ImageReadMode::Gray;
  options.region = Region{2, 3, 4, 5};
  const Tensor part = decode_gif(bytes, options);
  EXPECT_EQ(part.sizes(), IntArrayRef({5, 1, 4, 5}));
  EXPECT_EQ(difference(part[0], read_image(file, options)), "");
  // Of all frames together.
  options = {};
  options.max_pixels = 5 * 9 * 12 - 1;
  EXPECT_THROW(decode_gif(bytes, options), FormatError);
  EXPECT_NO_THROW(decode_image(bytes, options));
}

TEST(ImageFiles, OfSixteenBitsAreRoundedUnlessKept) {
  for (const char* file : {"c1_16.png", "c4_16.png", "gray_16.pgm", "gray_16.tiff"}) {
    DecodeOptions keep;
    keep.keep_16_bits = true;
    const Tensor wide = read_image(kFolder + file, keep), bytes = read_image(kFolder + file);
    ASSERT_EQ(bytes.scalar_type(), kByte) << file;
    const Tensor rounded = (wide.to(kDouble) * (255.0 / 65535)).round();
    EXPECT_LE((bytes.to(kDouble) - rounded).abs().max().item<double>(), 0) << file;
  }
}

TEST(ImageFiles, HaveHeadersThatSayWhatDecodingGives) {
  for (const std::string& path : pictures()) {
    const ImageInfo info = image_info(path);
    const Tensor picture = read_image(path);
    EXPECT_EQ(picture.sizes(), (std::vector<int64_t>{info.channels, info.height, info.width}))
        << path;
    EXPECT_EQ(info.orientation, path.find("exif.") != path.npos ? 6 : 1) << path;
    EXPECT_EQ(info.bits > 8, path.find("_16") != path.npos) << path;
  }
  EXPECT_EQ(image_info(kFolder + "420.jpg").format, "jpeg");
  EXPECT_EQ(image_info(kFolder + "text.ppm").format, "pnm");
  EXPECT_EQ(image_info(kFolder + "bits1.png").bits, 1);
}

TEST(ImageFiles, GiveRegionsOfTheWhole) {
  for (const std::string& path : pictures()) {
    for (const bool upright : {false, true}) {
      DecodeOptions options;
      options.apply_exif_orientation = upright;
      const Tensor whole = read_image(path, options);
      const int64_t h = whole.size(1), w = whole.size(2);
      for (const Region& r : {Region{0, 0, h, w}, Region{0, 0, 1, 1}, Region{h - 1, w - 1, 1, 1},
                              Region{1, 2, h - 1, w - 3}, Region{h / 2, 0, 1, w},
                              Region{0, w / 2, h, 1}, Region{h / 3, w / 3, h / 2, w / 2}}) {
        options.region = r;
        const Tensor part = whole.narrow(1, r.top, r.height).narrow(2, r.left, r.width);
        EXPECT_EQ(difference(read_image(path, options), part), "")
            << path << " " << r.top << " " << r.left << " " << r.height << " " << r.width;
      }
      for (const Region& r :
           {Region{0, 0, h + 1, w}, Region{-1, 0, 1, 1}, Region{0, w, 1, 1}, Region{0, 0, 0, 1},
            Region{0, int64_t{1} << 62, 1, int64_t{1} << 62}}) {
        options.region = r;
        EXPECT_THROW(read_image(path, options), ValueError) << path;
      }
    }
  }
}

TEST(ImageFiles, AreDecodedSmaller) {
  for (const char* file : {"420.jpg", "444.jpg", "411.jpg", "progressive.jpg", "gray.jpg"}) {
    const Tensor whole = read_image(kFolder + file);
    for (const int64_t by : {2, 4, 8}) {
      DecodeOptions options;
      options.jpeg_scale = by;
      const Tensor small = read_image(kFolder + file, options);
      EXPECT_EQ(small.size(1), (whole.size(1) + by - 1) / by) << file;
      EXPECT_EQ(small.size(2), (whole.size(2) + by - 1) / by) << file;
      const double off =
          small.to(kDouble).mean().item<double>() - whole.to(kDouble).mean().item<double>();
      EXPECT_LT(std::abs(off), 6) << file;
      options.region = Region{1, 2, small.size(1) - 2, small.size(2) - 2};
      EXPECT_EQ(difference(read_image(kFolder + file, options), small.slice(1, 1, -1).slice(2, 2)),
                "")
          << file;
    }
  }
  DecodeOptions third;
  third.jpeg_scale = 3;
  EXPECT_THROW(read_image(kFolder + "420.jpg", third), ValueError);
}

}  // namespace
}  // namespace hearth::vision::io
