// SPDX-License-Identifier: Apache-2.0
#include "cases/cases.h"

namespace hearth::bench {

namespace {
Device chosen = kCPU;
}

Device device() { return chosen; }
void set_device(Device device) { chosen = device; }
void finish() {
  if (chosen.is_cuda()) cuda::synchronize();
}

Cases all_cases() {
  Cases cases;
  add_training(cases);
  add_rows(cases);
  add_spatial(cases);
  add_indexing(cases);
  add_order(cases);
  add_products(cases);
  add_linalg(cases);
  add_optimizers(cases);
  if (chosen.is_cpu()) add_loaders(cases);
  if (chosen.is_cuda()) {
    add_attention(cases);
    add_device(cases);
  }
  add_door(cases);
  add_spectra(cases);
  add_metrics(cases);
  add_audio(cases);
  add_text_models(cases);
  add_transforms(cases);
  add_vision_models(cases);
  return cases;
}

Step forward_backward(std::function<Tensor(const Tensor&)> fn, const Tensor& x,
                      std::vector<Tensor> parameters) {
  x.requires_grad_();
  const Tensor gradient = ones_like(fn(x));
  return [=] {
    x.mutable_grad().reset();
    for (const Tensor& p : parameters) p.mutable_grad().reset();
    fn(x).backward(gradient);
  };
}

}  // namespace hearth::bench
