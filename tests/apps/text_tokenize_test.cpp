// SPDX-License-Identifier: Apache-2.0
// hearth-text's tokenizers as their users run them.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/program_test.h"

namespace {

using testing::HasSubstr;

struct TokenizeApp : ProgramTest {
  TokenizeApp() : ProgramTest("hearth-text") {
    write_text(folder / "tokenizer.json", R"({"version":"1.0","added_tokens":[],
      "pre_tokenizer":{"type":"WhitespaceSplit"},
      "post_processor":{"type":"BertProcessing","sep":["</s>",2],"cls":["<s>",1]},
      "model":{"type":"WordLevel","vocab":{"<unk>":0,"<s>":1,"</s>":2,"a":3,"caf\u00e9":4},
        "unk_token":"<unk>"}})");
  }
  std::string write(const std::string& name, const std::string& content) const {
    write_text(folder / name, content);
    return folder / name;
  }
  std::vector<std::string> with(std::vector<std::string> more) const {
    std::vector<std::string> all{"tokenize", "--tokenizer", folder.path};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(TokenizeApp, PrintsALineForEachLine) {
  const std::string lines = write("lines", "a b caf\xc3\xa9\n\n \na");
  Result r = run(with({lines}));
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out, "1 3 0 4 2\n\n1 2\n1 3 2\n");
  EXPECT_EQ(r.err, "");
  EXPECT_EQ(run(with({"--format", "ids", "--no-special", lines})).out, "3 0 4\n\n\n3\n");
  EXPECT_EQ(run(with({"--format", "tokens", lines})).out,
            "<s> a <unk> caf\xc3\xa9 </s>\n\n<s> </s>\n<s> a </s>\n");
  r = run(with({"--format", "json", lines}));
  const auto first = nlohmann::json::parse(r.out.substr(0, r.out.find('\n')));
  EXPECT_EQ(first, nlohmann::json::parse(R"({"ids":[1,3,0,4,2],
    "tokens":["<s>","a","<unk>","caf\u00e9","</s>"],"offsets":[[0,0],[0,1],[2,3],[4,8],[0,0]],
    "type_ids":[0,0,0,0,0],"attention_mask":[1,1,1,1,1]})"));
  r = run(with({"--format", "json", "--offsets", "bytes", "--no-special", lines}));
  EXPECT_EQ(nlohmann::json::parse(r.out.substr(0, r.out.find('\n')))["offsets"].dump(),
            "[[0,1],[2,3],[4,9]]");
}

TEST_F(TokenizeApp, IsTheSameOnAnyNumberOfThreads) {
  std::string lines;
  for (int i = 0; i < 30000; ++i) lines += i % 3 ? "a caf\xc3\xa9 b\n" : "a\n";
  const std::string path = write("lines.gz", gzipped(lines));
  const Result one = run(with({"--threads", "1", path}));
  EXPECT_EQ(std::count(one.out.begin(), one.out.end(), '\n'), 30000);
  EXPECT_EQ(run(with({"--threads", "3", path})).out, one.out);
}

TEST_F(TokenizeApp, SaysWhatIsNoUtf8) {
  const Result r = run(with({"--format", "tokens", write("lines", "a \xff\n")}));
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.out, "<s> a <unk> </s>\n");
  EXPECT_THAT(r.err, HasSubstr("1 piece was no UTF-8"));
}

TEST_F(TokenizeApp, MakesTextsOfIds) {
  EXPECT_EQ(run(with({"--decode", write("ids", "3 4\n\n1 3\t2\n")})).out,
            "a caf\xc3\xa9\n\n<s> a </s>\n");
  EXPECT_EQ(run(with({"--decode", write("ids", "3 x\n")})).code, 1);
}

TEST_F(TokenizeApp, SaysWhatIsNoTokenizer) {
  const Result r = run({"tokenize", "--tokenizer", write("b.json", "{}"), folder / "b.json"});
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("b.json] model: expected"));
  EXPECT_EQ(run({"tokenize", "--format", "words"}).code, 2);
}

TEST_F(TokenizeApp, NeedsNoTokenizer) {
  const std::string text = write("text", "And God said, Let there be light.\n\n\xc3\xa4\n");
  const Result tokens = run({"tokenize", "--format", "tokens", text});
  EXPECT_EQ(tokens.out, "And ĠGod Ġsaid , ĠLet Ġthere Ġbe Ġlight .\n\nÃ ¤\n");
  write("ids", run({"tokenize", text}).out);
  EXPECT_EQ(run({"tokenize", "--decode", folder / "ids"}).out, read_text(text));
}

TEST_F(TokenizeApp, LearnsAVocabulary) {
  std::string lines;
  for (int i = 0; i < 50; ++i) lines += "the lowest tower, the newest owner\n";
  const std::string text = write("text", lines);
  for (const char* type : {"byte-bpe", "bpe", "wordpiece", "wordlevel"}) {
    const std::string out = folder / (std::string(type) + ".json");
    const Result r = run({"train-tokenizer", "--type", type, "--vocab-size", "300", "--output", out,
                          "--json", text});
    ASSERT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(nlohmann::json::parse(r.last())["lines"], 50);
    const Result tokens =
        run({"tokenize", "--tokenizer", out, "--format", "tokens", write("line", "the owner\n")});
    EXPECT_EQ(tokens.code, 0) << tokens.err;
    EXPECT_THAT(tokens.out, HasSubstr("the")) << type;
    EXPECT_THAT(tokens.out, HasSubstr("owner")) << type;
    EXPECT_EQ(tokens.out.starts_with("[CLS] the owner [SEP]"), type == std::string("wordpiece"));
  }
  // Unknown words are no padding, whatever special tokens are named first.
  for (const char* type : {"bpe", "wordpiece", "wordlevel"}) {
    const std::string out = folder / "special.json";
    ASSERT_EQ(run({"train-tokenizer", "--type", type, "--special", "[PAD]", "--special", "<s>",
                   "--output", out, text})
                  .code,
              0);
    const Result tokens =
        run({"tokenize", "--tokenizer", out, "--format", "tokens", write("line", "\xc3\xa4\n")});
    EXPECT_EQ(tokens.out, "[UNK]\n") << type << tokens.err;
  }
  EXPECT_EQ(run({"train-tokenizer", "--type", "bpe", "--output", folder / "x.model", text}).code,
            2);
}

}  // namespace
