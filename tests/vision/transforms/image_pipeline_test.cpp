// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/image_pipeline.h"

#include <thread>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/vision/classification/picture_source.h"
#include "hearth/vision/io/image.h"
#include "hearth/vision/transforms/functional/resize.h"

namespace hearth::vision::transforms {
namespace {

/// Something like a photograph: smooth, with noise.
Tensor picture(int64_t channels, int64_t height, int64_t width) {
  Generator generator(4);
  const Tensor coarse =
      randint(0, 256, {channels, height / 8 + 1, width / 8 + 1}, generator, kByte);
  const Tensor fine = randint(0, 12, {channels, height, width}, generator, kByte);
  return functional::resize(coarse, {height, width}).clamp(0, 240).add(fine).contiguous();
}

/// The transforms one by one, on the pixels.
Tensor step_by_step(const Tensor& pixels, const ImageView& view, Size size,
                    InterpolationMode mode = InterpolationMode::Bilinear) {
  Tensor x = pixels.narrow(1, view.top, view.height).narrow(2, view.left, view.width);
  x = functional::resize(x.contiguous(), view.resized, mode);
  const int64_t big = size.height + size.width;
  x = constant_pad_nd(x, {big, big, big, big});
  x = x.narrow(1, big + view.window_top, size.height).narrow(2, big + view.window_left, size.width);
  return view.flip ? x.flip({2}) : x;
}

Tensor normalized(const Tensor& bytes, const ImagePipelineOptions& options) {
  Tensor mean = empty({bytes.size(0), 1, 1}), std = empty({bytes.size(0), 1, 1});
  for (int64_t c = 0; c < bytes.size(0); ++c) {
    mean[c].fill_(options.mean()[static_cast<size_t>(c)]);
    std[c].fill_(options.std()[static_cast<size_t>(c)]);
  }
  return bytes.to(kFloat).div(255).sub(mean).div(std);
}

std::vector<ImagePipelineOptions> several() {
  return {ImagePipelineOptions(32).scale({{0.08, 1}}).horizontal_flip(0.5),
          ImagePipelineOptions(Size{40, 21})
              .scale({{0.3, 1}})
              .interpolation(InterpolationMode::Bicubic),
          ImagePipelineOptions(32).resize_size(36),
          ImagePipelineOptions(64).resize_size(40).horizontal_flip(0.5),
          ImagePipelineOptions(Size{30, 50}).stretch(true),
          ImagePipelineOptions(Size{70, 90}).padding(4).horizontal_flip(0.5),
          ImagePipelineOptions(200)};
}

TEST(ImagePipeline, PixelsAreThoseOfTheStepsOneByOne) {
  const Tensor pixels = picture(3, 75, 90);
  const Tensor file = io::encode_jpeg(pixels, 90);
  const Tensor decoded = io::decode_jpeg(file);
  for (const ImagePipelineOptions& options : several()) {
    const ImagePipeline pipeline(options);
    const Size size = options.size();
    for (uint64_t seed = 0; seed < 6; ++seed) {
      Generator g(seed), h(seed);
      const ImageView view = pipeline.sample({75, 90}, g);
      const Tensor wanted = step_by_step(decoded, view, size, options.interpolation());
      Tensor bytes = empty({3, size.height, size.width}, kByte);
      pipeline.run_encoded(file, h, bytes);
      EXPECT_TRUE(bytes.equal(wanted)) << size.height << " seed " << seed;
      EXPECT_EQ(g.get_offset(), h.get_offset());

      Tensor planes = empty({3, size.height, size.width});
      pipeline.run(decoded.contiguous(), view, planes);
      EXPECT_TRUE(planes.allclose(normalized(wanted, options), 1e-6, 1e-6));
      Tensor last = empty({size.height, size.width, 3}).permute({2, 0, 1});
      pipeline.run(decoded, view, last);
      EXPECT_TRUE(last.allclose(planes, 1e-6, 1e-6));
      Tensor last_bytes = empty({size.height, size.width, 3}, kByte).permute({2, 0, 1});
      pipeline.run(decoded, view, last_bytes);
      EXPECT_TRUE(last_bytes.equal(wanted));
      for (const ScalarType type : {kHalf, kBFloat16}) {
        Tensor narrow = empty({3, size.height, size.width}, type);
        pipeline.run(decoded, view, narrow);
        EXPECT_TRUE(narrow.equal(planes.to(type)));
        Tensor narrow_last = empty({size.height, size.width, 3}, type).permute({2, 0, 1});
        pipeline.run(decoded, view, narrow_last);
        EXPECT_TRUE(narrow_last.equal(last.to(type)));
      }
    }
  }
}

TEST(ImagePipeline, MakesGrayOfColorsAndColorsOfGray) {
  const Tensor gray = picture(1, 33, 47), color = picture(3, 33, 47);
  const auto options = ImagePipelineOptions(20).resize_size(24);
  const auto of_gray = ImagePipelineOptions(options).mean({0.3}).std({0.5}).horizontal_flip(1);
  Generator g(1);
  for (const Tensor& file : {io::encode_jpeg(gray), io::encode_png(gray)}) {
    Tensor out = empty({3, 20, 20}, kByte);
    ImagePipeline(options).run_encoded(file, g, out);
    EXPECT_TRUE(out[0].equal(out[2]));
    const ImagePipeline pipeline(of_gray);
    const ImageView view = pipeline.sample({33, 47}, g);
    EXPECT_TRUE(out[0].flip({1}).equal(
        step_by_step(io::decode_image(file, io::ImageReadMode::Gray), view, {20, 20})[0]));
  }
  const Tensor file = io::encode_jpeg(color);
  const ImagePipeline pipeline(of_gray);
  Tensor out = empty({1, 20, 20});
  pipeline.run_encoded(file, g, out);
  const Tensor decoded = io::decode_jpeg(file, io::ImageReadMode::Gray);
  const Tensor wanted = step_by_step(decoded, pipeline.sample({33, 47}, g), {20, 20});
  EXPECT_TRUE(out.allclose(normalized(wanted, of_gray), 1e-6, 1e-6));
}

TEST(ImagePipeline, ThreadsDrawTheSame) {
  class One : public PictureSource {
   public:
    explicit One(Tensor file) : file_(std::move(file)) {}
    size_t size() const override { return 1; }
    const std::vector<std::string>& classes() const override { return classes_; }
    int64_t target(size_t) const override { return 0; }
    std::string name(size_t) const override { return "one"; }
    Tensor encoded(size_t index) const override { return index == 0 ? file_ : Tensor(); }
    Tensor picture(size_t) const override { return io::decode_image(file_); }

   private:
    Tensor file_;
    std::vector<std::string> classes_{"a"};
  };
  const One source(io::encode_jpeg(picture(3, 60, 80)));
  const ImagePipeline pipeline(ImagePipelineOptions(16).scale({{0.1, 1}}).horizontal_flip(0.5));
  Tensor batch = empty({8, 3, 16, 16}), again = empty({8, 3, 16, 16});
  const auto fill = [&](const Tensor& to, int64_t from, int64_t end) {
    for (int64_t i = from; i < end; ++i) {
      Generator g(static_cast<uint64_t>(i));
      pipeline.run(source, static_cast<size_t>(i % 2), g, to[i]);
    }
  };
  fill(batch, 0, 8);
  std::thread other([&] { fill(again, 4, 8); });
  fill(again, 0, 4);
  other.join();
  EXPECT_TRUE(batch.equal(again));
}

TEST(ImagePipeline, RegionsFollowTheirRanges) {
  const ImagePipeline pipeline(ImagePipelineOptions(8).scale({{0.2, 0.4}}).ratio({0.5, 2}));
  Generator g(9);
  for (int i = 0; i < 200; ++i) {
    const ImageView v = pipeline.sample({100, 150}, g);
    const double share = static_cast<double>(v.height * v.width) / 15000;
    const double ratio = static_cast<double>(v.width) / static_cast<double>(v.height);
    EXPECT_TRUE(share > 0.19 && share < 0.41 && ratio > 0.48 && ratio < 2.1) << share << ratio;
    EXPECT_TRUE(v.top >= 0 && v.left >= 0 && v.top + v.height <= 100 && v.left + v.width <= 150);
  }
  // Nothing of these proportions fits: the middle.
  const ImageView tall = pipeline.sample({1000, 2}, g), wide = pipeline.sample({2, 1000}, g);
  EXPECT_EQ(tall.height, 4);
  EXPECT_EQ(tall.top, 498);
  EXPECT_EQ(wide.width, 4);
}

TEST(ImagePipeline, SaysWhatItExpects) {
  const ImagePipeline pipeline(ImagePipelineOptions(8).resize_size(9));
  Generator g(1);
  Tensor out = empty({3, 8, 8});
  EXPECT_THROW(pipeline.run_encoded(zeros({40}, kByte), g, out), FormatError);
  try {
    Tensor file = io::encode_jpeg(picture(3, 30, 40));
    pipeline.run_encoded(file.narrow(0, 0, file.numel() / 2).contiguous(), g, out, "cut.jpg");
    ADD_FAILURE() << "a file that is cut short was read";
  } catch (const FormatError& error) {
    EXPECT_EQ(std::string(error.what()).rfind("cut.jpg: ", 0), 0u) << error.what();
  }
  EXPECT_THROW(pipeline.run(zeros({3, 9, 9}, kByte), {0, 0, 10, 9, {8, 8}}, out), ValueError);
  EXPECT_THROW(pipeline.run(zeros({2, 9, 9}, kByte), {0, 0, 9, 9, {8, 8}}, out), ShapeError);
  EXPECT_THROW(pipeline.run(zeros({3, 9, 9}), {0, 0, 9, 9, {8, 8}}, out), DtypeError);
  EXPECT_THROW(pipeline.run(zeros({3, 9, 9}, kByte), {0, 0, 9, 9, {8, 8}}, empty({3, 8, 9})),
               ShapeError);
  EXPECT_THROW(
      pipeline.run(zeros({3, 9, 9}, kByte), {0, 0, 9, 9, {8, 8}}, empty({3, 8, 8}, kDouble)),
      DtypeError);
  EXPECT_THROW(ImagePipeline(ImagePipelineOptions(0)), ValueError);
  EXPECT_THROW(ImagePipeline(ImagePipelineOptions(8).mean({0.1, 0.2})), ValueError);
  EXPECT_THROW(ImagePipeline(ImagePipelineOptions(8).std({1, 0, 1})), ValueError);
  EXPECT_THROW(ImagePipeline(ImagePipelineOptions(8).padding(1)).sample({4, 9}, g), ValueError);
}

}  // namespace
}  // namespace hearth::vision::transforms
