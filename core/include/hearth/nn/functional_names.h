// SPDX-License-Identifier: Apache-2.0
// Operators that Python's torch.nn.functional names as well, as they are.
#pragma once

#include "hearth/ops/activation.h"
#include "hearth/ops/attention.h"
#include "hearth/ops/conv.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/resize.h"

namespace hearth::nn::functional {

using hearth::celu_;
using hearth::channel_shuffle;
using hearth::conv_tbc;
using hearth::elu_;
using hearth::hardtanh_;
using hearth::leaky_relu_;
using hearth::native_channel_shuffle;
using hearth::relu_;
using hearth::rrelu_;
using hearth::scaled_dot_product_attention;
using hearth::selu_;
using hearth::sigmoid;
using hearth::tanh;
using hearth::threshold_;

}  // namespace hearth::nn::functional
