// SPDX-License-Identifier: Apache-2.0
// Modules over images: what their functional forms' golden cases do not show.
#include <cmath>

#include "hearth/autograd/gradcheck.h"
#include "hearth/base/warning.h"
#include "hearth/nn.h"
#include "hearth/nn/modules/fold.h"
#include "hearth/nn/modules/vision.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/random.h"
#include "hearth/ops/resize.h"
#include "hearth/ops/unpool.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/exact.h"

namespace hearth {
namespace {

using namespace nn;
namespace F = nn::functional;
using ::testing::HasSubstr;

struct Capture : WarningHandler {
  void process(const Warning& warning) override { text += warning.msg(); }
  std::string text;
};

/// What f warns of.
template <class Fn>
std::string warnings_of(const Fn& f) {
  Capture capture;
  const WarningUtils::WarningHandlerGuard guard(&capture);
  f();
  return capture.text;
}

TEST(SpatialModules, UnpoolingPutsMaximaBack) {
  const Tensor x = numbers({2, 3, 6, 8}) + arange(8, TensorOptions(kDouble)) * 0.1;
  MaxPool2d pool(2);
  MaxUnpool2d unpool(2);
  const auto [values, indices] = pool->forward_with_indices(x);
  const Tensor back = unpool(values, indices);
  ASSERT_EQ(back.sizes(), x.sizes());
  expect_equal(pool(back.clamp_min(0)), values.clamp_min(0));
  expect_equal(back.sum(), values.sum());
  // An odd size has to be said.
  const Tensor odd = numbers({1, 2, 7});
  const auto [v, i] = MaxPool1d(2)->forward_with_indices(odd);
  EXPECT_EQ(MaxUnpool1d(2)->forward(v, i).sizes(), IntArrayRef({1, 2, 6}));
  const std::vector<int64_t> whole{1, 2, 7}, spatial{7}, wrong{9}, list{2, 7};
  EXPECT_EQ(MaxUnpool1d(2)->forward(v, i, whole).sizes(), IntArrayRef({1, 2, 7}));
  EXPECT_EQ(MaxUnpool1d(2)->forward(v, i, spatial).sizes(), IntArrayRef({1, 2, 7}));
  EXPECT_THAT(error_of([&, &v = v, &i = i] { MaxUnpool1d(2)->forward(v, i, wrong); }),
              HasSubstr("invalid output_size [9] (dim 0 must be between 4 and 8)"));
  EXPECT_THAT(error_of([&, &v = v, &i = i] { MaxUnpool1d(2)->forward(v, i, list); }),
              HasSubstr("output_size should be a sequence containing 1 or 3 elements"));
  EXPECT_THAT(error_of([&, &v = v, &i = i] {
                max_unpool2d(v, i.to(kInt), {2, 2});
              }),
              HasSubstr("elements in indices should be type int64"));
  AnyModule any(MaxUnpool1d(2));
  EXPECT_EQ(any.forward<Tensor>(v, i).sizes(), IntArrayRef({1, 2, 6}));
}

TEST(SpatialModules, UnpoolingHasGradients) {
  const Tensor x = rand({1, 2, 2, 2}, TensorOptions(kDouble)).requires_grad_();
  const Tensor at = tensor(std::vector<int64_t>{0, 3, 9, 15, 1, 2, 8, 14}).view({1, 2, 2, 2});
  const auto f = [&](const std::vector<Tensor>& in) {
    return std::vector<Tensor>{max_unpool2d(in[0], at, {4, 4}).pow(2)};
  };
  EXPECT_TRUE(autograd::gradcheck(f, {x}));
  EXPECT_TRUE(autograd::gradgradcheck(f, {x}));
}

TEST(SpatialModules, FractionalPooling) {
  const Tensor x = numbers({2, 3, 9, 8}, kFloat);
  FractionalMaxPool2d pool(FractionalMaxPool2dOptions(2).output_size(ExpandingArray<2>({4, 5})));
  const auto [values, indices] = pool->forward_with_indices(x);
  ASSERT_EQ(values.sizes(), IntArrayRef({2, 3, 4, 5}));
  expect_equal(x.flatten(2).gather(2, indices.flatten(2)).view(values.sizes()), values);
  FractionalMaxPool3d ratio(FractionalMaxPool3dOptions(2).output_ratio(0.5));
  EXPECT_EQ(ratio(rand({1, 2, 8, 9, 10})).sizes(), IntArrayRef({1, 2, 4, 4, 5}));
  // Given samples decide.
  const Tensor samples = rand({2, 3, 2});
  FractionalMaxPool2d same(FractionalMaxPool2dOptions(2).output_size(3)._random_samples(samples));
  expect_equal(same(x), same(x));
  EXPECT_EQ(same->named_buffers().size(), 1u);
  EXPECT_THAT(error_of([] { FractionalMaxPool2d(FractionalMaxPool2dOptions(3)); }),
              HasSubstr("requires specifying either an output size, or a pooling ratio"));
  EXPECT_THAT(error_of([] {
                FractionalMaxPool2d(FractionalMaxPool2dOptions(3).output_size(2).output_ratio(0.5));
              }),
              HasSubstr("only one of output_size and output_ratio may be specified"));
  EXPECT_THAT(
      error_of([] { FractionalMaxPool2d(FractionalMaxPool2dOptions(3).output_ratio(1.5)); }),
      HasSubstr("output_ratio must be between 0 and 1 (got 1.5)"));
}

TEST(SpatialModules, FoldingUndoesUnfolding) {
  const Tensor x = numbers({2, 3, 4, 6});
  Unfold unfold(UnfoldOptions({2, 3}).stride({2, 3}));
  Fold fold(FoldOptions({4, 6}, {2, 3}).stride({2, 3}));
  const Tensor columns = unfold(x);
  ASSERT_EQ(columns.sizes(), IntArrayRef({2, 18, 4}));
  expect_equal(fold(columns), x);
  expect_equal(fold(columns[0]), x[0]);
  // Where windows meet, they are added up.
  const Tensor ones_back = Fold(FoldOptions({3, 3}, {2, 2}))(ones({1, 4, 4}, kDouble));
  expect_equal(ones_back[0][0], tensor({1., 2., 1., 2., 4., 2., 1., 2., 1.}).view({3, 3}));
  EXPECT_THAT(error_of([&] { unfold(x[0]); }),
              HasSubstr("Input Error: Only 4D input Tensors are supported (got 3D)"));
  EXPECT_THAT(
      error_of([] {
        Unfold(UnfoldOptions({2, 3}))(numbers({1, 2, 2, 2}));
      }),
      HasSubstr("Given input with spatial size (2, 2), kernel_size=(2, 3), dilation=(1, 1), "
                "padding=(0, 0), calculated shape of the array of sliding blocks as (1, 0), "
                "but its components must be at least one."));
  EXPECT_THAT(
      error_of([&] { fold(x); }),
      HasSubstr("Only unbatched (2D) or batched (3D) input Tensors are supported (got 4D)"));
}

TEST(SpatialModules, Upsampling) {
  const Tensor x = numbers({1, 2, 3, 4}, kFloat);
  UpsamplingNearest2d nearest(UpsamplingNearest2dOptions().scale_factor(std::vector<double>{2, 2}));
  expect_equal(nearest(x), upsample_nearest2d(x, {6, 8}));
  UpsamplingBilinear2d bilinear(UpsamplingBilinear2dOptions().size(std::vector<int64_t>{5, 7}));
  expect_equal(bilinear(x), upsample_bilinear2d(x, {5, 7}, /*align_corners=*/true));
  Upsample cubic(
      UpsampleOptions().size(std::vector<int64_t>{5, 7}).mode(kBicubic).align_corners(false));
  expect_equal(cubic(x), upsample_bicubic2d(x, {5, 7}, false));
  Upsample volume(UpsampleOptions()
                      .scale_factor(std::vector<double>{2, 2, 2})
                      .mode(kTrilinear)
                      .align_corners(true));
  EXPECT_EQ(volume(ones({1, 1, 2, 3, 4})).sizes(), IntArrayRef({1, 1, 4, 6, 8}));
}

TEST(SpatialModules, InterpolateWarnsAndRefuses) {
  using Options = F::InterpolateFuncOptions;
  const std::vector<int64_t> two{4, 4};
  const Tensor x = ones({1, 1, 3, 3});
  EXPECT_THAT(warnings_of([&] { F::interpolate(x, Options().size(two).mode(kBilinear)); }),
              HasSubstr("Default upsampling behavior when mode=kBilinear is changed"));
  const std::vector<double> factor{1.5, 2};
  EXPECT_THAT(warnings_of([&] { F::interpolate(x, Options().scale_factor(factor)); }),
              HasSubstr("The default behavior for interpolate/upsample with float scale_factor"));
  EXPECT_EQ(warnings_of([&] {
              F::interpolate(x, Options().scale_factor(factor).recompute_scale_factor(true));
              F::interpolate(x, Options().size(two).mode(kBicubic).align_corners(true));
            }),
            "");
  const auto refused = [&](const Tensor& t, const Options& o) {
    return error_of([&] { F::interpolate(t, o); });
  };
  EXPECT_THAT(refused(x[0][0], Options().size(two)),
              HasSubstr("Input Error: Only 3D, 4D and 5D input Tensors supported (got 2D) for the "
                        "modes: nearest | linear | bilinear | bicubic | trilinear (got kNearest)"));
  EXPECT_THAT(refused(x, Options()), HasSubstr("either size or scale_factor should be defined"));
  EXPECT_THAT(refused(x, Options().size(two).scale_factor(factor)),
              HasSubstr("only one of size or scale_factor should be defined"));
  EXPECT_THAT(refused(x[0], Options().scale_factor(factor).recompute_scale_factor(true)),
              HasSubstr("scale_factor shape must match input shape. Input is 1D, scale_factor size "
                        "is [1.5, 2]"));
  EXPECT_THAT(refused(x, Options().size(two).align_corners(true)),
              HasSubstr("align_corners option can only be set with the interpolating modes: linear "
                        "| bilinear | bicubic | trilinear"));
  EXPECT_THAT(refused(x, Options().size(two).mode(kLinear).align_corners(true)),
              HasSubstr("Got 4D input, but linear mode needs 3D input"));
  EXPECT_THAT(refused(x, Options().size(two).mode(kTrilinear).align_corners(true)),
              HasSubstr("Got 4D input, but trilinear mode needs 5D input"));
  EXPECT_THAT(refused(x, Options().size(two).antialias(true)),
              HasSubstr("Anti-alias option is only supported for bilinear and bicubic modes"));
}

TEST(SpatialModules, GridsWarnAndRefuse) {
  const Tensor x = ones({1, 1, 3, 3}), theta = ones({1, 2, 3});
  const Tensor grid = F::affine_grid(theta, {1, 1, 2, 2});
  EXPECT_THAT(warnings_of([&] { F::grid_sample(x, grid); }),
              HasSubstr("Default grid_sample and affine_grid behavior has changed"));
  const auto refused = [&](const Tensor& t, IntArrayRef size) {
    return error_of([&] { F::affine_grid(t, size); });
  };
  EXPECT_THAT(refused(theta, {1, 1}),
              HasSubstr("affine_grid only supports 4D and 5D sizes, for 2D and 3D affine "
                        "transforms, respectively. Got size [1, 1]"));
  EXPECT_THAT(refused(theta[0], {1, 1, 2, 2}),
              HasSubstr("Expected a batch of 2D affine matrices of shape Nx2x3 for size [1, 1, 2, "
                        "2]. Got [2, 3]."));
  EXPECT_THAT(refused(theta, {-1, 1, 2, 2}),
              HasSubstr("Expected non-zero, positive output size. Got [-1, 1, 2, 2]"));
  EXPECT_THAT(refused(theta.to(kInt), {1, 1, 2, 2}),
              HasSubstr("Expected theta to have floating point type, but got int"));
  // A map that changes nothing.
  const Tensor same = tensor({1.f, 0.f, 0.f, 0.f, 1.f, 0.f}).view({1, 2, 3});
  const Tensor image = rand({1, 2, 5, 4});
  for (const bool align : {false, true}) {
    const Tensor y =
        F::grid_sample(image, F::affine_grid(same, {1, 2, 5, 4}, align),
                       F::GridSampleFuncOptions().align_corners(align).padding_mode(kBorder));
    EXPECT_TRUE(y.allclose(image, 1e-5, 1e-5));
  }
}

TEST(SpatialModules, VolumesAreNormalisedAsImages) {
  const Tensor x = rand({3, 4, 2, 3, 5});
  BatchNorm3d volumes(4);
  BatchNorm2d images(4);
  EXPECT_TRUE(volumes(x).allclose(images(x.flatten(3)).view(x.sizes()), 1e-5, 1e-6));
  EXPECT_TRUE(volumes->running_var.allclose(images->running_var));
  InstanceNorm3d each(InstanceNorm3dOptions(4).affine(true).track_running_stats(true));
  InstanceNorm2d flat(InstanceNorm2dOptions(4).affine(true).track_running_stats(true));
  EXPECT_TRUE(each(x).allclose(flat(x.flatten(3)).view(x.sizes()), 1e-5, 1e-6));
  EXPECT_TRUE(each(x[0]).allclose(flat(x[0].flatten(2)).view(x[0].sizes()), 1e-5, 1e-6));
  EXPECT_TRUE(each->running_mean.allclose(flat->running_mean));
  EXPECT_THAT(error_of([&] { volumes(x[0]); }), HasSubstr("expected 5D input (got 4D input)"));
  EXPECT_THAT(error_of([&] { each(x[0][0]); }), HasSubstr("(got 3D input)"));
}

TEST(SpatialModules, LocalResponseNorms) {
  // Alike but for the first channel, which stays in the sums of those behind its reach.
  const Tensor x = rand({2, 5, 2, 3}, TensorOptions(kDouble));
  const Tensor a = LocalResponseNorm(LocalResponseNormOptions(3).alpha(0.7))(x);
  const Tensor b = CrossMapLRN2d(CrossMapLRN2dOptions(3).alpha(0.7))(x);
  EXPECT_TRUE(a.slice(1, 0, 2).allclose(b.slice(1, 0, 2)));
  EXPECT_TRUE((b.slice(1, 2, 5) < a.slice(1, 2, 5)).all().item<bool>());
  const auto f = [](const std::vector<Tensor>& in) {
    return std::vector<Tensor>{CrossMapLRN2d(CrossMapLRN2dOptions(3).alpha(0.7))(in[0]),
                               LocalResponseNorm(LocalResponseNormOptions(2).alpha(0.7))(in[0])};
  };
  const Tensor leaf = x.detach().requires_grad_();
  EXPECT_TRUE(autograd::gradcheck(f, {leaf}));
  EXPECT_TRUE(autograd::gradgradcheck(f, {leaf}));
}

TEST(SpatialModules, CircularPadding) {
  const Tensor x = numbers({1, 2, 3, 4});
  expect_equal(CircularPad2d(std::vector<int64_t>{1, 2, 0, 1})(x),
               pad(x, {1, 2, 0, 1}, "circular"));
  expect_equal(CircularPad1d(2)(x[0]), pad(x[0], {2, 2}, "circular"));
}

TEST(SpatialModules, DropoutsOfChannels) {
  manual_seed(7);
  const auto whole = [](const Tensor& y, int64_t per_channel) {
    const Tensor kept = (y.flatten(2) != 0).sum(2);
    return ((kept == 0).logical_or(kept == per_channel)).all().item<bool>();
  };
  const Tensor line = ones({8, 16, 5}), volume = ones({4, 16, 2, 3, 2});
  EXPECT_TRUE(whole(Dropout1d(0.5)(line), 5));
  EXPECT_TRUE(whole(Dropout3d(0.5)(volume), 12));
  EXPECT_EQ(Dropout3d(0.5)(volume[0]).sizes(), volume[0].sizes());
  Tensor changed = volume.clone();
  Dropout3d in_place(Dropout3dOptions(0.5).inplace(true));
  EXPECT_TRUE(in_place(changed).is_same(changed));
  EXPECT_FALSE(changed.equal(volume));
  // Alpha dropout keeps mean and variance.
  const Tensor normal = randn({200, 500});
  AlphaDropout alpha(0.3);
  const Tensor y = alpha(normal);
  EXPECT_NEAR(y.mean().item<double>(), 0, 0.02);
  EXPECT_NEAR(y.std().item<double>(), 1, 0.02);
  const Tensor features = FeatureAlphaDropout(0.5)(randn({6, 20, 4}));
  const Tensor spread = features.amax(2) - features.amin(2);
  EXPECT_GT((spread == 0).sum().item<int64_t>(), 20);
  alpha->eval();
  expect_equal(alpha(normal), normal);
  EXPECT_THAT(error_of([] { AlphaDropout(1.5); }),
              HasSubstr("dropout probability has to be between 0 and 1, but got 1.5"));
}

}  // namespace
}  // namespace hearth
