// SPDX-License-Identifier: Apache-2.0
#include "ops/index.h"

#include <atomic>
#include <string_view>

#include "cpu/kernels.h"
#include "cpu/places.h"

namespace hearth::cpu {

void check_indices(const int64_t* v, int64_t n, int64_t dim, int64_t size, std::string_view op,
                   bool negative) {
  const int64_t least = negative ? -size : 0, most = size - 1;
  std::atomic<bool> good{true};
  parallel_for(n, kIndexGrain, [&](int64_t begin, int64_t end) {
    // Backwards: the caches hold the first of them when somebody walks over them next.
    for (int64_t last = end; last > begin; last -= kIndexGrain) {
      const int64_t first = std::max(begin, last - kIndexGrain);
      if (!within(v + first, last - first, least, most)) good = false;
    }
  });
  if (good) return;
  HEARTH_CHECK_AS(IndexError, size > 0, "[", op,
                  "] index is out of bounds for dimension with size 0: index ", v[0],
                  " at dimension ", dim);
  const auto bad = [&](int64_t i) { return i < least || i > most; };
  throw IndexError(cat_str("[", op, "] index ", *std::find_if(v, v + n, bad),
                           " is out of bounds for dimension ", dim, " with size ", size));
}

namespace {

/// at[k] = or += the place along a dim that v[k] names. Negative indices count from its end.
void add_places(Offsets& at, const int64_t* v, int64_t size, int64_t stride) {
  parallel_for(static_cast<int64_t>(at.size()), kIndexGrain, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k)
      at[static_cast<size_t>(k)] += (v[k] < 0 ? v[k] + size : v[k]) * stride;
  });
}

/// Places of index tensors, one per dim of self.
Places places_of(const TensorImpl& self, Args indices) {
  const ops::IndexShape shape = ops::index_shape(self, indices);
  Places p;
  p.outer = offsets_over(pick(self.sizes, shape.before), pick(self.strides, shape.before));
  p.inner = offsets_over(pick(self.sizes, shape.after), pick(self.strides, shape.after));
  p.at.assign(static_cast<size_t>(checked_numel(shape.broadcast)), 0);
  for (size_t d = 0; d < indices.size(); ++d) {
    if (!indices[d].defined()) continue;
    const Tensor dense = contiguous_raw(indices[d].detach().expand(shape.broadcast));
    const int64_t* v = ptr<int64_t>(dense);
    check_indices(v, impl(dense).numel, static_cast<int64_t>(d), self.sizes[d], "index", true);
    add_places(p.at, v, self.sizes[d], self.strides[d]);
  }
  p.finish();
  return p;
}

/// Places of a 1-d index along `dim`.
Places places_along(const TensorImpl& self, int64_t dim, const Tensor& index, std::string_view op) {
  Places p;
  DimVector before, after;
  const auto at = static_cast<size_t>(wrap_dim(dim, self.dim(), op));
  for (size_t d = 0; d < self.sizes.size(); ++d) {
    if (d == at) continue;
    (d < at ? before : after).push_back(static_cast<int64_t>(d));
  }
  p.outer = offsets_over(pick(self.sizes, before), pick(self.strides, before));
  p.inner = offsets_over(pick(self.sizes, after), pick(self.strides, after));
  const int64_t size = self.sizes.empty() ? 1 : self.sizes[at];
  const Tensor dense =
      contiguous_raw(impl(index).device.is_cpu() ? index : copy_raw(index, kLong, kCPU));
  const int64_t* v = ptr<int64_t>(dense);
  const int64_t n = impl(dense).numel, stride = self.sizes.empty() ? 0 : self.strides[at];
  p.at.resize(static_cast<size_t>(n));
  static const IndexTable& table = HEARTH_SELECT_ISA(index_table);
  std::atomic<bool> good{true};
  parallel_for(n, kIndexGrain, [&](int64_t begin, int64_t end) {
    if (!table.places(v + begin, end - begin, size, stride, p.at.data() + begin)) good = false;
  });
  if (!good) check_indices(v, n, static_cast<int64_t>(at), size, op);
  p.finish();
  return p;
}

void add_values(const Places& p, const Tensor& out, const Tensor& values, bool one_value) {
  const Tensor v = contiguous_raw(
      impl(values).dtype == impl(out).dtype ? values : copy_raw(values, impl(out).dtype, kCPU));
  by_type(impl(out).dtype, [&](auto zero) {
    using T = decltype(zero);
    write(p, ptr<T>(out), ptr<T>(v), one_value, [](T& to, const T& x) { to = sum_of(to, x); });
  });
}

void index(const Call& call) {
  const Places p = places_of(impl(call.in[0]), call.in.from(1));
  by_size(impl(call.in[0]).dtype, [&](auto unit) {
    using T = decltype(unit);
    read(p, ptr<T>(call.in[0]), ptr<T>(call.out[0]));
  });
}

void index_put(const Call& call) {
  // Indices may alias self, which is about to change: places are computed first.
  const Places checked = places_of(impl(call.in[0]), call.in.from(2));
  Tensor values = call.in[1].detach();
  const bool one_value = impl(values).numel == 1;
  if (!one_value) {
    const ops::IndexShape shape = ops::index_shape(impl(call.in[0]), call.in.from(2));
    while (values.dim() > static_cast<int64_t>(shape.sizes.size())) values = values.squeeze(0);
    values = contiguous_raw(values.expand(shape.sizes));
  } else {
    values = contiguous_raw(values);
  }
  const Tensor& out = started(call);
  const auto places_in = [&](const Tensor& t) {
    return impl(t).strides == impl(call.in[0]).strides ? checked
                                                       : places_of(impl(t), call.in.from(2));
  };
  if (call.as<ops::IndexPut>().accumulate) {
    accumulate(out, [&](const Tensor& t) { add_values(places_in(t), t, values, one_value); });
    return;
  }
  by_size(impl(out).dtype, [&](auto unit) {
    using T = decltype(unit);
    write(places_in(out), ptr<T>(out), ptr<T>(values), one_value,
          [](T& to, const T& v) { to = v; });
  });
}

void index_select(const Call& call) {
  const Places p = places_along(impl(call.in[0]), call.as<ops::IndexSelect>().dim, call.in[1],
                                call.op.info.name);
  by_size(impl(call.in[0]).dtype, [&](auto unit) {
    using T = decltype(unit);
    read(p, ptr<T>(call.in[0]), ptr<T>(call.out[0]));
  });
}

void index_add(const Call& call) {
  const auto& op = call.as<ops::IndexAdd>();
  const auto places_in = [&](const Tensor& t) {
    return places_along(impl(t), op.dim, call.in[1], call.op.info.name);
  };
  const Places checked = places_in(call.in[0]);  // throws before anything is written
  const Tensor source = op.alpha.equal(1) ? call.in[2].detach() : call.in[2].detach() * op.alpha;
  accumulate(started(call), [&](const Tensor& out) {
    const bool same = impl(out).strides == impl(call.in[0]).strides;
    add_values(same ? checked : places_in(out), out, source, false);
  });
}

void index_copy(const Call& call) {
  const int64_t dim = call.as<ops::IndexCopy>().dim;
  const Places checked = places_along(impl(call.in[0]), dim, call.in[1], call.op.info.name);
  const Tensor source = contiguous_raw(call.in[2]);
  const Tensor& out = started(call);
  const bool same = impl(out).strides == impl(call.in[0]).strides;
  const Places p = same ? checked : places_along(impl(out), dim, call.in[1], call.op.info.name);
  by_size(impl(out).dtype, [&](auto unit) {
    using T = decltype(unit);
    write(p, ptr<T>(out), ptr<T>(source), false, [](T& to, const T& v) { to = v; });
  });
}

}  // namespace

void install_index() {
  ops::Index::row().kernel[0] = &index;
  ops::IndexPut::row().kernel[0] = &index_put;
  ops::IndexSelect::row().kernel[0] = &index_select;
  ops::IndexAdd::row().kernel[0] = &index_add;
  ops::IndexCopy::row().kernel[0] = &index_copy;
}

}  // namespace hearth::cpu
