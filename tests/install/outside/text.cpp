// SPDX-License-Identifier: Apache-2.0
// Embeds a sentence by a model's folder, with nothing but what an installed Hearth brings.
#include <cstdio>
#include <string>
#include <vector>

#include <hearth/text.h>

int main(int, char** argv) {
  const auto tokenizer = hearth::text::AutoTokenizer::from_pretrained(argv[1]);
  const auto model = hearth::text::AutoModel::from_pretrained(argv[1]);
  const std::vector<std::string> texts{"a word, and another"};
  const auto out = model->forward(tokenizer(texts).inputs());
  if (out.last_hidden_state.dim() != 3 || out.last_hidden_state.size(1) < 3) return 1;
  std::printf("text: ok\n");
}
