// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "hearth/base/device.h"
#include "hearth/base/dtype.h"

namespace hearth {

/// How elements lie in memory: Contiguous is row-major; ChannelsLast is NHWC for 4-d tensors of
/// sizes NCHW, ChannelsLast3d NDHWC for 5-d ones of sizes NCDHW; Preserve keeps the input's order.
enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };
/// Strided tensors have an element in memory for each index; sparse ones (hearth/ops/sparse.h) keep
/// indices and values: of each element (Sparse, COO), or row by row (SparseCsr).
enum class Layout : int8_t { Strided, Sparse, SparseCsr };
inline constexpr Layout kStrided = Layout::Strided;
inline constexpr Layout kSparse = Layout::Sparse;
inline constexpr Layout kSparseCsr = Layout::SparseCsr;

/// What a new tensor should be: dtype, device, requires_grad, memory format, pinned memory. Unset
/// fields take the defaults (default dtype, cpu, false, contiguous). Setters return a copy:
/// `TensorOptions().dtype(kLong).device(kCPU)`.
class TensorOptions {
 public:
  TensorOptions() = default;
  TensorOptions(ScalarType dtype) { dtype_ = dtype; }
  TensorOptions(TypeMeta dtype) { dtype_ = dtype; }
  /// A device, or what makes one: `x.to(kCUDA)`, `x.to({kCUDA, 1})`, `x.to("cuda:1")`.
  template <typename T>
  requires std::is_convertible_v<T, Device> TensorOptions(T&& device) { device_ = device; }
  TensorOptions(DeviceType type, DeviceIndex index) { device_ = Device(type, index); }
  TensorOptions(Layout layout) { layout_ = layout; }
  /// What older LibTorch functions take as four arguments.
  TensorOptions(std::optional<ScalarType> dtype, std::optional<Layout> layout,
                std::optional<Device> device, std::optional<bool> pin_memory)
      : dtype_(dtype), device_(device), layout_(layout), pinned_(pin_memory) {}
  TensorOptions(MemoryFormat format) { format_ = format; }
  /// A device by its name, "cuda:1".
  template <typename S>
  requires(std::is_convertible_v<const S&, std::string> && !std::is_null_pointer_v<S>)
      TensorOptions(const S& device)
      : TensorOptions(Device(device)) {}

  [[nodiscard]] TensorOptions dtype(std::optional<ScalarType> v) const {
    TensorOptions o = *this;
    o.dtype_ = v;
    return o;
  }
  [[nodiscard]] TensorOptions device(std::optional<Device> v) const {
    TensorOptions o = *this;
    o.device_ = v;
    return o;
  }
  [[nodiscard]] TensorOptions device(DeviceType type, DeviceIndex index = -1) const {
    return device(Device(type, index));
  }
  /// A CUDA device by its number.
  [[nodiscard]] TensorOptions device_index(DeviceIndex index) const { return device(kCUDA, index); }
  [[nodiscard]] TensorOptions layout(std::optional<Layout> v) const {
    TensorOptions o = *this;
    o.layout_ = v;
    return o;
  }
  [[nodiscard]] TensorOptions requires_grad(std::optional<bool> v) const {
    TensorOptions o = *this;
    o.requires_grad_ = v;
    return o;
  }
  [[nodiscard]] TensorOptions memory_format(std::optional<MemoryFormat> v) const {
    TensorOptions o = *this;
    o.format_ = v;
    return o;
  }
  [[nodiscard]] TensorOptions pinned_memory(std::optional<bool> v) const {
    TensorOptions o = *this;
    o.pinned_ = v;
    return o;
  }

  template <typename T>
  [[nodiscard]] TensorOptions dtype() const {
    return dtype(CppTypeToScalarType<T>::value);
  }
  /// With what `other` sets in place of what these do.
  [[nodiscard]] TensorOptions merge_in(const TensorOptions& other) const {
    TensorOptions o = *this;
    if (other.dtype_) o.dtype_ = other.dtype_;
    if (other.device_) o.device_ = other.device_;
    if (other.format_) o.format_ = other.format_;
    if (other.layout_) o.layout_ = other.layout_;
    if (other.requires_grad_) o.requires_grad_ = other.requires_grad_;
    if (other.pinned_) o.pinned_ = other.pinned_;
    return o;
  }

  TypeMeta dtype() const { return dtype_.value_or(get_default_dtype()); }
  Device device() const { return device_.value_or(Device(kCPU)); }
  Layout layout() const { return layout_.value_or(kStrided); }
  bool requires_grad() const { return requires_grad_.value_or(false); }
  bool pinned_memory() const { return pinned_.value_or(false); }
  bool has_dtype() const { return dtype_.has_value(); }
  bool has_device() const { return device_.has_value(); }
  bool has_layout() const { return layout_.has_value(); }
  bool has_requires_grad() const { return requires_grad_.has_value(); }
  bool has_pinned_memory() const { return pinned_.has_value(); }
  bool has_memory_format() const { return format_.has_value(); }
  bool is_sparse() const { return layout() == kSparse; }
  /// Whether dtype, kind of device and layout are the same.
  bool type_equal(const TensorOptions& other) const {
    return dtype() == other.dtype() && device().type() == other.device().type() &&
           layout() == other.layout();
  }
  std::optional<ScalarType> dtype_opt() const { return dtype_; }
  std::optional<Device> device_opt() const { return device_; }
  std::optional<Layout> layout_opt() const { return layout_; }
  std::optional<bool> requires_grad_opt() const { return requires_grad_; }
  std::optional<bool> pinned_memory_opt() const { return pinned_; }
  std::optional<MemoryFormat> memory_format_opt() const { return format_; }

 private:
  std::optional<ScalarType> dtype_;
  std::optional<Device> device_;
  std::optional<MemoryFormat> format_;
  std::optional<Layout> layout_;
  std::optional<bool> requires_grad_;
  std::optional<bool> pinned_;
};

HEARTH_API std::ostream& operator<<(std::ostream& out, MemoryFormat format);
HEARTH_API std::ostream& operator<<(std::ostream& out, Layout layout);
/// "TensorOptions(dtype=Float, device=cpu (default), ...)".
HEARTH_API std::ostream& operator<<(std::ostream& out, const TensorOptions& options);

inline TensorOptions dtype(ScalarType v) { return TensorOptions(v); }
inline TensorOptions device(Device v) { return TensorOptions(v); }
inline TensorOptions device_index(DeviceIndex v) { return TensorOptions().device_index(v); }
inline TensorOptions layout(Layout v) { return TensorOptions(v); }
inline TensorOptions requires_grad(bool v = true) { return TensorOptions().requires_grad(v); }
inline TensorOptions memory_format(MemoryFormat v) { return TensorOptions(v); }

}  // namespace hearth
