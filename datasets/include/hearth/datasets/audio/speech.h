// SPDX-License-Identifier: Apache-2.0
// Read speech with its text. Names and arguments are torchaudio's; an empty root is the cache.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hearth/datasets/audio/audio_dataset.h"

namespace hearth::datasets {

struct LibriSpeechSample {
  Tensor waveform;  ///< [1, frames]
  int64_t sample_rate = 16000;
  std::string transcript;
  int64_t speaker_id = 0, chapter_id = 0, utterance_id = 0;
  std::string path;
};

/// Audiobooks of English (V. Panayotov et al., 2015), 16 kHz. `url` is the part: dev-clean,
/// dev-other, test-clean, test-other, train-clean-100, train-clean-360 or train-other-500. Throws
/// FileError where it is missing and may not be downloaded (0.3 to 30 GB).
class HEARTH_API LIBRISPEECH : public AudioDataset<LibriSpeechSample> {
 public:
  explicit LIBRISPEECH(const std::string& root = "", const std::string& url = "train-clean-100",
                       const std::string& folder_in_archive = "LibriSpeech", bool download = false);
};

struct LJSpeechSample {
  Tensor waveform;  ///< [1, frames]
  int64_t sample_rate = 22050;
  std::string transcript, normalized_transcript;
  std::string path;
};

/// One speaker of English (K. Ito, L. Johnson, 2017), 24 hours at 22.05 kHz.
class HEARTH_API LJSPEECH : public AudioDataset<LJSpeechSample> {
 public:
  explicit LJSPEECH(
      const std::string& root = "",
      const std::string& url = "https://data.keithito.com/data/speech/LJSpeech-1.1.tar.bz2",
      const std::string& folder_in_archive = "wavs", bool download = false);
};

struct VctkSample {
  Tensor waveform;  ///< [1, frames]
  int64_t sample_rate = 48000;
  std::string transcript, speaker_id, utterance_id;
  std::string path;
};

/// 110 speakers of English (J. Yamagishi et al., VCTK 0.92), 48 kHz. `mic_id` is "mic1" or "mic2".
/// What has no text, or no file of that microphone, is left out.
class HEARTH_API VCTK_092 : public AudioDataset<VctkSample> {
 public:
  explicit VCTK_092(const std::string& root = "", const std::string& mic_id = "mic2",
                    bool download = false,
                    const std::string& url =
                        "https://datashare.is.ed.ac.uk/bitstream/handle/"
                        "10283/3443/VCTK-Corpus-0.92.zip",
                    const std::string& audio_ext = ".flac");
};

struct CommonVoiceSample {
  Tensor waveform;  ///< [1, frames]
  int64_t sample_rate = 0;
  /// The row by the columns' names: client_id, path, sentence, up_votes, age ...
  std::map<std::string, std::string> dictionary;
  std::string path;
};

/// A language of Mozilla's Common Voice, which must be downloaded from its site: `root` holds the
/// .tsv files and clips/.
class HEARTH_API COMMONVOICE : public AudioDataset<CommonVoiceSample> {
 public:
  explicit COMMONVOICE(const std::string& root, const std::string& tsv = "train.tsv");
};

struct YesNoSample {
  Tensor waveform;  ///< [1, frames]
  int64_t sample_rate = 8000;
  std::vector<int64_t> labels;  ///< eight words, 1 for yes
  std::string path;
};

/// 60 recordings of one man who says yes or no in Hebrew, eight times each; 8 kHz.
class HEARTH_API YESNO : public AudioDataset<YesNoSample> {
 public:
  explicit YESNO(const std::string& root = "",
                 const std::string& url = "http://www.openslr.org/resources/1/waves_yesno.tar.gz",
                 const std::string& folder_in_archive = "waves_yesno", bool download = false);
};

struct SpokenDigitSample {
  Tensor waveform;  ///< [1, frames]
  int64_t sample_rate = 8000;
  int64_t label = 0;  ///< the digit
  std::string speaker;
  int64_t index = 0;  ///< of the speaker's recordings of the digit
  std::string path;
};

/// The Free Spoken Digit Dataset (Z. Jackson et al.): six speakers of English say each digit fifty
/// times; 8 kHz. `subset` is "" (all), "training" or "testing", each speaker's first five of a
/// digit.
class HEARTH_API FreeSpokenDigit : public AudioDataset<SpokenDigitSample> {
 public:
  explicit FreeSpokenDigit(const std::string& root = "", const std::string& subset = "",
                           bool download = false);
};

}  // namespace hearth::datasets
