// SPDX-License-Identifier: Apache-2.0
#include "hearth/data/collate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/data/dataloader.h"
#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Text {
  Tensor ids;
  int64_t label = 0;
};
struct TextBatch {
  Padded ids;
  Tensor label;
};
struct Box {
  Tensor corners;
  std::map<std::string, Tensor> extra;
};
struct Scene {
  Tensor image;
  std::vector<Tensor> boxes;
  std::string name;
};
/// Boxes of scenes differ in number: they stay as they are.
struct SceneBatch {
  Tensor image;
  std::vector<std::vector<Tensor>> boxes;
  std::vector<std::string> name;
};

std::vector<int64_t> values(const Tensor& t) {
  const Tensor flat = t.to(kLong).contiguous().flatten();
  return {flat.const_data_ptr<int64_t>(), flat.const_data_ptr<int64_t>() + flat.numel()};
}

TEST(Collate, NumbersAndTexts) {
  const Tensor ints = default_collate(std::vector<int>{3, -1});
  EXPECT_EQ(ints.scalar_type(), kLong);
  EXPECT_THAT(values(ints), ElementsAre(3, -1));
  EXPECT_EQ(default_collate(std::vector<double>{1, 2.5}).scalar_type(), kDouble);
  EXPECT_EQ(default_collate(std::vector<float>{1, 2.5f}).scalar_type(), kFloat);
  EXPECT_EQ(default_collate(std::vector<uint8_t>{1, 255}).scalar_type(), kLong);
  const Tensor bools =
      default_collate(std::vector<std::pair<bool, int>>{{true, 1}, {false, 2}}).first;
  EXPECT_EQ(bools.scalar_type(), kBool);
  EXPECT_THAT(values(bools), ElementsAre(1, 0));
  EXPECT_THAT(default_collate(std::vector<std::string>{"a", "b"}), ElementsAre("a", "b"));
  EXPECT_THAT(error_of<ValueError>([] { default_collate(std::vector<int>{}); }),
              HasSubstr("at least one sample"));
}

TEST(Collate, NestedSamples) {
  using Sample = std::pair<std::map<std::string, Tensor>, std::vector<int64_t>>;
  const std::vector<Sample> samples{
      {{{"a", tensor({1, 2})}, {"b", tensor({3})}}, {10, 20}},
      {{{"a", tensor({4, 5})}, {"b", tensor({6})}, {"c", tensor({7})}}, {30, 40}}};
  auto batch = default_collate(samples);
  EXPECT_EQ(batch.first.size(), 2u);  // the keys of the first
  EXPECT_EQ(batch.first.at("a").sizes(), IntArrayRef({2, 2}));
  EXPECT_THAT(values(batch.first.at("b")), ElementsAre(3, 6));
  ASSERT_EQ(batch.second.size(), 2u);
  EXPECT_THAT(values(batch.second[1]), ElementsAre(20, 40));
  EXPECT_THAT(error_of<ValueError>([&] {
                default_collate(std::vector<Sample>{samples[1], samples[0]});
              }),
              HasSubstr("sample 1 lacks 'c'"));
  EXPECT_THAT(error_of<ValueError>([] {
                default_collate(std::vector<std::vector<int>>{{1}, {1, 2}});
              }),
              HasSubstr("has 1 elements, that of sample 1 2"));
  EXPECT_THROW(default_collate(std::vector<Tensor>{tensor({1}), tensor({1, 2})}), Error);

  const auto tuple =
      default_collate(std::vector<std::tuple<Tensor, std::array<float, 2>, std::string>>{
          {tensor({1}), {1, 2}, "x"}, {tensor({2}), {3, 4}, "y"}});
  EXPECT_THAT(values(std::get<1>(tuple)[0]), ElementsAre(1, 3));
  EXPECT_THAT(std::get<2>(tuple), ElementsAre("x", "y"));

  const auto example = default_collate(std::vector<Example<Tensor, int>>{{tensor({1, 2}), 5}});
  EXPECT_THAT(values(example.target), ElementsAre(5));
  const TensorExample alone = default_collate(std::vector<TensorExample>{tensor({1}), tensor({2})});
  EXPECT_THAT(values(alone.data), ElementsAre(1, 2));

  const Box box = default_collate(std::vector<Box>{{tensor({1, 2}), {{"k", tensor({1})}}},
                                                   {tensor({3, 4}), {{"k", tensor({2})}}}});
  EXPECT_EQ(box.corners.sizes(), IntArrayRef({2, 2}));
  EXPECT_THAT(values(box.extra.at("k")), ElementsAre(1, 2));

  const auto scenes = default_collate<SceneBatch>(
      std::vector<Scene>{{zeros({3, 2, 2}), {tensor({1})}, "one"},
                         {ones({3, 2, 2}), {tensor({2}), tensor({3})}, "two"}});
  EXPECT_EQ(scenes.image.sizes(), IntArrayRef({2, 3, 2, 2}));
  EXPECT_EQ(scenes.boxes[1].size(), 2u);
  EXPECT_THAT(scenes.name, ElementsAre("one", "two"));
}

TEST(Collate, PadsWhereTheBatchSaysSo) {
  const std::vector<Text> samples{{tensor({5, 6, 7}), 1}, {tensor({8}), 0}};
  const auto batch = default_collate<TextBatch>(samples, PadOptions(9));
  EXPECT_EQ(batch.ids.data.sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(batch.ids.data.scalar_type(), samples[0].ids.scalar_type());
  EXPECT_THAT(values(batch.ids.data), ElementsAre(5, 6, 7, 8, 9, 9));
  EXPECT_THAT(values(batch.ids.lengths), ElementsAre(3, 1));
  EXPECT_EQ(batch.ids.lengths.scalar_type(), kLong);
  EXPECT_THAT(values(batch.label), ElementsAre(1, 0));

  const auto left =
      default_collate<TextBatch>(samples, PadOptions(9).padding_side("left").pad_to_multiple_of(4));
  EXPECT_THAT(values(left.ids.data), ElementsAre(9, 5, 6, 7, 9, 9, 9, 8));
  const auto right = default_collate<TextBatch>(samples, PadOptions().pad_to_multiple_of(4));
  EXPECT_THAT(values(right.ids.data), ElementsAre(5, 6, 7, 0, 8, 0, 0, 0));

  using Pair = std::pair<Tensor, Tensor>;
  using Both = std::pair<Padded, Padded>;
  const std::vector<Pair> pairs{{tensor({1, 2}), tensor({1.5})}, {tensor({3}), tensor({2.5, 3.5})}};
  const auto both = default_collate<Both>(pairs, PadOptions().padding_value({7, -100}));
  EXPECT_THAT(values(both.first.data), ElementsAre(1, 2, 3, 7));
  EXPECT_THAT(values(both.second.data), ElementsAre(1, -100, 2, 3));
  EXPECT_THAT(error_of<ValueError>([&] {
                default_collate<Both>(pairs, PadOptions().padding_value({1, 2, 3}));
              }),
              HasSubstr("3 padding values for 2 padded tensors"));
  EXPECT_THAT(error_of<ShapeError>([] {
                default_collate<Padded>(std::vector<Tensor>{tensor({1}), tensor(2)});
              }),
              HasSubstr("sample 1 has no length"));
  // Longer samples with dims of their own, and one of length 0.
  const auto frames = default_collate<Padded>(std::vector<Tensor>{ones({2, 3}), ones({0, 3})});
  EXPECT_EQ(frames.data.sizes(), IntArrayRef({2, 2, 3}));
  EXPECT_THAT(values(frames.lengths), ElementsAre(2, 0));
}

TEST(Collate, IsATransformOfDatasets) {
  struct Texts : datasets::Dataset<Texts, Text> {
    Text get(size_t i) override {
      return {arange(static_cast<int64_t>(i) + 1), static_cast<int64_t>(i)};
    }
    std::optional<size_t> size() const override { return 5; }
  };
  auto loader = make_data_loader<samplers::SequentialSampler>(
      Texts().map(transforms::DefaultCollate<Text, TextBatch>(PadOptions(-1))),
      DataLoaderOptions(2).workers(2));
  std::vector<int64_t> widths;
  for (const TextBatch& batch : *loader) widths.push_back(batch.ids.data.size(1));
  EXPECT_THAT(widths, ElementsAre(2, 4, 5));
}

}  // namespace
}  // namespace hearth::data
