// SPDX-License-Identifier: Apache-2.0
// Python's index expressions: x[1:, None, ..., mask] is x.index({Slice(1), None, Ellipsis, mask}).
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::indexing {

/// Where an open start or stop is: half of int64's range, so that bounds may be added.
inline constexpr int64_t INDEX_MAX = INT64_MAX / 2, INDEX_MIN = -INDEX_MAX - 1;

/// `start:stop:step`; an end left open is 0 or beyond any size. The step must be positive.
class Slice {
 public:
  Slice(std::optional<int64_t> start = std::nullopt, std::optional<int64_t> stop = std::nullopt,
        std::optional<int64_t> step = std::nullopt)
      : step_(step.value_or(1)) {
    start_ = start.value_or(step_ < 0 ? INDEX_MAX : 0);
    stop_ = stop.value_or(step_ < 0 ? INDEX_MIN : INDEX_MAX);
    HEARTH_CHECK_AS(ValueError, step_ != 0, "[slice] slice step cannot be zero");
  }
  int64_t start() const { return start_; }
  int64_t stop() const { return stop_; }
  int64_t step() const { return step_; }

 private:
  int64_t start_, stop_, step_;
};

/// A new dim of size one.
inline constexpr std::nullopt_t None = std::nullopt;
struct EllipsisIndexType {};
/// All dims that the other indices leave over.
inline constexpr EllipsisIndexType Ellipsis{};

enum class TensorIndexType : uint8_t { None, Ellipsis, Integer, Boolean, Slice, Tensor };

/// One item of an index expression.
class TensorIndex {
 public:
  TensorIndex(std::nullopt_t) : type_(TensorIndexType::None) {}
  TensorIndex(EllipsisIndexType) : type_(TensorIndexType::Ellipsis) {}
  /// "..." is Ellipsis; throws ValueError on any other text.
  HEARTH_API TensorIndex(const char* text);
  TensorIndex(std::nullptr_t) = delete;
  template <std::integral T>
  requires(!std::same_as<T, bool>) TensorIndex(T i)
      : type_(TensorIndexType::Integer), integer_(static_cast<int64_t>(i)) {}
  TensorIndex(bool b) : type_(TensorIndexType::Boolean), boolean_(b) {}
  TensorIndex(const Slice& s) : type_(TensorIndexType::Slice), slice_(s) {}
  /// An index tensor (int64 or int32), a mask (bool or uint8), or a 0-dim integer.
  TensorIndex(const Tensor& t) : type_(TensorIndexType::Tensor), tensor_(t) {}

  TensorIndexType type() const { return type_; }
  bool is_none() const { return type_ == TensorIndexType::None; }
  bool is_ellipsis() const { return type_ == TensorIndexType::Ellipsis; }
  bool is_integer() const { return type_ == TensorIndexType::Integer; }
  bool is_boolean() const { return type_ == TensorIndexType::Boolean; }
  bool is_slice() const { return type_ == TensorIndexType::Slice; }
  bool is_tensor() const { return type_ == TensorIndexType::Tensor; }
  // The value, if it is of that kind.
  int64_t integer() const { return integer_; }
  bool boolean() const { return boolean_; }
  const Slice& slice() const { return slice_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  TensorIndexType type_;
  bool boolean_ = false;
  int64_t integer_ = 0;
  Slice slice_;
  Tensor tensor_;
};

/// "1:5:2"; an open start is 0, an open stop the largest one there is.
HEARTH_API std::ostream& operator<<(std::ostream& out, const Slice& slice);
/// "None", "...", "3", "true", "1:5:2", or the tensor.
HEARTH_API std::ostream& operator<<(std::ostream& out, const TensorIndex& index);
/// "(None, 3)".
HEARTH_API std::ostream& operator<<(std::ostream& out, const std::vector<TensorIndex>& indices);

}  // namespace hearth::indexing
