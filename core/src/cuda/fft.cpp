// SPDX-License-Identifier: Apache-2.0
// Fourier transforms through cuFFT.
#include "ops/fft.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/pointwise.h"

#include "cuda/fft_plan.h"
#include "cuda/kernels.h"
#include "cuda/spectrum.h"
#include "tensor/raw_copy.h"

namespace hearth::cuda {

namespace {

double points(const TensorImpl& signal, const DimVector& dims) {
  double n = 1;
  for (const int64_t d : dims) n *= static_cast<double>(signal.sizes[static_cast<size_t>(d)]);
  return n;
}

/// Complex transforms along dims, some at a time; the first of them read `in`, the others run in
/// place.
void along(IntArrayRef dims, const Tensor& in, const Tensor& out, bool forward) {
  for (size_t first = 0; first < dims.size(); first += kFftDims) {
    const size_t count = std::min(kFftDims, dims.size() - first);
    run_fft(FftKind::Complex, first == 0 ? in : out, out, dims.slice(first, count), forward);
  }
}

void c2c(const Call& call) {
  const auto& op = call.as<ops::FftC2C>();
  const Tensor& out = call.out[0];
  if (impl(out).numel == 0) return;
  along(op.dims.ref(), call.in[0], out, op.forward);
  const double scale = fft_scale(op.norm, points(impl(out), op.dims));
  if (scale != 1) scale_spectrum(out, scale);
}

void r2c(const Call& call) {
  const auto& op = call.as<ops::FftR2C>();
  const Tensor& out = call.out[0];
  if (impl(out).numel == 0) return;
  const NoGradGuard no_grad;
  const Tensor x = call.in[1].defined() ? call.in[0] * call.in[1] : call.in[0];
  const int64_t n = impl(x).sizes[static_cast<size_t>(op.dims.back())];
  DimVector sizes = impl(out).sizes;
  sizes[static_cast<size_t>(op.dims.back())] = n / 2 + 1;
  const Tensor half = op.onesided ? out : new_tensor(sizes, impl(out).dtype, impl(out).device);
  const size_t together = std::min(kFftDims, op.dims.size()), rest = op.dims.size() - together;
  run_fft(FftKind::RealToHalf, x, half, op.dims.ref().slice(rest, together), true);
  along(op.dims.ref().slice(0, rest), half, half, true);
  const SpectrumRule rule{.n = n,
                          .scale = fft_scale(op.norm, points(impl(x), op.dims)),
                          .interior = op.interior,
                          .conjugate = !op.forward};
  if (!op.onesided || rule.scale != 1 || rule.interior != 1 || rule.conjugate)
    write_spectrum(out, half, op.dims, rule);
}

void c2r(const Call& call) {
  const auto& op = call.as<ops::FftC2R>();
  const Tensor &x = call.in[0], &out = call.out[0];
  if (impl(out).numel == 0) return;
  // cuFFT destroys what it makes real numbers of.
  const Tensor half = new_tensor(impl(x).sizes, impl(x).dtype, impl(x).device);
  const size_t rest = op.dims.size() - 1;
  along(op.dims.ref().slice(0, rest), x, half, op.forward);
  write_spectrum(half, rest > 0 ? half : x, op.dims,
                 {.n = op.n,
                  .scale = fft_scale(op.norm, points(impl(out), op.dims)),
                  .interior = op.interior,
                  .conjugate = op.forward,
                  .real_ends = true});
  run_fft(FftKind::HalfToReal, half, out, {op.dims.back()}, false);
}

}  // namespace

void install_fft() {
  ops::FftC2C::row().kernel[kSlot] = &c2c;
  ops::FftR2C::row().kernel[kSlot] = &r2c;
  ops::FftC2R::row().kernel[kSlot] = &c2r;
}

}  // namespace hearth::cuda
