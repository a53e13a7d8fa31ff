// SPDX-License-Identifier: Apache-2.0
#include "manifests/columns.h"

#include <algorithm>
#include <array>

#include "hearth/base/error.h"

namespace hearth::audio::manifests {

namespace {

struct Field {
  std::string_view name;
  std::vector<std::string_view> usual;
};

const std::vector<Field>& fields() {
  static const auto& all =
      *new std::vector<Field>{{"id", {"id", "utt", "utt_id", "utterance_id", "key"}},
                              {"path",
                               {"path", "audio_filepath", "audio_path", "wav", "wav_path", "audio",
                                "file", "filepath", "filename"}},
                              {"start", {"start", "offset"}},
                              {"end", {"end"}},
                              {"duration", {"duration"}},
                              {"channel", {"channel"}},
                              {"speaker", {"speaker", "spk", "speaker_id", "client_id"}},
                              {"text", {"text", "sentence", "transcript", "transcription"}},
                              {"label", {"label", "class", "category", "target"}}};
  return all;
}

const Field* field_of(std::string_view name) {
  for (const Field& field : fields())
    if (field.name == name) return &field;
  return nullptr;
}

}  // namespace

Columns::Columns(const ManifestOptions& options) : named_(options.columns()) {
  for (const auto& [field, column] : named_)
    HEARTH_CHECK_AS(ValueError, field_of(field),
                    "[ManifestOptions] columns are for id, path, start, "
                    "end, duration, channel, speaker, text and label, got '",
                    field, "'");
}

std::optional<std::string_view> Columns::find(
    std::string_view field, const std::function<bool(std::string_view)>& has) const {
  if (const auto named = named_.find(std::string(field)); named != named_.end())
    return has(named->second) ? std::optional<std::string_view>(named->second) : std::nullopt;
  for (const std::string_view name : field_of(field)->usual)
    if (has(name)) return name;
  return std::nullopt;
}

void Columns::add(const std::function<std::optional<std::string>(std::string_view)>& value,
                  const Paths& paths, const std::string& place, Utterances& to) const {
  const auto of = [&](std::string_view field) {
    std::optional<std::string> found;
    find(field, [&](std::string_view name) { return (found = value(name)).has_value(); });
    return found && !found->empty() ? found : std::nullopt;
  };
  Utterance utterance;
  const auto path = of("path");
  HEARTH_CHECK_AS(FormatError, path, "[", place, "] expected the path of a sound file, got none");
  utterance.path = paths.resolve(*path, place);
  if (const auto text = of("start")) utterance.start = seconds(*text, "the start", place);
  if (const auto text = of("end")) {
    utterance.end = seconds(*text, "the end", place);
  } else if (const auto duration = of("duration"); duration && of("start")) {
    // Without a start it says how long the whole file is.
    utterance.end = utterance.start + seconds(*duration, "the duration", place);
  }
  if (const auto text = of("channel")) utterance.channel = channel_number(*text, place);
  utterance.speaker = of("speaker").value_or("");
  utterance.text = of("text").value_or("");
  utterance.label = of("label").value_or("");
  if (auto id = of("id")) {
    utterance.id = std::move(*id);
    to.add(std::move(utterance), place);
  } else {
    to.add_named_by(*path, std::move(utterance), place);
  }
}

}  // namespace hearth::audio::manifests
