// SPDX-License-Identifier: Apache-2.0
// What a CUDA device is for: bandwidth, large products, and steps of whole networks in bfloat16.
// bench/peers/device_cases.py holds the same for PyTorch.
#include "hearth/text/models/bert.h"
#include "hearth/text/models/cache.h"
#include "hearth/text/models/decoder.h"
#include "hearth/text/models/gpt2.h"
#include "hearth/vision/models/image_classifier.h"

#include "cases/cases.h"
#include "cases/smollm2.h"

namespace hearth::bench {

namespace {

namespace F = nn::functional;

constexpr ScalarType kTypes[] = {kFloat, kBFloat16};
const char* name_of(ScalarType type) { return type == kFloat ? "f32" : "bf16"; }

Tensor numbers(IntArrayRef sizes, ScalarType type = kFloat) {
  return randn(sizes, TensorOptions(kFloat).device(device())).to(type);
}

/// Ids of words; the same on both sides matters little.
Tensor ids(IntArrayRef sizes, int64_t words) {
  return randint(words, sizes, TensorOptions(kLong).device(device()));
}

/// 512 MB, read and written by the simplest of kernels.
void add_bandwidth(Cases& cases) {
  for (const ScalarType type : kTypes) {
    const auto add = [&](const char* name, std::function<Tensor(const Tensor&)> fn) {
      cases[cat_str("bandwidth/", name, ' ', name_of(type))] = [=] {
        const int64_t rows = (int64_t{512} << 20) / 8192 / static_cast<int64_t>(element_size(type));
        const Tensor x = numbers({rows, 8192}, type);
        return [=] { const Tensor y = fn(x); };
      };
    };
    add("copy", [](const Tensor& x) { return x.clone(); });
    add("add", [](const Tensor& x) { return x + x; });
    add("exp", [](const Tensor& x) { return x.exp(); });
    add("sum", [](const Tensor& x) { return x.sum(); });
    add("sum of rows", [](const Tensor& x) { return x.sum(1); });
    add("sum of columns", [](const Tensor& x) { return x.sum(0); });
    add("amax of rows", [](const Tensor& x) { return x.amax(1); });
  }
}

/// Rows of 4096 numbers, 256 MB of them, and the words of a language model.
void add_fused(Cases& cases) {
  for (const ScalarType type : kTypes) {
    const int64_t rows = (int64_t{256} << 20) / 4096 / static_cast<int64_t>(element_size(type));
    const std::string suffix = cat_str(' ', name_of(type));
    cases["fused/softmax" + suffix] = [=] {
      return forward_backward([](const Tensor& x) { return softmax(x, -1); },
                              numbers({rows, 4096}, type));
    };
    cases["fused/layer_norm" + suffix] = [=] {
      const Tensor w = numbers({4096}, type).requires_grad_(),
                   b = numbers({4096}, type).requires_grad_();
      return forward_backward([=](const Tensor& x) { return layer_norm(x, {4096}, w, b); },
                              numbers({rows, 4096}, type), {w, b});
    };
    cases["fused/cross_entropy" + suffix] = [=] {
      const Tensor target = ids({4096}, 50257);
      return forward_backward([=](const Tensor& x) { return F::cross_entropy(x, target); },
                              numbers({4096, 50257}, type));
    };
    // 64 M parameters in 64 tensors.
    cases["fused/Adam" + suffix] = [=] {
      std::vector<Tensor> parameters;
      for (int i = 0; i < 64; ++i) {
        parameters.push_back(numbers({1024, 1024}, type).requires_grad_());
        parameters.back().mutable_grad() = numbers({1024, 1024}, type);
      }
      auto adam = std::make_shared<optim::Adam>(parameters, optim::AdamOptions(1e-3));
      return [=] { adam->step(); };
    };
  }
}

/// What the step does, as a CUDA graph.
Step as_graph(const Step& step) {
  if (!device().is_cuda()) return step;
  const cuda::CUDAStreamGuard stream(cuda::getStreamFromPool());
  for (int i = 0; i < 3; ++i) step();
  cuda::synchronize();
  auto graph = std::make_shared<cuda::CUDAGraph>();
  {
    const cuda::CUDAGraphGuard capture(*graph);
    step();
  }
  return [=] { graph->replay(); };
}

/// A step of training in bfloat16, where autocast says so.
Step training(std::vector<Tensor> parameters, std::function<Tensor()> loss) {
  auto optimizer = std::make_shared<optim::AdamW>(parameters, optim::AdamWOptions(1e-4));
  return [=] {
    optimizer->zero_grad();
    Tensor value;
    {
      const Autocast autocast(device().type());
      value = loss();
    }
    value.backward();
    optimizer->step();
  };
}

Build classifier(const char* model, int64_t batch, bool channels_last) {
  return [=] {
    const auto net = vision::models::create_model(model);
    net->to(device());
    net->train();
    Tensor x = numbers({batch, 3, 224, 224});
    if (channels_last) {
      net->to(MemoryFormat::ChannelsLast);
      x = x.contiguous(MemoryFormat::ChannelsLast);
    }
    const Tensor target = ids({batch}, 1000);
    return training(net->parameters(), [=] { return F::cross_entropy(net->forward(x), target); });
  };
}

Step gpt2_step() {
  text::GPT2LMHeadModel model(text::GPT2Config().resid_pdrop(0).embd_pdrop(0).attn_pdrop(0));
  model->to(device());
  model->train();
  const Tensor words = ids({8, 1024}, 50257);
  const text::ModelInputs inputs = text::ModelInputs().input_ids(words).labels(words);
  return training(model->parameters(), [=]() mutable { return model->forward(inputs).loss; });
}

Step bert_inference() {
  text::BertModel model(text::BertConfig{});
  model->to(device(), kBFloat16);
  model->eval();
  const text::ModelInputs inputs = text::ModelInputs().input_ids(ids({32, 128}, 30522));
  return [=]() mutable {
    const NoGradGuard no_grad;
    model->forward(inputs);
  };
}

/// The next token behind 512, again and again, by SmolLM2-135M in bfloat16.
Step smollm2_decoding() {
  constexpr int64_t kSeen = 512;
  text::LlamaForCausalLM model(smollm2());
  model->to(device(), kBFloat16);
  model->eval();
  const NoGradGuard no_grad;
  auto cache = std::make_shared<text::Cache>(text::CacheOptions().max_length(kSeen + 1));
  model->forward(text::ModelInputs().input_ids(ids({1, kSeen}, 49152)).cache(cache));
  const text::ModelInputs next = text::ModelInputs().input_ids(ids({1, 1}, 49152)).cache(cache);
  return as_graph([=]() mutable {
    const NoGradGuard still_none;
    model->forward(next);
    cache->crop(kSeen);
  });
}

}  // namespace

void add_device(Cases& cases) {
  add_bandwidth(cases);
  add_fused(cases);
  for (const int64_t n : {4096, 8192})
    cases[cat_str("matmul/", n, " bf16")] = [=] {
      const Tensor a = numbers({n, n}, kBFloat16), b = numbers({n, n}, kBFloat16);
      return [=] { const Tensor product = matmul(a, b); };
    };
  cases["host/add"] = [] {
    const Tensor a = numbers({16}), b = numbers({16});
    return [=] { const Tensor sum = a + b; };
  };
  cases["network/lenet as a graph"] = [] {
    Cases training;
    add_training(training);
    return as_graph(training.at("train/lenet")());
  };
  cases["network/resnet50 256"] = classifier("resnet50", 256, true);
  cases["network/vit_b_16 128"] = classifier("vit_b_16", 128, false);
  cases["network/GPT-2 small 8x1024"] = &gpt2_step;
  cases["network/BERT base 32x128"] = &bert_inference;
  cases["network/SmolLM2-135M decoding as a graph"] = &smollm2_decoding;
}

}  // namespace hearth::bench
