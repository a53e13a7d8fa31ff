// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <set>

#include "hearth/audio/manifests/kaldi_data.h"
#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"

#include "manifests/paths.h"

namespace hearth::audio {

namespace {

using KeyValues = std::vector<std::pair<std::string, std::string>>;
using Keys = std::set<std::string>;

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    const size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || i + more > text.size()) return false;
    uint32_t code = lead & (0x3f >> more);
    for (size_t n = 0; n < more; ++n, ++i) {
      if ((text[i] & 0xc0) != 0x80) return false;
      code = code << 6 | (text[i] & 0x3f);
    }
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (code < (more == 3 ? 0x10000u : more == 2 ? 0x800u : 0x80u) || code > 0x10ffff || surrogate)
      return false;
  }
  return true;
}

Keys keys_of(const KeyValues& lines) {
  Keys keys;
  for (const auto& [key, value] : lines) keys.insert(key);
  return keys;
}

class DataDir {
 public:
  explicit DataDir(const std::string& folder) : folder_(folder) {}

  std::vector<std::string> complaints;

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  bool has(const std::string& name) const {
    std::error_code unknown;
    return std::filesystem::exists(path(name), unknown);
  }
  template <typename... T>
  void complain(const T&... parts) {
    complaints.push_back(cat_str(parts...));
  }

  /// The lines of a file, of which the first that is out of order is named.
  KeyValues read(const std::string& name) {
    KeyValues all;
    bool sorted = true;
    data::readers::LineReader lines(path(name), 1 << 24);
    while (const auto line = lines.next()) {
      const std::string_view text = manifests::trimmed(*line);
      const size_t end = std::min(text.find_first_of(" \t"), text.size());
      std::string key(text.substr(0, end));
      const std::string place = cat_str(path(name), ": line ", lines.line(), ": ");
      if (text.empty()) {
        complain(place, "is empty");
        continue;
      }
      if (!is_utf8(text)) complain(place, "is no UTF-8");
      if (!all.empty() && key == all.back().first) {
        complain(place, "the key '", key, "' comes again");
      } else if (!all.empty() && key < all.back().first && std::exchange(sorted, false)) {
        complain(place, "'", key, "' comes after '", all.back().first,
                 "': not sorted by bytes (LC_ALL=C sort)");
      }
      all.emplace_back(std::move(key), manifests::trimmed(text.substr(end)));
    }
    if (all.empty()) complain(path(name), " has no line");
    return all;
  }

  /// Complains where two files have different keys.
  void compare(const std::string& name, const Keys& keys, const std::string& other,
               const Keys& expected) {
    for (const bool missing : {true, false}) {
      const Keys& from = missing ? expected : keys;
      const Keys& without = missing ? keys : expected;
      std::vector<std::string> odd;
      std::set_difference(from.begin(), from.end(), without.begin(), without.end(),
                          std::back_inserter(odd));
      if (!odd.empty())
        complain(path(name), missing ? " lacks '" : " has '", odd[0], "'",
                 odd.size() > 1 ? cat_str(" and ", odd.size() - 1, " more keys") : "",
                 missing ? ", which " : ", unlike ", other, missing ? " has" : "");
    }
  }
  void compare_file(const std::string& name, const std::string& other, const Keys& expected) {
    if (has(name)) compare(name, keys_of(read(name)), other, expected);
  }

 private:
  std::string folder_;
};

void check_speakers(DataDir& dir, const KeyValues& utt2spk) {
  Keys speakers;
  const std::string* before = nullptr;
  for (const auto& [utterance, speaker] : utt2spk) {
    if (speaker.empty() || speaker.find_first_of(" \t") != std::string::npos)
      dir.complain(dir.path("utt2spk"), ": '", utterance, "' has the speaker '", speaker,
                   "', expected one word");
    if (before && speaker < *before) {
      dir.complain(dir.path("utt2spk"), ": '", utterance, "' of '", speaker,
                   "' comes after one of '", *before,
                   "': make speakers the beginnings of their utterances' ids");
      break;
    }
    before = &speaker;
  }
  for (const auto& [utterance, speaker] : utt2spk) speakers.insert(speaker);
  if (!dir.has("spk2utt")) {
    dir.complain(dir.path("spk2utt"), " is missing");
  } else {
    dir.compare("spk2utt", keys_of(dir.read("spk2utt")), "utt2spk", speakers);
    Keys pairs, expected;
    for (const auto& [speaker, utterances] : read_spk2utt(dir.path("spk2utt")))
      for (const std::string& utterance : utterances) pairs.insert(utterance + " " + speaker);
    for (const auto& [utterance, speaker] : utt2spk) expected.insert(utterance + " " + speaker);
    dir.compare("spk2utt", pairs, "utt2spk", expected);
  }
  for (const char* name : {"spk2gender", "cmvn.scp"}) dir.compare_file(name, "utt2spk", speakers);
}

void check_recordings(DataDir& dir, const Keys& utterances) {
  if (!dir.has("wav.scp")) {
    if (dir.has("segments")) dir.complain(dir.path("wav.scp"), " is missing");
    return;
  }
  const KeyValues recordings = dir.read("wav.scp");
  for (const auto& [id, path] : recordings)
    if (path.empty()) dir.complain(dir.path("wav.scp"), ": '", id, "' has no path");
  if (!dir.has("segments")) {
    dir.compare("wav.scp", keys_of(recordings), "utt2spk", utterances);
    return;
  }
  dir.compare("segments", keys_of(dir.read("segments")), "utt2spk", utterances);
  try {
    read_segments(dir.path("segments"),
                  read_wav_scp(dir.path("wav.scp"), ManifestOptions().allow_commands(true)));
  } catch (const FormatError& e) {
    dir.complain(e.what());
  }
}

}  // namespace

std::vector<std::string> check_kaldi_data(const std::string& folder,
                                          const DataDirOptions& options) {
  DataDir dir(folder);
  std::error_code unknown;
  HEARTH_CHECK_AS(FileError, std::filesystem::is_directory(folder, unknown), "[", folder,
                  "] is no folder");
  for (const auto& [name, needed] :
       {std::pair{"text", options.need_text()}, std::pair{"feats.scp", options.need_feats()}})
    if (needed && !dir.has(name)) dir.complain(dir.path(name), " is missing");
  if (!dir.has("wav.scp") && !dir.has("feats.scp"))
    dir.complain(dir.path("wav.scp"), " is missing");
  if (!dir.has("utt2spk")) {
    dir.complain(dir.path("utt2spk"), " is missing");
    return std::move(dir.complaints);
  }
  const KeyValues utt2spk = dir.read("utt2spk");
  const Keys utterances = keys_of(utt2spk);
  check_speakers(dir, utt2spk);
  check_recordings(dir, utterances);
  for (const char* name : {"feats.scp", "vad.scp", "utt2lang"})
    dir.compare_file(name, "utt2spk", utterances);
  if (dir.has("text")) {
    const KeyValues text = dir.read("text");
    dir.compare("text", keys_of(text), "utt2spk", utterances);
    for (const auto& [id, words] : text)
      if (words.empty()) dir.complain(dir.path("text"), ": '", id, "' has no words");
  }
  for (const char* name : {"utt2dur", "utt2num_frames"}) {
    if (!dir.has(name)) continue;
    const KeyValues lengths = dir.read(name);
    dir.compare(name, keys_of(lengths), "utt2spk", utterances);
    for (const auto& [id, length] : lengths) {
      double value = 0;
      try {
        value = manifests::seconds(length, "a length", "");
      } catch (const FormatError&) {
      }
      if (value <= 0)
        dir.complain(dir.path(name), ": '", id, "' has the length '", length,
                     "', expected a number above 0");
    }
  }
  return std::move(dir.complaints);
}

}  // namespace hearth::audio
