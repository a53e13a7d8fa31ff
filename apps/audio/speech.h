// SPDX-License-Identifier: Apache-2.0
// Speech of the program espeak-ng.
#pragma once

#include <string>

#include "hearth/tensor/tensor.h"

struct Voice {
  /// "en-us+f3": a language of espeak-ng and, behind the plus, a variant.
  std::string name = "en-us";
  int64_t words_per_minute = 175;
  int64_t pitch = 50;  ///< 0 to 99
};

/// What espeak-ng samples its speech with, in Hz.
inline constexpr int64_t kSpeechRate = 22050;

/// A text spoken, float [time], without the silence around it. Throws Error, with a hint when the
/// program is not installed.
hearth::Tensor speak(const std::string& text, const Voice& voice);
