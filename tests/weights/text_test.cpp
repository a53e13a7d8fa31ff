// SPDX-License-Identifier: Apache-2.0
// Models of text with weights that others trained, against what transformers makes of the same
// sentences. `make test-pretrained` brings the weights and says where they are.
#include <cstdlib>
#include <filesystem>

#include "hearth/text/embedding/sentence_encoder.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

std::string weights_folder() {
  const char* folder = std::getenv("HEARTH_REAL_WEIGHTS");
  return folder ? folder : "";
}

const Table kTable = {
    {"minilm",
     [](Args& a) -> Outputs {
       std::vector<std::string> sentences(1);
       for (const char c : a.s("sentences"))
         if (c == '|') {
           sentences.emplace_back();
         } else {
           sentences.back() += c;
         }
       const auto encoder = text::SentenceEncoder::from_pretrained(weights_folder() + "/minilm");
       return {encoder.encode(sentences)};
     }},
};

class RealTextWeights : public ::testing::TestWithParam<OpCases> {};
TEST_P(RealTextWeights, MakeWhatTransformersMakes) {
  if (weights_folder().empty())
    GTEST_SKIP() << "HEARTH_REAL_WEIGHTS names no folder with weights; run `make test-pretrained`";
  ASSERT_TRUE(std::filesystem::is_directory(weights_folder())) << weights_folder();
  check(GetParam(), kTable);
}
INSTANTIATE_TEST_SUITE_P(Golden, RealTextWeights, ::testing::ValuesIn(operators_of("text_weights")),
                         test_name);

}  // namespace
}  // namespace hearth::golden
