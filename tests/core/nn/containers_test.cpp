// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "error_of.h"

namespace hearth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Doubles : nn::Module {
  int forward(int x) { return 2 * x; }
};
struct Halves : nn::Module {
  float forward(int x) { return static_cast<float>(x) / 2; }
};

TEST(NnSequential, ChainsModulesOfAnyTypes) {
  nn::Sequential s(Doubles(), std::make_shared<Doubles>(), Halves());
  EXPECT_EQ(s->forward<float>(3), 6.0f);
  EXPECT_EQ(s->size(), 3u);
  EXPECT_EQ(error_of([&] { s->forward<int>(3); }),
            "The type of the return value is float, but you asked for type int");
  EXPECT_EQ(error_of([] { nn::Sequential()->forward<int>(3); }),
            "Cannot call forward() on an empty Sequential");
  EXPECT_THAT(error_of([&] { s->at<Doubles>(3); }), HasSubstr("Index out of range"));
}

TEST(NnSequential, Nests) {
  nn::Sequential net({{"head", nn::Sequential(nn::Linear(4, 3), nn::ReLU())},
                      {"body", nn::Sequential({{"fc", nn::Linear(3, 2)}})},
                      {"tail", nn::Functional([](Tensor x) { return x * 2; })}});
  EXPECT_THAT(net->named_parameters().keys(),
              ElementsAre("head.0.weight", "head.0.bias", "body.fc.weight", "body.fc.bias"));
  const Tensor x = randn({5, 4});
  EXPECT_THAT(net(x).sizes().vec(), ElementsAre(5, 2));
  const auto copy = std::dynamic_pointer_cast<nn::SequentialImpl>(net->clone());
  EXPECT_TRUE(copy->forward(x).equal(net->forward(x)));
  {
    NoGradGuard no_grad;
    for (const Tensor& p : net->parameters()) p.zero_();
  }
  EXPECT_FALSE(copy->forward(x).equal(net->forward(x)));
  EXPECT_TRUE(copy->parameters().size() == 4);
}

TEST(NnSequential, TakesModulesInAllForms) {
  nn::Sequential s;
  s->push_back(nn::Linear(1, 2));
  s->push_back("named", nn::Linear(2, 3));
  s->push_back(nn::ReLUImpl());
  s->push_back(std::make_shared<nn::TanhImpl>());
  s->push_back(nn::AnyModule(nn::Sigmoid()));
  EXPECT_THAT(s->named_children().keys(), ElementsAre("0", "named", "2", "3", "4"));
  nn::Sequential t;
  t->extend(*s);
  EXPECT_EQ(t->size(), 5u);
  EXPECT_TRUE(t->ptr(1) == s->ptr(1));
  EXPECT_EQ(t->at<nn::LinearImpl>(1).options.out_features(), 3);
  EXPECT_TRUE((*t)[0] == s->ptr(0));
  size_t n = 0;
  for (const nn::AnyModule& each : *t) n += !each.is_empty();
  EXPECT_EQ(n, 5u);
}

Tensor reshaped(const Tensor& x, IntArrayRef sizes) { return x.reshape(sizes); }

struct StackImpl : nn::SequentialImpl {
  using SequentialImpl::SequentialImpl;
  StackImpl() {
    const ExpandingArray<2> shape({-1, 6});
    push_back(nn::Functional(relu));
    push_back(nn::Functional(reshaped, shape));
    push_back(nn::Functional(leaky_relu, 0.5));
  }
};
HEARTH_MODULE(Stack);

TEST(NnSequential, RunsHooksOfSequentialsInside) {
  nn::Sequential inner(nn::Linear(2, 3), nn::Linear(3, 4));
  nn::Sequential outer(nn::Linear(2, 2), inner);
  std::vector<std::string> seen;
  inner->register_forward_pre_hook([&](nn::Module&, std::vector<Tensor>& in) {
    seen.push_back(cat_str("in ", in.at(0).sizes()));
    in[0] = zeros({1, 2});
  });
  inner->register_forward_hook(
      [&](nn::Module&, const std::vector<Tensor>& in, std::vector<Tensor>& out) {
        seen.push_back(cat_str(in.at(0).sizes(), " out ", out.at(0).sizes()));
        out[0] = out[0] + 1;
      });
  const Tensor x = ones({5, 2});
  EXPECT_TRUE(outer(x).equal(inner->forward(zeros({1, 2})) + 1));
  EXPECT_EQ(seen, (std::vector<std::string>{"in [5, 2]", "[1, 2] out [1, 4]"}));
}

TEST(NnFunctional, BindsFunctions) {
  Stack stack;
  EXPECT_THAT(stack->forward(ones({2, 2, 3})).sizes().vec(), ElementsAre(2, 6));
  EXPECT_FALSE(nn::Functional(relu)->is_serializable());
  nn::Functional minus(std::function<Tensor(Tensor)>([](Tensor x) { return -x; }));
  EXPECT_EQ(minus(ones({})).item<float>(), -1);
}

TEST(NnModuleList, KeepsOrderAndNames) {
  nn::ModuleList list(nn::Linear(1, 2), nn::ReLU());
  list->push_back(nn::Tanh());
  list->insert(1, nn::Sigmoid());
  EXPECT_EQ(list->size(), 4u);
  EXPECT_TRUE((*list)[1]->as<nn::Sigmoid>());
  EXPECT_TRUE(list->named_children()["3"]->as<nn::Tanh>());
  EXPECT_EQ(list->at<nn::LinearImpl>(0).options.out_features(), 2);
  EXPECT_THAT(error_of([&] { list->at<nn::LinearImpl>(1); }),
              HasSubstr("Unable to cast module[1] to torch::nn::LinearImpl"));
  EXPECT_THAT(error_of([&] { list->ptr(4); }), HasSubstr("Index out of range"));
  EXPECT_THAT(error_of([&] { list->insert(9, nn::Tanh()); }), HasSubstr("Index out of range"));
  const auto copy = list->clone();
  EXPECT_TRUE(copy->parameters()[0].equal(list->parameters()[0]));
  EXPECT_FALSE(copy->parameters()[0].is_same(list->parameters()[0]));
}

TEST(NnModuleDict, FindsByName) {
  nn::ModuleDict dict(std::vector<std::pair<std::string, std::shared_ptr<nn::Module>>>{
      {"a", nn::Linear(1, 2).ptr()}, {"b", nn::ReLU().ptr()}});
  EXPECT_THAT(dict->keys(), ElementsAre("a", "b"));
  EXPECT_TRUE(dict->contains("a") && !dict->contains("c"));
  EXPECT_EQ(dict->at<nn::LinearImpl>("a").options.out_features(), 2);
  EXPECT_THAT(error_of([&] { (*dict)["c"]; }), HasSubstr("'c' is not defined"));
  dict->update({{"b", nn::Tanh().ptr()}, {"c", nn::ReLU().ptr()}});
  EXPECT_TRUE((*dict)["b"]->as<nn::Tanh>());
  dict->pop("a");
  EXPECT_EQ(dict->size(), 2u);
  EXPECT_EQ(dict->clone()->children().size(), 2u);
  dict->clear();
  EXPECT_TRUE(dict->empty());
}

TEST(NnParameters, ListAndDict) {
  nn::ParameterList list(ones({2}).set_requires_grad(true), zeros({3}));
  EXPECT_TRUE(list[0].requires_grad() && !list[1].requires_grad());
  EXPECT_EQ(list->size(), 2u);
  list->extend(std::vector<Tensor>{ones({1})});
  EXPECT_EQ(list->parameters().size(), 3u);
  const auto copy = std::dynamic_pointer_cast<nn::ParameterListImpl>(list->clone());
  EXPECT_TRUE((*copy)[0].requires_grad() && !(*copy)[1].requires_grad());
  EXPECT_FALSE((*copy)[0].is_alias_of(list[0]));
  EXPECT_THAT(error_of([&] { list->at(3); }), HasSubstr("Index out of range"));

  nn::ParameterDict dict;
  dict->insert("A", ones({2}).set_requires_grad(true));
  dict->insert("B", ones({1}));
  EXPECT_TRUE(dict["A"].requires_grad());
  dict->update(*nn::ParameterDict(OrderedDict<std::string, Tensor>{{"A", zeros({2})}}));
  EXPECT_TRUE(dict["A"].equal(zeros({2})));
  // A name that is unknown is an error, and nothing is replaced.
  nn::ParameterDict other(OrderedDict<std::string, Tensor>{{"A", ones({2})}, {"D", ones({1})}});
  EXPECT_THAT(error_of([&] { dict->update(*other); }), HasSubstr("Parameter 'D' is not defined"));
  EXPECT_TRUE(dict["A"].equal(zeros({2})));
  EXPECT_THAT(dict->keys(), ElementsAre("A", "B"));
  EXPECT_THAT(error_of([&] { dict->get("C"); }), HasSubstr("Parameter 'C' is not defined"));
  EXPECT_TRUE(dict->pop("B").equal(ones({1})));
  EXPECT_THAT(dict->keys(), ElementsAre("A"));
}

TEST(NnParameters, ExtendNumbersOn) {
  const auto keys = [](const nn::ParameterList& list) {
    std::vector<std::string> out;
    for (const auto& item : *list) out.push_back(item.key());
    return out;
  };
  nn::ParameterList a(ones({1}), ones({2})), b(ones({3}));
  b->extend(*a);
  EXPECT_THAT(keys(b), ElementsAre("0", "1", "2"));
  EXPECT_EQ(b[2].numel(), 2);
  *b += *a;
  b->append(*a->begin());
  EXPECT_THAT(keys(b), ElementsAre("0", "1", "2", "3", "4", "5"));
  EXPECT_EQ(b[5].numel(), 1);
  a->extend(*a);
  EXPECT_THAT(keys(a), ElementsAre("0", "1", "2", "3"));
}

TEST(NnOrderedDict, KeepsInsertionOrder) {
  OrderedDict<std::string, int> dict{{"z", 1}, {"a", 2}};
  dict.insert("m", 3);
  EXPECT_THAT(dict.keys(), ElementsAre("z", "a", "m"));
  EXPECT_EQ(dict["a"], 2);
  EXPECT_EQ(dict[2].key(), "m");
  dict.erase("z");
  EXPECT_THAT(dict.values(), ElementsAre(2, 3));
  EXPECT_EQ(dict["m"], 3);
  EXPECT_EQ(dict.front().key(), "a");
  EXPECT_EQ(error_of([&] { dict["q"]; }), "Key 'q' is not defined");
  EXPECT_EQ(error_of([&] { dict.insert("a", 9); }), "Key 'a' already defined");
  EXPECT_EQ(error_of([&] { dict[5]; }), "Index 5 is out of bounds");
  EXPECT_EQ(error_of([&] { dict.erase("q"); }), "Key 'q' doesn't exist");
  dict.clear();
  EXPECT_EQ(error_of([&] { dict.back(); }), "Called back() on an empty OrderedDict");
}

TEST(NnExpandingArray, Expands) {
  EXPECT_THAT(*ExpandingArray<3>(5), ElementsAre(5, 5, 5));
  EXPECT_THAT(*ExpandingArray<2>({1, 2}), ElementsAre(1, 2));
  EXPECT_EQ(error_of([] { ExpandingArray<2>({1, 2, 3}); }), "Expected 2 values, but instead got 3");
  std::ostringstream text;
  text << ExpandingArray<1>(4) << ' ' << ExpandingArray<2>(4);
  EXPECT_EQ(text.str(), "4 [4, 4]");
}

}  // namespace
}  // namespace hearth
