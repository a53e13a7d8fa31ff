// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hearth/audio/manifests/utterance.h"

namespace hearth::audio {

/// The lines "key value" of one of Kaldi's text files, in order; a value may have spaces or be
/// empty. Throws FileError, and FormatError for a key that comes again.
HEARTH_API std::vector<std::pair<std::string, std::string>> read_key_values(
    const std::string& path);

/// The utterances of a Kaldi data directory: recordings from wav.scp, parts of them from segments
/// ("utterance recording start end [channel]", an end of -1 is the recording's), speakers from
/// utt2spk, or spk2utt, text from text and labels from utt2lang, as far as these are there. Throws
/// FileError and FormatError.
HEARTH_API std::vector<Utterance> read_kaldi_data(const std::string& folder,
                                                  const ManifestOptions& options = {});

/// The parts of recordings that a file "segments" names. Throws FileError and FormatError.
HEARTH_API std::vector<Utterance> read_segments(const std::string& path,
                                                const std::vector<Utterance>& recordings);

/// Utterances of each speaker, in order: spk2utt, or what utt2spk says where that is missing.
HEARTH_API std::vector<std::pair<std::string, std::vector<std::string>>> read_spk2utt(
    const std::string& path);

struct DataDirOptions {
  /// Complain where these are missing, as Kaldi's script does unless told otherwise.
  HEARTH_ARG(bool, need_text) = true;
  HEARTH_ARG(bool, need_feats) = false;
};

/// What is wrong with a Kaldi data directory, a line each; nothing if it is well. What
/// utils/validate_data_dir.sh looks at: files that are missing; keys that are not sorted by bytes,
/// come again or differ between files; segments that are none or of no recording; utt2spk and
/// spk2utt that disagree; speakers whose ids do not begin those of their utterances where that
/// changes the order; text that is empty or no UTF-8; durations that are none.
HEARTH_API std::vector<std::string> check_kaldi_data(const std::string& folder,
                                                     const DataDirOptions& options = {});

}  // namespace hearth::audio
