// SPDX-License-Identifier: Apache-2.0
// Augmenting transforms against torchvision's, with the same parameters.
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/transforms/color.h"
#include "hearth/vision/transforms/dtype.h"
#include "hearth/vision/transforms/functional/augment.h"
#include "hearth/vision/transforms/mixing.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

namespace T = vision::transforms;
namespace F = vision::transforms::functional;

/// Factors below -1 stand for none.
T::Params factors_of(Args& a) {
  T::Params params;
  const std::vector<double> factors = a.floats("factors");
  const char* names[] = {"brightness_factor", "contrast_factor", "saturation_factor", "hue_factor"};
  for (size_t i = 0; i < 4; ++i)
    if (factors[i] >= -1) params.numbers.emplace_back(names[i], factors[i]);
  return params;
}

Tensor changed(const T::Transform& transform, const Tensor& image, const T::Params& params) {
  return transform.apply(vision::Sample{{"image", vision::Image{image}}}, params).image();
}

Outputs jitter(Args& a) {
  T::Params params = factors_of(a);
  params.tensors.emplace_back("fn_idx", tensor(a.ints("fn_idx")));
  return {changed(T::ColorJitter(0.1), a[0], params)};
}

Outputs distort(Args& a) {
  T::Params params = factors_of(a);
  params.numbers.emplace_back("contrast_before", a.b("before"));
  if (const std::vector<int64_t> order = a.ints("permutation"); !order.empty())
    params.tensors.emplace_back("channel_permutation", tensor(order));
  return {changed(T::RandomPhotometricDistort(), a[0], params)};
}

template <class Mix>
Outputs mix(Args& a) {
  T::MixOptions options;
  if (a.i("num_classes") > 0) options.num_classes(a.i("num_classes"));
  T::Params params{{"lam", a.f("lam")}, {"lam_adjusted", a.f("lam")}};
  if (a.has("box")) {
    const std::vector<int64_t> box = a.ints("box");
    const char* names[] = {"x1", "y1", "x2", "y2"};
    for (size_t i = 0; i < 4; ++i)
      params.numbers.emplace_back(names[i], static_cast<double>(box[i]));
  }
  const vision::Sample out =
      Mix(options).apply(vision::Sample{{"images", vision::Image{a[0]}}, {"labels", a[1]}}, params);
  return {out.image("images"), std::get<Tensor>(out["labels"])};
}

Outputs erase(Args& a) {
  const std::vector<int64_t> at = a.ints("place");
  return {F::erase(a[0], at[0], at[1], at[2], at[3], a[1])};
}

const Table kTable{
    {"ColorJitter", jitter},
    {"RandomPhotometricDistort", distort},
    {"MixUp", mix<T::MixUp>},
    {"CutMix", mix<T::CutMix>},
    {"erase", erase},
    {"uniform_temporal_subsample",
     [](Args& a) { return Outputs{F::uniform_temporal_subsample(a[0], a.i("num_samples"))}; }},
    {"LinearTransformation",
     [](Args& a) { return Outputs{changed(T::LinearTransformation(a[1], a[2]), a[0], {})}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenVisionAugment, "vision_augment", kTable);

}  // namespace
}  // namespace hearth::golden
