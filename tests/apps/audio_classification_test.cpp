// SPDX-License-Identifier: Apache-2.0
// hearth-audio's commands for classifiers as their users run them, on tones.
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "hearth/audio/classification/classifier.h"
#include "hearth/audio/io/save.h"
#include "hearth/audio/models/voice_encoder.h"
#include "hearth/base/generator.h"
#include "hearth/io/npy.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "apps/program_test.h"

namespace {

using hearth::Tensor;
using testing::AllOf;
using testing::HasSubstr;

constexpr int64_t kRate = 8000;

struct AudioClassifierApp : ProgramTest {
  AudioClassifierApp() : ProgramTest("hearth-audio") {}

  /// Tones around a frequency, in noise.
  static Tensor tone(double hz, int64_t samples = 2400) {
    const Tensor t = hearth::arange(samples, hearth::kDouble) / kRate;
    return ((t * (2 * std::numbers::pi * hz)).sin().to(hearth::kFloat) * 0.3 +
            hearth::randn({samples}) * 0.01)
        .unsqueeze(0);
  }
  void write(const std::string& path, const Tensor& sound, int64_t rate = kRate) const {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    hearth::audio::save(path, sound, rate);
  }
  /// words/low, words/middle and words/high with n sounds each.
  std::string make_words(int64_t n) const {
    hearth::manual_seed(1);
    for (const auto& [name, hz] : {std::pair{"low", 300.0}, {"middle", 900.0}, {"high", 2500.0}})
      for (int64_t i = 0; i < n; ++i)
        write(folder / ("words/" + std::string(name) + "/" + std::to_string(i) + ".wav"),
              tone(hz * (0.8 + 0.4 * static_cast<double>(i) / static_cast<double>(n))));
    return folder / "words";
  }
  std::vector<std::string> training(const std::string& output, const std::string& epochs) const {
    return {"train",
            "--data",
            folder / "words",
            "--model",
            "cnn",
            "--seconds",
            "0.3",
            "--sample-rate",
            "8000",
            "--epochs",
            epochs,
            "--output",
            output,
            "--save-every",
            "2",
            "--batch-size",
            "8",
            "--seed",
            "5",
            "--mels",
            "20"};
  }
};

TEST_F(AudioClassifierApp, TrainsTestsClassifiesAndEmbeds) {
  const std::string words = make_words(10), output = folder / "run";
  auto arguments = training(output, "8");
  arguments.emplace_back("--json");
  Result r = run(arguments);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(), AllOf(HasSubstr("\"model\":\"cnn\""), HasSubstr("\"test_accuracy\":1"),
                              HasSubstr("\"sounds_per_second\":")));
  for (const char* file : {"model.safetensors", "metrics.jsonl", "learning_curves.png",
                           "confusion_matrix.png", "config.json"})
    EXPECT_TRUE(std::filesystem::exists(output + "/" + file)) << file;

  r = run({"eval", "--model", output, "--data", words, "--all", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(), AllOf(HasSubstr("\"test_sounds\":30"), HasSubstr("\"test_accuracy\":")));
  r = run({"eval", "--model", output, "--data", words});
  EXPECT_THAT(r.out, HasSubstr("6 test sounds right"));

  // A sound of 0.9 s: low, then high.
  write(folder / "long.wav", hearth::cat({tone(310, 3600), tone(2450, 3600)}, 1));
  r = run({"classify", "--model", output, words + "/low/3.wav", words + "/high",
           folder / "long.wav", "--json", "--top", "1", "--hop", "0.3"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(),
              AllOf(HasSubstr("3.wav\",\"class\":\"low\""), HasSubstr("9.wav\",\"class\":\"high\""),
                    HasSubstr("{\"from\":0.0,\"to\":0.3,\"class\":\"low\""),
                    HasSubstr("{\"from\":0.6,\"to\":0.9,\"class\":\"high\"")));
  EXPECT_THAT(r.err,
              AllOf(HasSubstr("0.00 to 0.30 s:  low"), testing::Not(HasSubstr("demonstration"))));

  // Vectors: what the last layer decides by.
  r = run({"embed", "--model", output, "--output", folder / "vectors", words, folder / "long.wav"});
  ASSERT_EQ(r.code, 0) << r.err;
  const Tensor vector = hearth::npy::load(folder / "vectors/low/3.npy");
  EXPECT_EQ(vector.sizes(), hearth::IntArrayRef({256}));
  const auto classifier = hearth::audio::Classifier::load(output + "/model.safetensors");
  EXPECT_EQ(classifier.model().classify(vector.unsqueeze(0)).argmax().item<int64_t>(), 1);
  EXPECT_EQ(classifier.spec().classes[1], "low");
  EXPECT_EQ(hearth::npy::load(folder / "vectors/long.npy").sizes(), hearth::IntArrayRef({256}));
  r = run({"embed", "--model", output, "--output", folder / "vectors", folder / "long.wav"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("--overwrite"));
  r = run({"embed", "--model", output, "--output", folder / "vectors", "--overwrite", "--parts",
           folder / "long.wav"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(hearth::npy::load(folder / "vectors/long.npy").sizes(), hearth::IntArrayRef({5, 256}));
}

TEST_F(AudioClassifierApp, GoesOnAndKeepsFoldersApart) {
  make_words(6);
  ASSERT_EQ(run(training(folder / "whole", "3")).code, 0);
  ASSERT_EQ(run(training(folder / "parts", "3")).code, 0);
  const auto weights = [&](const std::string& name) {
    return read_text(folder / (name + "/model.safetensors"));
  };
  EXPECT_TRUE(weights("whole") == weights("parts"));
  ASSERT_EQ(run(training(folder / "longer", "2")).code, 0);
  const Result more = run({"train", "--output", folder / "longer", "--resume", "--epochs", "3"});
  EXPECT_EQ(more.code, 0) << more.err;
  EXPECT_THAT(more.err, HasSubstr("epoch 3/3"));
  Result r = run(training(folder / "whole", "3"));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("--overwrite"));
  // A checkpoint stands for its training.
  r = run({"classify", "--model", folder / "whole/checkpoints/last.safetensors",
           folder / "words/low/0.wav"});
  EXPECT_EQ(r.code, 0) << r.err;
}

TEST_F(AudioClassifierApp, TakesManifestsAndSaysWhatIsWrong) {
  const std::string words = make_words(4);
  std::ofstream(folder / "words.csv") << "path,label\nwords/low/0.wav,low\nwords/high/0.wav,high\n"
                                      << "words/low/2.wav,low\nwords/high/2.wav,high\n";
  std::ofstream(folder / "test.jsonl")
      << "{\"audio_filepath\": \"" << words << "/low/1.wav\", \"label\": \"low\"}\n"
      << "{\"path\": \"words/high/1.wav\", \"label\": \"high\"}\n";
  auto listed = training(folder / "listed", "1");
  listed[2] = folder / "words.csv";
  Result r = run(listed);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("2 training and 2 test clips of 0.3 s, 2 classes"));
  listed.insert(listed.end(), {"--test", folder / "test.jsonl", "--overwrite"});
  r = run(listed);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("4 training and 2 test clips of 0.3 s, 2 classes"));
  listed[2] = words;
  r = run(listed);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("has the classes high, low, expected those of"));

  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"train"},
                                             {"train", "--demo", "--data", words},
                                             {"train", "--demo", "--seconds", "2"},
                                             {"train", "--data", words, "--model", "vgg"},
                                             {"eval", "--model", "spoken-digits"},
                                             {"classify", "x.wav"},
                                             {"embed", "--model", "x"}}) {
    r = run(arguments);
    EXPECT_EQ(r.code, 2) << testing::PrintToString(arguments);
    EXPECT_NE(r.err, "");
  }
  // A file that is no sound is named; with --skip-broken it is left out.
  write_text(words + "/low/9.wav", "no sound");
  r = run(training(folder / "broken", "1"));
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("9.wav"));
  EXPECT_FALSE(std::filesystem::exists(folder / "broken"));
  auto arguments = training(folder / "broken", "1");
  arguments.emplace_back("--skip-broken");
  r = run(arguments);
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("left out 1 of"));
  // One bad sound costs the others nothing.
  r = run({"classify", "--model", folder / "broken", words + "/low/9.wav", words + "/low/0.wav"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("9.wav"));
  EXPECT_THAT(r.out, HasSubstr("0.wav:"));
  // Classes that a model does not know.
  std::ofstream(folder / "other.csv") << "path,label\nwords/low/0.wav,bass\nwords/low/1.wav,bass\n"
                                      << "words/high/0.wav,high\nwords/high/1.wav,high\n";
  r = run({"eval", "--model", folder / "broken", "--data", folder / "other.csv"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("has the class 'bass'"));
  r = run({"classify", "--model", "cnn", words + "/low/0.wav"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("an architecture without weights; expected spoken-digits"));
  r = run({"classify", "--model", "lenet-digits", words + "/low/0.wav"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("a model for image-classification"));
}

TEST_F(AudioClassifierApp, EmbedsVoices) {
  hearth::manual_seed(2);
  const hearth::audio::models::VoiceEncoder encoder;
  hearth::safetensors::NamedTensors tensors;
  for (const auto& item : encoder->state_dict()) tensors.emplace_back(item.key(), item.value());
  hearth::safetensors::save_file(tensors, folder / "voice.safetensors");
  write(folder / "speech.wav", tone(200, 40000), 16000);
  const Result r = run({"embed", "--model", folder / "voice.safetensors", "--output",
                        folder / "out", folder / "speech.wav", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.last(), HasSubstr("\"shape\":[256]"));
  const hearth::Tensor voice = hearth::npy::load(folder / "out/speech.npy");
  EXPECT_NEAR(voice.norm().item<float>(), 1, 1e-5);
  ASSERT_EQ(run({"embed", "--model", folder / "voice.safetensors", "--precision", "bf16",
                 "--output", folder / "bf16", folder / "speech.wav"})
                .code,
            0);
  const hearth::Tensor narrow = hearth::npy::load(folder / "bf16/speech.npy");
  EXPECT_EQ(narrow.scalar_type(), hearth::kFloat);
  EXPECT_GT((narrow * voice).sum().item<float>(), 0.98);
}

TEST_F(AudioClassifierApp, TheDefaultNeedsNoNetwork) {
  ::setenv("HEARTH_HOME", (folder / "none").c_str(), 1);
  ::setenv("https_proxy", "http://127.0.0.1:1", 1);
  write(folder / "quiet.wav", tone(60, 8000) * 0.001);
  Result r = run({"classify", "--model", "spoken-digits", folder / "quiet.wav"});
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.out, HasSubstr("quiet.wav:  silence"));
  EXPECT_THAT(r.err, HasSubstr("spoken-digits is a demonstration"));
  EXPECT_FALSE(std::filesystem::exists(folder / "none"));
}

TEST_F(AudioClassifierApp, TheDemonstrationSpeaksForItself) {
  const std::string path = ::getenv("PATH");
  ::setenv("PATH", (folder / "empty").c_str(), 1);
  Result r = run({"train", "--demo", "--output", folder / "run"});
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("apt-get install espeak-ng"));
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));

  if (std::system("command -v espeak-ng > /dev/null") != 0) GTEST_SKIP() << "no espeak-ng";
  r = run({"train", "--demo", "--voices", "3", "--epochs", "1", "--model", "cnn", "--output",
           folder / "run"});
  ASSERT_EQ(r.code, 0) << r.err;
  // Three voices say eleven words each and are silent once; one does for testing.
  EXPECT_THAT(r.err, HasSubstr("36 training and 12 test clips of 1 s, 12 classes"));
  r = run({"classify", "--model", folder / "run", "--top", "12", folder / "none.wav"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("none.wav"));
}

}  // namespace
