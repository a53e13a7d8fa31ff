// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

namespace hearth {

/// The switches of the process, as LibTorch has them on one object.
class Context {
 public:
  bool deterministicAlgorithms() const { return deterministic(); }
  void setDeterministicAlgorithms(bool on, bool /*warn_only*/ = false) { set_deterministic(on); }
  bool allowTF32CuBLAS() const { return allow_tf32_cublas(); }
  void setAllowTF32CuBLAS(bool allow) { set_allow_tf32_cublas(allow); }
  bool allowTF32CuDNN() const { return allow_tf32_cudnn(); }
  void setAllowTF32CuDNN(bool allow) { set_allow_tf32_cudnn(allow); }
  std::string float32MatmulPrecision() const { return std::string(float32_matmul_precision()); }
  void setFloat32MatmulPrecision(const std::string& precision) {
    set_float32_matmul_precision(precision);
  }
  bool hasCUDA() const { return cuda::is_available(); }
};

inline Context& globalContext() {
  static Context context;
  return context;
}

}  // namespace hearth
