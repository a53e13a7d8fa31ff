// SPDX-License-Identifier: Apache-2.0
// How `augment` varies a recording.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "hearth/audio/io/load.h"
#include "hearth/base/generator.h"

#include "common/options.h"

/// Two numbers, or one twice: "5:20", "-3".
struct Range {
  double low = 0, high = 0;
};

/// The options that say what is done, and the doing.
class Variation {
 public:
  void declare(OptionList& options);
  /// Looks for noises and impulse responses. Throws UsageError where nothing is to be done.
  void prepare();
  /// Speed, room, noise, bandwidth, telephone and gain, in this order, each as `generator` says.
  /// What was chosen goes into `chosen`.
  hearth::Tensor apply(const hearth::audio::Audio& sound, hearth::Generator& generator,
                       nlohmann::ordered_json& chosen) const;

 private:
  hearth::Tensor with_noise(const hearth::Tensor& x, int64_t rate, hearth::Generator& generator,
                            nlohmann::ordered_json& chosen) const;
  hearth::Tensor in_room(const hearth::Tensor& x, int64_t rate, hearth::Generator& generator,
                         nlohmann::ordered_json& chosen) const;
  hearth::Tensor in_box(const hearth::Tensor& x, int64_t rate, hearth::Generator& generator,
                        nlohmann::ordered_json& chosen) const;

  std::string speed_text_, snr_text_ = "5:20", gain_text_, bandwidth_text_, rt60_text_;
  std::vector<std::string> noise_arguments_, rir_arguments_;
  double chance_ = 1;
  bool telephone_ = false;

  std::vector<double> speeds_, bandwidths_;
  std::vector<std::string> noises_, rirs_;
};
