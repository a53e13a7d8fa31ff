// SPDX-License-Identifier: Apache-2.0
#include "ops/gather.h"

#include <atomic>
#include <string_view>

#include "cpu/kernels.h"
#include "cpu/places.h"
#include "cpu/stream.h"
#include "ops/scatter_reduce.h"

namespace hearth::cpu {

namespace {

/// Before a loop of so little that counting takes a good part of the time.
#define HEARTH_BY_FOUR _Pragma("GCC unroll 4")

/// The index of gather or scatter: [outer][n][inner], with n along `dim`. It is checked on the way,
/// or, where an error would leave a tensor of the caller half written, before.
class Walk {
 public:
  enum Order {
    Any,    ///< for what reads at the index
    Index,  ///< for what writes there, where places repeat along dim
  };

  Walk(const TensorImpl& self, int64_t dim, const Tensor& index, std::string_view op, Order order,
       bool in_place = false)
      : sizes_(impl(index).sizes),
        dim_(static_cast<size_t>(wrap_dim(dim, self.dim(), op))),
        size_(self.sizes.empty() ? 1 : self.sizes[dim_]),
        order_(order),
        op_(op) {
    const TensorImpl& i = impl(index);
    if (i.numel == 0) return;
    n_ = sizes_.empty() ? 1 : sizes_[dim_];
    // An expanded vector says the same wherever the other dims are.
    shared_ = i.numel > n_;
    for (size_t k = 0; k < sizes_.size(); ++k)
      shared_ &= k == dim_ || i.strides[k] == 0 || sizes_[k] == 1;
    const int64_t step = sizes_.empty() ? 1 : i.strides[dim_];
    index_ = contiguous_raw(shared_ ? alias_tensor(index, {n_}, {step}, i.offset, i.dtype) : index);
    checked_ = in_place || shared_;
    if (checked_) check();
  }

  /// run(position in index, count, place, stream) for all elements in runs of neighbouring ones, at
  /// most kIndexPiece of them in any order: element i of a run leads to offset place(i) in t, which
  /// has self's sizes. Threads share out positions in the other dims, in any order also those along
  /// dim; a stream is one thread's.
  template <class F>
  void each(const TensorImpl& t, const F& run) const {
    if (n_ == 0) return;
    DimVector before, after;
    for (size_t k = 0; k < std::min(sizes_.size(), t.sizes.size()); ++k)
      if (k != dim_) (k < dim_ ? before : after).push_back(static_cast<int64_t>(k));
    const Offsets outer = offsets_over(pick(sizes_, before), pick(t.strides, before));
    const Offsets inner = offsets_over(pick(sizes_, after), pick(t.strides, after));
    const int64_t stride = t.strides.empty() ? 0 : t.strides[dim_];
    const auto width = static_cast<int64_t>(inner.size());
    const int64_t *v = ptr<int64_t>(index_), *in = inner.data();
    const int64_t pieces = (width + kIndexPiece - 1) / kIndexPiece;
    const int64_t most = order_ == Any ? std::min(n_, kIndexPiece) : n_;
    const int64_t splits = (n_ + most - 1) / most;
    const int64_t work = most * std::min(width, kIndexPiece);
    std::atomic<bool> good{true};
    parallel_for(
        static_cast<int64_t>(outer.size()) * splits * pieces,
        std::max<int64_t>(1, kIndexGrain / work), [&](int64_t begin, int64_t end) {
          Stream stream;
          int64_t piece = begin % pieces, split = begin / pieces % splits;
          int64_t b = begin / pieces / splits;
          // Whole rows of the index are walked over one behind the other, up to here.
          const int64_t last_row = end / splits * n_ + end % splits * most;
          Ahead ahead(*this, pieces == 1 ? last_row * width : 0, good);
          for (int64_t unit = begin; unit < end; ++unit) {
            const int64_t base = outer[static_cast<size_t>(b)];
            const int64_t from = split * most, to = std::min(from + most, n_);
            const int64_t first = piece * kIndexPiece;
            const int64_t count = std::min(kIndexPiece, width - first);
            if (width == 1) {
              const int64_t row = b * n_ + from;
              if (!ahead.fit(row, to - from)) return;
              const int64_t* at = shared_ ? v + from : v + row;
              if (stride == 1) {
                run(
                    row, to - from, [=](int64_t i) { return base + at[i]; }, stream);
              } else {
                run(
                    row, to - from, [=](int64_t i) { return base + at[i] * stride; }, stream);
              }
            } else {
              for (int64_t j = from; j < to; ++j) {
                const int64_t row = (b * n_ + j) * width + first;
                if (!ahead.fit(row, count)) return;
                if (shared_) {
                  const int64_t place = base + v[j] * stride;
                  run(
                      row, count, [=](int64_t i) { return place + in[first + i]; }, stream);
                } else {
                  const int64_t* at = v + row;
                  run(
                      row, count, [=](int64_t i) { return base + at[i] * stride + in[first + i]; },
                      stream);
                }
              }
            }
            if (++piece < pieces) continue;
            piece = 0;
            if (++split < splits) continue;
            split = 0;
            ++b;
          }
        });
    if (!good) check();
  }

 private:
  /// Checks entries shortly before they are used, those of the next runs as well where these
  /// follow; one thread's.
  class Ahead {
   public:
    /// `end`: where entries end that are used one after another; 0 where they are not.
    Ahead(const Walk& walk, int64_t end, std::atomic<bool>& good)
        : walk_(walk), end_(end), good_(good) {}
    /// Whether these are in range.
    bool fit(int64_t first, int64_t count) {
      if (walk_.checked_ || first + count <= seen_) return true;
      const int64_t last = std::max(first + count, std::min(first + kAtOnce, end_));
      if (!within(ptr<int64_t>(walk_.index_) + first, last - first, 0, walk_.size_ - 1)) {
        good_ = false;
        return false;
      }
      if (end_ > 0) seen_ = last;
      return true;
    }

   private:
    static constexpr int64_t kAtOnce = 2048;  // they stay in the first-level cache
    const Walk& walk_;
    const int64_t end_;
    int64_t seen_ = 0;
    std::atomic<bool>& good_;
  };

  void check() const {
    check_indices(ptr<int64_t>(index_), impl(index_).numel, static_cast<int64_t>(dim_), size_, op_);
  }

  const DimVector sizes_;
  const size_t dim_;
  const int64_t size_;
  const Order order_;
  const std::string_view op_;
  int64_t n_ = 0;
  bool shared_ = false, checked_ = false;
  Tensor index_;  ///< contiguous; of one entry a step along dim where it is shared
};

/// The part of src that an index of these sizes covers, contiguous.
Tensor covered(const Tensor& src, const DimVector& sizes) {
  const TensorImpl& s = impl(src);
  if (s.sizes.size() != sizes.size()) return contiguous_raw(src);
  return contiguous_raw(alias_tensor(src, sizes, s.strides, s.offset, s.dtype));
}

bool writes_in_place(const Call& call) {
  return impl(call.in[0]).storage == impl(call.out[0]).storage;
}

void gather(const Call& call) {
  const TensorImpl& self = impl(call.in[0]);
  const Walk walk(self, call.as<ops::Gather>().dim, call.in[1], call.op.info.name, Walk::Any);
  by_size(self.dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(call.in[0]);
    T* to = ptr<T>(call.out[0]);
    const bool past_caches = streams(impl(call.out[0]).numel * static_cast<int64_t>(sizeof(T)));
    walk.each(self, [&](int64_t k, int64_t count, const auto& place, Stream& stream) {
      if (!past_caches) {
        HEARTH_BY_FOUR
        for (int64_t i = 0; i < count; ++i) to[k + i] = from[place(i)];
        return;
      }
      T piece[kIndexPiece];
      HEARTH_BY_FOUR
      for (int64_t i = 0; i < count; ++i) piece[i] = from[place(i)];
      stream.copy(to + k, piece, count * static_cast<int64_t>(sizeof(T)));
    });
  });
}

void scatter(const Call& call) {
  const Walk walk(impl(call.in[0]), call.as<ops::Scatter>().dim, call.in[1], call.op.info.name,
                  Walk::Index, writes_in_place(call));
  const Tensor src = covered(call.in[2], impl(call.in[1]).sizes);
  const Tensor& out = started(call);
  by_size(impl(out).dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(src);
    T* to = ptr<T>(out);
    walk.each(impl(out), [&](int64_t k, int64_t count, const auto& place, Stream&) {
      HEARTH_BY_FOUR
      for (int64_t i = 0; i < count; ++i) to[place(i)] = from[k + i];
    });
  });
}

/// Writes one value wherever the walk leads.
void put_value(const Walk& walk, const Tensor& out, const Scalar& number) {
  alignas(16) char element[16];
  store_scalar(element, impl(out).dtype, number);
  by_size(impl(out).dtype, [&](auto unit) {
    using T = decltype(unit);
    T value;
    std::memcpy(&value, element, sizeof value);
    T* to = ptr<T>(out);
    walk.each(impl(out), [&](int64_t, int64_t count, const auto& place, Stream&) {
      for (int64_t i = 0; i < count; ++i) to[place(i)] = value;
    });
  });
}

void scatter_value(const Call& call) {
  const auto& op = call.as<ops::ScatterValue>();
  const Walk walk(impl(call.in[0]), op.dim, call.in[1], call.op.info.name, Walk::Index,
                  writes_in_place(call));
  put_value(walk, started(call), op.value);
}

/// combine(element of out, element of src) wherever the walk leads, in float where out is of a half
/// type.
template <class Combine>
void fold(const Walk& walk, const Tensor& out, const Tensor& src, const Combine& combine) {
  accumulate(out, [&](const Tensor& sums) {
    const ScalarType t = impl(sums).dtype;
    const Tensor v = impl(src).dtype == t ? src : copy_raw(src, t, kCPU);
    by_type(t, [&](auto zero) {
      using T = decltype(zero);
      const T* from = ptr<T>(v);
      T* to = ptr<T>(sums);
      walk.each(impl(sums), [&](int64_t k, int64_t count, const auto& place, Stream&) {
        HEARTH_BY_FOUR
        for (int64_t i = 0; i < count; ++i) combine(to[place(i)], from[k + i]);
      });
    });
  });
}

void scatter_add(const Call& call) {
  const Walk walk(impl(call.in[0]), call.as<ops::ScatterAdd>().dim, call.in[1], call.op.info.name,
                  Walk::Index, writes_in_place(call));
  const Tensor src = covered(call.in[2], impl(call.in[1]).sizes);
  fold(walk, started(call), src, [](auto& to, auto v) { to = sum_of(to, v); });
}

void scatter_reduce(const Call& call) {
  const auto& op = call.as<ops::ScatterReduce>();
  const Walk walk(impl(call.in[0]), op.dim, call.in[1], call.op.info.name, Walk::Index,
                  writes_in_place(call));
  const Tensor src = covered(call.in[2], impl(call.in[1]).sizes);
  const Tensor& out = started(call);
  if (!op.include_self) put_value(walk, out, op.identity(impl(out).dtype));
  switch (op.reduce) {
    case ops::ScatterReduction::Prod:
      return fold(walk, out, src, [](auto& to, auto v) { to = product_of(to, v); });
    case ops::ScatterReduction::Amax:
      return fold(walk, out, src, [](auto& to, auto v) { to = extreme_of<true>(to, v); });
    case ops::ScatterReduction::Amin:
      return fold(walk, out, src, [](auto& to, auto v) { to = extreme_of<false>(to, v); });
  }
}

}  // namespace

void install_gather() {
  ops::Gather::row().kernel[0] = &gather;
  ops::Scatter::row().kernel[0] = &scatter;
  ops::ScatterValue::row().kernel[0] = &scatter_value;
  ops::ScatterAdd::row().kernel[0] = &scatter_add;
  ops::ScatterReduce::row().kernel[0] = &scatter_reduce;
}

}  // namespace hearth::cpu
