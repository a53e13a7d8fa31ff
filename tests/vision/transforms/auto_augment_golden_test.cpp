// SPDX-License-Identifier: Apache-2.0
// Policies of augmentation against torchvision's: their tables, each op, and mixtures of chains.
#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/transforms/auto_augment.h"

#include "core/golden/runner.h"
#include "transforms/augment_policies.h"
#include "transforms/augment_space.h"

namespace hearth::golden {
namespace {

namespace T = vision::transforms;

constexpr const char* kOps[] = {"Identity",     "ShearX",    "ShearY",     "TranslateX",
                                "TranslateY",   "Rotate",    "Brightness", "Color",
                                "Contrast",     "Sharpness", "Posterize",  "Solarize",
                                "AutoContrast", "Equalize",  "Invert"};

T::AugmentOp op_of(Args& a) {
  const auto* at = std::find(std::begin(kOps), std::end(kOps), a.s("name"));
  return static_cast<T::AugmentOp>(at - std::begin(kOps));
}

const T::AugmentSpace& space_of(Args& a) {
  const std::string& name = a.s("space");
  return name == "wide"   ? T::wide_space()
         : name == "mix"  ? T::mix_space(true)
         : name == "part" ? T::mix_space(false)
                          : T::usual_space();
}

Outputs policy(Args& a) {
  const std::string& name = a.s("name");
  const auto which = name == "imagenet"  ? T::AutoAugmentPolicy::IMAGENET
                     : name == "cifar10" ? T::AutoAugmentPolicy::CIFAR10
                                         : T::AutoAugmentPolicy::SVHN;
  std::vector<double> all;
  for (const T::SubPolicy& pair : T::policy_of(which))
    for (const T::PolicyOp& op : pair)
      for (const double v : {static_cast<double>(op.op), op.p, static_cast<double>(op.bin)})
        all.push_back(v);
  return {tensor(all, kFloat).view({-1, 2, 3})};
}

Outputs magnitudes(Args& a) {
  const std::vector<int64_t> size = a.ints("size");
  const std::vector<double> all =
      T::magnitudes(space_of(a), op_of(a), a.i("bins"), {size[0], size[1]});
  return {all.empty() ? zeros({0}) : tensor(all, kFloat),
          tensor({int64_t{T::is_signed(op_of(a))}})};
}

Outputs space(Args& a) {
  std::vector<int64_t> all;
  for (const T::AugmentOp op : space_of(a).ops) all.push_back(static_cast<int64_t>(op));
  return {tensor(all)};
}

Outputs augment(Args& a) {
  const auto mode = a.s("interpolation") == "nearest" ? T::InterpolationMode::Nearest
                                                      : T::InterpolationMode::Bilinear;
  return {T::functional::augment(a[0], op_of(a), a.f("magnitude"), mode,
                                 a.has("fill") ? a.floats("fill") : std::vector<double>())};
}

Outputs augmix(Args& a) {
  const std::vector<int64_t> ops = a.ints("ops");
  const std::vector<double> strengths = a.floats("magnitudes"), weights = a.floats("weights");
  const auto depth = static_cast<size_t>(a.i("depth"));
  const int64_t n = a[0].dim() > 3 ? a[0].size(0) : 1;
  T::Params params;
  params.tensors.emplace_back("weights", tensor(weights, kFloat).view({n, -1}));
  for (size_t i = 0; i < ops.size(); ++i) {
    if (i % depth == 0) params.steps.emplace_back();
    params.steps.back().steps.push_back(
        {{"op", static_cast<double>(ops[i])}, {"magnitude", strengths[i]}});
  }
  return {T::AugMix().apply(vision::Sample{{"image", vision::Image{a[0]}}}, params).image()};
}

const Table kTable{{"policy", policy},
                   {"magnitudes", magnitudes},
                   {"space", space},
                   {"augment", augment},
                   {"AugMix", augmix}};

HEARTH_GOLDEN_FAMILY(GoldenVisionAutoAugment, "vision_auto_augment", kTable);

}  // namespace
}  // namespace hearth::golden
