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

  bool is_none() const { return type == TensorIndexType::None; }
  bool is_ellipsis() const { return type == TensorIndexType::Ellipsis; }
  bool is_integer() const { return type == TensorIndexType::Integer; }
  bool is_boolean() const { return type == TensorIndexType::Boolean; }
  bool is_slice() const { return type == TensorIndexType::Slice; }
  bool is_tensor() const { return type == TensorIndexType::Tensor; }
};

/// "1:5:2"; an open start is 0, an open stop the largest one there is.
HEARTH_API std::ostream& operator<<(std::ostream& out, const Slice& slice);
/// "None", "...", "3", "true", "1:5:2", or the tensor.
HEARTH_API std::ostream& operator<<(std::ostream& out, const TensorIndex& index);
/// "(None, 3)".
HEARTH_API std::ostream& operator<<(std::ostream& out, const std::vector<TensorIndex>& indices);

}  // namespace hearth::indexing
