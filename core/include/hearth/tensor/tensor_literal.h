// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

namespace detail {

template <typename T>
concept Element = requires {
  CppTypeToScalarType<T>::value;
};

/// What a braced literal is made of: a number, an array, or a list of literals. Borrows its parts,
/// so it lives no longer than the expression it stands in.
class HEARTH_API TensorLiteral {
 public:
  /// `{}`: no elements.
  TensorLiteral() : kind_(Kind::List) {}
  template <Element T>
  TensorLiteral(T number) : kind_(Kind::Number), type_(dtype_of<T>), number_(number) {}
  template <Element T>
  TensorLiteral(ArrayRef<T> array)
      : kind_(Kind::Array), type_(dtype_of<T>), items_(array.data()), size_(array.size()) {}
  template <Element T>
  TensorLiteral(const std::vector<T>& array) : TensorLiteral(ArrayRef<T>(array)) {}
  TensorLiteral(std::initializer_list<TensorLiteral> list)
      : kind_(Kind::List), items_(list.begin()), size_(list.size()) {}

  bool is_scalar() const { return kind_ == Kind::Number; }
  bool is_init_list() const { return kind_ == Kind::List; }
  bool is_tensor() const { return kind_ == Kind::Array; }
  // The number, the list, or the array as a tensor; they throw Error for another kind.
  const Scalar& scalar() const;
  ArrayRef<TensorLiteral> init_list() const;
  Tensor tensor() const;

  friend HEARTH_API std::ostream& operator<<(std::ostream& out, const TensorLiteral& literal);

 private:
  friend class LiteralReader;
  enum class Kind : uint8_t { Number, Array, List };
  Kind kind_;
  ScalarType type_ = ScalarType::Undefined;
  const void* items_ = nullptr;
  size_t size_ = 0;
  Scalar number_;
};

// LibTorch's name.
using TensorDataContainer = TensorLiteral;

/// As written: "{{1, 2}, {3, 4}}".
HEARTH_API std::ostream& operator<<(std::ostream& out, const TensorLiteral& literal);

}  // namespace detail

/// A tensor of these values: `tensor(3)`, `tensor({1.5, 2.5})`, `tensor({{1, 2}, {3, 4}}, kFloat)`,
/// or of a vector or ArrayRef. Without a dtype in options, int and int64 become int64, float and
/// double the default dtype, other types stay. Throws ShapeError when sublists differ in sizes,
/// and DtypeError when elements differ in type or an array of complex numbers is to become real.
HEARTH_API Tensor tensor(detail::TensorLiteral values, const TensorOptions& options = {});

}  // namespace hearth
