// SPDX-License-Identifier: Apache-2.0
#include "ops/masked.h"

#include <utility>

#include "cpu/kernels.h"
#include "cpu/places.h"

namespace hearth::cpu {

namespace {

/// The true elements of a mask broadcast to `sizes`, in logical order.
class TrueElements {
 public:
  TrueElements(const Tensor& mask, const DimVector& sizes)
      : mask_(contiguous_raw(mask.detach().expand(sizes))),
        numel_(impl(mask_).numel),
        before_(static_cast<size_t>((numel_ + kChunk - 1) / kChunk)) {
    const auto* m = ptr<uint8_t>(mask_);
    for_chunks([&](size_t chunk, int64_t first, int64_t last) {
      int64_t count = 0;
      for (int64_t i = first; i < last; ++i) count += m[i] != 0;
      before_[chunk] = count;
    });
    for (int64_t& b : before_) count_ += std::exchange(b, count_);
  }

  int64_t count() const { return count_; }

  /// some(positions, n, rank): the next n true elements, the first of which is number `rank`.
  template <class F>
  void each(const F& some) const {
    const auto* m = ptr<uint8_t>(mask_);
    for_chunks([&](size_t chunk, int64_t first, int64_t last) {
      int64_t rank = before_[chunk], at[kBlock];
      for (int64_t i = first; i < last; i += kBlock) {
        const int64_t end = std::min(i + kBlock, last);
        int64_t n = 0;
        // No branch: which elements are true is anybody's guess.
        for (int64_t k = i; k < end; ++k) {
          at[n] = k;
          n += m[k] != 0;
        }
        if (n > 0) some(at, n, rank);
        rank += n;
      }
    });
  }

 private:
  static constexpr int64_t kChunk = kIndexGrain, kBlock = 256;

  template <class F>
  void for_chunks(const F& f) const {
    parallel_for(static_cast<int64_t>(before_.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c)
        f(static_cast<size_t>(c), c * kChunk, std::min((c + 1) * kChunk, numel_));
    });
  }

  const Tensor mask_;
  const int64_t numel_;
  Offsets before_;  ///< how many are true before each chunk
  int64_t count_ = 0;
};

void masked_select(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const DimVector sizes = broadcast_shapes(t.sizes, impl(call.in[1]).sizes, "masked_select");
  const TrueElements elements(call.in[1], sizes);
  const Tensor self = contiguous_raw(call.in[0].detach().expand(sizes));
  const Tensor out = new_tensor({elements.count()}, t.dtype, t.device);
  by_size(t.dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(self);
    T* to = ptr<T>(out);
    elements.each([&](const int64_t* at, int64_t n, int64_t rank) {
      for (int64_t k = 0; k < n; ++k) to[rank + k] = from[at[k]];
    });
  });
  call.out[0] = out;
}

void masked_scatter(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const TrueElements elements(call.in[1], t.sizes);
  const Tensor source = contiguous_raw(call.in[2]);
  HEARTH_CHECK_AS(ShapeError, impl(source).numel >= elements.count(),
                  "[masked_scatter] Number of elements of source < number of ones in mask: ",
                  impl(source).numel, " < ", elements.count());
  const Tensor& out = started(call);
  const Tensor dense = impl(out).contiguous ? out : contiguous_raw(out);
  by_size(t.dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(source);
    T* to = ptr<T>(dense);
    elements.each([&](const int64_t* at, int64_t n, int64_t rank) {
      for (int64_t k = 0; k < n; ++k) to[at[k]] = from[rank + k];
    });
  });
  if (!dense.is_same(out)) copy_raw_into(out, dense);
}

/// Where the elements at these positions of a contiguous tensor lie in each of its dims.
void write_coordinates(const DimVector& sizes, const int64_t* at, int64_t n, int64_t* to) {
  const size_t dims = sizes.size();
  if (dims == 0) return;
  if (dims == 1) {
    std::copy_n(at, n, to);
    return;
  }
  const int64_t width = sizes[dims - 1];
  int64_t row = -1, row_start = 0, row_end = 0;
  for (int64_t k = 0; k < n; ++k, to += dims) {
    if (k == 0 || at[k] >= row_end) {
      // Neighbours mostly lie in one row, or in the next.
      row = k > 0 && at[k] < row_end + width ? row + 1 : at[k] / width;
      row_start = row * width;
      row_end = row_start + width;
      int64_t rest = row;
      for (size_t d = dims - 1; d-- > 1;) {
        to[d] = rest % sizes[d];
        rest /= sizes[d];
      }
      to[0] = rest;
    } else {
      std::copy_n(to - dims, dims - 1, to);
    }
    to[dims - 1] = at[k] - row_start;
  }
}

void nonzero(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const Tensor mask = t.dtype == kBool ? call.in[0] : copy_raw(call.in[0], kBool, kCPU);
  const TrueElements elements(mask, t.sizes);
  const Tensor out = new_tensor({elements.count(), t.dim()}, kLong, t.device);
  int64_t* to = ptr<int64_t>(out);
  elements.each([&](const int64_t* at, int64_t n, int64_t rank) {
    write_coordinates(t.sizes, at, n, to + rank * t.dim());
  });
  call.out[0] = out;
}

}  // namespace

void install_masked() {
  ops::MaskedSelect::row().kernel[0] = &masked_select;
  ops::MaskedScatter::row().kernel[0] = &masked_scatter;
  ops::Nonzero::row().kernel[0] = &nonzero;
}

}  // namespace hearth::cpu
