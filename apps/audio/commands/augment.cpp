// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/io/load.h"
#include "hearth/audio/io/save.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/base/threads.h"
#include "hearth/hearth.h"

#include "audio/sounds.h"
#include "audio/variation.h"
#include "common/command.h"
#include "common/inputs.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace audio = hearth::audio;
namespace fs = std::filesystem;

class Augment final : public Command {
 public:
  const char* name() const override { return "augment"; }
  const char* summary() const override {
    return "Vary recordings for training: speed, rooms, noise, bandwidth, gain";
  }
  const char* details() const override {
    return "Writes WAV files of 16 bits at the recordings' own rates. What happens to a recording "
           "follows from --seed, its path below the folder that was given and the number of the "
           "copy alone: not from other recordings, their order or threads. --json tells what was "
           "chosen. Where a result would be louder than full scale, it is made quieter.";
  }
  std::vector<std::string> examples() const override {
    return {"augment speech/ --output varied --speed 0.9,1,1.1 --noise musan/ --snr 5:20",
            "augment speech/ --output calls --telephone --gain -12:0 --copies 3",
            "augment a.wav --output out --rir rooms/ --chance 0.5 --seed 7"};
  }
  unsigned common() const override { return kThreads | kSeed | kJson; }
  void declare(OptionList& options) override {
    options.add("in", in_, "Sound files, patterns, folders, @lists of them, or - for stdin")
        .value("IN")
        .required();
    options.add("--output", output_, "The folder to write into").value("DIR").required();
    variation_.declare(options);
    options.add("--copies", copies_, "Different ones of each; above 1, -1, -2 ... end their names")
        .between(1, 10000);
    options.flag("--overwrite", overwrite_, "Replace files that are there");
    reading_.declare(options);
  }
  int run() override;

 private:
  void vary(const Input& input, int64_t copy, const std::string& to,
            nlohmann::ordered_json& chosen) const;

  std::vector<std::string> in_;
  std::string output_;
  int64_t copies_ = 1;
  bool overwrite_ = false;
  Variation variation_;
  Reading reading_;
};

/// A seed that follows from these three alone (FNV-1a).
uint64_t seed_of(uint64_t seed, const std::string& path, int64_t copy) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : fmt::format("{} {} {}", seed, copy, path)) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3u;
  }
  return hash;
}

void Augment::vary(const Input& input, int64_t copy, const std::string& to,
                   nlohmann::ordered_json& chosen) const {
  const audio::Audio sound =
      audio::load(input.path, {.format = reading_.raw, .partial = reading_.partial});
  hearth::Generator generator(seed_of(seed(), input.relative, copy));
  hearth::Tensor y = variation_.apply(sound, generator, chosen);
  if (y.numel() > 0)
    if (const double peak = y.abs().max().item<double>(); peak > 1) y = y / peak;
  make_parent(to);
  audio::save(
      to, y, sound.sample_rate,
      {.encoding = "PCM_S", .bits_per_sample = 16, .durability = hearth::Durability::Unsynced});
}

int Augment::run() {
  variation_.prepare();
  std::vector<Input> inputs, results;  // each copy's
  for (const Input& input : find_inputs(in_, hearth::audio::sound_extensions())) {
    if (input.path == "-" && copies_ > 1)
      throw UsageError("--copies: stdin can be read once; write it to a file first");
    const fs::path path(input.path == "-" ? "stdin" : input.relative);
    for (int64_t copy = 1; copy <= copies_; ++copy) {
      inputs.push_back(input);
      const std::string number = copies_ > 1 ? fmt::format("-{}", copy) : "";
      const std::string file = path.stem().string() + number + ".wav";
      results.push_back({input.path, (path.parent_path() / file).string()});
    }
  }
  const auto outputs = plan_outputs(
      results, output_, [](const std::string& name) { return name; }, overwrite_);

  std::vector<nlohmann::ordered_json> done(inputs.size());
  hearth::Progress progress(hearth::ProgressOptions("augmenting")
                                .unit("files")
                                .total(static_cast<int64_t>(inputs.size())));
  std::atomic<size_t> next{0};
  std::atomic<int64_t> failed{0};
  const auto work = [&] {
    const hearth::NoGradGuard no_grad;
    const hearth::ThreadLimitGuard one(1);
    for (size_t i; (i = next++) < inputs.size(); progress.advance()) {
      done[i] = {{"in", inputs[i].path}, {"out", outputs[i]}};
      try {
        vary(inputs[i], static_cast<int64_t>(i) % copies_, outputs[i], done[i]);
      } catch (const hearth::Error& error) {
        const std::string text = error.what();
        complain(fmt::format("{}: {}{}", program(),
                             text.find(inputs[i].path) == std::string::npos
                                 ? fmt::format("[{}] ", inputs[i].path)
                                 : "",
                             text));
        done[i] = {{"in", inputs[i].path}, {"error", text}};
        ++failed;
      }
    }
  };
  std::vector<std::thread> others;
  for (int n = 1; n < hearth::get_num_threads(); ++n) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  progress.finish();
  if (json())
    print_json({{"files", done}, {"failed", failed.load()}});
  else if (!quiet())
    fmt::print("{}{}\n", counted(static_cast<int64_t>(inputs.size()) - failed, "file"),
               failed > 0 ? fmt::format(", {} failed", failed.load()) : "");
  return failed > 0 ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> augment_command() { return std::make_unique<Augment>(); }
