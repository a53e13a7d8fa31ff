// SPDX-License-Identifier: Apache-2.0
// Attention's kernels against the CPU: sizes around those of tiles, layouts, masks, few queries.
#include "ops/attention.h"

#include <cmath>
#include <limits>

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

constexpr ScalarType kTypes[] = {kDouble, kFloat, kHalf, kBFloat16};

Tensor random(IntArrayRef sizes, ScalarType type) {
  return randn(sizes, TensorOptions(kFloat)).to(type);
}

/// What an attention is of; queries, keys and values are on the CPU.
struct Attend {
  Tensor query, key, value, mask;
  bool causal = false;
  double scale = 0.3;
  double dropout_p = 0;

  ops::Attention op() const { return {causal, scale, dropout_p, 77, 5}; }
};

/// The tensor on the device in the same layout, gaps and offset included.
Tensor placed(const Tensor& t) {
  if (!t.defined()) return t;
  const Tensor whole =
      t.as_strided({static_cast<int64_t>(t.storage().nbytes() / t.element_size())}, {1}, 0);
  return whole.to(kCUDA).as_strided(t.sizes(), t.strides(), t.storage_offset());
}

/// Runs the row on both devices and compares. Again, with blocks in another order where they are
/// emulated: to the same bits.
void expect_forward(const Attend& a, double tolerance) {
  const ops::Attention op = a.op();
  const auto want = invoke_n<2>(op, a.query, a.key, a.value, a.mask);
  const auto run = [&, q = placed(a.query), k = placed(a.key), v = placed(a.value),
                    m = placed(a.mask)] { return invoke_n<2>(op, q, k, v, m); };
  const auto got = run(), again = run();
  for (size_t i = 0; i < 2; ++i) {
    SCOPED_TRACE(i == 0 ? "result" : "logsumexp");
    expect_same(got[i], want[i], i == 0 ? tolerance : std::min(tolerance, 1e-3));
    expect_same(again[i], got[i].cpu());
    EXPECT_EQ(got[i].strides(), want[i].strides());
  }
}

/// The same of the gradients in the set bits of `needed`, from the CPU's results.
void expect_backward(const Attend& a, double tolerance, int needed) {
  const auto out = invoke_n<2>(a.op(), a.query, a.key, a.value, a.mask);
  const Tensor g = random(out[0].sizes(), a.query.scalar_type());
  const ops::AttentionBackward op{
      a.causal, a.scale, (needed & 1) != 0, (needed & 2) != 0, (needed & 4) != 0, a.dropout_p,
      77,       5};
  const auto want = invoke_n<3>(op, g, a.query, a.key, a.value, a.mask, out[0], out[1]);
  const auto run = [&, q = placed(a.query), k = placed(a.key), v = placed(a.value),
                    m = placed(a.mask)] {
    return invoke_n<3>(op, g.to(kCUDA), q, k, v, m, out[0].to(kCUDA), out[1].to(kCUDA));
  };
  const auto got = run(), again = run();
  for (size_t i = 0; i < 3; ++i) {
    SCOPED_TRACE(cat_str("gradient ", i, " of ", needed));
    // Gradients add up to more than one: the tolerance is of the largest.
    const double most =
        want[i].numel() == 0 ? 0 : want[i].to(kDouble).nan_to_num().abs().max().item<double>();
    expect_same(got[i], want[i], tolerance * std::max(most, 1.0));
    expect_same(again[i], got[i].cpu());
    EXPECT_EQ(got[i].strides(), want[i].strides());
  }
}

enum Passes { kForward, kBoth };

void expect_like_cpu(const std::string& what, const Attend& a, Passes passes = kBoth,
                     double loosened = 1) {
  SCOPED_TRACE(cat_str(what, " ", a.query.scalar_type(), " ", a.query.sizes(), " ", a.key.sizes(),
                       " ", a.value.sizes(), a.causal ? " causal" : ""));
  const NoGradGuard no_grad;
  const double tolerance = loosened * tolerance_of(a.query.scalar_type());
  expect_forward(a, tolerance);
  if (passes == kBoth) expect_backward(a, tolerance, 7);
}

class CudaAttention : public Cuda {
 protected:
  void SetUp() override {
    Cuda::SetUp();
    manual_seed(3);
  }
};

Attend of_sizes(IntArrayRef lead, int64_t queries, int64_t keys, int64_t columns,
                int64_t value_columns, ScalarType type) {
  const auto sizes = [&](int64_t rows, int64_t cols) {
    std::vector<int64_t> all(lead.begin(), lead.end());
    all.insert(all.end(), {rows, cols});
    return all;
  };
  return {random(sizes(queries, columns), type), random(sizes(keys, columns), type),
          random(sizes(keys, value_columns), type), Tensor()};
}

TEST_F(CudaAttention, SizesAroundTiles) {
  struct Sizes {
    int64_t queries, keys, columns, value_columns;
  };
  for (const ScalarType type : kTypes) {
    for (const Sizes& s :
         {Sizes{1, 1, 64, 64}, Sizes{9, 1, 64, 64}, Sizes{63, 65, 64, 64}, Sizes{129, 130, 64, 64},
          Sizes{65, 31, 128, 128}, Sizes{33, 97, 128, 72}, Sizes{20, 40, 40, 24},
          Sizes{20, 30, 7, 5}, Sizes{17, 19, 200, 144}, Sizes{12, 14, 264, 8}}) {
      for (const bool causal : {false, true}) {
        if (causal && s.columns > 200) continue;
        Attend a = of_sizes({2}, s.queries, s.keys, s.columns, s.value_columns, type);
        a.causal = causal;
        expect_like_cpu("sizes", a);
      }
    }
  }
}

TEST_F(CudaAttention, NothingToAttendTo) {
  for (const ScalarType type : kTypes) {
    expect_like_cpu("no keys", of_sizes({2, 3}, 20, 0, 64, 64, type));
    expect_like_cpu("no keys for few", of_sizes({2, 3}, 2, 0, 64, 64, type));
    expect_like_cpu("no queries", of_sizes({2, 3}, 0, 20, 64, 64, type));
    expect_like_cpu("no batch", of_sizes({0, 3}, 20, 20, 64, 64, type));
    expect_like_cpu("no columns", of_sizes({2}, 12, 10, 0, 8, type));
    expect_like_cpu("no values", of_sizes({2}, 12, 10, 8, 0, type));
  }
}

TEST_F(CudaAttention, Layouts) {
  for (const ScalarType type : kTypes) {
    const auto heads = [&](int64_t length, int64_t columns) {
      return random({2, length, 3, columns}, type).transpose(1, 2);
    };
    expect_like_cpu("heads of layers", {heads(40, 64), heads(33, 64), heads(33, 64), Tensor()});
    const Tensor packed = random({2, 36, 3, 3, 64}, type);
    const auto part = [&](int64_t i) { return packed.select(2, i).transpose(1, 2); };
    expect_like_cpu("packed heads", {part(0), part(1), part(2), Tensor(), true});
    const auto shared = [&](int64_t rows) {
      return random({2, 2, 1, rows, 64}, type).expand({2, 2, 3, rows, 64});
    };
    expect_like_cpu("shared keys",
                    {random({2, 2, 3, 20, 64}, type), shared(30), shared(30), Tensor()});
    expect_like_cpu("columns apart", {random({2, 64, 20}, type).transpose(1, 2),
                                      random({2, 64, 30}, type).transpose(1, 2),
                                      random({2, 30, 128}, type).slice(2, 0, 128, 2), Tensor()});
    const auto shifted = [&](int64_t rows) {
      return random({2 * rows * 64 + 1}, type).narrow(0, 1, 2 * rows * 64).view({2, rows, 64});
    };
    expect_like_cpu("unaligned", {shifted(20), shifted(30), shifted(30), Tensor()});
    expect_like_cpu("few unaligned", {shifted(5), shifted(70), shifted(70), Tensor()});
    const Tensor row = random({2, 1, 64}, type);
    expect_like_cpu("one row as many", {row.expand({2, 20, 64}), row.expand({2, 9, 64}),
                                        row.expand({2, 9, 64}), Tensor()});
    // More dims of the batch than kernels take, none of which join.
    const auto scattered = [&](int64_t rows) {
      return random({3, 2, 3, 2, 3, rows, 16}, type)
          .slice(0, 0, 3, 2)
          .slice(2, 0, 3, 2)
          .slice(4, 0, 3, 2)
          .permute({4, 3, 2, 1, 0, 5, 6});
    };
    expect_like_cpu("many dims", {scattered(5), scattered(9), scattered(9), Tensor()});
  }
}

TEST_F(CudaAttention, Masks) {
  for (const ScalarType type : kTypes) {
    const auto attend = [&](const std::string& what, const Tensor& mask, int64_t queries = 40,
                            double scale = 0.3) {
      Attend a = of_sizes({2, 2}, queries, 70, 64, 64, type);
      a.mask = mask;
      a.scale = scale;
      expect_like_cpu(what, a);
    };
    for (const int64_t n : {40, 3}) {
      attend("padding", random({2, 1, 1, 70}, kFloat).gt(0), n);
      attend("bool", random({n, 70}, kFloat).gt(-1), n);
      attend("added", random({n, 70}, type), n);
      attend("added float", random({2, 1, n, 70}, kFloat), n);
      attend("added double", random({2, 2, n, 70}, kDouble), n);
      attend("turned", random({70, n}, type).t(), n);
      attend("by row", random({n, 1}, type), n);
      attend("one number", random({}, type), n);
      Tensor some = random({n, 70}, kFloat).gt(-1);
      some.select(0, 1).fill_(false);
      attend("rows of nothing", some, n);
      attend("rows of minus infinity", zeros({n, 70}).masked_fill(some.logical_not(), -INFINITY),
             n);
      const ScalarType wide = type == kDouble ? kDouble : kFloat;
      const double lowest = wide == kDouble ? std::numeric_limits<double>::lowest()
                                            : std::numeric_limits<float>::lowest();
      attend("rows of the lowest number",
             zeros({n, 70}, TensorOptions(wide)).masked_fill(some.logical_not(), lowest), n);
      attend("nothing at all", zeros({n, 70}, TensorOptions(kBool)), n);
    }
    Attend both = of_sizes({2}, 40, 70, 64, 64, type);
    both.mask = random({40, 70}, kFloat).gt(-1);
    both.causal = true;
    expect_like_cpu("causal besides", both);
  }
}

TEST_F(CudaAttention, ScalesAndLargeScores) {
  for (const ScalarType type : kTypes) {
    for (const double scale : {-0.2, 0.0, 30.0}) {
      for (const int64_t queries : {20, 2}) {
        Attend a = of_sizes({2}, queries, 70, 64, 64, type);
        a.scale = scale;
        // Rounded to float, exponents of thousands are off by more than an ulp.
        expect_like_cpu(cat_str("scale ", scale), a, kBoth, scale > 1 ? 30 : 1);
      }
    }
    Attend nan = of_sizes({2}, 20, 70, 64, 64, type);
    nan.query.select(1, 3).fill_(NAN);
    expect_like_cpu("nan", nan);
    Attend infinite = of_sizes({2}, 20, 70, 64, 64, type);
    infinite.key.select(1, 3).fill_(INFINITY);
    expect_like_cpu("infinity", infinite);
  }
}

TEST_F(CudaAttention, OnlyWantedGradients) {
  const NoGradGuard no_grad;
  for (const ScalarType type : kTypes) {
    const Attend a = of_sizes({2}, 33, 40, 64, 64, type);
    for (const int needed : {1, 2, 4, 5}) expect_backward(a, tolerance_of(type), needed);
  }
}

TEST_F(CudaAttention, FewQueriesToManyKeys) {
  for (const ScalarType type : kTypes) {
    for (const int64_t columns : {64, 72, 128, 200})
      for (const int64_t queries : {1, 2, 7})
        expect_like_cpu("decode", of_sizes({1, 2}, queries, 600, columns, columns, type), kForward);
    // One query of each head, of a group that shares keys.
    const auto shared = [&](int64_t rows) {
      return random({2, 2, 1, rows, 64}, type).expand({2, 2, 3, rows, 64});
    };
    expect_like_cpu("shared keys",
                    {random({2, 2, 3, 1, 64}, type), shared(300), shared(300), Tensor()}, kForward);
    expect_like_cpu("shared keys and a mask",
                    {random({2, 2, 3, 1, 64}, type), shared(300), shared(300),
                     random({2, 1, 3, 1, 300}, kFloat).gt(0)},
                    kForward);
    // Too few tiles for the device, so their keys are shared out as well.
    for (const int64_t columns : {64, 128, 200})
      expect_like_cpu("few tiles", of_sizes({1}, 20, 700, columns, columns, type), kForward);
    Attend masked = of_sizes({1}, 20, 700, 64, 64, type);
    masked.mask = random({20, 700}, kFloat).gt(0.5);
    masked.mask.select(0, 3).fill_(false);
    expect_like_cpu("few tiles and a mask", masked, kForward);
    masked.mask = zeros({20, 700}).masked_fill(masked.mask.logical_not(), -3.4028234e38);
    expect_like_cpu("few tiles and low numbers", masked, kForward);
    for (const int64_t queries : {5, 40}) {
      Attend causal = of_sizes({1}, queries, 700, 64, 64, type);
      causal.causal = true;
      expect_like_cpu("causal", causal, kForward);
    }
  }
}

TEST_F(CudaAttention, GroupedHeads) {
  for (const ScalarType type : kTypes) {
    for (const int64_t queries : {1, 30}) {
      SCOPED_TRACE(cat_str(type, " ", queries));
      std::vector<Tensor> in;
      for (const auto& [heads, rows] : {std::pair<int64_t, int64_t>(6, queries), {2, 40}, {2, 40}})
        in.push_back(random({2, heads, rows, 64}, type));
      const auto run = [&](Device device) {
        std::vector<Tensor> leaves;
        for (const Tensor& t : in) leaves.push_back(t.to(device).detach().requires_grad_());
        const Tensor y = scaled_dot_product_attention(leaves[0], leaves[1], leaves[2], {}, 0, false,
                                                      std::nullopt, /*enable_gqa=*/true);
        std::vector<Tensor> all = autograd::grad({y.sum()}, leaves);
        all.push_back(y.detach());
        return all;
      };
      const auto want = run(kCPU), got = run(kCUDA);
      for (size_t i = 0; i < want.size(); ++i) expect_same(got[i], want[i], 5 * tolerance_of(type));
    }
  }
}

TEST_F(CudaAttention, RoundsLessThanItsOpsWould) {
  for (const ScalarType type : {kFloat, kHalf, kBFloat16}) {
    SCOPED_TRACE(type);
    const Attend a = of_sizes({2}, 130, 200, 64, 64, type);
    const Tensor g = random({2, 130, 64}, type);
    // The result and gradients of f in a dtype and on a device, as double.
    const auto results = [&](Device device, ScalarType in, const auto& f) {
      std::vector<Tensor> leaves;
      for (const Tensor& t : {a.query, a.key, a.value})
        leaves.push_back(t.to(device, in).detach().requires_grad_());
      const Tensor y = f(leaves[0], leaves[1], leaves[2]);
      std::vector<Tensor> all = autograd::grad({y}, leaves, {g.to(device, in)});
      all.push_back(y.detach());
      for (Tensor& t : all) t = t.cpu().to(kDouble);
      return all;
    };
    const auto attend = [&](const Tensor& q, const Tensor& k, const Tensor& v) {
      return scaled_dot_product_attention(q, k, v, {}, 0, false, 0.125);
    };
    const auto spelled_out = [&](const Tensor& q, const Tensor& k, const Tensor& v) {
      return matmul(softmax(matmul(q, k.transpose(-2, -1)) * 0.125, -1), v);
    };
    const auto exact = results(kCPU, kDouble, attend), rounded = results(kCPU, type, spelled_out),
               got = results(kCUDA, type, attend);
    for (size_t i = 0; i < exact.size(); ++i) {
      const auto error = [&](const Tensor& t) {
        return (t - exact[i]).square().mean().sqrt().item<double>();
      };
      // Of float, both round alike, in another order.
      EXPECT_LT(error(got[i]), error(rounded[i]) * (type == kFloat ? 2 : 0.9)) << i;
    }
  }
}

TEST_F(CudaAttention, GradientsOfGradients) {
  const auto second = [](Device device, bool causal) {
    manual_seed(5);
    std::vector<Tensor> in;
    for (const int64_t rows : {20, 12, 12})
      in.push_back(randn({2, rows, 8}, TensorOptions(kDouble)).to(device).requires_grad_());
    const Tensor y = scaled_dot_product_attention(in[0], in[1], in[2], {}, 0, causal);
    const auto first = autograd::grad({y.square().sum()}, in, {}, std::nullopt, true);
    Tensor sum = first[0].square().sum();
    for (size_t i = 1; i < 3; ++i) sum = sum + first[i].sin().sum();
    return autograd::grad({sum}, in);
  };
  for (const bool causal : {false, true}) {
    const auto want = second(kCPU, causal), got = second(kCUDA, causal);
    for (size_t i = 0; i < want.size(); ++i) expect_same(got[i], want[i], 1e-9);
  }
}

TEST_F(CudaAttention, DropoutFallsWhereTheCpuHasIt) {
  struct Sizes {
    int64_t queries, keys, columns, value_columns;
  };
  for (const ScalarType type : kTypes)
    for (const Sizes& s : {Sizes{1, 70, 64, 64}, Sizes{33, 61, 64, 40}, Sizes{70, 37, 128, 128},
                           Sizes{6, 9, 7, 5}, Sizes{5, 7, 144, 8}})
      for (const bool causal : {false, true}) {
        Attend a = of_sizes({2, 2}, s.queries, s.keys, s.columns, s.value_columns, type);
        a.causal = causal;
        a.dropout_p = 0.25;
        // A query that sees one key has a gradient of 0, but for the result's rounding in deltas.
        expect_like_cpu("dropout", a, kBoth, 4);
      }
  Attend masked = of_sizes({3}, 20, 36, 64, 64, kHalf);
  masked.mask = randn({20, 36}) > 0;
  masked.dropout_p = 0.5;
  expect_like_cpu("dropout with a mask", masked);
  for (const int needed : {1, 2, 4}) {
    const NoGradGuard no_grad;
    expect_backward(masked, tolerance_of(kHalf), needed);
  }
  masked.dropout_p = 1;
  expect_like_cpu("dropout of all", masked);
}

TEST_F(CudaAttention, DropoutIsThatOfItsParts) {
  const auto f = [](Device device) {
    manual_seed(21);
    const Tensor x = randn({2, 3, 17, 16}, TensorOptions(kDouble)).to(device).requires_grad_();
    const Tensor y = nn::functional::scaled_dot_product_attention(x, x * 2, x + 1, {}, 0.3, true);
    return std::pair(y, autograd::grad({y.square().sum()}, {x})[0]);
  };
  const auto want = [] {
    manual_seed(21);
    const Tensor x = randn({2, 3, 17, 16}, TensorOptions(kDouble)).requires_grad_();
    const Tensor scores = x.matmul((x * 2).transpose(-2, -1)) / 4;
    const Tensor seen = ones({17, 17}, kBool).tril();
    const Tensor p = where(seen, scores, -INFINITY).softmax(-1);
    const Tensor y = dropout(p, 0.3, true).matmul(x + 1);
    return std::pair(y, autograd::grad({y.square().sum()}, {x})[0]);
  }();
  for (const Device device : {Device(kCPU), Device(kCUDA)}) {
    const auto got = f(device);
    expect_same(got.first.detach().to(kCUDA), want.first.detach(), 1e-9);
    expect_same(got.second.to(kCUDA), want.second, 1e-8);
  }
}

TEST_F(CudaAttention, DropoutGoesOnInGraphs) {
  if (!cuda_has_streams()) GTEST_SKIP() << "no graphs";
  const Tensor x = random({2, 20, 64}, kHalf), there = x.to(kCUDA);
  const auto step = [](const Tensor& t) {
    const Tensor q = t.detach().requires_grad_();
    const Tensor y = nn::functional::scaled_dot_product_attention(q, q, q, {}, 0.5);
    y.sum().backward();
    return std::vector<Tensor>{y.detach(), q.grad()};
  };
  step(there);
  std::vector<Tensor> got;
  cuda::CUDAGraph graph;
  {
    const cuda::CUDAGraphGuard capture(graph);
    got = step(there);
  }
  manual_seed(22);
  std::vector<std::vector<Tensor>> want;
  for (int round = 0; round < 2; ++round) want.push_back(step(x));
  EXPECT_FALSE(want[0][0].equal(want[1][0]));
  manual_seed(22);
  for (int round = 0; round < 2; ++round) {
    graph.replay();
    for (size_t i = 0; i < 2; ++i) expect_same(got[i], want[round][i], 1e-2);
  }
}

}  // namespace
}  // namespace hearth::testing_cuda
