// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/audio/io/load.h"
#include "hearth/audio/models/voice_encoder.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/io/npy.h"
#include "hearth/ops/view.h"

#include "audio/model.h"
#include "audio/sounds.h"
#include "common/command.h"
#include "common/inputs.h"
#include "common/json.h"

namespace {

namespace audio = hearth::audio;
using hearth::Tensor;

class Embed final : public Command {
 public:
  const char* name() const override { return "embed"; }
  const char* summary() const override { return "Write sounds as vectors"; }
  const char* details() const override {
    return "A file DIR/<path without extension>.npy for each sound. A voice encoder "
           "(Resemblyzer's pretrained.pt) gives one vector [256] for the voice; of a classifier it "
           "is what its last layer decides by, the mean over the windows of a long sound. With "
           "--parts there is one vector for each part or window: [parts, D].";
  }
  std::vector<std::string> examples() const override {
    return {"embed --model pretrained.pt --output voices recordings",
            "embed --model spoken-digits --output vectors three.wav"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    options
        .add("--model", model_,
             std::string("Resemblyzer's weights, or a classifier: ") + kModelHelp)
        .value("MODEL")
        .required();
    options.add("--weights", weights_, kWeightsHelp).value("PATH");
    options.add("sounds", sounds_, "Sound files, folders, patterns, @list, or - for stdin")
        .required();
    options.add("--output", output_, "Folder for the vectors").value("DIR");
    options.flag("--parts", parts_, "A vector for each part");
    options.flag("--overwrite", overwrite_, "Replace vectors that are there");
  }
  int run() override;

 private:
  /// From a sound [time] of the rate that is given to vectors [parts, D], or [D] of all.
  struct Encoder {
    int64_t sample_rate;
    std::function<Tensor(const Tensor& sound, bool parts)> run;
  };
  Encoder open() const;

  std::string model_, output_ = ".";
  std::optional<std::string> weights_;
  std::vector<std::string> sounds_;
  bool parts_ = false, overwrite_ = false;
};

Embed::Encoder Embed::open() const {
  std::error_code none;
  if (std::filesystem::is_regular_file(model_, none)) {
    const hearth::TensorFile file(model_);
    if (audio::models::holds_voice_encoder(file)) {
      auto encoder = audio::models::load_voice_encoder(file);
      encoder->to(device());
      return {audio::models::VoiceEncoderImpl::kSampleRate,
              [encoder, on = device()](const Tensor& sound, bool parts) mutable {
                const Tensor x = sound.to(on);
                return parts ? encoder->embed_partials(x) : encoder->embed_utterance(x);
              }};
    }
  }
  auto classifier = std::make_shared<audio::Classifier>(open_model(model_, weights_));
  classifier->to(device());
  return {classifier->spec().front_end.sample_rate, [classifier](const Tensor& sound, bool parts) {
            const int64_t samples = classifier->spec().samples;
            const Tensor all = classifier->embed(
                audio::windows(sound, samples, std::max<int64_t>(1, samples / 2)));
            return parts ? all : all.mean(0);
          }};
}

int Embed::run() {
  const Encoder encoder = open();
  const auto inputs = find_inputs(sounds_, hearth::audio::sound_extensions());
  const auto outputs = plan_outputs(
      inputs, output_,
      [](const std::string& name) {
        return std::filesystem::path(name == "-" ? "stdin" : name)
            .replace_extension(".npy")
            .string();
      },
      overwrite_);
  const auto precision = autocast();
  nlohmann::ordered_json report = nlohmann::ordered_json::array();
  bool failed = false;
  hearth::Progress progress(hearth::ProgressOptions("embedding")
                                .unit("sounds")
                                .total(static_cast<int64_t>(inputs.size())));
  for (size_t i = 0; i < inputs.size(); ++i) {
    progress.advance();
    const std::string& path = inputs[i].path;
    try {
      const Tensor vectors =
          encoder.run(audio::mono(audio::load(path), encoder.sample_rate, path), parts_)
              .to(hearth::TensorOptions(hearth::kCPU).dtype(hearth::kFloat));
      make_parent(outputs[i]);
      hearth::npy::save(vectors.contiguous(), outputs[i]);
      say(text(), fmt::format("{}: {} {}\n", path, outputs[i], fmt::join(vectors.sizes(), " x ")));
      report.push_back(
          {{"sound", path},
           {"output", outputs[i]},
           {"shape", std::vector<int64_t>(vectors.sizes().begin(), vectors.sizes().end())}});
    } catch (const hearth::Error& error) {
      failed = true;
      complain(fmt::format("{}: {}", program(), error.what()));
      report.push_back({{"sound", path}, {"error", error.what()}});
    }
  }
  if (json()) print_json({{"model", model_}, {"embeddings", report}});
  return failed ? 1 : 0;
}

}  // namespace

std::unique_ptr<Command> embed_command() { return std::make_unique<Embed>(); }
