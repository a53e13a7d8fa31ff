// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/room.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "hearth/audio/functional/waveform.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::audio::functional {

namespace {

constexpr double kPi = std::numbers::pi;
using Point = std::array<double, 3>;

/// Up to N numbers of a tensor, by value.
template <size_t N>
std::array<double, N> numbers(const Tensor& t, const char* what, const char* sizes) {
  HEARTH_CHECK_AS(ShapeError, t.defined() && t.numel() == N, "[simulate_rir_ism] expected ", what,
                  " of ", sizes, ", got ", t.defined() ? cat_str(t.sizes()) : "nothing");
  const Tensor values = t.to(TensorOptions(kDouble).device(kCPU)).contiguous();
  std::array<double, N> result;
  std::copy_n(values.data_ptr<double>(), N, result.begin());
  for (const double v : result)
    HEARTH_CHECK_AS(ValueError, std::isfinite(v), "[simulate_rir_ism] ", what, " is not finite");
  return result;
}

struct Box {
  explicit Box(const ShoeboxRoom& room) : size(numbers<3>(room.size, "a size", "[3]")) {
    for (const double s : size)
      HEARTH_CHECK_AS(ValueError, s > 0,
                      "[simulate_rir_ism] expected a room larger than 0, got one of ", s, " m");
    const Tensor& a = room.absorption;
    if (a.defined() && a.numel() == 1) {
      absorption.fill(numbers<1>(a, "an absorption", "one number")[0]);
    } else {
      absorption = numbers<6>(a, "an absorption", "1 or 6 numbers");
    }
    for (const double v : absorption)
      HEARTH_CHECK_AS(ValueError, v >= 0 && v <= 1,
                      "[simulate_rir_ism] expected absorption from 0 to 1, got ", v);
  }
  double volume() const { return size[0] * size[1] * size[2]; }
  /// The area of a wall of axis d.
  double area(size_t d) const { return size[(d + 1) % 3] * size[(d + 2) % 3]; }
  double sabine(double sound_speed) const {
    double absorbing = 0;
    for (size_t d = 0; d < 3; ++d)
      absorbing += area(d) * (absorption[2 * d] + absorption[2 * d + 1]);
    HEARTH_CHECK_AS(ValueError, absorbing > 0,
                    "[sabine_rt60] nothing decays in a room without absorption; give an "
                    "output_length");
    return 24 * std::log(10.0) * volume() / (sound_speed * absorbing);
  }
  Point inside(const Point& p, const char* what) const {
    for (size_t d = 0; d < 3; ++d)
      HEARTH_CHECK_AS(ValueError, p[d] > 0 && p[d] < size[d], "[simulate_rir_ism] expected ", what,
                      " inside the room, got ", p[d], " of ", size[d], " m in dim ", d);
    return p;
  }

  Point size;
  std::array<double, 6> absorption;
};

/// The mirrored sources of one axis: how far from a microphone, what walls have left, how many.
struct Image {
  double offset, gain;
  int64_t order;
};
std::vector<Image> images_of(const Box& box, size_t d, double source, double mic, double reach) {
  std::vector<Image> images;
  const double near = std::sqrt(1 - box.absorption[2 * d]);
  const double far = std::sqrt(1 - box.absorption[2 * d + 1]);
  const auto most = static_cast<int64_t>(reach / (2 * box.size[d])) + 1;
  for (int64_t n = -most; n <= most; ++n)
    for (const int64_t mirrored : {0, 1}) {
      const double at = (mirrored ? -source : source) + 2 * static_cast<double>(n) * box.size[d];
      // Allen and Berkley's exponents: how often the walls at 0 and at size are met.
      const int64_t at_near = std::abs(n - mirrored), at_far = std::abs(n);
      const double gain = std::pow(near, at_near) * std::pow(far, at_far);
      if (std::abs(at - mic) <= reach && gain > 0)
        images.push_back({at - mic, gain, at_near + at_far});
    }
  return images;
}

/// Adds `gain` times a sinc around `delay` samples.
void add_arrival(double* line, int64_t length, double delay, double gain, int64_t half) {
  const auto centre = static_cast<int64_t>(std::lround(delay));
  const double part = delay - static_cast<double>(centre);  // -0.5 to 0.5
  if (std::abs(part) < 1e-9) {
    if (centre < length) line[centre] += gain;
    return;
  }
  // sin(pi (n - part)) only changes its sign from sample to sample.
  const double numerator = -gain * std::sin(kPi * part) / kPi;
  const double width = static_cast<double>(half) + 1;
  const int64_t first = std::max(-half, -centre), last = std::min(half, length - 1 - centre);
  for (int64_t n = first; n <= last; ++n) {
    const double x = static_cast<double>(n) - part;
    const double window = 0.5 + 0.5 * std::cos(kPi * x / width);
    line[centre + n] += (n % 2 ? -numerator : numerator) / x * window;
  }
}

}  // namespace

Tensor reverberate(const Tensor& waveform, const Tensor& rir) {
  HEARTH_CHECK_AS(ShapeError,
                  rir.dim() >= 1 && rir.dim() <= 2 && rir.numel() > 0 &&
                      waveform.dim() >= rir.dim() &&
                      (rir.dim() == 1 || rir.size(0) == 1 || waveform.size(-2) == 1 ||
                       waveform.size(-2) == rir.size(0)),
                  "[reverberate] expected a waveform [..., time] and a rir [taps], or a waveform "
                  "[..., 1 or channels, time] and a rir [channels, taps], got ",
                  waveform.sizes(), " and ", rir.sizes());
  const int64_t time = waveform.size(-1);
  if (time == 0) return waveform.clone();
  const Tensor flat = rir.detach().reshape({-1});
  const int64_t peak = flat.abs().argmax().item<int64_t>(), delay = peak % rir.size(-1);
  const double level = std::abs(flat[peak].item<double>());
  HEARTH_CHECK_AS(ValueError, level > 0 && std::isfinite(level),
                  "[reverberate] expected a rir with a largest number, got one of ",
                  level == 0 ? "zeros" : "numbers that are not finite");
  Tensor response = rir.to(waveform.options()) / level;
  while (response.dim() < waveform.dim()) response = response.unsqueeze(0);
  return fftconvolve(waveform, response).narrow(-1, delay, time);
}

ShoeboxRoom room_of_rt60(const Tensor& size, double rt60, double sound_speed) {
  HEARTH_CHECK_AS(ValueError, rt60 > 0 && sound_speed > 0,
                  "[room_of_rt60] expected rt60 and sound_speed above 0, got ", rt60, " and ",
                  sound_speed);
  const double open = sabine_rt60({size, ones({1})}, sound_speed);
  HEARTH_CHECK_AS(
      ValueError, open <= rt60, "[room_of_rt60] a room of this size decays in ", open,
      " s even when its walls absorb everything; expected an rt60 of at least that, got ", rt60);
  return {size, full({1}, open / rt60, TensorOptions(kDouble))};
}

double sabine_rt60(const ShoeboxRoom& room, double sound_speed) {
  return Box(room).sabine(sound_speed);
}

Tensor simulate_rir_ism(const ShoeboxRoom& room, const Tensor& source, const Tensor& mic_array,
                        double sample_rate, std::optional<int64_t> max_order,
                        std::optional<int64_t> output_length, int64_t delay_filter_length,
                        double sound_speed) {
  HEARTH_CHECK_AS(
      ValueError,
      sample_rate > 0 && sound_speed > 0 && std::isfinite(sample_rate) && delay_filter_length > 0 &&
          delay_filter_length % 2 == 1 && max_order.value_or(0) >= 0,
      "[simulate_rir_ism] expected sample_rate and sound_speed above 0, an odd "
      "delay_filter_length and a max_order that is not negative, got ",
      sample_rate, ", ", sound_speed, ", ", delay_filter_length, " and ", max_order.value_or(0));
  HEARTH_CHECK_AS(ShapeError, mic_array.dim() == 2 && mic_array.size(1) == 3,
                  "[simulate_rir_ism] expected a mic_array [mics, 3], got ", mic_array.sizes());
  const Box box(room);
  const Point from = box.inside(numbers<3>(source, "a source", "[3]"), "a source");
  const int64_t length = output_length.value_or(
      output_length ? 0 : static_cast<int64_t>(std::ceil(box.sabine(sound_speed) * sample_rate)));
  HEARTH_CHECK_AS(ValueError, length > 0,
                  "[simulate_rir_ism] expected an output_length above 0, got ", length);
  const double reach =
      static_cast<double>(length + delay_filter_length) * sound_speed / sample_rate;
  const double images = max_order ? 4.0 / 3 * std::pow(static_cast<double>(*max_order) + 1, 3)
                                  : 4.0 / 3 * kPi * std::pow(reach, 3) / box.volume();
  HEARTH_CHECK_AS(ValueError, images < 2e8, "[simulate_rir_ism] some ", images,
                  " images arrive within output_length; give a shorter one, or a max_order");

  const int64_t mics = mic_array.size(0);
  const Tensor result = zeros({mics, length}, TensorOptions(kDouble));
  double* out = result.data_ptr<double>();
  std::vector<Point> to;
  for (int64_t m = 0; m < mics; ++m)
    to.push_back(box.inside(numbers<3>(mic_array[m], "a microphone", "[3]"), "a microphone"));
  parallel_for(0, mics, 1, [&](int64_t begin, int64_t end) {
    for (int64_t m = begin; m < end; ++m) {
      const Point& mic = to[static_cast<size_t>(m)];
      std::array<std::vector<Image>, 3> axes;
      for (size_t d = 0; d < 3; ++d) axes[d] = images_of(box, d, from[d], mic[d], reach);
      for (const Image& x : axes[0])
        for (const Image& y : axes[1]) {
          const double plane = x.offset * x.offset + y.offset * y.offset;
          if (plane > reach * reach) continue;
          for (const Image& z : axes[2]) {
            if (max_order && x.order + y.order + z.order > *max_order) continue;
            const double distance = std::sqrt(plane + z.offset * z.offset);
            if (distance > reach || distance == 0) continue;
            add_arrival(out + m * length, length, distance / sound_speed * sample_rate,
                        x.gain * y.gain * z.gain / (4 * kPi * distance), delay_filter_length / 2);
          }
        }
    }
  });
  return result.to(kFloat);
}

}  // namespace hearth::audio::functional
