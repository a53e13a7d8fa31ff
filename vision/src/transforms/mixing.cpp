// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/mixing.h"

#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"

#include "transforms/color_kernels.h"
#include "transforms/describe.h"
#include "transforms/draw.h"

namespace hearth::vision::transforms {
namespace {

Tensor rolled(const Tensor& t) { return t.roll(1, 0); }

/// Float images one after the other in memory, mixed in one pass.
Tensor mixed_floats(const Tensor& images, double kept) {
  const Tensor out = empty_strided(images.sizes(), images.strides(), images.options());
  const auto* from = images.const_data_ptr<float>();
  auto* to = out.mutable_data_ptr<float>();
  const int64_t n = images.size(0), values = images.numel() / n;
  parallel_for(0, n, (1 << 16) / std::max<int64_t>(values, 1) + 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      color_kernels().mix(from + (i + n - 1) % n * values, static_cast<float>(1.0 - kept),
                          from + i * values, static_cast<float>(kept), values, to + i * values);
  });
  return out;
}

/// Whether mixed_floats can do it, which keeps no history for gradients.
bool one_after_the_other(const Tensor& images) {
  return images.scalar_type() == kFloat && images.is_cpu() && !images.requires_grad() &&
         images.is_non_overlapping_and_dense() &&
         (images.size(0) == 1 || images.stride(0) * images.size(0) == images.numel());
}

}  // namespace

BatchMix::BatchMix(const MixOptions& options, const char* name) : options_(options), name_(name) {
  HEARTH_CHECK_AS(ValueError, options.alpha() > 0, "[", name, "] expected a positive alpha, got ",
                  options.alpha());
  HEARTH_CHECK_AS(ValueError, options.num_classes().value_or(1) > 0, "[", name,
                  "] expected a positive num_classes, got ", options.num_classes().value_or(1));
}

double BatchMix::drawn_part(Generator& generator) const {
  return draw::beta(generator, options_.alpha(), options_.alpha());
}

Sample BatchMix::apply(const Sample& sample, const Params& params) const {
  Sample out = sample;
  const auto of_labels = [&](const Sample::Entry& entry) {
    return std::holds_alternative<Tensor>(entry.second) &&
           (options_.labels().empty() || entry.first == options_.labels());
  };
  const auto labels = std::find_if(out.items().begin(), out.items().end(), of_labels);
  HEARTH_CHECK_AS(ValueError, labels != out.items().end(), "[", name_,
                  "] expected labels in the sample, got ",
                  options_.labels().empty() ? "no plain tensor"
                                            : "no plain tensor '" + options_.labels() + "'");
  Tensor& classes = std::get<Tensor>(labels->second);
  HEARTH_CHECK_AS(ValueError, classes.defined() && (classes.dim() == 1 || classes.dim() == 2), "[",
                  name_, "] expected labels [N] or [N, classes], got ",
                  classes.defined() ? cat_str("shape ", classes.sizes()) : std::string("none"));
  const int64_t n = classes.size(0);
  for (auto& [name, item] : out.items()) {
    if (std::holds_alternative<Tensor>(item)) continue;
    auto* image = std::get_if<Image>(&item);
    HEARTH_CHECK_AS(ValueError, image, "[", name_,
                    "] expected images and labels, got masks, boxes or points: '", name, "'");
    HEARTH_CHECK_AS(ShapeError, image->data.dim() >= 4 && image->data.size(0) == n, "[", name_,
                    "] expected a batch of ", n, " images as there are labels, got shape ",
                    image->data.sizes());
    if (n > 0) image->data = mixed(image->data, params);
  }
  classes = mixed_labels(classes, kept(params));
  return out;
}

Tensor BatchMix::mixed_labels(const Tensor& labels, double kept) const {
  const MixOptions::Count& num_classes = options_.num_classes();
  Tensor all = labels;
  if (labels.dim() == 1) {
    HEARTH_CHECK_AS(ValueError, num_classes, "[", name_,
                    "] expected num_classes for labels that are class indices, got none");
    all = one_hot(labels.to(kLong), *num_classes);
  } else {
    HEARTH_CHECK_AS(ValueError, num_classes.value_or(labels.size(1)) == labels.size(1), "[", name_,
                    "] expected labels of ", num_classes.value_or(0), " classes, got ",
                    labels.size(1));
  }
  if (!all.is_floating_point()) all = all.to(kFloat);
  if (all.numel() == 0) return all;
  return rolled(all).mul_(1.0 - kept).add_(all * kept);
}

std::pair<Tensor, Tensor> BatchMix::operator()(const Tensor& images, const Tensor& labels,
                                               Generator& generator) const {
  return mix(*this, images, labels, generator);
}

MixUp::MixUp(const MixOptions& options) : BatchMix(options, "MixUp") {}

Params MixUp::sample(const Sample&, Generator& generator) const {
  return {{"lam", drawn_part(generator)}};
}

double MixUp::kept(const Params& params) const { return params["lam"]; }

Tensor MixUp::mixed(const Tensor& images, const Params& params) const {
  HEARTH_CHECK_AS(DtypeError, images.is_floating_point(),
                  "[MixUp] expected images of floating point, got ", images.scalar_type());
  const double lam = params["lam"];
  if (one_after_the_other(images)) return mixed_floats(images, lam);
  return rolled(images).mul_(1.0 - lam).add_(images * lam);
}

std::string MixUp::describe() const {
  return Description("MixUp")
      .arg("alpha", options().alpha())
      .arg("num_classes", options().num_classes());
}

CutMix::CutMix(const MixOptions& options) : BatchMix(options, "CutMix") {}

Params CutMix::sample(const Sample& sample, Generator& generator) const {
  const double lam = drawn_part(generator);
  const auto [h, w] = query_size(sample);
  const int64_t x = draw::randint(generator, 0, w), y = draw::randint(generator, 0, h);
  const double half = 0.5 * std::sqrt(1.0 - lam);
  const auto half_w = static_cast<int64_t>(half * static_cast<double>(w));
  const auto half_h = static_cast<int64_t>(half * static_cast<double>(h));
  const int64_t x1 = std::max<int64_t>(x - half_w, 0), x2 = std::min(x + half_w, w);
  const int64_t y1 = std::max<int64_t>(y - half_h, 0), y2 = std::min(y + half_h, h);
  const double covered = static_cast<double>((x2 - x1) * (y2 - y1)) / static_cast<double>(w * h);
  return {{"x1", static_cast<double>(x1)},
          {"y1", static_cast<double>(y1)},
          {"x2", static_cast<double>(x2)},
          {"y2", static_cast<double>(y2)},
          {"lam_adjusted", 1.0 - covered}};
}

double CutMix::kept(const Params& params) const { return params["lam_adjusted"]; }

Tensor CutMix::mixed(const Tensor& images, const Params& params) const {
  const int64_t x1 = params.integer("x1"), y1 = params.integer("y1");
  const int64_t w = params.integer("x2") - x1, h = params.integer("y2") - y1;
  const auto part = [&](const Tensor& t) { return t.narrow(-2, y1, h).narrow(-1, x1, w); };
  Tensor out = images.clone();
  part(out).copy_(rolled(part(images)));
  return out;
}

std::string CutMix::describe() const {
  return Description("CutMix")
      .arg("alpha", options().alpha())
      .arg("num_classes", options().num_classes());
}

std::pair<Tensor, Tensor> mix(const Transform& transform, const Tensor& images,
                              const Tensor& labels, Generator& generator) {
  Sample out = transform(Sample{{"images", Image{images}}, {"labels", labels}}, generator);
  return {out.image("images"), std::get<Tensor>(out["labels"])};
}

}  // namespace hearth::vision::transforms
