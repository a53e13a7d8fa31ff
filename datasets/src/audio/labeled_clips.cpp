// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/audio/labeled_clips.h"

#include <filesystem>
#include <map>

#include "hearth/audio/classification/classifier.h"
#include "hearth/audio/io/load.h"
#include "hearth/audio/manifests/load.h"
#include "hearth/base/progress.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "class_folders.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;

/// A sound, or a part of one, and its class.
struct Sound {
  audio::Utterance utterance;
  int64_t target;
};
struct Sounds {
  std::vector<std::string> classes;
  std::vector<Sound> sounds;
};

Sounds of_folder(const std::string& path, const ClassFolderOptions& options) {
  ClassFiles all = class_files(path, options);
  Sounds result{std::move(all.classes), {}};
  for (LabeledFile& file : all.files) {
    audio::Utterance utterance;
    utterance.path = std::move(file.path);
    result.sounds.push_back({std::move(utterance), file.target});
  }
  return result;
}

Sounds of_list(const std::string& path, const ClassFolderOptions& options) {
  std::vector<audio::Utterance> all = audio::read_manifest(path);
  std::map<std::string, int64_t> classes;
  for (const audio::Utterance& u : all) {
    HEARTH_CHECK_AS(FormatError, !u.label.empty(), "[", path, "] ", u.id,
                    " has no label: expected a column \"label\" or \"class\"");
    classes.emplace(u.label, 0);
  }
  HEARTH_CHECK_AS(FormatError, classes.size() >= 2, "[", path,
                  "] expected sounds of two or more classes; found ", classes.size());
  Sounds result;
  for (auto& [name, index] : classes) {
    index = static_cast<int64_t>(result.classes.size());
    result.classes.push_back(name);
  }
  // Split by their numbers in the list, which stand for the files.
  ClassFiles numbers{result.classes, {}};
  for (size_t i = 0; i < all.size(); ++i)
    numbers.files.push_back({std::to_string(i), classes.at(all[i].label)});
  split_classes(numbers, path, options);
  for (const LabeledFile& file : numbers.files)
    result.sounds.push_back({std::move(all[std::stoul(file.path)]), file.target});
  return result;
}

}  // namespace

LabeledClips labeled_clips(const std::string& path, const LabeledClipsOptions& options) {
  const ClassFolderOptions folders{.mode = options.mode(),
                                   .whole = options.whole(),
                                   .test_share = options.test_share(),
                                   .seed = options.seed(),
                                   .extensions = audio::sound_extensions(),
                                   .what = "sound files"};
  std::error_code unknown;
  const bool folder =
      fs::is_directory(path, unknown) && !fs::exists(fs::path(path) / "wav.scp", unknown);
  Sounds all = folder ? of_folder(path, folders) : of_list(path, folders);
  const auto most = static_cast<int64_t>(all.sounds.size());
  LabeledClips result{empty({most, options.samples()}, kShort), {}, std::move(all.classes)};
  std::vector<int64_t> targets;
  Progress progress(ProgressOptions("reading " + path).unit("sounds").total(most));
  int64_t broken = 0;
  std::string first_error;
  for (const auto& [utterance, target] : all.sounds) {
    progress.advance();
    try {
      const Tensor one = audio::mono(audio::load(utterance), options.sample_rate(), utterance.path);
      result.clips.select(0, static_cast<int64_t>(targets.size()))
          .copy_((audio::clip(one, options.samples()) * 32768).round().clamp(-32768, 32767));
      targets.push_back(target);
    } catch (const Error& e) {
      if (!options.skip_broken()) throw;
      if (broken++ == 0) first_error = e.what();
    }
  }
  progress.finish();
  if (broken > 0)
    Progress::print(cat_str("left out ", broken, " of ", most,
                            " sounds, which cannot be read; the first: ", first_error));
  const auto n = static_cast<int64_t>(targets.size());
  HEARTH_CHECK_AS(FormatError, n > 0, "[", path, "] holds no sound that can be read");
  result.clips = result.clips.narrow(0, 0, n);
  result.targets = from_blob(targets.data(), {n}, kLong).clone();
  return result;
}

}  // namespace hearth::datasets
