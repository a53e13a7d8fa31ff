// SPDX-License-Identifier: Apache-2.0
// Random ops. Their seed and first counter are fields, drawn before invoke, so that kernels and
// gradients are functions of their fields: element i by logical index takes its bits from counter
// offset + i / 4 (i / 2 where an element takes 64 bits), as base/philox.h numbers them.
//
// They also take a last argument, two int64 in memory: a seed, which replaces the field, and an
// offset, to which the field is added. Kernels read them when they
// run, so that a recorded step draws other numbers each time it is replayed.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

enum class Distribution : uint8_t {
  Uniform,      ///< [a, b)
  Normal,       ///< mean a, standard deviation b
  Bernoulli,    ///< 1 with probability a
  Integer,      ///< from, ..., from + range - 1; a range of 0 means 2^64
  Exponential,  ///< rate a
  LogNormal,    ///< exp of Normal
  Cauchy,       ///< median a, scale b
  Geometric,    ///< trials until the first success of probability a
};
constexpr Distribution last_value(Distribution) { return Distribution::Geometric; }

/// Where a seed and an offset lie in memory.
inline constexpr Argument kGeneratorMemory{"generator", arg::optional | arg::constant | arg::as_is};
/// The op with the seed and the offset that count: those in the CPU's memory, where there are any.
template <class Op>
Op placed(const Call& call) {
  Op op = call.as<Op>();
  if (const Tensor& memory = call.in.get(Op::info.args.size() - 1); memory.defined()) {
    const int64_t* at = ptr<int64_t>(memory);
    op.seed = static_cast<uint64_t>(at[0]);
    op.offset += static_cast<uint64_t>(at[impl(memory).strides[0]]);
  }
  return op;
}
/// Of the argument `at`.
HEARTH_API void check_generator_memory(Args in, std::string_view op, size_t at = 1);

/// Overwrites a tensor with random numbers; made to run in place.
struct RandomFill {
  Distribution distribution = Distribution::Uniform;
  double a = 0, b = 1;
  int64_t from = 0;
  uint64_t range = 0;
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{
      .name = "random_", .strided = true, .args = {"self", kGeneratorMemory}};
  HEARTH_OP(RandomFill, distribution, a, b, from, range, seed, offset)
  /// Each element takes 64 bits.
  HEARTH_API bool wide(ScalarType t) const;
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  // Nothing of the input's values remains.
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// 1 where a uniform number is below the input, else 0.
struct Bernoulli {
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{.name = "bernoulli", .args = {"self", kGeneratorMemory}};
  HEARTH_OP(Bernoulli, seed, offset)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// Zeroes elements with probability p and scales the others by 1 / (1 - p). Linear in its input,
/// so its gradient is itself with the same counters, and nothing is saved but where they are.
struct Dropout {
  double p = 0.5;
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{
      .name = "dropout", .jvp = Jvp::Linear, .args = {"self", kGeneratorMemory}};
  HEARTH_OP(Dropout, p, seed, offset)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 2}; }
  Grads vjp(const Saved& s, Args g, NeedMask) const;
};

/// A random permutation of 0, ..., n - 1.
struct Randperm {
  int64_t n = 0;
  ScalarType dtype = kLong;
  Device device = kCPU;
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{
      .name = "randperm", .differentiable = false, .args = {kGeneratorMemory}};
  HEARTH_OP(Randperm, n, dtype, device, seed, offset)
  Specs infer(Args in) const;
};

/// Indices drawn with the probabilities in the rows of the input, which need not sum to one.
struct Multinomial {
  int64_t num_samples = 1;
  bool replacement = false;
  uint64_t seed = 0, offset = 0;
  static constexpr OpInfo info{
      .name = "multinomial", .differentiable = false, .args = {"self", kGeneratorMemory}};
  HEARTH_OP(Multinomial, num_samples, replacement, seed, offset)
  Specs infer(Args in) const;
};

}  // namespace hearth::ops
