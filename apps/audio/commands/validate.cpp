// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/feature_files/feature_reader.h"
#include "hearth/audio/io/reader.h"
#include "hearth/audio/manifests/kaldi_data.h"
#include "hearth/audio/manifests/load.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/base/threads.h"
#include "hearth/hearth.h"

#include "audio/sound_check.h"
#include "audio/sounds.h"
#include "common/command.h"
#include "common/inputs.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;
namespace fs = std::filesystem;

bool is_sound_name(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto& known = hearth::audio::sound_extensions();
  return std::find(known.begin(), known.end(), ending) != known.end();
}

bool is_list_name(const std::string& path) {
  return path.ends_with(".csv") || path.ends_with(".tsv") || path.ends_with(".jsonl") ||
         path.ends_with(".jsonl.gz");
}

/// A sound file, the parts of it that lists name, and what decoding it brought.
struct Sound {
  std::string path;
  std::vector<audio::Utterance> parts;
  std::vector<Problem> problems;
  double seconds = 0;
  int64_t rate = 0, channels = 0;
};

class Validate final : public Command {
 public:
  const char* name() const override { return "validate"; }
  const char* summary() const override {
    return "Look for what is wrong with sounds, lists of them and features";
  }
  const char* details() const override {
    return "Decodes everything: sound files and folders of them, Kaldi data directories (whose "
           "lists "
           "are compared as well), manifests, and all formats of features. Errors are files that "
           "are "
           "broken, cut off or empty, NaN and infinity, parts beyond their recordings, features of "
           "other dimensions than the first; exit code 1. Warnings are silence, clipping and "
           "features that never change; exit code 1 with --strict only.";
  }
  std::vector<std::string> examples() const override {
    return {"validate recordings/", "validate data/train --rate 16000 --strict",
            "validate feats.scp --json"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("in", in_, "Sound files, folders, patterns, lists, features").required();
    options.add("--as", as_, "What they are, where their content does not say it")
        .one_of({"sounds", "manifest", "features"});
    options.add("--rate", rate_, "The sample rate that all sounds must have").between(1, 1e8);
    options
        .add("--silence", silence_, "The peak, in dB of full scale, below which a sound is silent")
        .between(-300, 0);
    options.flag("--strict", strict_, "Fail for warnings too");
    options.flag("--no-text", no_text_, "A data directory needs no text");
    options.flag("--allow-commands", allow_commands_,
                 "Run commands that lists name; only for lists that you trust");
    options.add("--show", show_, "How many problems are named").between(0, 1e9);
  }
  int run() override;

 private:
  void take(const std::string& input);
  void take_list(const std::vector<audio::Utterance>& list);
  void add_sound(const std::string& path, const audio::Utterance* part);
  void check_sounds();
  void check(Sound& sound) const;
  /// `no_list` is why it is no list of sounds, of what might have been one.
  void check_features(const std::string& path, const std::string& no_list = "");
  void say(Problem problem);

  std::vector<std::string> in_;
  std::optional<std::string> as_;
  std::optional<int64_t> rate_;
  double silence_ = -60;
  int64_t show_ = 100;
  bool strict_ = false, no_text_ = false, allow_commands_ = false;

  std::vector<Sound> sounds_;
  std::map<std::string, size_t> sound_at_;
  std::vector<Problem> problems_;
  int64_t errors_ = 0, features_ = 0, frames_ = 0, dims_ = -1;
  std::map<int64_t, int64_t> rates_, channels_;
  double seconds_ = 0;
};

void Validate::say(Problem problem) {
  errors_ += !problem.warning;
  if (!json() && !quiet() && static_cast<int64_t>(problems_.size()) < show_)
    complain(fmt::format("{}: {}: {}", problem.where, problem.kind, problem.message));
  problems_.push_back(std::move(problem));
}

void Validate::add_sound(const std::string& path, const audio::Utterance* part) {
  const auto [at, is_new] = sound_at_.emplace(path, sounds_.size());
  if (is_new) sounds_.push_back({path, {}, {}});
  if (part) sounds_[at->second].parts.push_back(*part);
}

void Validate::take_list(const std::vector<audio::Utterance>& list) {
  for (const audio::Utterance& utterance : list) add_sound(utterance.path, &utterance);
}

void Validate::take(const std::string& input) {
  const auto options = audio::ManifestOptions().allow_commands(allow_commands_);
  std::error_code unknown;
  const bool folder = fs::is_directory(input, unknown);
  const auto has = [&](const char* file) { return folder && fs::exists(input + file, unknown); };
  if (as_ == "features") return check_features(input);
  if (has("/wav.scp") || has("/utt2spk")) {
    const auto needs = audio::DataDirOptions().need_text(!no_text_);
    for (const std::string& complaint : audio::check_kaldi_data(input, needs))
      say({input, "list", complaint});
    if (has("/wav.scp")) take_list(audio::read_kaldi_data(input, options));
    if (has("/feats.scp")) check_features(input + "/feats.scp");
    return;
  }
  if (as_ == "manifest") return take_list(audio::read_manifest(input, options));
  std::vector<Input> found;
  try {
    found = find_inputs({input}, hearth::audio::sound_extensions());
  } catch (const hearth::FileError&) {
    if (!folder || as_ == "sounds") throw;
    return check_features(input);  // a folder without sound files
  }
  for (const Input& file : found) {
    if (folder || as_ == "sounds" || is_sound_name(file.path)) {
      add_sound(file.path, nullptr);
      continue;
    }
    // Of lists and features, lists are those that lead to sounds.
    std::vector<audio::Utterance> list;
    std::string no_list;
    try {
      list = audio::read_manifest(file.path, audio::ManifestOptions().allow_commands(true));
    } catch (const hearth::Error& e) {
      if (is_list_name(file.path)) no_list = e.what();
    }
    if (!list.empty() && (list[0].is_command() || is_sound_name(list[0].path))) {
      take_list(audio::read_manifest(file.path, options));
    } else {
      check_features(file.path, no_list);
    }
  }
}

void Validate::check(Sound& sound) const {
  const auto complain = [&](const char* kind, std::string message) {
    sound.problems.push_back({sound.path, kind, std::move(message)});
  };
  try {
    SoundCheck samples(1);
    if (sound.path.ends_with('|')) {
      const audio::Audio loaded =
          audio::load(audio::Utterance{.id = sound.path, .path = sound.path});
      sound.rate = loaded.sample_rate;
      samples = SoundCheck(sound.rate);
      samples.add(loaded.waveform);
    } else {
      audio::Reader reader(sound.path);
      sound.rate = reader.info().sample_rate;
      samples = SoundCheck(sound.rate);
      constexpr int64_t kBlock = 1 << 16;
      for (hearth::Tensor block; (block = reader.read(kBlock)).size(1) > 0;) samples.add(block);
    }
    sound.channels = samples.channels();
    sound.seconds = static_cast<double>(samples.frames()) / static_cast<double>(sound.rate);
    sound.problems = samples.problems(sound.path, silence_);
  } catch (const hearth::Error& e) {
    complain("broken", e.what());
    return;
  }
  if (rate_ && sound.rate != *rate_)
    complain("rate", fmt::format("{} Hz instead of {}", sound.rate, *rate_));
  for (const audio::Utterance& part : sound.parts) {
    // As audio::load forgives it.
    constexpr double kForgiven = 0.5;
    if (part.start > sound.seconds || part.end > sound.seconds + kForgiven)
      complain("part", fmt::format("'{}' is from {} to {} seconds of a recording of {:.3f}",
                                   part.id, part.start, part.end, sound.seconds));
    if (part.channel >= sound.channels)
      complain("part", fmt::format("'{}' is channel {} of a recording that has {}", part.id,
                                   part.channel, sound.channels));
  }
}

void Validate::check_sounds() {
  hearth::Progress progress(hearth::ProgressOptions("decoding")
                                .unit("files")
                                .total(static_cast<int64_t>(sounds_.size())));
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i; (i = next++) < sounds_.size(); progress.advance()) check(sounds_[i]);
  };
  std::vector<std::thread> others;
  for (int n = 1; n < hearth::get_num_threads(); ++n) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  progress.finish();
  for (Sound& sound : sounds_) {
    for (Problem& problem : sound.problems) say(std::move(problem));
    if (sound.rate == 0) continue;
    ++rates_[sound.rate];
    ++channels_[sound.channels];
    seconds_ += sound.seconds;
  }
}

void Validate::check_features(const std::string& path, const std::string& no_list) {
  const int64_t before = features_;
  const auto broken = [&](const hearth::Error& e) {
    const bool unknown = !no_list.empty() && features_ == before;
    say({path, "broken",
         unknown ? fmt::format("is no list of sounds: {}; nor features: {}", no_list, e.what())
                 : e.what()});
  };
  std::optional<audio::FeatureReader> opened;
  try {
    opened.emplace(path);
  } catch (const hearth::Error& e) {
    return broken(e);
  }
  audio::FeatureReader& reader = *opened;
  hearth::Progress progress(hearth::ProgressOptions("reading " + path).unit("recordings"));
  for (;; progress.advance()) {
    std::optional<audio::FeatureEntry> entry;
    try {
      entry = reader.next();
    } catch (const hearth::Error& e) {
      broken(e);
      // Behind damage in an archive nothing can be found; a list and a folder go on.
      if (reader.format() == "scp" || reader.format() == "folder") continue;
      break;
    }
    if (!entry) break;
    const hearth::Tensor& x = entry->values;
    const std::string where = path + ": " + entry->id;
    ++features_;
    if (x.numel() == 0) {
      say({where, "empty", "has no frames"});
      continue;
    }
    frames_ += x.dim() > 1 ? x.size(0) : 1;
    if (dims_ < 0) dims_ = x.size(-1);
    if (x.size(-1) != dims_)
      say({where, "dimensions", fmt::format("{} instead of {}", x.size(-1), dims_)});
    if (!x.is_floating_point()) continue;
    const auto bad = x.isfinite().logical_not().sum().item<int64_t>();
    if (bad > 0)
      say({where, "nan",
           fmt::format("{} of {} are NaN or infinite", bad, counted(x.numel(), "number"))});
    if (x.dim() > 1 && x.size(0) > 1 && x.eq(x.slice(0, 0, 1)).all().item<bool>())
      say({where, "constant", "all frames are the same", true});
  }
}

int Validate::run() {
  for (const std::string& input : in_) take(input);
  check_sounds();
  HEARTH_CHECK_AS(hearth::FormatError, !sounds_.empty() || features_ > 0 || !problems_.empty(), "[",
                  in_[0], "] there is nothing to validate");
  const auto warnings = static_cast<int64_t>(problems_.size()) - errors_;
  std::map<std::string, int64_t> kinds;
  for (const Problem& problem : problems_) ++kinds[problem.kind];
  if (json()) {
    nlohmann::ordered_json out = {{"files", sounds_.size()}, {"seconds", seconds_},
                                  {"features", features_},   {"frames", frames_},
                                  {"errors", errors_},       {"warnings", warnings}};
    for (const auto& [rate, n] : rates_) out["rates"][std::to_string(rate)] = n;
    for (const auto& [channels, n] : channels_) out["channels"][std::to_string(channels)] = n;
    out["problems"] = nlohmann::ordered_json::array();
    for (const Problem& p : problems_)
      out["problems"].push_back(
          {{"where", p.where}, {"kind", p.kind}, {"message", p.message}, {"warning", p.warning}});
    print_json(out);
  } else if (!quiet()) {
    const auto hidden = static_cast<int64_t>(problems_.size()) - show_;
    if (hidden > 0) fmt::print("... and {} more\n", counted(hidden, "problem"));
    std::vector<std::string> parts;
    if (!sounds_.empty()) {
      parts.push_back(counted(static_cast<int64_t>(sounds_.size()), "file"));
      parts.push_back(clock_time(seconds_) + " of sound");
    }
    for (const auto& [rate, n] : rates_) parts.push_back(fmt::format("{} at {} Hz", n, rate));
    if (features_ > 0)
      parts.push_back(fmt::format("features of {}, {}", counted(features_, "recording"),
                                  counted(frames_, "frame")));
    for (const auto& [kind, n] : kinds) parts.push_back(fmt::format("{} {}", n, kind));
    if (problems_.empty()) parts.push_back("nothing is wrong");
    fmt::print("{}\n", joined(parts, ", "));
  }
  return errors_ > 0 || (strict_ && warnings > 0) ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> validate_command() { return std::make_unique<Validate>(); }
