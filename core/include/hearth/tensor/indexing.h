// SPDX-License-Identifier: Apache-2.0
// Python's index expressions: x[1:, None, ..., mask] is x.index({Slice(1), None, Ellipsis, mask}).
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::indexing {

/// `start:stop:step`; nothing stands for an end left open. The step must be positive.
class Slice {
 public:
  Slice(std::optional<int64_t> start = std::nullopt, std::optional<int64_t> stop = std::nullopt,
        std::optional<int64_t> step = std::nullopt)
      : start_(start), stop_(stop), step_(step.value_or(1)) {}
  std::optional<int64_t> start() const { return start_; }
  std::optional<int64_t> stop() const { return stop_; }
  int64_t step() const { return step_; }

 private:
  std::optional<int64_t> start_, stop_;
  int64_t step_;
};

/// A new dim of size one.
inline constexpr std::nullopt_t None = std::nullopt;
struct EllipsisIndexType {};
/// All dims that the other indices leave over.
inline constexpr EllipsisIndexType Ellipsis{};

enum class TensorIndexType : uint8_t { None, Ellipsis, Integer, Boolean, Slice, Tensor };

/// One item of an index expression.
struct TensorIndex {
  TensorIndex(std::nullopt_t) : type(TensorIndexType::None) {}
  TensorIndex(EllipsisIndexType) : type(TensorIndexType::Ellipsis) {}
  /// "..." is Ellipsis; throws ValueError on any other text.
  HEARTH_API TensorIndex(const char* text);
  TensorIndex(std::nullptr_t) = delete;
  template <std::integral T>
  requires(!std::same_as<T, bool>) TensorIndex(T i)
      : type(TensorIndexType::Integer), integer(static_cast<int64_t>(i)) {}
  TensorIndex(bool b) : type(TensorIndexType::Boolean), integer(b) {}
  TensorIndex(const Slice& s) : type(TensorIndexType::Slice), slice(s) {}
  /// An index tensor (int64 or int32), a mask (bool or uint8), or a 0-dim integer.
  TensorIndex(const Tensor& t) : type(TensorIndexType::Tensor), tensor(t) {}

  TensorIndexType type;
  int64_t integer = 0;
  Slice slice;
  Tensor tensor;
};

}  // namespace hearth::indexing
