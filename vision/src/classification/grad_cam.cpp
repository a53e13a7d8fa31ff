// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/grad_cam.h"

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

/// The side of a square of so many places; 0 for none.
int64_t side_of(int64_t places) {
  const auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(places))));
  return side * side == places ? side : 0;
}

/// Maps or tokens [1, ...] as maps [C, h, w]; undefined for anything else, and for a single place.
Tensor as_maps(const Tensor& t) {
  if (t.dim() == 4 && t.size(0) == 1) {
    // Transformers with windows have their channels last, of which there are more than places.
    const bool last = t.size(1) == t.size(2) && t.size(3) > t.size(2);
    const Tensor maps = last ? t.select(0, 0).permute({2, 0, 1}) : t.select(0, 0);
    return maps.size(1) * maps.size(2) > 1 ? maps : Tensor();
  }
  if (t.dim() != 3 || t.size(0) != 1) return {};
  for (const int64_t extra : {int64_t{0}, int64_t{1}}) {  // a class token comes first
    const int64_t side = side_of(t.size(1) - extra);
    if (side > 1)
      return t.select(0, 0)
          .narrow(0, extra, side * side)
          .transpose(0, 1)
          .reshape({t.size(2), side, side});
  }
  return {};
}

/// What layers gave during a forward, in the order in which they were done.
class Outputs {
 public:
  explicit Outputs(nn::Module& model) {
    for (const auto& item : model.named_modules()) {
      if (item.key().empty()) continue;
      const std::string name = item.key();
      const unsigned key = item.value()->register_forward_hook(
          [this, name](nn::Module&, const std::vector<Tensor>&, std::vector<Tensor>& outputs) {
            if (outputs.size() == 1 && as_maps(outputs[0]).defined()) {
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
Tensor heat_of(const Tensor& score, const Tensor& output) {
  const Tensor gradient = autograd::grad({score}, {output}, {}, true, false, true)[0];
  if (!gradient.defined()) return {};
  const NoGradGuard no_grad;
  const Tensor slopes = as_maps(gradient), maps = as_maps(output.detach());
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
  const Outputs outputs(model);
  Tensor input = classifier.input(pixels.unsqueeze(0).contiguous(), size_t{0})
                     .to(classifier.device())
                     .requires_grad_(true);
  const Tensor score = model.forward(input).select(0, 0).select(0, class_index);

  const auto& seen = outputs.seen();
  for (auto i = seen.rbegin(); i != seen.rend(); ++i) {
    if (!layer.empty() && i->first != layer) continue;
    const Tensor heat = heat_of(score, i->second);
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
