// SPDX-License-Identifier: Apache-2.0
#include "ops/filter.h"

#include "hearth/ops/conv.h"
#include "hearth/ops/filter.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(AllPole)
HEARTH_DEFINE_OP(PolyphaseResample)

namespace {

/// The type of a filter's result, and the one it is computed in.
std::pair<ScalarType, ScalarType> filter_types(std::string_view op, Args in) {
  const ScalarType type = promote_types(impl(in[0]).dtype, impl(in[1]).dtype);
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(type), "[", op,
                  "] expected floating-point tensors, but got ", to_string(impl(in[0]).dtype),
                  " and ", to_string(impl(in[1]).dtype));
  return {type, type == kDouble ? kDouble : kFloat};
}

}  // namespace

Specs AllPole::infer(Args in) const {
  const auto [type, compute] = filter_types(info.name, in);
  const TensorImpl &x = impl(in[0]), &a = impl(in[1]);
  const size_t n = x.sizes.size(), m = a.sizes.size();
  bool fits = m > 0 && m <= n && a.sizes[m - 1] > 0;
  for (size_t d = 2; fits && d <= m; ++d)
    fits = a.sizes[m - d] == 1 || a.sizes[m - d] == x.sizes[n - d];
  HEARTH_CHECK_AS(ShapeError, fits, "[", info.name,
                  "] expected self [..., time] and coefficients [..., order], whose leading dims "
                  "broadcast to those of self, but got ",
                  x.sizes.ref(), " and ", a.sizes.ref());
  return {Spec(x.sizes, type, x.device), compute};
}

Grads AllPole::vjp(const Saved& s, Args g, NeedMask need) const {
  const Tensor a = s.in(1), dx = invoke(AllPole{!reverse}, g[0], a);
  Grads grads;
  grads.push_back(need[0] ? dx : Tensor());
  grads.push_back(Tensor());
  if (!need[1]) return grads;
  const int64_t order = a.size(-1), n = dx.size(-1);
  // Row n of these windows holds the outputs that x[n] was computed from.
  const Tensor padded = constant_pad_nd(
      s.out(), reverse ? std::vector<int64_t>{0, order} : std::vector<int64_t>{order, 0});
  const Tensor windows = padded.unfold(-1, order, 1).narrow(-2, reverse ? 1 : 0, n);
  const Tensor products = matmul(dx.unsqueeze(-2), windows).squeeze(-2).neg();
  grads[1] = reverse ? products : products.flip({-1});
  return grads;
}

Specs PolyphaseResample::infer(Args in) const {
  const auto [type, compute] = filter_types(info.name, in);
  const TensorImpl &x = impl(in[0]), &h = impl(in[1]);
  HEARTH_CHECK_AS(ShapeError, x.sizes.size() > 0, "[", info.name,
                  "] expected self [..., time], but got a tensor without dims");
  HEARTH_CHECK_AS(ShapeError,
                  h.sizes.size() == 2 && h.sizes[0] > 0 && h.sizes[1] > 0 && h.sizes[1] % 2 == 0,
                  "[", info.name, "] expected filters [new, 2 * width], but got ", h.sizes.ref());
  const int64_t fresh = h.sizes[0];
  HEARTH_CHECK_AS(ValueError, orig > 0 && phase >= 0 && phase < fresh, "[", info.name,
                  "] expected orig > 0 and phase in [0, ", fresh, "), but got ", orig, " and ",
                  phase);
  DimVector sizes = x.sizes;
  int64_t& time = sizes[sizes.size() - 1];
  const int64_t shift = (Checked(phase) * orig).get(info.name, "phase ", phase) / fresh;
  const int64_t scaled =
      ((Checked(time) + shift) * fresh + (orig - 1))
          .get(info.name, "samples ", time, " at a ratio of ", fresh, " to ", orig);
  time = std::max<int64_t>(0, scaled / orig - phase);
  return {Spec(std::move(sizes), type, x.device), compute};
}

Tensors PolyphaseResample::decompose(Args in) const {
  const Spec spec = infer(in).out[0];
  const auto [type, compute] = filter_types(info.name, in);
  const Tensor x = in[0].to(compute), h = in[1].to(compute);
  const int64_t n = x.size(-1), fresh = h.size(0), taps = h.size(1), half = taps / 2;
  Tensors result;
  if (spec.sizes.back() == 0 || x.numel() == 0) {
    result.push_back(zeros_of(spec));
    return result;
  }
  const PolyphasePlaces places{orig, fresh, phase, half};
  const TensorOptions whole = TensorOptions(kLong).device(x.device());
  const Tensor at =
      (arange(fresh, whole) * orig).div(fresh, "floor").unsqueeze(1) + arange(1, taps + 1, whole);
  const Tensor kernel = zeros({fresh, taps + orig}, h.options()).scatter(1, at, h);
  const int64_t lines = x.numel() / n;
  const Tensor padded =
      constant_pad_nd(x.reshape({lines, 1, n}), {half + places.shift(), half + orig});
  const Tensor y = conv1d(padded, kernel.unsqueeze(1), {}, {orig})
                       .transpose(1, 2)
                       .reshape({lines, -1})
                       .narrow(1, phase, spec.sizes.back());
  result.push_back(y.reshape(spec.sizes).to(type).contiguous());
  return result;
}

/// The transpose is a polyphase filter too: from the rate of the outputs to that of the inputs,
/// with the same numbers in another order.
Grads PolyphaseResample::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor h = s.in(1);
  const int64_t time = s.in_spec(0).sizes.back(), fresh = h.size(0), half = h.size(1) / 2;
  const PolyphasePlaces places{orig, fresh, phase, half};
  // Outputs that may have read sample i: so many before and behind floor(i fresh / orig).
  const int64_t reach = ceil_div(half * fresh, orig) + 1;
  const TensorOptions whole = TensorOptions(kLong).device(h.device());
  const Tensor sample = arange(orig, whole).unsqueeze(1);
  const Tensor output = (sample * fresh).div(orig, "floor") + arange(1 - reach, reach + 1, whole);
  const Tensor tap = sample - (output * orig).div(fresh, "floor") + (half - 1);
  const Tensor read = (tap >= 0).logical_and(tap < 2 * half);
  const Tensor at = output.remainder(fresh) * (2 * half) + tap;
  const Tensor back =
      h.reshape({-1}).index_select(0, at.masked_fill(read.logical_not(), 0).view({-1}));
  const Tensor filters = where(read, back.view(at.sizes()), zeros({}, h.options()));
  const Tensor all = constant_pad_nd(g[0], {phase, 0});
  const Tensor x = invoke(PolyphaseResample{fresh, 0}, all, filters);
  Grads grads = one(x.narrow(-1, places.shift(), time));
  grads.push_back(Tensor());
  return grads;
}

}  // namespace ops

Tensor all_pole_filter(const Tensor& self, const Tensor& coefficients, bool reverse) {
  return invoke(ops::AllPole{reverse}, self, coefficients);
}

Tensor polyphase_resample(const Tensor& self, const Tensor& filters, int64_t orig, int64_t phase) {
  return invoke(ops::PolyphaseResample{orig, phase}, self, filters);
}

}  // namespace hearth
