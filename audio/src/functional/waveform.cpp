// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/waveform.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/ops/conv.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"

namespace hearth::audio::functional {

namespace {

/// The leading dims of both, broadcast.
std::vector<int64_t> check_operands(std::string_view what, const Tensor& x, const Tensor& y) {
  bool fits = x.dim() == y.dim() && x.dim() >= 1;
  std::vector<int64_t> leading;
  for (int64_t d = 0; fits && d + 1 < x.dim(); ++d) {
    const int64_t n = x.size(d), m = y.size(d);
    fits = n == m || n == 1 || m == 1;
    leading.push_back(n == 1 ? m : n);
  }
  HEARTH_CHECK_AS(ShapeError, fits && x.size(-1) > 0 && y.size(-1) > 0, "[", what,
                  "] expected operands [..., N] and [..., M] with samples and with leading dims "
                  "that broadcast, got ",
                  x.sizes(), " and ", y.sizes());
  return leading;
}

Tensor part(const Tensor& full, int64_t n, int64_t m, std::string_view mode) {
  if (mode == "full") return full;
  HEARTH_CHECK_AS(ValueError, mode == "valid" || mode == "same",
                  "[convolve] expected mode \"full\", \"valid\" or \"same\", got \"", mode, "\"");
  const int64_t length = mode == "same" ? n : std::max(n, m) - std::min(n, m) + 1;
  return full.narrow(-1, (full.size(-1) - length) / 2, length);
}

/// The next length of small factors, whose transforms are fast.
int64_t fast_length(int64_t n) {
  int64_t best = 1;
  while (best < n) best *= 2;
  for (int64_t odd = 1; odd < n; odd *= 3)
    for (int64_t five = odd; five < n; five *= 5) {
      int64_t length = five;
      while (length < n) length *= 2;
      best = std::min(best, length);
    }
  return best;
}

double mu_of(std::string_view what, int64_t quantization_channels) {
  HEARTH_CHECK_AS(ValueError, quantization_channels >= 2, "[", what,
                  "] expected at least 2 quantization_channels, got ", quantization_channels);
  return static_cast<double>(quantization_channels - 1);
}

}  // namespace

Tensor convolve(const Tensor& x, const Tensor& y, std::string_view mode) {
  std::vector<int64_t> sizes = check_operands("convolve", x, y);
  const int64_t n = x.size(-1), m = y.size(-1);
  const bool swap = n < m;
  const Tensor &longer = swap ? y : x, &shorter = swap ? x : y;
  int64_t signals = 1;
  for (const int64_t d : sizes) signals *= d;
  sizes.push_back(n + m - 1);
  const auto lines = [&](const Tensor& t) {
    std::vector<int64_t> whole = sizes;
    whole.back() = t.size(-1);
    return t.expand(whole).reshape({signals, t.size(-1)});
  };
  const int64_t border = std::min(n, m) - 1;
  const Tensor weight = lines(shorter).flip({-1}).unsqueeze(1);
  const Tensor full = signals == 0
                          ? zeros(sizes, x.options())
                          : conv1d(lines(longer).unsqueeze(0), weight, {}, 1, border, 1, signals);
  return part(full.reshape(sizes), n, m, mode);
}

Tensor fftconvolve(const Tensor& x, const Tensor& y, std::string_view mode) {
  check_operands("fftconvolve", x, y);
  const int64_t n = x.size(-1), m = y.size(-1), points = fast_length(n + m - 1);
  const Tensor full = fft_irfft(fft_rfft(x, points) * fft_rfft(y, points), points);
  return part(full.narrow(-1, 0, n + m - 1), n, m, mode);
}

Tensor add_noise(const Tensor& waveform, const Tensor& noise, const Tensor& snr,
                 const Tensor& lengths) {
  const bool fits = waveform.dim() >= 1 && noise.dim() == waveform.dim() &&
                    (snr.numel() == 1 || snr.dim() == waveform.dim() - 1) &&
                    (!lengths.defined() || lengths.dim() == waveform.dim() - 1);
  HEARTH_CHECK_AS(ShapeError, fits && waveform.size(-1) == noise.size(-1),
                  "[add_noise] expected waveform and noise [..., time] of one length and snr and "
                  "lengths [...], got ",
                  waveform.sizes(), ", ", noise.sizes(), ", ", snr.sizes(),
                  lengths.defined() ? cat_str(" and ", lengths.sizes()) : "");
  const auto level = [&](Tensor x) {
    if (lengths.defined()) {
      const Tensor at = arange(x.size(-1), TensorOptions(kLong).device(x.device()));
      x = x * (at < lengths.unsqueeze(-1));
    }
    return x.pow(2).sum(-1).sqrt();
  };
  const Tensor ratio = snr.numel() == 1 && snr.dim() > 0 ? snr.reshape({}) : snr;
  const Tensor scale = level(waveform) / level(noise) * pow(10, ratio / -20);
  return waveform + scale.unsqueeze(-1) * noise;
}

Tensor mu_law_encoding(const Tensor& x, int64_t quantization_channels) {
  HEARTH_CHECK_AS(DtypeError, x.is_floating_point(),
                  "[mu_law_encoding] expected a floating-point waveform, got ", x.scalar_type());
  const double mu = mu_of("mu_law_encoding", quantization_channels);
  const Tensor level = x.sign() * (x.abs() * mu).log1p() / std::log1p(mu);
  return ((level + 1) / 2 * mu + 0.5).to(kLong);
}

Tensor mu_law_decoding(const Tensor& x_mu, int64_t quantization_channels) {
  const double mu = mu_of("mu_law_decoding", quantization_channels);
  const Tensor level = (x_mu.is_floating_point() ? x_mu : x_mu.to(kFloat)) / mu * 2 - 1;
  return level.sign() * ((level.abs() * std::log1p(mu)).exp() - 1) / mu;
}

}  // namespace hearth::audio::functional
