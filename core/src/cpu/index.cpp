// SPDX-License-Identifier: Apache-2.0
// Every op here reads or writes self[outer[b] + at + inner[a]], where `at` comes from an index:
// positions before the indexed dims, an offset per index, positions after. Threads share out b and
// a, which never meet, and walk the indices in order, so sums come out the same for any number.
#include "ops/index.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kGrain = 16384;  // elements worth a second thread
constexpr int64_t kPiece = 256;    // inner elements handled at a time

using Offsets = std::vector<int64_t>;

/// Offsets of all positions over these dims, in logical order.
Offsets offsets_over(const DimVector& sizes, const DimVector& strides) {
  Offsets out{0};
  for (size_t d = 0; d < sizes.size(); ++d) {
    Offsets next;
    next.reserve(out.size() * static_cast<size_t>(sizes[d]));
    for (int64_t base : out)
      for (int64_t i = 0; i < sizes[d]; ++i) next.push_back(base + i * strides[d]);
    out = std::move(next);
  }
  return out;
}

int64_t checked_index(int64_t i, int64_t dim, int64_t size) {
  HEARTH_CHECK_AS(IndexError, size > 0,
                  "[index] index is out of bounds for dimension with size 0: index ", i,
                  " at dimension ", dim);
  HEARTH_CHECK_AS(IndexError, i >= -size && i < size, "[index] index ", i,
                  " is out of bounds for dimension ", dim, " with size ", size);
  return i < 0 ? i + size : i;
}

/// Where an op reads or writes, in elements of one tensor.
struct Places {
  Offsets outer, at, inner;
  bool run = false;  ///< inner is 0, 1, 2, ...

  int64_t numel() const { return static_cast<int64_t>(outer.size() * at.size() * inner.size()); }
  void finish() {
    run = true;
    for (size_t i = 0; run && i < inner.size(); ++i) run = inner[i] == static_cast<int64_t>(i);
  }
};

DimVector pick(const DimVector& from, const DimVector& dims) {
  DimVector out;
  for (int64_t d : dims) out.push_back(from[static_cast<size_t>(d)]);
  return out;
}

/// Places of index tensors, one per dim of self.
Places places_of(const TensorImpl& self, Args indices) {
  const ops::IndexLayout layout = ops::index_layout(self, indices);
  Places p;
  p.outer = offsets_over(pick(self.sizes, layout.before), pick(self.strides, layout.before));
  p.inner = offsets_over(pick(self.sizes, layout.after), pick(self.strides, layout.after));
  p.at.assign(static_cast<size_t>(checked_numel(layout.broadcast)), 0);
  for (size_t d = 0; d < indices.size(); ++d) {
    if (!indices[d].defined()) continue;
    const Tensor dense = contiguous_raw(indices[d].detach().expand(layout.broadcast));
    const int64_t* i = ptr<int64_t>(dense);
    for (size_t k = 0; k < p.at.size(); ++k)
      p.at[k] += checked_index(i[k], static_cast<int64_t>(d), self.sizes[d]) * self.strides[d];
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
  const int64_t stride = self.sizes.empty() ? 0 : self.strides[at];
  const Tensor dense = contiguous_raw(copy_raw(index, kLong, kCPU));
  const int64_t* i = ptr<int64_t>(dense);
  for (int64_t k = 0; k < impl(dense).numel; ++k) {
    HEARTH_CHECK_AS(IndexError, i[k] >= 0 && i[k] < size, "[", op, "] index out of range in ",
                    "self: index ", i[k], " is out of bounds for dimension ", at, " with size ",
                    size);
    p.at.push_back(i[k] * stride);
  }
  p.finish();
  return p;
}

/// Calls f with an integer (or pair of them) of the element's size.
template <class F>
void by_size(ScalarType t, const F& f) {
  struct alignas(16) Bytes16 {
    uint64_t v[2];
  };
  switch (element_size(t)) {
    case 1:
      return f(uint8_t{});
    case 2:
      return f(uint16_t{});
    case 4:
      return f(uint32_t{});
    case 8:
      return f(uint64_t{});
    default:
      return f(Bytes16{});
  }
}

template <class F>
void by_type(ScalarType t, const F& f) {
  switch (t) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return f(T{});
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      return;
  }
}

/// out[b][j][a] = self[places].
template <class T>
void read(const Places& p, const T* self, T* out) {
  const auto n = static_cast<int64_t>(p.at.size());
  const auto width = static_cast<int64_t>(p.inner.size());
  if (p.numel() == 0) return;
  parallel_for(static_cast<int64_t>(p.outer.size()) * n, std::max<int64_t>(1, kGrain / width),
               [&](int64_t begin, int64_t end) {
                 for (int64_t r = begin; r < end; ++r) {
                   const T* from = self + p.outer[static_cast<size_t>(r / n)] +
                                   p.at[static_cast<size_t>(r % n)];
                   T* to = out + r * width;
                   if (p.run) {
                     std::memcpy(to, from, static_cast<size_t>(width) * sizeof(T));
                   } else {
                     for (int64_t a = 0; a < width; ++a)
                       to[a] = from[p.inner[static_cast<size_t>(a)]];
                   }
                 }
               });
}

/// write(self element, value element) at every place; values are [outer][at][inner], or one value.
template <class T, class F>
void write(const Places& p, T* self, const T* values, bool one_value, const F& put) {
  const auto n = static_cast<int64_t>(p.at.size());
  const auto width = static_cast<int64_t>(p.inner.size());
  if (p.numel() == 0) return;
  const int64_t pieces = (width + kPiece - 1) / kPiece;
  const int64_t each = n * std::min(width, kPiece);
  parallel_for(static_cast<int64_t>(p.outer.size()) * pieces, std::max<int64_t>(1, kGrain / each),
               [&](int64_t begin, int64_t end) {
                 for (int64_t unit = begin; unit < end; ++unit) {
                   const int64_t b = unit / pieces, first = unit % pieces * kPiece;
                   const int64_t count = std::min(kPiece, width - first);
                   for (int64_t j = 0; j < n; ++j) {
                     T* to = self + p.outer[static_cast<size_t>(b)] + p.at[static_cast<size_t>(j)];
                     const T* from = one_value ? values : values + (b * n + j) * width + first;
                     const int64_t step = one_value ? 0 : 1;
                     if (p.run) {
                       to += first;
                       for (int64_t a = 0; a < count; ++a) put(to[a], from[a * step]);
                     } else {
                       const int64_t* inner = p.inner.data() + first;
                       for (int64_t a = 0; a < count; ++a) put(to[inner[a]], from[a * step]);
                     }
                   }
                 }
               });
}

template <class T>
void add_to(T& to, T v) {
  if constexpr (std::is_same_v<T, bool>) {
    to = to || v;
  } else {
    to = static_cast<T>(to + v);
  }
}

/// Puts self's values into the output of a call that may run in place.
const Tensor& started(const Call& call) {
  const Tensor &out = call.out[0], &self = call.in[0];
  if (!out.is_same(self)) copy_raw_into(out, self);
  return out;
}

/// Adds in float where the type is a half type: change(tensor of type T with `out`'s values).
template <class F>
void accumulate(const Tensor& out, const F& change) {
  const ScalarType t = impl(out).dtype;
  if (t != kHalf && t != kBFloat16) {
    change(out);
    return;
  }
  const Tensor wide = copy_raw(out, kFloat, kCPU);
  change(wide);
  copy_raw_into(out, wide);
}

void add_values(const Places& p, const Tensor& out, const Tensor& values, bool one_value) {
  const Tensor v = contiguous_raw(
      impl(values).dtype == impl(out).dtype ? values : copy_raw(values, impl(out).dtype, kCPU));
  by_type(impl(out).dtype, [&](auto zero) {
    using T = decltype(zero);
    write(p, ptr<T>(out), ptr<T>(v), one_value, [](T& to, const T& x) { add_to(to, x); });
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
    const ops::IndexLayout layout = ops::index_layout(impl(call.in[0]), call.in.from(2));
    while (values.dim() > static_cast<int64_t>(layout.sizes.size())) values = values.squeeze(0);
    values = contiguous_raw(values.expand(layout.sizes));
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
  places_along(impl(call.in[0]), op.dim, call.in[1],
               call.op.info.name);  // throws before anything is written
  const Tensor source = op.alpha.equal(1) ? call.in[2].detach() : call.in[2].detach() * op.alpha;
  accumulate(started(call), [&](const Tensor& out) {
    add_values(places_along(impl(out), op.dim, call.in[1], call.op.info.name), out, source, false);
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

// ---- gather and scatter: an index for every element

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
    const int64_t pieces = (width + kPiece - 1) / kPiece;
    const int64_t work = n * std::min(width, kPiece);
    parallel_for(
        static_cast<int64_t>(p.outer.size()) * pieces, std::max<int64_t>(1, kGrain / work),
        [&](int64_t begin, int64_t end) {
          for (int64_t unit = begin; unit < end; ++unit) {
            const int64_t b = unit / pieces, first = unit % pieces * kPiece;
            const int64_t last = std::min(first + kPiece, width);
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

// ---- masks

/// Positions of the true elements of a mask broadcast to `sizes`, in logical order.
Offsets true_positions(const Tensor& mask, const DimVector& sizes) {
  const Tensor dense = contiguous_raw(mask.detach().expand(sizes));
  const bool* m = ptr<bool>(dense);
  Offsets out;
  for (int64_t i = 0; i < impl(dense).numel; ++i)
    if (m[i]) out.push_back(i);
  return out;
}

void masked_select(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const DimVector sizes = broadcast_shapes(t.sizes, impl(call.in[1]).sizes, "masked_select");
  const Offsets at = true_positions(call.in[1], sizes);
  const Tensor self = contiguous_raw(call.in[0].detach().expand(sizes));
  const Tensor out = new_tensor({static_cast<int64_t>(at.size())}, t.dtype, t.device);
  by_size(t.dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(self);
    T* to = ptr<T>(out);
    for (size_t i = 0; i < at.size(); ++i) to[i] = from[at[i]];
  });
  call.out[0] = out;
}

void masked_scatter(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const Offsets at = true_positions(call.in[1], t.sizes);
  const Tensor source = contiguous_raw(call.in[2]);
  HEARTH_CHECK_AS(ShapeError, static_cast<size_t>(impl(source).numel) >= at.size(),
                  "[masked_scatter] Number of elements of source < number of ones in mask: ",
                  impl(source).numel, " < ", at.size());
  const Tensor& out = started(call);
  const Tensor dense = impl(out).contiguous ? out : contiguous_raw(out);
  by_size(t.dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(source);
    T* to = ptr<T>(dense);
    for (size_t i = 0; i < at.size(); ++i) to[at[i]] = from[i];
  });
  if (!dense.is_same(out)) copy_raw_into(out, dense);
}

void nonzero(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const Offsets at = true_positions(copy_raw(call.in[0], kBool, kCPU), t.sizes);
  const auto rows = static_cast<int64_t>(at.size());
  const Tensor out = new_tensor({rows, t.dim()}, kLong, t.device);
  int64_t* to = ptr<int64_t>(out);
  for (int64_t r = 0; r < rows; ++r) {
    int64_t rest = at[static_cast<size_t>(r)];
    for (int64_t d = t.dim(); d-- > 0;) {
      to[r * t.dim() + d] = rest % t.sizes[static_cast<size_t>(d)];
      rest /= t.sizes[static_cast<size_t>(d)];
    }
  }
  call.out[0] = out;
}

// ---- embedding

/// The rows that indices of any sizes name; a bad one throws.
Offsets embedding_rows(const Tensor& indices, int64_t rows) {
  const Tensor dense = contiguous_raw(copy_raw(indices, kLong, kCPU));
  const int64_t* i = ptr<int64_t>(dense);
  Offsets out(i, i + impl(dense).numel);
  for (int64_t r : out)
    HEARTH_CHECK_AS(IndexError, r >= 0 && r < rows, "[embedding] index out of range in self: ", r,
                    " with ", rows, " rows of weight");
  return out;
}

void embedding(const Call& call) {
  const TensorImpl& w = impl(call.in[0]);
  Places p;
  p.outer = {0};
  p.at = embedding_rows(call.in[1], w.sizes[0]);
  for (int64_t& r : p.at) r *= w.strides[0];
  p.inner = offsets_over({w.sizes[1]}, {w.strides[1]});
  p.finish();
  by_size(w.dtype, [&](auto unit) {
    using T = decltype(unit);
    read(p, ptr<T>(call.in[0]), ptr<T>(call.out[0]));
  });
}

template <class T>
void embedding_gradient(const ops::EmbeddingBackward& op, const Offsets& rows, const T* g,
                        int64_t width, T* out) {
  Offsets counts;
  if (op.scale_grad_by_freq) {
    counts.assign(static_cast<size_t>(op.num_weights), 0);
    for (int64_t r : rows) ++counts[static_cast<size_t>(r)];
  }
  std::fill_n(out, op.num_weights * width, T{});
  const int64_t piece = 64;  // columns of a thread, whole cache lines
  const auto n = static_cast<int64_t>(rows.size());
  parallel_for((width + piece - 1) / piece,
               std::max<int64_t>(1, kGrain / std::max<int64_t>(1, n * piece)),
               [&](int64_t begin, int64_t end) {
                 const int64_t first = begin * piece, last = std::min(end * piece, width);
                 for (int64_t j = 0; j < n; ++j) {
                   const int64_t r = rows[static_cast<size_t>(j)];
                   if (r == op.padding_idx) continue;
                   T* to = out + r * width;
                   const T* from = g + j * width;
                   if (counts.empty()) {
                     for (int64_t a = first; a < last; ++a) to[a] += from[a];
                   } else {
                     const T times = static_cast<T>(counts[static_cast<size_t>(r)]);
                     for (int64_t a = first; a < last; ++a) to[a] += from[a] / times;
                   }
                 }
               });
}

void embedding_backward(const Call& call) {
  const auto& op = call.as<ops::EmbeddingBackward>();
  const Offsets rows = embedding_rows(call.in[1], op.num_weights);
  const ScalarType t = impl(call.in[0]).dtype;
  const int64_t width = impl(call.out[0]).sizes[1];
  if (t == kDouble) {
    const Tensor g = contiguous_raw(call.in[0]);
    embedding_gradient(op, rows, ptr<double>(g), width, ptr<double>(call.out[0]));
    return;
  }
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t),
                  "[embedding] gradients are not implemented for ", t);
  const Tensor g = contiguous_raw(t == kFloat ? call.in[0] : copy_raw(call.in[0], kFloat, kCPU));
  const Tensor out = t == kFloat ? call.out[0] : new_tensor(impl(call.out[0]).sizes, kFloat, kCPU);
  embedding_gradient(op, rows, ptr<float>(g), width, ptr<float>(out));
  if (t != kFloat) copy_raw_into(call.out[0], out);
}

}  // namespace

void install_index() {
  ops::Index::row().kernel[0] = &index;
  ops::IndexPut::row().kernel[0] = &index_put;
  ops::IndexSelect::row().kernel[0] = &index_select;
  ops::IndexAdd::row().kernel[0] = &index_add;
  ops::IndexCopy::row().kernel[0] = &index_copy;
  ops::Gather::row().kernel[0] = &gather;
  ops::Scatter::row().kernel[0] = &scatter;
  ops::ScatterValue::row().kernel[0] = &scatter_value;
  ops::ScatterAdd::row().kernel[0] = &scatter_add;
  ops::MaskedSelect::row().kernel[0] = &masked_select;
  ops::MaskedScatter::row().kernel[0] = &masked_scatter;
  ops::Nonzero::row().kernel[0] = &nonzero;
  ops::Embedding::row().kernel[0] = &embedding;
  ops::EmbeddingBackward::row().kernel[0] = &embedding_backward;
}

}  // namespace hearth::cpu
