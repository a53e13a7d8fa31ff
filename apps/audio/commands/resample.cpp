// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/io/load.h"
#include "hearth/audio/io/reader.h"
#include "hearth/audio/io/writer.h"
#include "hearth/audio/transforms/stream_resampler.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/hearth.h"

#include "audio/sounds.h"
#include "common/command.h"
#include "common/inputs.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;
namespace fs = std::filesystem;
using hearth::Tensor;

class Resample final : public Command {
 public:
  const char* name() const override { return "resample"; }
  const char* summary() const override {
    return "Write sound files at another rate, in another format or with fewer channels";
  }
  const char* details() const override {
    return "Files keep their path below the folder that was given. Those of whole numbers keep "
           "their bits where the format has them, up to 24 for FLAC; floats stay floats in WAV; "
           "what lossy codecs give becomes 16 bits. Hours take no more memory than seconds.";
  }
  std::vector<std::string> examples() const override {
    return {"resample song.mp3 --rate 16000 --output wavs",
            "resample recordings/ --rate 16000 --channel mix --format flac --output out",
            "resample talk.mp4 --output wavs --bits 16"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("in", in_, "Sound files, patterns, folders, @lists of them, or - for stdin")
        .value("IN")
        .required();
    options.add("--output", output_, "The folder to write into").value("DIR").required();
    options.add("--rate", rate_, "The new sample rate in Hz; by default, the file's own")
        .between(1, 1e8);
    options.add("--format", format_, "Which kind of files to write")
        .one_of({"wav", "flac", "ogg", "opus", "mp3", "aiff", "au", "caf", "w64"});
    options.add("--channel", channel_, "all, the number of one, from 0, or their mean: mix")
        .value("all|N|mix")
        .check([](const std::string& text) {
          return text == "all" || text == "mix" || number_of(text)
                     ? ""
                     : "expected all, mix or a number from 0, got " + shortened(text, 60);
        });
    options.add("--bits", bits_, "Bits of a sample: 8, 16, 24 or 32; by default, as the file")
        .between(8, 32);
    options.flag("--overwrite", overwrite_, "Replace files that are there");
    reading_.declare(options);
  }
  int run() override;

 private:
  static std::optional<int64_t> number_of(const std::string& text) {
    int64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size() || n < 0) return std::nullopt;
    return n;
  }
  audio::SaveOptions kind_for(const audio::AudioMetaData& m) const;
  nlohmann::ordered_json convert(const std::string& from, const std::string& to) const;

  std::vector<std::string> in_;
  std::string output_, format_ = "wav", channel_ = "all";
  std::optional<int64_t> rate_, bits_;
  bool overwrite_ = false;
  Reading reading_;
};

audio::SaveOptions Resample::kind_for(const audio::AudioMetaData& m) const {
  audio::SaveOptions kind{.format = format_, .durability = hearth::Durability::Unsynced};
  if (format_ == "ogg" || format_ == "opus" || format_ == "mp3") {
    if (bits_) throw UsageError(fmt::format("--bits: {} has no bits of samples", format_));
    return kind;
  }
  const bool floats = m.encoding == "PCM_F" && !bits_;
  if (floats && format_ == "wav") {
    kind.encoding = "PCM_F";
    kind.bits_per_sample = m.bits_per_sample;
    return kind;
  }
  const bool companded = m.encoding == "ULAW" || m.encoding == "ALAW";
  const int64_t most = format_ == "flac" ? 24 : 32;
  int64_t bits = bits_.value_or(companded ? 16 : m.bits_per_sample);
  // Codecs that have none, and numbers that no file has.
  if (!bits_) bits = bits <= 8 || bits > 32 ? 16 : std::min(most, (bits + 7) / 8 * 8);
  kind.bits_per_sample = floats ? most : bits;
  kind.encoding = format_ == "wav" && kind.bits_per_sample == 8 ? "PCM_U" : "PCM_S";
  return kind;
}

nlohmann::ordered_json Resample::convert(const std::string& from, const std::string& to) const {
  audio::Reader reader(from, {.format = reading_.raw, .partial = reading_.partial});
  const audio::AudioMetaData& m = reader.info();
  const auto one = number_of(channel_);
  HEARTH_CHECK_AS(hearth::ValueError, !one || *one < m.num_channels, "[", from,
                  "] expected a channel below ", m.num_channels, ", got ", one.value_or(0));
  const int64_t rate = rate_.value_or(m.sample_rate);
  audio::StreamResampler resampler(
      audio::transforms::ResampleOptions().orig_freq(m.sample_rate).new_freq(rate));
  audio::Writer writer(to, rate, channel_ == "all" ? m.num_channels : 1, kind_for(m));
  for (;;) {
    const Tensor block = reader.read(int64_t{1} << 16);
    if (block.size(1) == 0) break;
    writer.write(resampler.push(one                 ? block.narrow(0, *one, 1)
                                : channel_ == "mix" ? block.mean(0, true)
                                                    : block));
  }
  if (const Tensor rest = resampler.flush(); rest.defined()) writer.write(rest);
  const int64_t frames = writer.position(), clipped = writer.clipped();
  writer.close();
  if (clipped > 0) note(fmt::format("{}: {} clipped", to, counted(clipped, "sample")));
  return {{"in", from},
          {"out", to},
          {"num_frames", frames},
          {"sample_rate", rate},
          {"clipped", clipped}};
}

int Resample::run() {
  const auto inputs = find_inputs(in_, hearth::audio::sound_extensions());
  const auto outputs = plan_outputs(
      inputs, output_,
      [this](const std::string& name) {
        return fs::path(name == "-" ? "stdin" : name).replace_extension(format_).string();
      },
      overwrite_);
  const hearth::NoGradGuard no_grad;
  nlohmann::ordered_json done = nlohmann::ordered_json::array();
  int64_t failed = 0;
  hearth::Progress progress(hearth::ProgressOptions("resampling")
                                .unit("files")
                                .total(static_cast<int64_t>(inputs.size())));
  for (size_t i = 0; i < inputs.size(); ++i) {
    try {
      make_parent(outputs[i]);
      done.push_back(convert(inputs[i].path, outputs[i]));
    } catch (const hearth::Error& error) {
      complain(fmt::format("{}: {}", program(), error.what()));
      done.push_back({{"in", inputs[i].path}, {"error", error.what()}});
      ++failed;
    }
    progress.advance();
  }
  progress.finish();
  if (json())
    print_json({{"files", done}, {"failed", failed}});
  else if (!quiet())
    fmt::print("{}{}\n", counted(static_cast<int64_t>(inputs.size()) - failed, "file"),
               failed > 0 ? fmt::format(", {} failed", failed) : "");
  return failed > 0 ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> resample_command() { return std::make_unique<Resample>(); }
