// SPDX-License-Identifier: Apache-2.0
// Training steps of small networks on batches of 64, one transformer layer, recurrent ones.
#include "cases/cases.h"

namespace hearth::bench {

namespace {

using namespace hearth::nn;

Sequential lenet() {
  return Sequential(Conv2d(Conv2dOptions(1, 6, 5).padding(2)), ReLU(), MaxPool2d(2),
                    Conv2d(Conv2dOptions(6, 16, 5)), ReLU(), MaxPool2d(2), Flatten(),
                    Linear(400, 120), ReLU(), Linear(120, 84), ReLU(), Linear(84, 10));
}

Conv2d convolution(int64_t in, int64_t out, int64_t kernel, int64_t stride) {
  return Conv2d(Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

struct BlockImpl : Module {
  BlockImpl(int64_t in, int64_t out, int64_t stride)
      : conv1(register_module("conv1", convolution(in, out, 3, stride))),
        bn1(register_module("bn1", BatchNorm2d(out))),
        conv2(register_module("conv2", convolution(out, out, 3, 1))),
        bn2(register_module("bn2", BatchNorm2d(out))) {
    if (stride != 1 || in != out)
      downsample = register_module("downsample",
                                   Sequential(convolution(in, out, 1, stride), BatchNorm2d(out)));
  }

  Tensor forward(const Tensor& x) {
    Tensor y = bn1(conv1(x)).relu_();
    y = bn2(conv2(y));
    y += downsample.is_empty() ? x : downsample->forward(x);
    return y.relu_();
  }

  Conv2d conv1;
  BatchNorm2d bn1;
  Conv2d conv2;
  BatchNorm2d bn2;
  Sequential downsample{nullptr};
};
HEARTH_MODULE(Block);

/// For 32x32 images: the first convolution is 3x3 with stride 1, and there is no max pooling.
Sequential resnet18() {
  Sequential net(convolution(3, 64, 3, 1), BatchNorm2d(64), ReLU(ReLUOptions().inplace(true)));
  int64_t in = 64;
  for (const int64_t out : {64, 128, 256, 512}) {
    net->push_back(Block(in, out, out == 64 ? 1 : 2));
    net->push_back(Block(out, out, 1));
    in = out;
  }
  net->push_back(AdaptiveAvgPool2d(1));
  net->push_back(Flatten());
  net->push_back(Linear(512, 10));
  return net;
}

void to_channels_last(Module& net) {
  for (const Tensor& p : net.parameters())
    if (p.dim() == 4) p.set_data(p.contiguous(MemoryFormat::ChannelsLast));
}

Step training(Sequential net, const Tensor& images) {
  const Tensor x = images.to(device());
  const Tensor target = randint(0, 10, {x.size(0)}).to(device());
  net->to(device());
  auto optimizer =
      std::make_shared<optim::SGD>(net->parameters(), optim::SGDOptions(0.01).momentum(0.9));
  return [=]() mutable {
    optimizer->zero_grad();
    functional::cross_entropy(net->forward(x), target).backward();
    optimizer->step();
  };
}

/// 32 sequences of 64 steps.
template <class Holder>
Step recurrent() {
  Holder layer(128, 256);
  layer->to(device());
  return forward_backward(
      [layer](const Tensor& x) mutable { return std::get<0>(layer->forward(x)); },
      randn({64, 32, 128}).to(device()), layer->parameters());
}

}  // namespace

void add_training(Cases& cases) {
  cases["train/lenet"] = [] { return training(lenet(), randn({64, 1, 28, 28})); };
  cases["train/resnet18"] = [] {
    Sequential net = resnet18();
    to_channels_last(*net);
    return training(net, randn({64, 3, 32, 32}).contiguous(MemoryFormat::ChannelsLast));
  };
  cases["encoder layer/d256 16x128"] = [] {
    TransformerEncoderLayer layer(
        TransformerEncoderLayerOptions(256, 8).dim_feedforward(2048).dropout(0.0).batch_first(
            true));
    layer->to(device());
    return forward_backward([layer](const Tensor& x) mutable { return layer(x); },
                            randn({16, 128, 256}).to(device()), layer->parameters());
  };
  cases["lstm/128-256 32x64"] = recurrent<LSTM>;
  cases["gru/128-256 32x64"] = recurrent<GRU>;
}

}  // namespace hearth::bench
