// SPDX-License-Identifier: Apache-2.0
#include "ops/random.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"

#include "base/checked.h"
#include "base/philox.h"
#include "ops/creation.h"
#include "tensor/host_read.h"
#include "tensor/scalar_range.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(RandomFill)
HEARTH_DEFINE_OP(Bernoulli)
HEARTH_DEFINE_OP(Dropout)
HEARTH_DEFINE_OP(Randperm)
HEARTH_DEFINE_OP(Multinomial)

namespace {

Grads zero_gradient(Args g, size_t inputs) {
  Grads grads(inputs);
  grads[0] = zeros_like(g[0]);
  return grads;
}

}  // namespace

void check_generator_memory(Args in, std::string_view op, size_t at) {
  if (!in.get(at).defined()) return;
  const TensorImpl& t = impl(in[at]);
  HEARTH_CHECK_AS(ShapeError, t.dtype == kLong && t.dim() == 1 && t.numel == 2, "[", op,
                  "] expected a seed and an offset as a tensor of two int64, got ", t.dtype,
                  " of shape ", t.sizes.ref());
}

bool RandomFill::wide(ScalarType t) const {
  // A product of 32 random bits and a small range is fair enough.
  if (distribution == Distribution::Integer) return range == 0 || range > uint64_t{1} << 24;
  if (distribution == Distribution::Bernoulli) return false;
  return t == kDouble || t == kComplexDouble;
}

Specs RandomFill::infer(Args in) const {
  check_generator_memory(in, info.name);
  const ScalarType t = impl(in[0]).dtype;
  HEARTH_CHECK_AS(NotImplementedError,
                  distribution == Distribution::Integer ||
                      distribution == Distribution::Bernoulli || is_floating_point(t) ||
                      (is_complex(t) && (distribution == Distribution::Uniform ||
                                         distribution == Distribution::Normal)),
                  "[random_] random numbers of this distribution are not implemented for '",
                  to_string(t), "'; expected a floating point tensor");
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(t) || distribution != Distribution::Integer,
                  "[random_] random integers are not implemented for '", to_string(t), "'");
  return Spec::like(in[0]);
}
Grads RandomFill::vjp(const Saved& s, Args g, NeedMask) const {
  return zero_gradient(g, s.num_inputs());
}

Specs Bernoulli::infer(Args in) const {
  check_generator_memory(in, info.name);
  const ScalarType t = impl(in[0]).dtype;
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t),
                  "[bernoulli] expected floating point probabilities, got ", t);
  return {Spec::like(in[0]), t};
}
Grads Bernoulli::vjp(const Saved& s, Args g, NeedMask) const {
  return zero_gradient(g, s.num_inputs());
}

Specs Dropout::infer(Args in) const {
  check_generator_memory(in, info.name);
  const ScalarType t = impl(in[0]).dtype;
  HEARTH_CHECK_AS(DtypeError, is_floating_point(t), "[dropout] expected a floating tensor, got ", t,
                  "; convert it with .to(kFloat)");
  return {Spec::like(in[0]), t};
}
Grads Dropout::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(s.num_inputs());
  grads[0] = s.num_inputs() > 1 ? invoke(*this, g[0], s.in(1)) : invoke(*this, g[0]);
  return grads;
}

Specs Randperm::infer(Args in) const {
  check_generator_memory(in, info.name, 0);
  HEARTH_CHECK_AS(DeviceError, !in.get(0).defined() || impl(in[0]).device == device,
                  "[randperm] expected a seed and an offset on ", device, ", got them on ",
                  in[0].device());
  HEARTH_CHECK_AS(ValueError, n >= 0, "[randperm] n must be non-negative, got ", n);
  HEARTH_CHECK_AS(DtypeError, !is_complex(dtype) && dtype != kBool,
                  "[randperm] not implemented for ", dtype);
  return Spec({n}, dtype, device);
}

Specs Multinomial::infer(Args in) const {
  check_generator_memory(in, info.name);
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError, t.dim() == 1 || t.dim() == 2,
                  "[multinomial] prob_dist must be 1 or 2 dim, got sizes ", t.sizes.ref());
  HEARTH_CHECK_AS(DtypeError, is_floating_point(t.dtype),
                  "[multinomial] multinomial only supports floating-point dtypes for input, got: ",
                  to_string(t.dtype));
  HEARTH_CHECK_AS(ValueError, num_samples > 0,
                  "[multinomial] cannot sample n_sample <= 0 samples, got ", num_samples);
  HEARTH_CHECK_AS(ValueError, replacement || num_samples <= t.sizes.back(),
                  "[multinomial] cannot sample n_sample > prob_dist.size(-1) samples without "
                  "replacement: ",
                  num_samples, " of ", t.sizes.back());
  DimVector sizes = t.sizes;
  sizes[sizes.size() - 1] = num_samples;
  return {Spec(std::move(sizes), kLong, t.device), kDouble};
}

}  // namespace ops

namespace {

using ops::Distribution;

/// Takes the counters of n elements.
GeneratorState draw(const std::optional<Generator>& generator, int64_t n, bool wide) {
  Generator g = generator ? *generator : default_generator();
  return g.reserve(philox::counters_for(static_cast<uint64_t>(n), wide ? 2 : 4));
}

const Tensor& fill(const Tensor& self, ops::RandomFill op,
                   const std::optional<Generator>& generator) {
  const int64_t parts = self.is_complex() ? 2 : 1;
  const GeneratorState state = draw(generator, self.numel() * parts, op.wide(self.scalar_type()));
  op.seed = state.seed;
  op.offset = state.offset;
  return invoke_(op, self);
}

/// Whether dropout would do anything.
bool drops(const Tensor& input, double p, bool train) {
  HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1,
                  "[dropout] dropout probability has to be between 0 and 1, but got ", p);
  return train && p > 0 && input.numel() > 0;
}

ops::Dropout dropout_op(const Tensor& input, double p) {
  const GeneratorState state = draw({}, input.numel(), false);
  return {p, state.seed, state.offset};
}

/// 0 or 1 for each of the first two dims (features) or for each element.
Tensor keep_mask(const Tensor& input, double p, bool features) {
  DimVector sizes(input.sizes());
  if (features) {
    HEARTH_CHECK_AS(ShapeError, sizes.size() >= 2,
                    "[feature_dropout] Feature dropout requires at least 2 dimensions in the "
                    "input, got sizes ",
                    input.sizes());
    for (size_t d = 2; d < sizes.size(); ++d) sizes[d] = 1;
  }
  NoGradGuard no_grad;
  return empty(sizes, input.options()).bernoulli_(1 - p);
}

Tensor feature_scale(const Tensor& input, double p) {
  const Tensor mask = keep_mask(input, p, true);
  return p == 1 ? mask : mask.div_(1 - p);
}

/// What alpha dropout multiplies by and adds.
struct Affine {
  Tensor scale, shift;
};
Affine alpha_affine(const Tensor& input, double p, bool features) {
  constexpr double kAlpha = 1.7580993408473766;
  const Tensor mask = keep_mask(input, p, features);
  if (p == 1) return {mask, mask};
  const double a = 1 / std::sqrt((kAlpha * kAlpha * p + 1) * (1 - p));
  // Dropped elements become -alpha, before the affine map that restores mean and variance.
  return {mask * a, (mask - 1) * (kAlpha * a) + kAlpha * a * p};
}

Tensor alpha(const Tensor& input, double p, bool train, bool features) {
  if (!drops(input, p, train)) return input;
  const Affine map = alpha_affine(input, p, features);
  return input * map.scale + map.shift;
}
Tensor& alpha_(Tensor& self, double p, bool train, bool features) {
  if (!drops(self, p, train)) return self;
  const Affine map = alpha_affine(self, p, features);
  self.mul_(map.scale).add_(map.shift);
  return self;
}

/// A new tensor filled by `init`, with requires_grad as options ask.
template <class F>
Tensor make(IntArrayRef sizes, const TensorOptions& options, const F& init) {
  Tensor out = empty(sizes, options.requires_grad(false));
  init(out);
  if (options.requires_grad()) out.set_requires_grad(true);
  return out;
}
template <class F>
Tensor make_like(const Tensor& other, const TensorOptions& options,
                 std::optional<MemoryFormat> format, const F& init) {
  Tensor out = empty_like(other, options.requires_grad(false), format);
  init(out);
  if (options.requires_grad()) out.set_requires_grad(true);
  return out;
}

/// The number of integers from 0 that a type holds exactly.
uint64_t exact_integers(ScalarType t) {
  switch (t) {
    case kBool:
      return 2;
    case kHalf:
      return (1u << 11) + 1;
    case kBFloat16:
      return (1u << 8) + 1;
    case kFloat:
      return (1u << 24) + 1;
    case kDouble:
      return (uint64_t{1} << 53) + 1;
    case kByte:
      return 256;
    default:
      return uint64_t{1} << (8 * element_size(t) - 1);
  }
}

/// Throws unless the type reaches from `first` to `last`.
void check_random_bounds(ScalarType t, int64_t first, int64_t last) {
  bool fits = true;
  if (is_integral(t, true)) {
    const auto most = static_cast<int64_t>(exact_integers(t) - 1);
    fits = first >= (t == kBool || t == kByte ? 0 : -most - 1) && last <= most;
  } else if (is_floating_point(t)) {
    const double most = largest_of(t);
    fits = static_cast<double>(first) >= -most && static_cast<double>(last) <= most;
  }
  HEARTH_CHECK_AS(ValueError, fits, "[random_] integers from ", first, " to ", last,
                  " are out of bounds for ", dtype_name(t));
}

}  // namespace

// ---- filling

const Tensor& Tensor::uniform_(double from, double to, std::optional<Generator> generator) const {
  const ScalarType type = to_real(scalar_type());
  const double largest = largest_of(type);
  HEARTH_CHECK_AS(ValueError, std::abs(from) <= largest && std::abs(to) <= largest,
                  "[uniform_] from=", from, " and to=", to, " are out of bounds for ", type);
  HEARTH_CHECK_AS(ValueError, from <= to,
                  "[uniform_] uniform_ expects to return a [from, to) range, but found from=", from,
                  " > to=", to);
  HEARTH_CHECK_AS(ValueError, to - from <= largest,
                  "[uniform_] uniform_ expects to-from <= ", largest, ", the largest ", type,
                  ", but found from=", from, ", to=", to);
  return fill(*this, {.distribution = Distribution::Uniform, .a = from, .b = to}, generator);
}
const Tensor& Tensor::normal_(double mean, double std, std::optional<Generator> generator) const {
  HEARTH_CHECK_AS(ValueError, std >= 0, "[normal_] normal expects std >= 0.0, but found std ", std);
  return fill(*this, {.distribution = Distribution::Normal, .a = mean, .b = std}, generator);
}
const Tensor& Tensor::bernoulli_(double p, std::optional<Generator> generator) const {
  HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1,
                  "[bernoulli_] bernoulli_ expects p to be in [0, 1], but got p=", p);
  return fill(*this, {.distribution = Distribution::Bernoulli, .a = p}, generator);
}
const Tensor& Tensor::bernoulli_(const Tensor& p, std::optional<Generator> generator) const {
  NoGradGuard no_grad;
  return copy_(hearth::bernoulli(p.expand(sizes()), std::move(generator)));
}
const Tensor& Tensor::exponential_(double lambd, std::optional<Generator> generator) const {
  HEARTH_CHECK_AS(ValueError, lambd > 0,
                  "[exponential_] exponential_ expects lambda > 0.0, but found lambda=", lambd);
  return fill(*this, {.distribution = Distribution::Exponential, .a = lambd}, generator);
}
const Tensor& Tensor::log_normal_(double mean, double std,
                                  std::optional<Generator> generator) const {
  HEARTH_CHECK_AS(ValueError, std > 0,
                  "[log_normal_] log_normal_ expects std > 0.0, but found std=", std);
  return fill(*this, {.distribution = Distribution::LogNormal, .a = mean, .b = std}, generator);
}
const Tensor& Tensor::cauchy_(double median, double sigma,
                              std::optional<Generator> generator) const {
  HEARTH_CHECK_AS(ValueError, sigma > 0,
                  "[cauchy_] cauchy_ expects sigma > 0.0, but found sigma=", sigma);
  return fill(*this, {.distribution = Distribution::Cauchy, .a = median, .b = sigma}, generator);
}
const Tensor& Tensor::geometric_(double p, std::optional<Generator> generator) const {
  HEARTH_CHECK_AS(ValueError, p > 0 && p < 1,
                  "[geometric_] geometric_ expects p to be in (0, 1), but got p=", p);
  if (is_integral(scalar_type()) && scalar_type() != kBool)
    return copy_(empty(sizes(), options().dtype(kDouble)).geometric_(p, generator));
  return fill(*this, {.distribution = Distribution::Geometric, .a = p}, generator);
}

const Tensor& Tensor::random_(std::optional<Generator> generator) const {
  return fill(*this,
              {.distribution = Distribution::Integer, .range = exact_integers(scalar_type())},
              generator);
}
const Tensor& Tensor::random_(int64_t to, std::optional<Generator> generator) const {
  return random_(0, to, std::move(generator));
}
const Tensor& Tensor::random_(int64_t from, std::optional<int64_t> to,
                              std::optional<Generator> generator) const {
  const ScalarType t = scalar_type();
  if (!to) {
    // Up to the largest integer the type holds.
    const uint64_t last = exact_integers(t) - 1;
    HEARTH_CHECK_AS(ValueError, from <= static_cast<int64_t>(last),
                    "[random_] random_ expects 'from' to be at most ", last, ", but got ", from);
    check_random_bounds(t, from, from);
    return fill(*this,
                {.distribution = Distribution::Integer,
                 .from = from,
                 .range = last - static_cast<uint64_t>(from) + 1},
                generator);
  }
  HEARTH_CHECK_AS(ValueError, from < *to,
                  "[random_] random_ expects 'from' to be less than 'to', but got from=", from,
                  " >= to=", *to);
  check_random_bounds(t, from, *to - 1);
  return fill(*this,
              {.distribution = Distribution::Integer,
               .from = from,
               .range = static_cast<uint64_t>(*to) - static_cast<uint64_t>(from)},
              generator);
}

// ---- creation

Tensor rand(IntArrayRef sizes, std::optional<Generator> generator, const TensorOptions& options) {
  return make(sizes, options, [&](const Tensor& t) { t.uniform_(0, 1, generator); });
}
Tensor rand(IntArrayRef sizes, const TensorOptions& options) {
  return rand(sizes, std::nullopt, options);
}
Tensor rand_like(const Tensor& other, std::optional<Generator> generator,
                 const TensorOptions& options, std::optional<MemoryFormat> format) {
  return make_like(other, options, format, [&](const Tensor& t) { t.uniform_(0, 1, generator); });
}
Tensor rand_like(const Tensor& other, const TensorOptions& options,
                 std::optional<MemoryFormat> format) {
  return rand_like(other, std::nullopt, options, format);
}
Tensor randn(IntArrayRef sizes, std::optional<Generator> generator, const TensorOptions& options) {
  return make(sizes, options, [&](const Tensor& t) { t.normal_(0, 1, generator); });
}
Tensor randn(IntArrayRef sizes, const TensorOptions& options) {
  return randn(sizes, std::nullopt, options);
}
Tensor randn_like(const Tensor& other, std::optional<Generator> generator,
                  const TensorOptions& options, std::optional<MemoryFormat> format) {
  return make_like(other, options, format, [&](const Tensor& t) { t.normal_(0, 1, generator); });
}
Tensor randn_like(const Tensor& other, const TensorOptions& options,
                  std::optional<MemoryFormat> format) {
  return randn_like(other, std::nullopt, options, format);
}
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, std::optional<Generator> generator,
               const TensorOptions& options) {
  return make(sizes, options.dtype(options.dtype_opt().value_or(kLong)),
              [&](const Tensor& t) { t.random_(low, high, generator); });
}
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, const TensorOptions& options) {
  return randint(low, high, sizes, std::nullopt, options);
}
Tensor randint(int64_t high, IntArrayRef sizes, std::optional<Generator> generator,
               const TensorOptions& options) {
  return randint(0, high, sizes, std::move(generator), options);
}
Tensor randint(int64_t high, IntArrayRef sizes, const TensorOptions& options) {
  return randint(0, high, sizes, std::nullopt, options);
}
Tensor randint_like(const Tensor& other, int64_t low, int64_t high,
                    std::optional<Generator> generator, const TensorOptions& options,
                    std::optional<MemoryFormat> format) {
  return make_like(other, options, format,
                   [&](const Tensor& t) { t.random_(low, high, generator); });
}
Tensor randint_like(const Tensor& other, int64_t low, int64_t high, const TensorOptions& options,
                    std::optional<MemoryFormat> format) {
  return randint_like(other, low, high, std::nullopt, options, format);
}
Tensor randint_like(const Tensor& other, int64_t high, const TensorOptions& options,
                    std::optional<MemoryFormat> format) {
  return randint_like(other, 0, high, std::nullopt, options, format);
}
Tensor randint_like(const Tensor& other, int64_t high, std::optional<Generator> generator,
                    const TensorOptions& options, std::optional<MemoryFormat> format) {
  return randint_like(other, 0, high, std::move(generator), options, format);
}
Tensor randint_like(const Tensor& other, const Tensor& high, std::optional<Generator> generator,
                    const TensorOptions& options, std::optional<MemoryFormat> format) {
  HEARTH_CHECK_AS(ValueError, high.defined() && high.numel() == 1 && high.device().is_cpu(),
                  "[randint_like] high must be a scalar tensor and on CPU");
  return randint_like(other, 0, high.item<int64_t>(), std::move(generator), options, format);
}
Tensor randint_like(const Tensor& other, const Tensor& high, const TensorOptions& options,
                    std::optional<MemoryFormat> format) {
  return randint_like(other, high, std::nullopt, options, format);
}
Tensor randperm(int64_t n, std::optional<Generator> generator, const TensorOptions& options) {
  HEARTH_CHECK_AS(ValueError, n >= 0, "[randperm] n must be non-negative, got ", n);
  const GeneratorState state = draw(generator, n, true);
  Tensor out = invoke(ops::Randperm{n, options.dtype_opt().value_or(kLong), ops::device_of(options),
                                    state.seed, state.offset});
  if (options.requires_grad()) out.set_requires_grad(true);
  return out;
}
Tensor randperm(int64_t n, const TensorOptions& options) {
  return randperm(n, std::nullopt, options);
}

// ---- distributions of tensors

Tensor bernoulli(const Tensor& self, std::optional<Generator> generator) {
  const GeneratorState state = draw(generator, self.numel(), false);
  return invoke(ops::Bernoulli{state.seed, state.offset}, self);
}
Tensor bernoulli(const Tensor& self, double p, std::optional<Generator> generator) {
  return empty_like(self).bernoulli_(p, std::move(generator));
}
Tensor Tensor::bernoulli(std::optional<Generator> generator) const {
  return hearth::bernoulli(*this, std::move(generator));
}
Tensor Tensor::bernoulli(double p, std::optional<Generator> generator) const {
  return hearth::bernoulli(*this, p, std::move(generator));
}

Tensor multinomial(const Tensor& self, int64_t num_samples, bool replacement,
                   std::optional<Generator> generator) {
  const int64_t rows = self.dim() == 2 ? self.size(0) : 1;
  // Without replacement every weight gets a number, with it every sample does.
  const int64_t n = replacement ? (Checked(rows) * std::max<int64_t>(num_samples, 0))
                                      .get("multinomial", "num_samples ", num_samples)
                                : self.numel();
  const GeneratorState state = draw(generator, n, true);
  return invoke(ops::Multinomial{num_samples, replacement, state.seed, state.offset}, self);
}
Tensor Tensor::multinomial(int64_t num_samples, bool replacement,
                           std::optional<Generator> generator) const {
  return hearth::multinomial(*this, num_samples, replacement, std::move(generator));
}

namespace {

void check_deviations(const Tensor& std) {
  HEARTH_CHECK_AS(DtypeError, !std.is_complex(),
                  "[normal] normal expects standard deviation to be non-complex");
  if (std.numel() == 0 || std.is_meta()) return;
  HEARTH_CHECK_AS(ValueError, std.min().ge(0).item<bool>(),
                  "[normal] normal expects all elements of std >= 0.0");
}

}  // namespace

Tensor normal(const Tensor& mean, const Tensor& std, std::optional<Generator> generator) {
  NoGradGuard no_grad;
  check_deviations(std);
  const DimVector sizes = broadcast_shapes(mean.sizes(), std.sizes(), "normal");
  return empty(sizes, mean.options()).normal_(0, 1, std::move(generator)).mul_(std).add_(mean);
}
Tensor normal(const Tensor& mean, double std, std::optional<Generator> generator) {
  NoGradGuard no_grad;
  return empty_like(mean).normal_(0, std, std::move(generator)).add_(mean);
}
Tensor normal(double mean, const Tensor& std, std::optional<Generator> generator) {
  NoGradGuard no_grad;
  check_deviations(std);
  return empty_like(std).normal_(0, 1, std::move(generator)).mul_(std).add_(mean);
}
Tensor normal(double mean, double std, IntArrayRef size, std::optional<Generator> generator,
              const TensorOptions& options) {
  return make(size, options, [&](const Tensor& t) { t.normal_(mean, std, generator); });
}

// ---- dropout

Tensor dropout(const Tensor& input, double p, bool train) {
  // Both parts of a complex number share their fate.
  if (input.is_complex())
    return input * dropout(ones(input.sizes(),
                                TensorOptions(to_real(input.scalar_type())).device(input.device())),
                           p, train);
  return drops(input, p, train) ? invoke(dropout_op(input, p), input) : input;
}
Tensor& dropout_(Tensor& self, double p, bool train) {
  if (drops(self, p, train)) invoke_(dropout_op(self, p), self);
  return self;
}
Tensor feature_dropout(const Tensor& input, double p, bool train) {
  return drops(input, p, train) ? input * feature_scale(input, p) : input;
}
Tensor& feature_dropout_(Tensor& self, double p, bool train) {
  if (drops(self, p, train)) self.mul_(feature_scale(self, p));
  return self;
}
Tensor alpha_dropout(const Tensor& input, double p, bool train) {
  return alpha(input, p, train, false);
}
Tensor& alpha_dropout_(Tensor& self, double p, bool train) { return alpha_(self, p, train, false); }
Tensor feature_alpha_dropout(const Tensor& input, double p, bool train) {
  return alpha(input, p, train, true);
}
Tensor& feature_alpha_dropout_(Tensor& self, double p, bool train) {
  return alpha_(self, p, train, true);
}

GeneratorState::operator Tensor() const {
  Tensor bytes = new_tensor({sizeof *this}, kByte, kCPU);
  std::memcpy(raw_data(bytes), this, sizeof *this);
  return bytes;
}
void Generator::set_state(const Tensor& state) {
  HEARTH_CHECK_AS(DtypeError,
                  state.defined() && state.device().is_cpu() && state.scalar_type() == kByte &&
                      state.numel() == sizeof(GeneratorState),
                  "[set_state] RNG state must be a ByteTensor of ", sizeof(GeneratorState),
                  " elements on the CPU, as get_state() gives it, got ",
                  state.defined() ? state.toString() : std::string("an undefined tensor"),
                  state.defined() ? cat_str(" of ", state.numel()) : std::string());
  check_host_read("Generator::set_state", SourceLocation::current());
  GeneratorState numbers;
  const Tensor bytes = state.contiguous();
  std::memcpy(&numbers, raw_data(bytes), sizeof numbers);
  set_state(numbers);
}

}  // namespace hearth
