// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/features/segments.h"
#include "hearth/audio/io/reader.h"
#include "hearth/audio/io/save.h"
#include "hearth/audio/manifests/load.h"
#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "audio/extract/sound_stream.h"
#include "audio/extract/task.h"
#include "audio/sounds.h"
#include "common/command.h"
#include "common/inputs.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;
namespace fs = std::filesystem;
using audio::features::Segment, audio::features::SegmentOptions;

/// A recording and where it is loud.
struct Spoken {
  Task task;
  std::string error;
  int64_t rate = 1, frames = 0;
  std::vector<Segment> segments;

  double seconds(int64_t sample) const {
    return static_cast<double>(sample) / static_cast<double>(rate);
  }
};

class SegmentCommand final : public Command {
 public:
  const char* name() const override { return "segment"; }
  const char* summary() const override { return "Find where in recordings somebody speaks"; }
  const char* details() const override {
    return "By energy alone: a segment begins where a recording is louder than its noise by "
           "--begin-above, and ends when it has been quieter than --end-above for --hangover. The "
           "noise is what a tenth of the frames do not reach, unless --noise-level says it. Files "
           "are read twice where pieces are written, and never held in memory as a whole. Of "
           "parts of recordings that a list names, times are from the beginning of the part.";
  }
  std::vector<std::string> examples() const override {
    return {"segment meeting.wav", "segment recordings/ --kaldi data/segments",
            "segment interview.mp3 --output pieces/ --format flac"};
  }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    inputs_.declare(options).required();
    options.add("--kaldi", kaldi_, "Write Kaldi's list of segments there").value("FILE");
    options.add("--output", output_, "Write each segment as a sound file into this folder")
        .value("FOLDER");
    options.add("--format", format_, "Of these").one_of({"wav", "flac"});
    options.flag("--overwrite", overwrite_, "Replace files that are there");
    options.add("--begin-above", begin_above_, "dB above the noise where a segment begins")
        .between(0, 200);
    options.add("--end-above", end_above_, "dB above the noise where it goes on").between(0, 200);
    options.add("--noise-level", noise_level_, "The level of the noise, in dB of full scale")
        .between(-300, 100)
        .by_default("measured");
    options
        .add("--hangover", hangover_, "Seconds of quiet that end a segment; shorter pauses do not")
        .between(0, 1e6);
    options.add("--min-duration", min_duration_, "Seconds that a segment has at least")
        .between(0, 1e6);
    options.add("--padding", padding_, "Seconds to keep before and after each").between(0, 1e6);
    inputs_.declare_reading(options);
  }
  int run() override;

 private:
  SegmentOptions options_at(int64_t rate) const {
    return SegmentOptions(static_cast<double>(rate))
        .begin_above(begin_above_)
        .end_above(end_above_)
        .noise_level(noise_level_)
        .hangover(hangover_)
        .min_duration(min_duration_)
        .padding(padding_);
  }
  void find(Spoken& spoken) const;
  /// The file of a recording's piece.
  std::string piece_of(const Spoken& spoken, size_t i) const;
  void write_pieces(const Spoken& spoken) const;
  void write_kaldi(const std::vector<Spoken>& all) const;
  void print(const std::vector<Spoken>& all) const;

  TaskInputs inputs_;
  std::optional<std::string> kaldi_, output_;
  std::string format_ = "wav";
  bool overwrite_ = false;
  double begin_above_ = 12, end_above_ = 8, hangover_ = 0.3, min_duration_ = 0.1, padding_ = 0.05;
  std::optional<double> noise_level_;
};

void SegmentCommand::find(Spoken& spoken) const {
  const TaskSource source(spoken.task);
  SoundOptions options;
  options.channel = "each";
  options.raw = inputs_.reading().raw;
  options.partial = inputs_.reading().partial;
  options.allow_nan = true;
  SoundStream stream(spoken.task, source, options);
  spoken.rate = stream.sample_rate();
  audio::features::VoiceSegmenter segmenter(options_at(spoken.rate));
  for (hearth::Tensor block; (block = stream.next()).defined();) {
    HEARTH_CHECK_AS(hearth::FormatError, block.isfinite().all().item<bool>(), "[", spoken.task.path,
                    "] holds NaN or infinite samples");
    spoken.frames += block.size(1);
    segmenter.accept(block);
  }
  spoken.segments = segmenter.segments();
}

std::string SegmentCommand::piece_of(const Spoken& spoken, size_t i) const {
  return fmt::format("{}/{}-{:04}.{}", *output_, spoken.task.id, i + 1, format_);
}

void SegmentCommand::write_pieces(const Spoken& spoken) const {
  bool inside = spoken.task.id.front() != '/';
  for (const fs::path& part : fs::path(spoken.task.id)) inside = inside && part != "..";
  HEARTH_CHECK_AS(hearth::ValueError, inside, "[", spoken.task.path,
                  "] expected an id that names a file below ", *output_, ", got '", spoken.task.id,
                  "'");
  // Nothing is written where one of them is there.
  std::error_code none;
  for (size_t i = 0; i < spoken.segments.size(); ++i)
    HEARTH_CHECK_AS(hearth::FileError, overwrite_ || !fs::exists(piece_of(spoken, i), none), "[",
                    piece_of(spoken, i), "] exists; replace it with --overwrite");
  const TaskSource source(spoken.task);
  audio::Reader reader(source.source(),
                       {.format = inputs_.reading().raw, .partial = inputs_.reading().partial});
  const int64_t bits = std::clamp<int64_t>(reader.info().bits_per_sample, 16, 24);
  const int64_t first = audio::frame_at(spoken.task.start, spoken.rate);
  for (size_t i = 0; i < spoken.segments.size(); ++i) {
    const Segment& s = spoken.segments[i];
    reader.seek(first + s.begin);
    hearth::Tensor piece = reader.read(s.end - s.begin);
    if (spoken.task.channel >= 0)
      piece = piece.slice(0, spoken.task.channel, spoken.task.channel + 1);
    const std::string path = piece_of(spoken, i);
    make_parent(path);
    audio::save(path, piece, spoken.rate, {.encoding = "PCM_S", .bits_per_sample = bits});
  }
}

void SegmentCommand::write_kaldi(const std::vector<Spoken>& all) const {
  std::vector<std::string> lines;
  for (const Spoken& spoken : all) {
    for (const Segment& s : spoken.segments) {
      const double begin = spoken.seconds(s.begin), end = spoken.seconds(s.end);
      lines.push_back(fmt::format("{0}-{1:07.0f}-{2:07.0f} {0} {3:.3f} {4:.3f}\n", spoken.task.id,
                                  begin * 100, end * 100, begin, end));
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  hearth::write_file_atomically(*kaldi_, text);
}

void SegmentCommand::print(const std::vector<Spoken>& all) const {
  int64_t count = 0, failed = 0;
  double speech = 0, total = 0;
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const Spoken& spoken : all) {
    nlohmann::ordered_json file{{"id", spoken.task.id}, {"file", spoken.task.path}};
    if (!spoken.error.empty()) {
      ++failed;
      file["error"] = spoken.error;
      files.push_back(file);
      continue;
    }
    file["duration"] = spoken.seconds(spoken.frames);
    file["segments"] = nlohmann::ordered_json::array();
    total += spoken.seconds(spoken.frames);
    for (const Segment& s : spoken.segments) {
      ++count;
      speech += spoken.seconds(s.end - s.begin);
      file["segments"].push_back(
          {{"start", spoken.seconds(s.begin)}, {"end", spoken.seconds(s.end)}});
      if (!json())
        fmt::print("{:>12}  {:>12}  {}\n", clock_time(spoken.seconds(s.begin)),
                   clock_time(spoken.seconds(s.end)), spoken.task.path);
    }
    files.push_back(file);
  }
  if (json()) {
    print_json({{"files", files},
                {"segments", count},
                {"speech", speech},
                {"duration", total},
                {"failed", failed}});
  } else if (!quiet()) {
    fmt::print("{}, {} of {}{}\n", counted(count, "segment"), clock_time(speech), clock_time(total),
               failed > 0 ? fmt::format("; {} failed", failed) : "");
  }
}

int SegmentCommand::run() {
  if (end_above_ > begin_above_)
    throw UsageError(
        fmt::format("--end-above {} is more than --begin-above {}", end_above_, begin_above_));
  const std::vector<Task> tasks = inputs_.find();
  for (const Task& task : tasks)
    if (output_ && task.path == "-")
      throw UsageError("--output reads recordings twice, and cannot read stdin");
  std::error_code none;
  HEARTH_CHECK_AS(hearth::FileError, !kaldi_ || overwrite_ || !fs::exists(*kaldi_, none), "[",
                  kaldi_.value_or(""), "] exists; replace it with --overwrite");
  for (const Task& task : tasks)
    HEARTH_CHECK_AS(hearth::ValueError,
                    !kaldi_ || task.id.find_first_of(" \t\r\n") == std::string::npos, "[",
                    task.path, "] expected an id without blanks for Kaldi's list, got '", task.id,
                    "'; give a list with other ids");
  std::vector<Spoken> all;
  hearth::Progress progress(
      hearth::ProgressOptions("reading").unit("files").total(static_cast<int64_t>(tasks.size())));
  for (const Task& task : tasks) {
    Spoken& spoken = all.emplace_back(Spoken{task, ""});
    try {
      find(spoken);
      if (output_) write_pieces(spoken);
    } catch (const hearth::Error& error) {
      spoken.error = error.what();
      complain(fmt::format("{}: {}", program(), spoken.error));
    }
    progress.advance();
  }
  progress.finish();
  if (kaldi_) write_kaldi(all);
  print(all);
  return std::any_of(all.begin(), all.end(), [](const Spoken& s) { return !s.error.empty(); });
}

}  // namespace

std::unique_ptr<Command> segment_command() { return std::make_unique<SegmentCommand>(); }
