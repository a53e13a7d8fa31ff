// SPDX-License-Identifier: Apache-2.0
// Modules over functional/cepstral.h. Names and defaults are torchaudio's; none has a state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/base/arg.h"
#include "hearth/nn/cloneable.h"
#include "hearth/nn/pimpl.h"

namespace hearth::audio::transforms {

/// Options of AmplitudeToDB.
struct AmplitudeToDBOptions {
  /// What is given: "power", or "magnitude" (also "amplitude"), whose square is a power.
  HEARTH_ARG(std::string, stype) = "power";
  /// No value is further below the maximum than this.
  HEARTH_ARG(std::optional<double>, top_db) = std::nullopt;
};

/// Decibels of powers or magnitudes, at least 1e-10 each, relative to 1.
class HEARTH_API AmplitudeToDBImpl : public nn::Cloneable<AmplitudeToDBImpl> {
 public:
  explicit AmplitudeToDBImpl(const AmplitudeToDBOptions& options_ = {});
  void reset() override;
  Tensor forward(const Tensor& x);

  AmplitudeToDBOptions options;
};
HEARTH_MODULE(AmplitudeToDB);

/// Options of ComputeDeltas; functional::compute_deltas says what they do.
struct ComputeDeltasOptions {
  HEARTH_ARG(int64_t, win_length) = 5;
  HEARTH_ARG(std::string, mode) = "replicate";
};

/// Slopes over time of features [..., frequency, time].
class HEARTH_API ComputeDeltasImpl : public nn::Cloneable<ComputeDeltasImpl> {
 public:
  explicit ComputeDeltasImpl(const ComputeDeltasOptions& options_ = {});
  void reset() override {}
  Tensor forward(const Tensor& specgram);

  ComputeDeltasOptions options;
};
HEARTH_MODULE(ComputeDeltas);

/// Options of SlidingWindowCmn; functional::sliding_window_cmn says what they do.
struct SlidingWindowCmnOptions {
  HEARTH_ARG(int64_t, cmn_window) = 600;
  HEARTH_ARG(int64_t, min_cmn_window) = 100;
  HEARTH_ARG(bool, center) = false;
  HEARTH_ARG(bool, norm_vars) = false;
};

/// Features [..., time, frequency] without their mean over a window that moves along.
class HEARTH_API SlidingWindowCmnImpl : public nn::Cloneable<SlidingWindowCmnImpl> {
 public:
  explicit SlidingWindowCmnImpl(const SlidingWindowCmnOptions& options_ = {});
  void reset() override {}
  Tensor forward(const Tensor& specgram);

  SlidingWindowCmnOptions options;
};
HEARTH_MODULE(SlidingWindowCmn);

}  // namespace hearth::audio::transforms
