// SPDX-License-Identifier: Apache-2.0
#include "ops/fft.h"

#include "cpu/fft_batch.h"
#include "cpu/kernels.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// The transforms of `in` along `dim` to `out`, which has its sizes but for that dim.
template <class T>
FftBatch<T> batch_of(FftKind kind, const Tensor& in, const Tensor& out, int64_t dim) {
  const TensorImpl &x = impl(in), &y = impl(out);
  const auto at = static_cast<size_t>(dim);
  const int64_t in_parts = is_complex(x.dtype) ? 2 : 1, out_parts = is_complex(y.dtype) ? 2 : 1;
  FftBatch<T> b;
  b.kind = kind;
  b.n = kind == FftKind::RealToHalf ? x.sizes[at] : y.sizes[at];
  b.in = ptr<T>(in);
  b.out = ptr<T>(out);
  b.in_stride = x.sizes[at] == 1 ? in_parts : x.strides[at] * in_parts;
  b.out_stride = y.sizes[at] == 1 ? out_parts : y.strides[at] * out_parts;
  for (size_t d = 0; d < x.sizes.size(); ++d) {
    if (d == at) continue;
    b.sizes.push_back(x.sizes[d]);
    b.in_strides.push_back(x.strides[d] * in_parts);
    b.out_strides.push_back(y.strides[d] * out_parts);
  }
  return b;
}

/// Complex transforms along the dims; the first of them reads `in`, the others run in place.
template <class T>
void along(std::span<const int64_t> dims, const Tensor& in, const Tensor& out, bool forward,
           double scale) {
  for (size_t i = 0; i < dims.size(); ++i) {
    FftBatch<T> b = batch_of<T>(FftKind::Complex, i == 0 ? in : out, out, dims[i]);
    b.backward = !forward;
    if (i == 0) b.scale = static_cast<T>(scale);
    b.run();
  }
}

double points(const TensorImpl& signal, const DimVector& dims) {
  double n = 1;
  for (const int64_t d : dims) n *= static_cast<double>(signal.sizes[static_cast<size_t>(d)]);
  return n;
}

template <class T>
void c2c(const Call& call) {
  const auto& op = call.as<ops::FftC2C>();
  const Tensor& out = call.out[0];
  const double scale = fft_scale(op.norm, points(impl(out), op.dims));
  along<T>({op.dims.data(), op.dims.size()}, call.in[0], out, op.forward, scale);
}

template <class T>
void r2c(const Call& call) {
  const auto& op = call.as<ops::FftR2C>();
  const Tensor &x = call.in[0], &out = call.out[0];
  FftBatch<T> b = batch_of<T>(FftKind::RealToHalf, x, out, op.dims.back());
  const Tensor window = call.in[1].defined() ? contiguous_raw(call.in[1]) : Tensor();
  if (window.defined()) b.window = ptr<T>(window);
  b.backward = !op.forward;
  b.two_sided = !op.onesided;
  b.scale = static_cast<T>(fft_scale(op.norm, points(impl(x), op.dims)));
  b.interior = static_cast<T>(op.interior);
  b.run();
  along<T>({op.dims.data(), op.dims.size() - 1}, out, out, op.forward, 1);
}

template <class T>
void c2r(const Call& call) {
  const auto& op = call.as<ops::FftC2R>();
  const Tensor& out = call.out[0];
  Tensor x = call.in[0];
  if (op.dims.size() > 1) {
    const Tensor between = new_tensor(impl(x).sizes, impl(x).dtype, impl(x).device);
    along<T>({op.dims.data(), op.dims.size() - 1}, x, between, op.forward, 1);
    x = between;
  }
  FftBatch<T> b = batch_of<T>(FftKind::HalfToReal, x, out, op.dims.back());
  b.backward = !op.forward;
  b.scale = static_cast<T>(fft_scale(op.norm, points(impl(out), op.dims)));
  b.interior = static_cast<T>(op.interior);
  b.run();
}

template <void (*kFloat)(const Call&), void (*kDouble)(const Call&)>
void by_type(const Call& call) {
  if (impl(call.out[0]).numel == 0) return;
  to_real(call.compute) == ScalarType::Double ? kDouble(call) : kFloat(call);
}

}  // namespace

void install_fft() {
  ops::FftC2C::row().kernel[0] = &by_type<c2c<float>, c2c<double>>;
  ops::FftR2C::row().kernel[0] = &by_type<r2c<float>, r2c<double>>;
  ops::FftC2R::row().kernel[0] = &by_type<c2r<float>, c2r<double>>;
}

}  // namespace hearth::cpu
