// SPDX-License-Identifier: Apache-2.0
// Rows that read, write and count by index.
#include <limits>

#include "cuda/sizes.h"

namespace hearth::testing_cuda {
namespace {

constexpr ScalarType kTypes[] = {kFloat, kDouble, kHalf, kBFloat16};

bool is_half(ScalarType t) { return t == kHalf || t == kBFloat16; }
/// Of sums in another order.
double wide_tolerance(ScalarType t) { return t == kDouble ? 1e-9 : tolerance_of(t) * 20; }

TEST_F(CudaSizes, ScatterReduce) {
  for (const char* reduce : {"sum", "mean", "prod", "amax", "amin"}) {
    const std::string name = reduce;
    for (const ScalarType type : {kFloat, kDouble, kHalf, kInt, kByte, kLong}) {
      // Many for each place, some of them equal.
      const Tensor x = (random({40, 9}) * 3).to(type), src = (random({700, 7}).abs() * 2).to(type);
      const Tensor at = integers(40, {700, 7});
      for (const bool own : {true, false}) {
        const auto reduced = [&](const variable_list& v) {
          return v[0].scatter_reduce(0, at.to(v[0].device()), v[1], name, own);
        };
        const auto what = cat_str(name, " ", to_string(type), own ? " with self" : "");
        const double tolerance = wide_tolerance(type);
        expect_like_cpu(
            what, [&](const variable_list& v) { return reduced(v).detach(); }, {x, src}, tolerance);
        expect_deterministic(
            what, [&](const variable_list& v) { return reduced(v).detach(); }, {x, src}, tolerance);
      }
    }
    const Tensor at = integers(5, {30, 11});
    expect_like_cpu(name + " gradients",
                    [&](const variable_list& v) {
                      return v[0].scatter_reduce(1, at.to(v[0].device()), v[1], name);
                    },
                    {random({30, 5}), random({30, 11})});
  }
  const Tensor at = integers(6, {30, 11});
  expect_like_cpu("products of complex numbers",
                  [&](const variable_list& v) {
                    return v[0].scatter_reduce(1, at.to(v[0].device()), v[1], "prod").detach();
                  },
                  {random({30, 6}, kComplexDouble), random({30, 11}, kComplexDouble)});
}

TEST_F(CudaSizes, EmbeddingBags) {
  for (const int64_t width : {1, 3, 8, 64, 130}) {
    for (const int64_t bags : {1, 7, 300}) {
      const Tensor index = integers(50, {900});
      // Some bags are empty.
      const Tensor inner = std::get<0>(integers(901, {bags}).sort());
      const Tensor offsets = cat({zeros({1}, TensorOptions(kLong)), inner.slice(0, 1)});
      for (const int64_t mode : {0, 1, 2})
        for (const ScalarType type : kTypes) {
          const auto f = [&](const variable_list& v) {
            const Device d = v[0].device();
            std::optional<Tensor> scale;
            if (mode == 0 && v.size() > 1) scale = v[1];
            return std::get<0>(embedding_bag(v[0], index.to(d), offsets.to(d), false, mode, false,
                                             scale, false, 3));
          };
          const std::string what =
              cat_str(bags, " of width ", width, " ", to_string(type), " mode ", mode);
          const double tolerance = wide_tolerance(type);
          // Gradients of half types are rounded in other places.
          const Function given = [&](const variable_list& v) {
            return is_half(type) ? f(v).detach() : f(v);
          };
          expect_like_cpu(what, given, {random({50, width}, type)}, tolerance);
          if (mode == 0)
            expect_like_cpu(what + " weighted", given,
                            {random({50, width}, type), random({900}, type)}, tolerance);
        }
    }
  }
}

TEST_F(CudaSizes, SearchesAndCounts) {
  for (const int64_t n : {1, 33, 5000}) {
    const Tensor line = std::get<0>(random({3, n}).sort(1));
    for (const bool right : {false, true}) {
      expect_like_cpu(cat_str("searchsorted ", n),
                      [&](const variable_list& v) {
                        return searchsorted(v[0].detach(), v[1].detach(), false, right);
                      },
                      {line, random({3, 700})});
    }
  }
  for (const int64_t size : {5, 8192, 20000}) {
    const Tensor at = integers(size, {40001});
    expect_same(at.to(kCUDA).bincount(), at.bincount());
    const Tensor weights = random({40001}, kFloat);
    expect_deterministic(
        cat_str("weighted bincount ", size),
        [&](const variable_list& v) { return v[0].bincount(v[1].detach(), 0); }, {at, weights},
        1e-4);
  }
  for (const ScalarType type : kTypes) {
    const Tensor x = random({60000}, type);
    for (const int64_t bins : {1, 10, 10000})
      expect_same(x.to(kCUDA).histc(bins, -2, 2), x.histc(bins, -2, 2));
  }
}

TEST_F(CudaSizes, Distances) {
  for (const double p : {0.0, 1.0, 2.0, 3.5, std::numeric_limits<double>::infinity()})
    for (const int64_t m : {1, 15, 40}) {
      const auto f = [p](const variable_list& v) {
        return cdist(v[0], v[1], p, /*compute_mode=*/2);
      };
      expect_like_cpu(cat_str("p ", p, " of ", m), f, {random({2, 37, m}), random({2, 18, m})},
                      1e-8);
      expect_like_cpu(cat_str("broadcast, p ", p, " of ", m), f,
                      {random({37, m}), random({3, 1, m})}, 1e-8);
    }
}

TEST_F(CudaSizes, Blocks) {
  for (const BlockFormat format : {BlockFormat::Q8_0, BlockFormat::Q4_0, BlockFormat::Q4_1,
                                   BlockFormat::Q5_0, BlockFormat::Q5_1, BlockFormat::Q4_K,
                                   BlockFormat::Q5_K, BlockFormat::Q6_K, BlockFormat::IQ4_NL}) {
    SCOPED_TRACE(std::string(to_string(format)));
    constexpr int64_t kIn = 512, kOut = 37;
    Tensor bytes = randint(0, 256, {kOut, block_row_bytes(format, kIn)}, TensorOptions(kByte));
    // Scales that are numbers: two bytes of each block that make no infinity.
    bytes = bytes.bitwise_and(0x3b);
    for (const ScalarType type : {kFloat, kHalf})
      expect_same(dequantize_blocks(bytes.to(kCUDA), format, type),
                  dequantize_blocks(bytes, format, type), tolerance_of(type));
    for (const int64_t rows : {1, 5, 8, 30})
      for (const bool fast : {false, true}) {
        const Tensor bias = random({kOut}, kFloat);
        expect_like_cpu(
            cat_str(rows, fast ? " rows, fast" : " rows"),
            [&](const variable_list& v) {
              return block_linear(v[0], bytes.to(v[0].device()), format, bias.to(v[0].device()),
                                  fast);
            },
            {random({rows, kIn}, kFloat)}, 1e-3);
      }
  }
}

TEST_F(CudaSizes, SparseProducts) {
  const Tensor dense = random({90, 70}) * (rand({90, 70}) > 0.8).to(kDouble);
  for (const int64_t n : {1, 5, 40})
    for (const ScalarType type : {kFloat, kDouble, kComplexDouble, kHalf}) {
      const Tensor b = random({70, n}, type);
      const auto product = [&](Device d) {
        return dense.to(type).to(d).to_sparse_csr().matmul(b.to(d));
      };
      expect_same(product(kCUDA), product(kCPU), wide_tolerance(type));
    }
}

}  // namespace
}  // namespace hearth::testing_cuda
