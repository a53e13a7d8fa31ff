// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/features/extractor.h"
#include "hearth/audio/io/load.h"
#include "hearth/audio/io/save.h"
#include "hearth/audio/transforms/waveform.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/base/generator.h"
#include "hearth/ops/creation.h"

#include "common/command.h"
#include "common/json.h"

namespace {

namespace audio = hearth::audio;
using hearth::Tensor;

class Bench final : public Command {
 public:
  const char* name() const override { return "bench"; }
  const char* summary() const override { return "Measure this machine's speed"; }
  const char* details() const override {
    return "How much faster than the sound lasts, on noise in memory: decoding, resampling and the "
           "features of each preset. The best of several runs counts.";
  }
  std::vector<std::string> examples() const override {
    return {"bench --threads 1", "bench --preset whisper --length 600 --json"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("--preset", presets_, "Features to measure")
        .by_default("all")
        .one_of(audio::features::preset_names());
    options.add("--length", length_, "Seconds of sound").between(1, 3600);
    options.add("--time", time_, "Seconds for each measurement").between(0.01, 60);
  }
  int run() override;

 private:
  std::vector<std::string> presets_;
  double length_ = 60, time_ = 0.5;
};

Tensor noise(double seconds, int64_t rate) {
  hearth::Generator generator(1);
  return hearth::empty({1, static_cast<int64_t>(seconds * static_cast<double>(rate))})
      .normal_(0, 0.1, generator);
}

/// Seconds that the quickest of the calls takes.
double quickest(double budget, const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::infinity(), spent = 0;
  for (int i = 0; i < 3 || spent < budget; ++i) {
    const auto begin = Clock::now();
    call();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    best = std::min(best, seconds);
    spent += seconds;
  }
  return best;
}

int Bench::run() {
  const hearth::NoGradGuard no_grad;
  nlohmann::ordered_json report = nlohmann::ordered_json::object();
  const auto measure = [&](const std::string& what, const std::function<void()>& call) {
    const double seconds = quickest(time_, call);
    report[what] = length_ / seconds;
    if (!json())
      fmt::print("{:<22} {:>9.2f} ms {:>9.0f}x real time\n", what, 1e3 * seconds,
                 length_ / seconds);
  };
  const Tensor wave = noise(length_, 16000);
  if (presets_.empty()) {
    presets_ = audio::features::preset_names();
    for (const char* format : {"wav", "flac"}) {
      audio::SaveOptions options;
      options.format = format;
      options.encoding = "PCM_S";
      const Tensor file = audio::encode(wave, 16000, options);
      measure(fmt::format("decode {}", format), [&] { audio::load(file); });
    }
    for (const int64_t rate : {44100, 48000}) {
      audio::transforms::Resample resample(audio::transforms::ResampleOptions(rate, 16000));
      const Tensor loud = noise(length_, rate);
      measure(fmt::format("resample {} to 16000", rate), [&] { resample(loud); });
    }
  }
  for (const std::string& preset : presets_) {
    const audio::features::Extractor extractor(audio::features::preset(preset));
    const Tensor sound = noise(length_, extractor.config().sample_rate());
    measure(preset, [&] { extractor(sound); });
  }
  if (json()) print_json(report);
  return 0;
}

}  // namespace

std::unique_ptr<Command> bench_command() { return std::make_unique<Bench>(); }
