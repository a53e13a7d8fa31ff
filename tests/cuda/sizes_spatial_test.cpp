// SPDX-License-Identifier: Apache-2.0
// Convolutions with a kernel for each channel, windows as columns, and sampling by a grid.
#include "cuda/sizes.h"

namespace hearth::testing_cuda {
namespace {

namespace F = nn::functional;

Tensor in_layout(const Tensor& t, bool last) {
  return last ? t.contiguous(MemoryFormat::ChannelsLast) : t;
}

struct Depthwise {
  int64_t batch, channels, share, height, width, kernel_h, kernel_w, stride, padding, dilation;
  std::string describe(bool last, ScalarType type) const {
    return cat_str(channels, "x", share, " ", height, "x", width, " k", kernel_h, "x", kernel_w,
                   " s", stride, " p", padding, " d", dilation, last ? " channels last " : " ",
                   to_string(type));
  }
};

TEST_F(CudaSizes, DepthwiseConvolutions) {
  for (const Depthwise& c : {Depthwise{2, 8, 1, 13, 11, 3, 3, 1, 1, 1},
                             {2, 8, 1, 13, 11, 3, 3, 2, 1, 1},
                             {1, 70, 1, 9, 6, 3, 3, 1, 0, 1},
                             {3, 6, 1, 7, 5, 5, 5, 1, 2, 1},
                             {3, 6, 1, 10, 9, 5, 5, 2, 2, 1},
                             {2, 5, 1, 9, 9, 7, 7, 1, 3, 1},
                             {2, 4, 1, 4, 4, 7, 7, 1, 3, 1},
                             {2, 4, 1, 15, 14, 3, 3, 1, 4, 4},  // dilated
                             {2, 4, 1, 15, 14, 3, 3, 3, 2, 2},  // strided and dilated
                             {2, 3, 2, 9, 8, 3, 3, 1, 1, 1},    // several kernels a channel
                             {2, 3, 3, 9, 8, 3, 3, 2, 1, 1},
                             {2, 4, 1, 9, 8, 1, 3, 1, 1, 1},        // not square
                             {2, 4, 1, 1, 3, 3, 3, 2, 1, 1},        // an output of few
                             {40, 4, 1, 12, 33, 3, 3, 1, 1, 1}}) {  // many positions
    for (const bool last : {false, true})
      for (const ScalarType type : {kFloat, kDouble, kHalf, kBFloat16}) {
        const variable_list in{random({c.batch, c.channels, c.height, c.width}, type),
                               random({c.channels * c.share, 1, c.kernel_h, c.kernel_w}, type),
                               random({c.channels * c.share}, type)};
        const double tolerance = type == kDouble  ? 1e-9
                                 : type == kFloat ? 1e-3
                                 : type == kHalf  ? 1e-2
                                                  : 0.1;
        expect_like_cpu(
            "conv2d " + c.describe(last, type),
            [&](const variable_list& v) {
              return conv2d(in_layout(v[0], last), v[1], v[2], {c.stride}, {c.padding},
                            {c.dilation}, c.channels);
            },
            in, tolerance);
      }
    for (const bool last : {false, true})
      expect_like_cpu(
          "conv_transpose2d " + c.describe(last, kDouble),
          [&](const variable_list& v) {
            return conv_transpose2d(in_layout(v[0], last), v[1], v[2], {c.stride}, {c.padding / 2},
                                    {c.stride - 1}, c.channels, {c.dilation});
          },
          {random({c.batch, c.channels, c.height, c.width}),
           random({c.channels, c.share, c.kernel_h, c.kernel_w}), random({c.channels * c.share})});
  }
  expect_like_cpu(
      "conv1d", [](const variable_list& v) { return conv1d(v[0], v[1], v[2], {2}, {15}, {1}, 6); },
      {random({2, 6, 300}), random({6, 1, 31}), random({6})});
}

TEST_F(CudaSizes, Columns) {
  struct Case {
    int64_t height, width;
    std::vector<int64_t> kernel, dilation, padding, stride;
  };
  for (const Case& c : {Case{7, 6, {3, 2}, {1, 1}, {1, 0}, {1, 1}},
                        {9, 12, {2, 3}, {2, 1}, {0, 2}, {2, 3}},
                        {33, 20, {1, 1}, {1, 1}, {0, 0}, {2, 2}},
                        {5, 40, {5, 7}, {1, 3}, {4, 3}, {1, 2}}}) {
    const auto what = cat_str(c.height, "x", c.width);
    for (const ScalarType type : {kDouble, kFloat, kComplexDouble}) {
      expect_like_cpu(
          "im2col " + what,
          [&](const variable_list& v) {
            const Tensor columns = im2col(v[0], c.kernel, c.dilation, c.padding, c.stride);
            return columns * columns;
          },
          {random({2, 3, c.height, c.width}, type)}, tolerance_of(type) * 10);
    }
  }
}

TEST_F(CudaSizes, ImagesOfBytes) {
  const Tensor x = randint(0, 256, {2, 3, 37, 50}, TensorOptions(kByte));
  for (const bool last : {false, true})
    for (const bool antialias : {false, true})
      for (const auto& size : {std::vector<int64_t>{20, 11}, {64, 90}, {37, 7}}) {
        const auto resized = [&](const Tensor& t) {
          return variable_list{
              F::interpolate(t, F::InterpolateFuncOptions().size(size).mode(kNearest)),
              F::interpolate(t, F::InterpolateFuncOptions()
                                    .size(size)
                                    .mode(kBilinear)
                                    .align_corners(false)
                                    .antialias(antialias)),
              F::interpolate(t, F::InterpolateFuncOptions()
                                    .size(size)
                                    .mode(kBicubic)
                                    .align_corners(false)
                                    .antialias(antialias))};
        };
        const Tensor image = in_layout(x, last);
        const auto got = resized(image.to(kCUDA)), want = resized(image);
        for (size_t i = 0; i < got.size(); ++i) expect_same(got[i], want[i]);
      }
}

TEST_F(CudaSizes, Grids) {
  for (const int64_t mode : {0, 1, 2})
    for (const int64_t padding : {0, 1, 2})
      for (const bool last : {false, true}) {
        const auto f = [&](const variable_list& v) {
          return grid_sampler(in_layout(v[0], last), v[1], mode, padding, false);
        };
        const auto what =
            cat_str("mode ", mode, " padding ", padding, last ? " channels last" : "");
        const variable_list in{random({2, 9, 17, 12}), random({2, 30, 21, 2})};
        expect_like_cpu(what, f, in);
        expect_deterministic(what, f, in, 1e-9);
      }
  for (const int64_t mode : {0, 1})
    expect_like_cpu(cat_str("of volumes, mode ", mode),
                    [&](const variable_list& v) { return grid_sampler(v[0], v[1], mode, 0, true); },
                    {random({2, 3, 7, 6, 5}), random({2, 4, 9, 8, 3})});
  for (const ScalarType type : {kFloat, kHalf, kBFloat16})
    expect_like_cpu(
        cat_str("of ", to_string(type)),
        [&](const variable_list& v) { return grid_sampler(v[0], v[1], 0, 0, false).detach(); },
        {random({1, 40, 8, 9}, type), (rand({1, 5, 6, 2}) * 2 - 1).to(type)},
        tolerance_of(type) * 10);
}

}  // namespace
}  // namespace hearth::testing_cuda
