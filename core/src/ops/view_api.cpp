// SPDX-License-Identifier: Apache-2.0
// Tensor's methods that views and rearranging copies are, as functions.
#include "hearth/ops/view.h"

namespace hearth {

Tensor reshape(const Tensor& self, IntArrayRef sizes) { return self.reshape(sizes); }
Tensor flatten(const Tensor& self, int64_t start_dim, int64_t end_dim) {
  return self.flatten(start_dim, end_dim);
}
Tensor ravel(const Tensor& self) { return self.contiguous().view({-1}); }
Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes) {
  return self.unflatten(dim, sizes);
}
Tensor permute(const Tensor& self, IntArrayRef dims) { return self.permute(dims); }
Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1) {
  return self.transpose(dim0, dim1);
}
Tensor swapaxes(const Tensor& self, int64_t a, int64_t b) { return self.transpose(a, b); }
Tensor swapdims(const Tensor& self, int64_t a, int64_t b) { return self.transpose(a, b); }
Tensor t(const Tensor& self) { return self.t(); }
Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  return self.movedim(source, destination);
}
Tensor moveaxis(const Tensor& self, IntArrayRef source, IntArrayRef destination) {
  return self.movedim(source, destination);
}
Tensor squeeze(const Tensor& self) { return self.squeeze(); }
Tensor squeeze(const Tensor& self, int64_t dim) { return self.squeeze(dim); }
Tensor squeeze(const Tensor& self, IntArrayRef dims) { return self.squeeze(dims); }
Tensor unsqueeze(const Tensor& self, int64_t dim) { return self.unsqueeze(dim); }
Tensor select(const Tensor& self, int64_t dim, int64_t index) { return self.select(dim, index); }
Tensor slice(const Tensor& self, int64_t dim, std::optional<int64_t> start,
             std::optional<int64_t> end, int64_t step) {
  return self.slice(dim, start, end, step);
}
Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  return self.narrow(dim, start, length);
}
Tensor diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  return self.diagonal(offset, dim1, dim2);
}
Tensor as_strided(const Tensor& self, IntArrayRef sizes, IntArrayRef strides,
                  std::optional<int64_t> storage_offset) {
  return self.as_strided(sizes, strides, storage_offset);
}
Tensor broadcast_to(const Tensor& self, IntArrayRef sizes) { return self.expand(sizes); }
std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim) {
  return self.split(split_size, dim);
}
std::vector<Tensor> split(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  return self.split(split_sizes, dim);
}
std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  return self.split(split_sizes, dim);
}
std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim) {
  return self.chunk(chunks, dim);
}
std::vector<Tensor> unbind(const Tensor& self, int64_t dim) { return self.unbind(dim); }
Tensor flip(const Tensor& self, IntArrayRef dims) { return self.flip(dims); }
Tensor fliplr(const Tensor& self) { return self.flip({1}); }
Tensor flipud(const Tensor& self) { return self.flip({0}); }
Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims) {
  return self.roll(shifts, dims);
}
Tensor tile(const Tensor& self, IntArrayRef dims) { return self.tile(dims); }
Tensor repeat_interleave(const Tensor& self, int64_t repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size) {
  return self.repeat_interleave(repeats, dim, output_size);
}
Tensor tril(const Tensor& self, int64_t diagonal) { return self.tril(diagonal); }
Tensor triu(const Tensor& self, int64_t diagonal) { return self.triu(diagonal); }
Tensor diag(const Tensor& self, int64_t diagonal) { return self.diag(diagonal); }
Tensor clone(const Tensor& self, std::optional<MemoryFormat> format) { return self.clone(format); }

}  // namespace hearth
