// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/from_file.h"

#include <memory>
#include <string>

#include "hearth/io/mapped_file.h"
#include "hearth/ops/creation.h"

#include "tensor/tensor_impl.h"

namespace hearth {

Tensor from_file(std::string_view filename, std::optional<bool> shared, std::optional<int64_t> size,
                 const TensorOptions& options) {
  const int64_t n = size.value_or(0);
  const std::string path(filename);
  HEARTH_CHECK_AS(ValueError, n >= 0, "[from_file] size must not be negative, got ", n);
  HEARTH_CHECK_AS(DeviceError, options.device().is_cpu(),
                  "[from_file] a file is mapped into host memory, not that of ", options.device(),
                  "; move the tensor with .to(device)");
  const auto bytes = static_cast<size_t>(checked_nbytes(n, options.dtype()));
  const auto file = shared.value_or(false) ? std::make_shared<MappedFile>(path, bytes)
                                           : std::make_shared<MappedFile>(path);
  HEARTH_CHECK_AS(FileError, file->size() >= bytes, "[from_file] ", path, " has ", file->size(),
                  " bytes, fewer than the ", bytes, " of ", n, " elements of ", options.dtype());
  return from_blob(
      file->data(), {n}, {1}, [file](void*) {}, options);
}

}  // namespace hearth
