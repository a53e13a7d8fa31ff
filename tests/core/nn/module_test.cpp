// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "error_of.h"

namespace hearth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct NetImpl : nn::Cloneable<NetImpl> {
  NetImpl() { reset(); }
  void reset() override {
    fc1 = register_module("fc1", nn::Linear(4, 3));
    fc2 = register_module("fc2", nn::Linear(nn::LinearOptions(3, 2).bias(false)));
    scale = register_parameter("scale", ones({2}));
    steps = register_buffer("steps", zeros({1}, kLong));
    scratch = register_buffer("scratch", zeros({1}), /*persistent=*/false);
  }
  Tensor forward(const Tensor& x) { return fc2(fc1(x).relu()) * scale; }

  nn::Linear fc1 = nullptr, fc2 = nullptr;
  Tensor scale, steps, scratch;
};
HEARTH_MODULE(Net);

TEST(NnModule, NamesParametersBuffersAndModules) {
  Net net;
  EXPECT_THAT(net->named_parameters().keys(),
              ElementsAre("scale", "fc1.weight", "fc1.bias", "fc2.weight"));
  EXPECT_THAT(net->named_parameters(/*recurse=*/false).keys(), ElementsAre("scale"));
  EXPECT_THAT(net->named_buffers().keys(), ElementsAre("steps", "scratch"));
  EXPECT_THAT(net->named_modules().keys(), ElementsAre("", "fc1", "fc2"));
  EXPECT_THAT(net->named_modules("net", false).keys(), ElementsAre("net.fc1", "net.fc2"));
  EXPECT_THAT(net->named_children().keys(), ElementsAre("fc1", "fc2"));
  EXPECT_EQ(net->children().size(), 2u);
  EXPECT_TRUE(net->get_parameter("fc1.bias").is_same(net->fc1->bias));
  EXPECT_TRUE(net->get_buffer("steps").is_same(net->steps));
  EXPECT_THAT(error_of([&] { net->get_parameter("fc3.bias"); }), HasSubstr("no submodule 'fc3'"));
  EXPECT_THAT(error_of([&] { net->get_parameter("fc1.b"); }), HasSubstr("no parameter 'fc1.b'"));
}

TEST(NnModule, CountsSharedParametersOnce) {
  Net net;
  net->register_module("again", net->fc1);
  EXPECT_EQ(net->parameters().size(), 4u);
  EXPECT_EQ(net->modules().size(), 4u);
  EXPECT_TRUE(net->state_dict().contains("again.weight"));
}

TEST(NnModule, RefusesBadNames) {
  nn::Module m;
  m.register_parameter("w", ones({1}));
  EXPECT_THAT(error_of([&] { m.register_parameter("w", ones({1})); }),
              HasSubstr("Parameter 'w' already defined"));
  EXPECT_THAT(error_of([&] { m.register_parameter("a.b", ones({1})); }),
              HasSubstr("Parameter name must not contain a dot (got 'a.b')"));
  EXPECT_THAT(error_of([&] { m.register_buffer("", ones({1})); }),
              HasSubstr("Buffer name must not be empty"));
  EXPECT_THAT(error_of([&] { m.register_module("x.y", nn::Linear(1, 1)); }),
              HasSubstr("Submodule name must not contain a dot (got 'x.y')"));
  EXPECT_THAT(error_of([&] { m.unregister_module("gone"); }),
              HasSubstr("No Module with name `gone` is registered"));
  EXPECT_THAT(error_of([&] { m.replace_module("gone", nn::Linear(1, 1)); }),
              HasSubstr("Submodule 'gone' is not defined"));
  m.register_module("fc", nn::Linear(1, 1));
  const auto other = m.replace_module("fc", nn::Linear(1, 2));
  EXPECT_EQ(m.children()[0], other);
  m.unregister_module("fc");
  EXPECT_TRUE(m.children().empty());
}

TEST(NnModule, AppliesFunctionsInAllForms) {
  Net net;
  std::vector<std::string> seen;
  net->apply([&](nn::Module& m) { seen.push_back(m.name()); });
  net->apply([&](const std::string& name, nn::Module&) { seen.push_back(name); }, "n");
  net->apply([&](const std::string& name, const std::shared_ptr<nn::Module>& m) {
    EXPECT_TRUE(m);
    seen.push_back(name);
  });
  std::as_const(*net).apply([&](const nn::Module&) { seen.push_back("const"); });
  EXPECT_THAT(
      seen, ElementsAre(HasSubstr("NetImpl"), "torch::nn::LinearImpl", "torch::nn::LinearImpl", "n",
                        "n.fc1", "n.fc2", "", "fc1", "fc2", "const", "const", "const"));
  NetImpl on_stack;
  EXPECT_THAT(error_of([&] { on_stack.modules(); }), HasSubstr("not stored in a shared_ptr"));
  EXPECT_EQ(on_stack.modules(/*include_self=*/false).size(), 2u);
}

TEST(NnModule, ClonesDeeply) {
  Net net;
  net->eval();
  net->fc1->weight.mutable_grad() = ones_like(net->fc1->weight);
  const auto copy = std::dynamic_pointer_cast<NetImpl>(net->clone());
  ASSERT_TRUE(copy);
  EXPECT_TRUE(copy->fc1->weight.equal(net->fc1->weight));
  EXPECT_TRUE(copy->fc1->weight.requires_grad());
  EXPECT_FALSE(copy->fc1->weight.is_alias_of(net->fc1->weight));
  EXPECT_FALSE(copy->is_training());
  EXPECT_FALSE(copy->fc1->is_training());
  EXPECT_TRUE(copy->named_children()["fc1"].get() == copy->fc1.get());
  {
    NoGradGuard no_grad;
    net->scale.fill_(8);
  }
  EXPECT_TRUE(copy->scale.equal(ones({2})));
  const Tensor x = randn({5, 4});
  EXPECT_TRUE(copy->forward(x).equal(net->forward(x) / 8));
  EXPECT_THAT(error_of([] { nn::Module("plain").clone(); }),
              HasSubstr("clone() has not been implemented for plain"));
}

struct ForgetsImpl : nn::Cloneable<ForgetsImpl> {
  ForgetsImpl() { register_parameter("w", ones({1})); }
  void reset() override {}
};

TEST(NnModule, CloneNeedsRegistrationInReset) {
  EXPECT_THAT(error_of([] { ForgetsImpl().clone(); }),
              HasSubstr("does not have the same number of parameters as the original module after "
                        "calling reset()"));
}

TEST(NnModule, SwitchesModesGradientsAndTypes) {
  Net net;
  net->eval();
  EXPECT_FALSE(net->fc2->is_training());
  net->train();
  EXPECT_TRUE(net->fc2->is_training());
  net->forward(randn({3, 4})).sum().backward();
  for (const Tensor& p : net->parameters()) EXPECT_TRUE(p.grad().defined());
  net->to(kDouble);
  EXPECT_EQ(net->fc1->weight.scalar_type(), kDouble);
  EXPECT_EQ(net->fc1->weight.grad().scalar_type(), kDouble);
  EXPECT_EQ(net->steps.scalar_type(), kLong);
  EXPECT_EQ(net->scratch.scalar_type(), kDouble);
  EXPECT_TRUE(net->fc1->weight.is_leaf() && net->fc1->weight.requires_grad());
  net->zero_grad(/*set_to_none=*/false);
  EXPECT_TRUE(net->scale.grad().equal(zeros({2}, kDouble)));
  net->zero_grad();
  EXPECT_FALSE(net->scale.grad().defined());
  net->requires_grad_(false);
  EXPECT_FALSE(net->forward(randn({3, 4}, kDouble)).requires_grad());
}

TEST(NnModule, StateDictRoundTrip) {
  Net a, b;
  const auto state = a->state_dict();
  EXPECT_THAT(state.keys(), ElementsAre("scale", "steps", "fc1.weight", "fc1.bias", "fc2.weight"));
  EXPECT_FALSE(state["fc1.weight"].requires_grad());
  EXPECT_TRUE(state["fc1.weight"].is_alias_of(a->fc1->weight));
  const auto keys = b->load_state_dict(state);
  EXPECT_TRUE(keys.missing_keys.empty() && keys.unexpected_keys.empty());
  EXPECT_TRUE(b->fc1->weight.equal(a->fc1->weight));
  EXPECT_TRUE(b->fc1->weight.requires_grad());
  EXPECT_FALSE(b->fc1->weight.is_alias_of(a->fc1->weight));
}

TEST(NnModule, NamesAFewOfManyStateDictProblems) {
  nn::Sequential net;
  OrderedDict<std::string, Tensor> other, wide;
  for (int i = 0; i < 20; ++i) {
    net->push_back(nn::Linear(1, 1));
    other.insert(cat_str("layer", i), ones({1}));
    wide.insert(cat_str(i, ".weight"), ones({2, 1}));
    wide.insert(cat_str(i, ".bias"), ones({1}));
  }
  const std::string named = error_of([&] { net->load_state_dict(other); });
  EXPECT_THAT(named, testing::AllOf(HasSubstr("\"3.bias\" and 32 more."),
                                    HasSubstr("\"layer7\" and 12 more."),
                                    testing::Not(HasSubstr("layer8"))));
  EXPECT_THAT(
      error_of([&] { net->load_state_dict(wide); }),
      testing::AllOf(HasSubstr("size mismatch for 7.weight"), testing::Not(HasSubstr("8.weight")),
                     HasSubstr("and 12 more of other shapes.")));
  EXPECT_EQ(net->load_state_dict(other, /*strict=*/false).missing_keys.size(), 40);
}

TEST(NnModule, StateDictProblems) {
  Net net;
  auto state = net->state_dict();
  state.erase("fc1.bias");
  state.insert("fc3.bias", ones({1}));
  const Tensor before = net->scale.detach().clone();
  state["scale"] = full({2}, 5.0);
  EXPECT_THAT(error_of([&] { net->load_state_dict(state); }),
              testing::AllOf(HasSubstr("Missing key(s) in state_dict: \"fc1.bias\"."),
                             HasSubstr("Unexpected key(s) in state_dict: \"fc3.bias\".")));
  EXPECT_TRUE(net->scale.equal(before)) << "a failed load changed something";
  const auto keys = net->load_state_dict(state, /*strict=*/false);
  EXPECT_THAT(keys.missing_keys, ElementsAre("fc1.bias"));
  EXPECT_THAT(keys.unexpected_keys, ElementsAre("fc3.bias"));
  EXPECT_TRUE(net->scale.equal(full({2}, 5.0)));
  state["scale"] = ones({3});
  EXPECT_THAT(error_of([&] { net->load_state_dict(state, false); }),
              HasSubstr("size mismatch for scale: copying a param with shape [3] from checkpoint, "
                        "the shape in current model is [2]."));
}

/// Of version 2, which calls "factor" what was "scale" before.
struct RenamedImpl : nn::Module {
  RenamedImpl() { factor = register_parameter("factor", ones({2})); }
  int64_t state_version() const override { return 2; }
  void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                     std::optional<int64_t> version) const override {
    if (version.value_or(1) > 1 || !state.contains(prefix + "scale")) return;
    state.insert(prefix + "factor", state[prefix + "scale"]);
    state.erase(prefix + "scale");
  }
  Tensor factor;
};
HEARTH_MODULE(Renamed);

TEST(NnModule, OlderStatesAreUpgraded) {
  using Versions = OrderedDict<std::string, int64_t>;
  using State = OrderedDict<std::string, Tensor>;
  nn::ModuleDict net;
  const Renamed part;
  net->update({{"part", part.ptr()}});
  EXPECT_EQ(net->state_versions()["part"], 2);
  EXPECT_EQ(net->state_versions()[""], 1);
  const State old{{"part.scale", full({2}, 3.0)}};
  net->load_state_dict(old);
  EXPECT_TRUE(part->factor.equal(full({2}, 3.0)));
  EXPECT_TRUE(old.contains("part.scale")) << "the caller's dict is changed";
  net->load_state_dict({{"part.scale", full({2}, 4.0)}}, true, Versions{{"part", 1}});
  EXPECT_TRUE(part->factor.equal(full({2}, 4.0)));
  EXPECT_THROW(net->load_state_dict(old, true, Versions{{"part", 2}}), ValueError);
}

TEST(NnModule, BuiltInModulesReadPythonsOlderStates) {
  using Versions = OrderedDict<std::string, int64_t>;
  nn::BatchNorm1d norm(2);
  norm->num_batches_tracked.fill_(5);
  auto state = norm->state_dict();
  state["running_mean"] = full({2}, 7.0);
  state.erase("num_batches_tracked");
  norm->load_state_dict(state);
  norm->load_state_dict(state, true, Versions{{"", 1}});
  EXPECT_EQ(norm->num_batches_tracked.item<int64_t>(), 5);
  EXPECT_EQ(norm->running_mean[0].item<double>(), 7);
  EXPECT_THAT(error_of([&] {
                norm->load_state_dict(state, true, Versions{{"", 2}});
              }),
              HasSubstr("Missing key(s) in state_dict: \"num_batches_tracked\"."));
  // Scalars had a dim before 0.4.
  state.insert("num_batches_tracked", full({1}, 9, kLong));
  norm->load_state_dict(state);
  EXPECT_EQ(norm->num_batches_tracked.item<int64_t>(), 9);

  nn::InstanceNorm1d instance(2);
  const OrderedDict<std::string, Tensor> kept{{"running_mean", ones({2})},
                                              {"running_var", ones({2})}};
  EXPECT_THAT(error_of([&] { instance->load_state_dict(kept, false); }),
              HasSubstr("does not track running stats by default since 0.4.0"));
  EXPECT_EQ(instance->load_state_dict(kept, false, Versions{{"", 2}}).unexpected_keys.size(), 2u);
}

TEST(NnModule, RunsForwardHooks) {
  nn::Linear fc(nn::LinearOptions(2, 2).bias(false));
  nn::init::eye_(fc->weight);
  std::vector<std::string> order;
  const unsigned pre = fc->register_forward_pre_hook([&](nn::Module&, std::vector<Tensor>& in) {
    order.push_back("pre");
    in[0] = in[0] + 1;
  });
  const unsigned post = fc->register_forward_hook(
      [&](nn::Module& m, const std::vector<Tensor>& in, std::vector<Tensor>& out) {
        order.push_back("post");
        EXPECT_EQ(&m, fc.get());
        EXPECT_TRUE(in[0].equal(full({1, 2}, 2.0)));
        out[0] = out[0] * 10;
      });
  const Tensor x = ones({1, 2});
  EXPECT_TRUE(fc(x).equal(full({1, 2}, 20.0)));
  EXPECT_TRUE(x.equal(ones({1, 2})));
  EXPECT_TRUE(nn::Sequential(fc, nn::ReLU())->forward(x).equal(full({1, 2}, 20.0)));
  EXPECT_TRUE(fc->forward(x).equal(x)) << "forward itself runs no hooks";
  EXPECT_THAT(order, ElementsAre("pre", "post", "pre", "post"));
  fc->remove_hook(pre);
  fc->remove_hook(post);
  EXPECT_TRUE(fc(x).equal(x));
  EXPECT_THAT(error_of([&] { fc->remove_hook(post); }), HasSubstr("no hook with key"));
}

TEST(NnModule, LeavesTheMetaDeviceEmpty) {
  nn::BatchNorm1d norm(3);
  norm->to(kMeta);
  EXPECT_TRUE(norm->weight.device().is_meta());
  norm->to_empty(kCPU);
  for (const auto& item : norm->state_dict()) {
    EXPECT_TRUE(item.value().is_cpu()) << item.key();
    item.value().fill_(2);
  }
  EXPECT_EQ(norm->weight.sum().item<double>(), 6);
  EXPECT_TRUE(norm->weight.requires_grad());
  EXPECT_EQ(norm->num_batches_tracked.scalar_type(), kLong);
}

TEST(NnModule, RunsHooksOfStateDicts) {
  Net net;
  std::vector<std::string> order;
  std::vector<unsigned> keys;
  const auto note = [&](const char* what, const std::string& prefix) {
    order.push_back(what + (" " + prefix));
  };
  using State = OrderedDict<std::string, Tensor>;
  const auto watch = [&](nn::Module& m, const std::string& old_name, const std::string& new_name) {
    keys.push_back(m.register_state_dict_pre_hook(
        [=](const nn::Module&, const std::string& prefix) { note("before", prefix); }));
    keys.push_back(m.register_state_dict_post_hook(
        [=](const nn::Module&, State& state, const std::string& prefix) {
          note("after", prefix);
          state.insert(prefix + old_name, state[prefix + new_name]);
          state.erase(prefix + new_name);
        }));
    keys.push_back(m.register_load_state_dict_pre_hook(
        [=](nn::Module&, State& state, const std::string& prefix) {
          note("loading", prefix);
          state.insert(prefix + new_name, state[prefix + old_name]);
          state.erase(prefix + old_name);
        }));
    keys.push_back(m.register_load_state_dict_post_hook(
        [=](nn::Module&, nn::IncompatibleKeys&) { note("loaded", old_name); }));
  };
  watch(*net, "size", "scale");
  watch(*net->fc2, "matrix", "weight");
  const State state = net->state_dict();
  EXPECT_THAT(order, ElementsAre("before ", "before fc2.", "after fc2.", "after "));
  EXPECT_TRUE(state.contains("size"));
  EXPECT_TRUE(state.contains("fc2.matrix"));
  EXPECT_FALSE(state.contains("fc2.weight"));
  order.clear();
  {
    const NoGradGuard no_grad;
    for (const Tensor& p : net->parameters()) p.add_(1);
  }
  const Tensor scale = net->scale.detach().clone();
  State copy;
  for (const auto& item : state) copy.insert(item.key(), item.value() - 1);
  net->load_state_dict(copy);
  EXPECT_THAT(order, ElementsAre("loading ", "loading fc2.", "loaded matrix", "loaded size"));
  EXPECT_TRUE(net->scale.equal(scale - 1));
  EXPECT_TRUE(copy.contains("size")) << "the caller's dict is left alone";
  for (size_t i = 0; i < 4; ++i) net->remove_hook(keys[i]);
  EXPECT_THAT(error_of([&] { net->load_state_dict(copy); }), HasSubstr("\"scale\""));
}

TEST(NnModule, HooksMayForgiveMissingKeys) {
  Net net;
  auto state = net->state_dict();
  state.erase("scale");
  EXPECT_THAT(error_of([&] { net->load_state_dict(state); }), HasSubstr("Missing key(s)"));
  const unsigned key =
      net->register_load_state_dict_post_hook([](nn::Module&, nn::IncompatibleKeys& keys) {
        EXPECT_THAT(keys.missing_keys, ElementsAre("scale"));
        keys.missing_keys.clear();
      });
  EXPECT_TRUE(net->load_state_dict(state).missing_keys.empty());
  net->remove_hook(key);
  EXPECT_THAT(error_of([&] { net->load_state_dict(state); }), HasSubstr("Missing key(s)"));
}

TEST(NnModule, IsEmptiedOntoADevice) {
  Net net;
  net->to(kMeta);
  EXPECT_TRUE(net->fc1->weight.is_meta());
  net->to_empty(kCPU, /*recurse=*/false);
  EXPECT_TRUE(net->scale.is_cpu());
  EXPECT_TRUE(net->scratch.is_cpu());
  EXPECT_TRUE(net->fc1->weight.is_meta());
  net->to_empty(kCPU);
  EXPECT_TRUE(net->fc1->weight.is_cpu());
  EXPECT_EQ(net->fc1->weight.sizes(), IntArrayRef({3, 4}));
  EXPECT_EQ(net->steps.scalar_type(), kLong);
  EXPECT_TRUE(net->fc1->weight.requires_grad());
  EXPECT_TRUE(net->fc1->weight.is_leaf());
  net->load_state_dict(Net()->state_dict());
}

TEST(NnModule, CastsToItsTypes) {
  nn::Linear fc(1, 1);
  nn::Module& m = *fc;
  EXPECT_TRUE(m.as<nn::Linear>() == fc.get());
  EXPECT_TRUE(m.as<nn::LinearImpl>() == fc.get());
  EXPECT_TRUE(m.as<nn::ReLU>() == nullptr);
}

TEST(NnModule, HoldersShareAndMayBeEmpty) {
  nn::Linear empty = nullptr;
  EXPECT_FALSE(empty);
  EXPECT_TRUE(empty.is_empty());
  EXPECT_THAT(error_of([&] { empty->reset(); }), HasSubstr("Accessing empty ModuleHolder"));
  nn::Linear a(2, 3), b = a;
  EXPECT_EQ(a.get(), b.get());
  std::ostringstream text;
  text << a;
  EXPECT_EQ(text.str(), "torch::nn::Linear(in_features=2, out_features=3, bias=true)");
}

}  // namespace
}  // namespace hearth
