// SPDX-License-Identifier: Apache-2.0
// How weights are averaged, wherever the average is kept.
#pragma once

#include "hearth/optim/swa_utils.h"

namespace hearth::optim::swa_utils {

/// The one that the options name. Throws ValueError for two.
MultiAvgFn average_function(const AveragedModelOptions& options);

/// Takes a model's present weights into averages of its parameters and its buffers, which have seen
/// `n` models so far. The first are copied, as buffers always are without `use_buffers`. Throws
/// ValueError for a model with others.
void update_average(std::vector<Tensor> parameters, const std::vector<Tensor>& buffers,
                    const nn::Module& model, int64_t n, const MultiAvgFn& average,
                    bool use_buffers);

}  // namespace hearth::optim::swa_utils
