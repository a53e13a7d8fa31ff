// SPDX-License-Identifier: Apache-2.0
// Choosing among the algorithms that NVIDIA's libraries have for a problem, by measuring them.
#pragma once

#include <string>

#include "hearth/base/macros.h"

namespace hearth::cuda {

/// Sets for all threads whether convolutions (cuDNN) and matrix products (cuBLASLt) measure what
/// algorithms there are, at the first call with sizes and settings that are new, and stay with the
/// fastest; otherwise the libraries guess. Worth it where shapes repeat: a first call takes many
/// times as long, and which algorithm wins, and with it the last bits of results, may differ from
/// run to run. Nothing is measured while a graph is captured. Default: false, or as
/// HEARTH_CUDA_BENCHMARK in the environment says: 1, or the path of a file as set_benchmark_file
/// takes it.
/// torch.backends.cudnn.benchmark.
HEARTH_API void set_benchmark(bool on);
HEARTH_API bool benchmark();

/// Keeps what is measured in a file as well, for later programs with the same kind of device and
/// the same libraries: what it holds is taken over now, and what is measured from now on is added
/// to it. Programs may share a file. An empty path, the default, keeps no file and forgets what was
/// measured so far. A file that holds something else throws FormatError, one that can be neither
/// read nor made FileError; then all stays as it was.
HEARTH_API void set_benchmark_file(const std::string& path);

}  // namespace hearth::cuda
