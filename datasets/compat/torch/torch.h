// SPDX-License-Identifier: Apache-2.0
// LibTorch's header with the data sets that LibTorch has, for programs that link
// Hearth::torch_datasets.
#pragma once

#include_next <torch/torch.h>

#include "hearth/datasets/vision/mnist.h"

namespace hearth::data::datasets {
using ::hearth::datasets::MNIST;
}
