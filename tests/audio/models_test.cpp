// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/audio/models/ast.h"
#include "hearth/audio/models/audio_classifier.h"
#include "hearth/audio/models/bcresnet.h"
#include "hearth/audio/models/crepe.h"
#include "hearth/audio/models/m5.h"
#include "hearth/audio/models/voice_encoder.h"
#include "hearth/base/generator.h"
#include "hearth/io/safetensors.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::audio::models {
namespace {

using testing::HasSubstr;

int64_t weights_of(const nn::Module& model) {
  int64_t n = 0;
  for (const Tensor& p : model.parameters()) n += p.numel();
  return n;
}

void write_weights(const nn::Module& model, const std::string& path) {
  safetensors::NamedTensors tensors;
  for (const auto& item : model.state_dict()) tensors.emplace_back(item.key(), item.value());
  safetensors::save_file(tensors, path);
}

TEST(AudioClassifiers, AreMadeByName) {
  EXPECT_THAT(classifier_names(),
              testing::ElementsAre("bcresnet1", "bcresnet1.5", "bcresnet2", "bcresnet3",
                                   "bcresnet6", "bcresnet8", "cnn", "m5"));
  manual_seed(1);
  for (const std::string& name : classifier_names()) {
    const ClassifierTraits traits = classifier_traits(name);
    const ClipShape shape{traits.bands, traits.waveform ? 8000 : 51};
    const auto model = make_classifier(name, shape, 7);
    model->eval();
    const Tensor input =
        traits.waveform ? randn({2, 1, shape.frames}) : randn({2, 1, shape.bands, shape.frames});
    const Tensor embedding = model->embed(input), scores = model->forward(input);
    EXPECT_EQ(scores.sizes(), IntArrayRef({2, 7})) << name;
    EXPECT_EQ(embedding.size(0), 2) << name;
    EXPECT_TRUE(equal(model->classify(embedding), scores)) << name;
    EXPECT_LE(least_weights(name, shape, 7), weights_of(*model)) << name;
    EXPECT_EQ(least_weights(name, shape, 7), embedding.size(1) * 7) << name;
  }
}

TEST(AudioClassifiers, SayWhatTheyTake) {
  EXPECT_THAT(error_of<ValueError>([] { make_classifier("vgg", {}, 2); }),
              HasSubstr("there is no 'vgg'; known are bcresnet1"));
  EXPECT_THAT(error_of<ValueError>([] {
                make_classifier("bcresnet1", {64, 100}, 2);
              }),
              HasSubstr("expected spectra with a multiple of 40 bands, got 64 x 100"));
  EXPECT_THAT(error_of<ValueError>([] {
                make_classifier("m5", {1, 100}, 2);
              }),
              HasSubstr("at least 6848 samples"));
  EXPECT_THAT(error_of<ValueError>([] {
                make_classifier("cnn", {40, 15}, 2);
              }),
              HasSubstr("at least 16 x 16"));
  EXPECT_THROW(make_classifier("cnn", {40, 16}, 0), ValueError);
  EXPECT_THROW(BCResNet(BCResNetOptions().tau(0.5)), ValueError);
  for (const auto& [name, shape] : {std::pair{"bcresnet1", ClipShape{40, 20}},
                                    {"cnn", ClipShape{40, 20}},
                                    {"m5", ClipShape{1, 7000}}})
    EXPECT_THROW(make_classifier(name, shape, 2)->forward(zeros({2, 3, 4})), ShapeError) << name;
  EXPECT_THROW(M5()->forward(zeros({1, 1, M5Impl::least_samples() - 1})), ShapeError);
}

// What the paper's table 1 says of 12 classes, in thousands.
TEST(AudioClassifiers, BCResNetsAreAsLargeAsInThePaper) {
  for (const auto& [tau, thousands] :
       {std::pair{1.0, 9.2}, {2.0, 27.3}, {3.0, 54.2}, {6.0, 188.0}, {8.0, 321.0}})
    EXPECT_NEAR(static_cast<double>(weights_of(*BCResNet(BCResNetOptions().tau(tau)))) / 1000,
                thousands, 0.012 * thousands)
        << tau;
  const auto names = BCResNet()->named_parameters();
  for (const char* name :
       {"cnn_head.0.weight", "BCBlocks.0.1.f2.0.block.0.weight", "BCBlocks.1.0.f2.0.block.1.bias",
        "BCBlocks.3.3.f2.0.block.1.ssnorm.weight", "BCBlocks.2.0.f1.1.weight", "classifier.5.bias"})
    EXPECT_TRUE(names.contains(name)) << name;
}

struct CrepeTest : testing::Test {
  CrepeTest() {
    manual_seed(3);
    model = Crepe(CrepeOptions().capacity(CrepeOptions::Capacity::Tiny));
    model->eval();
  }
  Crepe model{nullptr};
  TemporaryFolder folder;
};

TEST_F(CrepeTest, FollowsPitchFrameByFrame) {
  const Tensor two = randn({2, 2000});
  const auto [pitch, periodicity] = crepe::predict(model, two);
  EXPECT_EQ(pitch.sizes(), IntArrayRef({2, 13}));
  EXPECT_EQ(periodicity.sizes(), IntArrayRef({2, 13}));
  EXPECT_TRUE(pitch.ge(49).logical_and(pitch.le(2007)).all().item<bool>());
  // Each alone, and in other batches, the same.
  for (const int64_t i : {0, 1}) {
    const auto [one, p] =
        crepe::predict(model, two.select(0, i), crepe::PredictOptions().batch_size(3));
    EXPECT_EQ(one.sizes(), IntArrayRef({13}));
    EXPECT_TRUE(allclose(one, pitch.select(0, i)));
    EXPECT_TRUE(allclose(p, periodicity.select(0, i), 1e-4, 1e-6));
  }
}

TEST_F(CrepeTest, TakesTheShortestSounds) {
  EXPECT_EQ(crepe::predict(model, zeros({0})).first.sizes(), IntArrayRef({1}));
  EXPECT_EQ(crepe::predict(model, zeros({1})).first.sizes(), IntArrayRef({1}));
  EXPECT_EQ(crepe::predict(model, zeros({3, 0})).first.sizes(), IntArrayRef({3, 1}));
  const auto inside = crepe::PredictOptions().pad(false);
  EXPECT_EQ(crepe::predict(model, zeros({1023}), inside).first.sizes(), IntArrayRef({0}));
  EXPECT_EQ(crepe::predict(model, zeros({2, 100}), inside).second.sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(crepe::predict(model, zeros({0, 2000})).first.sizes(), IntArrayRef({0, 0}));
  // Silence has no deviation to divide by.
  EXPECT_TRUE(isfinite(crepe::predict(model, zeros({500})).second).all().item<bool>());
}

TEST_F(CrepeTest, SaysWhatIsWrong) {
  EXPECT_THROW(model(zeros({2, 1000})), ShapeError);
  EXPECT_THROW(crepe::predict(model, zeros({1, 1, 2000})), ShapeError);
  EXPECT_THROW(crepe::predict(model, zeros({2000}, kLong)), DtypeError);
  EXPECT_THROW(crepe::predict(model, zeros({2000}), crepe::PredictOptions().hop_length(0)),
               ValueError);
  EXPECT_THROW(crepe::predict(model, zeros({2000}), crepe::PredictOptions().batch_size(0)),
               ValueError);
  EXPECT_THROW(crepe::postprocess(zeros({1, 100, 4})), ShapeError);
  EXPECT_THAT(error_of<ValueError>([] {
                crepe::postprocess(zeros({1, 360, 4}), 500, 200);
              }),
              HasSubstr("no pitch lies from 500 to 200 Hz"));
  EXPECT_THROW(crepe::postprocess(zeros({1, 360, 4}), 5000, 9000), ValueError);
}

TEST_F(CrepeTest, LoadsWhatWasSaved) {
  const std::string path = folder / "crepe.safetensors";
  write_weights(*model, path);
  Crepe again = crepe::load(TensorFile(path));
  const Tensor frames = randn({2, 1024});
  EXPECT_TRUE(equal(again(frames), model(frames)));
  EXPECT_EQ(model->embed(frames).sizes(), IntArrayRef({2, 32, 8, 1}));
  safetensors::save_file({{"a", zeros({2})}}, path);
  EXPECT_THAT(error_of<FormatError>([&] { crepe::load(TensorFile(path)); }),
              testing::AllOf(HasSubstr("holds no CREPE"), HasSubstr("crepe.safetensors")));
  safetensors::save_file({{"conv1.weight", zeros({128, 1, 512, 1})}}, path);
  EXPECT_THAT(error_of<FormatError>([&] { crepe::load(TensorFile(path)); }),
              HasSubstr("does not hold the CREPE"));
}

struct VoiceEncoderTest : testing::Test {
  VoiceEncoderTest() {
    manual_seed(4);
    encoder = VoiceEncoder();
  }
  VoiceEncoder encoder{nullptr};
  TemporaryFolder folder;
};

TEST_F(VoiceEncoderTest, EmbedsUtterancesAndSpeakers) {
  const Tensor speech = randn({40000}) * 0.1, other = randn({100}) * 0.1;
  const Tensor parts = encoder->embed_partials(speech), whole = encoder->embed_utterance(speech);
  EXPECT_EQ(parts.sizes(), IntArrayRef({2, 256}));
  EXPECT_EQ(whole.sizes(), IntArrayRef({256}));
  EXPECT_NEAR(whole.norm().item<float>(), 1, 1e-5);
  const Tensor mean = parts.mean(0);
  EXPECT_TRUE(allclose(whole, mean / mean.norm()));
  EXPECT_TRUE(allclose(encoder->embed_speaker({speech}), whole));
  EXPECT_NEAR(encoder->embed_speaker({speech, other}).norm().item<float>(), 1, 1e-5);
  EXPECT_EQ(encoder->embed_utterance(zeros({0})).sizes(), IntArrayRef({256}));
}

TEST_F(VoiceEncoderTest, SaysWhatIsWrong) {
  EXPECT_THROW(encoder->embed_utterance(zeros({2, 100})), ShapeError);
  EXPECT_THROW(encoder->embed_speaker({}), ValueError);
  for (const double rate : {0.0, -1.0, 0.6, 1e9})
    EXPECT_THROW(VoiceEncoderImpl::first_frames(100, UtteranceOptions().rate(rate)), ValueError)
        << rate;
  EXPECT_THROW(VoiceEncoderImpl::first_frames(100, UtteranceOptions().min_coverage(0)), ValueError);
}

TEST_F(VoiceEncoderTest, LoadsWhatWasSaved) {
  const std::string path = folder / "voice.safetensors";
  write_weights(*encoder, path);
  EXPECT_TRUE(holds_voice_encoder(TensorFile(path)));
  VoiceEncoder again = load_voice_encoder(TensorFile(path));
  const Tensor mel = rand({1, 20, 40});
  EXPECT_TRUE(equal(again(mel), encoder(mel)));
  safetensors::save_file({{"lstm.weight_ih_l0", zeros({1024, 40})}}, path);
  EXPECT_THAT(error_of<FormatError>([&] { load_voice_encoder(TensorFile(path)); }),
              HasSubstr("does not hold the voice encoder"));
  safetensors::save_file({{"a", zeros({2})}}, path);
  EXPECT_THROW(load_voice_encoder(TensorFile(path)), FormatError);
}

TEST_F(VoiceEncoderTest, SilenceKeepsItsLoudness) {
  EXPECT_TRUE(equal(normalize_volume(zeros({10})), zeros({10})));
  EXPECT_EQ(normalize_volume(zeros({0})).numel(), 0);
}

struct ASTTest : testing::Test {
  ASTTest() {
    manual_seed(9);
    model = AST(ASTOptions()
                    .hidden_size(16)
                    .num_hidden_layers(2)
                    .num_attention_heads(2)
                    .intermediate_size(24)
                    .max_length(40)
                    .num_mel_bins(32)
                    .num_labels(3));
    model->eval();
    write_weights(*model, folder / "model.safetensors");
    write_text(folder / "config.json", kConfig);
  }
  static constexpr const char* kConfig =
      R"({"model_type": "audio-spectrogram-transformer", "hidden_size": 16,
          "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24,
          "max_length": 40, "num_mel_bins": 32, "hidden_act": "gelu",
          "id2label": {"0": "speech", "1": "music", "2": "noise"}})";
  std::string refusal(const std::string& from, const std::string& to) {
    std::string config = kConfig;
    config.replace(config.find(from), from.size(), to);
    write_text(folder / "config.json", config);
    return error_of<FormatError>([&] { ast::from_pretrained(folder.path); });
  }
  AST model{nullptr};
  TemporaryFolder folder;
};

TEST_F(ASTTest, OpensFoldersAsHuggingFaceWritesThem) {
  ast::Pretrained again = ast::from_pretrained(folder.path);
  EXPECT_THAT(again.classes, testing::ElementsAre("speech", "music", "noise"));
  const Tensor x = ast::features(randn({4000}) * 0.1, again.features);
  EXPECT_EQ(x.sizes(), IntArrayRef({1, 1, 32, 40}));
  EXPECT_TRUE(equal(again.model->forward(x), model->forward(x)));
  EXPECT_EQ(model->embed(x).sizes(), IntArrayRef({1, 16}));
  // Longer sounds are cut, none has nothing but zeros.
  EXPECT_EQ(ast::features(zeros({99999}), again.features).size(3), 40);
  EXPECT_EQ(ast::features(zeros({0}), again.features).sizes(), IntArrayRef({1, 1, 32, 40}));
}

TEST_F(ASTTest, SaysWhatIsWrong) {
  EXPECT_THAT(refusal("audio-spectrogram-transformer", "vit"), HasSubstr("is of a vit"));
  EXPECT_THAT(refusal("\"gelu\"", "\"relu\""), HasSubstr("expected gelu"));
  EXPECT_THAT(refusal("\"num_attention_heads\": 2", "\"num_attention_heads\": 3"),
              HasSubstr("heads that divide hidden_size"));
  EXPECT_THAT(refusal("\"hidden_size\": 16", "\"hidden_size\": 1000000"),
              HasSubstr("weights and more, the file"));
  EXPECT_THAT(refusal("\"max_length\": 40", "\"max_length\": 50"),
              HasSubstr("position_embeddings"));
  EXPECT_THROW(model->forward(zeros({1, 1, 32, 41})), ShapeError);
  EXPECT_THROW(ast::features(zeros({2, 100})), ShapeError);
  EXPECT_THROW(AST(ASTOptions().max_length(8)), ValueError);
}

}  // namespace
}  // namespace hearth::audio::models
