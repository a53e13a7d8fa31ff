// SPDX-License-Identifier: Apache-2.0
#include "cpu/fft_plan.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <mutex>
#include <numbers>

#include "base/parallel.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kMostPrime = 31;  // among the radices; those above 5 take their square of steps
constexpr size_t kKeptPlans = 32;   // of each kind
constexpr int64_t kLeastMatrix = 64, kLeastColumn = 4;

/// The cosine and sine of 2 pi k / n.
struct Root {
  long double cosine, sine;
  Root(int64_t k, int64_t n) {
    k %= n;
    const int64_t quarter = 4 * k / n, rest = 4 * k - quarter * n;
    const long double unit = std::numbers::pi_v<long double> / 2 / static_cast<long double>(n);
    const bool near = 2 * rest <= n;
    const long double angle = unit * static_cast<long double>(near ? rest : n - rest);
    const long double a = std::cos(angle), b = std::sin(angle);
    const long double c = near ? a : b, s = near ? b : a;
    const long double cosines[4] = {c, -s, -c, s}, sines[4] = {s, c, -s, -c};
    cosine = cosines[quarter];
    sine = sines[quarter];
  }
};

template <class T>
void push(std::vector<T>& to, long double re, long double im) {
  to.push_back(static_cast<T>(re));
  to.push_back(static_cast<T>(im));
}

/// The radices of n in the order of the passes. None for a length that passes do not serve.
std::vector<int64_t> radices(int64_t n) {
  std::vector<int64_t> r;
  int twos = 0;
  for (; n % 2 == 0; n /= 2) ++twos;
  for (int64_t p = 3; p <= kMostPrime; p += 2)
    for (; n % p == 0; n /= p) r.push_back(p);
  if (n > 1) return {};
  for (; twos > 4 || twos == 3; twos -= 3) r.push_back(8);
  for (; twos > 1; twos -= 2) r.push_back(4);
  if (twos == 1) r.push_back(2);
  return r;
}
bool has_passes(int64_t n) { return n == 1 || !radices(n).empty(); }

/// The least length from n on without factors but 2, 3 and 5.
int64_t padded_length(int64_t n) {
  int64_t best = 1;
  while (best < n) best *= 2;
  for (int64_t fives = 1; fives < best; fives *= 5)
    for (int64_t odd = fives; odd < best; odd *= 3) {
      int64_t m = odd;
      while (m < n) m *= 2;
      best = std::min(best, m);
    }
  return best;
}

/// The largest divisor of n up to its square root.
int64_t middle_divisor(int64_t n) {
  auto d = static_cast<int64_t>(std::sqrt(static_cast<double>(n)));
  while (n % d != 0) --d;
  return d;
}

/// Complex numbers at `first`, `stride` of them apart.
template <class T>
T* at(T* first, int64_t i, int64_t stride) {
  return first + 2 * i * stride;
}

}  // namespace

template <>
const FftKernels<float>& fft_kernels() {
  static const FftKernels<float>& selected = HEARTH_SELECT_ISA(fft_float);
  return selected;
}
template <>
const FftKernels<double>& fft_kernels() {
  static const FftKernels<double>& selected = HEARTH_SELECT_ISA(fft_double);
  return selected;
}

template <class T>
FftChirp<T>::FftChirp(int64_t n) : m(padded_length(2 * n - 1)) {
  std::vector<double> wave(static_cast<size_t>(2 * m));
  for (int64_t k = 0; k < n; ++k) {
    const auto square = static_cast<int64_t>(static_cast<__int128>(k) * k % (2 * n));
    const Root r(square, 2 * n);
    push(chirp, r.cosine, -r.sine);
    push(conjugates, r.cosine, r.sine);
    for (const int64_t i : {k, (m - k) % m}) {
      wave[static_cast<size_t>(2 * i)] = static_cast<double>(r.cosine);
      wave[static_cast<size_t>(2 * i + 1)] = static_cast<double>(r.sine);
    }
  }
  fft_plan<FftRowPlan<double>>(m)->run(wave.data(), 1, wave.data(), 1, false,
                                       1 / static_cast<double>(m));
  spectrum.assign(wave.begin(), wave.end());
}

template <class T>
FftTilePlan<T>::FftTilePlan(int64_t length) : n(length), other_size(0) {
  const int64_t point = 2 * fft_kernels<T>().lanes;
  int64_t end = 0;  // points a tile needs, gaps included
  if (has_passes(n)) {
    int64_t left = n;
    std::vector<size_t> twiddles, roots;
    for (const int64_t r : radices(n)) {
      const int64_t groups = left / r;
      twiddles.push_back(numbers.size());
      for (int64_t g = 0; g < groups; ++g)
        for (int64_t k = 1; k < r; ++k) {
          const Root w(g * k, left);
          push(numbers, w.cosine, -w.sine);
        }
      roots.push_back(numbers.size());
      for (int64_t k = 0; k < r; ++k) numbers.push_back(static_cast<T>(Root(k, r).cosine));
      for (int64_t k = 0; k < r; ++k) numbers.push_back(static_cast<T>(Root(k, r).sine));
      // A gap after each part keeps the points of the first pass from meeting in a set of the
      // cache.
      passes.push_back({r, groups, groups + (passes.empty() && r < n ? 1 : 0), nullptr, nullptr});
      left = groups;
    }
    for (size_t i = 0; i < passes.size(); ++i) {
      passes[i].twiddles = numbers.data() + twiddles[i];
      passes[i].roots = numbers.data() + roots[i];
    }
    for (int64_t i = 0; i < n; ++i) {
      const int64_t parts = passes.empty() ? 1 : passes[0].groups;
      const int64_t in = passes.empty() ? 0 : i / parts * passes[0].stride + i % parts;
      int64_t out = 0, rest = i;
      for (const FftPass<T>& p : passes) {
        out += rest % p.radix * p.stride;
        rest /= p.radix;
      }
      in_at.push_back(static_cast<int32_t>(in * point));
      out_at.push_back(static_cast<int32_t>(out * point));
      end = std::max(end, in + 1);
    }
  } else {
    chirp = fft_plan<FftChirp<T>>(n);
    padded = fft_plan<FftTilePlan>(chirp->m);
    end = padded->size / point;
    other_size = padded->size;
    in_at = padded->in_at;
    in_at.resize(static_cast<size_t>(n));
    out_at = in_at;
  }
  for (int64_t i = 0; i <= n; ++i, ++end) {
    in_at.push_back(static_cast<int32_t>(end * point));
    out_at.push_back(static_cast<int32_t>(end * point));
  }
  size = end * point;
}

template <class T>
void FftTilePlan<T>::run(T* x, T* y) const {
  const FftKernels<T>& k = fft_kernels<T>();
  if (!chirp) return k.transform(passes.data(), static_cast<int64_t>(passes.size()), x);
  const int32_t *in = padded->in_at.data(), *out = padded->out_at.data();
  k.multiply(x, in, chirp->chirp.data(), n, 0, x, in);
  for (int64_t i = n; i < chirp->m; ++i) std::fill_n(x + in[i], 2 * k.lanes, T(0));
  padded->run(x, nullptr);
  k.multiply(x, out, chirp->spectrum.data(), chirp->m, 1, y, in);
  padded->run(y, nullptr);
  // The conjugates, because what is multiplied still has its parts swapped.
  k.multiply(y, out, chirp->conjugates.data(), n, 1, x, in);
}

template <class T>
FftRowPlan<T>::FftRowPlan(int64_t length) : n(length) {
  const bool passes = has_passes(n);
  const int64_t rows = passes ? middle_divisor(n) : 1, columns = n / rows;
  if (n >= kLeastMatrix && !passes) {
    chirp = fft_plan<FftChirp<T>>(n);
    padded = fft_plan<FftRowPlan>(chirp->m);
  } else if (n >= kLeastMatrix && rows >= kLeastColumn) {
    // Point (i, j) is multiplied by the root of i * j: with j = first of a tile + lane, by that of
    // i * first and that of i * lane.
    column = fft_plan<FftTilePlan<T>>(rows);
    row = fft_plan<FftTilePlan<T>>(columns);
    const int width = fft_kernels<T>().lanes;
    for (int64_t i = 0; i < rows; ++i) {
      for (int lane = 0; lane < width; ++lane)
        lanes.push_back(static_cast<T>(Root(i * lane, n).cosine));
      for (int lane = 0; lane < width; ++lane)
        lanes.push_back(static_cast<T>(-Root(i * lane, n).sine));
    }
    for (int64_t first = 0; first < columns; first += width)
      for (int64_t i = 0; i < rows; ++i) {
        const Root w(i * first, n);
        push(bases, w.cosine, -w.sine);
      }
  } else {
    row = fft_plan<FftTilePlan<T>>(n);
  }
}

template <class T>
void FftRowPlan<T>::run(const T* in, int64_t in_stride, T* out, int64_t out_stride, bool backward,
                        T scale) const {
  if (chirp) return run_chirp(in, in_stride, out, out_stride, backward, scale);
  if (column) return run_matrix(in, in_stride, out, out_stride, backward, scale);
  run_lane(in, in_stride, out, out_stride, backward, scale);
}

template <class T>
void FftRowPlan<T>::run_lane(const T* in, int64_t in_stride, T* out, int64_t out_stride,
                             bool backward, T scale) const {
  const FftKernels<T>& k = fft_kernels<T>();
  Scratch<T> tile(static_cast<size_t>(row->size)), other(static_cast<size_t>(row->other_size));
  const T* from[kMostFftLanes];
  std::fill(from, from + k.lanes, in);
  k.load({from, 2 * in_stride, 2, false, FftLayout::Any, 1}, n, backward, tile.data(),
         row->in_at.data());
  row->run(tile.data(), other.data());
  k.store({&out, 2 * out_stride, 2, false, FftLayout::Any, 1}, n, backward, tile.data(),
          row->out_at.data(), scale, scale);
}

template <class T>
void FftRowPlan<T>::run_matrix(const T* in, int64_t in_stride, T* out, int64_t out_stride,
                               bool backward, T scale) const {
  const FftKernels<T>& k = fft_kernels<T>();
  const int64_t rows = column->n, columns = row->n, width = k.lanes;
  const auto layout = [&](int64_t stride, int64_t used) {
    return stride == 1 && used == width ? FftLayout::Columns : FftLayout::Any;
  };
  Scratch<T> between(static_cast<size_t>(2 * n));
  T* const matrix = between.data();
  const int64_t grain = std::max<int64_t>(1, (16 << 10) / (width * rows));
  parallel_for((columns + width - 1) / width, grain, [&](int64_t begin, int64_t end) {
    Scratch<T> x(static_cast<size_t>(column->size));
    const T* from[kMostFftLanes];
    T* to[kMostFftLanes];
    for (int64_t tile = begin; tile < end; ++tile) {
      const int64_t first = tile * width, used = std::min(width, columns - first);
      for (int64_t i = 0; i < width; ++i) {
        const int64_t j = i < used ? first + i : first;
        from[i] = at(in, j, in_stride);
        to[i] = at(matrix, j, 1);
      }
      k.load({from, 2 * columns * in_stride, 2, false, layout(in_stride, used), used}, rows,
             backward, x.data(), column->in_at.data());
      column->run(x.data(), nullptr);
      k.twist(x.data(), column->out_at.data(), bases.data() + 2 * tile * rows, lanes.data(), rows);
      k.store({to, 2 * columns, 2, false, layout(1, used), used}, rows, 0, x.data(),
              column->out_at.data(), T(1), T(1));
    }
  });
  parallel_for((rows + width - 1) / width, grain, [&](int64_t begin, int64_t end) {
    Scratch<T> x(static_cast<size_t>(row->size));
    const T* from[kMostFftLanes];
    T* to[kMostFftLanes];
    for (int64_t tile = begin; tile < end; ++tile) {
      const int64_t first = tile * width, used = std::min(width, rows - first);
      for (int64_t i = 0; i < width; ++i) {
        const int64_t j = i < used ? first + i : first;
        from[i] = at(matrix, j, columns);
        to[i] = at(out, j, out_stride);
      }
      k.load({from, 2, 2, false, FftLayout::Rows, used}, columns, 0, x.data(), row->in_at.data());
      row->run(x.data(), nullptr);
      k.store({to, 2 * rows * out_stride, 2, false, layout(out_stride, used), used}, columns,
              backward, x.data(), row->out_at.data(), scale, scale);
    }
  });
}

template <class T>
void FftRowPlan<T>::run_chirp(const T* in, int64_t in_stride, T* out, int64_t out_stride,
                              bool backward, T scale) const {
  Scratch<T> longer(static_cast<size_t>(2 * chirp->m));
  T* const a = longer.data();
  const int re = backward, im = !backward;
  const auto multiply = [](T* to, const T* x, const T* y) {
    const T real = x[0] * y[0] - x[1] * y[1];
    to[1] = x[0] * y[1] + x[1] * y[0];
    to[0] = real;
  };
  for (int64_t i = 0; i < n; ++i) {
    const T* x = at(in, i, in_stride);
    const T z[2] = {x[re], x[im]};
    multiply(a + 2 * i, z, chirp->chirp.data() + 2 * i);
  }
  std::fill(a + 2 * n, a + 2 * chirp->m, T(0));
  padded->run(a, 1, a, 1, false, T(1));
  for (int64_t i = 0; i < chirp->m; ++i)
    multiply(a + 2 * i, a + 2 * i, chirp->spectrum.data() + 2 * i);
  padded->run(a, 1, a, 1, true, scale);
  for (int64_t i = 0; i < n; ++i) {
    T z[2];
    multiply(z, a + 2 * i, chirp->chirp.data() + 2 * i);
    T* y = at(out, i, out_stride);
    y[re] = z[0];
    y[im] = z[1];
  }
}

template <class T>
FftRoots<T>::FftRoots(int64_t n) {
  for (int64_t k = 0; k <= n / 4; ++k) {
    const Root r(k, n);
    push(numbers, r.cosine, r.sine);
  }
}

namespace {

/// The plans last used, the latest first.
template <class Plan>
class PlanCache {
 public:
  std::shared_ptr<const Plan> get(int64_t n) {
    if (auto kept = find(n)) return kept;
    // Without the lock: making one may ask for others.
    auto made = std::make_shared<const Plan>(n);
    const std::lock_guard lock(mutex_);
    plans_.emplace_front(n, made);
    if (plans_.size() > kKeptPlans) plans_.pop_back();
    return made;
  }

 private:
  std::shared_ptr<const Plan> find(int64_t n) {
    const std::lock_guard lock(mutex_);
    for (auto i = plans_.begin(); i != plans_.end(); ++i)
      if (i->first == n) {
        plans_.splice(plans_.begin(), plans_, i);
        return i->second;
      }
    return nullptr;
  }

  std::mutex mutex_;
  std::list<std::pair<int64_t, std::shared_ptr<const Plan>>> plans_;
};

}  // namespace

template <class Plan>
std::shared_ptr<const Plan> fft_plan(int64_t n) {
  static auto& cache = *new PlanCache<Plan>;  // still there when static objects go
  return cache.get(n);
}

#define HEARTH_PLANS(T)                                                             \
  template struct FftChirp<T>;                                                      \
  template struct FftTilePlan<T>;                                                   \
  template struct FftRowPlan<T>;                                                    \
  template struct FftRoots<T>;                                                      \
  template std::shared_ptr<const FftTilePlan<T>> fft_plan<FftTilePlan<T>>(int64_t); \
  template std::shared_ptr<const FftRowPlan<T>> fft_plan<FftRowPlan<T>>(int64_t);   \
  template std::shared_ptr<const FftRoots<T>> fft_plan<FftRoots<T>>(int64_t);
HEARTH_PLANS(float)
HEARTH_PLANS(double)
#undef HEARTH_PLANS

}  // namespace hearth::cpu
