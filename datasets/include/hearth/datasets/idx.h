// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/tensor/tensor.h"

namespace hearth::datasets {

/// Reads an idx file, the format of MNIST, gzipped or not: uint8, int8, int16, int32, float or
/// double, of up to 8 dims. Throws FileError when it cannot be read, and FormatError when its
/// header is wrong or promises another number of bytes than the file has.
HEARTH_API Tensor read_idx(const std::string& path);

/// The same for a file in memory; `name` stands for it in errors.
HEARTH_API Tensor read_idx(const void* data, size_t bytes, const std::string& name);

}  // namespace hearth::datasets
