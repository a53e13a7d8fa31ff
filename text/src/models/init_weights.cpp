// SPDX-License-Identifier: Apache-2.0
#include "models/init_weights.h"

#include "hearth/nn/init.h"

namespace hearth::text {

void init_weight(const std::string& name, const Tensor& weight, double std) {
  if (weight.dim() >= 2) {
    nn::init::normal_(weight, 0, std);
  } else {
    nn::init::constant_(weight, name.ends_with("bias") ? 0 : 1);
  }
}

void init_weights(nn::Module& module, double std) {
  for (const auto& item : module.named_parameters()) init_weight(item.key(), item.value(), std);
}

}  // namespace hearth::text
