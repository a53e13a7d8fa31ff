// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/module.h"

namespace hearth::vision::models {

/// How most convolutional networks start: convolutions by He's normal values for their outputs,
/// linear layers by normal values of deviation 0.01, no bias.
void initialize_convolutional(const nn::Module& network);

}  // namespace hearth::vision::models
