// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/audio/speech.h"

#include <algorithm>
#include <filesystem>

#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"

#include "archives.h"
#include "listing.h"

namespace hearth::datasets {

namespace fs = std::filesystem;
using namespace listing;

// ---- LibriSpeech

namespace {

struct Part {
  const char *name, *sha256;
};
constexpr Part kLibriSpeech[] = {
    {"dev-clean", "76f87d090650617fca0cac8f88b9416e0ebf80350acb97b343a85fa903728ab3"},
    {"dev-other", "12661c48e8c3fe1de2c1caa4c3e135193bfb1811584f11f569dd12645aa84365"},
    {"test-clean", "39fde525e59672dc6d1551919b1478f724438a95aa55f874b576be21967e6c23"},
    {"test-other", "d09c181bba5cf717b3dee7d4d592af11a3ee3a09e08ae025c5506f6ebe961c29"},
    {"train-clean-100", "d4ddd1d5a6ab303066f14971d768ee43278a5f2a0aa43dc716b0e64ecbbbf6e2"},
    {"train-clean-360", "146a56496217e96c14334a160df97fffedd6e0a04e66b9c5af0d40be3c792ecf"},
    {"train-other-500", "ddb22f27f96ec163645d53215559df6aa36515f26e01dd70798188350adcb6d2"}};

std::vector<LibriSpeechSample> load_librispeech(const std::string& root, const std::string& url,
                                                const std::string& folder_in_archive,
                                                bool download) {
  const auto part = std::find_if(std::begin(kLibriSpeech), std::end(kLibriSpeech),
                                 [&](const Part& p) { return p.name == url; });
  HEARTH_CHECK_AS(ValueError, part != std::end(kLibriSpeech),
                  "[LIBRISPEECH] expected dev-clean, dev-other, test-clean, test-other, "
                  "train-clean-100, train-clean-360 or train-other-500, got '",
                  url, "'");
  const Archive archive{
      "LIBRISPEECH", remote("http://www.openslr.org/resources/12/" + url + ".tar.gz", part->sha256),
      "LibriSpeech/" + url, folder_in_archive + "/" + url};
  const std::string folder = find(archive, root, download);
  std::vector<LibriSpeechSample> samples;
  for (const std::string& speaker : folders(folder))
    for (const std::string& chapter : folders(folder + "/" + speaker)) {
      const std::string below = cat_str(folder, "/", speaker, "/", chapter, "/");
      std::map<std::string, std::string> transcripts;
      const std::string list = cat_str(below, speaker, "-", chapter, ".trans.txt");
      for (const std::string& line : lines(list)) {
        const size_t blank = line.find(' ');
        transcripts[line.substr(0, blank)] =
            blank == std::string::npos ? "" : line.substr(blank + 1);
      }
      for (const std::string& file : files(below, ".flac")) {
        const std::string id = file.substr(0, file.size() - 5);
        const auto parts = split(id, "-");
        const auto transcript = transcripts.find(id);
        HEARTH_CHECK_AS(FormatError, parts.size() == 3 && transcript != transcripts.end(), "[",
                        below, file, "] has no transcript in ", list);
        LibriSpeechSample sample;
        sample.path = below + file;
        sample.transcript = transcript->second;
        sample.speaker_id = number(parts[0], sample.path);
        sample.chapter_id = number(parts[1], sample.path);
        sample.utterance_id = number(parts[2], sample.path);
        samples.push_back(std::move(sample));
      }
    }
  // torchaudio's order is that of the files' names, not of the folders' paths.
  std::sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) {
    return fs::path(a.path).stem().string() < fs::path(b.path).stem().string();
  });
  return samples;
}

// ---- LJSpeech

std::vector<LJSpeechSample> load_ljspeech(const std::string& root, const std::string& url,
                                          const std::string& folder_in_archive, bool download) {
  const std::string file = url.substr(url.rfind('/') + 1);
  const std::string base = file.substr(0, file.find(".tar"));
  const bool known = file == "LJSpeech-1.1.tar.bz2";
  const Archive archive{
      "LJSPEECH",
      remote(url, known ? "be1a30453f28eb8dd26af4101ae40cbf2c50413b1bb21936cbcdc6fae3de8aa5" : ""),
      base, base};
  const std::string folder = find(archive, root, download);
  std::vector<LJSpeechSample> samples;
  for (const std::string& line : lines(folder + "/metadata.csv")) {
    const auto fields = split(line, "|");
    HEARTH_CHECK_AS(FormatError, fields.size() == 3, "[", folder,
                    "/metadata.csv] expected lines of three fields, got '", line, "'");
    LJSpeechSample sample;
    sample.path = cat_str(folder, "/", folder_in_archive, "/", fields[0], ".wav");
    sample.transcript = fields[1];
    sample.normalized_transcript = fields[2];
    samples.push_back(std::move(sample));
  }
  return samples;
}

// ---- VCTK

std::vector<VctkSample> load_vctk(const std::string& root, const std::string& mic, bool download,
                                  const std::string& url, const std::string& ending) {
  HEARTH_CHECK_AS(ValueError, mic == "mic1" || mic == "mic2",
                  "[VCTK_092] mic_id is mic1 or mic2, got '", mic, "'");
  const bool known = url.ends_with("/10283/3443/VCTK-Corpus-0.92.zip");
  hub::RemoteFile file =
      remote(url, known ? "f96258be9fdc2cbff6559541aae7ea4f59df3fcaf5cf963aae5ca647357e359c" : "");
  file.name = "VCTK-Corpus-0.92.zip";
  const std::string folder =
      find({"VCTK_092", std::move(file), "", "VCTK-Corpus-0.92"}, root, download);
  std::vector<VctkSample> samples;
  for (const std::string& speaker : folders(folder + "/txt"))
    for (const std::string& text : files(folder + "/txt/" + speaker, ".txt")) {
      const std::string id = text.substr(0, text.size() - 4);
      const size_t underscore = id.find('_');
      VctkSample sample;
      sample.path = cat_str(folder, "/wav48_silence_trimmed/", speaker, "/", id, "_", mic, ending);
      // Some speakers lack files of a microphone.
      std::error_code unknown;
      if (underscore == std::string::npos || !fs::exists(sample.path, unknown)) continue;
      const auto transcript = lines(folder + "/txt/" + speaker + "/" + text);
      sample.transcript = transcript.empty() ? "" : transcript[0];
      sample.speaker_id = id.substr(0, underscore);
      sample.utterance_id = id.substr(underscore + 1);
      samples.push_back(std::move(sample));
    }
  return samples;
}

// ---- Common Voice

std::vector<CommonVoiceSample> load_commonvoice(const std::string& root, const std::string& tsv) {
  using namespace data::readers;
  CsvReader rows(root + "/" + tsv, CsvOptions().delimiter('\t').quote(0).longest_row(1 << 20));
  const size_t path = rows.column("path");
  std::vector<CommonVoiceSample> samples;
  while (const CsvReader::Row* row = rows.next()) {
    CommonVoiceSample sample;
    const std::string file((*row)[path]);
    sample.path = cat_str(root, "/clips/", file, file.ends_with(".mp3") ? "" : ".mp3");
    for (size_t i = 0; i < row->size(); ++i)
      sample.dictionary.emplace(rows.columns()[i], (*row)[i]);
    samples.push_back(std::move(sample));
  }
  return samples;
}

// ---- yes and no, digits

std::vector<YesNoSample> load_yesno(const std::string& root, const std::string& url,
                                    const std::string& folder_in_archive, bool download) {
  const bool known = url.ends_with("/resources/1/waves_yesno.tar.gz");
  const Archive archive{
      "YESNO",
      remote(url, known ? "c3f49e0cca421f96b75b41640749167b52118f232498667ca7a5f9416aef8e73" : ""),
      "waves_yesno", folder_in_archive};
  const std::string folder = find(archive, root, download);
  std::vector<YesNoSample> samples;
  for (const std::string& file : files(folder, ".wav")) {
    YesNoSample sample;
    sample.path = folder + "/" + file;
    for (const std::string& label : split(file.substr(0, file.size() - 4), "_"))
      sample.labels.push_back(number(label, sample.path));
    samples.push_back(std::move(sample));
  }
  return samples;
}

std::vector<SpokenDigitSample> load_digits(const std::string& root, const std::string& subset,
                                           bool download) {
  HEARTH_CHECK_AS(ValueError, subset.empty() || subset == "training" || subset == "testing",
                  "[FreeSpokenDigit] the subset is training, testing or empty, got '", subset, "'");
  const std::string name = "free-spoken-digit-dataset-1.0.9";
  hub::RemoteFile file =
      remote("https://github.com/Jakobovski/free-spoken-digit-dataset/archive/v1.0.9.tar.gz", "");
  file.name = name + ".tar.gz";
  const std::string folder =
      find({"FreeSpokenDigit", std::move(file), name, name}, root, download) + "/recordings";
  constexpr int64_t kTests = 5;
  std::vector<SpokenDigitSample> samples;
  for (const std::string& wav : files(folder, ".wav")) {
    const auto parts = split(wav.substr(0, wav.size() - 4), "_");
    SpokenDigitSample sample;
    sample.path = folder + "/" + wav;
    HEARTH_CHECK_AS(FormatError, parts.size() == 3, "[", sample.path,
                    "] expected a name like 7_jackson_32.wav");
    sample.label = number(parts[0], sample.path);
    sample.speaker = parts[1];
    sample.index = number(parts[2], sample.path);
    if (!subset.empty() && (sample.index < kTests) != (subset == "testing")) continue;
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace

LIBRISPEECH::LIBRISPEECH(const std::string& root, const std::string& url,
                         const std::string& folder_in_archive, bool download)
    : AudioDataset(load_librispeech(root, url, folder_in_archive, download)) {}

LJSPEECH::LJSPEECH(const std::string& root, const std::string& url,
                   const std::string& folder_in_archive, bool download)
    : AudioDataset(load_ljspeech(root, url, folder_in_archive, download)) {}

VCTK_092::VCTK_092(const std::string& root, const std::string& mic_id, bool download,
                   const std::string& url, const std::string& audio_ext)
    : AudioDataset(load_vctk(root, mic_id, download, url, audio_ext)) {}

COMMONVOICE::COMMONVOICE(const std::string& root, const std::string& tsv)
    : AudioDataset(load_commonvoice(root, tsv)) {}

YESNO::YESNO(const std::string& root, const std::string& url, const std::string& folder_in_archive,
             bool download)
    : AudioDataset(load_yesno(root, url, folder_in_archive, download)) {}

FreeSpokenDigit::FreeSpokenDigit(const std::string& root, const std::string& subset, bool download)
    : AudioDataset(load_digits(root, subset, download)) {}

}  // namespace hearth::datasets
