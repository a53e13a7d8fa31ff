// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/warning.h"
#include "hearth/io/archive.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/optim.h"

#include "error_of.h"

namespace hearth::optim {
namespace {

/// Numbers in (-1, 1) that differ by seed.
Tensor numbers(IntArrayRef sizes, double seed, ScalarType type = kDouble) {
  const int64_t n = empty(sizes).numel();
  return arange(0, n, TensorOptions(kDouble)).mul(0.7).add(seed).sin().reshape(sizes).to(type);
}

Tensor parameter(IntArrayRef sizes, double seed, ScalarType type = kDouble) {
  return numbers(sizes, seed, type).set_requires_grad(true);
}

struct Reference {
  std::vector<double> p, m, v, largest;
  int64_t step = 0;
};
std::vector<double> values(const Tensor& t) {
  const Tensor d = t.detach().to(kCPU, kDouble).contiguous();
  const double* x = d.const_data_ptr<double>();
  return {x, x + d.numel()};
}

void reference_sgd(Reference& r, const std::vector<double>& grad, const SGDOptions& o) {
  const bool first = r.step++ == 0;
  r.m.resize(r.p.size());
  for (size_t i = 0; i < r.p.size(); ++i) {
    double g = (o.maximize() ? -grad[i] : grad[i]) + o.weight_decay() * r.p[i];
    if (o.momentum() != 0) {
      r.m[i] = first ? g : o.momentum() * r.m[i] + (1 - o.dampening()) * g;
      g = o.nesterov() ? g + o.momentum() * r.m[i] : r.m[i];
    }
    r.p[i] -= o.lr() * g;
  }
}

template <typename Options>
void reference_adam(Reference& r, const std::vector<double>& grad, const Options& o,
                    bool decoupled) {
  const auto [beta1, beta2] = o.betas();
  ++r.step;
  for (auto* x : {&r.m, &r.v, &r.largest}) x->resize(r.p.size());
  for (size_t i = 0; i < r.p.size(); ++i) {
    double g = o.maximize() ? -grad[i] : grad[i];
    if (decoupled) {
      r.p[i] *= 1 - o.lr() * o.weight_decay();
    } else {
      g += o.weight_decay() * r.p[i];
    }
    r.m[i] = beta1 * r.m[i] + (1 - beta1) * g;
    r.v[i] = beta2 * r.v[i] + (1 - beta2) * g * g;
    r.largest[i] = std::max(r.largest[i], r.v[i]);
    const double v = (o.amsgrad() ? r.largest[i] : r.v[i]) / (1 - std::pow(beta2, r.step));
    r.p[i] -= o.lr() * (r.m[i] / (1 - std::pow(beta1, r.step))) / (std::sqrt(v) + o.eps());
  }
}

/// Twenty steps on three parameters (one strided, one 0-dim) against the formula; the second gets
/// no gradient at every third step.
template <typename Optim, typename Options, typename Step>
void compare(const Options& options, const Step& reference_step, ScalarType type = kDouble,
             double tolerance = 1e-12) {
  std::vector<Tensor> params = {parameter({3, 4}, 1, type), parameter({5, 2}, 2, type),
                                parameter({}, 3, type)};
  {
    NoGradGuard no_grad;
    params[1] = numbers({2, 5}, 2, type).t().set_requires_grad(true);
  }
  std::vector<Reference> references(3);
  for (size_t k = 0; k < 3; ++k) references[k].p = values(params[k]);
  Optim optimizer(params, options);
  for (int step = 0; step < 20; ++step) {
    for (size_t k = 0; k < 3; ++k) {
      const Tensor g = numbers(params[k].sizes(), step + 10.0 * static_cast<double>(k), type);
      const bool has = k != 1 || step % 3 != 2;
      params[k].mutable_grad() = has ? g : Tensor();
      if (has) reference_step(references[k], values(g), options);
    }
    optimizer.step();
  }
  for (size_t k = 0; k < 3; ++k) {
    const std::vector<double> got = values(params[k]);
    for (size_t i = 0; i < got.size(); ++i)
      EXPECT_NEAR(got[i], references[k].p[i], tolerance) << "parameter " << k << " element " << i;
  }
}

TEST(Optimizer, SgdFollowsTheFormula) {
  for (const ScalarType type : {kDouble, kFloat})
    for (const SGDOptions& o :
         {SGDOptions(0.1), SGDOptions(0.1).momentum(0.9),
          SGDOptions(0.1).momentum(0.9).dampening(0.3),
          SGDOptions(0.1).momentum(0.9).nesterov(true), SGDOptions(0.1).weight_decay(0.1),
          SGDOptions(0.1).momentum(0.8).weight_decay(0.05).nesterov(true).maximize(true)})
      compare<SGD>(o, reference_sgd, type, type == kDouble ? 1e-12 : 2e-5);
}

TEST(Optimizer, AdamFollowsTheFormula) {
  for (const ScalarType type : {kDouble, kFloat})
    for (const AdamOptions& o :
         {AdamOptions(0.01), AdamOptions(0.01).weight_decay(0.1), AdamOptions(0.01).amsgrad(true),
          AdamOptions(0.01).betas({0.8, 0.9}).eps(0.01).amsgrad(true).maximize(true)})
      compare<Adam>(
          o, [](auto&&... a) { reference_adam(a..., false); }, type,
          type == kDouble ? 1e-12 : 2e-5);
}

TEST(Optimizer, AdamWFollowsTheFormula) {
  for (const ScalarType type : {kDouble, kFloat})
    for (const AdamWOptions& o : {AdamWOptions(0.01), AdamWOptions(0.01).weight_decay(0.3),
                                  AdamWOptions(0.01).amsgrad(true).weight_decay(0)})
      compare<AdamW>(
          o, [](auto&&... a) { reference_adam(a..., true); }, type, type == kDouble ? 1e-12 : 2e-5);
}

// A rate of 1 takes the new one, whatever was there: no difference of the two is added up.
TEST(Optimizer, AdamForgetsAllThatItsRateSays) {
  const Tensor p = zeros({3}).set_requires_grad(true);
  Adam adam({p}, AdamOptions(0.1).betas({0.0, 0.0}).eps(1e-12));
  for (const float g : {1e4f, 1e-4f, -3e-5f}) {
    const Tensor before = p.detach().clone();
    p.mutable_grad() = full({3}, g);
    adam.step();
    // The step has the rate's size and the gradient's sign.
    const Tensor moved = (before - p.detach()) * (g > 0 ? 10 : -10);
    EXPECT_TRUE(moved.allclose(ones({3}), 1e-4)) << g << moved;
  }
}

TEST(Optimizer, LowPrecisionParametersStepInFloat) {
  for (const ScalarType type : {kBFloat16, kHalf}) {
    const Tensor p = ones({100}, TensorOptions(type)).set_requires_grad(true);
    p.mutable_grad() = ones({100}, TensorOptions(type));
    SGD(std::vector<Tensor>{p}, 0.25).step();
    EXPECT_TRUE(p.equal(full({100}, 0.75, TensorOptions(type))));
    Adam(std::vector<Tensor>{p}, 0.25).step();
    EXPECT_TRUE(p.equal(full({100}, 0.5, TensorOptions(type))));
  }
}

TEST(Optimizer, ParamGroupsHaveOptionsOfTheirOwn) {
  const Tensor a = parameter({2}, 1), b = parameter({2}, 2);
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{a});
  groups.emplace_back(std::vector<Tensor>{b},
                      std::make_unique<SGDOptions>(SGDOptions(0.5).momentum(0.9)));
  SGD optimizer(groups, SGDOptions(0.1));
  EXPECT_EQ(static_cast<SGDOptions&>(optimizer.param_groups()[0].options()).lr(), 0.1);
  static_cast<SGDOptions&>(optimizer.param_groups()[0].options()).lr(0.2);
  EXPECT_EQ(optimizer.param_groups()[0].options().get_lr(), 0.2);
  EXPECT_EQ(optimizer.param_groups()[1].options().get_lr(), 0.5);
  EXPECT_EQ(optimizer.size(), 2u);
  const Tensor a0 = a.detach().clone(), b0 = b.detach().clone();
  for (const Tensor& p : {a, b}) p.mutable_grad() = ones({2}, TensorOptions(kDouble));
  optimizer.step();
  EXPECT_TRUE(a.allclose(a0 - 0.2));
  EXPECT_TRUE(b.allclose(b0 - 0.5));
  EXPECT_EQ(optimizer.state().count(a.unsafeGetTensorImpl()), 0u);
  const auto& state = static_cast<SGDParamState&>(*optimizer.state().at(b.unsafeGetTensorImpl()));
  EXPECT_TRUE(state.momentum_buffer().equal(ones({2}, TensorOptions(kDouble))));
}

TEST(Optimizer, GroupsInheritWhatTheyDoNotName) {
  const Tensor a = parameter({2}, 1), b = parameter({2}, 2), c = parameter({2}, 3);
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{a}, std::make_unique<SGDOptions>(0.001));
  groups.emplace_back(std::vector<Tensor>{b},
                      std::make_unique<SGDOptions>(SGDOptions(0.5).momentum(0.3)));
  SGD optimizer(groups, SGDOptions(0.01).momentum(0.9).weight_decay(0.1).nesterov(true));
  const auto options = [&](size_t i) -> SGDOptions& {
    return static_cast<SGDOptions&>(optimizer.param_groups()[i].options());
  };
  // LibTorch's fresh rate is 0.001, which therefore means none.
  EXPECT_EQ(options(0), SGDOptions(0.01).momentum(0.9).weight_decay(0.1).nesterov(true));
  EXPECT_EQ(options(1), SGDOptions(0.5).momentum(0.3).weight_decay(0.1).nesterov(true));
  optimizer.add_param_group({std::vector<Tensor>{c}, std::make_unique<SGDOptions>(0.2)});
  EXPECT_EQ(options(2), SGDOptions(0.2).momentum(0.9).weight_decay(0.1).nesterov(true));
  options(2).set_lr(0.001);
  EXPECT_EQ(options(2).lr(), 0.001);
}

TEST(Optimizer, ARateIsInheritedWithItsTensor) {
  const Tensor rate = full({}, 0.25, kDouble);
  const auto group_of = [&](const AdamOptions& own) {
    std::vector<OptimizerParamGroup> groups;
    groups.emplace_back(std::vector<Tensor>{parameter({2}, 1)}, std::make_unique<AdamOptions>(own));
    const Adam optimizer(groups, AdamOptions(rate).eps(0.5));
    return static_cast<const AdamOptions&>(optimizer.param_groups()[0].options());
  };
  const AdamOptions none = group_of(AdamOptions().amsgrad(true)), number = group_of(0.125);
  EXPECT_EQ(none.lr(), 0.25);
  EXPECT_TRUE(none.lr_tensor().is_same(rate));
  EXPECT_TRUE(none.amsgrad());
  EXPECT_EQ(number.lr(), 0.125);
  EXPECT_FALSE(number.lr_tensor().defined());
  EXPECT_EQ(number.eps(), 0.5);
  const Tensor own = full({}, 1e-3, kDouble);
  EXPECT_TRUE(group_of(AdamOptions(own)).lr_tensor().is_same(own));
  EXPECT_EQ(group_of(AdamOptions(own)).lr(), 1e-3);
}

TEST(Optimizer, AdagradsStateIsThereFromTheStart) {
  const Tensor a = parameter({2}, 1), b = parameter({3}, 2);
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<Tensor>{a});
  groups.emplace_back(std::vector<Tensor>{b}, std::make_unique<AdagradOptions>(
                                                  AdagradOptions().initial_accumulator_value(3)));
  Adagrad optimizer(groups, AdagradOptions(0.1).initial_accumulator_value(0.5));
  ASSERT_EQ(optimizer.state().size(), 2u);
  for (const Tensor& p : {a, b}) {
    const auto& state =
        static_cast<AdagradParamState&>(*optimizer.state().at(p.unsafeGetTensorImpl()));
    EXPECT_EQ(state.step(), 0);
    EXPECT_TRUE(state.sum().equal(full(p.sizes(), 0.5, kDouble)));
  }
  const Tensor later = parameter({2}, 3);
  optimizer.add_param_group(std::vector<Tensor>{later});
  later.mutable_grad() = ones({2}, kDouble);
  optimizer.step();
  EXPECT_EQ(optimizer.state().size(), 3u);
}

TEST(Optimizer, RunsHooksAroundSteps) {
  const Tensor p = parameter({2}, 1);
  SGD optimizer(std::vector<Tensor>{p}, 0.5);
  std::vector<std::string> order;
  const Tensor start = p.detach().clone();
  const unsigned first = optimizer.register_step_pre_hook([&](Optimizer& o) {
    EXPECT_EQ(&o, &optimizer);
    EXPECT_TRUE(p.equal(start));
    order.push_back("before");
  });
  optimizer.register_step_pre_hook([&](Optimizer&) { order.push_back("before too"); });
  const unsigned last = optimizer.register_step_post_hook([&](Optimizer&) {
    EXPECT_TRUE(p.equal(start - 0.5));
    order.push_back("after");
  });
  const auto closure = [&] {
    order.push_back("closure");
    p.mutable_grad() = ones({2}, kDouble);
    return ones({});
  };
  optimizer.step(closure);
  EXPECT_EQ(order, (std::vector<std::string>{"before", "before too", "closure", "after"}));
  optimizer.remove_hook(first);
  optimizer.remove_hook(last);
  EXPECT_THROW(optimizer.remove_hook(last), IndexError);
  order.clear();
  optimizer.step();
  EXPECT_EQ(order, (std::vector<std::string>{"before too"}));
  optimizer.register_step_post_hook([](Optimizer&) { throw ValueError("no"); });
  EXPECT_THROW(optimizer.step(), ValueError);
  EXPECT_THROW(optimizer.step([]() -> Tensor { throw IndexError("first"); }), IndexError);
}

TEST(Optimizer, RunsHooksAroundStateDicts) {
  const Tensor p = parameter({2}, 1);
  SGD optimizer(std::vector<Tensor>{p}, SGDOptions(0.5).momentum(0.9));
  std::string order;
  optimizer.register_state_dict_pre_hook([&](const Optimizer&) { order += "a"; });
  optimizer.register_state_dict_post_hook([&](const Optimizer&, serialize::OutputArchive& state) {
    order += "b";
    state.write("version", serialize::Value(int64_t{7}));
  });
  optimizer.register_load_state_dict_pre_hook([&](Optimizer& o, serialize::OutputArchive& state) {
    order += "c";
    serialize::InputArchive in(state);
    int64_t version = 0;
    in.read("version", version);
    EXPECT_EQ(version, 7);
    SGD other(std::vector<Tensor>{p}, SGDOptions(0.25).momentum(0.9));
    EXPECT_EQ(o.defaults().get_lr(), 0.5);
    state = other.state_dict();
  });
  optimizer.register_load_state_dict_post_hook([&](Optimizer& o) {
    order += "d";
    EXPECT_EQ(o.param_groups()[0].options().get_lr(), 0.25);
  });
  const serialize::OutputArchive state = optimizer.state_dict();
  optimizer.load_state_dict(state);
  EXPECT_EQ(order, "abcd");
  optimizer.load_state_dict(state);
  EXPECT_EQ(order, "abcdcd") << "the caller's state is left alone";
}

/// Some steps with and without capturable give the same parameters; one counts in a tensor.
template <typename Optim, typename State, typename Options>
void expect_capturable(const Options& options) {
  for (const ScalarType type : {kDouble, kComplexDouble}) {
    const Tensor host = parameter({3}, 1, type), own = parameter({3}, 1, type);
    Optim plain(std::vector<Tensor>{host}, options),
        capturable(std::vector<Tensor>{own}, Options(options).capturable(true));
    for (int step = 0; step < 9; ++step) {
      for (const Tensor& p : {host, own}) p.mutable_grad() = numbers({3}, 5.0 + step, type);
      plain.step();
      capturable.step();
      EXPECT_TRUE(host.allclose(own, 1e-12, 1e-13)) << step << host << own;
    }
    const auto state = [](Optimizer& o) -> State& {
      return static_cast<State&>(*o.state().begin()->second);
    };
    EXPECT_EQ(state(capturable).step(), 0);
    EXPECT_EQ(state(capturable).step_tensor().template item<int64_t>(), 9);
    EXPECT_FALSE(state(plain).step_tensor().defined());
  }
}

TEST(Optimizer, CapturableCountsInTensors) {
  expect_capturable<RMSprop, RMSpropParamState>(RMSpropOptions(0.1).momentum(0.5));
  expect_capturable<Adadelta, AdadeltaParamState>(AdadeltaOptions(0.5).weight_decay(0.1));
  expect_capturable<Adamax, AdamaxParamState>(AdamaxOptions(0.1).weight_decay(0.1));
  expect_capturable<ASGD, ASGDParamState>(ASGDOptions(0.1).t0(2).lambd(0.1).weight_decay(0.1));
  expect_capturable<NAdam, NAdamParamState>(NAdamOptions(0.1).momentum_decay(0.3));
  // Rectified from the third step on.
  expect_capturable<RAdam, RAdamParamState>(RAdamOptions(0.1).betas({0.8, 0.9}));
  expect_capturable<Rprop, RpropParamState>(RpropOptions(0.1));
}

TEST(Optimizer, BadArgumentsAreRefused) {
  const Tensor p = parameter({2}, 1);
  SGD optimizer(std::vector<Tensor>{p}, 0.1);
  EXPECT_NE(error_of([&] {
              optimizer.add_param_group(std::vector<Tensor>{p});
            }).find("some parameters appear in more than one parameter group"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              optimizer.add_param_group(std::vector<Tensor>{p * 2});
            }).find("can't optimize a non-leaf Tensor"),
            std::string::npos);
  const std::vector<Tensor> params = {p};
  EXPECT_THROW(SGD(params, -1), ValueError);
  EXPECT_THROW(SGD(params, SGDOptions(0.1).momentum(-0.5)), ValueError);
  EXPECT_THROW(SGD(params, SGDOptions(0.1).nesterov(true)), ValueError);
  EXPECT_THROW(SGD(params, SGDOptions(0.1).weight_decay(-1)), ValueError);
  EXPECT_THROW(Adam(params, AdamOptions(-1)), ValueError);
  EXPECT_THROW(Adam(params, AdamOptions(std::nan(""))), ValueError);
  EXPECT_THROW(Adam(params, AdamOptions().betas({1.0, 0.9})), ValueError);
  EXPECT_THROW(AdamW(params, AdamWOptions().eps(-1)), ValueError);
  const Tensor integers = ones({2}, TensorOptions(kLong));
  integers.mutable_grad() = ones({2}, TensorOptions(kLong));
  EXPECT_THROW(SGD(std::vector<Tensor>{integers}, 0.1).step(), Error);
}

TEST(Optimizer, ClosuresRunWithGradients) {
  const Tensor p = parameter({2}, 1);
  SGD optimizer(std::vector<Tensor>{p}, 0.1);
  NoGradGuard no_grad;
  const Tensor before = p.detach().clone();
  const Tensor loss = optimizer.step([&] {
    optimizer.zero_grad();
    const Tensor l = (p * p).sum();
    l.backward();
    return l;
  });
  EXPECT_TRUE(loss.allclose((before * before).sum()));
  EXPECT_TRUE(p.allclose(before * 0.8));
  EXPECT_FALSE(optimizer.step().defined());
}

TEST(Optimizer, ZeroGrad) {
  const Tensor p = parameter({2}, 1);
  SGD optimizer(std::vector<Tensor>{p}, 0.1);
  p.mutable_grad() = ones({2}, TensorOptions(kDouble));
  optimizer.zero_grad(/*set_to_none=*/false);
  EXPECT_TRUE(p.grad().equal(zeros({2}, TensorOptions(kDouble))));
  optimizer.zero_grad();
  EXPECT_FALSE(p.grad().defined());
  optimizer.zero_grad();
}

TEST(Optimizer, StatesThatDoNotFitChangeNothing) {
  const Tensor a = parameter({2}, 1), b = parameter({2}, 2);
  SGD one(std::vector<Tensor>{a, b}, SGDOptions(0.1).momentum(0.9));
  SGD other(std::vector<Tensor>{a}, SGDOptions(0.3));
  EXPECT_NE(error_of([&] {
              other.load_state_dict(one.state_dict());
            }).find("doesn't match the size of optimizer's parameter group"),
            std::string::npos);
  EXPECT_EQ(other.param_groups()[0].options().get_lr(), 0.3);
  one.add_param_group(std::vector<Tensor>{parameter({1}, 3)});
  EXPECT_NE(error_of([&] {
              other.load_state_dict(one.state_dict());
            }).find("different number of parameter groups"),
            std::string::npos);
}

TEST(Optimizer, OldNamesWarnAndKeepToTheFirstGroup) {
  struct Count : WarningHandler {
    void process(const Warning& warning) override {
      seen += warning.msg().find("will be removed") != std::string::npos;
    }
    int seen = 0;
  } count;
  const WarningUtils::WarningHandlerGuard guard(&count);
  const Tensor p = parameter({2}, 1), q = parameter({3}, 2);
  SGD optimizer(std::vector<Tensor>{}, 0.5);
  optimizer.add_parameters({p});
  optimizer.add_parameters({q});
  EXPECT_EQ(optimizer.param_groups().size(), 1u);
  ASSERT_EQ(optimizer.parameters().size(), 2u);
  EXPECT_TRUE(optimizer.parameters()[1].is_same(q));
  EXPECT_EQ(count.seen, 4);
  EXPECT_THROW(optimizer.add_parameters({p}), ValueError);
  EXPECT_THROW(optimizer.add_parameters({p * 2}), ValueError);
  EXPECT_EQ(optimizer.size(), 2u);
  EXPECT_EQ(optimizer.param_groups().size(), 1u);
}

}  // namespace
}  // namespace hearth::optim
