// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/config.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "hearth/base/error.h"

namespace hearth::audio::features {

namespace {

using Json = nlohmann::ordered_json;

void check_choice(const char* name, const std::string& got,
                  std::initializer_list<std::string_view> known) {
  std::string list;
  for (const std::string_view k : known) {
    if (got == k) return;
    list += (list.empty() ? "" : ", ") + std::string(k);
  }
  throw ValueError(cat_str("[features] ", name, " is \"", got, "\"; expected one of ", list));
}

template <class T>
void check_that(bool fine, const char* name, const char* expected, const T& got) {
  HEARTH_CHECK_AS(ValueError, fine, "[features] ", name, " is ", got, "; expected ", expected);
}

bool is_finite(double x) { return std::isfinite(x); }

}  // namespace

void FeatureConfig::check() const {
  check_choice("preemphasis_of", preemphasis_of_, {"frame", "signal"});
  check_choice("frames", frames_, {"inside", "mirror", "reflect", "zeros", "between"});
  check_choice("window", window_,
               {"hann", "hamming", "hanning", "hamming_symmetric", "povey", "blackman", "sine",
                "rectangular"});
  check_choice("bands", bands_, {"none", "htk", "slaney", "kaldi"});
  check_choice("band_norm", band_norm_, {"none", "slaney"});
  check_choice("log", log_, {"none", "ln", "log10", "db"});
  check_choice("normalize", normalize_, {"none", "mean", "cmvn", "meanvar"});
  constexpr int64_t kMost = int64_t{1} << 24;
  check_that(sample_rate_ >= 2 && sample_rate_ <= 100'000'000, "sample_rate", "2 to 100,000,000 Hz",
             sample_rate_);
  check_that(frame_length_ >= 1 && frame_length_ <= kMost, "frame_length", "1 to 2^24 samples",
             frame_length_);
  check_that(frame_shift_ >= 1 && frame_shift_ <= kMost, "frame_shift", "1 to 2^24 samples",
             frame_shift_);
  check_that(n_fft_ >= frame_length_ && n_fft_ <= kMost, "n_fft", "frame_length to 2^24", n_fft_);
  check_that(frames_ != "between" || n_fft_ >= frame_shift_, "n_fft",
             "at least frame_shift for frames \"between\"", n_fft_);
  check_that(is_finite(scale_) && scale_ != 0, "scale", "a number that is not 0", scale_);
  check_that(is_finite(dither_) && dither_ >= 0, "dither", "0 or more", dither_);
  check_that(preemphasis_ >= 0 && preemphasis_ <= 1, "preemphasis", "0 to 1", preemphasis_);
  check_that(power_ == 1 || power_ == 2, "power", "1 or 2", power_);
  check_that(is_finite(spectrum_shift_) && spectrum_shift_ >= 0, "spectrum_shift", "0 or more",
             spectrum_shift_);
  check_that(is_finite(log_shift_) && log_shift_ >= 0, "log_shift", "0 or more", log_shift_);
  check_that(is_finite(log_floor_) && log_floor_ >= 0, "log_floor", "0 or more", log_floor_);
  check_that(is_finite(range_) && range_ >= 0, "range", "0 or more", range_);
  HEARTH_CHECK_AS(ValueError, range_ == 0 || normalize_ == "none",
                  "[features] range and normalize exclude each other: each needs all frames as the "
                  "other left them; set range to 0 or normalize to \"none\"");
  check_that(is_finite(lifter_) && lifter_ >= 0, "lifter", "0 or more", lifter_);
  check_that(is_finite(energy_floor_) && energy_floor_ >= 0, "energy_floor", "0 or more",
             energy_floor_);
  check_that(is_finite(subtract_), "subtract", "a number", subtract_);
  check_that(is_finite(divide_) && divide_ != 0, "divide", "a number that is not 0", divide_);
  check_that(num_ceps_ >= 0, "num_ceps", "0 or more", num_ceps_);
  if (bands_ == "none") {
    check_that(num_ceps_ == 0, "num_ceps", "0 without bands", num_ceps_);
    return;
  }
  check_that(num_bands_ >= 1 && num_bands_ <= 65536, "num_bands", "1 to 65536", num_bands_);
  check_that(num_ceps_ <= num_bands_, "num_ceps", "at most num_bands", num_ceps_);
  const double nyquist = 0.5 * static_cast<double>(sample_rate_);
  const double high = high_freq_ > 0 ? high_freq_ : nyquist + high_freq_;
  check_that(low_freq_ >= 0 && low_freq_ < nyquist, "low_freq", "0 to half the sample rate",
             low_freq_);
  check_that(high > low_freq_ && high <= nyquist, "high_freq",
             "a frequency above low_freq, up to half the sample rate (or 0 or less: so much below "
             "it)",
             high_freq_);
  if (vtln_warp_ == 1) return;
  const double vtln_high = vtln_high_ < 0 ? vtln_high_ + nyquist : vtln_high_;
  check_that(bands_ == "kaldi" && vtln_warp_ > 0, "vtln_warp",
             "1, or a positive number with bands \"kaldi\"", vtln_warp_);
  HEARTH_CHECK_AS(
      ValueError,
      vtln_low_ > low_freq_ && vtln_low_ < high && vtln_high > vtln_low_ && vtln_high < high,
      "[features] expected low_freq < vtln_low < vtln_high < high_freq, got ", low_freq_, ", ",
      vtln_low_, ", ", vtln_high, " and ", high);
}

int64_t FeatureConfig::dims() const {
  if (num_ceps_ > 0) return num_ceps_;
  if (bands_ == "none") return n_fft_ / 2 + 1;
  return num_bands_ + (use_energy_ ? 1 : 0);
}

int64_t FeatureConfig::num_frames(int64_t samples) const {
  int64_t n = 0;
  if (samples <= 0) return 0;
  if (frames_ == "inside") {
    n = samples < frame_length_ ? 0 : (samples - frame_length_) / frame_shift_ + 1;
  } else if (frames_ == "mirror") {
    n = (samples + frame_shift_ / 2) / frame_shift_;
  } else if (frames_ == "between") {
    const int64_t room = samples + (n_fft_ - frame_shift_) / 2 * 2 - n_fft_;
    n = room < 0 ? 0 : room / frame_shift_ + 1;
  } else {
    n = samples / frame_shift_ + 1;
  }
  return drop_last_frame_ && n > 0 ? n - 1 : n;
}

int64_t FeatureConfig::first_sample() const {
  if (frames_ == "inside") return 0;
  if (frames_ == "mirror") return frame_shift_ / 2 - frame_length_ / 2;
  // The window stands in the middle of the transform's points.
  const int64_t before = frames_ == "between" ? (n_fft_ - frame_shift_) / 2 : n_fft_ / 2;
  return (n_fft_ - frame_length_) / 2 - before;
}

int64_t FeatureConfig::num_frames_ready(int64_t samples) const {
  const int64_t first = first_sample();
  // Before the signal stand samples of its beginning.
  if (frames_ != "zeros" && samples <= -first) return 0;
  const int64_t room = samples - frame_length_ - first;
  return room < 0 ? 0 : std::min(num_frames(samples), room / frame_shift_ + 1);
}

std::vector<std::string> FeatureConfig::names() const {
  const bool ceps = num_ceps_ > 0, points = bands_ == "none";
  std::vector<std::string> names;
  for (int64_t i = 0; i < (ceps ? num_ceps_ : points ? n_fft_ / 2 + 1 : num_bands_); ++i)
    names.push_back((ceps ? "c" : points ? "bin" : "band") + std::to_string(i));
  if (use_energy_) {
    if (ceps || points) {
      names[0] = "energy";
    } else {
      names.insert(names.begin(), "energy");
    }
  }
  if (htk_compat_ && (ceps || (use_energy_ && !points))) {
    names.push_back(names.front());
    names.erase(names.begin());
  }
  return names;
}

std::string FeatureConfig::to_json() const {
  Json j;
  for_each_arg([&](const char* name, const auto& value) { j[name] = value; }, *this);
  return j.dump(2);
}

FeatureConfig FeatureConfig::from_json(std::string_view text, FeatureConfig base) {
  const Json j = Json::parse(text, nullptr, false);
  HEARTH_CHECK_AS(FormatError, j.is_object(),
                  "[features] a configuration is a JSON object of options, such as "
                  "{\"num_bands\": 40}; this is ",
                  j.is_discarded() ? "no JSON" : j.type_name());
  size_t known = 0;
  std::string names;
  for_each_arg(
      [&](const char* name, auto& value) {
        names += (names.empty() ? "" : ", ") + std::string(name);
        const auto it = j.find(name);
        if (it == j.end()) return;
        ++known;
        using T = std::decay_t<decltype(value)>;
        const bool fits = std::is_same_v<T, bool>          ? it->is_boolean()
                          : std::is_same_v<T, std::string> ? it->is_string()
                          : std::is_same_v<T, double>      ? it->is_number()
                                                           : it->is_number_integer();
        HEARTH_CHECK_AS(FormatError, fits, "[features] ", name, " is ", it->dump(), "; expected ",
                        std::is_same_v<T, bool>          ? "true or false"
                        : std::is_same_v<T, std::string> ? "a string"
                        : std::is_same_v<T, double>      ? "a number"
                                                         : "a whole number");
        value = it->template get<T>();
      },
      base);
  if (known < j.size()) {
    for (const auto& item : j.items()) {
      bool found = false;
      for_each_arg([&](const char* name, const auto&) { found |= item.key() == name; }, base);
      HEARTH_CHECK_AS(FormatError, found, "[features] there is no option \"", item.key(),
                      "\"; there are ", names);
    }
  }
  return base;
}

}  // namespace hearth::audio::features
