// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "hearth/base/context.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "cuda/index_walk.cuh"
#include "cuda/kernels.h"
#include "ops/index.h"

namespace hearth::cuda {

namespace {

/// Positions of several index tensors as one: offsets in self, -1 where one is out of range.
struct IndexList {
  const int64_t* data[kMaxDims];
  int64_t size[kMaxDims], stride[kMaxDims];
  int count;
};
void combine(const IndexList& list, IndexOp op, int64_t n, int64_t* out) {
  Fault* const report = fault();
  for_each(n, "index", [=] __device__(int64_t j) {
    int64_t offset = 0;
    for (int k = 0; k < list.count && offset >= 0; ++k) {
      const int64_t given = list.data[k][j], size = list.size[k];
      const int64_t i = given < 0 ? given + size : given;
      if (i >= 0 && i < size) {
        offset += i * list.stride[k];
      } else {
        report_index(given, size, report, name_of(op));
        offset = -1;
      }
    }
    out[j] = offset;
  });
}

/// Index tensors on the device, as long as kernels are being launched with them.
struct Indices {
  ops::IndexShape shape;
  InlineVector<Tensor, 4> tensors;  ///< contiguous, of the broadcast sizes
  InlineVector<size_t, 8> dims;

  Indices(const TensorImpl& self, Args indices, const Tensor& out)
      : shape(ops::index_shape(self, indices)) {
    for (size_t d = 0; d < indices.size(); ++d) {
      if (!indices[d].defined()) continue;
      Tensor t = apart_from(index_on(indices[d], self.device), out);
      if (impl(t).sizes != shape.broadcast) t = t.detach().expand(shape.broadcast);
      tensors.push_back(contiguous_raw(t));
      dims.push_back(d);
    }
    HEARTH_CHECK_AS(NotImplementedError, dims.size() <= size_t{kMaxDims}, "[index] more than ",
                    kMaxDims, " index tensors");
  }
  int64_t count() const { return checked_numel(shape.broadcast); }
};

/// The walk over self at indices; `offsets` has room for as many as there are positions, if there
/// are several index tensors.
IndexWalk walk_at(const TensorImpl& self, const Indices& indices, const DimVector& value_strides,
                  int64_t* offsets, IndexOp op) {
  DimVector self_strides, position_strides;
  const auto add_dims = [&](const DimVector& dims) {
    for (const int64_t d : dims) {
      self_strides.push_back(self.strides[static_cast<size_t>(d)]);
      position_strides.push_back(0);
    }
  };
  add_dims(indices.shape.before);
  for (const int64_t stride : contiguous_strides(indices.shape.broadcast)) {
    self_strides.push_back(0);
    position_strides.push_back(stride);
  }
  add_dims(indices.shape.after);
  IndexWalk walk;
  walk.offsets = make_offset_calculator<3>(indices.shape.sizes,
                                           {self_strides, position_strides, value_strides}, true);
  const size_t first = indices.shape.before.size();
  const size_t past = first + indices.shape.broadcast.size();
  if (deterministic())
    set_order(walk, indices.shape.sizes, self_strides, value_strides, extent_of(self), first, past);
  IndexList list{};
  for (size_t k = 0; k < indices.dims.size(); ++k) {
    const size_t d = indices.dims[k];
    list.data[k] = ptr<int64_t>(indices.tensors[k]);
    list.size[k] = self.sizes[d];
    list.stride[k] = self.strides[d];
    walk.granularity |= self.strides[d];
    ++list.count;
  }
  if (list.count == 1) {
    walk.positions = {list.data[0], list.size[0], list.stride[0], fault(), op, true};
  } else {
    combine(list, op, indices.count(), offsets);
    walk.positions = {offsets, std::numeric_limits<int64_t>::max(), 1, nullptr, op};
  }
  return walk;
}

size_t offset_bytes(const Indices& indices) {
  return indices.dims.size() > 1 ? static_cast<size_t>(indices.count()) * sizeof(int64_t) : 0;
}

void index(const Call& call) {
  const Tensor &self = call.in[0], &out = call.out[0];
  if (impl(out).numel == 0) return;
  const Indices indices(impl(self), call.in.from(1), out);
  const Workspace offsets(offset_bytes(indices));
  read_at(walk_at(impl(self), indices, impl(out).strides, offsets.data<int64_t>(), IndexOp::Index),
          self, out);
}

void index_put(const Call& call) {
  const Indices indices(impl(call.in[0]), call.in.from(2), call.out[0]);
  Tensor values = values_for(call.in[1].detach(), call.out[0]);
  const DimVector& sizes = indices.shape.sizes;
  while (impl(values).sizes.size() > sizes.size()) values = values.squeeze(0);
  const Tensor& out = started(call);
  if (checked_numel(sizes) == 0) return;
  const Workspace offsets(offset_bytes(indices));
  const DimVector strides = broadcast_strides(values, sizes);
  const auto walk_in = [&](const Tensor& t) {
    return walk_at(impl(t), indices, strides, offsets.data<int64_t>(), IndexOp::IndexPut);
  };
  if (!call.as<ops::IndexPut>().accumulate) return write_at(walk_in(out), out, values);
  accumulate_into(out, [&](const Tensor& t) { add_at(walk_in(t), t, values); });
}

void index_select(const Call& call) {
  const Tensor &self = call.in[0], &out = call.out[0];
  if (impl(out).numel == 0) return;
  const Tensor at = contiguous_raw(index_on(call.in[1], self.device()));
  read_at(walk_along(impl(self), call.as<ops::IndexSelect>().dim, at, out, IndexOp::IndexSelect),
          self, out);
}

void index_add(const Call& call) {
  const auto& op = call.as<ops::IndexAdd>();
  const Tensor at =
      contiguous_raw(apart_from(index_on(call.in[1], call.out[0].device()), call.out[0]));
  const Tensor source = call.in[2].detach();
  const Tensor values = values_for(op.alpha.equal(1) ? source : source * op.alpha, call.out[0]);
  const Tensor& out = started(call);
  if (impl(values).numel == 0) return;
  accumulate_into(out, [&](const Tensor& t) {
    add_at(walk_along(impl(t), op.dim, at, values, IndexOp::IndexAdd), t, values);
  });
}

void index_copy(const Call& call) {
  const Tensor at =
      contiguous_raw(apart_from(index_on(call.in[1], call.out[0].device()), call.out[0]));
  const Tensor values = values_for(call.in[2].detach(), call.out[0]);
  const Tensor& out = started(call);
  if (impl(values).numel == 0) return;
  write_at(walk_along(impl(out), call.as<ops::IndexCopy>().dim, at, values, IndexOp::IndexCopy),
           out, values);
}

}  // namespace

void install_index() {
  ops::Index::row().kernel[kSlot] = &index;
  ops::IndexPut::row().kernel[kSlot] = &index_put;
  ops::IndexSelect::row().kernel[kSlot] = &index_select;
  ops::IndexAdd::row().kernel[kSlot] = &index_add;
  ops::IndexCopy::row().kernel[kSlot] = &index_copy;
}

}  // namespace hearth::cuda
