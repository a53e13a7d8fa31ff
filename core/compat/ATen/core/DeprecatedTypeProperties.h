// SPDX-License-Identifier: Apache-2.0
// What x.type() gives, which older LibTorch programs ask for the dtype and the device.
#pragma once

#include <ostream>
#include <string>

#include "hearth/tensor/tensor.h"

#include "c10/core/Backend.h"
#include "c10/core/ScalarType.h"

namespace hearth {

/// A dtype, a kind of device and a layout: "CPUFloatType".
class DeprecatedTypeProperties {
 public:
  DeprecatedTypeProperties(Backend backend, ScalarType type) : backend_(backend), type_(type) {}
  Backend backend() const { return backend_; }
  ScalarType scalarType() const { return type_; }
  TypeMeta typeMeta() const { return type_; }
  DeviceType device_type() const { return backendToDeviceType(backend_); }
  Layout layout() const { return layout_from_backend(backend_); }
  bool is_cuda() const { return device_type() == kCUDA; }
  bool is_sparse() const { return layout() == kSparse; }
  bool is_sparse_csr() const { return layout() == kSparseCsr; }
  DeprecatedTypeProperties toBackend(Backend backend) const { return {backend, type_}; }
  DeprecatedTypeProperties toScalarType(ScalarType type) const { return {backend_, type}; }
  DeprecatedTypeProperties cpu() const { return on(kCPU); }
  DeprecatedTypeProperties cuda() const { return on(kCUDA); }
  TensorOptions options(DeviceIndex index = -1) const {
    return TensorOptions(type_).device(device_type(), index).layout(layout());
  }
  operator TensorOptions() const { return options(); }
  std::string toString() const {
    return std::string(hearth::toString(backend_)) + hearth::toString(type_) + "Type";
  }
  friend bool operator==(const DeprecatedTypeProperties&,
                         const DeprecatedTypeProperties&) = default;

 private:
  DeprecatedTypeProperties on(DeviceType device) const {
    return {backend_of(device, layout()), type_};
  }
  friend DeprecatedTypeProperties Tensor::type() const;
  static Backend backend_of(DeviceType device, Layout layout) {
    if (device == kMeta) return Backend::Meta;
    const bool cuda = device == kCUDA;
    if (layout == kSparse) return cuda ? Backend::SparseCUDA : Backend::SparseCPU;
    if (layout == kSparseCsr) return cuda ? Backend::SparseCsrCUDA : Backend::SparseCsrCPU;
    return cuda ? Backend::CUDA : Backend::CPU;
  }

  Backend backend_;
  ScalarType type_;
};

inline DeprecatedTypeProperties getDeprecatedTypeProperties(Backend backend, ScalarType type) {
  return {backend, type};
}

inline std::ostream& operator<<(std::ostream& out, const DeprecatedTypeProperties& type) {
  return out << type.toString();
}

inline DeprecatedTypeProperties Tensor::type() const {
  return {DeprecatedTypeProperties::backend_of(device().type(), layout()), scalar_type()};
}

}  // namespace hearth
