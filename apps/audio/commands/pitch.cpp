// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/pitch.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/functional/pitch.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/hearth.h"

#include "audio/extract/sound_stream.h"
#include "audio/extract/task.h"
#include "audio/feature_target.h"
#include "audio/sounds.h"
#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;
using hearth::Tensor;

/// The course of pitch in a recording: columns of numbers [frames, columns].
struct Course {
  std::string id, path, error;
  Tensor values;
};

class Pitch final : public Command {
 public:
  const char* name() const override { return "pitch"; }
  const char* summary() const override { return "Follow the pitch of voices and instruments"; }
  const char* details() const override {
    return "Columns are the pitch in Hz (nan where there is no voice), and of pyin whether there "
           "is a voice, 1 or 0, and how probable one is. pyin finds the likeliest course of all; "
           "yin looks at each frame by itself and, like nccf, always finds a pitch. Without an "
           "output, CSV is printed. Channels are mixed unless one is named.";
  }
  std::vector<std::string> examples() const override {
    return {"pitch song.wav", "pitch speech/ --fmin 60 --fmax 400 --output pitch/ --format npy",
            "pitch voice.flac --method yin --json"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    inputs_.declare(options).required();
    options.add("--method", method_, "How to find it").one_of({"pyin", "yin", "nccf"});
    options.add("--fmin", fmin_, "The lowest pitch in Hz").positive();
    options.add("--fmax", fmax_, "The highest pitch in Hz").positive();
    options.add("--hop", hop_, "Seconds from one value to the next").positive();
    options
        .add("--frame", frame_,
             "Seconds that yin and pyin look at for each; more than two periods of --fmin")
        .positive()
        .by_default("four periods of --fmin");
    options.add("--channel", channel_, "This channel alone, from 0").between(0, 4095);
    options.add("--output", output_, "A folder, or a file with the format's ending").value("PATH");
    target_.declare(options);
    inputs_.declare_reading(options);
  }
  int run() override;

 private:
  std::vector<std::string> columns() const {
    if (method_ != "pyin") return {"f0"};
    return {"f0", "voiced", "probability"};
  }
  Tensor load(const Task& task, int64_t& rate) const;
  Tensor follow(const Task& task) const;
  void print(const Course& course, bool named) const;
  nlohmann::ordered_json json_of(const Course& course) const;

  TaskInputs inputs_;
  std::string method_ = "pyin";
  double fmin_ = 65, fmax_ = 2000, hop_ = 0.01;
  std::optional<double> frame_;
  std::optional<int64_t> channel_;
  std::optional<std::string> output_;
  FeatureTarget target_;
};

Tensor Pitch::load(const Task& task, int64_t& rate) const {
  const TaskSource source(task);
  SoundOptions options;
  options.channel = channel_ ? std::to_string(*channel_) : "mix";
  options.raw = inputs_.reading().raw;
  options.partial = inputs_.reading().partial;
  options.allow_nan = true;
  SoundStream stream(task, source, options);
  rate = stream.sample_rate();
  std::vector<Tensor> blocks;
  for (Tensor block; (block = stream.next()).defined();) blocks.push_back(block[0]);
  HEARTH_CHECK_AS(hearth::FormatError, !blocks.empty(), "[", task.path, "] holds no sound");
  Tensor sound = hearth::cat(blocks);
  HEARTH_CHECK_AS(hearth::FormatError, sound.isfinite().all().item<bool>(), "[", task.path,
                  "] holds NaN or infinite samples");
  return sound;
}

Tensor Pitch::follow(const Task& task) const {
  int64_t rate = 0;
  const Tensor sound = load(task, rate);
  const auto hz = static_cast<double>(rate);
  if (method_ == "nccf")
    return audio::functional::detect_pitch_frequency(
               sound, rate, hop_, 30, static_cast<int64_t>(fmin_), static_cast<int64_t>(fmax_))
        .unsqueeze(1);
  const auto samples = [&](double seconds) {
    constexpr double kMost = 1e9;  // more than any memory holds frames of
    return std::max<int64_t>(static_cast<int64_t>(std::nearbyint(std::min(seconds * hz, kMost))),
                             1);
  };
  const auto options = audio::features::YinOptions(hz)
                           .fmin(fmin_)
                           .fmax(std::min(fmax_, hz / 2))
                           .hop_length(samples(hop_))
                           .frame_length(2 * samples(frame_.value_or(4 / fmin_) / 2));
  if (method_ == "yin") return audio::features::yin(sound, options).unsqueeze(1);
  const audio::features::Pyin found = audio::features::pyin(sound, options);
  return hearth::stack({found.f0, found.voiced_flag.to(hearth::kFloat), found.voiced_prob}, 1);
}

void Pitch::print(const Course& course, bool named) const {
  const Tensor values = course.values.contiguous();
  const auto* x = values.const_data_ptr<float>();
  std::string text;
  const std::string id = csv_field(course.id);
  for (int64_t t = 0; t < values.size(0); ++t) {
    if (named) text += id + ",";
    text += fmt::format("{:.6g}", static_cast<double>(t) * hop_);
    for (int64_t c = 0; c < values.size(1); ++c) text += fmt::format(",{:.6g}", *x++);
    text += '\n';
  }
  say(stdout, text);
}

nlohmann::ordered_json Pitch::json_of(const Course& course) const {
  nlohmann::ordered_json object{{"id", course.id}, {"file", course.path}};
  if (!course.error.empty()) {
    object["error"] = course.error;
    return object;
  }
  object["frames"] = course.values.size(0);
  if (output_) return object;
  const auto names = columns();
  for (size_t c = 0; c < names.size(); ++c) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    const Tensor column = course.values.select(1, static_cast<int64_t>(c)).contiguous();
    const auto* x = column.const_data_ptr<float>();
    for (int64_t t = 0; t < column.numel(); ++t)
      all.push_back(std::isnan(x[t]) ? nlohmann::ordered_json() : nlohmann::ordered_json(x[t]));
    object[names[c]] = all;
  }
  return object;
}

int Pitch::run() {
  if (fmin_ >= fmax_)
    throw UsageError(fmt::format("--fmin {} is not below --fmax {}", fmin_, fmax_));
  if (frame_ && *frame_ * fmin_ <= 1)
    throw UsageError(fmt::format("--frame {} is not longer than a period of --fmin {}, {:.3g} s",
                                 *frame_, fmin_, 1 / fmin_));
  const std::vector<Task> tasks = inputs_.find();
  if (output_) target_.open(*output_, columns(), hop_);
  if (!output_ && !json()) {
    std::string header = tasks.size() > 1 ? "id,time" : "time";
    for (const std::string& name : columns()) header += "," + name;
    fmt::print("{}\n", header);
  }
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  int64_t failed = 0;
  hearth::Progress progress(
      hearth::ProgressOptions("following").unit("files").total(static_cast<int64_t>(tasks.size())));
  for (const Task& task : tasks) {
    Course course{task.id, task.path, "", {}};
    try {
      course.values = follow(task);
      if (output_)
        target_.write({task.id, course.values});
      else if (!json())
        print(course, tasks.size() > 1);
    } catch (const hearth::Error& error) {
      ++failed;
      course.error = error.what();
      const bool named = course.error.find(task.path) != std::string::npos;
      complain(fmt::format("{}: {}{}", program(), named ? "" : task.path + ": ", course.error));
    }
    if (json()) files.push_back(json_of(course));
    progress.advance();
  }
  progress.finish();
  if (output_) target_.close();
  if (json()) {
    print_json({{"method", method_}, {"hop", hop_}, {"files", files}, {"failed", failed}});
  } else if (output_ && !quiet()) {
    fmt::print("{}: {}{}\n", *output_, counted(target_.count(), "recording"),
               failed > 0 ? fmt::format("; {} failed", failed) : "");
  }
  return failed > 0 ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> pitch_command() { return std::make_unique<Pitch>(); }
