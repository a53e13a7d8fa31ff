// SPDX-License-Identifier: Apache-2.0
// Opening and saving models: names of weights, heads, and files that are wrong.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "hearth/base/generator.h"
#include "hearth/io/save_tensors.h"
#include "hearth/io/tensor_file.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/random.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/text/models/bert.h"
#include "hearth/text/models/roberta.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth::text {
namespace {

using data::readers::JsonValue;

BertConfig small() {
  return BertConfig()
      .vocab_size(13)
      .hidden_size(8)
      .num_hidden_layers(1)
      .num_attention_heads(2)
      .intermediate_size(12)
      .max_position_embeddings(9);
}
ModelInputs inputs() {
  return ModelInputs()
      .input_ids(tensor({2, 7, 9, 3, 2, 5, 3, 0}, kLong).view({2, 4}))
      .attention_mask(tensor({1, 1, 1, 1, 1, 1, 1, 0}, kLong).view({2, 4}));
}
using Tensors = std::vector<std::pair<std::string, Tensor>>;
Tensors tensors_of(const nn::Module& module) {
  Tensors tensors;
  for (const auto& item : module.state_dict()) tensors.emplace_back(item.key(), item.value());
  return tensors;
}
/// A folder with a config.json and weights under these names.
void write(const std::string& folder, const JsonValue& config, const Tensors& tensors,
           const char* name = "model.safetensors") {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/config.json") << config.dump();
  save_tensors(tensors, folder + "/" + name);
}

TEST(AutoModel, WhatWasSavedComesBack) {
  manual_seed(1);
  const TemporaryFolder folder;
  BertForSequenceClassification model(small().id2label({"bad", "good", "so-so"}));
  model->eval();
  save_pretrained(*model, folder.path + "/a");
  const auto again = AutoModelForSequenceClassification::from_pretrained(folder.path + "/a");
  EXPECT_FALSE(again->is_training());
  EXPECT_TRUE(again->forward(inputs()).logits.equal(model->forward(inputs()).logits));
  EXPECT_EQ(again->config().at("id2label").at("1").string(), "good");
  EXPECT_EQ(again->config().at("architectures").at(0).string(), "BertForSequenceClassification");
  EXPECT_EQ(again->config().at("model_type").string(), "bert");
  // The file itself does as well, and config.json.
  for (const char* file : {"/a/model.safetensors", "/a/config.json"})
    EXPECT_NE(AutoModelForSequenceClassification::from_pretrained(folder.path + file), nullptr);
  const TensorFile file(folder.path + "/a/model.safetensors");
  EXPECT_EQ(file.metadata().at("format"), "pt");
}

TEST(AutoModel, TiedWeightsAreWrittenOnceAndStayTied) {
  manual_seed(2);
  const TemporaryFolder folder;
  BertForMaskedLM model(small());
  save_pretrained(*model, folder.path + "/a");
  EXPECT_FALSE(
      TensorFile(folder.path + "/a/model.safetensors").contains("cls.predictions.decoder.weight"));
  const auto again = AutoModelForMaskedLM::from_pretrained(folder.path + "/a");
  const auto state = again->state_dict();
  EXPECT_EQ(state["cls.predictions.decoder.weight"].const_data_ptr(),
            state["bert.embeddings.word_embeddings.weight"].const_data_ptr());
  model->eval();
  EXPECT_TRUE(again->forward(inputs()).logits.equal(model->forward(inputs()).logits));
}

TEST(AutoModel, PrefixesOldNamesAndOtherHeadsAreUnderstood) {
  manual_seed(3);
  const TemporaryFolder folder;
  BertForSequenceClassification model(small());
  model->eval();
  const ModelOutput want = model->base()->forward(inputs());
  // With prefix, from a file with a head.
  write(folder.path + "/a", model->config(), tensors_of(*model), "pytorch_model.bin");
  LoadingInfo info;
  const auto base = AutoModel::from_pretrained(folder.path + "/a", {}, &info);
  EXPECT_TRUE(base->forward(inputs()).pooler_output.equal(want.pooler_output));
  EXPECT_EQ(info.unexpected_keys,
            (std::vector<std::string>{"classifier.bias", "classifier.weight"}));
  // Without it, with names of TensorFlow's days and a buffer.
  Tensors bare;
  for (auto [name, value] : tensors_of(*model->base())) {
    if (const size_t at = name.find("LayerNorm.weight"); at != std::string::npos)
      name = name.substr(0, at) + "LayerNorm.gamma";
    if (const size_t at = name.find("LayerNorm.bias"); at != std::string::npos)
      name = name.substr(0, at) + "LayerNorm.beta";
    bare.emplace_back(name, value);
  }
  bare.emplace_back("embeddings.position_ids", arange(9));
  write(folder.path + "/b", model->config(), bare);
  EXPECT_TRUE(AutoModel::from_pretrained(folder.path + "/b")
                  ->forward(inputs())
                  .pooler_output.equal(want.pooler_output));
  // A head on a base that has none.
  EXPECT_NE(error_of<FormatError>([&] {
              AutoModelForSequenceClassification::from_pretrained(folder.path + "/b");
            }).find("missing: classifier.weight, classifier.bias"),
            std::string::npos);
  const auto fresh = AutoModelForTokenClassification::from_pretrained(
      folder.path + "/b", ModelOptions().new_head(true).labels({"O", "B", "I"}), &info);
  EXPECT_EQ(info.missing_keys, (std::vector<std::string>{"classifier.weight", "classifier.bias"}));
  EXPECT_EQ(fresh->forward(inputs()).logits.sizes(), IntArrayRef({2, 4, 3}));
  EXPECT_TRUE(fresh->forward(inputs()).last_hidden_state.equal(want.last_hidden_state));
  EXPECT_EQ(fresh->config().at("id2label").at("2").string(), "I");
  // Another number of classes is a new head too.
  const auto more = AutoModelForSequenceClassification::from_pretrained(
      folder.path + "/a", ModelOptions().new_head(true).labels({"a", "b", "c"}));
  EXPECT_EQ(more->forward(inputs()).logits.sizes(), IntArrayRef({2, 3}));
}

TEST(AutoModel, ABaseWithoutPoolerGivesNoPooledState) {
  manual_seed(4);
  const TemporaryFolder folder;
  BertForMaskedLM model(small());
  write(folder.path + "/a", model->config(), tensors_of(*model));
  const auto base = AutoModel::from_pretrained(folder.path + "/a");
  EXPECT_FALSE(base->forward(inputs()).pooler_output.defined());
}

TEST(AutoModel, WeightsAreConverted) {
  manual_seed(5);
  const TemporaryFolder folder;
  BertModel model(small());
  model->to(kHalf);
  save_pretrained(*model, folder.path + "/a");
  const auto dtype = [&](const ModelOptions& options) {
    return AutoModel::from_pretrained(folder.path + "/a", options)->parameters()[0].scalar_type();
  };
  EXPECT_EQ(dtype({}), kFloat);
  EXPECT_EQ(dtype(ModelOptions().dtype(kBFloat16)), kBFloat16);
  EXPECT_EQ(dtype(ModelOptions().dtype(std::nullopt)), kHalf);
}

TEST(AutoModel, WrongFilesSayWhatIsWrong) {
  manual_seed(6);
  const TemporaryFolder folder;
  BertModel model(small());
  const Tensors all = tensors_of(*model);
  const auto error = [&](const JsonValue& config, const Tensors& tensors) {
    write(folder.path + "/x", config, tensors);
    return error_of<FormatError>([&] { AutoModel::from_pretrained(folder.path + "/x"); });
  };
  const auto expect = [](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  Tensors less(all.begin() + 1, all.end());
  less.emplace_back("embeddings.filler", zeros({2000}));
  expect(error(model->config(), less), "missing: embeddings.word_embeddings.weight");
  expect(error(model->config(), less), "unexpected: embeddings.filler");
  expect(error(model->config(), less), "model.safetensors");
  Tensors wrong = all;
  wrong[1].second = zeros({10, 8});
  expect(error(model->config(), wrong),
         "size mismatch for embeddings.position_embeddings.weight: [10, 8] in the file, [9, 8]");
  expect(error(JsonValue("{}"), all), "expected \"model_type\"");
  expect(error(JsonValue(R"({"model_type": "nothing"})"), all), "is nothing, expected one of bert");
  // A small file that says it is a large model costs no memory.
  expect(error(JsonValue(R"({"model_type": "bert", "hidden_size": 1048576,
                             "num_attention_heads": 1, "num_hidden_layers": 4096})"),
               all),
         "weights and more, the file");
  for (const char* size : {"max_position_embeddings", "type_vocab_size"})
    expect(error(JsonValue(cat_str(R"({"model_type": "bert", "vocab_size": 13, "hidden_size": 8,
                                       "num_attention_heads": 2, "intermediate_size": 12,
                                       "num_hidden_layers": 1, ")",
                                   size, R"(": 1000000})")),
                 all),
           "weights and more, the file");
  for (const char* bad :
       {R"({"model_type": "bert", "hidden_size": -1})",
        R"({"model_type": "bert", "hidden_size": 7})",
        R"({"model_type": "bert", "num_attention_heads": 0})",
        R"({"model_type": "bert", "hidden_act": "sing", "vocab_size": 1, "num_hidden_layers": 1,
            "hidden_size": 2, "num_attention_heads": 1, "intermediate_size": 1})",
        R"({"model_type": "bert", "is_decoder": true})",
        R"({"model_type": "bert", "position_embedding_type": "relative_key"})",
        R"({"model_type": "bert", "vocab_size": 9223372036854775807})",
        R"({"model_type": "bert", "hidden_size": "wide"})", R"({"model_type": 7})"})
    EXPECT_NE(error(JsonValue(bad), all), "") << bad;
}

TEST(AutoModel, TellsHowManyTokensItTakes) {
  const auto most = [](const char* json) {
    return AutoModel::from_config(JsonValue(json))->max_tokens().value_or(-1);
  };
  const std::string sizes = R"("vocab_size": 9, "hidden_size": 4, "num_hidden_layers": 1,
      "num_attention_heads": 1, "intermediate_size": 4, "max_position_embeddings": 20)";
  const auto of = [&](const std::string& more) { return most(("{" + sizes + more + "}").c_str()); };
  EXPECT_EQ(of(R"(, "model_type": "bert")"), 20);
  for (const char* type : {"roberta", "xlm-roberta", "camembert"})
    EXPECT_EQ(of(cat_str(R"(, "pad_token_id": 1, "model_type": ")", type, "\"")), 18) << type;
  EXPECT_EQ(most(R"({"model_type": "gpt2", "vocab_size": 9, "n_embd": 4, "n_head": 1, "n_layer": 1,
                     "n_positions": 12})"),
            12);
  EXPECT_EQ(most(R"({"model_type": "lstm", "vocab_size": 9})"), -1);
}

TEST(Encoder, WhatIsNoPaddingIsTheSameWithoutIt) {
  manual_seed(8);
  BertModel model(small());
  model->eval();
  const Tensor ids = tensor({2, 7, 9, 3, 2, 5, 0, 0, 0, 0, 2, 3}, kLong).view({3, 4});
  const Tensor mask = tensor({1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1}, kLong).view({3, 4});
  const auto states = [&](bool skip) {
    return model->forward(ModelInputs().input_ids(ids).attention_mask(mask).skip_padding(skip))
        .last_hidden_state;
  };
  const Tensor taken = mask.unsqueeze(-1);
  EXPECT_TRUE((states(true) * taken).allclose(states(false) * taken, 1e-5, 1e-6));
  EXPECT_FALSE(states(true).equal(states(false)));
}

TEST(AutoModel, InputsThatDoNotFitAreRefused) {
  manual_seed(7);
  BertModel bert(small());
  RobertaModel roberta(RobertaConfig(small()).pad_token_id(1));
  EXPECT_NE(error_of<ValueError>([&] { bert->forward(ModelInputs()); }), "");
  EXPECT_NE(error_of<ShapeError>([&] { bert->forward(ModelInputs().input_ids(arange(4))); }), "");
  const auto length = [](int64_t n) { return ModelInputs().input_ids(ones({1, n}, kLong) * 2); };
  EXPECT_NE(error_of<ShapeError>([&] { bert->forward(length(10)); }), "");
  EXPECT_NE(error_of<ShapeError>([&] { roberta->forward(length(8)); }), "");
  bert->forward(length(9));
  roberta->forward(length(7));
  EXPECT_NE(error_of<ShapeError>([&] {
              bert->forward(length(3).attention_mask(ones({1, 4}, kLong)));
            }),
            "");
}

}  // namespace
}  // namespace hearth::text
