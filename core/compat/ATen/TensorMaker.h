// SPDX-License-Identifier: Apache-2.0
// from_blob in steps:
//
//   Tensor t = at::for_blob(data,
//   sizes).strides(strides).deleter(free).options(kInt).make_tensor();
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "hearth/ops/creation.h"

#include "c10/macros/Macros.h"

namespace hearth {

/// The sizes and strides must live until make_tensor().
class TensorMaker {
 public:
  TensorMaker(void* data, IntArrayRef sizes) : data_(data), sizes_(sizes) {}
  TensorMaker& strides(OptionalIntArrayRef v) {
    strides_ = v;
    return *this;
  }
  /// In elements from `data` on.
  TensorMaker& storage_offset(std::optional<int64_t> v) {
    offset_ = v.value_or(0);
    return *this;
  }
  /// Called with `data` once no tensor needs it.
  TensorMaker& deleter(std::function<void(void*)> v) {
    deleter_ = std::move(v);
    return *this;
  }
  /// What is freed with the data, instead of a deleter.
  TensorMaker& context(void* context, void (*free)(void*) = nullptr) {
    return deleter([context, free](void*) {
      if (free) free(context);
    });
  }
  TensorMaker& target_device(std::optional<Device> v) {
    device_ = v;
    return *this;
  }
  TensorMaker& options(TensorOptions v) {
    options_ = v;
    return *this;
  }
  Tensor make_tensor() {
    const TensorOptions options = device_ ? options_.device(device_) : options_;
    const std::vector<int64_t> packed = strides_ ? std::vector<int64_t>() : contiguous_strides();
    const IntArrayRef steps = strides_ ? *strides_ : IntArrayRef(packed);
    auto* first =
        static_cast<char*>(data_) + offset_ * static_cast<int64_t>(options.dtype().itemsize());
    if (!deleter_) return from_blob(first, sizes_, steps, options);
    return from_blob(
        first, sizes_, steps, [f = std::move(deleter_), data = data_](void*) { f(data); }, options);
  }

 private:
  std::vector<int64_t> contiguous_strides() const {
    std::vector<int64_t> steps(sizes_.size());
    int64_t step = 1;
    for (size_t d = steps.size(); d-- > 0;) {
      steps[d] = step;
      step *= sizes_[d] > 1 ? sizes_[d] : 1;
    }
    return steps;
  }

  void* data_;
  IntArrayRef sizes_;
  OptionalIntArrayRef strides_;
  int64_t offset_ = 0;
  std::function<void(void*)> deleter_;
  std::optional<Device> device_;
  TensorOptions options_;
};

inline TensorMaker for_blob(void* data, IntArrayRef sizes) { return {data, sizes}; }

}  // namespace hearth
