// SPDX-License-Identifier: Apache-2.0
#include "cpu/fft_batch.h"

#include <algorithm>

#include "base/parallel.h"
#include "cpu/fft_plan.h"
#include "cpu/scratch.h"
#include "tensor/tensor_impl.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kMostTile = 4096;  // points; tiles of longer transforms leave the caches
constexpr int64_t kLeastRow = 64;    // points worth a matrix of their own

/// Walks over the places of the other dims in order.
template <class T>
class Places {
 public:
  Places(const FftBatch<T>& b, int64_t first) : b_(b) {
    for (size_t d = b.sizes.size(); d-- > 0; first /= b.sizes[d]) {
      index_[d] = first % b.sizes[d];
      in += index_[d] * b.in_strides[d];
      out += index_[d] * b.out_strides[d];
    }
  }
  void next() {
    for (size_t d = b_.sizes.size(); d-- > 0;) {
      in += b_.in_strides[d];
      out += b_.out_strides[d];
      if (++index_[d] < b_.sizes[d]) return;
      in -= index_[d] * b_.in_strides[d];
      out -= index_[d] * b_.out_strides[d];
      index_[d] = 0;
    }
  }

  int64_t in = 0, out = 0;

 private:
  const FftBatch<T>& b_;
  int64_t index_[kMaxRank];
};

template <class T>
class Runner {
 public:
  explicit Runner(const FftBatch<T>& b)
      : b_(b),
        paired_(b.kind != FftKind::Complex && b.n % 2 == 0),
        points_(paired_ ? b.n / 2 : b.n),
        half_(b.n / 2 + 1) {
    if (paired_) roots_ = fft_plan<FftRoots<T>>(b.n);
  }

  void run() {
    int64_t places = 1;
    for (const int64_t s : b_.sizes) places *= s;
    const int64_t lanes = k_.lanes;
    if (points_ > kMostTile || (places <= lanes / 2 && points_ >= kLeastRow)) {
      row_ = fft_plan<FftRowPlan<T>>(points_);
      const int64_t grain = std::max<int64_t>(1, (32 << 10) / points_);
      parallel_for(places, grain, [&](int64_t begin, int64_t end) {
        Places<T> at(b_, begin);
        Scratch<T> room(static_cast<size_t>(b_.kind == FftKind::Complex ? 0 : 2 * b_.n + 2));
        for (int64_t i = begin; i < end; ++i, at.next())
          row(b_.in + at.in, b_.out + at.out, room.data());
      });
      return;
    }
    tile_ = fft_plan<FftTilePlan<T>>(points_);
    const int64_t grain = std::max<int64_t>(1, (16 << 10) / (lanes * points_));
    parallel_for((places + lanes - 1) / lanes, grain, [&](int64_t begin, int64_t end) {
      Scratch<T> x(static_cast<size_t>(tile_->size)), y(static_cast<size_t>(tile_->other_size));
      Places<T> at(b_, begin * lanes);
      const T* from[kMostFftLanes];
      T* to[kMostFftLanes];
      for (int64_t t = begin; t < end; ++t) {
        const int64_t used = std::min(lanes, places - t * lanes);
        for (int64_t i = 0; i < lanes; ++i) {
          from[i] = i < used ? b_.in + at.in : from[0];
          to[i] = i < used ? b_.out + at.out : to[0];
          if (i < used) at.next();
        }
        tile(from, to, used, x.data(), y.data());
      }
    });
  }

 private:
  int in_parts() const { return b_.kind == FftKind::RealToHalf ? 1 : 2; }
  int out_parts() const { return b_.kind == FftKind::HalfToReal ? 1 : 2; }
  T sign() const { return b_.backward ? T(-1) : T(1); }

  /// Where lanes lie; the spare ones repeat the first.
  template <class P>
  FftLanes<P> lanes_at(P* const* first, int64_t stride, int parts, int64_t used) const {
    bool columns = used == k_.lanes;
    for (int64_t i = 1; columns && i < used; ++i) columns = first[i] == first[0] + i * parts;
    const FftLayout layout = stride == parts ? FftLayout::Rows
                             : columns       ? FftLayout::Columns
                                             : FftLayout::Any;
    return {first, stride, parts, parts == 1 && paired_, layout, used};
  }

  void tile(const T* const* from, T* const* to, int64_t used, T* x, T* y) const {
    const FftLanes<const T> in = lanes_at(from, b_.in_stride, in_parts(), used);
    const FftLanes<T> out = lanes_at(to, b_.out_stride, out_parts(), used);
    const int32_t *in_at = tile_->in_at.data(), *out_at = tile_->out_at.data();
    if (b_.kind == FftKind::Complex) {
      k_.load(in, b_.n, b_.backward, x, in_at);
      tile_->run(x, y);
      return k_.store(out, b_.n, b_.backward, x, out_at, b_.scale, b_.scale);
    }
    if (b_.kind == FftKind::RealToHalf) {
      k_.load(in, points_, 0, x, in_at);
      if (b_.window) k_.weigh(x, in_at, b_.window, points_, paired_);
      tile_->run(x, y);
      finish_half(k_.tile, x, out_at);
      return k_.store(out, b_.two_sided ? b_.n : half_, 0, x, out_at, b_.scale, sign() * b_.scale);
    }
    k_.load(in, half_, 0, x, in_at);
    begin_half(k_.tile, x, in_at);
    tile_->run(x, y);
    k_.store(out, points_, paired_, x, out_at, b_.scale, b_.scale);
  }

  /// After the transform of real numbers.
  void finish_half(const FftHalves<T>& k, T* z, FftPlaces at) const {
    if (paired_) k.from_pairs(z, at, roots_->numbers.data(), points_, b_.interior);
    if (b_.two_sided || (!paired_ && b_.interior != T(1)))
      k.mirror(z, at, b_.n, paired_ ? T(1) : b_.interior, T(1));
  }
  /// Before the transform to real numbers: a backward one of pairs, or a forward one of conjugates.
  void begin_half(const FftHalves<T>& k, T* x, FftPlaces at) const {
    if (paired_) return k.to_pairs(x, at, roots_->numbers.data(), points_, b_.interior, -sign());
    k.mirror(x, at, b_.n, b_.interior, sign());
  }

  void row(const T* in, T* out, T* room) const {
    const int64_t from = b_.in_stride, to = b_.out_stride;
    if (b_.kind == FftKind::Complex)
      return row_->run(in, from / 2, out, to / 2, b_.backward, b_.scale);
    if (b_.kind == FftKind::RealToHalf) {
      const int64_t step = paired_ ? 1 : 2;
      for (int64_t i = 0; i < b_.n; ++i) {
        room[i * step] = b_.window ? in[i * from] * b_.window[i] : in[i * from];
        if (!paired_) room[i * step + 1] = T(0);
      }
      row_->run(room, 1, room, 1, false, b_.scale);
      finish_half(k_.row, room, nullptr);
      for (int64_t i = 0; i < (b_.two_sided ? b_.n : half_); ++i) {
        out[i * to] = room[2 * i];
        out[i * to + 1] = sign() * room[2 * i + 1];
      }
      return;
    }
    for (int64_t i = 0; i < half_; ++i) {
      room[2 * i] = in[i * from];
      room[2 * i + 1] = in[i * from + 1];
    }
    begin_half(k_.row, room, nullptr);
    row_->run(room, 1, room, 1, false, b_.scale);
    for (int64_t i = 0; i < b_.n; ++i) out[i * to] = room[paired_ ? i ^ 1 : 2 * i];
  }

  const FftBatch<T>& b_;
  const FftKernels<T>& k_ = fft_kernels<T>();
  const bool paired_;
  const int64_t points_, half_;
  std::shared_ptr<const FftRoots<T>> roots_;
  std::shared_ptr<const FftTilePlan<T>> tile_;
  std::shared_ptr<const FftRowPlan<T>> row_;
};

}  // namespace

template <class T>
void FftBatch<T>::run() const {
  Runner<T>(*this).run();
}
template struct FftBatch<float>;
template struct FftBatch<double>;

}  // namespace hearth::cpu
