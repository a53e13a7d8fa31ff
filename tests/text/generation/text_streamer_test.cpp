// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/generation/text_streamer.h"

#include <gtest/gtest.h>

#include "hearth/tensor/tensor_literal.h"
#include "hearth/text/generation/generate.h"
#include "hearth/text/models/auto.h"

namespace hearth::text {
namespace {

const std::string kModel = HEARTH_TEST_DATA_DIR "/text/decoders/llama";

std::vector<int64_t> ids_of(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<int64_t> ids;
  for (const uint32_t id : tokenizer.encode_ids(text)) ids.push_back(id);
  return ids;
}

/// What a streamer gives of a text, piece by piece.
std::vector<std::string> pieces(const std::string& text, std::vector<std::string> stop_strings) {
  const Tokenizer tokenizer = Tokenizer::from_file(kModel + "/tokenizer.json");
  std::vector<std::string> given;
  TextStreamer streamer(
      tokenizer, ids_of(tokenizer, "before "),
      [&](std::string_view piece) { given.emplace_back(piece); }, std::move(stop_strings));
  for (const int64_t id : ids_of(tokenizer, text)) streamer.put(id);
  streamer.end();
  return given;
}

TEST(TextStreamer, GivesTextAsItComes) {
  EXPECT_EQ(pieces("abc", {}), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(TextStreamer, HoldsBackWhatMayBeAStopString) {
  EXPECT_EQ(pieces("an end. more", {"end."}), (std::vector<std::string>{"a", "n", " "}));
  EXPECT_EQ(pieces("enemy", {"end"}), (std::vector<std::string>{"en", "em", "y"}));
  EXPECT_EQ(pieces("xaab", {"aab", "q"}), (std::vector<std::string>{"x"}));
  EXPECT_EQ(pieces("xen", {"end"}), (std::vector<std::string>{"x", "en"}));
}

TEST(StopStrings, EndTextsAcrossTokens) {
  const Tokenizer tokenizer = Tokenizer::from_file(kModel + "/tokenizer.json");
  const auto ends = [&](const std::string& text, std::vector<std::string> strings) {
    const auto ids = ids_of(tokenizer, text);
    return stop_at_strings(std::move(strings), tokenizer)->ends({ids, 0});
  };
  EXPECT_TRUE(ends("this is the end", {"the end"}));
  EXPECT_FALSE(ends("this is the end.", {"the end"}));
  EXPECT_FALSE(ends("the en", {"the end"}));
  EXPECT_TRUE(ends("ab", {"x", "b"}));

  const auto model =
      std::dynamic_pointer_cast<CausalLMImpl>(AutoModelForCausalLM::from_pretrained(kModel));
  const auto prompt = ids_of(tokenizer, "once upon");
  const GenerateOutput out =
      generate(*model, tensor(prompt).unsqueeze(0),
               GenerationConfig().max_new_tokens(24).stop_strings({"w9", "zzz"}),
               GenerateOptions().tokenizer(tokenizer));
  EXPECT_EQ(out.logprobs.size(1), 3);  // "aw9"
}

}  // namespace
}  // namespace hearth::text
