// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/distribution.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"

#include "ops/pointwise_call.h"
#include "ops/random_counts.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Poisson)
HEARTH_DEFINE_OP(Binomial)
HEARTH_DEFINE_OP(StandardGamma)

Specs Poisson::infer(Args in) const {
  check_generator_memory(in, info.name);
  const ScalarType t = impl(in[0]).dtype;
  HEARTH_CHECK_AS(DtypeError, is_floating_point(t), "[poisson] expected floating point rates, got ",
                  t);
  return {Spec::like(in[0]), kDouble};
}
Grads Poisson::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(s.num_inputs());
  grads[0] = zeros_like(g[0]);
  return grads;
}

Specs Binomial::infer(Args in) const {
  check_generator_memory(in, info.name, 2);
  const TensorImpl &count = impl(in[0]), &prob = impl(in[1]);
  HEARTH_CHECK_AS(DtypeError, is_floating_point(count.dtype) && is_floating_point(prob.dtype),
                  "[binomial] binomial only supports floating-point dtypes, got: ",
                  to_string(count.dtype), " for count and ", to_string(prob.dtype), " for prob");
  HEARTH_CHECK_AS(DtypeError, count.dtype == prob.dtype, "[binomial] Found dtype ",
                  to_string(prob.dtype), " for prob but expected ", to_string(count.dtype));
  return {Spec(broadcast_shapes(count.sizes, prob.sizes, "binomial"), count.dtype, count.device),
          kDouble};
}
Grads Binomial::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(s.num_inputs());
  for (size_t i = 0; i < 2; ++i)
    if (need[i]) grads[i] = zeros_like(g[0]);
  return grads;
}

Specs StandardGamma::infer(Args in) const {
  check_generator_memory(in, info.name);
  const ScalarType t = impl(in[0]).dtype;
  HEARTH_CHECK_AS(DtypeError, is_floating_point(t),
                  "[_standard_gamma] expected floating point shapes, got ", t);
  return {Spec::like(in[0]), kDouble};
}
Grads StandardGamma::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(s.num_inputs());
  grads[0] = g[0] * _standard_gamma_grad(s.in(0), s.out(0));
  return grads;
}

}  // namespace ops

namespace {

/// Takes a counter for each of n elements.
GeneratorState draw(const std::optional<Generator>& generator, int64_t n) {
  Generator g = generator ? *generator : default_generator();
  return g.reserve(static_cast<uint64_t>(n));
}

/// `out` with these sizes, to be filled by drawing.
Tensor& sized(Tensor& out, IntArrayRef sizes) {
  out.resize_(sizes);
  return out;
}

}  // namespace

Tensor poisson(const Tensor& self, std::optional<Generator> generator) {
  const GeneratorState state = draw(generator, self.numel());
  return invoke(ops::Poisson{state.seed, state.offset}, self);
}
Tensor binomial(const Tensor& count, const Tensor& prob, std::optional<Generator> generator) {
  const DimVector sizes = broadcast_shapes(count.sizes(), prob.sizes(), "binomial");
  const GeneratorState state = draw(generator, checked_numel(sizes));
  return invoke(ops::Binomial{state.seed, state.offset}, count, prob);
}
Tensor _standard_gamma(const Tensor& self, std::optional<Generator> generator) {
  const GeneratorState state = draw(generator, self.numel());
  return invoke(ops::StandardGamma{state.seed, state.offset}, self);
}
Tensor _standard_gamma_grad(const Tensor& self, const Tensor& output) {
  // -(dP / d shape) / (dP / d x), of the side on which the distribution function P is exact. The
  // step is small beside the distance over which P changes.
  const Tensor shape = self.to(kDouble), x = output.to(kDouble);
  const Tensor step = minimum(shape, shape.sqrt()) * 1e-4;
  const Tensor above = shape + step, below = shape - step;
  const Tensor lower = igamma(below, x) - igamma(above, x);
  const Tensor upper = igammac(above, x) - igammac(below, x);
  const Tensor density = ((shape - 1) * x.log() - x - lgamma(shape)).exp();
  return (where(x > shape, upper, lower) / (2 * step * density)).to(self.scalar_type());
}
Tensor _sample_dirichlet(const Tensor& self, std::optional<Generator> generator) {
  const Tensor parts = _standard_gamma(self, std::move(generator));
  return parts / parts.sum(-1, true);
}
Tensor bernoulli(const Tensor& self, const Tensor& p, std::optional<Generator> generator) {
  return empty_like(self).bernoulli_(p, std::move(generator));
}
Tensor normal_functional(const Tensor& self, double mean, double std,
                         std::optional<Generator> generator) {
  return empty_like(self).normal_(mean, std, std::move(generator));
}
std::tuple<Tensor, Tensor> native_dropout(const Tensor& input, double p,
                                          std::optional<bool> train) {
  const TensorOptions bools = input.options().dtype(kBool).requires_grad(false);
  if (!train.value_or(true) || input.numel() == 0) return {input.clone(), ones_like(input, bools)};
  HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1,
                  "[native_dropout] dropout probability has to be between 0 and 1, but got ", p);
  const Tensor mask = empty_like(input, bools).bernoulli_(1 - p);
  return {input * mask * (p == 1 ? 0 : 1 / (1 - p)), mask};
}

Tensor& poisson_out(Tensor& out, const Tensor& self, std::optional<Generator> generator) {
  return ops::copy_out("poisson", out, poisson(self, std::move(generator)));
}
Tensor& binomial_out(Tensor& out, const Tensor& count, const Tensor& prob,
                     std::optional<Generator> generator) {
  return ops::copy_out("binomial", out, binomial(count, prob, std::move(generator)));
}
Tensor& bernoulli_out(Tensor& out, const Tensor& self, std::optional<Generator> generator) {
  return ops::copy_out("bernoulli", out, bernoulli(self, std::move(generator)));
}
Tensor& bernoulli_out(Tensor& out, const Tensor& self, double p,
                      std::optional<Generator> generator) {
  sized(out, self.sizes()).bernoulli_(p, std::move(generator));
  return out;
}
Tensor& bernoulli_out(Tensor& out, const Tensor& self, const Tensor& p,
                      std::optional<Generator> generator) {
  sized(out, self.sizes()).bernoulli_(p, std::move(generator));
  return out;
}
Tensor& multinomial_out(Tensor& out, const Tensor& self, int64_t num_samples, bool replacement,
                        std::optional<Generator> generator) {
  HEARTH_CHECK_AS(DtypeError, out.scalar_type() == kLong,
                  "[multinomial] expects Long tensor out, got: ", to_string(out.scalar_type()));
  return ops::copy_out("multinomial", out,
                       multinomial(self, num_samples, replacement, std::move(generator)));
}
Tensor& normal_out(Tensor& out, const Tensor& mean, double std,
                   std::optional<Generator> generator) {
  return ops::copy_out("normal", out, normal(mean, std, std::move(generator)));
}
Tensor& normal_out(Tensor& out, double mean, const Tensor& std,
                   std::optional<Generator> generator) {
  return ops::copy_out("normal", out, normal(mean, std, std::move(generator)));
}
Tensor& normal_out(Tensor& out, const Tensor& mean, const Tensor& std,
                   std::optional<Generator> generator) {
  return ops::copy_out("normal", out, normal(mean, std, std::move(generator)));
}
Tensor& normal_out(Tensor& out, double mean, double std, IntArrayRef sizes,
                   std::optional<Generator> generator) {
  sized(out, sizes).normal_(mean, std, std::move(generator));
  return out;
}
Tensor& rand_out(Tensor& out, IntArrayRef sizes, std::optional<Generator> generator) {
  sized(out, sizes).uniform_(0, 1, std::move(generator));
  return out;
}
Tensor& randn_out(Tensor& out, IntArrayRef sizes, std::optional<Generator> generator) {
  return normal_out(out, 0.0, 1.0, sizes, std::move(generator));
}
Tensor& randint_out(Tensor& out, int64_t low, int64_t high, IntArrayRef sizes,
                    std::optional<Generator> generator) {
  sized(out, sizes).random_(low, high, std::move(generator));
  return out;
}
Tensor& randint_out(Tensor& out, int64_t high, IntArrayRef sizes,
                    std::optional<Generator> generator) {
  return randint_out(out, 0, high, sizes, std::move(generator));
}
Tensor& randperm_out(Tensor& out, int64_t n, std::optional<Generator> generator) {
  return ops::copy_out(
      "randperm", out,
      randperm(n, std::move(generator), TensorOptions(out.scalar_type()).device(out.device())));
}

}  // namespace hearth
