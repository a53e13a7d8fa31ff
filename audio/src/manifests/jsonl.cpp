// SPDX-License-Identifier: Apache-2.0
// JSON lines, plain ones and lhotse's (https://lhotse.readthedocs.io, "Recording", "Supervision",
// "Cut").
#include "hearth/data/readers/jsonl.h"

#include <algorithm>
#include <unordered_map>

#include "hearth/base/error.h"

#include "manifests/columns.h"

namespace hearth::audio {

using data::readers::JsonlReader;
using data::readers::JsonValue;
using Kind = JsonValue::Kind;

namespace {

/// A field as text: numbers as they are written.
std::optional<std::string> as_text(const JsonValue& object, std::string_view key) {
  if (!object.contains(key)) return std::nullopt;
  const JsonValue value = object.at(key);
  if (value.kind() == Kind::String) return value.string();
  if (value.kind() == Kind::Integer || value.kind() == Kind::Number) return value.dump();
  return std::nullopt;
}

double number(const JsonValue& object, std::string_view key) { return object.at(key).number(); }

/// A channel alone or in a list; -1 for several.
int64_t channel_of(const JsonValue& object) {
  if (!object.contains("channel")) return -1;
  const JsonValue value = object.at("channel");
  if (value.kind() == Kind::Integer) return value.integer();
  return value.size() == 1 ? value.at(0).integer() : -1;
}

/// The sound file of a lhotse recording that has a channel; the channel becomes the file's.
std::string source_of(const JsonValue& recording, int64_t& channel, const manifests::Paths& paths,
                      const std::string& place) {
  HEARTH_CHECK_AS(
      FormatError,
      !recording.contains("transforms") || recording.at("transforms").is_null() ||
          recording.at("transforms").size() == 0,
      "[", place,
      "] the recording is changed while it is loaded (its 'transforms': speed, volume, "
      "resampling ...), which is not done here; save the changed sounds, and list those");
  const JsonValue sources = recording.at("sources");
  for (size_t i = 0; i < sources.size(); ++i) {
    const JsonValue source = sources.at(i);
    const std::vector<double> channels = source.at("channels").numbers();
    const auto found = std::find(channels.begin(), channels.end(), static_cast<double>(channel));
    if (channel >= 0 && found == channels.end()) continue;
    HEARTH_CHECK_AS(FormatError, channel >= 0 || sources.size() == 1, "[", place,
                    "] a recording of several files is not read whole; use cuts of one channel");
    if (channel >= 0) channel = found - channels.begin();
    const std::string& type = source.at("type").string();
    HEARTH_CHECK_AS(FormatError, type == "file" || type == "command", "[", place,
                    "] expected a recording in a file, got one of type '", type, "'");
    return paths.resolve(source.at("source").string() + (type == "command" ? " |" : ""), place);
  }
  throw FormatError(cat_str("[", place, "] the recording has no channel ", channel));
}

void add_supervision(const JsonValue& supervision, Utterance& to) {
  if (const auto text = as_text(supervision, "text"))
    to.text += (to.text.empty() ? "" : " ") + *text;
  if (to.speaker.empty()) to.speaker = as_text(supervision, "speaker").value_or("");
}

/// Of a recording, supervision or cut, which also have a start or none.
Utterance part_of(const JsonValue& object) {
  Utterance utterance;
  utterance.id = object.at("id").string();
  if (object.contains("start")) {
    utterance.start = number(object, "start");
    utterance.end = utterance.start + number(object, "duration");
    utterance.channel = channel_of(object);
  }
  return utterance;
}

Utterance recording_of(const JsonValue& object, const manifests::Paths& paths,
                       const std::string& place) {
  Utterance utterance = part_of(object);
  utterance.path = source_of(object, utterance.channel, paths, place);
  return utterance;
}

Utterance cut_of(const JsonValue& object, const manifests::Paths& paths, const std::string& place) {
  const std::string& type = object.at("type").string();
  HEARTH_CHECK_AS(FormatError, type == "MonoCut" || type == "MultiCut", "[", place,
                  "] expected a MonoCut or MultiCut, got a ", type);
  HEARTH_CHECK_AS(FormatError, object.contains("recording"), "[", place,
                  "] expected a cut with its recording, got one of features alone");
  Utterance utterance = part_of(object);
  utterance.path = source_of(object.at("recording"), utterance.channel, paths, place);
  if (object.contains("supervisions")) {
    const JsonValue supervisions = object.at("supervisions");
    for (size_t i = 0; i < supervisions.size(); ++i) add_supervision(supervisions.at(i), utterance);
  }
  return utterance;
}

using Recordings = std::unordered_map<std::string, std::pair<JsonValue, std::string>>;

Recordings recordings_beside(const std::string& supervisions) {
  std::string path = supervisions;
  const size_t at = path.rfind("supervisions");
  HEARTH_CHECK_AS(FormatError, at != std::string::npos && path.find('/', at) == std::string::npos,
                  "[", path,
                  "] expected a name with 'supervisions', as that of the recordings "
                  "follows from it; or read cuts");
  path.replace(at, std::string_view("supervisions").size(), "recordings");
  Recordings recordings;
  JsonlReader lines(path, data::readers::JsonlOptions().longest_line(1 << 26));
  while (const auto object = lines.next())
    recordings.emplace(object->at("id").string(), std::pair(*object, lines.place()));
  return recordings;
}

}  // namespace

std::vector<Utterance> read_jsonl(const std::string& path, const ManifestOptions& options) {
  const manifests::Columns columns(options);
  const manifests::Paths plain(path, options, true), lhotse(path, options, false);
  manifests::Utterances utterances;
  std::optional<Recordings> recordings;
  JsonlReader lines(path, data::readers::JsonlOptions().longest_line(1 << 26));
  while (const auto object = lines.next()) {
    const std::string place = lines.place();
    if (object->contains("sources")) {
      utterances.add(recording_of(*object, lhotse, place), place);
    } else if (as_text(*object, "type").value_or("").ends_with("Cut")) {
      utterances.add(cut_of(*object, lhotse, place), place);
    } else if (object->contains("recording_id")) {
      if (!recordings) recordings = recordings_beside(path);
      Utterance utterance = part_of(*object);
      const std::string& recording = object->at("recording_id").string();
      const auto found = recordings->find(recording);
      HEARTH_CHECK_AS(FormatError, found != recordings->end(), "[", place,
                      "] there is no recording '", recording, "'");
      utterance.path =
          source_of(found->second.first, utterance.channel, lhotse, found->second.second);
      add_supervision(*object, utterance);
      utterances.add(std::move(utterance), place);
    } else {
      columns.add([&](std::string_view name) { return as_text(*object, name); }, plain, place,
                  utterances);
    }
  }
  return std::move(utterances.all);
}

}  // namespace hearth::audio
