// SPDX-License-Identifier: Apache-2.0
#include "audio/variation.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/functional/filtering.h"
#include "hearth/audio/functional/resample.h"
#include "hearth/audio/functional/room.h"
#include "hearth/audio/functional/waveform.h"
#include "hearth/audio/io/load.h"
#include "hearth/base/error.h"
#include "hearth/hearth.h"

#include "audio/sounds.h"
#include "common/inputs.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;
namespace F = hearth::audio::functional;
using hearth::Generator;
using hearth::Tensor;
using Json = nlohmann::ordered_json;

/// Numbers between signs; nothing where one is none.
std::optional<std::vector<double>> numbers_of(const std::string& text, char sign) {
  std::vector<double> numbers;
  for (const char *at = text.data(), *end = at + text.size();; ++at) {
    double value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
    numbers.push_back(value);
    if (next == end) return numbers;
    if (*next != sign) return std::nullopt;
    at = next;
  }
}

std::optional<Range> range_of(const std::string& text) {
  const auto numbers = numbers_of(text, ':');
  if (!numbers || numbers->size() > 2 || numbers->front() > numbers->back()) return std::nullopt;
  return Range{numbers->front(), numbers->back()};
}
std::string wrong_range(const std::string& text) {
  if (range_of(text)) return "";
  return "expected a number or two with a colon, such as 5:20, got " + shortened(text, 60);
}

/// Checks a list of numbers between two others.
std::function<std::string(const std::string&)> list_between(double least, double most) {
  return [=](const std::string& text) -> std::string {
    const auto numbers = numbers_of(text, ',');
    const bool fit = numbers && std::all_of(numbers->begin(), numbers->end(),
                                            [&](double n) { return n >= least && n <= most; });
    if (fit) return "";
    return fmt::format("expected numbers from {:g} to {:g} with commas between, got {}", least,
                       most, shortened(text, 60));
  };
}

double drawn(const Range& range, Generator& generator) {
  const Tensor u = hearth::rand({}, generator, hearth::TensorOptions(hearth::kDouble));
  return range.low + (range.high - range.low) * u.item<double>();
}
template <class T>
const T& one_of(const std::vector<T>& all, Generator& generator) {
  const auto n = static_cast<double>(all.size());
  return all[std::min(all.size() - 1, static_cast<size_t>(drawn({0, n}, generator)))];
}

double rounded(double x) { return std::round(x * 1000) / 1000; }

}  // namespace

void Variation::declare(OptionList& options) {
  options.add("--speed", speed_text_, "Play it so many times as fast, one of these: 0.9,1,1.1")
      .value("LIST")
      .check(list_between(0.1, 10));
  options.add("--noise", noise_arguments_, "Add one of these sounds; folders and @lists as well")
      .value("FILE");
  options.add("--snr", snr_text_, "By how many dB the recording is louder than the noise")
      .value("MIN:MAX")
      .check(wrong_range);
  options
      .add("--rir", rir_arguments_,
           "Put it into a room of one of these impulse responses; folders and @lists as well")
      .value("FILE");
  options
      .add("--rt60", rt60_text_,
           "Put it into a simulated room that decays by 60 dB in so many seconds: 0.2:0.6")
      .value("MIN:MAX")
      .check([](const std::string& text) -> std::string {
        const auto range = range_of(text);
        if (range && range->low >= 0.05 && range->high <= 1) return "";
        return "expected seconds from 0.05 to 1, such as 0.2:0.6, got " + shortened(text, 60);
      });
  options
      .add("--bandwidth", bandwidth_text_,
           "Cut off what is above so many Hz, one of these: 4000,7000")
      .value("LIST")
      .check(list_between(50, 1e6));
  options.flag("--telephone", telephone_,
               "As over a telephone: 300 to 3400 Hz, 8 kHz, mu-law of 8 bits");
  options.add("--gain", gain_text_, "Make it so many dB louder")
      .value("MIN:MAX")
      .check(wrong_range);
  options
      .add("--chance", chance_,
           "How likely each of noise, room, bandwidth and telephone is, each by itself")
      .between(0, 1);
}

void Variation::prepare() {
  if (speed_text_.empty() && noise_arguments_.empty() && rir_arguments_.empty() &&
      rt60_text_.empty() && bandwidth_text_.empty() && !telephone_ && gain_text_.empty())
    throw UsageError(
        "nothing to do: expected --speed, --rir, --rt60, --noise, --bandwidth, --telephone or "
        "--gain");
  if (!rir_arguments_.empty() && !rt60_text_.empty())
    throw UsageError("--rir and --rt60 are two ways to be in a room; give one of them");
  speeds_ = numbers_of(speed_text_, ',').value_or(std::vector<double>());
  bandwidths_ = numbers_of(bandwidth_text_, ',').value_or(std::vector<double>());
  const auto paths = [](const std::vector<std::string>& arguments) {
    std::vector<std::string> found;
    if (!arguments.empty())
      for (const Input& input : find_inputs(arguments, hearth::audio::sound_extensions()))
        found.push_back(input.path);
    return found;
  };
  noises_ = paths(noise_arguments_);
  rirs_ = paths(rir_arguments_);
}

Tensor Variation::in_room(const Tensor& x, int64_t rate, Generator& generator, Json& chosen) const {
  const std::string& path = one_of(rirs_, generator);
  audio::Audio rir = audio::load(path);
  HEARTH_CHECK_AS(hearth::FormatError, rir.waveform.numel() > 0, "[", path, "] has no samples");
  Tensor response = F::resample(rir.waveform, rir.sample_rate, rate);
  // Of a microphone array's, a recording with other channels gets the first.
  if (x.size(0) > 1 && response.size(0) != x.size(0)) response = response.narrow(0, 0, 1);
  if (x.size(0) == 1) response = response.narrow(0, 0, 1);
  chosen["rir"] = path;
  return F::reverberate(x, response);
}

/// A box of a room, with the source and a microphone at least half a metre from its walls.
Tensor Variation::in_box(const Tensor& x, int64_t rate, Generator& generator, Json& chosen) const {
  const Range sides[] = {{3, 9}, {3, 7}, {2.4, 3.6}};
  const Tensor size = hearth::empty({3}, hearth::TensorOptions(hearth::kDouble));
  const Tensor source = hearth::empty_like(size), mic = hearth::empty_like(size);
  for (int64_t d = 0; d < 3; ++d) {
    const double side = drawn(sides[d], generator);
    size[d].fill_(side);
    source[d].fill_(drawn({0.5, side - 0.5}, generator));
    mic[d].fill_(drawn({0.5, side - 0.5}, generator));
  }
  // No room decays faster than one that absorbs everything, by this formula.
  const double open = F::sabine_rt60({size, hearth::ones({1})});
  const double rt60 = std::max(drawn(*range_of(rt60_text_), generator), open * 1.01);
  const Tensor rir = F::simulate_rir_ism(F::room_of_rt60(size, rt60), source, mic.unsqueeze(0),
                                         static_cast<double>(rate));
  chosen["rt60"] = rounded(rt60);
  chosen["distance"] = rounded((source - mic).pow(2).sum().sqrt().item<double>());
  // Without what adds up at the lowest frequencies.
  const Tensor high = F::highpass_biquad(rir / rir.abs().max(), rate, 80);
  return F::reverberate(x, high);
}

Tensor Variation::with_noise(const Tensor& x, int64_t rate, Generator& generator,
                             Json& chosen) const {
  const std::string& path = one_of(noises_, generator);
  const double snr = drawn(*range_of(snr_text_), generator), place = drawn({0, 1}, generator);
  const int64_t frames = x.size(1);
  const audio::AudioMetaData m = audio::info(path);
  // A part as long as the recording, where the file is longer and can say so.
  const auto need = static_cast<int64_t>(
      std::ceil(static_cast<double>(frames) * static_cast<double>(m.sample_rate) /
                static_cast<double>(rate)));
  const int64_t spare = m.num_frames > need ? m.num_frames - need : 0;
  audio::LoadOptions part;
  if (spare > 0) {
    part.frame_offset = static_cast<int64_t>(place * static_cast<double>(spare));
    part.num_frames = need;
  }
  const Tensor loaded = audio::load(path, part).waveform;
  HEARTH_CHECK_AS(hearth::FormatError, loaded.numel() > 0, "[", path, "] has no samples");
  Tensor noise = F::resample(loaded, m.sample_rate, rate);
  if (noise.size(1) < frames) noise = noise.repeat({1, (frames - 1) / noise.size(1) + 1});
  noise = noise.narrow(1, 0, frames);
  if (noise.size(0) != x.size(0)) noise = noise.mean(0, true);
  noise = noise.expand(x.sizes());
  chosen["noise"] = path;
  chosen["snr"] = rounded(snr);
  if (noise.abs().max().item<double>() == 0) return x;
  // Of all channels together, so that these keep their differences.
  return F::add_noise(x.reshape({1, -1}), noise.reshape({1, -1}), hearth::full({1}, snr))
      .reshape(x.sizes());
}

Tensor Variation::apply(const audio::Audio& sound, Generator& generator, Json& chosen) const {
  Tensor x = sound.waveform;
  const int64_t rate = sound.sample_rate;
  const auto happens = [&] { return drawn({0, 1}, generator) < chance_; };
  if (!speeds_.empty()) {
    const double factor = one_of(speeds_, generator);
    chosen["speed"] = factor;
    if (factor != 1) x = std::get<0>(F::speed(x, rate, factor));
  }
  if (x.size(1) == 0) return x;
  if (!rirs_.empty() && happens()) x = in_room(x, rate, generator, chosen);
  if (!rt60_text_.empty() && happens()) x = in_box(x, rate, generator, chosen);
  if (!noises_.empty() && happens()) x = with_noise(x, rate, generator, chosen);
  const auto through = [&](int64_t narrow, const auto& f) {
    const int64_t n = x.size(1);
    const Tensor back = F::resample(f(F::resample(x, rate, narrow, 32)), narrow, rate, 32);
    x = back.size(1) >= n ? back.narrow(1, 0, n)
                          : hearth::constant_pad_nd(back, {0, n - back.size(1)});
  };
  if (!bandwidths_.empty() && happens()) {
    const double bandwidth = one_of(bandwidths_, generator);
    chosen["bandwidth"] = bandwidth;
    const auto narrow = static_cast<int64_t>(2 * bandwidth);
    if (narrow < rate) through(narrow, [](const Tensor& y) { return y; });
  }
  if (telephone_ && happens()) {
    chosen["telephone"] = true;
    through(8000, [](const Tensor& y) {
      const Tensor band = F::lowpass_biquad(F::highpass_biquad(y, 8000, 300), 8000, 3400);
      return F::mu_law_decoding(F::mu_law_encoding(band.clamp(-1, 1), 256), 256);
    });
  }
  if (!gain_text_.empty()) {
    const double db = drawn(*range_of(gain_text_), generator);
    chosen["gain"] = rounded(db);
    x = x * std::pow(10.0, db / 20);
  }
  return x;
}
