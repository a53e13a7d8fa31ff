// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "cuda/spectrum.h"

namespace hearth::cuda {

namespace {

/// The dims of the tensor that is written, fastest in memory first.
struct Places {
  int dims = 0, last = 0;
  bool small = true;
  int64_t size[kMaxDims], to[kMaxDims], from[kMaxDims];
  bool transformed[kMaxDims];
  Divisor by_size[kMaxDims];

  Places(const TensorImpl& t, const TensorImpl& f, const DimVector& transformed_dims)
      : small(t.numel < (int64_t{1} << 31)) {
    const auto last_dim = static_cast<size_t>(transformed_dims.back());
    InlineVector<size_t, 8> order;
    for (size_t d = t.sizes.size(); d-- > 0;)
      if (t.sizes[d] != 1 || d == last_dim) order.push_back(d);
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return t.strides[a] < t.strides[b]; });
    for (const size_t d : order) {
      const bool turns = std::find(transformed_dims.begin(), transformed_dims.end(),
                                   static_cast<int64_t>(d)) != transformed_dims.end();
      const int before = dims - 1;
      if (before >= 0 && !turns && !transformed[before] &&
          t.strides[d] == to[before] * size[before] &&
          f.strides[d] == from[before] * size[before]) {
        size[before] *= t.sizes[d];
        continue;
      }
      HEARTH_CHECK_AS(NotImplementedError, dims < kMaxDims, "[fft] more than ", kMaxDims,
                      " dims that cannot be joined");
      if (d == last_dim) last = dims;
      size[dims] = t.sizes[d];
      to[dims] = t.strides[d];
      from[dims] = f.strides[d];
      transformed[dims++] = turns;
    }
    for (int d = 0; d < dims && small; ++d) by_size[d] = Divisor(static_cast<uint32_t>(size[d]));
  }
};

template <class T>
void write_as(const Tensor& to, const Tensor& from, const DimVector& dims,
              const SpectrumRule& rule) {
  const Places p(impl(to), impl(from), dims);
  auto* out = ptr<complex<T>>(to);
  const auto* in = ptr<complex<T>>(from);
  const int64_t n = rule.n;
  const T scale = static_cast<T>(rule.scale), pair = static_cast<T>(rule.scale * rule.interior);
  const bool conjugate = rule.conjugate, real_ends = rule.real_ends;
  for_each(impl(to).numel, "fft", [=] __device__(int64_t i) {
    // A point of the second half is the conjugate of one that is as far from 0 the other way, in
    // all transformed dims.
    int64_t rest = i, target = 0, source = 0, opposite = 0, k = 0;
    for (int d = 0; d < p.dims; ++d) {
      const int64_t q =
          p.small ? p.by_size[d].divide(static_cast<uint32_t>(rest)) : rest / p.size[d];
      const int64_t at = rest - q * p.size[d];
      rest = q;
      target += at * p.to[d];
      source += at * p.from[d];
      const bool turned = p.transformed[d] && at > 0;
      opposite += (turned ? (d == p.last ? n : p.size[d]) - at : at) * p.from[d];
      if (d == p.last) k = at;
    }
    const bool second = 2 * k > n, end = k == 0 || 2 * k == n;
    const complex<T> v = in[second ? opposite : source];
    const T factor = end ? scale : pair;
    const T imag = end && real_ends ? T(0) : v.imag_ * factor;
    out[target] = complex<T>(v.real_ * factor, second != conjugate ? -imag : imag);
  });
}

template <class T>
void scale_as(const Tensor& t, double scale) {
  auto* x = ptr<complex<T>>(t);
  const T factor = static_cast<T>(scale);
  for_each(impl(t).numel, "fft", [=] __device__(int64_t i) {
    x[i] = complex<T>(x[i].real_ * factor, x[i].imag_ * factor);
  });
}

}  // namespace

void write_spectrum(const Tensor& to, const Tensor& from, const DimVector& dims,
                    const SpectrumRule& rule) {
  if (impl(to).dtype == kComplexDouble) return write_as<double>(to, from, dims, rule);
  write_as<float>(to, from, dims, rule);
}

void scale_spectrum(const Tensor& t, double scale) {
  if (impl(t).dtype == kComplexDouble) return scale_as<double>(t, scale);
  scale_as<float>(t, scale);
}

}  // namespace hearth::cuda
