// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/datasets/audio/audio_dataset.h"

namespace hearth::datasets {

struct SpeechCommandsSample {
  Tensor waveform;  ///< [1, frames]
  int64_t sample_rate = 16000;
  std::string label, speaker_id;
  int64_t utterance_number = 0;
  std::string path;
};

/// Single words of English, a second each at 16 kHz (P. Warden, arXiv:1804.03209): 105,829 of 35
/// words, or 64,727 of 30 in the first version. `root` holds
/// folder_in_archive/speech_commands_v0.02; empty: the cache. `url` is the version,
/// "speech_commands_v0.01" or "speech_commands_v0.02", or the address of another archive of that
/// kind. `subset` is "" (all), "training", "validation" or "testing", by the lists in the archive.
/// Throws FileError where it is missing and may not be downloaded (2.3 GB).
class HEARTH_API SPEECHCOMMANDS : public AudioDataset<SpeechCommandsSample> {
 public:
  explicit SPEECHCOMMANDS(const std::string& root = "",
                          const std::string& url = "speech_commands_v0.02",
                          const std::string& folder_in_archive = "SpeechCommands",
                          bool download = false, const std::string& subset = "");
};

}  // namespace hearth::datasets
