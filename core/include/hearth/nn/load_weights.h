// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/callable.h"
#include "hearth/io/tensor_file.h"
#include "hearth/nn/module.h"

namespace hearth::nn {

/// Gives the module that `make` returns the weights of a file, under PyTorch's names, all of them
/// and no others. `what` ("classifier") stands in messages.
///
/// For files from outside: whatever `make` and the loading complain of (another shape, missing
/// names) becomes a FormatError that names the file. `make` is told how many numbers the file
/// holds, so that it need not take memory for a large model because a small file says so. `name`
/// gives the module's name for a tensor of the file; tensors with an empty one are left out.
HEARTH_API void load_weights(const TensorFile& file, const char* what,
                             const Callable<Module&(int64_t numbers)>& make,
                             const Callable<std::string(const std::string&)>& name = nullptr);

/// What load_weights does about files from outside, for other ways of loading: runs `load`, which
/// is told how many numbers the file holds, and makes of whatever it complains of a FormatError
/// that names the file.
HEARTH_API void load_checked(const TensorFile& file, const char* what,
                             const Callable<void(int64_t numbers)>& load);

}  // namespace hearth::nn
