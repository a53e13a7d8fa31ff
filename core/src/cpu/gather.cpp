// SPDX-License-Identifier: Apache-2.0
#include "ops/gather.h"

#include <string_view>

#include "cpu/kernels.h"
#include "cpu/places.h"

namespace hearth::cpu {

namespace {

/// A walk over index [outer][n][inner] along `dim` of self.
struct Elementwise {
  Places p;  ///< outer and inner only
  Offsets at;
  int64_t n = 0;

  Elementwise(const TensorImpl& self, int64_t dim, const Tensor& index, std::string_view op) {
    const TensorImpl& i = impl(index);
    const auto d = static_cast<size_t>(wrap_dim(dim, self.dim(), op));
    DimVector before, after;
    for (size_t k = 0; k < std::min(i.sizes.size(), self.sizes.size()); ++k) {
      if (k == d) continue;
      (k < d ? before : after).push_back(static_cast<int64_t>(k));
    }
    p.outer = offsets_over(pick(i.sizes, before), pick(self.strides, before));
    p.inner = offsets_over(pick(i.sizes, after), pick(self.strides, after));
    p.finish();
    n = i.sizes.empty() ? 1 : i.sizes[d];
    const int64_t size = self.sizes.empty() ? 1 : self.sizes[d];
    const int64_t stride = self.sizes.empty() ? 0 : self.strides[d];
    const Tensor dense = contiguous_raw(index);
    const int64_t* v = ptr<int64_t>(dense);
    at.resize(static_cast<size_t>(i.numel));
    for (int64_t k = 0; k < i.numel; ++k) {
      HEARTH_CHECK_AS(IndexError, v[k] >= 0 && v[k] < size, "[", op, "] index ", v[k],
                      " is out of bounds for dimension ", d, " with size ", size);
      at[static_cast<size_t>(k)] = v[k] * stride;
    }
  }

  /// visit(offset in self, position in index) for all elements; one thread per (outer, piece).
  template <class F>
  void each(const F& visit) const {
    const auto width = static_cast<int64_t>(p.inner.size());
    if (at.empty()) return;
    const int64_t pieces = (width + kIndexPiece - 1) / kIndexPiece;
    const int64_t work = n * std::min(width, kIndexPiece);
    parallel_for(
        static_cast<int64_t>(p.outer.size()) * pieces, std::max<int64_t>(1, kIndexGrain / work),
        [&](int64_t begin, int64_t end) {
          for (int64_t unit = begin; unit < end; ++unit) {
            const int64_t b = unit / pieces, first = unit % pieces * kIndexPiece;
            const int64_t last = std::min(first + kIndexPiece, width);
            const int64_t base = p.outer[static_cast<size_t>(b)];
            for (int64_t j = 0; j < n; ++j) {
              const int64_t row = (b * n + j) * width;
              for (int64_t a = first; a < last; ++a)
                visit(base + at[static_cast<size_t>(row + a)] + p.inner[static_cast<size_t>(a)],
                      row + a);
            }
          }
        });
  }
};

/// The part of src that an index of these sizes covers, contiguous.
Tensor covered(const Tensor& src, const DimVector& sizes) {
  const TensorImpl& s = impl(src);
  if (s.sizes.size() != sizes.size()) return contiguous_raw(src);
  return contiguous_raw(alias_tensor(src, sizes, s.strides, s.offset, s.dtype));
}

void gather(const Call& call) {
  const Elementwise walk(impl(call.in[0]), call.as<ops::Gather>().dim, call.in[1],
                         call.op.info.name);
  by_size(impl(call.in[0]).dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(call.in[0]);
    T* to = ptr<T>(call.out[0]);
    walk.each([&](int64_t self, int64_t k) { to[k] = from[self]; });
  });
}

void scatter(const Call& call) {
  const int64_t dim = call.as<ops::Scatter>().dim;
  const Elementwise checked(impl(call.in[0]), dim, call.in[1], call.op.info.name);
  const Tensor src = covered(call.in[2], impl(call.in[1]).sizes);
  const Tensor& out = started(call);
  const bool same = impl(out).strides == impl(call.in[0]).strides;
  const Elementwise walk =
      same ? checked : Elementwise(impl(out), dim, call.in[1], call.op.info.name);
  by_size(impl(out).dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(src);
    T* to = ptr<T>(out);
    walk.each([&](int64_t self, int64_t k) { to[self] = from[k]; });
  });
}

void scatter_value(const Call& call) {
  const auto& op = call.as<ops::ScatterValue>();
  Elementwise(impl(call.in[0]), op.dim, call.in[1],
              call.op.info.name);  // throws before anything is written
  const Tensor& out = started(call);
  const Elementwise walk(impl(out), op.dim, call.in[1], call.op.info.name);
  alignas(16) char element[16];
  store_scalar(element, impl(out).dtype, op.value);
  by_size(impl(out).dtype, [&](auto unit) {
    using T = decltype(unit);
    T value;
    std::memcpy(&value, element, sizeof value);
    T* to = ptr<T>(out);
    walk.each([&](int64_t self, int64_t) { to[self] = value; });
  });
}

void scatter_add(const Call& call) {
  const int64_t dim = call.as<ops::ScatterAdd>().dim;
  Elementwise(impl(call.in[0]), dim, call.in[1],
              call.op.info.name);  // throws before anything is written
  const Tensor src = covered(call.in[2], impl(call.in[1]).sizes);
  accumulate(started(call), [&](const Tensor& out) {
    const Elementwise walk(impl(out), dim, call.in[1], call.op.info.name);
    const Tensor v =
        impl(src).dtype == impl(out).dtype ? src : copy_raw(src, impl(out).dtype, kCPU);
    by_type(impl(out).dtype, [&](auto zero) {
      using T = decltype(zero);
      const T* from = ptr<T>(v);
      T* to = ptr<T>(out);
      walk.each([&](int64_t self, int64_t k) { add_to(to[self], from[k]); });
    });
  });
}

}  // namespace

void install_gather() {
  ops::Gather::row().kernel[0] = &gather;
  ops::Scatter::row().kernel[0] = &scatter;
  ops::ScatterValue::row().kernel[0] = &scatter_value;
  ops::ScatterAdd::row().kernel[0] = &scatter_add;
}

}  // namespace hearth::cpu
