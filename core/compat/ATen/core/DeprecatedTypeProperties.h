// SPDX-License-Identifier: Apache-2.0
// What x.type() gives, which older LibTorch programs ask for the dtype and the device.
#pragma once

#include <ostream>
#include <string>

#include "hearth/tensor/tensor.h"

#include "c10/core/ScalarType.h"

namespace hearth {

/// A dtype and a kind of device: "CPUFloatType".
class DeprecatedTypeProperties {
 public:
  DeprecatedTypeProperties(DeviceType device, ScalarType type) : device_(device), type_(type) {}
  ScalarType scalarType() const { return type_; }
  TypeMeta typeMeta() const { return type_; }
  DeviceType device_type() const { return device_; }
  Layout layout() const { return kStrided; }
  bool is_cuda() const { return device_ == kCUDA; }
  bool is_sparse() const { return false; }
  DeprecatedTypeProperties toScalarType(ScalarType type) const { return {device_, type}; }
  DeprecatedTypeProperties cpu() const { return {kCPU, type_}; }
  DeprecatedTypeProperties cuda() const { return {kCUDA, type_}; }
  TensorOptions options(DeviceIndex index = -1) const {
    return TensorOptions(type_).device(device_, index);
  }
  operator TensorOptions() const { return options(); }
  std::string toString() const {
    constexpr const char* kNames[] = {"CPU", "CUDA", "Meta"};
    return std::string(kNames[static_cast<int>(device_)]) + hearth::toString(type_) + "Type";
  }
  friend bool operator==(const DeprecatedTypeProperties&,
                         const DeprecatedTypeProperties&) = default;

 private:
  DeviceType device_;
  ScalarType type_;
};

inline std::ostream& operator<<(std::ostream& out, const DeprecatedTypeProperties& type) {
  return out << type.toString();
}

inline DeprecatedTypeProperties Tensor::type() const { return {device().type(), scalar_type()}; }

}  // namespace hearth
