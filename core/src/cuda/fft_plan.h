// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth::cuda {

enum class FftKind : int32_t { Complex, RealToHalf, HalfToReal };

/// The most dims that one plan transforms.
inline constexpr size_t kFftDims = 3;

/// Transforms without factors of `in` along up to kFftDims dims, the last of which has half the
/// points in a spectrum of real numbers; RealToHalf is forward, HalfToReal (one dim only, and
/// `in` may be overwritten) backward. `in` and `out` may be the same complex tensor.
void run_fft(FftKind kind, const Tensor& in, const Tensor& out, const DimVector& dims,
             bool forward);

}  // namespace hearth::cuda
