// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/io/safetensors.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

struct SaveTensorsOptions {
  /// Kept by safetensors alone.
  HEARTH_ARG(safetensors::Metadata, metadata);
  /// Versions of modules' states (TensorFile::versions). Kept by .pt, .pth and .bin alone.
  using Versions = std::map<std::string, int64_t>;
  HEARTH_ARG(Versions, versions);
  /// What tensors of floating point are converted to; others stay as they are.
  HEARTH_ARG(std::optional<ScalarType>, dtype);
  /// safetensors only: files of about this many bytes, at least a tensor each, with the index
  /// `NAME.safetensors.index.json`; one plain file where that is enough.
  HEARTH_ARG(std::optional<int64_t>, shard_bytes);
  /// Told how many bytes were written since the last call.
  HEARTH_ARG(Callable<void(int64_t)>, on_written);
};

/// Writes named tensors in the format that the name of the file ends in: .safetensors; .pt, .pth
/// and .bin (a dict for Python's torch.load); .npz; .npy, of one tensor. Tensors are converted and
/// written one at a time, so those of a mapped file (TensorFile) need no memory of their own. All
/// or nothing: what stood there before stays until everything new is written.
///
/// Throws ValueError for another ending, a name that comes twice and a number of tensors that the
/// format does not hold, DtypeError for types it does not have, FileError.
///
///     save_tensors({{"weight", w}, {"bias", b}}, "model.safetensors");
HEARTH_API void save_tensors(const std::vector<std::pair<std::string, Tensor>>& tensors,
                             const std::string& path, const SaveTensorsOptions& options = {});

/// Whether save_tensors knows the ending of this name.
HEARTH_API bool is_tensor_file_name(const std::string& path);

}  // namespace hearth
