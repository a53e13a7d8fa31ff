// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/audio/speechcommands.h"

#include <unordered_set>

#include "hearth/base/error.h"

#include "archives.h"
#include "listing.h"

namespace hearth::datasets {
namespace {

using namespace listing;

constexpr const char* kSite = "http://download.tensorflow.org/data/";
constexpr const char* kHash1 = "743935421bb51cccdb6bdd152e04c5c70274e935c82119ad7faeec31780d811d";
constexpr const char* kHash2 = "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58";
/// Between the speaker and the number; files without it (noise) are no words.
constexpr const char* kDivider = "_nohash_";

Archive archive_of(const std::string& url, const std::string& folder) {
  const bool version = url.find('/') == std::string::npos;
  const std::string address = version ? kSite + url + ".tar.gz" : url;
  const std::string name = address.substr(address.rfind('/') + 1);
  const char* hash = name == "speech_commands_v0.01.tar.gz"   ? kHash1
                     : name == "speech_commands_v0.02.tar.gz" ? kHash2
                                                              : "";
  HEARTH_CHECK_AS(ValueError, name.ends_with(".tar.gz") && (!version || *hash),
                  "[SPEECHCOMMANDS] expected speech_commands_v0.01, speech_commands_v0.02 or the "
                  "address of a .tar.gz, got '",
                  url, "'");
  const std::string base = name.substr(0, name.size() - std::string(".tar.gz").size());
  return {"SPEECHCOMMANDS", remote(address, hash), "", folder + "/" + base};
}

SpeechCommandsSample sample_of(const std::string& folder, const std::string& label,
                               const std::string& file) {
  SpeechCommandsSample sample;
  sample.path = folder + "/" + label + "/" + file;
  sample.label = label;
  // The test sets' names end in ".wav.wav".
  const std::string name = file.substr(0, file.find(".wav"));
  const size_t divider = name.find(kDivider);
  HEARTH_CHECK_AS(FormatError, divider != std::string::npos, "[", sample.path,
                  "] expected a name like 0a7c2a8d_nohash_0.wav");
  sample.speaker_id = name.substr(0, divider);
  sample.utterance_number =
      number(name.substr(divider + std::string(kDivider).size()), sample.path);
  return sample;
}

std::vector<SpeechCommandsSample> load(const std::string& root, const std::string& url,
                                       const std::string& folder_in_archive, bool download,
                                       const std::string& subset) {
  HEARTH_CHECK_AS(
      ValueError,
      subset.empty() || subset == "training" || subset == "validation" || subset == "testing",
      "[SPEECHCOMMANDS] the subset is training, validation, testing or empty, got '", subset, "'");
  const std::string folder = find(archive_of(url, folder_in_archive), root, download);
  std::vector<SpeechCommandsSample> samples;
  const std::string validation = folder + "/validation_list.txt";
  const std::string testing = folder + "/testing_list.txt";
  if (subset == "validation" || subset == "testing") {
    for (const std::string& line : lines(subset == "testing" ? testing : validation)) {
      const size_t slash = line.find('/');
      HEARTH_CHECK_AS(FormatError, slash != std::string::npos && line.find("..") == line.npos, "[",
                      subset == "testing" ? testing : validation,
                      "] expected lines like yes/0a7c2a8d_nohash_0.wav, got '", line, "'");
      samples.push_back(sample_of(folder, line.substr(0, slash), line.substr(slash + 1)));
    }
    return samples;
  }
  std::unordered_set<std::string> others;
  if (subset == "training")
    for (const std::string& list : {validation, testing})
      for (std::string& line : lines(list)) others.insert(std::move(line));
  for (const std::string& label : folders(folder)) {
    if (label == "_background_noise_") continue;
    for (const std::string& file : files(folder + "/" + label, ".wav"))
      if (file.find(kDivider) != std::string::npos && !others.contains(label + "/" + file))
        samples.push_back(sample_of(folder, label, file));
  }
  return samples;
}

}  // namespace

SPEECHCOMMANDS::SPEECHCOMMANDS(const std::string& root, const std::string& url,
                               const std::string& folder_in_archive, bool download,
                               const std::string& subset)
    : AudioDataset(load(root, url, folder_in_archive, download, subset)) {}

}  // namespace hearth::datasets
