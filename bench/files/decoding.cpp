// SPDX-License-Identifier: Apache-2.0
// How fast a decoder of a GGUF file writes on, with its weights as they are and as floats, beside
// what reading its weights takes alone. On one thread processor time is measured, which other
// programs disturb least. usage: hearth-bench-decoding FILE.gguf [ROUNDS] [KIND ...]
//   kinds: float32, exact, fast (all of them)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

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
  timespec t;
  clock_gettime(get_num_threads() == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// How long f() takes, where it is less than before.
template <class F>
void time(double& least, const F& f) {
  const double begin = now();
  f();
  least = std::min(least, now() - begin);
}

/// A model with weights of one kind, and the least times it took.
class Decoding {
 public:
  Decoding(const char* name, const std::string& path, const text::ModelOptions& options)
      : name_(name),
        model_(std::dynamic_pointer_cast<text::CausalLMImpl>(
            text::AutoModelForCausalLM::from_pretrained(path, options))) {
    for (const auto& item : model_->state_dict())
      bytes_ += static_cast<double>(item.value().nbytes());
  }
  void run() {
    const Tensor prompt = (arange(kPrompt, kLong) * 37 + 11).remainder(1000).unsqueeze(0);
    const auto cache = std::make_shared<text::Cache>(model_->cache_options());
    Tensor next;
    const auto step = [&](const Tensor& ids) {
      next = model_->forward(text::ModelInputs().input_ids(ids).cache(cache).logits_to_keep(1))
                 .logits.argmax(-1);
    };
    time(prompt_, [&] { step(prompt); });
    time(decoding_, [&] {
      for (int64_t i = 0; i < kTokens; ++i) step(next);
    });
  }
  void print(double bandwidth) const {
    const double read = kTokens / decoding_ * bytes_;
    std::printf(
        "%-8s prompt %7.1f tokens/s, decoding %6.1f tokens/s (%4.1f GB/s, %2.0f %% of reading)\n",
        name_, kPrompt / prompt_, kTokens / decoding_, read / 1e9, 100 * read / bandwidth);
  }

 private:
  const char* name_;
  std::shared_ptr<text::CausalLMImpl> model_;
  double bytes_ = 0;  // read for each token
  double prompt_ = 1e30, decoding_ = 1e30;
};

void measure(int argc, char** argv) {
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  const std::pair<const char*, text::ModelOptions> kinds[] = {
      {"float32", text::ModelOptions().dequantize(true)},
      {"exact", {}},
      {"fast", text::ModelOptions().fast(true)}};
  std::vector<Decoding> models;
  for (const auto& [name, options] : kinds) {
    bool wanted = argc <= 3;
    for (int i = 3; i < argc; ++i) wanted |= std::strcmp(argv[i], name) == 0;
    if (wanted) models.emplace_back(name, argv[1], options);
  }
  const Tensor memory = ones({64 << 20});
  double reading = 1e30;
  for (int i = 0; i < rounds; ++i) {
    time(reading, [&] { memory.sum(); });
    for (Decoding& model : models) model.run();
  }
  const double bandwidth = static_cast<double>(memory.nbytes()) / reading;
  std::printf("%d threads; memory is read at %.1f GB/s\n", get_num_threads(), bandwidth / 1e9);
  for (const Decoding& model : models) model.print(bandwidth);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: hearth-bench-decoding FILE.gguf [ROUNDS] [KIND ...]\n");
    return 2;
  }
  const NoGradGuard no_grad;
  try {
    measure(argc, argv);
  } catch (const Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
