// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/inception.h"

#include "hearth/nn/init.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/view.h"

#include "models/basic_conv2d.h"
#include "models/registry.h"

namespace hearth::vision::models {
namespace {

/// Without stride the size stays, unless `pads` is false.
nn::Conv2dOptions conv(int64_t in, int64_t out, ExpandingArray<2> kernel, bool pads = true) {
  nn::Conv2dOptions options(in, out, kernel);
  if (pads) options.padding(ExpandingArray<2>({(*kernel)[0] / 2, (*kernel)[1] / 2}));
  return options;
}
nn::Conv2dOptions halving(int64_t in, int64_t out) { return conv(in, out, 3, false).stride(2); }

/// A block of branches: chains of convolutions, and pooling.
class BranchesImpl : public nn::Module {
 protected:
  BasicConv2d add(const char* name, const nn::Conv2dOptions& options) {
    return register_module(name, BasicConv2d(options));
  }
};

class InceptionAImpl : public BranchesImpl {
 public:
  InceptionAImpl(int64_t in, int64_t pool_features)
      : one_(add("branch1x1", conv(in, 64, 1))),
        five1_(add("branch5x5_1", conv(in, 48, 1))),
        five2_(add("branch5x5_2", conv(48, 64, 5))),
        three1_(add("branch3x3dbl_1", conv(in, 64, 1))),
        three2_(add("branch3x3dbl_2", conv(64, 96, 3))),
        three3_(add("branch3x3dbl_3", conv(96, 96, 3))),
        pool_(add("branch_pool", conv(in, pool_features, 1))) {}
  Tensor forward(const Tensor& x) {
    return cat(
        {one_(x), five2_(five1_(x)), three3_(three2_(three1_(x))), pool_(avg_pool2d(x, 3, 1, 1))},
        1);
  }

 private:
  BasicConv2d one_, five1_, five2_, three1_, three2_, three3_, pool_;
};
HEARTH_MODULE(InceptionA);

class InceptionBImpl : public BranchesImpl {
 public:
  explicit InceptionBImpl(int64_t in)
      : three_(add("branch3x3", halving(in, 384))),
        double1_(add("branch3x3dbl_1", conv(in, 64, 1))),
        double2_(add("branch3x3dbl_2", conv(64, 96, 3))),
        double3_(add("branch3x3dbl_3", halving(96, 96))) {}
  Tensor forward(const Tensor& x) {
    return cat({three_(x), double3_(double2_(double1_(x))), max_pool2d(x, 3, 2)}, 1);
  }

 private:
  BasicConv2d three_, double1_, double2_, double3_;
};
HEARTH_MODULE(InceptionB);

class InceptionCImpl : public BranchesImpl {
 public:
  InceptionCImpl(int64_t in, int64_t between)
      : one_(add("branch1x1", conv(in, 192, 1))),
        seven1_(add("branch7x7_1", conv(in, between, 1))),
        seven2_(add("branch7x7_2", conv(between, between, {1, 7}))),
        seven3_(add("branch7x7_3", conv(between, 192, {7, 1}))),
        double1_(add("branch7x7dbl_1", conv(in, between, 1))),
        double2_(add("branch7x7dbl_2", conv(between, between, {7, 1}))),
        double3_(add("branch7x7dbl_3", conv(between, between, {1, 7}))),
        double4_(add("branch7x7dbl_4", conv(between, between, {7, 1}))),
        double5_(add("branch7x7dbl_5", conv(between, 192, {1, 7}))),
        pool_(add("branch_pool", conv(in, 192, 1))) {}
  Tensor forward(const Tensor& x) {
    const Tensor twice = double5_(double4_(double3_(double2_(double1_(x)))));
    return cat({one_(x), seven3_(seven2_(seven1_(x))), twice, pool_(avg_pool2d(x, 3, 1, 1))}, 1);
  }

 private:
  BasicConv2d one_, seven1_, seven2_, seven3_;
  BasicConv2d double1_, double2_, double3_, double4_, double5_, pool_;
};
HEARTH_MODULE(InceptionC);

class InceptionDImpl : public BranchesImpl {
 public:
  explicit InceptionDImpl(int64_t in)
      : three1_(add("branch3x3_1", conv(in, 192, 1))),
        three2_(add("branch3x3_2", halving(192, 320))),
        seven1_(add("branch7x7x3_1", conv(in, 192, 1))),
        seven2_(add("branch7x7x3_2", conv(192, 192, {1, 7}))),
        seven3_(add("branch7x7x3_3", conv(192, 192, {7, 1}))),
        seven4_(add("branch7x7x3_4", halving(192, 192))) {}
  Tensor forward(const Tensor& x) {
    return cat({three2_(three1_(x)), seven4_(seven3_(seven2_(seven1_(x)))), max_pool2d(x, 3, 2)},
               1);
  }

 private:
  BasicConv2d three1_, three2_, seven1_, seven2_, seven3_, seven4_;
};
HEARTH_MODULE(InceptionD);

class InceptionEImpl : public BranchesImpl {
 public:
  explicit InceptionEImpl(int64_t in)
      : one_(add("branch1x1", conv(in, 320, 1))),
        three_(add("branch3x3_1", conv(in, 384, 1))),
        three_a_(add("branch3x3_2a", conv(384, 384, {1, 3}))),
        three_b_(add("branch3x3_2b", conv(384, 384, {3, 1}))),
        double1_(add("branch3x3dbl_1", conv(in, 448, 1))),
        double2_(add("branch3x3dbl_2", conv(448, 384, 3))),
        double_a_(add("branch3x3dbl_3a", conv(384, 384, {1, 3}))),
        double_b_(add("branch3x3dbl_3b", conv(384, 384, {3, 1}))),
        pool_(add("branch_pool", conv(in, 192, 1))) {}
  Tensor forward(const Tensor& x) {
    const Tensor once = three_(x), twice = double2_(double1_(x));
    return cat({one_(x), three_a_(once), three_b_(once), double_a_(twice), double_b_(twice),
                pool_(avg_pool2d(x, 3, 1, 1))},
               1);
  }

 private:
  BasicConv2d one_, three_, three_a_, three_b_, double1_, double2_, double_a_, double_b_, pool_;
};
HEARTH_MODULE(InceptionE);

/// The least height and width of what the auxiliary classifier takes.
constexpr int64_t kAuxSide = 17;

class InceptionAuxImpl : public nn::Module {
 public:
  InceptionAuxImpl(int64_t in, int64_t num_classes)
      : conv0_(conv(in, 128, 1)), conv1_(conv(128, 768, 5, false)), fc_(768, num_classes) {
    register_module("conv0", conv0_);
    register_module("conv1", conv1_);
    register_module("fc", fc_);
  }
  Tensor forward(const Tensor& x) {
    const Tensor few = conv1_(conv0_(avg_pool2d(x, 5, 3)));
    return fc_(adaptive_avg_pool2d(few, {1, 1}).flatten(1));
  }
  const nn::Linear& fc() const { return fc_; }

 private:
  BasicConv2d conv0_, conv1_;
  nn::Linear fc_;
};
HEARTH_MODULE(InceptionAux);

}  // namespace

Inception3Impl::Inception3Impl(const Inception3Options& network, const ModelOptions& options)
    : aux_logits_(network.aux_logits()),
      transform_input_(network.transform_input()),
      avgpool_(1),
      dropout_(options.dropout().value_or(0.5)),
      fc_(2048, options.num_classes()) {
  const auto add = [this](std::vector<nn::AnyModule>& to, const char* name, auto module) {
    to.emplace_back(register_module(name, module));
  };
  const auto pool = [] { return nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2)); };
  add(before_aux_, "Conv2d_1a_3x3", BasicConv2d(halving(options.in_channels(), 32)));
  add(before_aux_, "Conv2d_2a_3x3", BasicConv2d(conv(32, 32, 3, false)));
  add(before_aux_, "Conv2d_2b_3x3", BasicConv2d(conv(32, 64, 3)));
  add(before_aux_, "maxpool1", pool());
  add(before_aux_, "Conv2d_3b_1x1", BasicConv2d(conv(64, 80, 1)));
  add(before_aux_, "Conv2d_4a_3x3", BasicConv2d(conv(80, 192, 3, false)));
  add(before_aux_, "maxpool2", pool());
  add(before_aux_, "Mixed_5b", InceptionA(192, 32));
  add(before_aux_, "Mixed_5c", InceptionA(256, 64));
  add(before_aux_, "Mixed_5d", InceptionA(288, 64));
  add(before_aux_, "Mixed_6a", InceptionB(288));
  add(before_aux_, "Mixed_6b", InceptionC(768, 128));
  add(before_aux_, "Mixed_6c", InceptionC(768, 160));
  add(before_aux_, "Mixed_6d", InceptionC(768, 160));
  add(before_aux_, "Mixed_6e", InceptionC(768, 192));
  InceptionAux aux(nullptr);
  if (aux_logits_) {
    aux = InceptionAux(768, options.num_classes());
    aux_ = nn::AnyModule(register_module("AuxLogits", aux));
  }
  add(after_aux_, "Mixed_7a", InceptionD(768));
  add(after_aux_, "Mixed_7b", InceptionE(1280));
  add(after_aux_, "Mixed_7c", InceptionE(2048));
  register_module("avgpool", avgpool_);
  register_module("dropout", dropout_);
  register_module("fc", fc_);
  initialize_truncated(*this, 0.1);
  if (aux) nn::init::trunc_normal_(aux->fc()->weight, 0, 0.001);
}

Inception3Impl::~Inception3Impl() = default;

std::vector<std::string> Inception3Impl::heads() const {
  if (!aux_logits_) return {"fc"};
  return {"fc", "AuxLogits.fc"};
}

Inception3Impl::Outputs Inception3Impl::run(Tensor x, bool with_aux) {
  Outputs out;
  if (transform_input_) x = renormalized(x);
  for (const nn::AnyModule& module : before_aux_) x = module.forward(x);
  // Of smaller images nothing is left for the auxiliary classifier's convolutions.
  if (with_aux && x.size(2) >= kAuxSide && x.size(3) >= kAuxSide) out.aux_logits = aux_.forward(x);
  for (const nn::AnyModule& module : after_aux_) x = module.forward(x);
  out.logits = fc_(dropout_(avgpool_(x)).flatten(1));
  return out;
}

Tensor Inception3Impl::forward(const Tensor& images) { return run(images, false).logits; }
Inception3Impl::Outputs Inception3Impl::forward_with_aux(const Tensor& images) {
  return run(images, aux_logits_);
}
train::Scores Inception3Impl::forward_training(const Tensor& images) {
  const Outputs out = forward_with_aux(images);
  if (!out.aux_logits.defined()) return out.logits;
  return {out.logits, {{out.aux_logits, 0.4}}};
}

Inception3 inception_v3(const ModelOptions& options) {
  return Inception3(Inception3Options(), options);
}

std::vector<ModelRow> inception_models() {
  return {{"inception_v3", &make<inception_v3>, {.smallest = 75, .hints = {.lr = 2e-3}}}};
}

}  // namespace hearth::vision::models
