// SPDX-License-Identifier: Apache-2.0
// Random numbers by rejection: a thread for each element, whose numbers are those of the CPU.
#include "backends/random_counts.h"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "cuda/random_counters.cuh"
#include "ops/random_counts.h"

namespace hearth::cuda {

namespace {

/// What an element is made of: a number of each input, read as double.
struct Given {
  const void* data;
  ScalarType type;

  explicit Given(const Tensor& t) : data(raw_data(t)), type(impl(t).dtype) {}
  __device__ __forceinline__ double operator[](int64_t i) const {
    return load_as<double>(data, type, i);
  }
};

void poisson(const Call& call) {
  const auto& op = call.as<ops::Poisson>();
  const Tensor& out = call.out[0];
  const auto offsets = make_offset_calculator<2>({&out, &call.in[0]}, true);
  const Given rates(call.in[0]);
  void* to = raw_data(out);
  const ScalarType type = impl(out).dtype;
  const Counters counters(op, call);
  Fault* const report = fault();
  for_each(offsets.numel, "poisson", [=] __device__(int64_t i) {
    int64_t at[2];
    offsets.get(i, at);
    const double rate = rates[at[1]];
    if (!is_poisson_rate(rate)) {
      report_value(rate, report, "poisson", "rates that are finite and not negative");
      return;
    }
    store_as(to, type, at[0], draw_poisson(rate, Draws(counters.key(), counters.number(i))));
  });
}

void binomial(const Call& call) {
  const auto& op = call.as<ops::Binomial>();
  const Tensor& out = call.out[0];
  const auto offsets = make_offset_calculator<3>({&out, &call.in[0], &call.in[1]}, true);
  const Given counts(call.in[0]), probs(call.in[1]);
  void* to = raw_data(out);
  const ScalarType type = impl(out).dtype;
  const Counters counters(op, call);
  for_each(offsets.numel, "binomial", [=] __device__(int64_t i) {
    int64_t at[3];
    offsets.get(i, at);
    store_as(to, type, at[0],
             draw_binomial(counts[at[1]], probs[at[2]], Draws(counters.key(), counters.number(i))));
  });
}

void standard_gamma(const Call& call) {
  const auto& op = call.as<ops::StandardGamma>();
  const Tensor& out = call.out[0];
  const auto offsets = make_offset_calculator<2>({&out, &call.in[0]}, true);
  const Given shapes(call.in[0]);
  void* to = raw_data(out);
  const ScalarType type = impl(out).dtype;
  const double least = smallest_normal(type);
  const Counters counters(op, call);
  for_each(offsets.numel, "standard_gamma", [=] __device__(int64_t i) {
    int64_t at[2];
    offsets.get(i, at);
    store_as(to, type, at[0],
             at_least(least, draw_gamma(shapes[at[1]], Draws(counters.key(), counters.number(i)))));
  });
}

}  // namespace

void install_random_counts() {
  ops::Poisson::row().kernel[kSlot] = converting(&poisson);
  ops::Binomial::row().kernel[kSlot] = converting(&binomial);
  ops::StandardGamma::row().kernel[kSlot] = converting(&standard_gamma);
}

}  // namespace hearth::cuda
