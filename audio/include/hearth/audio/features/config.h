// SPDX-License-Identifier: Apache-2.0
// What features are made of, as data: a preset is a FeatureConfig, and so is a file of options.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/macros.h"

namespace hearth::audio::features {

/// Features of frames, from samples to numbers, in the order of what is done. Lengths are in
/// samples. Choices are named; check() refuses unknown ones.
struct HEARTH_API FeatureConfig {
  /// Samples a second. Signals of another rate are the caller's to resample.
  HEARTH_ARG(int64_t, sample_rate) = 16000;

  // ---- samples
  /// Samples in [-1, 1], as load gives them, are multiplied by this. Kaldi's features are those of
  /// 16-bit integers, 32768: without it, logarithms of energies are 20.794 smaller.
  HEARTH_ARG(double, scale) = 1;
  /// Normal noise of this deviation, in scaled samples, is added to each frame. It follows from the
  /// seed and the frame's number.
  HEARTH_ARG(double, dither) = 0;
  HEARTH_ARG(int64_t, seed) = 0;
  /// x[i] - preemphasis x[i - 1].
  HEARTH_ARG(double, preemphasis) = 0;
  /// "frame": of each frame, whose first sample loses its own share (Kaldi); "signal": of the whole
  /// signal, whose first sample stays.
  HEARTH_ARG(std::string, preemphasis_of) = "frame";

  // ---- frames
  HEARTH_ARG(int64_t, frame_length) = 400;
  HEARTH_ARG(int64_t, frame_shift) = 160;
  HEARTH_ARG(int64_t, n_fft) = 512;
  /// Where frames lie. "inside": from the first sample on, as many as fit (Kaldi's snip_edges).
  /// "mirror": one for every shift, around its middle, the ends mirrored (Kaldi without
  /// snip_edges). "reflect", "zeros": around every multiple of the shift, n_fft / 2 samples added
  /// at both ends (torch's center). "between": with (n_fft - shift) / 2 reflected ones added, so
  /// that n samples have n / shift frames (HiFi-GAN).
  HEARTH_ARG(std::string, frames) = "inside";
  /// The last of them is left out (Whisper, NeMo).
  HEARTH_ARG(bool, drop_last_frame) = false;
  HEARTH_ARG(bool, remove_dc_offset) = false;
  /// "hann" and "hamming" (periodic); "hanning", "hamming_symmetric", "povey", "blackman", "sine"
  /// (symmetric, as Kaldi's); "rectangular".
  HEARTH_ARG(std::string, window) = "hann";
  HEARTH_ARG(double, blackman_coeff) = 0.42;

  // ---- spectrum
  /// 2: energies; 1: magnitudes.
  HEARTH_ARG(int64_t, power) = 2;
  /// Added to energies, before roots are taken of them.
  HEARTH_ARG(double, spectrum_shift) = 0;

  // ---- bands
  /// "none": the points of the spectrum. "htk", "slaney": triangles with corners on that mel scale
  /// and sides straight in Hz (torchaudio, librosa). "kaldi": sides straight in mel.
  HEARTH_ARG(std::string, bands) = "htk";
  /// "slaney": triangles of one area; "none".
  HEARTH_ARG(std::string, band_norm) = "none";
  HEARTH_ARG(int64_t, num_bands) = 80;
  HEARTH_ARG(double, low_freq) = 0;
  /// 0 or less: so much below half the sample rate.
  HEARTH_ARG(double, high_freq) = 0;
  /// Kaldi's bands of another vocal tract: frequencies are warped by this factor, between these.
  HEARTH_ARG(double, vtln_warp) = 1;
  HEARTH_ARG(double, vtln_low) = 100;
  HEARTH_ARG(double, vtln_high) = -500;

  // ---- logarithm
  /// "none", "ln", "log10" or "db" (10 log10 of energies, 20 log10 of magnitudes).
  HEARTH_ARG(std::string, log) = "ln";
  /// The logarithm of max(x + log_shift, log_floor).
  HEARTH_ARG(double, log_shift) = 0;
  HEARTH_ARG(double, log_floor) = 1.1920928955078125e-7;
  /// What is more than this below the largest of all frames is raised to there; 0: off. Needs the
  /// whole signal.
  HEARTH_ARG(double, range) = 0;

  // ---- cepstra
  /// So many coefficients of the cosine transform of the bands; 0: the bands themselves.
  HEARTH_ARG(int64_t, num_ceps) = 0;
  /// Coefficient i is multiplied by 1 + lifter / 2 sin(pi i / lifter); 0: none.
  HEARTH_ARG(double, lifter) = 0;

  // ---- energy of frames
  /// The logarithm of a frame's energy goes before bands, and takes the place of the first
  /// coefficient of cepstra and of the first point of a spectrum.
  HEARTH_ARG(bool, use_energy) = false;
  /// Before preemphasis and window, instead of after.
  HEARTH_ARG(bool, raw_energy) = true;
  /// The least energy there is, in scaled samples; 0: none.
  HEARTH_ARG(double, energy_floor) = 0;
  /// Energy, or the first coefficient (without energy: times sqrt(2)), comes last.
  HEARTH_ARG(bool, htk_compat) = false;

  // ---- normalization
  /// (x - subtract) / divide.
  HEARTH_ARG(double, subtract) = 0;
  HEARTH_ARG(double, divide) = 1;
  /// Of each number over all frames: "mean" is taken off; "cmvn": and it is divided by the standard
  /// deviation (Kaldi's, of n, at least 1e-10); "meanvar": by that of n - 1 plus 1e-5; "none".
  /// Needs the whole signal.
  HEARTH_ARG(std::string, normalize) = "none";

 public:
  /// Throws ValueError for values that make no sense, and says what would.
  void check() const;
  /// Whether all frames have to be known before the first is.
  bool needs_whole_signal() const { return range_ > 0 || normalize_ != "none"; }
  /// Numbers of a frame.
  int64_t dims() const;
  /// Frames of a signal of so many samples.
  int64_t num_frames(int64_t samples) const;
  /// The sample that frame 0 begins at; may be negative.
  int64_t first_sample() const;
  /// How many frames can be told of the first `samples` samples of a signal that goes on.
  int64_t num_frames_ready(int64_t samples) const;
  /// What the numbers of a frame are called, dims() of them: "band0", "energy" ...
  std::vector<std::string> names() const;
  /// One option a line, all of them; the same text for the same features.
  std::string to_json() const;
  /// Options that are not named keep the values of `base`. Throws FormatError for unknown names and
  /// for values of another type.
  static FeatureConfig from_json(std::string_view json, FeatureConfig base);
  static FeatureConfig from_json(std::string_view json) { return from_json(json, {}); }
};

/// A well-known front end by its name: kaldi-fbank80 and kaldi-mfcc (Kaldi's tools, without
/// dither), whisper and whisper128 (OpenAI's, before padding to 30 s), torchaudio
/// (MelSpectrogram's defaults), librosa (feature.melspectrogram's), hifigan (22.05 kHz), vggish
/// (before it cuts patches), nemo, ast (before padding). Throws ValueError, which lists them.
HEARTH_API FeatureConfig preset(std::string_view name);
HEARTH_API std::vector<std::string> preset_names();
/// What a preset is, in a line.
HEARTH_API std::string preset_summary(std::string_view name);

}  // namespace hearth::audio::features
