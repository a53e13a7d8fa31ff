// SPDX-License-Identifier: Apache-2.0
#include "ops/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "backends/dropout.h"
#include "base/parallel.h"
#include "base/philox.h"
#include "cpu/kernels.h"
#include "cpu/pointwise_kernels.h"
#include "cpu/random_kernels.h"
#include "cpu/stream.h"
#include "ops/copy.h"

namespace hearth::cpu {

const RandomTable& random(Isa isa) { return HEARTH_CALL_ISA(isa, random_table); }

namespace {

using ops::Distribution;
using ops::RandomFill;

constexpr int64_t kChunk = 4096;  // elements; a multiple of the lanes of a counter
constexpr int64_t kGrain = 4;     // chunks worth a second thread

/// `dtype`'s memory of an output, contiguous: the output itself, or a temporary that is copied
/// into it at the end.
class ContiguousOut {
 public:
  explicit ContiguousOut(const Tensor& out)
      : out_(out),
        target_(impl(out).contiguous
                    ? out
                    : new_tensor(impl(out).sizes, impl(out).dtype, impl(out).device)) {}
  const Tensor& get() const { return target_; }
  void finish() const {
    if (!target_.is_same(out_)) copy_raw_into(out_, target_);
  }

 private:
  const Tensor& out_;
  const Tensor target_;
};

template <class F>
void for_chunks(int64_t n, const F& f) {
  parallel_for((n + kChunk - 1) / kChunk, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) f(c * kChunk, std::min(kChunk, n - c * kChunk));
  });
}

/// Fills n elements of type `dtype` at `data` with draw(first, count, T* out), converting.
template <class T, class F>
void fill_as(ScalarType dtype, char* data, int64_t n, const F& draw) {
  const auto convert = HEARTH_SELECT_ISA(convert_table)
                           .convert[static_cast<int>(dtype_of<T>)][static_cast<int>(dtype)];
  const auto size = static_cast<int64_t>(element_size(dtype));
  const bool same = dtype == dtype_of<T>, past_caches = same && streams(n * size);
  for_chunks(n, [&](int64_t first, int64_t count) {
    if (same && !past_caches) {
      draw(first, count, reinterpret_cast<T*>(data) + first);
      return;
    }
    alignas(64) T buffer[kChunk];
    draw(first, count, buffer);
    if (past_caches) {
      Stream().copy(data + first * size, buffer, count * size);
    } else {
      convert(data + first * size, buffer, count);
    }
  });
}

void uniform(const RandomFill& op, int64_t first, int64_t n, float* out) {
  random().uniform_f32(op.seed, op.offset, first, n, out);
}
void uniform(const RandomFill& op, int64_t first, int64_t n, double* out) {
  random().uniform_f64(op.seed, op.offset, first, n, out);
}
void normal(const RandomFill& op, int64_t first, int64_t n, float* out) {
  random().normal_f32(op.seed, op.offset, first, n, out);
}
void normal(const RandomFill& op, int64_t first, int64_t n, double* out) {
  random().normal_f64(op.seed, op.offset, first, n, out);
}

/// `digits`: the precision of the type the numbers are rounded to afterwards.
template <class T>
void draw_real(const RandomFill& op, int digits, int64_t first, int64_t n, T* out) {
  const T a = static_cast<T>(op.a), b = static_cast<T>(op.b);
  switch (op.distribution) {
    case Distribution::Uniform: {
      uniform(op, first, n, out);
      const T steps = static_cast<T>(1 << std::min(digits, 24));
      if (digits < 24)  // so that rounding does not reach 1
        for (int64_t i = 0; i < n; ++i)
          out[i] = static_cast<T>(static_cast<int>(out[i] * steps)) / steps;
      if (a == 0 && b == 1) return;
      for (int64_t i = 0; i < n; ++i) {
        const T v = out[i] * (b - a) + a;
        out[i] = v < b ? v : a;  // rounding may reach b, which is excluded
      }
      return;
    }
    case Distribution::Normal:
      normal(op, first, n, out);
      if (a == 0 && b == 1) return;
      for (int64_t i = 0; i < n; ++i) out[i] = out[i] * b + a;
      return;
    case Distribution::LogNormal:
      normal(op, first, n, out);
      for (int64_t i = 0; i < n; ++i) out[i] = std::exp(out[i] * b + a);
      return;
    case Distribution::Exponential:
      uniform(op, first, n, out);
      // Never 0, so that dividing by it is safe.
      for (int64_t i = 0; i < n; ++i)
        out[i] = std::max(-std::log(1 - out[i]), std::numeric_limits<T>::epsilon() / 2) / a;
      return;
    case Distribution::Cauchy:
      uniform(op, first, n, out);
      for (int64_t i = 0; i < n; ++i)
        out[i] = a + b * std::tan(static_cast<T>(M_PI) * (out[i] - T(0.5)));
      return;
    case Distribution::Geometric:
      uniform(op, first, n, out);
      for (int64_t i = 0; i < n; ++i)
        out[i] = std::max(T(1), std::ceil(std::log(1 - out[i]) / std::log1p(-a)));
      return;
    default:
      return;
  }
}

void draw_bernoulli(const RandomFill& op, int64_t first, int64_t n, bool* out) {
  alignas(64) uint32_t bits[kChunk];
  random().bits32(op.seed, op.offset, first, n, bits);
  const uint32_t last = last_success(op.a);
  const bool possible = op.a > 0;
  for (int64_t i = 0; i < n; ++i) out[i] = possible & (bits[i] <= last);
}

void draw_integers(const RandomFill& op, int64_t first, int64_t n, int64_t* out) {
  const auto from = static_cast<uint64_t>(op.from);
  // The high part of bits * range: fair, and cheaper than a remainder.
  if (!op.wide(kLong)) {
    alignas(64) uint32_t bits[kChunk];
    random().bits32(op.seed, op.offset, first, n, bits);
    for (int64_t i = 0; i < n; ++i)
      out[i] = static_cast<int64_t>(from + ((bits[i] * op.range) >> 32));
    return;
  }
  auto* bits = reinterpret_cast<uint64_t*>(out);
  random().bits64(op.seed, op.offset, first, n, bits);
  if (op.range == 0) {
    for (int64_t i = 0; i < n; ++i) bits[i] += from;
    return;
  }
  for (int64_t i = 0; i < n; ++i)
    bits[i] =
        from + static_cast<uint64_t>((static_cast<unsigned __int128>(bits[i]) * op.range) >> 64);
}

int precision(ScalarType t) { return t == kBFloat16 ? 8 : t == kHalf ? 11 : 24; }

void random_fill(const Call& call) {
  auto op = ops::placed<RandomFill>(call);
  const ContiguousOut out(call.out[0]);
  const TensorImpl& t = impl(out.get());
  if (t.numel == 0) return;
  // A complex number is two real ones.
  const ScalarType dtype = to_real(t.dtype);
  const int64_t n = is_complex(t.dtype) ? 2 * t.numel : t.numel;
  if (is_complex(t.dtype) && op.distribution == Distribution::Normal) op.b /= std::sqrt(2.0);
  char* data = t.data();
  if (op.distribution == Distribution::Bernoulli) {
    fill_as<bool>(t.dtype, data, t.numel, [&](int64_t first, int64_t count, bool* y) {
      draw_bernoulli(op, first, count, y);
    });
  } else if (op.distribution == Distribution::Integer) {
    fill_as<int64_t>(dtype, data, n, [&](int64_t first, int64_t count, int64_t* y) {
      draw_integers(op, first, count, y);
    });
  } else if (dtype == kDouble) {
    fill_as<double>(dtype, data, n, [&](int64_t first, int64_t count, double* y) {
      draw_real(op, 53, first, count, y);
    });
  } else {
    fill_as<float>(dtype, data, n, [&](int64_t first, int64_t count, float* y) {
      draw_real(op, precision(dtype), first, count, y);
    });
  }
  out.finish();
}

void bernoulli(const Call& call) {
  const auto op = ops::placed<ops::Bernoulli>(call);
  const Tensor p = contiguous_raw(copy_raw(call.in[0], kDouble, kCPU));
  const double* probability = ptr<double>(p);
  const ContiguousOut out(call.out[0]);
  const TensorImpl& t = impl(out.get());
  for (int64_t i = 0; i < t.numel; ++i)
    HEARTH_CHECK_AS(ValueError, probability[i] >= 0 && probability[i] <= 1,
                    "[bernoulli] expected probabilities in [0, 1], but element ", i, " is ",
                    probability[i]);
  fill_as<bool>(t.dtype, t.data(), t.numel, [&](int64_t first, int64_t n, bool* y) {
    alignas(64) uint32_t bits[kChunk];
    random().bits32(op.seed, op.offset, first, n, bits);
    for (int64_t i = 0; i < n; ++i) y[i] = bits[i] < probability[first + i] * 0x1p32;
  });
  out.finish();
}

template <class T, class F>
void dropout_as(const ops::Dropout& op, const F& kernel, const Tensor& x, const Tensor& y) {
  const uint32_t last = last_success(1 - op.p);
  const T scale = op.p == 1 ? T(0) : static_cast<T>(1 / (1 - op.p));
  const ScalarType dtype = impl(x).dtype;
  const char* in = raw_data(x);
  const auto size = static_cast<int64_t>(element_size(dtype));
  const auto& convert = HEARTH_SELECT_ISA(convert_table).convert;
  const auto widen = convert[static_cast<int>(dtype)][static_cast<int>(dtype_of<T>)];
  fill_as<T>(dtype, raw_data(y), impl(x).numel, [&](int64_t first, int64_t n, T* out) {
    if (dtype == dtype_of<T>) {
      kernel(op.seed, op.offset, first, n, last, scale, reinterpret_cast<const T*>(in) + first,
             out);
      return;
    }
    widen(out, in + first * size, n);
    kernel(op.seed, op.offset, first, n, last, scale, out, out);
  });
}

void dropout(const Call& call) {
  const auto op = ops::placed<ops::Dropout>(call);
  const Tensor x = contiguous_raw(call.in[0]);
  const ContiguousOut out(call.out[0]);
  if (impl(x).dtype == kDouble) {
    dropout_as<double>(op, random().dropout_f64, x, out.get());
  } else {
    dropout_as<float>(op, random().dropout_f32, x, out.get());
  }
  out.finish();
}

void randperm(const Call& call) {
  const auto op = ops::placed<ops::Randperm>(call);
  std::vector<int64_t> order(static_cast<size_t>(op.n));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::vector<uint64_t> bits(order.size());
  random().bits64(op.seed, op.offset, 0, op.n, bits.data());
  for (size_t i = 0; i + 1 < order.size(); ++i) {
    const auto rest = static_cast<unsigned __int128>(order.size() - i);
    std::swap(order[i], order[i + static_cast<size_t>((bits[i] * rest) >> 64)]);
  }
  HEARTH_SELECT_ISA(convert_table)
      .convert[static_cast<int>(kLong)][static_cast<int>(op.dtype)](raw_data(call.out[0]),
                                                                    order.data(), op.n);
}

/// Checks one row of weights and returns the number of positive ones.
int64_t check_weights(const double* weight, int64_t n) {
  double sum = 0;
  int64_t positive = 0;
  for (int64_t j = 0; j < n; ++j) {
    HEARTH_CHECK_AS(
        ValueError, weight[j] >= 0 && std::isfinite(weight[j]),
        "[multinomial] probability tensor contains either `inf`, `nan` or element < 0: ", weight[j],
        " at index ", j);
    sum += weight[j];
    positive += weight[j] > 0;
  }
  HEARTH_CHECK_AS(
      ValueError, sum > 0 && std::isfinite(sum),
      "[multinomial] invalid multinomial distribution (sum of probabilities <= 0): ", sum);
  return positive;
}

void with_replacement(const ops::Multinomial& op, int64_t row, const double* weight, int64_t n,
                      int64_t* out) {
  std::vector<double> sums(static_cast<size_t>(n));
  std::partial_sum(weight, weight + n, sums.begin());
  int64_t last = n - 1;
  while (weight[last] == 0) --last;
  for (int64_t s = 0; s < op.num_samples; ++s) {
    const double u = philox::uniform_double(
        philox::bits64(op.seed, op.offset, static_cast<uint64_t>(row * op.num_samples + s)));
    const auto at = std::upper_bound(sums.begin(), sums.end(), u * sums.back()) - sums.begin();
    out[s] = std::min<int64_t>(at, last);
  }
}

/// The largest of weight / exponential number are a sample without replacement, in its order.
void without_replacement(const ops::Multinomial& op, int64_t row, const double* weight, int64_t n,
                         int64_t* out) {
  std::vector<double> keys(static_cast<size_t>(n));
  for (int64_t j = 0; j < n; ++j) {
    const double u = philox::uniform_double(
        philox::bits64(op.seed, op.offset, static_cast<uint64_t>(row * n + j)));
    keys[static_cast<size_t>(j)] = weight[j] / std::max(-std::log1p(-u), 0x1p-54);
  }
  std::vector<int64_t> order(keys.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  std::partial_sort(
      order.begin(), order.begin() + op.num_samples, order.end(), [&](int64_t a, int64_t b) {
        const double ka = keys[static_cast<size_t>(a)], kb = keys[static_cast<size_t>(b)];
        return ka != kb ? ka > kb : a < b;
      });
  std::copy_n(order.begin(), op.num_samples, out);
}

void multinomial(const Call& call) {
  const auto op = ops::placed<ops::Multinomial>(call);
  const Tensor weights = contiguous_raw(call.in[0]);
  const TensorImpl& w = impl(weights);
  const int64_t n = w.sizes.back(), rows = w.dim() == 2 ? w.sizes[0] : 1;
  HEARTH_CHECK_AS(ValueError, n > 0 || rows == 0,
                  "[multinomial] cannot sample from an empty distribution");
  const double* weight = ptr<double>(weights);
  int64_t* out = ptr<int64_t>(call.out[0]);
  parallel_for(rows, std::max<int64_t>(1, kChunk / std::max<int64_t>(n, 1)),
               [&](int64_t begin, int64_t end) {
                 for (int64_t r = begin; r < end; ++r) {
                   const int64_t positive = check_weights(weight + r * n, n);
                   HEARTH_CHECK_AS(ValueError, op.replacement || positive >= op.num_samples,
                                   "[multinomial] invalid multinomial distribution (with "
                                   "replacement=False, not enough non-negative category to "
                                   "sample): ",
                                   op.num_samples, " samples of ", positive, " categories");
                   (op.replacement ? with_replacement : without_replacement)(
                       op, r, weight + r * n, n, out + r * op.num_samples);
                 }
               });
}

}  // namespace

void install_random() {
  ops::RandomFill::row().kernel[0] = &random_fill;
  ops::Bernoulli::row().kernel[0] = &bernoulli;
  ops::Dropout::row().kernel[0] = &dropout;
  ops::Randperm::row().kernel[0] = &randperm;
  ops::Multinomial::row().kernel[0] = &multinomial;
}

}  // namespace hearth::cpu
