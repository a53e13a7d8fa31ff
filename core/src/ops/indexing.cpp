// SPDX-License-Identifier: Apache-2.0
// Index expressions: views for numbers, slices, None and Ellipsis first, then index tensors.
#include "hearth/tensor/indexing.h"

#include <cstring>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/view.h"

#include "ops/index.h"
#include "tensor/host_read.h"
#include "tensor/tensor_impl.h"

namespace hearth {

namespace indexing {

TensorIndex::TensorIndex(const char* text) : type_(TensorIndexType::Ellipsis) {
  HEARTH_CHECK_AS(ValueError, std::strcmp(text, "...") == 0,
                  "[index] Expected \"...\" to represent an ellipsis index, but got \"", text,
                  "\"");
}

}  // namespace indexing

namespace {

using indexing::TensorIndex;
using indexing::TensorIndexType;

/// The view that the basic indices make, and the index tensors left to apply to it.
struct Parts {
  Tensor view;
  std::vector<std::optional<Tensor>> tensors;
  bool masked = false;  ///< some of the tensors were a mask

  void record(int64_t& dim, const Tensor& index) {
    tensors.resize(static_cast<size_t>(dim));
    tensors.emplace_back(index);
    ++dim;
  }
};

bool is_mask(const Tensor& t) { return t.scalar_type() == kBool || t.scalar_type() == kByte; }

/// How many of self's dims an index uses up.
int64_t dims_of(const TensorIndex& i) {
  if (i.type() == TensorIndexType::Integer || i.type() == TensorIndexType::Slice) return 1;
  if (i.type() != TensorIndexType::Tensor) return 0;
  return is_mask(i.tensor()) ? i.tensor().dim() : 1;
}

/// Element i of dim `dim`, which was dim `own` of the indexed tensor.
Tensor select_checked(const Tensor& t, int64_t dim, int64_t own, int64_t i) {
  const int64_t size = t.size(dim);
  HEARTH_CHECK_AS(IndexError, i >= -size && i < size, "[index] index ", i,
                  " is out of bounds for dimension ", own, " with size ", size);
  return t.select(dim, i);
}

/// A mask at dims from `dim` on, as the indices of its true elements.
void record_mask(Parts& parts, int64_t& dim, const Tensor& mask) {
  const auto columns = ops::mask_indices(mask, parts.view.sizes(), static_cast<size_t>(dim));
  for (const Tensor& column : columns) parts.record(dim, column);
  parts.masked = true;
}

/// A single bool keeps all (a new dim of size one) or nothing (of size zero).
void record_bool(Parts& parts, int64_t& dim, bool keep) {
  parts.view = parts.view.unsqueeze(dim);
  parts.record(dim, zeros({keep ? 1 : 0}, parts.view.options().dtype(kLong)));
}

Parts apply_basic(const Tensor& self, ArrayRef<TensorIndex> indices, const char* method) {
  HEARTH_CHECK_AS(IndexError, !indices.empty(),
                  "[index] Passing an empty index list to Tensor::", method,
                  "() is not valid syntax");
  int64_t used = 0;
  for (const TensorIndex& i : indices) {
    HEARTH_CHECK_AS(IndexError, i.type() != TensorIndexType::Tensor || i.tensor().defined(),
                    "[index] an index tensor is undefined");
    HEARTH_CHECK_AS(IndexError, i.type() != TensorIndexType::Integer || self.dim() > 0,
                    "[index] invalid index of a 0-dim tensor. Use `tensor.item<T>()` to convert a "
                    "0-dim tensor to a number");
    used += dims_of(i);
  }
  HEARTH_CHECK_AS(IndexError, used <= self.dim(),
                  "[index] too many indices for tensor of dimension ", self.dim(), " (got ", used,
                  ")");
  Parts parts{self, {}};
  int64_t dim = 0;  // of the view that the next index speaks of
  int64_t own = 0;  // the same, in self
  bool seen_ellipsis = false;
  for (const TensorIndex& i : indices) {
    switch (i.type()) {
      case TensorIndexType::None:
        parts.view = parts.view.unsqueeze(dim++);
        break;
      case TensorIndexType::Ellipsis:
        HEARTH_CHECK_AS(IndexError, !seen_ellipsis,
                        "[index] an index can only have a single ellipsis ('...')");
        seen_ellipsis = true;
        dim += self.dim() - used;
        own += self.dim() - used;
        break;
      case TensorIndexType::Integer:
        parts.view = select_checked(parts.view, dim, own, i.integer());
        break;
      case TensorIndexType::Boolean:
        record_bool(parts, dim, i.boolean());
        break;
      case TensorIndexType::Slice:
        HEARTH_CHECK_AS(ValueError, i.slice().step() > 0, "[index] step must be greater than zero");
        if (const indexing::Slice& s = i.slice();
            s.start() != 0 || s.stop() < parts.view.size(dim) || s.step() != 1)
          parts.view = parts.view.slice(dim, s.start(), s.stop(), s.step());
        ++dim;
        break;
      case TensorIndexType::Tensor:
        if (i.tensor().dim() == 0) check_host_read("index");
        if (is_mask(i.tensor())) {
          if (i.tensor().dim() == 0) {
            record_bool(parts, dim, i.tensor().item<bool>());
          } else {
            record_mask(parts, dim, i.tensor());
          }
        } else if (i.tensor().dim() == 0 && is_integral(i.tensor().scalar_type())) {
          parts.view = select_checked(parts.view, dim, own, i.tensor().item<int64_t>());
        } else {
          parts.record(dim, i.tensor());
        }
        break;
    }
    own += dims_of(i);
  }
  return parts;
}

void write_at(const Tensor& self, ArrayRef<TensorIndex> indices, const Tensor& values) {
  const Parts parts = apply_basic(self, indices, "index_put_");
  if (!parts.tensors.empty()) {
    // One number fills the places of a mask, even one of self's own.
    const bool copy = parts.masked && values.numel() == 1 && values.is_alias_of(self);
    parts.view.index_put_(parts.tensors, copy ? values.clone() : values);
    return;
  }
  // Leading dims of size one that the view does not have are dropped, as in NumPy.
  Tensor v = values;
  while (v.dim() > parts.view.dim() && v.size(0) == 1) v = v.select(0, 0);
  parts.view.copy_(v);
}

void write_at(const Tensor& self, ArrayRef<TensorIndex> indices, const Scalar& value) {
  const Parts parts = apply_basic(self, indices, "index_put_");
  if (parts.tensors.empty()) {
    parts.view.fill_(value);
  } else {
    parts.view.index_put_(parts.tensors, full({}, value, self.options()));
  }
}

}  // namespace

Tensor Tensor::index(ArrayRef<TensorIndex> indices) const {
  const Parts parts = apply_basic(*this, indices, "index");
  if (!parts.tensors.empty()) return parts.view.index(parts.tensors);
  return parts.view.is_same(*this) ? view(sizes()) : parts.view;
}
Tensor Tensor::index(std::initializer_list<TensorIndex> indices) const {
  return index(ArrayRef<TensorIndex>(indices));
}
const Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Tensor& values) const {
  write_at(*this, indices, values);
  return *this;
}
const Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Scalar& value) const {
  write_at(*this, indices, value);
  return *this;
}
const Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices,
                                 const Tensor& values) const {
  return index_put_(ArrayRef<TensorIndex>(indices), values);
}
const Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices,
                                 const Scalar& value) const {
  return index_put_(ArrayRef<TensorIndex>(indices), value);
}

Tensor Tensor::operator[](int64_t i) const { return select(0, i); }
Tensor Tensor::operator[](const Scalar& i) const {
  HEARTH_CHECK_AS(IndexError, i.isIntegral(false),
                  "[index] Can only index tensors with integral scalars");
  return select(0, i.toLong());
}
Tensor Tensor::operator[](const Tensor& i) const {
  HEARTH_CHECK_AS(IndexError, i.defined(), "[index] Can only index with tensors that are defined");
  HEARTH_CHECK_AS(IndexError, i.dim() == 0,
                  "[index] Can only index with tensors that are scalars (zero-dim)");
  check_host_read("index");
  return (*this)[i.item()];
}

}  // namespace hearth
