// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/container.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"

#include "transforms/draw.h"

namespace hearth::vision::transforms {
namespace {

/// image * scale + a number that it draws.
class AddDrawn : public Transform {
 public:
  explicit AddDrawn(double scale) : scale_(scale) {}
  Params sample(const Sample& sample, Generator& generator) const override {
    const double width = static_cast<double>(query_size(sample).width);
    return {{"number", static_cast<double>(draw::randint(generator, 0, 1000)) * width}};
  }
  std::string describe() const override { return "AddDrawn()"; }

 protected:
  Image transform(const Image& image, const Params& params) const override {
    return {image.data * scale_ + params["number"]};
  }

 private:
  double scale_;
};

Lambda times(double factor) {
  return Lambda([factor](const Tensor& x) { return x * factor; });
}
Lambda plus(double number) {
  return Lambda([number](const Tensor& x) { return x + number; });
}
double value(const Transform& t, uint64_t seed) {
  Generator g(seed);
  return t(ones({1, 1, 1}), g).item<double>();
}

TEST(Container, ComposeRunsInOrderAndOnce) {
  int calls = 0;
  const Lambda counted([&calls](const Tensor& x) {
    ++calls;
    return x;
  });
  const Compose both({plus(2), counted, times(10)});
  EXPECT_EQ(value(both, 0), 30);
  EXPECT_EQ(calls, 1);
  const Tensor narrow = Compose(
      {Lambda([](const Tensor& x) { return x.narrow(-1, 0, 2); }), AddDrawn(0)})(ones({1, 1, 5}));
  EXPECT_EQ(narrow.size(-1), 2);
}

TEST(Container, WhatWasDrawnCanBeAppliedAgain) {
  const AddDrawn a(1), b(3);
  const Compose compose({a, b});
  const RandomApply maybe({a, b});
  const RandomChoice choice({a, b}, {1, 2});
  const RandomOrder order({a, b, times(2)});
  const Sample sample{{"image", Image{ones({1, 2, 3})}}, {"label", full({}, 7)}};
  for (const Transform* t :
       std::initializer_list<const Transform*>{&compose, &maybe, &choice, &order}) {
    for (uint64_t seed = 0; seed < 8; ++seed) {
      Generator g(seed), h(seed);
      const Sample run = (*t)(sample, g);
      const Sample applied = t->apply(sample, t->sample(sample, h));
      EXPECT_TRUE(run.image().equal(applied.image())) << t->describe();
      EXPECT_EQ(g.get_offset(), h.get_offset()) << t->describe();
      EXPECT_EQ(std::get<Tensor>(run["label"]).item<double>(), 7);
    }
  }
}

TEST(Container, ApplyAndChoiceKeepTheirProbabilities) {
  const RandomApply maybe({plus(1)}, 0.25);
  const RandomChoice choice({plus(1), plus(2), plus(3)}, {1, 0, 3});
  double applied = 0;
  int counts[5] = {};
  Generator g(1);
  const Tensor one = ones({1, 1, 1});
  for (int i = 0; i < 400; ++i) {
    applied += maybe(one, g).item<double>() - 1;
    ++counts[choice(one, g).item<int64_t>()];
  }
  EXPECT_NEAR(applied, 100, 30);
  EXPECT_NEAR(counts[2], 100, 30);
  EXPECT_EQ(counts[3], 0);
  EXPECT_NEAR(counts[4], 300, 30);
}

TEST(Container, OrderTakesEveryOrder) {
  const RandomOrder order({plus(1), times(2)});
  std::set<double> seen;
  for (uint64_t seed = 0; seed < 20; ++seed) seen.insert(value(order, seed));
  EXPECT_EQ(seen, (std::set<double>{3, 4}));
}

TEST(Container, LambdasOfItemsSeeEveryKind) {
  const Lambda labels([](const Item& item) -> Item {
    const auto* label = std::get_if<Tensor>(&item);
    return label ? Item(*label + 1) : item;
  });
  const Sample out = labels(Sample{{"image", Image{ones({1, 1, 1})}}, {"label", full({}, 7)}});
  EXPECT_EQ(out.image().item<double>(), 1);
  EXPECT_EQ(std::get<Tensor>(out["label"]).item<double>(), 8);
  EXPECT_EQ(value(Identity(), 0), 1);
}

TEST(Container, DescribesAsTorchvision) {
  EXPECT_EQ(Compose({Identity(), RandomChoice({Identity(), Identity()})}).describe(),
            "Compose(\n    Identity()\n    RandomChoice(transforms=[Identity(), Identity()], "
            "p=[0.5, 0.5])\n)");
}

TEST(Container, SaysWhatItExpects) {
  EXPECT_THROW(RandomApply({Identity()}, 1.5), ValueError);
  EXPECT_THROW(RandomChoice({}), ValueError);
  EXPECT_THROW(RandomChoice({Identity()}, {1, 2}), ValueError);
  EXPECT_THROW(RandomChoice({Identity()}, {0}), ValueError);
  const Sample sample{{"image", Image{ones({1, 1, 1})}}};
  EXPECT_THROW(Compose({Identity()}).apply(sample, {}), ValueError);
  EXPECT_THROW(RandomChoice({Identity()}).apply(sample, {{"index", 4}}), ValueError);
}

}  // namespace
}  // namespace hearth::vision::transforms
