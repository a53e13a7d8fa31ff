// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/tensor_literal.h"

#include <ostream>
#include <sstream>

#include "tensor/raw_copy.h"
#include "tensor/scalar_range.h"
#include "tensor/tensor_impl.h"

namespace hearth {

namespace {

/// Its text without the brackets: "2 3".
std::string plain(const DimVector& sizes) {
  std::string text;
  for (const int64_t n : sizes) {
    if (!text.empty()) text += ' ';
    text += std::to_string(n);
  }
  return text;
}

}  // namespace

namespace detail {

/// Finds sizes and type of a literal, then writes its elements in order.
class LiteralReader {
 public:
  static DimVector sizes(const TensorLiteral& v) {
    if (v.kind_ == TensorLiteral::Kind::Number) return {};
    DimVector own{static_cast<int64_t>(v.size_)};
    if (v.kind_ == TensorLiteral::Kind::Array || v.size_ == 0) return own;
    const TensorLiteral* items = static_cast<const TensorLiteral*>(v.items_);
    const DimVector first = sizes(items[0]);
    for (size_t i = 1; i < v.size_; ++i) {
      const DimVector other = sizes(items[i]);
      HEARTH_CHECK_AS(ShapeError, other == first,
                      "[tensor] Expected all sub-lists to have sizes: ", plain(first), " (e.g. ",
                      text(items[0]), "), but got sub-list ", text(items[i]),
                      " with sizes: ", plain(other));
    }
    for (int64_t n : first) own.push_back(n);
    return own;
  }

  /// The elements' common type; Undefined when there are none.
  static ScalarType type(const TensorLiteral& v) {
    if (v.kind_ != TensorLiteral::Kind::List) return natural(v.type_);
    const TensorLiteral* items = static_cast<const TensorLiteral*>(v.items_);
    ScalarType common = ScalarType::Undefined;
    for (size_t i = 0; i < v.size_; ++i) {
      const ScalarType one = type(items[i]);
      if (common == ScalarType::Undefined) common = one;
      HEARTH_CHECK_AS(DtypeError, one == common || one == ScalarType::Undefined,
                      "[tensor] Expected all elements of the tensor to have the same scalar type: ",
                      to_string(written(items[0])),
                      ", but got element of scalar type: ", to_string(written(items[i])));
    }
    return common;
  }

  static char* write(const TensorLiteral& v, ScalarType to, char* at) {
    const auto step = static_cast<int64_t>(element_size(to));
    if (v.kind_ == TensorLiteral::Kind::Number) {
      store_scalar(at, to, v.number_);
      return at + step;
    }
    if (v.kind_ == TensorLiteral::Kind::Array) {
      HEARTH_CHECK_AS(ValueError, !is_complex(v.type_) || is_complex(to),
                      "[tensor] can not do torch::tensor(complex, dtype=non-complex) because "
                      "complex can not be casted to real number without loss of information");
      const char* from = static_cast<const char*>(v.items_);
      for (size_t i = 0; i < v.size_; ++i, at += step)
        store_rounded(at, to, load_scalar(from + i * element_size(v.type_), v.type_));
      return at;
    }
    const TensorLiteral* items = static_cast<const TensorLiteral*>(v.items_);
    for (size_t i = 0; i < v.size_; ++i) at = write(items[i], to, at);
    return at;
  }

  static void print(std::ostream& out, const TensorLiteral& v) {
    if (v.kind_ == TensorLiteral::Kind::Number) {
      print_number(out, v.number_);
      return;
    }
    out << '{';
    for (size_t i = 0; i < v.size_; ++i) {
      if (i > 0) out << ", ";
      if (v.kind_ == TensorLiteral::Kind::List) {
        print(out, static_cast<const TensorLiteral*>(v.items_)[i]);
      } else {
        const char* items = static_cast<const char*>(v.items_);
        print_number(out, load_scalar(items + i * element_size(v.type_), v.type_));
      }
    }
    out << '}';
  }

 private:
  // As C++ prints it: unlike a Scalar, 2.0 is "2" and true is "1".
  static void print_number(std::ostream& out, const Scalar& v) {
    if (v.isComplex()) {
      out << v.toComplexDouble();
    } else if (v.isFloatingPoint()) {
      out << v.toDouble();
    } else {
      out << v.toLong();
    }
  }
  static std::string text(const TensorLiteral& v) {
    std::ostringstream out;
    print(out, v);
    return out.str();
  }
  /// The type that the program gives its first element.
  static ScalarType written(const TensorLiteral& v) {
    if (v.kind_ != TensorLiteral::Kind::List || v.size_ == 0) return v.type_;
    return written(static_cast<const TensorLiteral*>(v.items_)[0]);
  }
  static ScalarType natural(ScalarType t) {
    if (t == kInt || t == kLong) return kLong;
    return t == kFloat || t == kDouble ? get_default_dtype_as_scalartype() : t;
  }
};

namespace {

void expect_kind(bool is, const char* method) {
  HEARTH_CHECK(is, "[tensor] Can only call `", method, "()` on a TensorDataContainer that has `is_",
               method, "() == true`");
}

}  // namespace

const Scalar& TensorLiteral::scalar() const {
  expect_kind(is_scalar(), "scalar");
  return number_;
}
ArrayRef<TensorLiteral> TensorLiteral::init_list() const {
  expect_kind(is_init_list(), "init_list");
  return {static_cast<const TensorLiteral*>(items_), size_};
}
Tensor TensorLiteral::tensor() const {
  expect_kind(is_tensor(), "tensor");
  Tensor out = new_tensor(LiteralReader::sizes(*this), type_, kCPU);
  LiteralReader::write(*this, type_, raw_data(out));
  return out;
}

std::ostream& operator<<(std::ostream& out, const TensorLiteral& literal) {
  LiteralReader::print(out, literal);
  return out;
}

}  // namespace detail

Tensor tensor(detail::TensorLiteral values, const TensorOptions& options) {
  using Reader = detail::LiteralReader;
  const ScalarType found = Reader::type(values);
  const ScalarType type = options.dtype_opt().value_or(
      found == ScalarType::Undefined ? get_default_dtype_as_scalartype() : found);
  Tensor out = new_tensor(Reader::sizes(values), type, kCPU);
  Reader::write(values, type, raw_data(out));
  if (options.device().is_cuda()) {
    // Past the door: to whoever records, these are constants.
    out = copy_raw(out, type, options.device().resolved());
  } else if (!options.device().is_cpu()) {
    out = out.to(options.device(), type);
  }
  if (options.requires_grad()) out.set_requires_grad(true);
  return out;
}

}  // namespace hearth
