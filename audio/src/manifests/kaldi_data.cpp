// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/manifests/kaldi_data.h"

#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"

#include "manifests/paths.h"

namespace hearth::audio {

using data::readers::LineReader;
using manifests::trimmed;

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

bool exists(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::exists(path, unknown);
}

using Map = std::unordered_map<std::string, std::string>;

Map map_of(const std::string& path) {
  if (!exists(path)) return {};
  auto lines = read_key_values(path);
  return {std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end())};
}

Map speakers_of(const std::string& folder) {
  if (exists(folder + "/utt2spk") || !exists(folder + "/spk2utt"))
    return map_of(folder + "/utt2spk");
  Map speakers;
  for (const auto& [speaker, utterances] : read_spk2utt(folder + "/spk2utt"))
    for (const std::string& utterance : utterances) speakers.emplace(utterance, speaker);
  return speakers;
}

const std::string& value_of(const Map& map, const std::string& key) {
  static const auto& none = *new std::string;
  const auto found = map.find(key);
  return found == map.end() ? none : found->second;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> read_key_values(const std::string& path) {
  std::vector<std::pair<std::string, std::string>> all;
  std::unordered_set<std::string> keys;
  LineReader lines(path, 1 << 24);
  while (const auto line = lines.next()) {
    const std::string_view text = trimmed(*line);
    if (text.empty()) continue;
    const size_t end = std::min(text.find_first_of(" \t"), text.size());
    std::string key(text.substr(0, end));
    HEARTH_CHECK_AS(FormatError, keys.insert(key).second, "[", path, ": line ", lines.line(),
                    "] the key '", key, "' comes again");
    all.emplace_back(std::move(key), trimmed(text.substr(end)));
  }
  return all;
}

std::vector<std::pair<std::string, std::vector<std::string>>> read_spk2utt(
    const std::string& path) {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  for (const auto& [speaker, utterances] : read_key_values(path))
    all.emplace_back(speaker, words_of(utterances));
  return all;
}

std::vector<Utterance> read_segments(const std::string& path,
                                     const std::vector<Utterance>& recordings) {
  std::unordered_map<std::string, const Utterance*> by_id;
  for (const Utterance& recording : recordings) by_id.emplace(recording.id, &recording);
  manifests::Utterances parts;
  LineReader lines(path, 1 << 20);
  while (const auto line = lines.next()) {
    const std::vector<std::string> words = words_of(*line);
    if (words.empty()) continue;
    const std::string place = cat_str(path, ": line ", lines.line());
    HEARTH_CHECK_AS(
        FormatError, words.size() == 4 || words.size() == 5, "[", place,
        "] expected an utterance, a recording, start and end, and maybe a channel, got ",
        words.size(), " words");
    const auto recording = by_id.find(words[1]);
    HEARTH_CHECK_AS(FormatError, recording != by_id.end(), "[", place, "] there is no recording '",
                    words[1], "'");
    Utterance part;
    part.id = words[0];
    part.path = recording->second->path;
    part.start = manifests::seconds(words[2], "the start", place);
    part.end = manifests::seconds(words[3], "the end", place);
    if (words.size() == 5) part.channel = manifests::channel_number(words[4], place);
    parts.add(std::move(part), place);
  }
  return std::move(parts.all);
}

std::vector<Utterance> read_kaldi_data(const std::string& folder, const ManifestOptions& options) {
  std::vector<Utterance> utterances = read_wav_scp(folder + "/wav.scp", options);
  if (exists(folder + "/segments")) utterances = read_segments(folder + "/segments", utterances);
  const Map speakers = speakers_of(folder), texts = map_of(folder + "/text");
  const Map labels = map_of(folder + "/utt2lang");
  for (Utterance& utterance : utterances) {
    utterance.speaker = value_of(speakers, utterance.id);
    utterance.text = value_of(texts, utterance.id);
    utterance.label = value_of(labels, utterance.id);
  }
  return utterances;
}

}  // namespace hearth::audio
