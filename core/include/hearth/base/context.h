// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "hearth/base/macros.h"

namespace hearth {

/// How convolutions on the CPU are computed.
enum class ConvAlgorithm : int8_t {
  /// Whatever is quickest for the shape. With many channels, 3 x 3 taps and a stride of 1 that is
  /// Winograd's method in float32: of the largest error, five times a sum's in any order; what is
  /// not finite may spread over 4 x 4 results.
  Auto,
  /// Without Winograd's method, and without unfolding where there are such kernels: oneDNN's, and
  /// ours. So with set_deterministic(true) as well.
  Direct,
  Unfold,  ///< matrix products of unfolded images, without oneDNN's convolution
};

/// Sets the algorithm for all threads. Default: Auto.
HEARTH_API void set_conv_algorithm(ConvAlgorithm algorithm);
HEARTH_API ConvAlgorithm conv_algorithm();

/// With true, the result of every operation has the same bits whatever the number of threads, and
/// on CUDA from run to run. Default false: weight gradients of convolutions and matrix products
/// with a long inner dimension may then be summed per thread; at one number of threads, bits never
/// differ from run to run. On CUDA, values that an index or scatter operation adds up at one place,
/// or the gradient of an embedding, may be added in any order, and of several that are written to
/// one place any may stay; with true, they are added in order, and the last one stays.
HEARTH_API void set_deterministic(bool deterministic);
HEARTH_API bool deterministic();

/// Whether CUDA may round the inputs of float32 products to TF32 (10 bits of mantissa), which runs
/// several times faster. Defaults are PyTorch's: false for matrix products (cuBLAS), true for
/// convolutions (cuDNN).
HEARTH_API void set_allow_tf32_cublas(bool allow);
HEARTH_API bool allow_tf32_cublas();
HEARTH_API void set_allow_tf32_cudnn(bool allow);
HEARTH_API bool allow_tf32_cudnn();

/// How exactly float32 matrix products are computed: "highest" (the default), or "high" or
/// "medium", which both let CUDA use TF32: set_allow_tf32_cublas by PyTorch's other name.
/// Convolutions have set_allow_tf32_cudnn.
HEARTH_API void set_float32_matmul_precision(std::string_view precision);
HEARTH_API std::string_view float32_matmul_precision();

}  // namespace hearth
