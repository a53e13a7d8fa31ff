// SPDX-License-Identifier: Apache-2.0
// Activations that are more than a line of pointwise.def.
#include "hearth/ops/activation.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "ops/pointwise_call.h"

namespace hearth {

using namespace ops;

namespace {

Op gelu_op(std::string_view approximate) {
  HEARTH_CHECK_AS(ValueError, approximate == "none" || approximate == "tanh",
                  "[gelu] approximate argument must be either none or tanh, got '", approximate,
                  "'");
  return approximate == "tanh" ? Op::gelu_tanh : Op::gelu_erf;
}

}  // namespace

Tensor gelu(const Tensor& self, std::string_view approximate) {
  return call(gelu_op(approximate), {}, self);
}
Tensor& gelu_(Tensor& self, std::string_view approximate) {
  return call_(gelu_op(approximate), {}, self);
}
Tensor& gelu_out(Tensor& out, const Tensor& self, std::string_view approximate) {
  return call_out(gelu_op(approximate), {}, out, self);
}

Tensor relu6(const Tensor& self) { return hardtanh(self, 0, 6); }
Tensor& relu6_(Tensor& self) { return hardtanh_(self, 0, 6); }
Tensor& relu6_out(Tensor& out, const Tensor& self) { return hardtanh_out(out, self, 0, 6); }

namespace {

constexpr double kSeluAlpha = 1.6732632423543772;
constexpr double kSeluScale = 1.0507009873554805;

/// What celu multiplies the input of the exponential by.
double inverse_alpha(const Scalar& alpha) {
  HEARTH_CHECK_AS(ValueError, alpha.toDouble() != 0,
                  "[celu] ZeroDivisionError: alpha cannot be 0 for CELU");
  return 1 / alpha.toDouble();
}

}  // namespace

Tensor selu(const Tensor& self) { return elu(self, kSeluAlpha, kSeluScale); }
Tensor& selu_(Tensor& self) { return elu_(self, kSeluAlpha, kSeluScale); }
Tensor& selu_out(Tensor& out, const Tensor& self) {
  return elu_out(out, self, kSeluAlpha, kSeluScale);
}

Tensor celu(const Tensor& self, const Scalar& alpha) {
  return elu(self, alpha, 1, inverse_alpha(alpha));
}
Tensor& celu_(Tensor& self, const Scalar& alpha) {
  return elu_(self, alpha, 1, inverse_alpha(alpha));
}
Tensor& celu_out(Tensor& out, const Tensor& self, const Scalar& alpha) {
  return elu_out(out, self, alpha, 1, inverse_alpha(alpha));
}

Tensor glu(const Tensor& self, int64_t dim) {
  HEARTH_CHECK_AS(ShapeError, self.dim() > 0,
                  "[glu] does not support scalars because halving size must be even");
  HEARTH_CHECK_AS(ShapeError, self.size(dim) % 2 == 0,
                  "[glu] Halving dimension must be even, but dimension ", dim, " is size ",
                  self.size(dim));
  HEARTH_CHECK_AS(NotImplementedError, self.is_floating_point(), "[glu] not implemented for '",
                  to_string(self.scalar_type()), "'; expected a floating tensor");
  const auto halves = self.chunk(2, dim);
  return halves[0] * halves[1].sigmoid();
}
Tensor& glu_out(Tensor& out, const Tensor& self, int64_t dim) {
  return copy_out("glu", out, glu(self, dim));
}

namespace {

void check_rrelu(const Scalar& lower, const Scalar& upper) {
  HEARTH_CHECK_AS(ValueError, lower.toDouble() <= upper.toDouble(),
                  "[rrelu] Lower bound should be less than or equal to the upper bound, got ",
                  lower.toDouble(), " and ", upper.toDouble());
}
Scalar mean_slope(const Scalar& lower, const Scalar& upper) {
  return (lower.toDouble() + upper.toDouble()) / 2;
}
/// Fills `noise` with slopes: random ones where self <= 0, else 1.
const Tensor& draw_slopes(const Tensor& noise, const Tensor& self, const Scalar& lower,
                          const Scalar& upper, const std::optional<Generator>& generator) {
  NoGradGuard no_grad;
  noise.uniform_(lower.toDouble(), upper.toDouble(), generator);
  return noise.masked_fill_(self.detach().gt(0), 1);
}

}  // namespace

Tensor rrelu_with_noise(const Tensor& self, Tensor& noise, const Scalar& lower, const Scalar& upper,
                        bool training, std::optional<Generator> generator) {
  check_rrelu(lower, upper);
  HEARTH_CHECK_AS(ShapeError, self.sizes() == noise.sizes(),
                  "[rrelu_with_noise] expected noise of the input's sizes ", self.sizes(),
                  ", but got ", noise.sizes());
  if (!training) return leaky_relu(self, mean_slope(lower, upper));
  return self * draw_slopes(noise, self, lower, upper, generator);
}
Tensor& rrelu_with_noise_(Tensor& self, Tensor& noise, const Scalar& lower, const Scalar& upper,
                          bool training, std::optional<Generator> generator) {
  check_rrelu(lower, upper);
  HEARTH_CHECK_AS(ShapeError, self.sizes() == noise.sizes(),
                  "[rrelu_with_noise_] expected noise of the input's sizes ", self.sizes(),
                  ", but got ", noise.sizes());
  if (!training) return leaky_relu_(self, mean_slope(lower, upper));
  return self.mul_(draw_slopes(noise, self, lower, upper, generator)), self;
}
Tensor rrelu(const Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
             std::optional<Generator> generator) {
  Tensor noise = training ? empty_like(self) : self;
  return rrelu_with_noise(self, noise, lower, upper, training, std::move(generator));
}
Tensor& rrelu_(Tensor& self, const Scalar& lower, const Scalar& upper, bool training,
               std::optional<Generator> generator) {
  Tensor noise = training ? empty_like(self) : self;
  return rrelu_with_noise_(self, noise, lower, upper, training, std::move(generator));
}

Tensor prelu(const Tensor& self, const Tensor& weight) {
  const int64_t channels = self.dim() < 2 ? 1 : self.size(1);
  HEARTH_CHECK_AS(ShapeError, weight.numel() == 1 || weight.numel() == channels,
                  "[prelu] Mismatch of parameter numbers and input channel size. Found parameter "
                  "numbers = ",
                  weight.numel(), " and channel size = ", channels, ".");
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == weight.scalar_type(),
                  "[prelu] Type promoting not supported. Got ", self.scalar_type(), " and ",
                  weight.scalar_type());
  DimVector sizes(static_cast<size_t>(self.dim()), 1);
  if (weight.numel() != 1) sizes[1] = weight.numel();
  return call(Op::prelu, {}, self, weight.reshape(sizes));
}
Tensor Tensor::prelu(const Tensor& weight) const { return hearth::prelu(*this, weight); }

}  // namespace hearth
