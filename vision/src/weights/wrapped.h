// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hearth/io/tensor_file.h"

namespace hearth::vision::weights {

/// The tensors of a file that are a network's, by their names without what stands before all of
/// them ("state_dict.module."): their names in the file. Beside a network, what a training wrote
/// may hold an optimizer's state, which is left out. `ours` are the names that the network has
/// here.
std::map<std::string, std::string> unwrapped(const TensorFile& file,
                                             const std::vector<std::string>& ours);

/// What stands before these names. Throws FormatError if the file holds several such networks, and
/// no averaged one among them.
std::string wrapping(const TensorFile& file, const std::vector<std::string>& ours);

}  // namespace hearth::vision::weights
