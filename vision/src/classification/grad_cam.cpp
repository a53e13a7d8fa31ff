// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/grad_cam.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/nn/eval_guard.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::vision {
namespace {

/// How far the proportions of h x w are from an image's.
double mismatch(const Size& image, int64_t h, int64_t w) {
  const double a = static_cast<double>(h * image.width), b = static_cast<double>(w * image.height);
  return std::abs(a - b) / std::max(a, b);
}

/// Rows of a grid of so many places with an image's proportions; 0 for none.
int64_t rows_of(const Size& image, int64_t places) {
  const double rows =
      std::sqrt(static_cast<double>(places * image.height) / static_cast<double>(image.width));
  const auto whole = static_cast<int64_t>(std::lround(rows));
  return whole > 0 && places % whole == 0 && whole * image.width == places / whole * image.height
             ? whole
             : 0;
}

/// Maps or tokens [1, ...] of an image as maps [C, h, w]; undefined for anything else, and for a
/// single place.
Tensor as_maps(const Tensor& t, const Size& image) {
  if (t.dim() == 4 && t.size(0) == 1) {
    // Transformers with windows have their channels last. Where proportions do not tell, there are
    // more channels than places.
    const double first = mismatch(image, t.size(2), t.size(3)),
                 last = mismatch(image, t.size(1), t.size(2));
    const bool channels_last = last < first || (last == first && t.size(3) > t.size(2));
    const Tensor maps = channels_last ? t.select(0, 0).permute({2, 0, 1}) : t.select(0, 0);
    return maps.size(1) * maps.size(2) > 1 ? maps : Tensor();
  }
  if (t.dim() != 3 || t.size(0) != 1) return {};
  for (const int64_t extra : {int64_t{0}, int64_t{1}}) {  // a class token comes first
    const int64_t places = t.size(1) - extra, rows = places > 1 ? rows_of(image, places) : 0;
    if (rows > 0)
      return t.select(0, 0)
          .narrow(0, extra, places)
          .transpose(0, 1)
          .reshape({t.size(2), rows, places / rows});
  }
  return {};
}

/// What layers gave during a forward, in the order in which they were done.
class Outputs {
 public:
  Outputs(nn::Module& model, const Size& image) {
    for (const auto& item : model.named_modules()) {
      if (item.key().empty()) continue;
      const std::string name = item.key();
      const unsigned key = item.value()->register_forward_hook(
          [this, name, image](nn::Module&, const std::vector<Tensor>&,
                              std::vector<Tensor>& outputs) {
            if (outputs.size() == 1 && as_maps(outputs[0], image).defined()) {
              // What follows may write over it.
              outputs[0] = outputs[0].clone();
              seen_.emplace_back(name, outputs[0]);
            }
          });
      hooks_.emplace_back(item.value(), key);
    }
  }
  ~Outputs() {
    for (const auto& [module, key] : hooks_) module->remove_hook(key);
  }
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;

  const std::vector<std::pair<std::string, Tensor>>& seen() const { return seen_; }

 private:
  std::vector<std::pair<std::string, Tensor>> seen_;
  std::vector<std::pair<std::shared_ptr<nn::Module>, unsigned>> hooks_;
};

/// Undefined where the score does not depend on the layer's places.
Tensor heat_of(const Tensor& score, const Tensor& output, const Size& image) {
  const Tensor gradient = autograd::grad({score}, {output}, {}, true, false, true)[0];
  if (!gradient.defined()) return {};
  const NoGradGuard no_grad;
  const Tensor slopes = as_maps(gradient, image), maps = as_maps(output.detach(), image);
  if (slopes.abs().max().item<double>() == 0) return {};
  const Tensor weights = slopes.mean(IntArrayRef{1, 2}, true);
  const Tensor heat = (weights * maps).sum(0).relu().to(kFloat).cpu().contiguous();
  const double highest = heat.max().item<double>();
  return highest > 0 ? heat / highest : heat;
}

}  // namespace

GradCam grad_cam(const Classifier& classifier, const Tensor& pixels, int64_t class_index,
                 const std::string& layer) {
  const auto classes = static_cast<int64_t>(classifier.spec().classes.size());
  HEARTH_CHECK_AS(IndexError, class_index >= 0 && class_index < classes, "[grad_cam] class ",
                  class_index, " of ", classes);
  models::ImageClassifierImpl& model = classifier.model();
  const nn::EvalGuard evaluating(model);
  const AutoGradMode recording(true);
  const Size image{pixels.size(1), pixels.size(2)};
  const Outputs outputs(model, image);
  Tensor input = classifier.input(pixels.unsqueeze(0).contiguous(), size_t{0})
                     .to(classifier.device())
                     .requires_grad_(true);
  const Tensor score = model.forward(input).select(0, 0).select(0, class_index);

  const auto& seen = outputs.seen();
  for (auto i = seen.rbegin(); i != seen.rend(); ++i) {
    if (!layer.empty() && i->first != layer) continue;
    const Tensor heat = heat_of(score, i->second, image);
    if (heat.defined()) return {heat, i->first};
    HEARTH_CHECK_AS(ValueError, layer.empty(), "[grad_cam] the score does not depend on ", layer,
                    " in places; name a layer before it");
  }
  std::string names;
  for (const auto& [name, output] : seen) names += (names.empty() ? "" : ", ") + name;
  if (!layer.empty())
    throw ValueError(cat_str("[grad_cam] ", layer, " is no layer with places; there are ", names));
  throw ValueError(names.empty()
                       ? std::string("[grad_cam] the model has no layer with places")
                       : "[grad_cam] the score depends on no place of any layer: " + names);
}

}  // namespace hearth::vision
