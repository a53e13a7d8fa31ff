// SPDX-License-Identifier: Apache-2.0
// From samples to bands in one pass: a block for each frame, whose transform stays in shared
// memory. No number of a frame depends on its neighbours.
#include "hearth/autograd/grad_mode.h"

#include "backends/frame_edge.h"
#include "cuda/kernels.h"
#include "cuda/row.cuh"
#include "cuda/vmath.cuh"
#include "ops/copy.h"
#include "ops/frame_bands.h"

namespace hearth::cuda {

namespace {

/// Complex points of a transform, and half the bands, that a block has room for.
template <class T>
inline constexpr int kMostPoints = 8192 / static_cast<int>(sizeof(T));

/// Stages of a transform: out[k + q N'] of each run of N' r points, for r of the sizes done before,
/// N', is the sum over p of in[.. + p n / r] times a root.
struct Stages {
  int count = 0;
  int radix[32];
};

/// Fours first, for they are cheapest; a prime is a stage of its own.
Stages stages_of(int n) {
  Stages s;
  while (n % 4 == 0) {
    s.radix[s.count++] = 4;
    n /= 4;
  }
  for (int r = 2; n > 1; ++r) {
    if (r * r > n) r = n;
    while (n % r == 0) {
      s.radix[s.count++] = r;
      n /= r;
    }
  }
  return s;
}

template <class T>
struct alignas(2 * sizeof(T)) Point {
  T re, im;
  __device__ Point operator+(const Point& o) const { return {re + o.re, im + o.im}; }
  __device__ Point operator*(const Point& o) const {
    return {re * o.re - im * o.im, re * o.im + im * o.re};
  }
};

/// A matrix [points, bands], and of each band the points that count: [first, end).
template <class T>
struct Bank {
  const T* weights = nullptr;  ///< null: there is none
  const int2* range;
  int points, bands;

  /// Band b of the numbers in shared memory.
  __device__ __forceinline__ T operator()(const T* numbers, int b) const {
    const int2 r = range[b];
    T sum(0);
    for (int k = r.x; k < r.y; ++k) sum += numbers[k] * weights[int64_t{k} * bands + b];
    return sum;
  }
};

template <class T>
void find_ranges(const T* weights, int points, int bands, int2* range) {
  for_each(bands, "frame_bands", [=] __device__(int64_t b) {
    int first = 0, end = points;
    while (first < end && weights[int64_t{first} * bands + b] == T(0)) ++first;
    while (first < end && weights[int64_t{end - 1} * bands + b] == T(0)) --end;
    range[b] = int2{first, end};
  });
}

/// roots[k] = exp(-2 pi i k / n).
template <class T>
void fill_roots(int n, Point<T>* roots) {
  for_each(n, "frame_bands", [=] __device__(int64_t k) {
    double s, c;
    sincospi(-2.0 * static_cast<double>(k) / n, &s, &c);
    roots[k] = {static_cast<T>(c), static_cast<T>(s)};
  });
}

template <class T>
struct Frames {
  const T *signal, *window;
  const Point<T>* roots;
  T *out, *energy;
  int64_t total, length, frames, hop, start;
  int width, n_fft, points, results;
  FrameEdge edge;
  bool paired;  ///< two samples are the parts of a point
  bool remove_dc, windowed_energy, root, log;
  T preemphasis, spectrum_shift, log_factor, log_shift, log_floor;
  Stages stages;
  Bank<T> bank, transform;

  __device__ __forceinline__ T sample(int64_t frame, int j) const {
    const T* own = signal + frame / frames * length;
    const int64_t at = frame_sample(start + frame % frames * hop + j, length, edge);
    return at < 0 ? T(0) : own[at];
  }
  __device__ __forceinline__ T logarithm(T x) const {
    x += log_shift;
    return log_factor * vmath::log(x < log_floor ? log_floor : x);
  }
};

/// All stages, from `in` to whichever of the two it returns. The other is free then.
template <class T>
__device__ __forceinline__ Point<T>* transform_points(const Frames<T>& f, const Block& team, int n,
                                                      Point<T>* in, Point<T>* out) {
  int done = 1;
  for (int s = 0; s < f.stages.count; ++s) {
    const int r = f.stages.radix[s], apart = n / r;
    // A root of the run's length, by the table's.
    const int step = f.n_fft / (done * r);
    for (int o = team.rank; o < n; o += team.size) {
      const int run = o / (done * r), place = o - run * done * r, k = place % done;
      const Point<T>* from = in + run * done + k;
      Point<T> sum = from[0];
      int turn = 0;
      for (int p = 1; p < r; ++p) {
        turn += place * step;
        if (turn >= f.n_fft) turn -= f.n_fft;
        sum = sum + from[p * apart] * f.roots[turn];
      }
      out[o] = sum;
    }
    __syncthreads();
    Point<T>* swap = in;
    in = out;
    out = swap;
    done *= r;
  }
  return in;
}

/// The shaped frame as points, and its energy.
template <class T>
__device__ __forceinline__ void shape_frame(const Frames<T>& f, const Block& team, int64_t frame,
                                            T* samples, T* shaped) {
  T sum(0);
  for (int j = team.rank; j < f.width; j += team.size) {
    const T v = f.sample(frame, j);
    samples[j] = v;
    sum += v;
  }
  // Waits for the samples, too.
  sum = team.all(sum, Add());
  const T mean = f.remove_dc ? sum / static_cast<T>(f.width) : T(0);
  T energy(0);
  for (int j = team.rank; j < f.n_fft; j += team.size) {
    T y(0);
    if (j < f.width) {
      const T x = samples[j] - mean, before = samples[j > 0 ? j - 1 : 0] - mean;
      y = (x - f.preemphasis * before) * f.window[j];
      energy += f.windowed_energy ? y * y : x * x;
    }
    if (f.paired) {
      shaped[j] = y;
    } else {
      shaped[2 * j] = y;
      shaped[2 * j + 1] = T(0);
    }
  }
  energy = team.all(energy, Add());
  if (team.rank == 0) f.energy[frame] = energy;
}

/// Point k of the transform of n_fft samples.
template <class T>
__device__ __forceinline__ Point<T> spectrum_at(const Frames<T>& f, const Point<T>* z, int n,
                                                int k) {
  if (!f.paired) return z[k];
  const Point<T> a = z[k == n ? 0 : k], b = z[k == 0 || k == n ? 0 : n - k];
  const Point<T> even{(a.re + b.re) / 2, (a.im - b.im) / 2};
  const Point<T> odd{(a.im + b.im) / 2, (b.re - a.re) / 2};
  return even + odd * f.roots[k];
}

template <class T>
__global__ void __launch_bounds__(256) frames_kernel(Frames<T> f) {
  __shared__ Point<T> room[2][kMostPoints<T>];
  const Block team{static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)};
  const int n = f.paired ? f.n_fft / 2 : f.n_fft;
  for (int64_t frame = blockIdx.x; frame < f.total; frame += gridDim.x) {
    shape_frame(f, team, frame, &room[1][0].re, &room[0][0].re);
    Point<T>* points = transform_points(f, team, n, room[0], room[1]);
    T* numbers = &(points == room[0] ? room[1] : room[0])[0].re;
    for (int k = team.rank; k < f.points; k += team.size) {
      const Point<T> p = spectrum_at(f, points, n, k);
      const T power = p.re * p.re + p.im * p.im + f.spectrum_shift;
      numbers[k] = f.root ? vmath::sqrt(power) : power;
    }
    __syncthreads();
    int count = f.points;
    if (f.bank.weights) {
      T* bands = &points[0].re;
      count = f.bank.bands;
      for (int b = team.rank; b < count; b += team.size) bands[b] = f.bank(numbers, b);
      numbers = bands;
      __syncthreads();
    }
    if (f.log) {
      for (int b = team.rank; b < count; b += team.size) numbers[b] = f.logarithm(numbers[b]);
      __syncthreads();
    }
    T* to = f.out + frame * f.results;
    for (int b = team.rank; b < f.results; b += team.size)
      to[b] = f.transform.weights ? f.transform(numbers, b) : numbers[b];
    __syncthreads();
  }
}

/// A matrix on its way into a kernel.
template <class T>
class BankOf {
 public:
  explicit BankOf(const Tensor& matrix)
      : matrix_(matrix.defined() ? contiguous_raw(matrix) : matrix),
        range_(matrix.defined() ? static_cast<size_t>(impl(matrix).sizes[1]) * sizeof(int2) : 0) {
    if (!matrix.defined()) return;
    bank_ = {ptr<T>(matrix_), range_.template data<int2>(),
             static_cast<int>(impl(matrix_).sizes[0]), static_cast<int>(impl(matrix_).sizes[1])};
    find_ranges(bank_.weights, bank_.points, bank_.bands, range_.template data<int2>());
  }
  const Bank<T>& get() const { return bank_; }

 private:
  Tensor matrix_;
  Workspace range_;
  Bank<T> bank_{};
};

/// Whether a block has room for a frame.
template <class T>
bool fits(const ops::FrameBands& op, const Call& call) {
  const int64_t points = op.n_fft % 2 == 0 ? op.n_fft / 2 : op.n_fft;
  const int64_t bands = call.in[2].defined() ? impl(call.in[2]).sizes[1] : 0;
  return points <= kMostPoints<T> && bands <= 2 * kMostPoints<T> &&
         impl(call.out[0]).sizes.back() < int64_t{1} << 31;
}

template <class T>
void run(const ops::FrameBands& op, const Call& call) {
  const Tensor signal = contiguous_raw(call.in[0]), window = contiguous_raw(call.in[1]);
  const BankOf<T> bank(call.in[2]), transform(call.in[3]);
  const Workspace roots(static_cast<size_t>(op.n_fft) * sizeof(Point<T>));
  Frames<T> f{};
  f.signal = ptr<T>(signal);
  f.window = ptr<T>(window);
  f.roots = roots.data<Point<T>>();
  f.out = ptr<T>(call.out[0]);
  f.energy = ptr<T>(call.out[1]);
  f.total = impl(call.out[1]).numel;
  f.length = impl(signal).sizes.back();
  f.frames = op.frames;
  f.hop = op.hop;
  f.start = op.start;
  f.width = static_cast<int>(impl(window).numel);
  f.n_fft = static_cast<int>(op.n_fft);
  f.points = call.in[2].defined() ? bank.get().points : f.n_fft / 2 + 1;
  f.results = static_cast<int>(impl(call.out[0]).sizes.back());
  f.edge = op.edge;
  f.paired = op.n_fft % 2 == 0;
  f.remove_dc = op.remove_dc;
  f.windowed_energy = op.windowed_energy;
  f.root = op.power == 1;
  f.log = op.log;
  f.preemphasis = static_cast<T>(op.preemphasis);
  f.spectrum_shift = static_cast<T>(op.spectrum_shift);
  f.log_factor = static_cast<T>(op.log_factor);
  f.log_shift = static_cast<T>(op.log_shift);
  f.log_floor = static_cast<T>(op.log_floor);
  f.stages = stages_of(f.paired ? f.n_fft / 2 : f.n_fft);
  f.bank = bank.get();
  f.transform = transform.get();
  fill_roots(f.n_fft, roots.data<Point<T>>());
  const int threads = std::clamp(power_of_two_at_least(f.n_fft / 4, 256), 32, 256);
  launch_kernel("frame_bands", frames_kernel<T>,
                static_cast<unsigned>(std::min<int64_t>(f.total, int64_t{1} << 30)),
                static_cast<unsigned>(threads), f);
}

/// Frames of any size, by other ops.
void run_decomposed(const Call& call) {
  const NoGradGuard no_grad;
  const Tensors results = call.op.decompose(call.op, call.fields, call.in);
  for (size_t i = 0; i < 2; ++i) copy_raw_into(call.out[i], results[i]);
}

void frame_bands(const Call& call) {
  const auto& op = call.as<ops::FrameBands>();
  if (impl(call.out[1]).numel == 0) return;
  const bool single = call.compute == kFloat;
  if (single ? !fits<float>(op, call) : !fits<double>(op, call)) return run_decomposed(call);
  single ? run<float>(op, call) : run<double>(op, call);
}

}  // namespace

void install_frame_bands() { ops::FrameBands::row().kernel[kSlot] = &frame_bands; }

}  // namespace hearth::cuda
