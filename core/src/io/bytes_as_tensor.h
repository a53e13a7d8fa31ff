// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "tensor/tensor_impl.h"

namespace hearth {

/// A tensor of what a file says: on the file's bytes, which `keep` holds in memory, where they lie
/// aligned and in this machine's byte order, otherwise on a copy. Strides must be dense. `bytes`
/// are as many as the sizes want.
Tensor bytes_as_tensor(std::string_view bytes, const DimVector& sizes, const DimVector& strides,
                       ScalarType dtype, const std::shared_ptr<const void>& keep,
                       bool swapped = false);
/// Turns the bytes of each word of `size` around.
void swap_words(char* data, size_t bytes, size_t size);
/// The bytes that a byte order is about: of complex numbers, each part.
size_t word_size(ScalarType dtype);
/// Whether bytes are bools, 0 and 1; others are undefined behaviour to read.
bool are_bools(std::string_view bytes);

}  // namespace hearth
