// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/conv_algorithm.h"
#include "cpu/gemm.h"

/// Matrix products and convolutions by oneDNN, float and bfloat16. Each returns false, with nothing
/// written, where oneDNN has no optimized kernel on this machine or is not part of the build.
namespace hearth::cpu::onednn {

#ifdef HEARTH_WITH_ONEDNN
bool matmul(const MatmulArgs& args);
bool conv_forward(const ConvArgs& args, const void* x, const void* w, const void* bias, void* y);
bool conv_backward_data(const ConvArgs& args, const void* gy, const void* w, void* gx);
bool conv_backward_weights(const ConvArgs& args, const void* x, const void* gy, void* gw, void* gb);
#else
inline bool matmul(const MatmulArgs&) { return false; }
inline bool conv_forward(const ConvArgs&, const void*, const void*, const void*, void*) {
  return false;
}
inline bool conv_backward_data(const ConvArgs&, const void*, const void*, void*) { return false; }
inline bool conv_backward_weights(const ConvArgs&, const void*, const void*, void*, void*) {
  return false;
}
#endif

}  // namespace hearth::cpu::onednn
