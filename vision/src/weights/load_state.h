// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/vision/models/load_weights.h"

namespace hearth::vision::models {

/// load_weights without the file's name in what it throws: of a network on the meta device, a way
/// to say what a file lacks.
void load_state(ImageClassifierImpl& model, const TensorFile& file,
                const LoadWeightsOptions& options);

}  // namespace hearth::vision::models
