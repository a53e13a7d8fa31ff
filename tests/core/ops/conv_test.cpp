// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/conv.h"

#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/view.h"

#include "core/ops/exact.h"

namespace hearth {
namespace {

using ::testing::HasSubstr;

struct Geometry {
  DimVector stride, padding, dilation;
  int64_t groups = 1;
  DimVector output_padding = DimVector(stride.size(), 0);
};

/// A convolution as a sum of matrix products, one per kernel tap.
Tensor naive_conv(const Tensor& x, const Tensor& w, const Geometry& g) {
  const size_t dims = g.stride.size();
  DimVector pads;
  for (size_t d = dims; d-- > 0;)
    for (int side = 0; side < 2; ++side) pads.push_back(g.padding[d]);
  const Tensor padded = constant_pad_nd(x, pads);
  DimVector out;
  int64_t taps = 1, positions = 1;
  for (size_t d = 0; d < dims; ++d) {
    const int64_t span = g.dilation[d] * (w.sizes()[d + 2] - 1) + 1;
    out.push_back((padded.sizes()[d + 2] - span) / g.stride[d] + 1);
    taps *= w.sizes()[d + 2];
    positions *= out.back();
  }
  const int64_t in = w.size(1), per_group = w.size(0) / g.groups;
  std::vector<Tensor> groups;
  for (int64_t group = 0; group < g.groups; ++group) {
    Tensor total;
    for (int64_t tap = 0; tap < taps; ++tap) {
      Tensor patch = padded.narrow(1, group * in, in),
             wt = w.narrow(0, group * per_group, per_group);
      int64_t rest = tap;
      for (size_t d = dims; d-- > 0;) {
        const int64_t k = rest % w.sizes()[d + 2];
        rest /= w.sizes()[d + 2];
        const int64_t from = k * g.dilation[d];
        patch = patch.slice(static_cast<int64_t>(d) + 2, from,
                            from + (out[d] - 1) * g.stride[d] + 1, g.stride[d]);
        wt = wt.select(static_cast<int64_t>(d) + 2, k);
      }
      const Tensor part = matmul(wt, patch.reshape({x.size(0), in, positions}));
      total = total.defined() ? total + part : part;
    }
    groups.push_back(total);
  }
  DimVector sizes = {x.size(0), w.size(0)};
  for (int64_t n : out) sizes.push_back(n);
  return cat(groups, 1).reshape(sizes);
}

/// A transposed convolution as the gradient of a convolution.
Tensor naive_transposed(const Tensor& x, const Tensor& w, const Geometry& g) {
  DimVector sizes = {x.size(0), w.size(1) * g.groups};
  for (size_t d = 0; d < g.stride.size(); ++d)
    sizes.push_back((x.sizes()[d + 2] - 1) * g.stride[d] - 2 * g.padding[d] +
                    g.dilation[d] * (w.sizes()[d + 2] - 1) + g.output_padding[d] + 1);
  const Tensor z = zeros(sizes, x.options()).requires_grad_();
  Tensor y = naive_conv(z, w, g);
  for (size_t d = 2; d < sizes.size(); ++d) y = y.narrow(static_cast<int64_t>(d), 0, x.sizes()[d]);
  return autograd::grad({y}, {z}, {x}, std::nullopt, /*create_graph=*/true)[0];
}

Tensor with_bias(const Tensor& y, const Tensor& bias) {
  DimVector channel(y.sizes().size(), 1);
  channel[1] = -1;
  return y + bias.view(channel);
}

Tensor last(const Tensor& t) {  // channels-last of any rank
  return t.dim() == 5   ? t.to(MemoryFormat::ChannelsLast3d)
         : t.dim() == 4 ? t.to(MemoryFormat::ChannelsLast)
                        : t.transpose(1, 2).contiguous().transpose(1, 2);
}

TEST(Conv, ForwardAndGradients) {
  struct Case {
    DimVector x, w;
    Geometry g;
  };
  const std::vector<Case> cases = {
      {{2, 3, 5, 4}, {4, 3, 3, 2}, {{1, 1}, {0, 0}, {1, 1}}},
      {{2, 4, 6, 5}, {6, 2, 3, 3}, {{2, 1}, {1, 2}, {1, 1}, 2}},
      {{1, 3, 7, 6}, {3, 1, 2, 3}, {{1, 2}, {2, 1}, {3, 2}, 3}},
      {{2, 3, 4, 5}, {2, 3, 1, 1}, {{1, 1}, {0, 0}, {1, 1}}},
      {{2, 3, 6, 6}, {2, 3, 1, 1}, {{3, 2}, {0, 0}, {1, 1}}},
      {{2, 3, 7}, {4, 3, 3}, {{2}, {1}, {1}}},
      {{2, 4, 7}, {4, 2, 2}, {{1}, {0}, {3}, 2}},
      {{2, 1, 4, 4}, {2, 1, 3, 3}, {{1, 1}, {1, 1}, {1, 1}}},
      {{2, 3, 3, 4, 3}, {2, 3, 2, 3, 2}, {{1, 1, 1}, {1, 0, 1}, {1, 1, 1}}},
      {{1, 4, 4, 3, 5}, {4, 2, 2, 2, 2}, {{2, 1, 2}, {1, 1, 0}, {1, 2, 3}, 2}},
      {{2, 3, 2, 3, 3}, {2, 3, 1, 1, 1}, {{1, 2, 1}, {0, 0, 0}, {1, 1, 1}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.x.vec()) + testing::PrintToString(c.w.vec()));
    const Tensor x = numbers(c.x), w = numbers(c.w, kDouble, 2), b = numbers({c.w[0]}, kDouble, 3);
    const auto f = [&](const std::vector<Tensor>& in) {
      return convolution(in[0], in[1], in[2], c.g.stride, c.g.padding, c.g.dilation, false,
                         DimVector(c.g.stride.size(), 0), c.g.groups);
    };
    const auto oracle = [&](const std::vector<Tensor>& in) {
      return with_bias(naive_conv(in[0], in[1], c.g), in[2]);
    };
    expect_equal(f({x, w, b}), oracle({x, w, b}));
    expect_equal(f({x.to(kFloat), w.to(kFloat), b.to(kFloat)}), oracle({x, w, b}));
    expect_equal(f({x.to(kBFloat16), w.to(kBFloat16), b.to(kBFloat16)}),
                 oracle({x, w, b}).to(kBFloat16));
    expect_equal(f({x.to(kHalf), w.to(kHalf), b.to(kHalf)}), oracle({x, w, b}).to(kHalf));
    expect_same_gradients({x, w, b}, f, oracle);
    expect_same_gradients({last(x), last(w), b}, f, oracle);
    expect_same_gradients({x.to(kFloat), last(w).to(kFloat), b.to(kFloat)}, f, oracle);
  }
}

TEST(Conv, TransposedForwardAndGradients) {
  struct Case {
    DimVector x, w;
    Geometry g;
  };
  const std::vector<Case> cases = {
      {{2, 3, 3, 4}, {3, 2, 3, 2}, {{1, 1}, {0, 0}, {1, 1}}},
      {{2, 3, 3, 4}, {3, 4, 3, 3}, {{2, 2}, {1, 1}, {1, 1}, 1, {1, 0}}},
      {{1, 4, 3, 3}, {4, 1, 2, 3}, {{3, 1}, {1, 2}, {1, 2}, 2, {2, 1}}},
      // An output padding beyond the stride, legal because the dilation is larger still.
      {{1, 2, 3, 3}, {2, 2, 2, 2}, {{1, 1}, {0, 0}, {3, 3}, 1, {2, 2}}},
      {{2, 3, 5}, {3, 2, 3}, {{2}, {1}, {1}, 1, {1}}},
      {{2, 3, 2, 2, 3}, {3, 2, 2, 3, 2}, {{2, 1, 2}, {1, 0, 1}, {1, 1, 1}, 1, {1, 0, 1}}},
      {{1, 4, 2, 3, 2}, {4, 1, 2, 2, 2}, {{1, 2, 1}, {0, 1, 1}, {3, 1, 2}, 2, {2, 1, 0}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.x.vec()) + testing::PrintToString(c.w.vec()));
    const Tensor x = numbers(c.x), w = numbers(c.w, kDouble, 2),
                 b = numbers({c.w[1] * c.g.groups}, kDouble, 3);
    const auto f = [&](const std::vector<Tensor>& in) {
      const auto call = in[0].dim() == 3   ? conv_transpose1d
                        : in[0].dim() == 4 ? conv_transpose2d
                                           : conv_transpose3d;
      return call(in[0], in[1], in[2], c.g.stride, c.g.padding, c.g.output_padding, c.g.groups,
                  c.g.dilation);
    };
    const auto oracle = [&](const std::vector<Tensor>& in) {
      return with_bias(naive_transposed(in[0], in[1], c.g), in[2]);
    };
    expect_equal(f({x.to(kFloat), w.to(kFloat), b.to(kFloat)}), oracle({x, w, b}));
    expect_equal(f({x.to(kBFloat16), w.to(kBFloat16), b.to(kBFloat16)}),
                 oracle({x, w, b}).to(kBFloat16));
    expect_same_gradients({x, w, b}, f, oracle);
    expect_same_gradients({last(x), w, b}, f, oracle);
  }
}

TEST(Conv, FormatFollowsInputAndWeight) {
  const auto is_last = [](const Tensor& t) {
    return t.suggest_memory_format() == MemoryFormat::ChannelsLast;
  };
  const Tensor x = numbers({2, 3, 5, 5}, kFloat), w = numbers({4, 3, 3, 3}, kFloat);
  EXPECT_FALSE(is_last(conv2d(x, w)));
  EXPECT_TRUE(is_last(conv2d(last(x), w)));
  EXPECT_TRUE(is_last(conv2d(x, last(w))));
  expect_equal(conv2d(last(x), w), conv2d(x, w));
  // One channel lies the same in both formats; the strides still tell what was asked for.
  const Tensor one = numbers({2, 1, 5, 5}, kFloat), w1 = numbers({4, 1, 3, 3}, kFloat);
  EXPECT_FALSE(is_last(conv2d(one, w1)));
  EXPECT_TRUE(is_last(conv2d(last(one), w1)));
  EXPECT_TRUE(is_last(conv2d(one, last(w1))));
  EXPECT_FALSE(is_last(conv2d(numbers({2, 3, 1, 1}, kFloat), numbers({4, 3, 1, 1}, kFloat))));
  const Tensor x3 = numbers({2, 3, 3, 4, 4}, kFloat), w3 = numbers({4, 3, 2, 2, 2}, kFloat);
  for (const Tensor& y : {conv3d(last(x3), w3), conv3d(x3, last(w3))})
    EXPECT_EQ(y.suggest_memory_format(), MemoryFormat::ChannelsLast3d);
  EXPECT_EQ(conv3d(x3, w3).suggest_memory_format(), MemoryFormat::Contiguous);
  // Gradients are laid out like what they belong to.
  const Tensor p = last(w).detach().requires_grad_();
  conv2d(x, p).sum().backward();
  EXPECT_TRUE(is_last(p.grad()));
  EXPECT_EQ(p.grad().strides(), p.strides());
}

TEST(Conv, AnyStrides) {
  const Tensor x = numbers({2, 5, 6, 6}).permute({0, 3, 1, 2}).slice(1, 0, 6, 2),
               w = numbers({3, 3, 4, 6}).permute({2, 3, 0, 1}).slice(1, 1, 6, 2);
  const Geometry g{{1, 1}, {1, 1}, {1, 1}};
  expect_equal(conv2d(x, w, {}, 1, 1), naive_conv(x.contiguous(), w.contiguous(), g));
  const Tensor same = numbers({1, 3, 1, 1}).expand({2, 3, 4, 4});
  expect_equal(conv2d(same, w, {}, 1, 1), naive_conv(same.contiguous(), w.contiguous(), g));
}

TEST(Conv, PaddingNames) {
  const Tensor x = numbers({2, 3, 6, 7}), w = numbers({2, 3, 2, 3}, kDouble, 2);
  expect_equal(conv2d(x, w, {}, 1, "valid"), conv2d(x, w));
  expect_equal(conv2d(x, w, {}, 1, "same"), conv2d(constant_pad_nd(x, {1, 1, 0, 1}), w));
  expect_equal(conv2d(x, w, {}, 1, "same", {3, 2}),
               conv2d(constant_pad_nd(x, {2, 2, 1, 2}), w, {}, 1, 0, {3, 2}));
  EXPECT_EQ(conv1d(zeros({3, 9}), zeros({5, 3, 4}), {}, 1, std::string("same")).sizes(),
            IntArrayRef({5, 9}));
  EXPECT_THAT(error_of([&] { conv2d(x, w, {}, 2, "same"); }),
              HasSubstr("padding='same' is not supported for strided convolutions"));
  EXPECT_THAT(error_of([&] { conv2d(x, w, {}, 1, "full"); }),
              HasSubstr("Invalid padding string: 'full'"));
}

TEST(Conv, UnbatchedEmptyAndMeta) {
  const Tensor x = numbers({3, 5, 5}), w = numbers({2, 3, 3, 3}, kDouble, 2);
  expect_equal(conv2d(x, w), conv2d(x.unsqueeze(0), w).squeeze(0));
  EXPECT_EQ(conv_transpose1d(zeros({3, 4}), zeros({3, 2, 3})).sizes(), IntArrayRef({2, 6}));

  const Tensor none = zeros({0, 3, 5, 5}, TensorOptions(kDouble).requires_grad(true));
  const Tensor p = w.detach().requires_grad_();
  const Tensor y = conv2d(none, p);
  EXPECT_EQ(y.sizes(), IntArrayRef({0, 2, 3, 3}));
  y.sum().backward();
  EXPECT_EQ(none.grad().sizes(), none.sizes());
  expect_equal(p.grad(), zeros_like(w));

  const TensorOptions meta = TensorOptions(kFloat).device(kMeta);
  const Tensor m = conv2d(empty({1024, 3, 2000, 2000}, meta), empty({64, 3, 7, 7}, meta), {}, 2, 3);
  EXPECT_EQ(m.sizes(), IntArrayRef({1024, 64, 1000, 1000}));
}

TEST(Conv, OnlyWhatIsNeeded) {
  const Tensor x = numbers({2, 3, 5, 5}), w = numbers({4, 3, 3, 3}).requires_grad_(),
               b = numbers({4}).requires_grad_();
  conv2d(x, w.detach(), b).sum().backward();
  expect_equal(b.grad(), full({4}, 18.0, TensorOptions(kDouble)));
  conv2d(x, w).sum().backward();
  EXPECT_TRUE(w.grad().defined());
}

TEST(Conv, IntegersWrapAround) {
  for (const ScalarType type : {kByte, kChar, kShort, kInt, kLong}) {
    SCOPED_TRACE(type);
    const Tensor x = numbers({2, 4, 5, 6}, type), w = numbers({6, 2, 3, 2}, type, 2),
                 b = numbers({6}, type, 3);
    const auto as_sums = [&](const auto& f) {
      return f(x.to(kDouble), w.to(kDouble), b.to(kDouble)).to(kLong).to(type);
    };
    for (const Tensor& image : {x, last(x)}) {
      const Tensor y = conv2d(image, w, b, {2, 1}, {1, 0}, {1, 2}, 2);
      EXPECT_EQ(y.dtype(), type);
      expect_equal(y, as_sums([](const Tensor& i, const Tensor& k, const Tensor& bias) {
                     return conv2d(i, k, bias, {2, 1}, {1, 0}, {1, 2}, 2);
                   }));
    }
    expect_equal(conv_transpose2d(x, w.narrow(0, 0, 4), b.narrow(0, 0, 2), 2),
                 as_sums([](const Tensor& i, const Tensor& k, const Tensor& bias) {
                   return conv_transpose2d(i, k.narrow(0, 0, 4), bias.narrow(0, 0, 2), 2);
                 }));
    expect_equal(conv1d(x.select(2, 0), w.select(3, 0), b, 1, 1, 1, 2),
                 as_sums([&](const Tensor& i, const Tensor& k, const Tensor& bias) {
                   return conv1d(i.select(2, 0), k.select(3, 0), bias, 1, 1, 1, 2);
                 }));
  }
  const Tensor hundred = full({1, 1, 3}, 100, kChar), two = full({1, 1, 2}, 1, kChar);
  EXPECT_EQ(conv1d(hundred, two).select(2, 0).item<int64_t>(), 200 - 256);
}

TEST(Conv, Errors) {
  const Tensor x = zeros({1, 5, 8, 8}), w = zeros({4, 3, 3, 3});
  for (const Tensor& flat : {zeros({}), zeros({3}), zeros({4, 5})})
    EXPECT_THAT(error_of([&] { convolution(x, flat, {}, 1, 0, 1, false, 0, 1); }),
                HasSubstr("weight should have at least three dimensions"));
  EXPECT_THAT(
      error_of([&] { conv2d(x, w); }),
      HasSubstr("weight of size [4, 3, 3, 3], expected input[1, 5, 8, 8] to have 3 channels, "
                "but got 5 channels instead"));
  EXPECT_THAT(error_of([&] {
                conv2d(zeros({1, 1}), w);
              }),
              HasSubstr("Expected 3D (unbatched) or 4D (batched) input to conv2d"));
  EXPECT_THAT(error_of([&] {
                conv2d(zeros({1, 3, 2, 2}), w);
              }),
              HasSubstr("Calculated padded input size per channel: (2 x 2). Kernel size: (3 x 3). "
                        "Kernel size can't be greater than actual input size"));
  const Tensor ok = zeros({1, 3, 8, 8});
  EXPECT_THAT(error_of([&] { conv2d(ok, w, zeros({3})); }),
              HasSubstr("expected bias to be 1-dimensional with 4 elements"));
  EXPECT_THAT(error_of([&] { conv2d(ok, w, {}, 0); }),
              HasSubstr("non-positive stride is not supported"));
  EXPECT_THAT(error_of([&] { conv2d(ok, w, {}, 1, -1); }),
              HasSubstr("negative padding is not supported"));
  EXPECT_THAT(error_of([&] { conv2d(ok, w, {}, {1, 1, 1}); }), HasSubstr("stride=[1, 1, 1]"));
  EXPECT_THAT(error_of([&] { conv2d(ok, w, {}, 1, 0, 1, 3); }),
              HasSubstr("expected weight to be divisible by 3"));
  EXPECT_THAT(error_of([&] { conv2d(ok, w, {}, 1, 0, 1, 0); }), HasSubstr("groups"));
  EXPECT_THAT(error_of([&] { conv2d(ok, w.to(kDouble)); }), HasSubstr("should be the same"));
  EXPECT_THAT(error_of([&] { conv2d(ok.to(kBool), w.to(kBool)); }),
              HasSubstr("not implemented for 'Bool'"));
  EXPECT_THAT(error_of([&] {
                conv_transpose2d(ok, zeros({3, 2, 3, 3}), {}, 1, 0, 1);
              }),
              HasSubstr("output padding must be smaller than either stride or dilation"));
}

TEST(Pad, ConstantAndItsGradients) {
  const Tensor x = numbers({2, 3, 4});
  const Tensor y = constant_pad_nd(x, {1, 2, 0, 1}, 5);
  EXPECT_EQ(y.sizes(), IntArrayRef({2, 4, 7}));
  expect_equal(y.slice(1, 0, 3).slice(2, 1, 5), x);
  EXPECT_EQ((y == 5).sum().item<int64_t>(), 2 * (4 * 7 - 3 * 4));
  expect_equal(constant_pad_nd(x, {-1, -2}), x.slice(2, 1, 2));
  expect_equal(constant_pad_nd(x, {-1, 2}).slice(2, 0, 3), x.slice(2, 1));
  EXPECT_EQ(constant_pad_nd(x, {-2, -2}).numel(), 0);
  const Tensor leaf = x.detach().requires_grad_();
  (constant_pad_nd(leaf, {1, -1}) * 3).sum().backward();
  expect_equal(leaf.grad().slice(2, 0, 3), full({2, 3, 3}, 3.0, x.options()));
  expect_equal(leaf.grad().select(2, 3), zeros({2, 3}, x.options()));
  EXPECT_THAT(error_of([&] { constant_pad_nd(x, {1}); }), HasSubstr("Length of pad must be even"));
  EXPECT_THAT(error_of([&] { constant_pad_nd(x, {-3, -3}); }), HasSubstr("negative output size"));
}

TEST(Pad, Edges) {
  const Tensor x = arange(4, TensorOptions(kLong)).view({1, 4});
  const auto row = [](std::vector<int64_t> v) {
    Tensor t = empty({1, static_cast<int64_t>(v.size())}, TensorOptions(kLong));
    std::copy(v.begin(), v.end(), t.data_ptr<int64_t>());
    return t;
  };
  expect_equal(pad(x, {2, 3}, "reflect"), row({2, 1, 0, 1, 2, 3, 2, 1, 0}));
  expect_equal(pad(x, {2, 1}, "replicate"), row({0, 0, 0, 1, 2, 3, 3}));
  expect_equal(pad(x, {2, 1}, "circular"), row({2, 3, 0, 1, 2, 3, 0}));
  expect_equal(pad(x, {-1, 1}, "replicate"), row({1, 2, 3, 3}));
  // What was cut off does not come back, but by reflection.
  expect_equal(pad(x, {-1, 2}, "circular"), row({1, 2, 3, 1, 2}));
  expect_equal(pad(x, {2, -2}, "circular"), row({0, 1, 0, 1}));
  expect_equal(pad(x, {-1, -1}, "circular"), row({1, 2}));
  expect_equal(pad(x, {-3, 1}, "circular"), row({3, 3}));
  expect_equal(pad(x, {-1, 2}, "reflect"), row({1, 2, 3, 2, 1}));
  expect_equal(pad(x, {-2, -2}, "circular"), row({}));
  for (const DimVector& wrong : {DimVector{5, 0}, {-2, 3}, {-4, 1}, {-3, -2}})
    EXPECT_THAT(error_of([&] { pad(x, wrong, "circular"); }), HasSubstr("[pad]"));
  expect_equal(pad(x, {1, 2}, "constant", 7), row({7, 0, 1, 2, 3, 7, 7}));
  const Tensor image = numbers({2, 3, 4, 5});
  const Tensor wide = pad(image.select(0, 1), {1, 2}, "reflect");
  const Tensor both = pad(wide.transpose(1, 2), {3, 0}, "reflect").transpose(1, 2);
  expect_equal(reflection_pad2d(image, {1, 2, 3, 0}).select(0, 1), both);
  const Tensor leaf = image.detach().requires_grad_();
  replication_pad2d(leaf, {0, 2, 0, 0}).sum().backward();
  EXPECT_EQ(leaf.grad().select(3, 4).sum().item<double>(), 3.0 * 2 * 3 * 4);
  EXPECT_THAT(error_of([&] {
                pad(x, {4, 0}, "reflect");
              }),
              HasSubstr("Padding size should be less than the corresponding input dimension"));
  EXPECT_THAT(error_of([&] {
                pad(x, {1, 0}, "mirror");
              }),
              HasSubstr("Unrecognised padding mode mirror"));
  EXPECT_THAT(error_of([&] {
                reflection_pad2d(image, {1, 1});
              }),
              HasSubstr("padding size is expected to be 4"));
}

}  // namespace
}  // namespace hearth
