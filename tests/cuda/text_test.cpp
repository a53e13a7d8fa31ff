// SPDX-License-Identifier: Apache-2.0
// Models of text on the device.
#include "hearth/cuda/graph.h"
#include "hearth/text/models/cache.h"
#include "hearth/text/models/decoder.h"

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

using text::ModelInputs;

/// The logits behind eight tokens and then `word`, which the cache forgets again.
Tensor next_logits(text::LlamaForCausalLM& model, const Tensor& word,
                   const std::shared_ptr<text::Cache>& cache) {
  const Tensor logits = model->forward(ModelInputs().input_ids(word).cache(cache)).logits;
  cache->crop(8);
  return logits;
}

TEST_F(Cuda, AStepOfDecodingIsAGraph) {
  if (!cuda_has_streams()) GTEST_SKIP() << "graphs need streams";
  const NoGradGuard no_grad;
  manual_seed(3);
  text::LlamaForCausalLM model(text::DecoderConfig()
                                   .vocab_size(50)
                                   .hidden_size(32)
                                   .intermediate_size(64)
                                   .num_hidden_layers(2)
                                   .num_attention_heads(4)
                                   .num_key_value_heads(2)
                                   .max_position_embeddings(64)
                                   .tie_word_embeddings(true));
  model->to(kCUDA);
  model->eval();
  auto cache = std::make_shared<text::Cache>(text::CacheOptions().max_length(9));
  model->forward(ModelInputs().input_ids(arange(8).unsqueeze(0).to(kCUDA)).cache(cache));
  cache->crop(8);
  const Tensor word = full({1, 1}, 5, TensorOptions(kLong).device(kCUDA));
  const cuda::CUDAStreamGuard stream(cuda::getStreamFromPool());
  next_logits(model, word, cache);
  cuda::CUDAGraph graph;
  Tensor logits;
  {
    const cuda::CUDAGraphGuard capture(graph);
    logits = next_logits(model, word, cache);
  }
  for (const int64_t id : {5, 17}) {
    word.fill_(id);
    graph.replay();
    const Tensor got = logits.clone();
    EXPECT_TRUE(got.equal(next_logits(model, word, cache)));
  }
}

}  // namespace
}  // namespace hearth::testing_cuda
