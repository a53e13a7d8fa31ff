// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"

#include "manifests/paths.h"

namespace hearth::audio {

std::vector<Utterance> read_wav_scp(const std::string& path, const ManifestOptions& options) {
  const manifests::Paths paths(path, options, false);
  manifests::Utterances utterances;
  data::readers::LineReader lines(path, 1 << 20);
  while (const auto line = lines.next()) {
    const std::string_view text = manifests::trimmed(*line);
    if (text.empty()) continue;
    const std::string place = cat_str(path, ": line ", lines.line());
    const size_t end = text.find_first_of(" \t");
    HEARTH_CHECK_AS(FormatError, end != std::string_view::npos, "[", place,
                    "] expected an id and a path, got '", text.substr(0, 60), "'");
    Utterance utterance;
    utterance.id = text.substr(0, end);
    utterance.path = paths.resolve(text.substr(end), place);
    utterances.add(std::move(utterance), place);
  }
  return std::move(utterances.all);
}

}  // namespace hearth::audio
