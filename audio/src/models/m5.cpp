// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/models/m5.h"

#include "hearth/ops/pool.h"

#include "models/registry.h"

namespace hearth::audio::models {
namespace {

constexpr int64_t kFirstKernel = 80, kKernel = 3, kPool = 4;

}  // namespace

M5Impl::M5Impl(const M5Options& options)
    : conv1_(nn::Conv1dOptions(1, options.n_channel(), kFirstKernel).stride(options.stride())),
      conv2_(nn::Conv1dOptions(options.n_channel(), options.n_channel(), kKernel)),
      conv3_(nn::Conv1dOptions(options.n_channel(), 2 * options.n_channel(), kKernel)),
      conv4_(nn::Conv1dOptions(2 * options.n_channel(), 2 * options.n_channel(), kKernel)),
      bn1_(options.n_channel()),
      bn2_(options.n_channel()),
      bn3_(2 * options.n_channel()),
      bn4_(2 * options.n_channel()),
      fc1_(2 * options.n_channel(), options.n_output()) {
  register_module("conv1", conv1_);
  register_module("bn1", bn1_);
  register_module("conv2", conv2_);
  register_module("bn2", bn2_);
  register_module("conv3", conv3_);
  register_module("bn3", bn3_);
  register_module("conv4", conv4_);
  register_module("bn4", bn4_);
  register_module("fc1", fc1_);
}

M5Impl::~M5Impl() = default;

int64_t M5Impl::least_samples(int64_t stride) {
  int64_t frames = 1;
  for (int layer = 0; layer < 3; ++layer) frames = frames * kPool + kKernel - 1;
  return (frames * kPool - 1) * stride + kFirstKernel;
}

Tensor M5Impl::embed(const Tensor& waveform) {
  HEARTH_CHECK_AS(ShapeError,
                  waveform.dim() == 3 && waveform.size(1) == 1 &&
                      waveform.size(2) >= least_samples(conv1_->options.stride()->at(0)),
                  "[M5] expected waveforms [N, 1, samples] of at least ",
                  least_samples(conv1_->options.stride()->at(0)), " samples, got ",
                  waveform.sizes());
  // ReLU after pooling gives the same as before it, for a quarter of the work.
  Tensor x = max_pool1d(bn1_(conv1_(waveform)), kPool).relu();
  x = max_pool1d(bn2_(conv2_(x)), kPool).relu();
  x = max_pool1d(bn3_(conv3_(x)), kPool).relu();
  x = max_pool1d(bn4_(conv4_(x)), kPool).relu();
  return x.mean(2);
}

Tensor M5Impl::classify(const Tensor& embedding) { return fc1_(embedding); }

std::vector<ClassifierRow> m5_classifiers() {
  return {{"m5",
           {.waveform = true, .bands = 1, .hints = {}},
           [](const ClipShape& shape) -> std::string {
             const int64_t least = M5Impl::least_samples();
             if (shape.bands == 1 && shape.frames >= least) return "";
             return cat_str("expected a waveform of at least ", least, " samples");
           },
           [](const ClipShape&, int64_t classes) -> std::shared_ptr<AudioClassifierImpl> {
             return M5(M5Options().n_output(classes)).ptr();
           },
           [](const ClipShape&, int64_t classes) { return 64 * classes; }}};
}

}  // namespace hearth::audio::models
