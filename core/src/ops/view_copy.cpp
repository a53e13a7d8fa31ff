// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/view_copy.h"

#include "hearth/ops/view.h"

#include "ops/pointwise_call.h"

namespace hearth {

namespace {

Tensor copied(const Tensor& view) { return view.clone(MemoryFormat::Contiguous); }

std::vector<Tensor> copied(std::vector<Tensor> views) {
  for (Tensor& t : views) t = copied(t);
  return views;
}

void copy_all(const char* op, TensorList out, const std::vector<Tensor>& views) {
  HEARTH_CHECK_AS(ValueError, out.size() == views.size(), "[", op, "] expected ", views.size(),
                  " tensors to write the parts into, got ", out.size());
  for (size_t i = 0; i < views.size(); ++i) {
    Tensor to = out[i];
    ops::copy_out(op, to, views[i]);
  }
}

}  // namespace

#define HEARTH_LIST(...) __VA_ARGS__
/// name, what it shows, the parameters after self.
#define HEARTH_VIEW_COPY(name, view, parameters)                                         \
  Tensor name##_copy(const Tensor& self HEARTH_LIST parameters) { return copied(view); } \
  Tensor& name##_copy_out(Tensor& out, const Tensor& self HEARTH_LIST parameters) {      \
    return ops::copy_out(#name "_copy", out, view);                                      \
  }
HEARTH_VIEW_COPY(alias, self.alias(), ())
HEARTH_VIEW_COPY(detach, self.detach(), ())
HEARTH_VIEW_COPY(t, self.t(), ())
HEARTH_VIEW_COPY(view_as_real, view_as_real(self), ())
HEARTH_VIEW_COPY(view_as_complex, view_as_complex(self), ())
HEARTH_VIEW_COPY(squeeze, self.squeeze(), ())
HEARTH_VIEW_COPY(squeeze, self.squeeze(dim), (, int64_t dim))
HEARTH_VIEW_COPY(squeeze, self.squeeze(dim), (, IntArrayRef dim))
HEARTH_VIEW_COPY(unsqueeze, self.unsqueeze(dim), (, int64_t dim))
HEARTH_VIEW_COPY(expand, self.expand(size, implicit), (, IntArrayRef size, bool implicit))
HEARTH_VIEW_COPY(permute, self.permute(dims), (, IntArrayRef dims))
HEARTH_VIEW_COPY(transpose, self.transpose(dim0, dim1), (, int64_t dim0, int64_t dim1))
HEARTH_VIEW_COPY(view, self.view(size), (, IntArrayRef size))
HEARTH_VIEW_COPY(view, self.view(dtype), (, ScalarType dtype))
HEARTH_VIEW_COPY(select, self.select(dim, index), (, int64_t dim, int64_t index))
HEARTH_VIEW_COPY(slice, self.slice(dim, start, end, step),
                 (, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                  int64_t step))
HEARTH_VIEW_COPY(diagonal, self.diagonal(offset, dim1, dim2),
                 (, int64_t offset, int64_t dim1, int64_t dim2))
HEARTH_VIEW_COPY(unfold, self.unfold(dimension, size, step),
                 (, int64_t dimension, int64_t size, int64_t step))
HEARTH_VIEW_COPY(as_strided, self.as_strided(size, stride, storage_offset),
                 (, IntArrayRef size, IntArrayRef stride, std::optional<int64_t> storage_offset))
#undef HEARTH_VIEW_COPY
#undef HEARTH_LIST

std::vector<Tensor> split_copy(const Tensor& self, int64_t split_size, int64_t dim) {
  return copied(self.split(split_size, dim));
}
std::vector<Tensor> split_with_sizes_copy(const Tensor& self, IntArrayRef split_sizes,
                                          int64_t dim) {
  return copied(self.split(split_sizes, dim));
}
std::vector<Tensor> unbind_copy(const Tensor& self, int64_t dim) {
  return copied(self.unbind(dim));
}
void split_copy_out(TensorList out, const Tensor& self, int64_t split_size, int64_t dim) {
  copy_all("split_copy", out, self.split(split_size, dim));
}
void split_with_sizes_copy_out(TensorList out, const Tensor& self, IntArrayRef split_sizes,
                               int64_t dim) {
  copy_all("split_with_sizes_copy", out, self.split(split_sizes, dim));
}
void unbind_copy_out(TensorList out, const Tensor& self, int64_t dim) {
  copy_all("unbind_copy", out, self.unbind(dim));
}

}  // namespace hearth
