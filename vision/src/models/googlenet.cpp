// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/googlenet.h"

#include "hearth/nn/modules/sequential.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/view.h"

#include "models/basic_conv2d.h"
#include "models/registry.h"

namespace hearth::vision::models {
namespace {

BasicConv2d conv(int64_t in, int64_t out, int64_t kernel) {
  return BasicConv2d(nn::Conv2dOptions(in, out, kernel).padding(kernel / 2));
}
nn::MaxPool2d pool(int64_t kernel) {
  return nn::MaxPool2d(nn::MaxPool2dOptions(kernel).stride(2).ceil_mode(true));
}

/// Channels of the four branches of a block, and those between two convolutions.
struct Channels {
  int64_t in, one, three_between, three, five_between, five, pooled;
};

class InceptionImpl : public nn::Module {
 public:
  explicit InceptionImpl(const Channels& c)
      : branch1_(conv(c.in, c.one, 1)),
        branch2_(conv(c.in, c.three_between, 1), conv(c.three_between, c.three, 3)),
        // The paper's is 5x5; torchvision's weights are of 3x3.
        branch3_(conv(c.in, c.five_between, 1), conv(c.five_between, c.five, 3)),
        branch4_(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(1).padding(1).ceil_mode(true)),
                 conv(c.in, c.pooled, 1)) {
    register_module("branch1", branch1_);
    register_module("branch2", branch2_);
    register_module("branch3", branch3_);
    register_module("branch4", branch4_);
  }
  Tensor forward(const Tensor& x) {
    return cat({branch1_(x), branch2_(x), branch3_(x), branch4_(x)}, 1);
  }

 private:
  BasicConv2d branch1_;
  nn::Sequential branch2_, branch3_, branch4_;
};
HEARTH_MODULE(Inception);

class InceptionAuxImpl : public nn::Module {
 public:
  InceptionAuxImpl(int64_t in, int64_t num_classes, double dropout)
      : conv_(conv(in, 128, 1)), fc1_(2048, 1024), fc2_(1024, num_classes), dropout_(dropout) {
    register_module("conv", conv_);
    register_module("fc1", fc1_);
    register_module("fc2", fc2_);
    register_module("dropout", dropout_);
  }
  Tensor forward(const Tensor& x) {
    const Tensor few = conv_(adaptive_avg_pool2d(x, {4, 4})).flatten(1);
    return fc2_(dropout_(fc1_(few).relu_()));
  }

 private:
  BasicConv2d conv_;
  nn::Linear fc1_, fc2_;
  nn::Dropout dropout_;
};
HEARTH_MODULE(InceptionAux);

}  // namespace

GoogLeNetImpl::GoogLeNetImpl(const GoogLeNetOptions& network, const ModelOptions& options)
    : aux_logits_(network.aux_logits()),
      transform_input_(network.transform_input()),
      avgpool_(1),
      dropout_(options.dropout().value_or(0.2)),
      fc_(1024, options.num_classes()) {
  const auto add = [this](std::vector<nn::AnyModule>& to, const char* name, auto module) {
    to.emplace_back(register_module(name, module));
  };
  add(before_aux1_, "conv1",
      BasicConv2d(nn::Conv2dOptions(options.in_channels(), 64, 7).stride(2).padding(3)));
  add(before_aux1_, "maxpool1", pool(3));
  add(before_aux1_, "conv2", conv(64, 64, 1));
  add(before_aux1_, "conv3", conv(64, 192, 3));
  add(before_aux1_, "maxpool2", pool(3));
  add(before_aux1_, "inception3a", Inception(Channels{192, 64, 96, 128, 16, 32, 32}));
  add(before_aux1_, "inception3b", Inception(Channels{256, 128, 128, 192, 32, 96, 64}));
  add(before_aux1_, "maxpool3", pool(3));
  add(before_aux1_, "inception4a", Inception(Channels{480, 192, 96, 208, 16, 48, 64}));
  add(before_aux2_, "inception4b", Inception(Channels{512, 160, 112, 224, 24, 64, 64}));
  add(before_aux2_, "inception4c", Inception(Channels{512, 128, 128, 256, 24, 64, 64}));
  add(before_aux2_, "inception4d", Inception(Channels{512, 112, 144, 288, 32, 64, 64}));
  add(after_aux2_, "inception4e", Inception(Channels{528, 256, 160, 320, 32, 128, 128}));
  add(after_aux2_, "maxpool4", pool(2));
  add(after_aux2_, "inception5a", Inception(Channels{832, 256, 160, 320, 32, 128, 128}));
  add(after_aux2_, "inception5b", Inception(Channels{832, 384, 192, 384, 48, 128, 128}));
  if (aux_logits_) {
    const auto aux = [&](const char* name, int64_t in) {
      return nn::AnyModule(
          register_module(name, InceptionAux(in, options.num_classes(), network.dropout_aux())));
    };
    aux1_ = aux("aux1", 512);
    aux2_ = aux("aux2", 528);
  }
  register_module("avgpool", avgpool_);
  register_module("dropout", dropout_);
  register_module("fc", fc_);
  initialize_truncated(*this, 0.01);
}

GoogLeNetImpl::~GoogLeNetImpl() = default;

std::vector<std::string> GoogLeNetImpl::heads() const {
  if (!aux_logits_) return {"fc"};
  return {"fc", "aux1.fc2", "aux2.fc2"};
}

GoogLeNetImpl::Outputs GoogLeNetImpl::run(Tensor x, bool with_aux) {
  Outputs out;
  if (transform_input_) x = renormalized(x);
  for (const nn::AnyModule& module : before_aux1_) x = module.forward(x);
  if (with_aux) out.aux_logits1 = aux1_.forward(x);
  for (const nn::AnyModule& module : before_aux2_) x = module.forward(x);
  if (with_aux) out.aux_logits2 = aux2_.forward(x);
  for (const nn::AnyModule& module : after_aux2_) x = module.forward(x);
  out.logits = fc_(dropout_(avgpool_(x).flatten(1)));
  return out;
}

Tensor GoogLeNetImpl::forward(const Tensor& images) { return run(images, false).logits; }
GoogLeNetImpl::Outputs GoogLeNetImpl::forward_with_aux(const Tensor& images) {
  return run(images, aux_logits_);
}
train::Scores GoogLeNetImpl::forward_training(const Tensor& images) {
  const Outputs out = forward_with_aux(images);
  if (!out.aux_logits1.defined()) return out.logits;
  return {out.logits, {{out.aux_logits1, 0.3}, {out.aux_logits2, 0.3}}};
}

GoogLeNet googlenet(const ModelOptions& options) { return GoogLeNet(GoogLeNetOptions(), options); }

std::vector<ModelRow> googlenet_models() {
  return {{"googlenet", &make<googlenet>, {.smallest = 15, .hints = {.epochs = 4, .lr = 2e-3}}}};
}

}  // namespace hearth::vision::models
