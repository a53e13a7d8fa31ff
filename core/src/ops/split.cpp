// SPDX-License-Identifier: Apache-2.0
// Splits into parts of unlike sizes.
#include <algorithm>

#include "hearth/ops/shape.h"

#include "ops/slice.h"
#include "tensor/host_read.h"
#include "tensor/tensor_impl.h"

namespace hearth {

namespace {

void check_splittable(const Tensor& self) {
  HEARTH_CHECK_AS(ShapeError, self.dim() > 0,
                  "[tensor_split] tensor_split expected at least a 1-dimensional tensor, but got a "
                  "tensor with 0 dims");
}

/// The dim that hsplit, vsplit or dsplit splits; `sections`: the parts to be of equal size.
int64_t stack_dim(const Tensor& self, std::string_view op, int64_t least, int64_t dim,
                  std::optional<int64_t> sections = std::nullopt) {
  HEARTH_CHECK_AS(ShapeError, self.dim() >= least, "[", op, "] torch.", op,
                  " requires a tensor with at least ", least, " dimension", least > 1 ? "s" : "",
                  ", but got a tensor with ", self.dim(), " dimensions!");
  HEARTH_CHECK_AS(ValueError, !sections || (*sections > 0 && self.size(dim) % *sections == 0), "[",
                  op, "] torch.", op, " attempted to split along dimension ", dim,
                  ", but the size of the dimension ", self.size(dim),
                  " is not divisible by the split_size ", sections.value_or(0), "!");
  return dim;
}

int64_t columns(const Tensor& self) { return self.dim() == 1 ? 0 : 1; }

}  // namespace

std::vector<Tensor> Tensor::tensor_split(int64_t sections, int64_t dim) const {
  check_splittable(*this);
  HEARTH_CHECK_AS(ValueError, sections > 0,
                  "[tensor_split] number of sections must be larger than 0, got ", sections);
  ops::check_parts("tensor_split", sections);
  const int64_t n = size(dim);
  std::vector<Tensor> out;
  out.reserve(static_cast<size_t>(sections));
  for (int64_t i = 0, at = 0; i < sections; ++i) {
    const int64_t length = n / sections + (i < n % sections);
    out.push_back(slice(dim, at, at + length));
    at += length;
  }
  return out;
}
std::vector<Tensor> Tensor::tensor_split(IntArrayRef indices, int64_t dim) const {
  check_splittable(*this);
  std::vector<Tensor> out;
  out.reserve(indices.size() + 1);
  int64_t at = 0;
  for (int64_t end : indices) {
    out.push_back(slice(dim, at, end));
    at = end;
  }
  out.push_back(slice(dim, at, size(dim)));
  return out;
}
std::vector<Tensor> Tensor::tensor_split(const Tensor& indices_or_sections, int64_t dim) const {
  check_splittable(*this);
  const Tensor& given = indices_or_sections;
  HEARTH_CHECK_AS(DeviceError, given.is_cpu(),
                  "[tensor_split] tensor_split expected tensor_indices_or_sections to be on cpu, "
                  "but it's on ",
                  given.device());
  HEARTH_CHECK_AS(DtypeError, given.scalar_type() == kLong,
                  "[tensor_split] tensor_split expected tensor_indices_or_sections to have dtype "
                  "of long, but got ",
                  given.scalar_type());
  HEARTH_CHECK_AS(ShapeError, given.dim() <= 1,
                  "[tensor_split] tensor_split expected tensor_indices_or_sections to be a "
                  "zero-dimensional or one-dimensional tensor, but got a tensor with ",
                  given.dim(), " dims");
  check_host_read("tensor_split");
  if (given.dim() == 0) return tensor_split(given.item<int64_t>(), dim);
  const Tensor dense = given.contiguous();
  return tensor_split(IntArrayRef(ptr<int64_t>(dense), static_cast<size_t>(dense.numel())), dim);
}

std::vector<Tensor> Tensor::hsplit(int64_t sections) const {
  stack_dim(*this, "hsplit", 1, 0);
  return tensor_split(sections, stack_dim(*this, "hsplit", 1, columns(*this), sections));
}
std::vector<Tensor> Tensor::hsplit(IntArrayRef indices) const {
  return tensor_split(indices, stack_dim(*this, "hsplit", 1, columns(*this)));
}
std::vector<Tensor> Tensor::vsplit(int64_t sections) const {
  return tensor_split(sections, stack_dim(*this, "vsplit", 2, 0, sections));
}
std::vector<Tensor> Tensor::vsplit(IntArrayRef indices) const {
  return tensor_split(indices, stack_dim(*this, "vsplit", 2, 0));
}
std::vector<Tensor> Tensor::dsplit(int64_t sections) const {
  return tensor_split(sections, stack_dim(*this, "dsplit", 3, 2, sections));
}
std::vector<Tensor> Tensor::dsplit(IntArrayRef indices) const {
  return tensor_split(indices, stack_dim(*this, "dsplit", 3, 2));
}

std::vector<Tensor> tensor_split(const Tensor& self, int64_t sections, int64_t dim) {
  return self.tensor_split(sections, dim);
}
std::vector<Tensor> tensor_split(const Tensor& self, IntArrayRef indices, int64_t dim) {
  return self.tensor_split(indices, dim);
}
std::vector<Tensor> tensor_split(const Tensor& self, const Tensor& tensor_indices_or_sections,
                                 int64_t dim) {
  return self.tensor_split(tensor_indices_or_sections, dim);
}
std::vector<Tensor> hsplit(const Tensor& self, int64_t sections) { return self.hsplit(sections); }
std::vector<Tensor> hsplit(const Tensor& self, IntArrayRef indices) { return self.hsplit(indices); }
std::vector<Tensor> vsplit(const Tensor& self, int64_t sections) { return self.vsplit(sections); }
std::vector<Tensor> vsplit(const Tensor& self, IntArrayRef indices) { return self.vsplit(indices); }
std::vector<Tensor> dsplit(const Tensor& self, int64_t sections) { return self.dsplit(sections); }
std::vector<Tensor> dsplit(const Tensor& self, IntArrayRef indices) { return self.dsplit(indices); }
std::vector<Tensor> unsafe_split(const Tensor& self, int64_t split_size, int64_t dim) {
  return self.unsafe_split(split_size, dim);
}
std::vector<Tensor> unsafe_split_with_sizes(const Tensor& self, IntArrayRef split_sizes,
                                            int64_t dim) {
  return self.unsafe_split_with_sizes(split_sizes, dim);
}
std::vector<Tensor> unsafe_chunk(const Tensor& self, int64_t chunks, int64_t dim) {
  return self.unsafe_chunk(chunks, dim);
}

}  // namespace hearth
