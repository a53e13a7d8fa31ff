// SPDX-License-Identifier: Apache-2.0
// Views, in-place writes and what changes a tensor's layout or data, in autograd's eyes. The
// answers are PyTorch's.
#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/base/default_device.h"
#include "hearth/base/memory.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "error_of.h"

namespace hearth {
namespace {

/// 0, 1, 2 ... of these sizes, requiring grad.
Tensor counting(IntArrayRef sizes) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  return arange(n, kDouble).reshape(sizes).clone().requires_grad_();
}
Tensor doubles(std::initializer_list<double> v, IntArrayRef sizes) {
  const Tensor t = empty({static_cast<int64_t>(v.size())}, TensorOptions(kDouble).device(kCPU));
  std::copy(v.begin(), v.end(), t.data_ptr<double>());
  return t.view(sizes).to(default_device());
}

#define EXPECT_VALUES(tensor, ...) \
  EXPECT_TRUE((tensor).equal(doubles(__VA_ARGS__, (tensor).sizes()))) << (tensor)

// ---- who needs a gradient

TEST(Views, NeedAGradientWhenTheirBaseDoes) {
  const Tensor w = counting({3});
  const Tensor b = zeros({3}, kDouble);
  const Tensor first = b.select(0, 0);
  EXPECT_FALSE(first.requires_grad());
  b.mul_(w);
  EXPECT_TRUE(first.requires_grad());
  EXPECT_TRUE((first * 2).requires_grad());
  EXPECT_EQ(first.grad_fn()->name(), "AsStridedBackward0");

  const Tensor later = zeros({3}, kDouble);
  const Tensor part = later.select(0, 0);
  later.requires_grad_();
  EXPECT_TRUE(part.requires_grad());
  EXPECT_TRUE(part.is_leaf());
}

TEST(Views, MadeWithoutGradAreLeavesThatReportTheBasesFlag) {
  for (const bool wanted : {true, false}) {
    const Tensor a = ones({3}).requires_grad_(wanted).clone();
    Tensor view;
    {
      NoGradGuard no_grad;
      view = a.view({3, 1});
    }
    EXPECT_EQ(view.requires_grad(), wanted);
    EXPECT_TRUE(view.is_leaf());
    const Tensor product = view * view;
    EXPECT_EQ(product.requires_grad(), wanted);
    if (!wanted) continue;
    product.sum().backward();
    EXPECT_FALSE(view.grad().defined());
    EXPECT_EQ(view.view({3}).grad_fn()->name(), "ViewBackward0");
    view.register_hook([](const Tensor& g) { return g; });
  }
}

TEST(Views, OfOtherTypesAreNotFollowed) {
  const Tensor b = zeros({2});
  const Tensor bits = b.view(kInt);
  b.mul_(ones({2}).requires_grad_());
  EXPECT_FALSE(bits.requires_grad());
  EXPECT_FALSE(bits.is_view());
  EXPECT_FALSE(b.view(kInt).requires_grad());
}

// ---- what may be written

TEST(Views, RulesOfWritingInPlace) {
  enum Made { Normally, WithoutGrad, InInferenceMode, AsOneOfSeveral };
  struct Rule {
    Made made;
    bool base_requires_grad, leaf, operand_requires_grad;
    const char* error;  ///< null: allowed
  };
  const char* no_grad = "A view was created in no_grad mode and is being modified inplace";
  const char* inference = "A view was created in inference mode and is being modified inplace";
  const char* several = "function that returns multiple views";
  const char* leaf = "a view of a leaf Variable that requires grad is being used in an in-place";
  const Rule rules[] = {
      {Normally, false, true, false, nullptr},
      {Normally, false, true, true, nullptr},
      {Normally, true, false, false, nullptr},
      {Normally, true, true, false, leaf},
      {WithoutGrad, false, true, false, nullptr},
      {WithoutGrad, false, true, true, no_grad},
      {WithoutGrad, true, false, false, no_grad},
      {WithoutGrad, true, true, false, no_grad},
      {InInferenceMode, false, true, false, nullptr},
      {InInferenceMode, false, true, true, inference},
      {InInferenceMode, true, false, false, inference},
      {AsOneOfSeveral, false, true, false, nullptr},
      {AsOneOfSeveral, false, true, true, several},
      {AsOneOfSeveral, true, false, false, several},
  };
  for (const Rule& r : rules) {
    SCOPED_TRACE(testing::Message()
                 << "made " << r.made << ", base requires grad " << r.base_requires_grad
                 << ", leaf " << r.leaf << ", operand requires grad " << r.operand_requires_grad);
    const auto write = [&](auto&& change) {
      Tensor base = ones({2, 2}).requires_grad_(r.base_requires_grad);
      if (!r.leaf) base = base * 1;
      Tensor view;
      if (r.made == WithoutGrad) {
        NoGradGuard guard;
        view = base.select(0, 1);
      } else if (r.made == InInferenceMode) {
        InferenceMode guard;
        view = base.select(0, 1);
      } else {
        view = r.made == AsOneOfSeveral ? base.unbind()[1] : base.select(0, 1);
      }
      return error_of([&] { change(view); });
    };
    const std::string by_op = write(
        [&](const Tensor& view) { view.mul_(ones({2}).requires_grad_(r.operand_requires_grad)); });
    if (r.error) {
      EXPECT_NE(by_op.find(r.error), std::string::npos) << by_op;
    } else {
      EXPECT_EQ(by_op, "");
    }
    // Changing the layout is writing as well.
    if (!r.base_requires_grad) continue;
    const std::string by_layout = write([](const Tensor& view) { view.unsqueeze_(0); });
    EXPECT_EQ(by_layout.empty(), !r.error) << by_layout;
  }
}

TEST(Views, LeavesThatAreViewsRefuse) {
  const Tensor leaf = arange(4.0).reshape({2, 2}).requires_grad_();
  EXPECT_TRUE(leaf.is_leaf());
  EXPECT_TRUE(leaf.is_view());
  EXPECT_NE(error_of([&] { leaf.mul_(2); }).find("a view of a leaf Variable that requires grad"),
            std::string::npos);
  EXPECT_THROW(leaf.t_(), AutogradError);
  EXPECT_THROW(leaf.view({4}).mul_(2), AutogradError);
  EXPECT_THROW(counting({2}).fill_(1), AutogradError);
  EXPECT_THROW(counting({2}).uniform_(), AutogradError);
  NoGradGuard no_grad;
  EXPECT_NO_THROW(leaf.mul_(2));
}

TEST(Views, RestrictedOnesHaveNoHistoryOnceTheirBaseWasWritten) {
  const Tensor b = counting({3}) * 1;
  Tensor quiet, inferred;
  {
    NoGradGuard no_grad;
    quiet = b.select(0, 0);
  }
  {
    InferenceMode on;
    inferred = b.select(0, 0);
  }
  const Tensor one_of = b.unbind()[0];
  b.mul_(2);
  const char* indirect = "its base or another view of its base has been modified inplace";
  for (const Tensor& view : {quiet, inferred, one_of})
    EXPECT_NE(error_of([&] { view.grad_fn(); }).find(indirect), std::string::npos);
  EXPECT_NE(error_of([&] { quiet.grad_fn(); }).find("created in no_grad mode"), std::string::npos);
  EXPECT_NE(error_of([&] { inferred.grad_fn(); }).find("created in inference mode"),
            std::string::npos);
}

// ---- gradients of bases

TEST(Views, WritesThroughChainsOfAnyLength) {
  const Tensor x = counting({4});
  const Tensor b = x * 1;
  Tensor view = b;
  for (int i = 0; i < 100000; ++i) view = view.view({4});
  view.mul_(2);
  b.sum().backward();
  EXPECT_VALUES(x.grad(), {2, 2, 2, 2});
}

TEST(Views, OfViewsShareOneHistory) {
  const Tensor x = ones({4}, kDouble).requires_grad_();
  const Tensor b = x * 1;
  const Tensor v = b.view({2, 2}), u = v.select(0, 0);
  u.mul_(3);
  v.mul_(2);
  (b * arange(4, kDouble)).sum().backward();
  EXPECT_VALUES(x.grad(), {0, 6, 4, 6});
}

TEST(Views, BasesInAnyLayout) {
  // Channels last, dims reversed, gaps between elements.
  const Tensor x = counting({1, 2, 2, 4});
  const Tensor last = x.contiguous(MemoryFormat::ChannelsLast) * 1;
  ASSERT_TRUE(last.is_contiguous(MemoryFormat::ChannelsLast));
  last.permute({0, 2, 3, 1}).view({8, 2}).select(0, 0).mul_(5);
  last.sum().backward();
  EXPECT_VALUES(x.grad(), {5, 1, 1, 1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1});

  const Tensor y = counting({2, 3});
  const Tensor turned = y.t() * 1;
  ASSERT_EQ(turned.stride(0), 1);
  turned.as_strided({2}, {1}, 0).mul_(7);
  turned.sum().backward();
  EXPECT_VALUES(y.grad(), {7, 7, 1, 1, 1, 1});

  const Tensor z = counting({8});
  const Tensor gaps = zeros({16}, kDouble).slice(0, 0, 16, 2).detach();
  gaps.copy_(z * 1);
  gaps.slice(0, 1, 3).mul_(3);
  gaps.sum().backward();
  EXPECT_VALUES(z.grad(), {1, 3, 3, 1, 1, 1, 1, 1});
}

TEST(Views, WritesToElementsThatABaseSkips) {
  const Tensor w = ones({1}, kDouble).requires_grad_();
  const Tensor gaps = zeros({6}, kDouble).slice(0, 0, 6, 2).detach();
  gaps.as_strided({5}, {1}, 0).add_(w);
  gaps.sum().backward();
  EXPECT_EQ(w.grad().item<double>(), 3);
}

TEST(Views, BasesWhoseElementsOverlapRefuse) {
  const Tensor w = full({}, 2.0, kDouble).requires_grad_();
  const Tensor b = ones({3}, kDouble).as_strided({2, 3}, {0, 1}).detach();
  b.select(0, 0).mul_(w);
  EXPECT_NE(error_of([&] { b.sum().backward(); }).find("refers to a single memory location"),
            std::string::npos);
  // A row of an expanded view is one of the base's own elements.
  const Tensor x = ones({3}, kDouble).requires_grad_();
  const Tensor y = x * 1;
  y.expand({2, 3}).select(0, 0).mul_(2);
  y.sum().backward();
  EXPECT_VALUES(x.grad(), {2, 2, 2});
}

TEST(Views, OfComplexAndRealNumbers) {
  const Tensor x = ones({3, 2}, kDouble).requires_grad_();
  const Tensor b = x * 1;
  const Tensor z = view_as_complex(b);
  z.select(0, 0).mul_(full({}, Scalar(complex<double>(0, 3)), kComplexDouble));
  EXPECT_EQ(z.grad_fn()->name(), "ViewAsComplexBackward0");
  b.sum().backward();
  EXPECT_VALUES(x.grad(), {3, -3, 1, 1, 1, 1});

  const Tensor c = ones({3}, kComplexDouble).requires_grad_();
  const Tensor d = c * 1;
  const Tensor parts = view_as_real(d);
  parts.select(1, 0).mul_(3);
  EXPECT_EQ(parts.grad_fn()->name(), "AsStridedBackward0");
  real(d).sum().backward();
  EXPECT_TRUE(c.grad().equal(full({3}, 3, kComplexDouble)));
}

TEST(Views, RareOnes) {
  const Tensor x = counting({6});
  Tensor b = x * 1;
  b.as_strided({2, 2}, {2, 1}, 1).mul_(3);
  b.sum().backward();
  EXPECT_VALUES(x.grad(), {1, 3, 3, 3, 3, 1});
  x.mutable_grad() = Tensor();
  b = x * 1;
  b.unfold(0, 2, 2).mul_(doubles({1, 5}, {2}));
  b.sum().backward();
  EXPECT_VALUES(x.grad(), {1, 5, 1, 5, 1, 5});
  const Tensor square = counting({3, 3});
  b = square * 1;
  b.diagonal().mul_(0);
  b.sum().backward();
  EXPECT_VALUES(square.grad(), {0, 1, 1, 1, 0, 1, 1, 1, 0});
}

TEST(Views, HooksStayWithTheOldValueAndRetainedGradientsMove) {
  const Tensor x = ones({3}, kDouble).requires_grad_();
  const Tensor b = x * 1, view = b.view({3});
  int calls = 0;
  double seen = 0;
  view.register_hook([&](const Tensor&) { ++calls; });
  b.register_hook([&](const Tensor& g) { seen += g.sum().item<double>(); });
  view.retain_grad();
  b.retain_grad();
  b.select(0, 0).mul_(2);
  (view * 3).sum().backward();
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(seen, 12);
  EXPECT_VALUES(view.grad(), {3, 3, 3});
  EXPECT_VALUES(b.grad(), {3, 3, 3});
}

// ---- in-place changes of layout

TEST(Relayout, CountsAsAWrite) {
  struct Case {
    const char* name;
    void (*change)(const Tensor&);
    int64_t writes;
  };
  const Case cases[] = {
      {"t_", [](const Tensor& x) { x.t_(); }, 1},
      {"transpose_", [](const Tensor& x) { x.transpose_(0, 1); }, 1},
      {"swapaxes_", [](const Tensor& x) { x.swapaxes_(0, 1); }, 1},
      {"swapdims_", [](const Tensor& x) { x.swapdims_(0, 1); }, 1},
      {"squeeze_", [](const Tensor& x) { x.squeeze_(); }, 1},
      {"squeeze_(dim)", [](const Tensor& x) { x.squeeze_(0); }, 1},
      {"squeeze_(dims)",
       [](const Tensor& x) {
         x.squeeze_(DimVector{0, 1});
       },
       1},
      {"unsqueeze_", [](const Tensor& x) { x.unsqueeze_(0); }, 1},
      {"as_strided_", [](const Tensor& x) { x.as_strided_({2}, {1}); }, 1},
      {"resize_ to other sizes",
       [](const Tensor& x) {
         x.resize_({3, 2});
       },
       1},
      {"resize_ to more",
       [](const Tensor& x) {
         x.resize_({30, 2});
       },
       1},
      {"resize_ to the same",
       [](const Tensor& x) {
         x.resize_({2, 3});
       },
       0},
      {"set_data", [](const Tensor& x) { x.set_data(ones({2})); }, 0},
      {"detach_", [](const Tensor& x) { x.detach_(); }, 0},
      {"requires_grad_", [](const Tensor& x) { x.requires_grad_(); }, 0},
      {"item", [](const Tensor& x) { x.select(0, 0).select(0, 0).item(); }, 0},
      {"data_ptr", [](const Tensor& x) { x.data_ptr(); }, 0},
      {"data_ptr<T>", [](const Tensor& x) { x.data_ptr<float>(); }, 0},
      {"mutable_data_ptr", [](const Tensor& x) { x.mutable_data_ptr<float>(); }, 0},
      {"accessor", [](const Tensor& x) { x.accessor<float, 2>(); }, 0},
  };
  for (const Case& c : cases) {
    const Tensor x = zeros({2, 3});
    c.change(x);
    EXPECT_EQ(x._version(), c.writes) << c.name;
  }
}

TEST(Relayout, IsNoticedByNodesThatSavedTheTensor) {
  const Tensor b = counting({2, 2}) * 1;
  const Tensor y = (b * b).sum();
  b.t_();
  EXPECT_NE(error_of([&] { y.backward(); }).find("modified by an inplace operation"),
            std::string::npos);
}

TEST(Relayout, GradientsOfBases) {
  const Tensor x = counting({2, 3});
  const Tensor b = x * 1;
  const Tensor before = b.select(0, 0);
  b.t_();
  EXPECT_EQ(b.grad_fn()->name(), "TransposeBackward0");
  EXPECT_EQ(before.grad_fn()->name(), "AsStridedBackward0");
  const Tensor weights = doubles({1, 2, 3, 4, 5, 6}, {3, 2});
  ((b * weights).sum() + (before * 10).sum()).backward();
  EXPECT_VALUES(x.grad(), {11, 13, 15, 2, 4, 6});
}

TEST(Relayout, GradientsOfViews) {
  const Tensor x = counting({2, 3});
  Tensor b = x * 1;
  Tensor v = b.slice(1, 0, 2);
  v.t_();
  EXPECT_EQ(v.grad_fn()->name(), "TransposeBackward0");
  EXPECT_EQ(b.grad_fn()->name(), "MulBackward1");
  EXPECT_TRUE(v.is_view());
  (v * doubles({3, 5, 7, 11}, {2, 2})).sum().backward();
  EXPECT_VALUES(x.grad(), {3, 7, 0, 5, 11, 0});

  // A write through the view afterwards.
  x.mutable_grad() = Tensor();
  b = x * 1;
  v = b.slice(1, 0, 2);
  v.t_();
  v.mul_(doubles({3, 5, 7, 11}, {2, 2}));
  EXPECT_EQ(v.grad_fn()->name(), "AsStridedBackward0");
  EXPECT_VALUES(b.detach(), {0, 7, 2, 15, 44, 5});
  (b * doubles({1, 2, 3, 4, 5, 6}, {2, 3})).sum().backward();
  EXPECT_VALUES(x.grad(), {3, 14, 3, 20, 55, 6});

  // squeeze_ and unsqueeze_ between writes.
  x.mutable_grad() = Tensor();
  b = x * 1;
  v = b.view({1, 2, 3});
  v.squeeze_(0);
  v.mul_(2);
  v.unsqueeze_(2);
  v.select(2, 0).select(0, 1).mul_(5);
  v.sum().backward();
  EXPECT_VALUES(x.grad(), {2, 2, 2, 10, 10, 10});
}

TEST(Relayout, OfALeafGivesItsGradientTheNewSizes) {
  const Tensor x = counting({2, 3});
  const Tensor old = (x * 2).sum();
  {
    NoGradGuard no_grad;
    x.t_();
  }
  (x * doubles({1, 2, 3, 4, 5, 6}, {3, 2})).sum().backward();
  EXPECT_VALUES(x.grad(), {1, 2, 3, 4, 5, 6});
}

TEST(Resize, MovesAllTensorsOnTheStorage) {
  const Tensor x = ones({3}), y = x.view({3});
  x.resize_({1000});
  x.fill_(5);
  EXPECT_TRUE(y.equal(full({3}, 5.0)));
  EXPECT_TRUE(y.is_alias_of(x));
  NoGradGuard no_grad;
  EXPECT_THROW(ones({3}).requires_grad_().resize_({2}), AutogradError);
}

// ---- data

TEST(Data, HasAVersionOfItsOwn) {
  const Tensor x = ones({3}), view = x.view({3});
  const Tensor d = x.data(), part = d.view({3});
  part.add_(1);
  EXPECT_EQ(x._version(), 0);
  EXPECT_EQ(view._version(), 0);
  EXPECT_EQ(d._version(), 1);
  EXPECT_EQ(part._version(), 1);
  EXPECT_TRUE(x.equal(full({3}, 2.0)));
  EXPECT_TRUE(d.is_alias_of(x));
  x.tensor_data().add_(1);
  EXPECT_EQ(x._version(), 1);
  x.variable_data().add_(1);
  EXPECT_EQ(x._version(), 1);
  x.detach().add_(1);
  EXPECT_EQ(x._version(), 2);
}

TEST(Data, MayBeWrittenBetweenForwardAndBackward) {
  const Tensor x = ones({2}, kDouble).requires_grad_();
  const Tensor y = (x * x).sum();
  x.data().mul_(7);
  y.backward();
  EXPECT_VALUES(x.grad(), {14, 14});
  const Tensor z = (x * x).sum();
  x.detach().mul_(7);
  EXPECT_THROW(z.backward(), AutogradError);
}

TEST(SetData, KeepsTheVersionAndCountsApartFromTheSource) {
  const Tensor x = ones({3}), source = ones({2});
  x.add_(1);
  x.set_data(source);
  EXPECT_EQ(x._version(), 1);
  x.add_(1);
  EXPECT_EQ(x._version(), 2);
  EXPECT_EQ(source._version(), 0);
  EXPECT_TRUE(source.equal(full({2}, 2.0)));
  EXPECT_THROW(ones({3}).requires_grad_().set_data(ones({3}, kLong)), DtypeError);
}

TEST(SetData, GradientsHaveTheNewType) {
  const Tensor x = ones({2}).requires_grad_();
  const Tensor old = (x * 2).sum();
  x.set_data(x.data().to(kDouble));
  (x * 3).sum().backward();
  EXPECT_EQ(x.grad().scalar_type(), kDouble);
  // What the old graph sends is brought to the leaf's type as well.
  old.backward();
  EXPECT_VALUES(x.grad(), {5, 5});
  x.set_data(ones({3, 2}, kDouble));
  x.mutable_grad() = Tensor();
  x.sum().backward();
  EXPECT_EQ(x.grad().sizes(), IntArrayRef({3, 2}));
}

TEST(SetData, CutsViewsOff) {
  const Tensor x = counting({3});
  const Tensor b = x * 1, view = b.view({3});
  b.set_data(ones({5}, kDouble));
  view.mul_(2);
  view.sum().backward();
  EXPECT_VALUES(x.grad(), {2, 2, 2});
}

TEST(SetData, FreesTheOldMemory) {
  constexpr int64_t kMany = 1 << 18;
  const size_t before = memory_stats().allocated;
  const Tensor x = ones({kMany});
  EXPECT_GE(memory_stats().allocated, before + sizeof(float) * kMany);
  x.set_data(ones({1}));
  EXPECT_LT(memory_stats().allocated, before + sizeof(float) * kMany);
  // Not while a view shows it.
  const Tensor y = ones({kMany}), view = y.view({-1});
  y.set_data(ones({1}));
  EXPECT_EQ(view.sum().item<float>(), kMany);
  view.set_data(y);
  EXPECT_TRUE(view.is_alias_of(y));
}

TEST(FromBlob, ViewsReachTheLastElementOfAStridedOne) {
  float data[] = {1, 2, 3, 4, 5};
  const Tensor x = from_blob(data, {3}, {2}, TensorOptions(kFloat));
  EXPECT_EQ(x.select(0, 2).item<float>(), 5);
  EXPECT_THROW(x.as_strided({4}, {2}), ShapeError);
}

// ---- aliases

TEST(Alias, IsAViewWithHistory) {
  const Tensor x = ones({3}).requires_grad_();
  const Tensor y = x.alias();
  EXPECT_FALSE(y.is_same(x));
  EXPECT_TRUE(y.is_view());
  EXPECT_EQ(y.grad_fn()->name(), "AliasBackward0");
  const Tensor d = x.detach();
  EXPECT_FALSE(d.is_view());
  EXPECT_FALSE(d.requires_grad());
  EXPECT_THROW((x * 1).view({3}).detach_(), AutogradError);
}

/// Double backward reaches what a write to a view saved by way of the base alone: nodes are run
/// once, and may be freed as they are.
TEST(Views, SavedOutputsOfWritesLeadThroughTheBase) {
  using Write = Tensor (*)(const Tensor&);
  const std::pair<Write, Write> writes[] = {
      {[](const Tensor& t) { return t.exp_(); }, [](const Tensor& t) { return t.exp(); }},
      {[](const Tensor& t) { return t.tanh_(); }, [](const Tensor& t) { return t.tanh(); }},
      {[](const Tensor& t) { return t.sigmoid_(); }, [](const Tensor& t) { return t.sigmoid(); }},
      {[](const Tensor& t) { return t.relu_(); }, [](const Tensor& t) { return t.relu(); }},
  };
  const auto derivatives = [](const Tensor& x, const Tensor& y) {
    const Tensor first = autograd::grad({(y * y * y).sum()}, {x}, {}, std::nullopt, true)[0];
    return std::pair(first.detach(), autograd::grad({first.square().sum()}, {x})[0]);
  };
  const Tensor x = (arange(9., kDouble).view({3, 3}) / 7 - 0.6).requires_grad_();
  for (const auto& [write, apart] : writes) {
    const Tensor written = x * 1;
    write(written.diagonal());
    const auto [first, second] = derivatives(x, written);
    const auto [first_apart, second_apart] =
        derivatives(x, hearth::where(eye(3).to(kBool), apart(x), x * 1));
    EXPECT_TRUE(first.allclose(first_apart));
    EXPECT_TRUE(second.allclose(second_apart));
  }
}

}  // namespace
}  // namespace hearth
