// SPDX-License-Identifier: Apache-2.0
#include "ops/frame_bands.h"

#include <algorithm>
#include <vector>

#include "backends/frame_edge.h"
#include "base/parallel.h"
#include "cpu/fft_plan.h"
#include "cpu/frame_kernels.h"
#include "cpu/kernels.h"
#include "cpu/scratch.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

template <class T>
const FrameKernels<T>& frame_kernels() {
  if constexpr (std::is_same_v<T, float>) {
    static const FrameKernels<float>& k = HEARTH_SELECT_ISA(frames_float);
    return k;
  } else {
    static const FrameKernels<double>& k = HEARTH_SELECT_ISA(frames_double);
    return k;
  }
}

/// The points of each band of a matrix [points, bands].
template <class T>
class Bank {
 public:
  explicit Bank(const Tensor& matrix)
      : points_(impl(matrix).sizes[0]),
        bands_(impl(matrix).sizes[1]),
        first_(static_cast<size_t>(bands_)),
        count_(static_cast<size_t>(bands_)),
        weights_(static_cast<size_t>(bands_)),
        numbers_(static_cast<size_t>(points_ * bands_)) {
    const T* m = ptr<T>(matrix);
    T* to = numbers_.data();
    for (int64_t b = 0; b < bands_; ++b) {
      int64_t begin = 0, end = points_;
      while (begin < end && m[begin * bands_ + b] == T(0)) ++begin;
      while (begin < end && m[(end - 1) * bands_ + b] == T(0)) --end;
      const auto i = static_cast<size_t>(b);
      first_[i] = static_cast<int32_t>(begin);
      count_[i] = static_cast<int32_t>(end - begin);
      weights_[i] = to;
      for (int64_t k = begin; k < end; ++k) *to++ = m[k * bands_ + b];
    }
  }
  int64_t points() const { return points_; }
  int64_t bands() const { return bands_; }
  FrameBank<T> get() const { return {bands_, first_.data(), count_.data(), weights_.data()}; }

 private:
  int64_t points_, bands_;
  std::vector<int32_t> first_, count_;
  std::vector<const T*> weights_;
  Scratch<T> numbers_;
};

template <class T>
class Runner {
 public:
  explicit Runner(const Call& call)
      : op_(call.as<ops::FrameBands>()),
        signal_(contiguous_raw(call.in[0])),
        window_(contiguous_raw(call.in[1])),
        length_(impl(signal_).sizes.back()),
        results_(impl(call.out[0]).sizes.back()),
        total_(impl(call.out[1]).numel),
        out_(ptr<T>(call.out[0])),
        energy_(ptr<T>(call.out[1])),
        points_(op_.n_fft / 2 + 1) {
    const bool paired = op_.n_fft % 2 == 0;
    shape_ = {impl(window_).numel,
              op_.n_fft,
              ptr<T>(window_),
              op_.remove_dc,
              static_cast<T>(op_.preemphasis),
              op_.windowed_energy,
              paired};
    plan_ = fft_plan<FftTilePlan<T>>(paired ? op_.n_fft / 2 : op_.n_fft);
    if (paired) roots_ = fft_plan<FftRoots<T>>(op_.n_fft);
    if (call.in[2].defined()) {
      bank_.emplace(contiguous_raw(call.in[2]));
      points_ = bank_->points();
    }
    bands_ = bank_ ? bank_->bands() : points_;
    if (call.in[3].defined()) transform_.emplace(contiguous_raw(call.in[3]));
  }

  void run() const {
    const int64_t tiles = (total_ + k_.lanes - 1) / k_.lanes;
    const int64_t grain = std::max<int64_t>(1, (16 << 10) / (k_.lanes * op_.n_fft));
    parallel_for(tiles, grain, [&](int64_t begin, int64_t end) {
      Room room(*this);
      for (int64_t t = begin; t < end; ++t) tile(t * k_.lanes, room);
    });
  }

 private:
  /// A thread's working memory.
  struct Room {
    explicit Room(const Runner& r)
        : lines(lines_of(std::max(r.shape_.width, r.points_), r)),
          bands(r.bank_ ? lines_of(r.bands_, r) : 0),
          results(r.transform_ ? lines_of(r.results_, r) : 0),
          tile(static_cast<size_t>(r.plan_->size)),
          other(static_cast<size_t>(r.plan_->other_size)),
          edges(lines_of(r.shape_.width, r)) {}
    static size_t lines_of(int64_t n, const Runner& r) {
      return static_cast<size_t>(n * r.k_.lanes);
    }
    Scratch<T> lines, bands, results, tile, other, edges;
  };

  /// Frame i of all signals' frames; copied to `room` where it reaches over the signal's ends.
  const T* frame(int64_t i, T* room) const {
    const T* signal = ptr<T>(signal_) + i / op_.frames * length_;
    const int64_t first = op_.start + i % op_.frames * op_.hop, width = shape_.width;
    if (first >= 0 && first <= length_ - width) return signal + first;
    for (int64_t j = 0; j < width; ++j) {
      const int64_t at = frame_sample(first + j, length_, op_.edge);
      room[j] = at < 0 ? T(0) : signal[at];
    }
    return room;
  }

  /// The frames from `first` on, as many as there are lanes, the last one repeated.
  void tile(int64_t first, Room& room) const {
    const int64_t used = std::min<int64_t>(k_.lanes, total_ - first);
    const T* frames[kMostFftLanes];
    T* rows[kMostFftLanes];
    for (int64_t l = 0; l < k_.lanes; ++l) {
      const int64_t i = first + std::min(l, used - 1);
      frames[l] = l < used ? frame(i, room.edges.data() + l * shape_.width) : frames[l - 1];
      rows[l] = out_ + i * results_;
    }
    T *lines = room.lines.data(), *tile = room.tile.data();
    T energy[kMostFftLanes];
    k_.load(frames, shape_.width, lines);
    k_.shape(shape_, lines, tile, plan_->in_at.data(), energy);
    std::copy_n(energy, used, energy_ + first);
    plan_->run(tile, room.other.data());
    if (shape_.paired)
      fft_kernels<T>().tile.from_pairs(tile, plan_->out_at.data(), roots_->numbers.data(),
                                       op_.n_fft / 2, T(1));
    k_.spectrum(tile, plan_->out_at.data(), points_, static_cast<T>(op_.spectrum_shift),
                op_.power == 1, lines);
    if (bank_) {
      k_.bands(bank_->get(), lines, room.bands.data());
      lines = room.bands.data();
    }
    if (op_.log)
      k_.log(lines, bands_ * k_.lanes, static_cast<T>(op_.log_factor),
             static_cast<T>(op_.log_shift), static_cast<T>(op_.log_floor));
    if (transform_) {
      k_.bands(transform_->get(), lines, room.results.data());
      lines = room.results.data();
    }
    k_.store(lines, results_, rows, used);
  }

  const ops::FrameBands& op_;
  const FrameKernels<T>& k_ = frame_kernels<T>();
  const Tensor signal_, window_;
  const int64_t length_, results_, total_;
  T *const out_, *const energy_;
  int64_t points_;  ///< of a spectrum, that are looked at
  int64_t bands_;
  FrameShape<T> shape_;
  std::shared_ptr<const FftTilePlan<T>> plan_;
  std::shared_ptr<const FftRoots<T>> roots_;
  std::optional<Bank<T>> bank_, transform_;
};

void frame_bands(const Call& call) {
  if (impl(call.out[1]).numel == 0) return;
  call.compute == kFloat ? Runner<float>(call).run() : Runner<double>(call).run();
}

}  // namespace

void install_frame_bands() { ops::FrameBands::row().kernel[0] = &frame_bands; }

}  // namespace hearth::cpu
