// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/features/config.h"
#include "hearth/base/error.h"
#include "hearth/base/threads.h"

#include "audio/extract/run.h"
#include "audio/feature_target.h"
#include "audio/sounds.h"
#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace features = hearth::audio::features;

class Extract final : public Command {
 public:
  const char* name() const override { return "extract"; }
  const char* summary() const override { return "Extract features from sound files"; }
  const char* details() const override {
    return "Inputs are sound files, folders, patterns, lists (@list.txt), wav.scp files, Kaldi "
           "data "
           "directories, tables and JSON lines, lhotse manifests, tar archives, and - for stdin. "
           "Results keep the path relative to the folder given. With --output there are also "
           "manifest.jsonl, a line for each result, and errors.jsonl if something failed; a run "
           "that was stopped goes on with --resume. Sounds of another sample rate are resampled, "
           "and channels are mixed, with a word.";
  }
  std::vector<std::string> examples() const override {
    return {"extract song.wav", "extract recordings --preset whisper --output features",
            "extract data/train/wav.scp --preset kaldi-mfcc --format ark --output data/train",
            "extract calls --preset kaldi-fbank80 --set num_bands=40 --output fbank --threads 2",
            "extract --list-presets"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override;
  int run() override;

 private:
  std::vector<NamedFeature> wanted() const;
  int print_features() const;
  int list_presets() const;
  std::string format_of_output() const;
  std::vector<Task> shard(std::vector<Task> tasks) const;
  void print(const ExtractReport& report) const;

  TaskInputs inputs_;
  std::vector<std::string> presets_, features_, set_;
  std::string channel_ = "mix", rate_policy_ = "resample";
  std::string resampler_ = "hann", on_error_ = "skip", normalize_ = "as the preset", shard_;
  std::optional<std::string> output_, format_;
  FeatureEncoding encoding_;
  bool resume_ = false, overwrite_ = false, allow_nan_ = false;
  bool list_ = false, show_ = false, dry_run_ = false;
};

void Extract::declare(OptionList& options) {
  inputs_.declare(options);
  options.add("--preset", presets_, "Features of a well-known front end; several times for several")
      .by_default("kaldi-fbank80")
      .one_of(features::preset_names());
  options
      .add("--features", features_,
           "Features of a JSON file like --print-features writes; what it leaves open is as in "
           "kaldi-fbank80")
      .value("FILE");
  options.add("--set", set_, "Another value for one of the features' options, such as num_bands=40")
      .value("NAME=VALUE");
  options
      .add("--normalize", normalize_,
           "Of each number over a file's frames: take off the mean, divide by the deviation")
      .one_of({"as the preset", "none", "mean", "cmvn"});
  options
      .add("--output", output_,
           "Folder of the results, or the file of all of them (.npz, .ark, .safetensors, .csv)")
      .by_default("here")
      .value("PATH");
  options
      .add("--format", format_,
           "npy, csv and htk are a file each; npz, ark (Kaldi, with its .scp) and safetensors one "
           "for all")
      .one_of({"npy", "npz", "ark", "csv", "safetensors", "htk"})
      .by_default("by the ending of --output, or npy");
  encoding_.declare(options);
  options.add("--channel", channel_, "mix, each (results ID-0, ID-1 ...), or one, counted from 0")
      .check([](const std::string& value) -> std::string {
        const bool number = !value.empty() && value.size() < 5 &&
                            value.find_first_not_of("0123456789") == std::string::npos;
        return value == "mix" || value == "each" || number ? "" : "expected mix, each or a number";
      });
  options.add("--rate-policy", rate_policy_, "What to do with sounds of another sample rate")
      .one_of({"resample", "error"});
  options.add("--resampler", resampler_, "The window of the resampling filter")
      .one_of({"hann", "kaiser"});
  inputs_.declare_reading(options);
  options.flag("--allow-nan", allow_nan_, "Extract from sounds with NaN and infinite samples, too");
  options.add("--on-error", on_error_, "After a file that fails: skip it, or stop")
      .one_of({"skip", "stop"});
  options.flag("--resume", resume_, "Keep the results that an earlier run has left");
  options.flag("--overwrite", overwrite_, "Replace results");
  options.add("--shard", shard_, "Every n-th input, from the i-th on, 1/n to n/n").value("I/N");
  options.flag("--dry-run", dry_run_, "Only say how many there are");
  options.flag("--list-presets", list_, "List the presets");
  options.flag("--print-features", show_, "Print the features' options as JSON, for --features");
}

/// NAME=VALUE as JSON; numbers and booleans as such, else a string.
std::string json_of(const std::string& setting) {
  const size_t at = setting.find('=');
  if (at == 0 || at == setting.npos)
    throw UsageError("--set expects NAME=VALUE, such as num_bands=40, got " + setting);
  const std::string value = setting.substr(at + 1);
  auto json = nlohmann::json::parse(value, nullptr, false);
  if (!json.is_number() && !json.is_boolean()) json = value;
  return nlohmann::json{{setting.substr(0, at), json}}.dump();
}

std::vector<NamedFeature> Extract::wanted() const {
  std::vector<std::pair<std::string, features::FeatureConfig>> configs;
  for (const std::string& preset : presets_) configs.emplace_back(preset, features::preset(preset));
  for (const std::string& path : features_) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    HEARTH_CHECK_AS(hearth::FileError, in.good(), "[", path, "] cannot be read");
    try {
      configs.emplace_back(
          std::filesystem::path(path).stem().string(),
          features::FeatureConfig::from_json(text.str(), features::preset("kaldi-fbank80")));
    } catch (const hearth::FormatError& error) {
      throw hearth::FormatError(hearth::cat_str("[", path, "] ", error.what()));
    }
  }
  if (configs.empty()) configs.emplace_back("kaldi-fbank80", features::preset("kaldi-fbank80"));
  std::vector<NamedFeature> wanted;
  for (auto& [name, config] : configs) {
    for (const std::string& setting : set_)
      config = features::FeatureConfig::from_json(json_of(setting), config);
    if (normalize_ != "as the preset") config.normalize(normalize_);
    for (const NamedFeature& other : wanted)
      if (other.name == name) throw UsageError("two features are called " + name);
    wanted.push_back({name, features::Extractor(config)});
  }
  return wanted;
}

int Extract::list_presets() const {
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (const std::string& preset : features::preset_names()) {
    all[preset] = features::preset_summary(preset);
    if (!json()) fmt::print("{:<14} {}\n", preset, features::preset_summary(preset));
  }
  if (json()) print_json(all);
  return 0;
}

int Extract::print_features() const {
  for (const NamedFeature& feature : wanted())
    fmt::print("{}\n", feature.extractor.config().to_json());
  return 0;
}

std::vector<Task> Extract::shard(std::vector<Task> tasks) const {
  if (shard_.empty()) return tasks;
  const size_t slash = shard_.find('/');
  const auto number = [](const std::string& text) -> size_t {
    const bool fine = !text.empty() && text.size() < 10 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
    return fine ? std::stoul(text) : 0;
  };
  const size_t i = slash == shard_.npos ? 0 : number(shard_.substr(0, slash));
  const size_t n = slash == shard_.npos ? 0 : number(shard_.substr(slash + 1));
  if (i == 0 || i > n) throw UsageError("--shard expects I/N, 1/N to N/N, got " + shard_);
  std::vector<Task> part;
  for (size_t t = i - 1; t < tasks.size(); t += n) part.push_back(std::move(tasks[t]));
  return part;
}

/// Of an output that is one file for all.
std::string Extract::format_of_output() const {
  for (const char* format : {"npz", "ark", "csv", "safetensors"})
    if (output_ && output_->ends_with(std::string(".") + format)) return format;
  return "npy";
}

int Extract::run() {
  if (list_) return list_presets();
  if (show_) return print_features();
  if (inputs_.empty()) throw UsageError("expected sound files to extract features from");
  if (resume_ && overwrite_) throw UsageError("--resume keeps results, --overwrite replaces them");
  if (resume_ && !output_) throw UsageError("--resume needs --output");
  ExtractOptions options;
  options.features = wanted();
  options.format = hearth::audio::feature_format_of(format_ ? *format_ : format_of_output());
  options.writing = encoding_.get();
  options.sound.resample = rate_policy_ == "resample";
  options.sound.resampler = "sinc_interp_" + resampler_;
  options.sound.channel = channel_;
  options.sound.raw = inputs_.reading().raw;
  options.sound.partial = inputs_.reading().partial;
  options.sound.allow_nan = allow_nan_;
  options.output = output_.value_or(".");
  options.notes = output_.has_value();
  options.resume = resume_;
  options.overwrite = overwrite_;
  options.stop_on_error = on_error_ == "stop";
  options.threads = hearth::get_num_threads();
  const auto tasks = shard(inputs_.find());
  if (dry_run_) {
    fmt::print(text(), "{} to extract\n", counted(static_cast<int64_t>(tasks.size()), "recording"));
    if (json()) print_json(nlohmann::ordered_json{{"tasks", tasks.size()}});
    return 0;
  }
  const ExtractReport report = extract(tasks, options);
  print(report);
  return report.failed > 0 ? 1 : 0;
}

void Extract::print(const ExtractReport& report) const {
  if (json()) {
    nlohmann::ordered_json out{{"recordings", report.tasks},
                               {"done", report.done},
                               {"failed", report.failed},
                               {"resumed", report.resumed},
                               {"results", report.results},
                               {"frames", report.frames},
                               {"audio_seconds", report.audio_seconds},
                               {"seconds", report.seconds}};
    if (report.failed > 0) out["first_error"] = report.first_error;
    if (report.results <= 20) out["files"] = report.first;
    return print_json(out);
  }
  if (report.results <= 20)
    for (const auto& result : report.first)
      fmt::print("{}: {} x {} {}\n", result["file"].get<std::string>(),
                 result["frames"].get<int64_t>(), result["dims"].get<int64_t>(),
                 hearth::dtype_name(encoding_.get().dtype().value_or(hearth::kFloat)));
  if (report.tasks == 1 && report.failed == 0) return;
  fmt::print("{} of {} extracted", report.done, counted(report.tasks, "recording"));
  if (report.resumed > 0) fmt::print(", {} of them before", report.resumed);
  if (report.failed > 0) fmt::print(", {} failed", report.failed);
  if (report.audio_seconds > 0)
    fmt::print(": {:.2f} h of sound in {:.1f} s, {:.0f}x real time", report.audio_seconds / 3600,
               report.seconds, report.audio_seconds / std::max(report.seconds, 1e-9));
  fmt::print("\n");
}

}  // namespace

std::unique_ptr<Command> extract_command() { return std::make_unique<Extract>(); }
