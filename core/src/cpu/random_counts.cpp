// SPDX-License-Identifier: Apache-2.0
#include "ops/random_counts.h"

#include "backends/random_counts.h"
#include "base/parallel.h"
#include "cpu/kernels.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// Fills an output with draw(i), of doubles.
template <class F>
void fill(const Tensor& out, const F& draw) {
  const Tensor numbers = impl(out).dtype == kDouble && impl(out).contiguous
                             ? out
                             : new_tensor(impl(out).sizes, kDouble, kCPU);
  double* to = ptr<double>(numbers);
  parallel_for(impl(out).numel, 256, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = draw(i);
  });
  if (!numbers.is_same(out)) copy_raw_into(out, numbers);
}

void poisson(const Call& call) {
  const auto op = ops::placed<ops::Poisson>(call);
  const Tensor rates = contiguous_raw(call.in[0]);
  const double* rate = ptr<double>(rates);
  for (int64_t i = 0; i < impl(rates).numel; ++i)
    HEARTH_CHECK_AS(
        ValueError, is_poisson_rate(rate[i]),
        "[poisson] invalid Poisson rate, expected rate to be non-negative and finite, got ",
        rate[i]);
  fill(call.out[0], [&](int64_t i) {
    return draw_poisson(rate[i], Draws(op.seed, op.offset + static_cast<uint64_t>(i)));
  });
}

void binomial(const Call& call) {
  const auto op = ops::placed<ops::Binomial>(call);
  const auto& sizes = impl(call.out[0]).sizes;
  const Tensor counts = contiguous_raw(call.in[0].detach().expand(sizes));
  const Tensor probs = contiguous_raw(call.in[1].detach().expand(sizes));
  const double *count = ptr<double>(counts), *prob = ptr<double>(probs);
  fill(call.out[0], [&](int64_t i) {
    return draw_binomial(count[i], prob[i], Draws(op.seed, op.offset + static_cast<uint64_t>(i)));
  });
}

void standard_gamma(const Call& call) {
  const auto op = ops::placed<ops::StandardGamma>(call);
  const Tensor shapes = contiguous_raw(call.in[0]);
  const double* shape = ptr<double>(shapes);
  const double least = smallest_normal(impl(call.out[0]).dtype);
  fill(call.out[0], [&](int64_t i) {
    return at_least(least,
                    draw_gamma(shape[i], Draws(op.seed, op.offset + static_cast<uint64_t>(i))));
  });
}

}  // namespace

void install_random_counts() {
  ops::Poisson::row().kernel[0] = &poisson;
  ops::Binomial::row().kernel[0] = &binomial;
  ops::StandardGamma::row().kernel[0] = &standard_gamma;
}

}  // namespace hearth::cpu
