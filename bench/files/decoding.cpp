// SPDX-License-Identifier: Apache-2.0
// How fast a decoder of a GGUF file writes on, with its weights as they are and as floats, beside
// what reading its weights takes alone. usage: hearth-bench-decoding FILE.gguf [ROUNDS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/text/models/auto.h"
#include "hearth/text/models/cache.h"
#include "hearth/text/models/causal_lm.h"

namespace {

using namespace hearth;

constexpr int64_t kPrompt = 128, kTokens = 32;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The least time of so many rounds.
template <class F>
double least(int rounds, const F& f) {
  double best = 1e30;
  for (int i = 0; i < rounds; ++i) {
    const double begin = now();
    f();
    best = std::min(best, now() - begin);
  }
  return best;
}

struct Speeds {
  double prompt = 0, decoding = 0;  ///< tokens a second
  double bytes = 0;                 ///< read for each token
};

Speeds measure(const std::string& path, const text::ModelOptions& options, int rounds) {
  const auto model = std::dynamic_pointer_cast<text::CausalLMImpl>(
      text::AutoModelForCausalLM::from_pretrained(path, options));
  Speeds speeds;
  for (const auto& item : model->state_dict())
    speeds.bytes += static_cast<double>(item.value().nbytes());
  const Tensor prompt = (arange(kPrompt, kLong) * 37 + 11).remainder(1000).unsqueeze(0);
  std::shared_ptr<text::Cache> cache;
  Tensor next;
  const auto step = [&](const Tensor& ids) {
    next = model->forward(text::ModelInputs().input_ids(ids).cache(cache).logits_to_keep(1))
               .logits.argmax(-1);
  };
  speeds.prompt = kPrompt / least(rounds, [&] {
                    cache = std::make_shared<text::Cache>(model->cache_options());
                    step(prompt);
                  });
  speeds.decoding = kTokens / least(rounds, [&] {
                      cache->crop(kPrompt);
                      for (int64_t i = 0; i < kTokens; ++i) step(next);
                    });
  return speeds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: hearth-bench-decoding FILE.gguf [ROUNDS]\n");
    return 2;
  }
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  const NoGradGuard no_grad;
  try {
    const Tensor memory = ones({64 << 20});
    const double bandwidth =
        static_cast<double>(memory.nbytes()) / least(rounds, [&] { memory.sum(); });
    std::printf("%d threads; memory is read at %.1f GB/s\n", get_num_threads(), bandwidth / 1e9);
    const std::pair<const char*, text::ModelOptions> kinds[] = {
        {"float32", text::ModelOptions().dequantize(true)},
        {"exact", {}},
        {"fast", text::ModelOptions().fast(true)}};
    for (const auto& [name, options] : kinds) {
      const Speeds s = measure(argv[1], options, rounds);
      std::printf(
          "%-8s prompt %7.1f tokens/s, decoding %6.1f tokens/s (%4.1f GB/s, %2.0f %% of reading)\n",
          name, s.prompt, s.decoding, s.decoding * s.bytes / 1e9,
          100 * s.decoding * s.bytes / bandwidth);
    }
  } catch (const Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
