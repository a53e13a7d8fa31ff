// SPDX-License-Identifier: Apache-2.0
#include "ops/resize.h"

#include <algorithm>
#include <vector>

#include "backends/resize_weights.h"
#include "cpu/image_loop.h"
#include "cpu/kernels.h"
#include "cpu/resize_kernels.h"
#include "tensor/image_layout.h"

namespace hearth::cpu {

namespace {

template <class W>
ResizeWeights<W> forward_weights(const ResizeAxis<W>& axis) {
  ResizeWeights<W> w;
  for (int64_t i = 0; i < axis.out; ++i) {
    const ResizeTaps<W> taps = axis.taps(i);
    for (int64_t k = 0; k < taps.count; ++k) w.add(taps.at(k), taps.weight(k));
    w.end_result();
  }
  w.copies = axis.nearest();
  return w;
}

/// What goes the other way: position p adds up the outputs that it went into.
template <class W>
ResizeWeights<W> backward_weights(const ResizeAxis<W>& axis) {
  const ResizeWeights<W> forward = forward_weights(axis);
  ResizeWeights<W> w;
  w.begin.assign(static_cast<size_t>(axis.in) + 1, 0);
  for (const int32_t p : forward.at) ++w.begin[static_cast<size_t>(p) + 1];
  for (size_t p = 1; p < w.begin.size(); ++p) w.begin[p] += w.begin[p - 1];
  std::vector<int32_t> next = w.begin;
  w.at.resize(forward.at.size());
  w.weights.resize(forward.at.size());
  for (int64_t i = 0; i < axis.out; ++i) {
    const auto r = static_cast<size_t>(i);
    for (auto k = static_cast<size_t>(forward.begin[r]);
         k < static_cast<size_t>(forward.begin[r + 1]); ++k) {
      const auto to = static_cast<size_t>(next[static_cast<size_t>(forward.at[k])]++);
      w.at[to] = static_cast<int32_t>(i);
      w.weights[to] = forward.weights[k];
    }
  }
  return w;
}

const ResizeTable& table() {
  static const ResizeTable& selected = HEARTH_SELECT_ISA(resize_table);
  return selected;
}

/// Resizes volumes dim by dim, a piece of the first dim's results at a time.
template <class T, class W>
class Resizing {
 public:
  /// `x` and `y`: the sizes before and after; one entry of `weights` for each spatial dim.
  Resizing(const TensorImpl& x, const TensorImpl& y, bool channels_last,
           std::vector<ResizeWeights<W>> weights)
      : weights_(std::move(weights)),
        volumes_(channels_last ? x.sizes[0] : x.sizes[0] * x.sizes[1]),
        inner_(channels_last ? x.sizes[1] : 1) {
    in_volume_ = out_volume_ = inner_;
    for (size_t d = 2; d < x.sizes.size(); ++d) {
      in_.push_back(x.sizes[d]);
      out_.push_back(y.sizes[d]);
      in_volume_ *= in_.back();
      out_volume_ *= out_.back();
      taps_.push_back(weights_[d - 2].taps());
    }
    // What shrinks first leaves least to do: from the first dim on, for lines are faster than
    // gathering. Bytes are rounded after each dim, in PyTorch's order.
    for (size_t d = 0; d < in_.size(); ++d)
      if (shrinks(d)) order_.push_back(d);
    for (size_t d = in_.size(); d-- > 0;)
      if (!shrinks(d)) order_.push_back(d);
    const int64_t row = out_volume_ / out_[0], least = std::min<int64_t>(16, out_[0]);
    block_ = std::clamp<int64_t>(kBlock / std::max<int64_t>(row, 1), least, out_[0]);
    blocks_ = (out_[0] + block_ - 1) / block_;
  }

  void run(const char* x, char* y) const {
    int64_t room = 0;
    for (int64_t b = 0; b < blocks_; ++b) room = std::max(room, room_of(piece(b)));
    const int64_t work = std::max<int64_t>((in_volume_ + out_volume_) / blocks_, 1);
    parallel_for(volumes_ * blocks_, 1 + kBlock / work, [&](int64_t begin, int64_t end) {
      Scratch<T> first(static_cast<size_t>(room)), second(static_cast<size_t>(room));
      for (int64_t i = begin; i < end; ++i)
        run_piece(piece(i % blocks_), at(x, i / blocks_ * in_volume_),
                  at(y, i / blocks_ * out_volume_), first.data(), second.data());
    });
  }

 private:
  static constexpr int64_t kBlock = 32768;

  /// Results [begin, end) of the first dim, which read its positions [from, to).
  struct Piece {
    int64_t begin, end, from, to;
  };

  static const T* at(const char* p, int64_t i) { return reinterpret_cast<const T*>(p) + i; }
  static T* at(char* p, int64_t i) { return reinterpret_cast<T*>(p) + i; }
  bool shrinks(size_t d) const { return !std::is_same_v<T, uint8_t> && out_[d] < in_[d]; }

  Piece piece(int64_t b) const {
    const ResizeWeights<W>& w = weights_[0];
    Piece p{b * block_, std::min((b + 1) * block_, out_[0]), in_[0], 0};
    for (auto k = w.begin[static_cast<size_t>(p.begin)]; k < w.begin[static_cast<size_t>(p.end)];
         ++k) {
      const int64_t position = w.at[static_cast<size_t>(k)];
      p.from = std::min(p.from, position);
      p.to = std::max(p.to, position + 1);
    }
    // Nothing is read: one position stands for them.
    if (p.from >= p.to) p.from = 0, p.to = 1;
    return p;
  }
  /// Calls f(dim, sizes before, elements after) for each pass.
  template <class F>
  void for_passes(const Piece& p, const F& f) const {
    DimVector now = in_;
    if (order_[0] != 0) now[0] = p.to - p.from;
    for (const size_t d : order_) {
      const DimVector before = now;
      now[d] = d == 0 ? p.end - p.begin : out_[d];
      int64_t after = inner_;
      for (const int64_t n : now) after *= n;
      f(d, before, after);
    }
  }
  /// The most elements between two passes.
  int64_t room_of(const Piece& p) const {
    int64_t most = 0;
    for_passes(p, [&](size_t d, const DimVector&, int64_t after) {
      if (d != order_.back()) most = std::max(most, after);
    });
    return most;
  }
  void run_piece(const Piece& p, const T* x, T* y, T* spare, T* other) const {
    constexpr size_t kType = std::is_same_v<T, float> ? 0 : std::is_same_v<T, double> ? 1 : 2;
    const bool cuts = order_[0] != 0;
    const T* from = cuts ? x + p.from * (in_volume_ / in_[0]) : x;
    y += p.begin * (out_volume_ / out_[0]);
    for_passes(p, [&](size_t d, const DimVector& before, int64_t) {
      const ResizeWeights<W>& w = weights_[d];
      ResizePass pass{1,
                      before[d],
                      d == 0 ? p.end - p.begin : out_[d],
                      inner_,
                      w.begin.data(),
                      w.at.data(),
                      w.copies ? nullptr : static_cast<const void*>(w.weights.data()),
                      0,
                      taps_[d],
                      w.shift};
      for (size_t k = 0; k < d; ++k) pass.outer *= before[k];
      for (size_t k = d + 1; k < before.size(); ++k) pass.inner *= before[k];
      if (d == 0) {
        pass.begin += p.begin;
        pass.origin = cuts ? p.from : 0;
      }
      T* to = d == order_.back() ? y : spare;
      table().run[kType](pass, from, to);
      from = to;
      std::swap(spare, other);
    });
  }

  std::vector<ResizeWeights<W>> weights_;
  DimVector in_, out_;
  std::vector<int64_t> taps_;
  std::vector<size_t> order_;
  int64_t volumes_, inner_, in_volume_, out_volume_, block_, blocks_;
};

void forward(const Call& call) {
  const auto& op = call.as<ops::Upsample>();
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor x = image_raw(call.in[0], last);
  const Tensor& y = call.out[0];
  if (impl(y).numel == 0) return;
  const TensorImpl &from = impl(x), &to = impl(y);
  ComputeElements ex(x), ey(y);
  ex.load();
  if (from.dtype == kByte) {
    Resizing<uint8_t, int16_t>(from, to, last, weights_of<double>(op, from, to, byte_weights))
        .run(ex.at(0), ey.at(0));
  } else if (from.dtype == kDouble) {
    Resizing<double, double>(from, to, last,
                             weights_of<double>(op, from, to, forward_weights<double>))
        .run(ex.at(0), ey.at(0));
  } else {
    Resizing<float, float>(from, to, last, weights_of<float>(op, from, to, forward_weights<float>))
        .run(ex.at(0), ey.at(0));
  }
  ey.store();
}

void backward(const Call& call) {
  const auto& op = call.as<ops::UpsampleBackward>();
  const bool last = prefers_channels_last(impl(call.in[0]));
  const Tensor g = image_raw(call.in[0], last);
  const Tensor& gx = call.out[0];
  if (impl(gx).numel == 0) return;
  const TensorImpl &from = impl(g), &to = impl(gx);
  ComputeElements eg(g), egx(gx);
  eg.load();
  if (from.dtype == kDouble) {
    Resizing<double, double>(from, to, last,
                             weights_of<double>(op, to, from, backward_weights<double>))
        .run(eg.at(0), egx.at(0));
  } else {
    Resizing<float, float>(from, to, last, weights_of<float>(op, to, from, backward_weights<float>))
        .run(eg.at(0), egx.at(0));
  }
  egx.store();
}

}  // namespace

void install_resize() {
  ops::Upsample::row().kernel[0] = &forward;
  ops::UpsampleBackward::row().kernel[0] = &backward;
}

}  // namespace hearth::cpu
