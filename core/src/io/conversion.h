// SPDX-License-Identifier: Apache-2.0
// What happens to a tensor on its way to a file.
#pragma once

#include <optional>

#include "hearth/base/callable.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

struct Conversion {
  std::optional<ScalarType> dtype;     ///< of what is of floating point
  Callable<void(int64_t)> on_written;  ///< may be empty

  ScalarType type_of(const Tensor& tensor) const {
    return dtype && is_floating_point(tensor.scalar_type()) ? *dtype : tensor.scalar_type();
  }
  size_t bytes_of(const Tensor& tensor) const {
    return static_cast<size_t>(tensor.numel()) * element_size(type_of(tensor));
  }
  /// On the host, contiguous, in the file's type.
  Tensor apply(const Tensor& tensor) const {
    return tensor.detach().cpu().to(type_of(tensor)).contiguous();
  }
  void written(int64_t bytes) const {
    if (on_written) on_written(bytes);
  }
};

}  // namespace hearth
