// SPDX-License-Identifier: Apache-2.0
// hearth-text generate and chat as their users run them; scripts/text-decoder-goldens.py made the
// model and what transformers writes with it.
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "apps/program_test.h"

namespace {

using testing::HasSubstr;

const std::string kFolder = HEARTH_TEST_DATA_DIR "/text/decoders/";
const std::string kModel = kFolder + "llama";

nlohmann::json written() { return nlohmann::json::parse(std::ifstream(kFolder + "written.json")); }

struct Generate : ProgramTest {
  Generate() : ProgramTest("hearth-text") {}
  Result generate(std::vector<std::string> more, const std::string& prompt = "once upon") const {
    std::vector<std::string> all{"generate", "--model", kModel, "--prompt", prompt};
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  }
};

TEST_F(Generate, PrintsNewTextAlone) {
  const Result r = generate({"--max-new-tokens", "24", "--temperature", "0"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out, written()["once"].get<std::string>() + "\n");
  EXPECT_THAT(r.err, HasSubstr("a second"));
  const Result echo = generate({"--max-new-tokens", "24", "--greedy", "--echo", "--quiet"});
  EXPECT_EQ(echo.out, "once upon" + r.out);
  EXPECT_EQ(echo.err, "");
  const Result by_file = run({"generate", "--model", kModel + "/model.safetensors", "--prompt",
                              "once upon", "--max-new-tokens", "24", "--temperature", "0"});
  EXPECT_EQ(by_file.out, r.out) << by_file.err;
}

TEST_F(Generate, ComputesInNarrowerTypes) {
  const auto logprobs = [&](const char* type) {
    const Result r = generate({"--max-new-tokens", "4", "--greedy", "--precision", type, "--json"});
    EXPECT_EQ(r.code, 0) << r.err;
    return nlohmann::json::parse(r.last())["texts"][0]["logprobs"].get<std::vector<float>>();
  };
  const std::vector<float> whole = logprobs("fp32");
  for (const char* type : {"bf16", "fp16"}) {
    const std::vector<float> narrow = logprobs(type);
    EXPECT_NE(narrow[0], whole[0]) << type;
    EXPECT_NEAR(narrow[0], whole[0], 0.1) << type;
  }
}

TEST_F(Generate, SearchesWithBeams) {
  const Result r =
      generate({"--max-new-tokens", "10", "--beams", "3", "--sequences", "2", "--json"});
  ASSERT_EQ(r.code, 0) << r.err;
  const auto json = nlohmann::json::parse(r.last());
  ASSERT_EQ(json["texts"].size(), 2U);
  EXPECT_EQ(json["texts"][0]["text"], written()["beams"][0]);
  EXPECT_EQ(json["texts"][1]["text"], written()["beams"][1]);
  EXPECT_EQ(json["texts"][1]["ids"].size(), json["texts"][1]["logprobs"].size());
  EXPECT_EQ(json["prompt_tokens"], 9);
}

TEST_F(Generate, DrawsBySeed) {
  const auto drawn = [&](const char* seed) {
    return generate({"--max-new-tokens", "30", "--temperature", "2", "--seed", seed}).out;
  };
  EXPECT_EQ(drawn("1"), drawn("1"));
  EXPECT_NE(drawn("1"), drawn("2"));
}

TEST_F(Generate, EndsBeforeAStopString) {
  const Result r = generate({"--max-new-tokens", "24", "--temperature", "0", "--stop", "w9"});
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.out, "a\n");
}

// What is written can be read at once, and stays.
TEST_F(Generate, AnInterruptEndsTheText) {
  std::vector<std::string> forever{"--max-new-tokens", "1000000",       "--min-new-tokens",
                                   "1000000",          "--temperature", "0"};
  for (const bool chat : {false, true}) {
    std::vector<std::string> all{chat ? "chat" : "generate", "--model", kModel, "--prompt", "once"};
    all.insert(all.end(), forever.begin(), forever.end());
    write_text(folder / "stdout", "");
    const pid_t child = start(all);
    for (int ms = 0; read_text(folder / "stdout").size() < 20 && ms < 60'000; ++ms) ::usleep(1000);
    ::kill(child, SIGINT);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 130) << all[0];
    const std::string out = read_text(folder / "stdout");
    EXPECT_GE(out.size(), 20U);
    EXPECT_EQ(out.back(), '\n');
    EXPECT_THAT(read_text(folder / "stderr"), HasSubstr("interrupted"));
  }
}

TEST_F(Generate, SaysWhatIsWrong) {
  EXPECT_EQ(run({"generate", "--prompt", "x"}).code, 2);
  const Result none = run({"generate", "--model", folder / "none.safetensors", "--prompt", "x"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("none.safetensors"));
  const Result many = generate({"--sequences", "2"});
  EXPECT_EQ(many.code, 2);
  EXPECT_THAT(many.err, HasSubstr("--beams"));
  EXPECT_THAT(generate({"--max-new-tokens", "2"},
                       "a\xff"
                       "b")
                  .err,
              HasSubstr("1 piece was no UTF-8"));
  const Result talk = run({"chat", "--model", kFolder + "gpt2", "--prompt", "x"});
  EXPECT_EQ(talk.code, 1);
}

TEST_F(Generate, ChatsInTurns) {
  const auto turns = written()["turns"];
  const auto chat = [&](std::vector<std::string> more) {
    std::vector<std::string> all{"chat", "--model",       kModel, "--max-new-tokens",
                                 "12",   "--temperature", "0"};
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  };
  const Result one = chat({"--prompt", turns[0]["content"]});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(one.out, turns[1]["content"].get<std::string>() + "\n");

  // Two turns through a pipe; the second reads the cache of the first.
  write_text(folder / "said", turns[0]["content"].get<std::string>() + "\n" +
                                  turns[2]["content"].get<std::string>() + "\n");
  const int saved = ::dup(STDIN_FILENO);
  const int said = ::open((folder / "said").c_str(), O_RDONLY);
  ::dup2(said, STDIN_FILENO);
  const Result two = chat({"--json"});
  ::dup2(saved, STDIN_FILENO);
  ::close(said);
  ::close(saved);
  ASSERT_EQ(two.code, 0) << two.err;
  const auto json = nlohmann::json::parse(two.last());
  ASSERT_EQ(json["turns"].size(), 2U);
  EXPECT_EQ(json["turns"][0]["answer"], turns[1]["content"]);
  EXPECT_EQ(json["turns"][1]["answer"], turns[3]["content"]);
}

}  // namespace
