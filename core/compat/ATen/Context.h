// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

namespace hearth {

/// Which reductions cuBLAS may do in half precision.
enum class CuBLASReductionOption : uint8_t {
  AllowReducedPrecisionWithSplitK = 0,
  DisallowReducedPrecisionAllowSplitK = 1,
  DisallowReducedPrecisionDisallowSplitK = 2,
};

/// As torch.set_float32_matmul_precision calls them, in capitals.
enum class Float32MatmulPrecision : uint8_t { HIGHEST, HIGH, MEDIUM };

/// The switches of the process, as LibTorch has them on one object.
class Context {
 public:
  /// Random numbers are the same on every device, so there is one generator for all.
  Generator& defaultGenerator(DeviceType = kCPU) { return default_generator(); }
  Generator& defaultGenerator(Device) { return default_generator(); }
  bool deterministicAlgorithms() const { return deterministic(); }
  void setDeterministicAlgorithms(bool on, bool /*warn_only*/ = false) { set_deterministic(on); }
  bool allowTF32CuBLAS() const { return allow_tf32_cublas(); }
  void setAllowTF32CuBLAS(bool allow) { set_allow_tf32_cublas(allow); }
  bool allowTF32CuDNN() const { return allow_tf32_cudnn(); }
  void setAllowTF32CuDNN(bool allow) { set_allow_tf32_cudnn(allow); }
  Float32MatmulPrecision float32MatmulPrecision() const {
    const auto precision = float32_matmul_precision();
    return precision == "highest" ? Float32MatmulPrecision::HIGHEST
           : precision == "high"  ? Float32MatmulPrecision::HIGH
                                  : Float32MatmulPrecision::MEDIUM;
  }
  void setFloat32MatmulPrecision(const std::string& precision) {
    set_float32_matmul_precision(precision);
  }
  void setFloat32MatmulPrecision(Float32MatmulPrecision precision) {
    setFloat32MatmulPrecision(precision == Float32MatmulPrecision::HIGHEST ? "highest"
                              : precision == Float32MatmulPrecision::HIGH  ? "high"
                                                                           : "medium");
  }
  bool deterministicCuDNN() const { return deterministic(); }
  void setDeterministicCuDNN(bool on) { set_deterministic(on); }
  bool benchmarkCuDNN() const { return cuda::benchmark(); }
  void setBenchmarkCuDNN(bool on) { cuda::set_benchmark(on); }
  static bool hasCUDA() { return cuda::is_available(); }
  static bool hasCuDNN() { return cuda::cudnn_is_available(); }
  static bool hasOpenMP() { return true; }
  static bool hasMKL() { return false; }
  static bool hasMPS() { return false; }
  static bool hasXLA() { return false; }
  static bool hasXPU() { return false; }
  static bool hasROCM() { return false; }
  static bool hasMAGMA() { return false; }
  static bool hasCUDART() { return hasCUDA(); }
  static bool hasCuBLASLt() { return hasCUDA(); }
  static int64_t getNumGPUs() { return static_cast<int64_t>(cuda::device_count()); }
  /// From now on numbers below the normal ones are zero in this thread; or no longer. False where
  /// that cannot be had.
  static bool setFlushDenormal(bool on) {
#ifdef __SSE2__
    constexpr unsigned kResults = 0x8000, kInputs = 0x0040;
    const unsigned modes = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(on ? modes | kResults | kInputs : modes & ~(kResults | kInputs));
    return true;
#else
    return !on;
#endif
  }

  // Choices between kernels that Hearth makes by the inputs alone: each is kept, and changes
  // nothing.
  int benchmarkLimitCuDNN() const { return benchmark_limit_; }
  void setBenchmarkLimitCuDNN(int tries) { benchmark_limit_ = tries; }
  bool deterministicFillUninitializedMemory() const { return fill_memory_; }
  void setDeterministicFillUninitializedMemory(bool on) { fill_memory_ = on; }
  bool userEnabledCuDNN() const { return cudnn_; }
  void setUserEnabledCuDNN(bool on) { cudnn_ = on; }
  bool userEnabledMkldnn() const { return mkldnn_; }
  void setUserEnabledMkldnn(bool on) { mkldnn_ = on; }
  bool userEnabledFlashSDP() const { return flash_; }
  void setSDPUseFlash(bool on) { flash_ = on; }
  bool userEnabledMemEfficientSDP() const { return mem_efficient_; }
  void setSDPUseMemEfficient(bool on) { mem_efficient_ = on; }
  bool userEnabledMathSDP() const { return math_; }
  void setSDPUseMath(bool on) { math_ = on; }
  bool userEnabledCuDNNSDP() const { return cudnn_attention_; }
  void setSDPUseCuDNN(bool on) { cudnn_attention_ = on; }
  CuBLASReductionOption allowFP16ReductionCuBLAS() const { return fp16_reduction_; }
  void setAllowFP16ReductionCuBLAS(bool allow, bool split_k = true) {
    fp16_reduction_ = reduction(allow, split_k);
  }
  CuBLASReductionOption allowBF16ReductionCuBLAS() const { return bf16_reduction_; }
  void setAllowBF16ReductionCuBLAS(bool allow, bool split_k = true) {
    bf16_reduction_ = reduction(allow, split_k);
  }

 private:
  static CuBLASReductionOption reduction(bool allow, bool split_k) {
    return allow     ? CuBLASReductionOption::AllowReducedPrecisionWithSplitK
           : split_k ? CuBLASReductionOption::DisallowReducedPrecisionAllowSplitK
                     : CuBLASReductionOption::DisallowReducedPrecisionDisallowSplitK;
  }

  bool fill_memory_ = true, cudnn_ = true, mkldnn_ = true;
  int benchmark_limit_ = 10;
  bool flash_ = true, mem_efficient_ = true, math_ = true, cudnn_attention_ = true;
  CuBLASReductionOption fp16_reduction_{}, bf16_reduction_{};
};

inline Context& globalContext() {
  static Context context;
  return context;
}

inline bool hasCUDA() { return Context::hasCUDA(); }
inline bool hasMPS() { return Context::hasMPS(); }
inline bool hasMKL() { return Context::hasMKL(); }
inline bool hasOpenMP() { return Context::hasOpenMP(); }
inline bool hasXLA() { return Context::hasXLA(); }
inline bool hasXPU() { return Context::hasXPU(); }

}  // namespace hearth
