// SPDX-License-Identifier: Apache-2.0
// The families that most programs use.
#include "cuda/sizes.h"

#include <cmath>

namespace hearth::testing_cuda {
namespace {

namespace F = nn::functional;

constexpr int64_t kLengths[] = {1, 2, 31, 32, 33, 255, 256, 1000, 1025, 4097, 70001};

TEST_F(CudaSizes, Pointwise) {
  for (const int64_t n : kLengths)
    expect_like_cpu(cat_str("chain ", n),
                    [](const variable_list& x) { return (x[0] * x[1] + 1).tanh() * x[0].exp(); },
                    {random({n}), random({n})});
  for (const ScalarType type : {kFloat, kHalf, kBFloat16})
    expect_like_cpu(
        cat_str("unaligned ", to_string(type)),
        [](const variable_list& x) { return x[0].slice(0, 1, 1000) * 2 - x[1]; },
        {random({1001}, type), random({999}, type)}, tolerance_of(type));
  expect_like_cpu("broadcast", [](const variable_list& x) { return x[0] * x[1] + x[2]; },
                  {random({17, 1, 33}), random({129, 1}), random({33})});
  expect_like_cpu(
      "channels last",
      [](const variable_list& x) { return x[0].contiguous(MemoryFormat::ChannelsLast) * x[1]; },
      {random({3, 5, 7, 9}), random({5, 1, 1})});
}

TEST_F(CudaSizes, Reductions) {
  for (const int64_t n : kLengths) {
    const auto each = [&](const std::string& name, const Function& f) {
      expect_like_cpu(cat_str(name, " inner ", n), f, {random({3, n}).mul(0.1).add(1)}, 1e-8);
    };
    each("sum", [](const variable_list& x) { return x[0].sum(1); });
    each("mean", [](const variable_list& x) { return x[0].mean(); });
    each("sum of columns", [](const variable_list& x) { return x[0].t().sum(0); });
    each("amax", [](const variable_list& x) { return x[0].amax(1); });
    each("max", [](const variable_list& x) { return std::get<0>(x[0].max(1)); });
    each("argmin", [](const variable_list& x) { return x[0].argmin(1); });
    each("argmax of all", [](const variable_list& x) { return x[0].argmax(); });
    each("norm", [](const variable_list& x) { return x[0].norm(2, 1); });
    each("logsumexp", [](const variable_list& x) { return x[0].logsumexp(1); });
    each("any", [](const variable_list& x) { return x[0].gt(1.3).any(1); });
    each("cumsum", [](const variable_list& x) { return x[0].cumsum(1); });
    each("cumsum of columns", [](const variable_list& x) { return x[0].t().cumsum(0); });
    each("cummax", [](const variable_list& x) { return std::get<0>(x[0].cummax(1)); });
    if (n > 1) each("var", [](const variable_list& x) { return x[0].var(1); });
  }
  expect_like_cpu("middle dims",
                  [](const variable_list& x) {
                    return x[0].sum({0, 2});
                  },
                  {random({33, 65, 17})});
  expect_like_cpu(
      "long columns", [](const variable_list& x) { return x[0].sum(0); }, {random({20000, 7})},
      1e-8);
  expect_like_cpu("many columns", [](const variable_list& x) { return x[0].amax(0); },
                  {random({7, 20001})});
  expect_like_cpu("integers", [](const variable_list& x) { return x[0].sum(); }, {arange(100000)});
}

TEST_F(CudaSizes, NotANumber) {
  Tensor x = random({4, 1000}, kFloat);
  x.select(0, 1).select(0, 500).fill_(NAN);
  x.select(0, 2).select(0, 0).fill_(INFINITY);
  for (const auto& [name, f] : std::initializer_list<std::pair<const char*, Function>>{
           {"amax", [](const variable_list& v) { return v[0].amax(1); }},
           {"argmax", [](const variable_list& v) { return v[0].argmax(1); }},
           {"min", [](const variable_list& v) { return std::get<1>(v[0].min(1)); }},
           {"var", [](const variable_list& v) { return v[0].var(1); }},
           {"mean beside var",
            [](const variable_list& v) { return std::get<1>(var_mean(v[0], {1}, true)); }},
           {"sort", [](const variable_list& v) { return std::get<0>(v[0].sort(1)); }},
           {"topk", [](const variable_list& v) { return std::get<0>(v[0].topk(3)); }},
           {"softmax", [](const variable_list& v) { return v[0].softmax(1); }},
           {"cummax", [](const variable_list& v) { return std::get<0>(v[0].cummax(1)); }},
           {"maximum", [](const variable_list& v) { return v[0].maximum(v[0].flip({1})); }}}) {
    SCOPED_TRACE(name);
    expect_same(f({x.to(kCUDA)}), f({x}), 1e-5);
  }
}

TEST_F(CudaSizes, SortAndTopK) {
  for (const int64_t n : kLengths) {
    const Tensor x = random({3, n});
    expect_like_cpu(cat_str("sort ", n),
                    [](const variable_list& v) { return std::get<0>(v[0].sort(1)); }, {x});
    expect_like_cpu(cat_str("argsort ", n),
                    [](const variable_list& v) { return std::get<1>(v[0].sort(1, true)); }, {x});
    expect_like_cpu(cat_str("columns ", n),
                    [](const variable_list& v) { return std::get<0>(v[0].t().sort(0)); }, {x});
    expect_like_cpu(
        cat_str("topk ", n),
        [&](const variable_list& v) { return std::get<0>(v[0].topk(std::min<int64_t>(n, 10), 1)); },
        {x});
  }
  const Tensor ties = randint(0, 5, {2, 3000}, TensorOptions(kLong));
  expect_same(std::get<1>(ties.to(kCUDA).sort(true, 1, false)),
              std::get<1>(ties.sort(true, 1, false)));
}

TEST_F(CudaSizes, SoftmaxAndLosses) {
  for (const int64_t n : kLengths) {
    const Tensor x = random({5, n});
    expect_like_cpu(cat_str("softmax ", n),
                    [](const variable_list& v) { return v[0].softmax(1) * v[1]; },
                    {x, random({5, n})});
    expect_like_cpu(cat_str("log_softmax of columns ", n),
                    [](const variable_list& v) { return v[0].t().log_softmax(0) * v[1].t(); },
                    {x, random({5, n})});
    const Tensor target = randint(0, n, {5}, TensorOptions(kLong));
    expect_like_cpu(cat_str("cross entropy ", n),
                    [&](const variable_list& v) {
                      return F::cross_entropy(v[0], target.to(v[0].device()),
                                              F::CrossEntropyFuncOptions().label_smoothing(0.1));
                    },
                    {x});
  }
  expect_like_cpu("mse", [](const variable_list& v) { return mse_loss(v[0], v[1]); },
                  {random({70001}), random({70001})});
}

TEST_F(CudaSizes, Norms) {
  for (const int64_t n : {1, 7, 32, 100, 1024, 5000}) {
    expect_like_cpu(
        cat_str("layer_norm ", n),
        [n](const variable_list& v) { return layer_norm(v[0], {n}, v[1], v[2]) * v[0]; },
        {random({33, n}), random({n}), random({n})}, 1e-7);
  }
  for (const bool last : {false, true}) {
    const Tensor x = random({6, 32, 9, 7});
    const auto layout = [last](const Tensor& t) {
      return last ? t.contiguous(MemoryFormat::ChannelsLast) : t;
    };
    expect_like_cpu(
        "batch_norm",
        [&](const variable_list& v) {
          return batch_norm(layout(v[0]), v[1], v[2], {}, {}, true, 0.1, 1e-5, true) * layout(v[0]);
        },
        {x, random({32}), random({32})}, 1e-8);
    expect_like_cpu(
        "group_norm",
        [&](const variable_list& v) {
          return group_norm(layout(v[0]), 4, v[1], v[2]) * layout(v[0]);
        },
        {x, random({32}), random({32})}, 1e-8);
  }
}

TEST_F(CudaSizes, NormsWithAnActivation) {
  const Tensor mean = random({20}), var = rand({20}, TensorOptions(kDouble)) + 0.5;
  for (const auto activation : {ConvActivation::None, ConvActivation::ReLU, ConvActivation::ReLU6,
                                ConvActivation::SiLU, ConvActivation::Hardswish})
    for (const auto& [last, adds, training, width] :
         {std::tuple{false, true, true, int64_t{8}}, std::tuple{true, true, true, int64_t{7}},
          std::tuple{true, false, true, int64_t{5}}, std::tuple{false, false, true, int64_t{5}},
          std::tuple{false, true, false, int64_t{6}}, std::tuple{true, false, false, int64_t{3}}}) {
      SCOPED_TRACE(
          cat_str("activation ", static_cast<int>(activation), last ? ", channels last" : ""));
      const auto layout = [last = last](const Tensor& t) {
        return last ? t.contiguous(MemoryFormat::ChannelsLast) : t;
      };
      const auto options = BatchNormActOptions().training(training).activation(activation);
      const auto norm = [&, adds = adds](const variable_list& v) {
        const Device d = v[0].device();
        return batch_norm_act(layout(v[0]), v[1], v[2], mean.to(d).clone(), var.to(d).clone(),
                              adds ? layout(v[3]) : Tensor(), options) *
               v[3];
      };
      const Tensor x = random({5, 20, 9, width}) * 3, more = random({5, 20, 9, width}) * 3;
      expect_like_cpu("of doubles", norm, {x, random({20}), random({20}), more}, 1e-8);
      // Half types with the norm's own numbers in float, as autocast leaves them.
      expect_like_cpu("of halves", norm,
                      {x.to(kHalf), rand({20}) + 0.5, randn({20}), more.to(kHalf)}, 4e-2);
    }
  // One gradient at a time: what is not wanted is not written.
  for (const size_t wanted : {0, 1, 2, 3}) {
    const auto gradient = [&](Device device) {
      manual_seed(15);
      variable_list v;
      for (const Tensor& t : {random({3, 8, 4, 4}), random({8}), random({8}), random({3, 8, 4, 4})})
        v.push_back(t.to(device));
      v[wanted].requires_grad_();
      const Tensor m = zeros({8}, v[0].options()), one = ones({8}, v[0].options());
      Tensor sum;
      for (const bool training : {true, false}) {
        const Tensor y = batch_norm_act(
            v[0], v[1], v[2], m, one, v[3],
            BatchNormActOptions().training(training).activation(ConvActivation::SiLU));
        sum = sum.defined() ? sum + y.square().sum() : y.square().sum();
      }
      return autograd::grad({sum}, {v[wanted]})[0];
    };
    SCOPED_TRACE(wanted);
    expect_same(gradient(kCUDA), gradient(kCPU), 1e-8);
  }
}

TEST_F(CudaSizes, Products) {
  for (const auto& [m, k, n] : {std::array<int64_t, 3>{1, 1, 1},
                                {3, 5, 7},
                                {64, 64, 64},
                                {129, 257, 65},
                                {1, 1000, 1},
                                {5, 0, 4},
                                {300, 17, 1}}) {
    for (const ScalarType type : {kDouble, kFloat, kBFloat16, kComplexFloat}) {
      // The CPU and the device round bfloat16 sums in different places.
      const double tolerance = type == kBFloat16 ? 0.1 : tolerance_of(type) * 10;
      const std::string what = cat_str(m, "x", k, "x", n, " ", to_string(type));
      const Tensor a = random({m, k}, type), b = random({k, n}, type);
      const auto like = [&](const std::string& name, const Function& f, const variable_list& in) {
        expect_like_cpu(name + what, f, in, tolerance);
      };
      like("mm ", [](const variable_list& v) { return v[0].matmul(v[1]); }, {a, b});
      like("transposed ", [](const variable_list& v) { return v[0].t().matmul(v[1].t()); },
           {random({k, m}, type), random({n, k}, type)});
      if (is_complex(type)) continue;
      like("linear ", [](const variable_list& v) { return F::linear(v[0], v[1], v[2]); },
           {a, random({n, k}, type), random({n}, type)});
      like("batched ", [](const variable_list& v) { return v[0].matmul(v[1]); },
           {random({4, m, k}, type), random({4, k, n}, type)});
      like("linear of a batch ", [](const variable_list& v) { return F::linear(v[0], v[1], v[2]); },
           {random({3, 2, m, k}, type), random({n, k}, type), random({n}, type)});
      like("broadcast ", [](const variable_list& v) { return v[0].matmul(v[1]); },
           {random({2, 1, m, k}, type), random({3, k, n}, type)});
    }
  }
  expect_like_cpu("integers", [](const variable_list& v) { return v[0].matmul(v[1]); },
                  {randint(-9, 9, {33, 20}, TensorOptions(kLong)),
                   randint(-9, 9, {20, 65}, TensorOptions(kLong))});
}

TEST_F(CudaSizes, Attention) {
  for (const int64_t length : {1, 16, 100}) {
    const auto q = random({2, 3, length, 32}), k = random({2, 3, 50, 32}),
               v = random({2, 3, 50, 32});
    expect_like_cpu(
        cat_str("attention ", length),
        [](const variable_list& x) {
          return scaled_dot_product_attention(x[0], x[1], x[2]) * x[0];
        },
        {q, k, v}, 1e-8);
  }
}

TEST_F(CudaSizes, Convolutions) {
  struct Case {
    int64_t batch, in, out, size, kernel, stride, padding, dilation, groups;
  };
  for (const Case& c : {Case{2, 3, 8, 17, 3, 1, 1, 1, 1},
                        {2, 16, 16, 8, 3, 2, 1, 1, 1},
                        {3, 8, 12, 9, 1, 1, 0, 1, 1},
                        {2, 8, 8, 12, 3, 1, 2, 2, 8},
                        {1, 4, 6, 11, 5, 3, 0, 1, 2}}) {
    for (const bool last : {false, true}) {
      for (const ScalarType type : {kDouble, kFloat}) {
        const auto layout = [last](const Tensor& t) {
          return last ? t.contiguous(MemoryFormat::ChannelsLast) : t;
        };
        const std::string what =
            cat_str(c.in, "->", c.out, " k", c.kernel, " s", c.stride, " d", c.dilation, " g",
                    c.groups, last ? " channels last " : " ", to_string(type));
        expect_like_cpu(
            "conv2d " + what,
            [&](const variable_list& v) {
              return conv2d(layout(v[0]), v[1], v[2], {c.stride}, {c.padding}, {c.dilation},
                            c.groups);
            },
            {random({c.batch, c.in, c.size, c.size}, type),
             random({c.out, c.in / c.groups, c.kernel, c.kernel}, type), random({c.out}, type)},
            type == kFloat ? 1e-3 : 1e-9);
        expect_like_cpu(
            "conv_transpose2d " + what,
            [&](const variable_list& v) {
              return conv_transpose2d(layout(v[0]), v[1], v[2], {c.stride}, {c.padding},
                                      {c.stride - 1}, c.groups, {c.dilation});
            },
            {random({c.batch, c.in, c.size, c.size}, type),
             random({c.in, c.out / c.groups, c.kernel, c.kernel}, type), random({c.out}, type)},
            type == kFloat ? 1e-3 : 1e-9);
      }
    }
  }
  expect_like_cpu("conv_transpose2d with more output_padding than stride",
                  [](const variable_list& v) {
                    return conv_transpose2d(v[0], v[1], v[2], {1, 2}, {1, 0}, {2, 4}, 1, {3, 5});
                  },
                  {random({2, 4, 6, 7}), random({4, 3, 3, 2}), random({3})});
  expect_like_cpu("conv1d",
                  [](const variable_list& v) { return conv1d(v[0], v[1], v[2], {2}, {1}); },
                  {random({2, 4, 33}), random({6, 4, 5}), random({6})});
  for (const bool last : {false, true}) {
    const auto format = last ? MemoryFormat::ChannelsLast3d : MemoryFormat::Contiguous;
    expect_like_cpu(
        "conv3d",
        [&](const variable_list& v) {
          return conv3d(v[0].contiguous(format), v[1], v[2], {2, 1, 2}, {1, 0, 2}, {1, 2, 1}, 2);
        },
        {random({2, 4, 7, 9, 8}), random({6, 2, 3, 2, 4}), random({6})});
    expect_like_cpu("conv_transpose3d",
                    [&](const variable_list& v) {
                      return conv_transpose3d(v[0].contiguous(format), v[1], v[2], {2, 1, 3},
                                              {1, 0, 1}, {1, 0, 2}, 2, {1, 2, 1});
                    },
                    {random({2, 4, 4, 5, 3}), random({4, 3, 3, 2, 2}), random({6})});
  }
}

TEST_F(CudaSizes, PoolingAndResizing) {
  for (const bool last : {false, true}) {
    const auto of_volume = [&](const std::string& name, const Function& f) {
      const auto format = last ? MemoryFormat::ChannelsLast3d : MemoryFormat::Contiguous;
      expect_like_cpu(name + (last ? " channels last" : ""),
                      [&](const variable_list& v) { return f({v[0].contiguous(format)}); },
                      {random({2, 3, 11, 9, 13})});
    };
    of_volume("max_pool3d", [](const variable_list& v) {
      return max_pool3d(v[0], {3, 2, 3}, {2, 1, 2}, {1, 0, 1}, {1, 2, 1}, true);
    });
    of_volume("max_pool3d with windows of padding", [](const variable_list& v) {
      return max_pool3d(v[0], {1, 1, 2}, 1, {0, 0, 2}, {1, 1, 14});
    });
    of_volume("avg_pool3d", [](const variable_list& v) {
      return avg_pool3d(v[0], {3, 2, 2}, {2, 1, 2}, {1, 1, 0}, true, false);
    });
    of_volume("adaptive_avg_pool3d", [](const variable_list& v) {
      return adaptive_avg_pool3d(v[0], {4, 5, 3});
    });
    of_volume("adaptive_max_pool3d", [](const variable_list& v) {
      return std::get<0>(adaptive_max_pool3d(v[0], {4, 5, 3}));
    });
    const auto like = [&](const std::string& name, const Function& f) {
      expect_like_cpu(name + (last ? " channels last" : ""),
                      [&](const variable_list& v) {
                        return f({last ? v[0].contiguous(MemoryFormat::ChannelsLast) : v[0]});
                      },
                      {random({3, 5, 33, 29})});
    };
    like("max_pool2d", [](const variable_list& v) {
      return max_pool2d(v[0], {3, 3}, {2, 2}, {1, 1}, {1, 1}, true);
    });
    like("avg_pool2d", [](const variable_list& v) {
      return avg_pool2d(v[0], {3, 2}, {2, 2}, {1, 1}, true, false);
    });
    like("adaptive_avg_pool2d", [](const variable_list& v) {
      return adaptive_avg_pool2d(v[0], {7, 5});
    });
    like("bilinear", [](const variable_list& v) {
      return F::interpolate(v[0], F::InterpolateFuncOptions()
                                      .size(std::vector<int64_t>{50, 20})
                                      .mode(kBilinear)
                                      .align_corners(false));
    });
    like("nearest", [](const variable_list& v) {
      return F::interpolate(
          v[0], F::InterpolateFuncOptions().size(std::vector<int64_t>{13, 64}).mode(kNearest));
    });
  }
}

TEST_F(CudaSizes, Indexing) {
  const Tensor x = random({1000, 37}), at = randint(0, 1000, {5000}, TensorOptions(kLong));
  expect_like_cpu(
      "index_select",
      [&](const variable_list& v) { return v[0].index_select(0, at.to(v[0].device())); }, {x});
  expect_like_cpu("index with an index on the CPU",
                  [&](const variable_list& v) {
                    return v[0].index({at, indexing::Slice()});
                  },
                  {x});
  expect_like_cpu("embedding",
                  [&](const variable_list& v) { return embedding(v[0], at.to(v[0].device())); },
                  {x});
  expect_like_cpu("gather",
                  [&](const variable_list& v) {
                    return v[0].gather(0, (at % 1000).view({5000, 1}).to(v[0].device()));
                  },
                  {x});
  expect_like_cpu("scatter_add",
                  [&](const variable_list& v) {
                    return zeros({1000, 1}, v[0].options().requires_grad(false))
                        .scatter_add(0, at.slice(0, 0, 1000).view({1000, 1}).to(v[0].device()),
                                     v[0].slice(1, 0, 1));
                  },
                  {x});
  expect_like_cpu("masked_select",
                  [](const variable_list& v) { return v[0].masked_select(v[0].detach().gt(0)); },
                  {x});
  expect_like_cpu("nonzero", [](const variable_list& v) { return v[0].detach().gt(1).nonzero(); },
                  {x});
  expect_like_cpu("cat of many",
                  [](const variable_list& v) {
                    std::vector<Tensor> parts;
                    for (int64_t i = 0; i < 300; ++i)
                      parts.push_back(v[0].slice(0, i, i + 1 + i % 3));
                    return cat(parts);
                  },
                  {x});
}

TEST_F(CudaSizes, ChoicesAreThoseOfTheCpu) {
  for (const ScalarType type : {kFloat, kDouble, kBFloat16})
    for (const auto& [rows, n] :
         {std::pair<int64_t, int64_t>{1, 1}, {3, 7}, {2, 1500}, {70, 300}}) {
      SCOPED_TRACE(cat_str(rows, " x ", n, " ", to_string(type)));
      // Every third weight is 0, and the last of each row.
      const Tensor x = (rand({rows, n}) * (arange(n).remainder(3) > 0)).to(type);
      x.select(1, 0).fill_(0.5);
      if (n > 1) x.select(1, n - 1).fill_(0);
      const auto draw = [&](Device device) {
        manual_seed(13);
        const Tensor w = x.to(device), turned = x.t().contiguous().to(device).t();
        return variable_list{w.multinomial((n + 2) / 4 + (n < 2)), turned.multinomial(5000, true),
                             w[0].multinomial(1), w[rows - 1].multinomial(9, true)};
      };
      const auto want = draw(kCPU), got = draw(kCUDA);
      for (size_t i = 0; i < got.size(); ++i) expect_same(got[i], want[i]);
    }
  for (const ScalarType type : {kInt, kFloat, kHalf}) {
    const auto options = TensorOptions(type);
    manual_seed(14);
    const Tensor want = randperm(2000, options), one = randperm(1, options);
    manual_seed(14);
    expect_same(randperm(2000, options.device(kCUDA)), want);
    expect_same(randperm(1, options.device(kCUDA)), one);
    EXPECT_EQ(randperm(0, options.device(kCUDA)).numel(), 0);
  }
}

TEST_F(CudaSizes, RandomNumbersAreThoseOfTheCpu) {
  for (const int64_t n : {1, 5, 1000, 100003}) {
    for (const ScalarType type : {kFloat, kDouble, kHalf}) {
      SCOPED_TRACE(cat_str(n, " ", to_string(type)));
      const auto draw = [&](Device device) {
        manual_seed(11);
        const auto options = TensorOptions(type).device(device);
        const Tensor x = ones({n}, options);
        return variable_list{rand({n}, options), randn({n}, options), dropout(x, 0.3, true),
                             randperm(n, TensorOptions(kLong).device(device)), bernoulli(x * 0.5)};
      };
      const auto want = draw(kCPU), got = draw(kCUDA);
      for (size_t i = 0; i < got.size(); ++i)
        expect_same(got[i], want[i], i == 1 ? tolerance_of(type) : 0);
    }
  }
}

}  // namespace
}  // namespace hearth::testing_cuda
