// SPDX-License-Identifier: Apache-2.0
#include "io/bytes_as_tensor.h"

#include <algorithm>
#include <cstring>

#include "hearth/ops/creation.h"

namespace hearth {

Tensor bytes_as_tensor(std::string_view bytes, const DimVector& sizes, const DimVector& strides,
                       ScalarType dtype, const std::shared_ptr<const void>& keep, bool swapped) {
  const bool aligned = reinterpret_cast<uintptr_t>(bytes.data()) % element_size(dtype) == 0;
  swapped = swapped && word_size(dtype) > 1;
  if (keep && !bytes.empty() && aligned && !swapped)
    return from_blob(
        const_cast<char*>(bytes.data()), sizes.ref(), strides.ref(), [keep](void*) {},
        TensorOptions(dtype));
  const Tensor copy = new_tensor(sizes, dtype, kCPU, strides);
  if (!bytes.empty()) std::memcpy(raw_data(copy), bytes.data(), bytes.size());
  if (swapped) swap_words(raw_data(copy), bytes.size(), word_size(dtype));
  return copy;
}

void swap_words(char* data, size_t bytes, size_t size) {
  for (char* end = data + bytes; data < end; data += size) std::reverse(data, data + size);
}

size_t word_size(ScalarType dtype) {
  return is_complex(dtype) ? element_size(dtype) / 2 : element_size(dtype);
}

bool are_bools(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char b) { return b == 0 || b == 1; });
}

}  // namespace hearth
