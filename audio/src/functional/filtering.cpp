// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/filtering.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "hearth/ops/conv.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/filter.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

namespace hearth::audio::functional {

namespace {

constexpr double kPi = std::numbers::pi;

void check_waveform(std::string_view what, const Tensor& waveform) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() >= 1, "[", what,
                  "] expected a waveform [..., time], got a single number");
  HEARTH_CHECK_AS(DtypeError, waveform.is_floating_point(), "[", what,
                  "] expected a floating-point waveform, got ", waveform.scalar_type());
}

/// The sums over k of taps[..., k] x[n - k] for x [..., channels, time] and taps [channels, p + 1].
Tensor weighted_past(const Tensor& x, const Tensor& taps) {
  const int64_t channels = taps.size(0), order = taps.size(1) - 1, time = x.size(-1);
  constexpr int64_t kFew = 8;  // a pass over the signal for each is faster than a convolution
  if (order <= kFew || x.numel() == 0) {
    const auto tap = [&](int64_t k) { return channels == 1 ? taps[0][k] : taps.narrow(1, k, 1); };
    Tensor y = x * tap(0);
    for (int64_t k = 1; k <= std::min(order, time - 1); ++k)
      y.narrow(-1, k, time - k).addcmul_(x.narrow(-1, 0, time - k), tap(k));
    return y;
  }
  const Tensor lines =
      constant_pad_nd(x.reshape({x.numel() / (channels * time), channels, time}), {order, 0});
  return conv1d(lines, taps.flip({1}).unsqueeze(1), {}, 1, 0, 1, channels).reshape(x.sizes());
}

/// A number in double.
Tensor number(const ScalarOrTensor& value, const char* what) {
  HEARTH_CHECK_AS(ShapeError, value.tensor().defined() && value.tensor().numel() == 1, "[", what,
                  "] expected numbers or tensors with one element");
  return value.tensor().to(kDouble).reshape({});
}

Tensor second_order(const Tensor& waveform, const Tensor& b, const Tensor& a) {
  check_waveform("biquad", waveform);
  const TensorOptions wide = TensorOptions(kDouble).device(waveform.device());
  return lfilter(waveform.to(kDouble), a.to(wide), b.to(wide)).to(waveform.scalar_type());
}
Tensor second_order(const Tensor& waveform, const Tensor& b0, const Tensor& b1, const Tensor& b2,
                    const Tensor& a0, const Tensor& a1, const Tensor& a2) {
  return second_order(waveform, stack({b0, b1, b2}), stack({a0, a1, a2}));
}

/// What the formulas of a filter at a frequency share.
struct Design {
  Design(const char* what, int64_t sample_rate, const ScalarOrTensor& freq, const ScalarOrTensor& q)
      : name(what), frequency(number(freq, what)), quality(number(q, what)) {
    HEARTH_CHECK_AS(ValueError, sample_rate > 0, "[", what,
                    "] expected a sample_rate above 0, got ", sample_rate);
    const Tensor angle = 2 * kPi * frequency / sample_rate;
    cosine = angle.cos();
    sine = angle.sin();
    alpha = sine / 2 / quality;
  }
  Tensor zero() const { return zeros_like(cosine); }
  Tensor one() const { return ones_like(cosine); }
  /// The amplitude that half of `gain` dB is.
  Tensor amplitude(const ScalarOrTensor& gain) const {
    return (number(gain, name) * (std::log(10.0) / 40)).exp();
  }

  const char* name;
  Tensor frequency, quality, cosine, sine, alpha;
};

/// A shelf of amplitude^2: of high frequencies where sign is 1, of low ones where it is -1.
Tensor shelf(const Tensor& waveform, const Tensor& amplitude, const Tensor& cosine,
             const Tensor& alpha, double sign) {
  const Tensor &A = amplitude, slope = 2 * A.sqrt() * alpha;
  const Tensor lower = sign * (A - 1) * cosine, upper = sign * (A + 1) * cosine;
  const Tensor b0 = A * ((A + 1) + lower + slope), b1 = -2 * sign * A * ((A - 1) + upper),
               b2 = A * ((A + 1) + lower - slope);
  const Tensor a0 = (A + 1) - lower + slope, a1 = 2 * sign * ((A - 1) - upper),
               a2 = (A + 1) - lower - slope;
  return second_order(waveform, b0, b1, b2, a0, a1, a2);
}

}  // namespace

Tensor lfilter(const Tensor& waveform, const Tensor& a_coeffs, const Tensor& b_coeffs, bool clamp,
               bool batching) {
  check_waveform("lfilter", waveform);
  const Tensor &a = a_coeffs, &b = b_coeffs;
  HEARTH_CHECK_AS(ShapeError,
                  a.sizes() == b.sizes() && (a.dim() == 1 || a.dim() == 2) && a.size(-1) > 0,
                  "[lfilter] expected a_coeffs and b_coeffs of the same size, [order + 1] or "
                  "[num_filters, order + 1], got ",
                  a.sizes(), " and ", b.sizes());
  HEARTH_CHECK_AS(
      DtypeError,
      a.scalar_type() == waveform.scalar_type() && b.scalar_type() == waveform.scalar_type(),
      "[lfilter] expected coefficients of the waveform's dtype ", waveform.scalar_type(), ", got ",
      a.scalar_type(), " and ", b.scalar_type());
  const int64_t filters = a.dim() == 2 ? a.size(0) : 1;
  Tensor x = waveform.unsqueeze(-2);
  if (a.dim() == 2 && !batching) {
    std::vector<int64_t> sizes = x.sizes().vec();
    sizes[sizes.size() - 2] = filters;
    x = x.expand(sizes);
  } else if (a.dim() == 2) {
    HEARTH_CHECK_AS(ShapeError, waveform.dim() >= 2 && waveform.size(-2) == filters,
                    "[lfilter] expected a waveform [..., ", filters, ", time] for ", filters,
                    " filters, got ", waveform.sizes());
    x = waveform;
  }
  const Tensor first = a.narrow(-1, 0, 1), order_first = (b / first).reshape({filters, -1});
  Tensor y = weighted_past(x, order_first);
  if (a.size(-1) > 1)
    y = all_pole_filter(y, (a / first).narrow(-1, 1, a.size(-1) - 1).reshape({filters, -1}));
  if (clamp) y = y.clamp(-1, 1);
  return a.dim() == 2 ? y : y.squeeze(-2);
}

Tensor filtfilt(const Tensor& waveform, const Tensor& a_coeffs, const Tensor& b_coeffs,
                bool clamp) {
  const Tensor forward = lfilter(waveform, a_coeffs, b_coeffs, false);
  return lfilter(forward.flip({-1}), a_coeffs, b_coeffs, clamp).flip({-1});
}

Tensor biquad(const Tensor& waveform, const ScalarOrTensor& b0, const ScalarOrTensor& b1,
              const ScalarOrTensor& b2, const ScalarOrTensor& a0, const ScalarOrTensor& a1,
              const ScalarOrTensor& a2) {
  const auto value = [](const ScalarOrTensor& c) { return number(c, "biquad"); };
  return second_order(waveform, value(b0), value(b1), value(b2), value(a0), value(a1), value(a2));
}

Tensor lowpass_biquad(const Tensor& waveform, int64_t sample_rate,
                      const ScalarOrTensor& cutoff_freq, const ScalarOrTensor& Q) {
  const Design d("lowpass_biquad", sample_rate, cutoff_freq, Q);
  const Tensor b1 = 1 - d.cosine, b0 = b1 / 2;
  return second_order(waveform, b0, b1, b0, 1 + d.alpha, -2 * d.cosine, 1 - d.alpha);
}

Tensor highpass_biquad(const Tensor& waveform, int64_t sample_rate,
                       const ScalarOrTensor& cutoff_freq, const ScalarOrTensor& Q) {
  const Design d("highpass_biquad", sample_rate, cutoff_freq, Q);
  const Tensor b1 = -1 - d.cosine, b0 = b1 / -2;
  return second_order(waveform, b0, b1, b0, 1 + d.alpha, -2 * d.cosine, 1 - d.alpha);
}

Tensor allpass_biquad(const Tensor& waveform, int64_t sample_rate,
                      const ScalarOrTensor& central_freq, const ScalarOrTensor& Q) {
  const Design d("allpass_biquad", sample_rate, central_freq, Q);
  const Tensor middle = -2 * d.cosine, more = 1 + d.alpha, less = 1 - d.alpha;
  return second_order(waveform, less, middle, more, more, middle, less);
}

Tensor bandpass_biquad(const Tensor& waveform, int64_t sample_rate,
                       const ScalarOrTensor& central_freq, const ScalarOrTensor& Q,
                       bool const_skirt_gain) {
  const Design d("bandpass_biquad", sample_rate, central_freq, Q);
  const Tensor peak = const_skirt_gain ? d.sine / 2 : d.alpha;
  return second_order(waveform, peak, d.zero(), -peak, 1 + d.alpha, -2 * d.cosine, 1 - d.alpha);
}

Tensor bandreject_biquad(const Tensor& waveform, int64_t sample_rate,
                         const ScalarOrTensor& central_freq, const ScalarOrTensor& Q) {
  const Design d("bandreject_biquad", sample_rate, central_freq, Q);
  const Tensor middle = -2 * d.cosine;
  return second_order(waveform, d.one(), middle, d.one(), 1 + d.alpha, middle, 1 - d.alpha);
}

Tensor band_biquad(const Tensor& waveform, int64_t sample_rate, const ScalarOrTensor& central_freq,
                   const ScalarOrTensor& Q, bool noise) {
  const Design d("band_biquad", sample_rate, central_freq, Q);
  const Tensor a2 = (-2 * kPi * d.frequency / d.quality / sample_rate).exp();
  const Tensor a1 = -4 * a2 / (1 + a2) * d.cosine;
  const Tensor b0 = noise ? (((1 + a2) * (1 + a2) - a1 * a1) * (1 - a2) / (1 + a2)).sqrt()
                          : (1 - a1 * a1 / (4 * a2)).sqrt() * (1 - a2);
  return second_order(waveform, b0, d.zero(), d.zero(), d.one(), a1, a2);
}

Tensor bass_biquad(const Tensor& waveform, int64_t sample_rate, const ScalarOrTensor& gain,
                   const ScalarOrTensor& central_freq, const ScalarOrTensor& Q) {
  const Design d("bass_biquad", sample_rate, central_freq, Q);
  return shelf(waveform, d.amplitude(gain), d.cosine, d.alpha, -1);
}

Tensor treble_biquad(const Tensor& waveform, int64_t sample_rate, const ScalarOrTensor& gain,
                     const ScalarOrTensor& central_freq, const ScalarOrTensor& Q) {
  const Design d("treble_biquad", sample_rate, central_freq, Q);
  return shelf(waveform, d.amplitude(gain), d.cosine, d.alpha, 1);
}

Tensor equalizer_biquad(const Tensor& waveform, int64_t sample_rate,
                        const ScalarOrTensor& center_freq, const ScalarOrTensor& gain,
                        const ScalarOrTensor& Q) {
  const Design d("equalizer_biquad", sample_rate, center_freq, Q);
  const Tensor A = d.amplitude(gain), middle = -2 * d.cosine;
  return second_order(waveform, 1 + d.alpha * A, middle, 1 - d.alpha * A, 1 + d.alpha / A, middle,
                      1 - d.alpha / A);
}

Tensor deemph_biquad(const Tensor& waveform, int64_t sample_rate) {
  HEARTH_CHECK_AS(ValueError, sample_rate == 44100 || sample_rate == 48000,
                  "[deemph_biquad] expected a sample_rate of 44100 (audio CD) or 48000 (DAT), got ",
                  sample_rate);
  const bool disc = sample_rate == 44100;
  const double width = disc ? 0.4845 : 0.479;
  const Design d("deemph_biquad", sample_rate, disc ? 5283 : 5356, 1);
  const Tensor A = d.amplitude(disc ? -9.477 : -9.62);
  return shelf(waveform, A, d.cosine, d.alpha * ((A + 1 / A) * (1 / width - 1) + 2).sqrt(), 1);
}

Tensor riaa_biquad(const Tensor& waveform, int64_t sample_rate) {
  struct Roots {
    int64_t sample_rate;
    double zeros[2], poles[2];
  };
  // Fits of the curve in the z plane (sox).
  static constexpr Roots kRoots[] = {
      {44100, {-0.2014898, 0.9233820}, {0.7083149, 0.9924091}},
      {48000, {-0.1766069, 0.9321590}, {0.7396325, 0.9931330}},
      {88200, {-0.1168735, 0.9648312}, {0.8590646, 0.9964002}},
      {96000, {-0.1141486, 0.9676817}, {0.8699137, 0.9966946}},
  };
  for (const Roots& r : kRoots) {
    if (r.sample_rate != sample_rate) continue;
    const auto polynomial = [](const double(&roots)[2]) {
      return std::array<double, 3>{1, -(roots[0] + roots[1]), roots[0] * roots[1]};
    };
    std::array<double, 3> b = polynomial(r.zeros);
    const std::array<double, 3> a = polynomial(r.poles);
    // A gain of one at 1 kHz.
    const std::complex<double> z =
        std::polar(1.0, -2 * kPi * 1000 / static_cast<double>(sample_rate));
    const double level =
        std::abs(b[0] + b[1] * z + b[2] * z * z) / std::abs(a[0] + a[1] * z + a[2] * z * z);
    for (double& c : b) c /= level;
    return biquad(waveform, b[0], b[1], b[2], a[0], a[1], a[2]);
  }
  throw ValueError(cat_str(
      "[riaa_biquad] expected a sample_rate of 44100, 48000, 88200 or 96000, got ", sample_rate));
}

Tensor preemphasis(const Tensor& waveform, double coeff) {
  check_waveform("preemphasis", waveform);
  if (waveform.size(-1) == 0) return waveform.clone();
  return waveform - coeff * constant_pad_nd(waveform.narrow(-1, 0, waveform.size(-1) - 1), {1, 0});
}

Tensor deemphasis(const Tensor& waveform, double coeff) {
  check_waveform("deemphasis", waveform);
  return all_pole_filter(waveform, full({1}, -coeff, waveform.options())).clamp(-1, 1);
}

}  // namespace hearth::audio::functional
