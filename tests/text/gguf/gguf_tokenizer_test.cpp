// SPDX-License-Identifier: Apache-2.0
// Tokenizers of tests/data/text/gguf/generate_tokenizers.py against the original libraries' ids.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/text/gguf/gguf_file.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include "gguf/gguf_pre.h"
#include "temporary.h"

namespace hearth::text {
namespace {

constexpr const char* kFolder = HEARTH_TEST_DATA_DIR "/text/gguf/";

const data::readers::JsonValue& expected() {
  static const auto& all = *new auto([] {
    std::ifstream file(std::string(kFolder) + "tokenizers.json");
    std::stringstream text;
    text << file.rdbuf();
    return data::readers::JsonValue(text.str(), "tokenizers.json");
  }());
  return all;
}

PreTrainedTokenizer open_file(const std::string& name) {
  return AutoTokenizer::from_pretrained(kFolder + name + ".gguf");
}

class GgufTokenizers : public testing::TestWithParam<const char*> {};

TEST_P(GgufTokenizers, GiveTheOriginalsIds) {
  const PreTrainedTokenizer tokenizer = open_file(GetParam());
  const auto cases = expected().at(GetParam());
  ASSERT_GT(cases.size(), 5u);
  for (size_t i = 0; i < cases.size(); ++i) {
    const std::string text = cases.at(i).at("text").string();
    SCOPED_TRACE(text);
    std::vector<uint32_t> ids;
    for (const double id : cases.at(i).at("ids").numbers())
      ids.push_back(static_cast<uint32_t>(id));
    EXPECT_EQ(tokenizer.encode(text), ids);
    const bool spm = std::string(GetParam()).starts_with("spm");
    EXPECT_EQ(tokenizer.decode(ids, /*skip_special_tokens=*/spm),
              cases.at(i).at("decoded").string());
  }
}

INSTANTIATE_TEST_SUITE_P(All, GgufTokenizers,
                         testing::Values("bpe_gpt-2", "bpe_smollm", "bpe_llama-bpe", "bpe_qwen2",
                                         "bpe_gpt-4o", "bpe_tekken", "spm", "spm_plain",
                                         "wordpiece"),
                         [](const auto& each) {
                           std::string name = each.param;
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

TEST(GgufTokenizer, KnowsSpecialTokensAndTemplates) {
  const PreTrainedTokenizer t = open_file("bpe_smollm");
  EXPECT_EQ(t.bos_token, "<|start|>");
  EXPECT_EQ(t.eos_token, "<|end|>");
  EXPECT_EQ(t.unk_token, "<|unk|>");
  EXPECT_FALSE(t.pad_token);
  EXPECT_EQ(t.eos_token_id(), 2u);
  EXPECT_TRUE(t.tokenizer.is_special(1));
  EXPECT_FALSE(t.tokenizer.is_special(3));
  EXPECT_EQ(t.model_max_length, 2048);
  EXPECT_FALSE(t.token_type_ids);
  EXPECT_EQ(t.chat_template(), "{{ messages[0].content }}");
  EXPECT_EQ(t.chat_template("tools"), "x");
  EXPECT_EQ(t.decode({{1u, 2u}}, true), "");
  const PreTrainedTokenizer bert = open_file("wordpiece");
  EXPECT_EQ(bert.cls_token, "[CLS]");
  EXPECT_EQ(bert.sep_token, "[SEP]");
  EXPECT_TRUE(bert.token_type_ids);
}

/// A GGUF file of metadata: name, type and bytes of each.
class Metadata {
 public:
  Metadata& text(const std::string& key, const std::string& value) {
    begin(key, 8);
    string(value);
    return *this;
  }
  Metadata& texts(const std::string& key, const std::vector<std::string>& values) {
    begin(key, 9);
    number(uint32_t{8});
    number(uint64_t{values.size()});
    for (const std::string& v : values) string(v);
    return *this;
  }
  Metadata& integer(const std::string& key, uint32_t value) {
    begin(key, 4);
    number(value);
    return *this;
  }
  std::string write() const {
    static const TemporaryFolder folder;
    const std::string path = folder / "tokenizer.gguf";
    std::ofstream file(path, std::ios::binary);
    const uint32_t version = 3;
    const uint64_t tensors = 0;
    file << "GGUF";
    file.write(reinterpret_cast<const char*>(&version), 4);
    file.write(reinterpret_cast<const char*>(&tensors), 8);
    file.write(reinterpret_cast<const char*>(&count_), 8);
    file << bytes_;
    return path;
  }

 private:
  template <class T>
  void number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void string(const std::string& s) {
    number(uint64_t{s.size()});
    bytes_ += s;
  }
  void begin(const std::string& key, uint32_t type) {
    ++count_;
    string(key);
    number(type);
  }
  std::string bytes_;
  uint64_t count_ = 0;
};

TEST(GgufTokenizer, EveryPreTokenizerCanBeMade) {
  std::istringstream names(gguf_pre_names());
  int count = 0;
  for (std::string name; std::getline(names, name, ',');) {
    const std::string own = name.substr(name[0] == ' ');
    SCOPED_TRACE(own);
    const std::string path = Metadata()
                                 .text("tokenizer.ggml.model", "gpt2")
                                 .text("tokenizer.ggml.pre", own)
                                 .texts("tokenizer.ggml.tokens", {"a", "b", "ab"})
                                 .texts("tokenizer.ggml.merges", {"a b"})
                                 .write();
    const auto tokenizer = AutoTokenizer::from_pretrained(path);
    EXPECT_EQ(tokenizer.encode("ab"), (std::vector<uint32_t>{2}));
    ++count;
  }
  EXPECT_GE(count, 15);
}

TEST(GgufTokenizer, SaysWhatItCannotRead) {
  const auto refused = [](const Metadata& m, const std::string& part) {
    try {
      AutoTokenizer::from_pretrained(m.write());
      ADD_FAILURE() << "no error: " << part;
    } catch (const FormatError& e) {
      EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
    }
  };
  const auto begin = [](const std::string& kind) {
    return Metadata().text("tokenizer.ggml.model", kind).texts("tokenizer.ggml.tokens", {"a", "b"});
  };
  refused(Metadata(), "has no metadata 'tokenizer.ggml.model'");
  refused(begin("rwkv"), "has a tokenizer of kind rwkv, expected one of bert, gpt2, llama");
  refused(begin("gpt2").text("tokenizer.ggml.pre", "who-knows"),
          "tokenizer.ggml.pre is 'who-knows', expected one of gpt-2, phi-2");
  refused(begin("gpt2"), "tokenizer.ggml.pre is ''");
  refused(begin("gpt2").text("tokenizer.ggml.pre", "gpt-2"),
          "has no metadata 'tokenizer.ggml.merges'");
  refused(begin("gpt2").text("tokenizer.ggml.pre", "gpt-2").texts("tokenizer.ggml.merges", {"a c"}),
          "tokenizer.gguf]");
  refused(begin("llama").texts("tokenizer.ggml.scores", {"1"}), "is not made of numbers");
  refused(begin("bert").integer("tokenizer.ggml.bos_token_id", 2),
          "tokenizer.ggml.bos_token_id is 2, which is none of 2 tokens");
}

}  // namespace
}  // namespace hearth::text
