// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/auto_augment.h"

#include <algorithm>

#include "hearth/base/error.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"
#include "hearth/tensor/tensor_literal.h"

#include "transforms/augment_policies.h"
#include "transforms/augment_space.h"
#include "transforms/describe.h"
#include "transforms/draw.h"
#include "transforms/pixels.h"

namespace hearth::vision::transforms {
namespace {

constexpr int64_t kBins = 10;  // of AutoAugment and AugMix

/// The parameters of an op, of magnitude number `bin` with a random sign, if it has any.
Params drawn_op(const AugmentSpace& space, AugmentOp op, int64_t bins, int64_t bin, Size size,
                Generator& generator) {
  const std::vector<double> all = magnitudes(space, op, bins, size);
  double magnitude = all.empty() ? 0 : all.at(static_cast<size_t>(bin));
  if (is_signed(op) && draw::chance(generator, 0.5)) magnitude = -magnitude;
  return {{"op", static_cast<double>(op)}, {"magnitude", magnitude}};
}

AugmentOp one_of(const AugmentSpace& space, Generator& generator) {
  const auto n = static_cast<int64_t>(space.ops.size());
  return space.ops[static_cast<size_t>(draw::randint(generator, 0, n))];
}

Tensor after_ops(Tensor image, const std::vector<Params>& ops, const AugmentLook& look) {
  for (const Params& op : ops)
    image = functional::augment(image, static_cast<AugmentOp>(op.integer("op")), op["magnitude"],
                                look.interpolation, look.fill);
  return image;
}

void check_bins(int64_t bins, const char* who) {
  HEARTH_CHECK_AS(ValueError, bins >= 2, "[", who,
                  "] expected num_magnitude_bins of at least 2, got ", bins);
}

/// As torchvision prints them, where a fill is told only if it was set.
Description described(const char* name, const AugmentLook& look) {
  Description text(name);
  text.arg("interpolation", look.interpolation);
  if (look.fill.size() == 1) text.arg("fill", look.fill[0]);
  if (look.fill.size() > 1) text.arg("fill", look.fill);
  return text;
}

}  // namespace

size_t AutoAugmentBase::image_index(const Sample& sample) const {
  const std::vector<Sample::Entry>& items = sample.items();
  size_t index = items.size();
  for (size_t i = 0; i < items.size(); ++i) {
    if (std::holds_alternative<Tensor>(items[i].second)) continue;
    HEARTH_CHECK_AS(ValueError, std::holds_alternative<Image>(items[i].second), "[", name_,
                    "] expected no masks, boxes or points in the sample, got '", items[i].first,
                    "'");
    HEARTH_CHECK_AS(ValueError, index == items.size(), "[", name_,
                    "] expected one image in the sample, got '", items[index].first, "' and '",
                    items[i].first, "'");
    index = i;
  }
  HEARTH_CHECK_AS(ValueError, index < items.size(), "[", name_,
                  "] expected an image in the sample, got none");
  return index;
}

const Tensor& AutoAugmentBase::only_image(const Sample& sample) const {
  const Tensor& image = std::get<Image>(sample.items()[image_index(sample)].second).data;
  check_colors(image, name_);
  return image;
}

Size AutoAugmentBase::image_size(const Sample& sample) const {
  const Tensor& image = only_image(sample);
  return {image.size(-2), image.size(-1)};
}

Sample AutoAugmentBase::apply(const Sample& sample, const Params& params) const {
  Sample out = sample;
  Image& image = std::get<Image>(out.items()[image_index(sample)].second);
  image.data = change(image.data, params);
  return out;
}

Tensor AutoAugmentBase::change(const Tensor& image, const Params& params) const {
  return after_ops(image, params.steps, look_);
}

AutoAugment::AutoAugment(const AutoAugmentOptions& options)
    : AutoAugmentBase("AutoAugment", {options.interpolation(), options.fill()}),
      options_(options) {}

Params AutoAugment::sample(const Sample& sample, Generator& generator) const {
  const Size size = image_size(sample);
  const Policy& policy = policy_of(options_.policy());
  const auto n = static_cast<int64_t>(policy.size());
  Params params;
  for (const PolicyOp& op : policy[static_cast<size_t>(draw::randint(generator, 0, n))])
    if (draw::chance(generator, op.p))
      params.steps.push_back(drawn_op(usual_space(), op.op, kBins, op.bin, size, generator));
  return params;
}

std::string AutoAugment::describe() const {
  constexpr const char* kNames[] = {"IMAGENET", "CIFAR10", "SVHN"};
  return described("AutoAugment", look())
      .arg("policy",
           std::string("AutoAugmentPolicy.") + kNames[static_cast<size_t>(options_.policy())]);
}

RandAugment::RandAugment(const RandAugmentOptions& options)
    : AutoAugmentBase("RandAugment", {options.interpolation(), options.fill()}), options_(options) {
  HEARTH_CHECK_AS(ValueError, options.num_ops() >= 0,
                  "[RandAugment] expected num_ops of at least 0, got ", options.num_ops());
  check_bins(options.num_magnitude_bins(), "RandAugment");
  HEARTH_CHECK_AS(ValueError,
                  options.magnitude() >= 0 && options.magnitude() < options.num_magnitude_bins(),
                  "[RandAugment] expected a magnitude from 0 to ", options.num_magnitude_bins() - 1,
                  ", got ", options.magnitude());
}

Params RandAugment::sample(const Sample& sample, Generator& generator) const {
  const Size size = image_size(sample);
  Params params;
  for (int64_t i = 0; i < options_.num_ops(); ++i)
    params.steps.push_back(drawn_op(usual_space(), one_of(usual_space(), generator),
                                    options_.num_magnitude_bins(), options_.magnitude(), size,
                                    generator));
  return params;
}

std::string RandAugment::describe() const {
  return described("RandAugment", look())
      .arg("num_ops", options_.num_ops())
      .arg("magnitude", options_.magnitude())
      .arg("num_magnitude_bins", options_.num_magnitude_bins());
}

TrivialAugmentWide::TrivialAugmentWide(const TrivialAugmentWideOptions& options)
    : AutoAugmentBase("TrivialAugmentWide", {options.interpolation(), options.fill()}),
      options_(options) {
  check_bins(options.num_magnitude_bins(), "TrivialAugmentWide");
}

Params TrivialAugmentWide::sample(const Sample& sample, Generator& generator) const {
  const Size size = image_size(sample);
  const AugmentOp op = one_of(wide_space(), generator);
  const int64_t bins = options_.num_magnitude_bins(), bin = draw::randint(generator, 0, bins);
  Params params;
  params.steps.push_back(drawn_op(wide_space(), op, bins, bin, size, generator));
  return params;
}

std::string TrivialAugmentWide::describe() const {
  return described("TrivialAugmentWide", look())
      .arg("num_magnitude_bins", options_.num_magnitude_bins());
}

AugMix::AugMix(const AugMixOptions& options)
    : AutoAugmentBase("AugMix", {options.interpolation(), options.fill()}), options_(options) {
  HEARTH_CHECK_AS(ValueError, options.severity() >= 1 && options.severity() <= kBins,
                  "[AugMix] expected a severity from 1 to ", kBins, ", got ", options.severity());
  HEARTH_CHECK_AS(ValueError, options.mixture_width() >= 1,
                  "[AugMix] expected a mixture_width of at least 1, got ", options.mixture_width());
  HEARTH_CHECK_AS(ValueError, options.alpha() > 0, "[AugMix] expected a positive alpha, got ",
                  options.alpha());
}

Params AugMix::sample(const Sample& sample, Generator& generator) const {
  const Size size = image_size(sample);
  const AugmentSpace& space = mix_space(options_.all_ops());
  const int64_t width = options_.mixture_width();
  const Tensor& image = only_image(sample);
  const int64_t n = image.dim() > 3 ? image.size(0) : 1;
  std::vector<double> weights;
  for (int64_t i = 0; i < n; ++i) {
    const double mixed = draw::beta(generator, options_.alpha(), options_.alpha());
    weights.push_back(1 - mixed);
    for (const double w : draw::dirichlet(generator, width, options_.alpha()))
      weights.push_back(w * mixed);
  }
  Params params;
  params.tensors.emplace_back("weights", tensor(weights, kFloat).view({n, 1 + width}));
  for (int64_t i = 0; i < width; ++i) {
    Params& chain = params.steps.emplace_back();
    const int64_t depth =
        options_.chain_depth() > 0 ? options_.chain_depth() : draw::randint(generator, 1, 4);
    for (int64_t k = 0; k < depth; ++k) {
      const AugmentOp op = one_of(space, generator);
      const int64_t bin = draw::randint(generator, 0, options_.severity());
      chain.steps.push_back(drawn_op(space, op, kBins, bin, size, generator));
    }
  }
  return params;
}

Tensor AugMix::change(const Tensor& image, const Params& params) const {
  const Tensor& weights = params.tensor("weights");
  const auto chains = static_cast<int64_t>(params.steps.size());
  const int64_t n = image.dim() > 3 ? image.size(0) : 1;
  HEARTH_CHECK_AS(ShapeError, weights.sizes() == IntArrayRef({n, 1 + chains}),
                  "[AugMix] expected weights of ", n, " images and ", chains, " chains, got shape ",
                  weights.sizes());
  // One weight for each image, along whatever dims follow.
  std::vector<int64_t> shape(static_cast<size_t>(image.dim()), 1);
  if (image.dim() > 3) shape[0] = n;
  const auto weighted = [&](int64_t i, const Tensor& part) {
    return weights.select(1, i).to(image.device()).view(shape) * part;
  };
  Tensor mix = weighted(0, image);
  for (int64_t i = 0; i < chains; ++i) {
    const Tensor changed = after_ops(image, params.steps[static_cast<size_t>(i)].steps, look());
    mix.add_(weighted(i + 1, changed));
  }
  return mix.to(image.scalar_type());
}

std::string AugMix::describe() const {
  return described("AugMix", look())
      .arg("severity", options_.severity())
      .arg("mixture_width", options_.mixture_width())
      .arg("chain_depth", options_.chain_depth())
      .arg("alpha", options_.alpha())
      .arg("all_ops", options_.all_ops());
}

}  // namespace hearth::vision::transforms
