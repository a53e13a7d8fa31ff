// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "hearth/base/macros.h"

namespace hearth {

/// Kinds of devices. Meta tensors have sizes and dtypes but no data. Those after it can be named,
/// so that programs may ask for them, but have no tensors.
enum class DeviceType : int8_t { CPU, CUDA, Meta, MPS, XPU, HIP, XLA };
inline constexpr int kNumDeviceTypes = 3;
inline constexpr DeviceType kCPU = DeviceType::CPU;
inline constexpr DeviceType kCUDA = DeviceType::CUDA;
inline constexpr DeviceType kMeta = DeviceType::Meta;
inline constexpr DeviceType kMPS = DeviceType::MPS;
inline constexpr DeviceType kXPU = DeviceType::XPU;
inline constexpr DeviceType kHIP = DeviceType::HIP;
inline constexpr DeviceType kXLA = DeviceType::XLA;

using DeviceIndex = int8_t;

/// Where a tensor lives: a kind and, for CUDA, a number (-1: the current one).
class Device {
 public:
  constexpr Device() : Device(DeviceType::CPU) {}
  constexpr Device(DeviceType type, DeviceIndex index = -1) : type_(type), index_(index) {}
  /// Parses "cpu", "cuda:1", "meta" and the like; throws DeviceError on anything else.
  HEARTH_API Device(const std::string& text);
  Device(const char* text) : Device(std::string(text)) {}
  Device(std::nullptr_t) = delete;

  constexpr DeviceType type() const { return type_; }
  constexpr DeviceIndex index() const { return index_; }
  constexpr bool has_index() const { return index_ >= 0; }
  constexpr void set_index(DeviceIndex index) { index_ = index; }
  constexpr bool is_cpu() const { return type_ == kCPU; }
  constexpr bool is_cuda() const { return type_ == kCUDA; }
  constexpr bool is_meta() const { return type_ == kMeta; }
  constexpr bool is_mps() const { return type_ == kMPS; }
  constexpr bool is_xpu() const { return type_ == kXPU; }
  /// With CUDA's missing number filled in by the thread's current device: what a tensor's device
  /// is.
  Device resolved() const {
    return type_ == DeviceType::CUDA && !has_index() ? current_cuda() : *this;
  }
  /// "cpu", "cuda:0", "meta".
  HEARTH_API std::string str() const;
  friend constexpr bool operator==(const Device&, const Device&) = default;

 private:
  HEARTH_API static Device current_cuda();

  DeviceType type_;
  DeviceIndex index_;
};

/// "cuda:1"; a kind alone is "cuda".
HEARTH_API std::ostream& operator<<(std::ostream& out, const Device& device);
HEARTH_API std::ostream& operator<<(std::ostream& out, DeviceType type);

}  // namespace hearth
