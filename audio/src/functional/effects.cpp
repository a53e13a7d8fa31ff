// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/effects.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/filter.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/shape.h"

#include "functional/delay_line.h"

namespace hearth::audio::functional {

namespace {

constexpr double kPi = std::numbers::pi;

void check_waveform(std::string_view what, const Tensor& waveform, int64_t dims = 1) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() >= dims, "[", what, "] expected a waveform [...",
                  dims > 1 ? ", channel" : "", ", time], got ", waveform.sizes());
  HEARTH_CHECK_AS(DtypeError, waveform.is_floating_point(), "[", what,
                  "] expected a floating-point waveform, got ", waveform.scalar_type());
}

void check_range(std::string_view what, std::string_view name, double value, double low,
                 double high) {
  HEARTH_CHECK_AS(ValueError, value >= low && value <= high, "[", what, "] expected ", name,
                  " from ", low, " to ", high, ", got ", value);
}

/// One swing between `low` and `high` in `size` steps, beginning at `phase` (radians).
std::vector<double> swing(bool sine, int64_t size, double low, double high, double phase) {
  const auto n = static_cast<double>(size);
  const auto offset = static_cast<int64_t>(phase / kPi / 2 * n + 0.5);
  std::vector<double> table(static_cast<size_t>(size));
  for (int64_t i = 0; i < size; ++i) {
    const double at = static_cast<double>((i + offset) % size) / n;
    double level = (std::sin(2 * kPi * at) + 1) / 2;
    if (!sine) level = at < 0.25 ? 2 * at + 0.5 : at < 0.75 ? 1.5 - 2 * at : 2 * at - 1.5;
    table[static_cast<size_t>(i)] = low + level * (high - low);
  }
  return table;
}

/// [..., channels, time] as [batch, channels, time] of doubles on the CPU.
Tensor as_lines(const Tensor& waveform, int64_t channels) {
  const int64_t time = waveform.size(-1), line = channels * time;
  return waveform.to(TensorOptions(kDouble).device(kCPU))
      .reshape({line == 0 ? 0 : waveform.numel() / line, channels, time});
}
/// The other way round.
Tensor as_waveform(const Tensor& lines, const Tensor& like) {
  return lines.reshape(like.sizes()).to(like.options());
}

}  // namespace

Tensor gain(const Tensor& waveform, double gain_db) {
  return gain_db == 0 ? waveform : waveform * std::pow(10.0, gain_db / 20);
}

Tensor contrast(const Tensor& waveform, double enhancement_amount) {
  check_waveform("contrast", waveform);
  check_range("contrast", "enhancement_amount", enhancement_amount, 0, 100);
  const Tensor angle = waveform * (kPi / 2);
  return (angle + enhancement_amount / 750 * (angle * 4).sin()).sin();
}

Tensor dcshift(const Tensor& waveform, double shift, std::optional<double> limiter_gain) {
  check_waveform("dcshift", waveform);
  check_range("dcshift", "shift", shift, -2, 2);
  const Tensor shifted = (waveform + shift).clamp(-1, 1);
  if (!limiter_gain || shift == 0) return shifted;
  const double threshold = 1 - (std::abs(shift) - *limiter_gain), sign = shift > 0 ? 1 : -1;
  const Tensor outward = waveform * sign;
  const Tensor limited =
      ((outward - threshold) * *limiter_gain / (1 - threshold) + threshold + std::abs(shift))
          .clamp_max(threshold);
  return where(outward > threshold, limited * sign, shifted);
}

Tensor dither(const Tensor& waveform, std::string_view density_function, bool noise_shaping,
              std::optional<Generator> generator) {
  check_waveform("dither", waveform);
  constexpr double kSteps = 32768;
  const NoGradGuard no_grad;
  const TensorOptions options = TensorOptions(kDouble).device(waveform.device());
  const auto uniform = [&] { return rand(waveform.sizes(), generator, options); };
  Tensor noise;
  if (density_function == "TPDF") {
    noise = uniform() - uniform();
  } else if (density_function == "RPDF") {
    noise = uniform() - 0.5;
  } else {
    HEARTH_CHECK_AS(ValueError, density_function == "GPDF",
                    "[dither] expected density_function \"TPDF\", \"RPDF\" or \"GPDF\", got \"",
                    density_function, "\"");
    noise = normal(0, 0.5, waveform.sizes(), generator, options);
  }
  const Tensor scaled = waveform.to(kDouble) * kSteps;
  Tensor result;
  if (!noise_shaping) {
    result = (scaled + noise).round();
  } else {
    const int64_t time = waveform.size(-1);
    result = as_lines(scaled, 1).contiguous().clone();
    const Tensor added = as_lines(noise, 1).contiguous();
    for (int64_t i = 0; i < result.numel(); i += time) {
      double* y = result.data_ptr<double>() + i;
      const double* r = added.data_ptr<double>() + i;
      double error = 0;
      for (int64_t n = 0; n < time; ++n) {
        const double wanted = y[n] - error;
        y[n] = std::nearbyint(wanted + r[n]);
        error = y[n] - wanted;
      }
    }
  }
  return as_waveform(result.clamp(-kSteps, kSteps - 1) / kSteps, waveform);
}

Tensor overdrive(const Tensor& waveform, double gain, double colour) {
  check_waveform("overdrive", waveform);
  check_range("overdrive", "gain", gain, 0, 100);
  check_range("overdrive", "colour", colour, 0, 100);
  if (waveform.numel() == 0) return waveform.clone();
  const Tensor level = waveform * std::pow(10.0, gain / 20) + colour / 200;
  const Tensor inside = level.clamp(-1, 1), bent = inside - inside.pow(3) / 3;
  // Without what `colour` shifted: y[n] = bent[n] - bent[n - 1] + 0.995 y[n - 1].
  const Tensor before = constant_pad_nd(bent.narrow(-1, 0, bent.size(-1) - 1), {1, 0});
  const Tensor centred = all_pole_filter(bent - before, full({1}, -0.995, waveform.options()));
  return (waveform * 0.5 + centred * 0.75).clamp(-1, 1);
}

Tensor phaser(const Tensor& waveform, int64_t sample_rate, double gain_in, double gain_out,
              double delay_ms, double decay, double mod_speed, bool sinusoidal) {
  check_waveform("phaser", waveform);
  HEARTH_CHECK_AS(ValueError, sample_rate > 0, "[phaser] expected a sample_rate above 0, got ",
                  sample_rate);
  check_range("phaser", "gain_in", gain_in, 0, 1);
  check_range("phaser", "gain_out", gain_out, 0, 1e9);
  check_range("phaser", "delay_ms", delay_ms, 0, 5);
  check_range("phaser", "decay", decay, 0, 0.99);
  check_range("phaser", "mod_speed", mod_speed, 0.1, 2);
  const auto rate = static_cast<double>(sample_rate);
  const auto longest = static_cast<int64_t>(delay_ms * 0.001 * rate + 0.5);
  HEARTH_CHECK_AS(ValueError, longest >= 1, "[phaser] ", delay_ms,
                  " ms are no sample; expected delay_ms of at least ", 500 / rate);
  const std::vector<double> table = swing(sinusoidal, static_cast<int64_t>(rate / mod_speed + 0.5),
                                          1, static_cast<double>(longest), kPi / 2);
  const int64_t time = waveform.size(-1);
  if (waveform.numel() == 0) return waveform.clone();
  const Tensor delays = empty({1, time, 1}, TensorOptions(kLong));
  for (int64_t n = 0; n < time; ++n) {
    // The next output is fed by the one this many samples before this one.
    const double level = table[static_cast<size_t>(n + 1) % table.size()];
    delays.data_ptr<int64_t>()[n] = longest - static_cast<int64_t>(level + 0.5);
  }
  const Tensor x = as_lines(waveform, 1) * gain_in;
  const Tensor past = delay_line(x, delays, ones({1, time, 1}, TensorOptions(kDouble)), decay)
                          .narrow(-1, 0, time - 1);
  return as_waveform(((x + decay * constant_pad_nd(past, {1, 0})) * gain_out).clamp(-1, 1),
                     waveform);
}

Tensor flanger(const Tensor& waveform, int64_t sample_rate, double delay, double depth,
               double regen, double width, double speed, double phase, std::string_view modulation,
               std::string_view interpolation) {
  check_waveform("flanger", waveform, 2);
  HEARTH_CHECK_AS(ValueError, sample_rate > 0, "[flanger] expected a sample_rate above 0, got ",
                  sample_rate);
  check_range("flanger", "delay", delay, 0, 30);
  check_range("flanger", "depth", depth, 0, 10);
  check_range("flanger", "regen", regen, -95, 95);
  check_range("flanger", "width", width, 0, 100);
  check_range("flanger", "speed", speed, 0.1, 10);
  check_range("flanger", "phase", phase, 0, 100);
  const bool sine = modulation == "sinusoidal", linear = interpolation == "linear";
  HEARTH_CHECK_AS(ValueError, sine || modulation == "triangular",
                  "[flanger] expected modulation \"sinusoidal\" or \"triangular\", got \"",
                  modulation, "\"");
  HEARTH_CHECK_AS(ValueError, linear || interpolation == "quadratic",
                  "[flanger] expected interpolation \"linear\" or \"quadratic\", got \"",
                  interpolation, "\"");
  const int64_t channels = waveform.size(-2), time = waveform.size(-1);
  HEARTH_CHECK_AS(ValueError, channels <= 4, "[flanger] expected at most 4 channels, got ",
                  channels);
  if (waveform.numel() == 0) return waveform.clone();

  const auto rate = static_cast<double>(sample_rate);
  const double earliest = delay / 1000;
  const int64_t longest = static_cast<int64_t>((earliest + depth / 1000) * rate + 0.5) + 2;
  const std::vector<double> table =
      swing(sine, static_cast<int64_t>(rate / speed), std::floor(earliest * rate + 0.5),
            static_cast<double>(longest) - 2, 3 * kPi / 2);
  const auto size = static_cast<int64_t>(table.size());

  const int64_t taps = linear ? 2 : 3;
  const Tensor delays = empty({channels, time, taps}, TensorOptions(kLong));
  const Tensor weights = empty({channels, time, taps}, TensorOptions(kDouble));
  int64_t* d = delays.data_ptr<int64_t>();
  double* w = weights.data_ptr<double>();
  for (int64_t c = 0; c < channels; ++c) {
    const auto late = static_cast<int64_t>(static_cast<double>(c * size) * phase / 100 + 0.5);
    for (int64_t n = 0; n < time; ++n, d += taps, w += taps) {
      // Delays are floats in sox.
      const double at = static_cast<float>(table[static_cast<size_t>((n + late) % size)]);
      const double f = at - std::floor(at);
      for (int64_t k = 0; k < taps; ++k) d[k] = (static_cast<int64_t>(at) + k) % longest;
      if (linear) {
        w[1] = f;
      } else {
        w[1] = (2 - f) * f;
        w[2] = (f - 1) * f / 2;
      }
      w[0] = 1 - w[1] - (linear ? 0 : w[2]);
    }
  }
  const double feedback = regen / 100, heard = width / 100;
  const Tensor x = as_lines(waveform, channels);
  const Tensor copy = delay_line(x, delays, weights, feedback);
  const Tensor y = x / (1 + heard) + copy * (heard / (1 + heard) * (1 - std::abs(feedback)));
  return as_waveform(y.clamp(-1, 1), waveform);
}

}  // namespace hearth::audio::functional
