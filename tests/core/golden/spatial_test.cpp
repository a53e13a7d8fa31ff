// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/fold.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/nn/modules/pooling.h"
#include "hearth/nn/modules/vision.h"
#include "hearth/ops/conv.h"
#include "hearth/ops/fold.h"
#include "hearth/ops/resize.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

namespace F = nn::functional;

Outputs grid_sample(Args& a) {
  F::GridSampleFuncOptions options;
  options.align_corners(a.b("align_corners"));
  const std::string &mode = a.s("mode"), &padding = a.s("padding_mode");
  if (mode == "nearest") options.mode(kNearest);
  if (mode == "bicubic") options.mode(kBicubic);
  if (padding == "border") options.padding_mode(kBorder);
  if (padding == "reflection") options.padding_mode(kReflection);
  return {F::grid_sample(a[0], a[1], options)};
}

std::optional<std::vector<int64_t>> maybe_ints(Args& a, const char* name) {
  if (!a.has(name)) return std::nullopt;
  return a.ints(name);
}

/// The function for so many dims, by options of so many.
template <template <size_t> class Options, class One, class Two, class Three>
auto by_dims(Args& a, const One& one, const Two& two, const Three& three) {
  const int64_t dims = a.i("dims");
  const auto kernel = a.ints("kernel_size");
  if (dims == 1) return one(Options<1>(kernel));
  return dims == 2 ? two(Options<2>(kernel)) : three(Options<3>(kernel));
}

Outputs max_unpool(Args& a) {
  const auto set = [&](auto options) {
    return options.stride(a.ints("stride"))
        .padding(a.ints("padding"))
        .output_size(maybe_ints(a, "output_size"));
  };
  return {by_dims<F::MaxUnpoolFuncOptions>(
      a, [&](const auto& o) { return F::max_unpool1d(a[0], a[1], set(o)); },
      [&](const auto& o) { return F::max_unpool2d(a[0], a[1], set(o)); },
      [&](const auto& o) { return F::max_unpool3d(a[0], a[1], set(o)); })};
}

Outputs fractional_max_pool(Args& a) {
  const auto run = [&](auto f, auto options) {
    options._random_samples(a[1]).output_size(a.ints("output_size"));
    auto [values, indices] = f(a[0], options);
    return Outputs{values, indices};
  };
  const auto kernel = a.ints("kernel_size");
  if (a.i("dims") == 2)
    return run(F::fractional_max_pool2d_with_indices, nn::FractionalMaxPool2dOptions(kernel));
  return run(F::fractional_max_pool3d_with_indices, nn::FractionalMaxPool3dOptions(kernel));
}

Outputs lp_pool(Args& a) {
  const auto set = [&](auto options) {
    return options.stride(a.ints("stride")).ceil_mode(a.b("ceil_mode"));
  };
  const double p = a.f("norm_type");
  const auto kernel = a.ints("kernel_size");
  const int64_t dims = a.i("dims");
  if (dims == 1) return {F::lp_pool1d(a[0], set(nn::LPPool1dOptions(p, kernel)))};
  if (dims == 2) return {F::lp_pool2d(a[0], set(nn::LPPool2dOptions(p, kernel)))};
  return {F::lp_pool3d(a[0], set(nn::LPPool3dOptions(p, kernel)))};
}

const Table kTable = {
    {"grid_sample", grid_sample},
    {"affine_grid",
     [](Args& a) -> Outputs {
       return {F::affine_grid(a[0], a.ints("size"), a.b("align_corners"))};
     }},
    {"im2col",
     [](Args& a) -> Outputs {
       return {im2col(a[0], a.ints("kernel_size"), a.ints("dilation"), a.ints("padding"),
                      a.ints("stride"))};
     }},
    {"col2im",
     [](Args& a) -> Outputs {
       return {col2im(a[0], a.ints("output_size"), a.ints("kernel_size"), a.ints("dilation"),
                      a.ints("padding"), a.ints("stride"))};
     }},
    {"max_unpool", max_unpool},
    {"fractional_max_pool", fractional_max_pool},
    {"lp_pool", lp_pool},
    {"local_response_norm",
     [](Args& a) -> Outputs {
       return {F::local_response_norm(a[0], nn::LocalResponseNormOptions(a.i("size"))
                                                .alpha(a.f("alpha"))
                                                .beta(a.f("beta"))
                                                .k(a.f("k")))};
     }},
    {"CrossMapLRN2d",
     [](Args& a) -> Outputs {
       return {nn::CrossMapLRN2d(
           nn::CrossMapLRN2dOptions(a.i("size")).alpha(a.f("alpha")).beta(a.f("beta")).k(a.i("k")))(
           a[0])};
     }},
    {"conv_tbc", [](Args& a) -> Outputs { return {conv_tbc(a[0], a[1], a[2], a.i("pad"))}; }},
    {"channel_shuffle", [](Args& a) -> Outputs { return {channel_shuffle(a[0], a.i("groups"))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenSpatial, "spatial", kTable);

}  // namespace

const Table& spatial_table() { return kTable; }

}  // namespace hearth::golden
