// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "hearth/io/tensor_file.h"

namespace hearth::vision::weights {

/// The tensors of a file that are a network's, by their names without what stands before all of
/// them ("state_dict.module."): their names in the file. Beside a network, what a training wrote
/// may hold an optimizer's state, which is left out.
std::map<std::string, std::string> unwrapped(const TensorFile& file);

/// What stands before these names.
std::string wrapping(const TensorFile& file);

}  // namespace hearth::vision::weights
