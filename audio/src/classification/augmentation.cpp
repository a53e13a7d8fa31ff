// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/classification/augmentation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/ops/creation.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

namespace hearth::audio {
namespace {

uint64_t scramble(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

/// Numbers of one clip, by its seed.
class Draw {
 public:
  Draw(uint64_t seed, size_t number) : state_(scramble(scramble(seed) + number)) {}
  double uniform() {  // in [0, 1)
    state_ += 0x9e3779b97f4a7c15;
    return static_cast<double>(scramble(state_) >> 11) * 0x1p-53;
  }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  bool once_in(double share) { return uniform() < share; }
  /// Roughly normal, with deviation 1: what noise needs, and cheap.
  float noise() {
    state_ += 0x9e3779b97f4a7c15;
    const uint64_t r = scramble(state_);
    const auto sum = (r & 0xffff) + (r >> 16 & 0xffff) + (r >> 32 & 0xffff) + (r >> 48);
    return (static_cast<float>(sum) - 131070.0f) * (1.0f / 37837.0f);
  }

 private:
  uint64_t state_;
};

/// A clip begun elsewhere and played at another speed, by interpolation; zeros beyond its ends.
void shift_and_stretch(const float* from, float* to, int64_t n, double speed, double shift) {
  const double middle = static_cast<double>(n) / 2;
  for (int64_t i = 0; i < n; ++i) {
    const double at = middle + (static_cast<double>(i) - middle) * speed + shift;
    const double whole = std::floor(at);
    const auto j = static_cast<int64_t>(whole);
    const auto part = static_cast<float>(at - whole);
    const float a = j >= 0 && j < n ? from[j] : 0, b = j + 1 >= 0 && j + 1 < n ? from[j + 1] : 0;
    to[i] = a + part * (b - a);
  }
}

/// The sound of a room: first the sound itself, then echoes that are 60 dB down after rt60.
void draw_room(float* response, int64_t n, int64_t sample_rate, Draw& draw) {
  const auto rate = static_cast<double>(sample_rate);
  const double rt60 = draw.between(0.1, 0.6), level = std::pow(10.0, draw.between(-1.3, -0.4));
  const auto first = static_cast<int64_t>(draw.between(0.001, 0.01) * rate);
  const double fade = std::pow(10.0, -3 / (rt60 * rate));
  response[0] = 1;
  // Echoes come thicker and thicker; their energy is that of one at `level`, before it fades.
  double loudness = level * std::sqrt((1 - fade * fade) * 20);
  for (int64_t i = first; i < n; ++i, loudness *= fade)
    if (draw.once_in(0.05)) response[i] += static_cast<float>(loudness) * draw.noise();
}

/// Noise with the energy of one at each sample: white, or rumbling the more the nearer `color` is
/// to 1.
void draw_noise(float* noise, int64_t n, double color, Draw& draw) {
  const auto keep = static_cast<float>(color);
  const float scale = std::sqrt(1 - keep * keep);
  float last = draw.noise();
  for (int64_t i = 0; i < n; ++i) noise[i] = last = keep * last + scale * draw.noise();
}

/// log2 of each bin's frequency in kHz; what is below 50 Hz counts as that.
std::vector<float> octaves(int64_t bins, double width) {
  std::vector<float> all(static_cast<size_t>(bins));
  for (size_t i = 0; i < all.size(); ++i)
    all[i] = static_cast<float>(std::log2(std::max(width * static_cast<double>(i), 50.0) / 1000));
  return all;
}

/// How loud each frequency comes through a narrow band, and a microphone that is not even.
void draw_band(float* response, const std::vector<float>& octave, double width, bool narrow,
               Draw& draw) {
  const auto n = static_cast<int64_t>(octave.size());
  const bool telephone = draw.once_in(0.5);
  const double nyquist = width * static_cast<double>(n - 1);
  const double high = telephone ? 3400 : draw.between(2500, nyquist);
  // Gains up to 9 dB at points an octave apart, from 62.5 Hz on, and between them straight lines.
  constexpr float kLowest = -4;
  float gains[12];
  for (float& gain : gains) gain = static_cast<float>(draw.between(-1.5, 1.5));
  for (int64_t i = 0; i < n; ++i) {
    const float at =
        std::clamp(octave[static_cast<size_t>(i)] - kLowest, 0.0f, std::size(gains) - 1.001f);
    const auto below = static_cast<size_t>(at);
    const float part = at - static_cast<float>(below);
    response[i] = std::exp2(gains[below] + part * (gains[below + 1] - gains[below]));
  }
  if (!narrow) return;
  if (telephone) {
    constexpr double kLow = 300;
    const int64_t end = std::min(n, static_cast<int64_t>(kLow / width) + 1);
    for (int64_t i = 0; i < end; ++i) {
      const auto part = static_cast<float>(width * static_cast<double>(i) / kLow);
      response[i] *= part * part * part;
    }
  }
  // 20 dB down every 200 Hz.
  const auto fade = static_cast<float>(std::pow(10.0, -width / 200));
  float through = 1;
  for (auto i = static_cast<int64_t>(high / width) + 1; i < n; ++i) response[i] *= through *= fade;
}

double power_of(const float* x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return n > 0 ? sum / static_cast<double>(n) : 0;
}

int64_t checked_count(const Tensor& batch, ArrayRef<size_t> numbers, const char* what) {
  HEARTH_CHECK_AS(ShapeError,
                  batch.scalar_type() == kFloat && batch.is_cpu() &&
                      batch.size(0) == static_cast<int64_t>(numbers.size()),
                  "[augment] expected ", numbers.size(), " ", what, " as float on the CPU, got ",
                  batch.scalar_type(), " ", batch.sizes());
  return batch.size(0);
}

}  // namespace

std::string Augmentation::describe() const {
  return cat_str("shift ", shift, ", speed ", speed, ", gain ", gain, ", room ", room, ", noise ",
                 noise, " at ", snr_low, " to ", snr_high, ", bandwidth ", bandwidth, ", masks ",
                 time_masks, " x ", time_mask, " and ", freq_masks, " x ", freq_mask);
}

Tensor augment(const Tensor& clips, int64_t sample_rate, const Augmentation& how, uint64_t seed,
               ArrayRef<size_t> numbers) {
  HEARTH_CHECK_AS(ShapeError, clips.dim() == 2, "[augment] expected clips [N, samples], got ",
                  clips.sizes());
  const int64_t count = checked_count(clips, numbers, "clips"), n = clips.size(1);
  if (count == 0) return clips;
  // Room for echoes, so that the end does not come back at the beginning, of a length that is easy
  // to transform.
  const int64_t padded = (n + sample_rate / 4 + 2047) / 2048 * 2048, bins = padded / 2 + 1;
  const auto rate = static_cast<double>(sample_rate);
  const double width = rate / static_cast<double>(padded);
  const std::vector<float> octave = octaves(bins, width);
  const Tensor from = clips.contiguous();
  Tensor sounds = zeros({count, padded}), rooms = zeros({count, padded}),
         noises = zeros({count, padded}), bands = ones({count, bins});
  Tensor gains = ones({count, 1});
  for (int64_t i = 0; i < count; ++i) {
    Draw draw(seed, numbers[static_cast<size_t>(i)]);
    float* const sound = sounds.data_ptr<float>() + i * padded;
    float* const room = rooms.data_ptr<float>() + i * padded;
    float* const noise = noises.data_ptr<float>() + i * padded;
    shift_and_stretch(from.const_data_ptr<float>() + i * n, sound, n,
                      1 + draw.between(-how.speed, how.speed),
                      draw.between(-how.shift, how.shift) * rate);
    room[0] = 1;
    if (draw.once_in(how.room)) draw_room(room, padded, sample_rate, draw);
    const double snr = draw.between(how.snr_low, how.snr_high), color = draw.between(0, 0.98);
    if (draw.once_in(how.noise)) {
      const double power = power_of(sound, n);
      const double level = std::sqrt((power > 1e-6 ? power : 3e-3) * std::pow(10, -snr / 10));
      draw_noise(noise, padded, color, draw);
      for (int64_t j = 0; j < padded; ++j) noise[j] *= static_cast<float>(level);
    }
    const bool narrow = draw.once_in(how.bandwidth);
    if (how.bandwidth > 0)
      draw_band(bands.data_ptr<float>() + i * bins, octave, width, narrow, draw);
    gains.data_ptr<float>()[i] =
        static_cast<float>(std::pow(10, draw.between(-how.gain, how.gain) / 20));
  }
  Tensor out = sounds;
  if (how.room > 0 || how.bandwidth > 0 || how.noise > 0) {
    Tensor spectra = fft::rfft(sounds);
    if (how.room > 0) spectra = spectra * fft::rfft(rooms);
    if (how.noise > 0) spectra = spectra + fft::rfft(noises);
    if (how.bandwidth > 0) spectra = spectra * bands;
    out = fft::irfft(spectra, padded);
  }
  return (out.narrow(1, 0, n) * gains).contiguous();
}

void mask_spectra(const Tensor& spectra, const Augmentation& how, uint64_t seed,
                  ArrayRef<size_t> numbers) {
  HEARTH_CHECK_AS(ShapeError, spectra.dim() == 4 && spectra.size(1) == 1 && spectra.is_contiguous(),
                  "[mask_spectra] expected contiguous spectra [N, 1, bands, frames], got ",
                  spectra.sizes());
  const int64_t count = checked_count(spectra, numbers, "spectra");
  const int64_t bands = spectra.size(2), frames = spectra.size(3);
  for (int64_t i = 0; i < count; ++i) {
    // Other numbers than those that changed the samples.
    Draw draw(~seed, numbers[static_cast<size_t>(i)]);
    float* const x = spectra.data_ptr<float>() + i * bands * frames;
    const auto stretch = [&](int64_t length, double share) {
      const auto width = static_cast<int64_t>(draw.uniform() * share * static_cast<double>(length));
      const auto first = static_cast<int64_t>(draw.uniform() * static_cast<double>(length - width));
      return std::pair(first, first + width);
    };
    for (int64_t m = 0; m < how.freq_masks; ++m) {
      const auto [first, end] = stretch(bands, how.freq_mask);
      std::fill(x + first * frames, x + end * frames, 0.0f);
    }
    for (int64_t m = 0; m < how.time_masks; ++m) {
      const auto [first, end] = stretch(frames, how.time_mask);
      for (int64_t b = 0; b < bands; ++b)
        std::fill(x + b * frames + first, x + b * frames + end, 0.0f);
    }
  }
}

}  // namespace hearth::audio
