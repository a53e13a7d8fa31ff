// SPDX-License-Identifier: Apache-2.0
#include "models/initialize.h"

#include "hearth/nn/init.h"
#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"

namespace hearth::vision::models {

void initialize_convolutional(const nn::Module& network) {
  for (const auto& module : network.modules(false)) {
    if (auto* conv = module->as<nn::Conv2d>()) {
      nn::init::kaiming_normal_(conv->weight, 0, kFanOut, kReLU);
      if (conv->bias.defined()) nn::init::zeros_(conv->bias);
    } else if (auto* linear = module->as<nn::Linear>()) {
      nn::init::normal_(linear->weight, 0, 0.01);
      nn::init::zeros_(linear->bias);
    }
  }
}

}  // namespace hearth::vision::models
