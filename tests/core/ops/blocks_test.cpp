// SPDX-License-Identifier: Apache-2.0
#include "ops/blocks.h"

#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "hearth/base/context.h"
#include "hearth/base/half.h"
#include "hearth/ops/blocks.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/fused_check.h"

namespace hearth {
namespace {

std::vector<BlockFormat> formats() {
  std::vector<BlockFormat> all;
  for (int f = 0; f <= static_cast<int>(last_value(BlockFormat{})); ++f)
    all.push_back(static_cast<BlockFormat>(f));
  return all;
}

/// Bytes by formula, whose halves are small numbers: so every second byte of a half is 0x28.
Tensor weights(BlockFormat format, int64_t rows, int64_t n) {
  const Tensor t = empty({rows, block_row_bytes(format, n)}, kByte);
  auto* p = static_cast<uint8_t*>(t.data_ptr());
  for (int64_t i = 0; i < t.numel(); ++i) p[i] = static_cast<uint8_t>((i * 2654435761u) >> 13);
  for (int64_t b = 0; b < t.numel() / block_bytes(format); ++b)
    for (const int64_t at : {int64_t{0}, int64_t{2}, block_bytes(format) - 2})
      p[b * block_bytes(format) + at + 1] = static_cast<uint8_t>(b % 3 ? 0x28 : 0xa6);
  return t;
}

TEST(Blocks, FloatsAgreeWithDequantizedWeights) {
  for (const BlockFormat format : formats()) {
    for (const int64_t rows : {1, 3, 4, 5, 9, 17}) {
      for (const bool fast : {false, true}) {
        SCOPED_TRACE(cat_str(to_string(format), " ", rows, fast ? " fast" : ""));
        const Tensor weight = weights(format, 13, 512), x = wave({rows, 512}, 2, kFloat);
        const Tensor bias = wave({13}, 1, kFloat);
        const ops::BlockLinear op{format, 512, 13, fast};
        const std::vector<Tensor> in{x, weight, bias};
        const Tensor want = op.decompose(ArgList(in))[0];
        const Tensor got = block_linear(x, weight, format, bias, fast);
        const double size = want.abs().max().item<double>();
        EXPECT_LE((got - want).abs().max().item<double>(), 1e-5 * size);
      }
    }
  }
}

// Kernels take 16 rows of weights and several of the input at a time, and what is left by itself.
TEST(Blocks, EveryWidthAndHeight) {
  for (const BlockFormat format : formats()) {
    for (const int64_t groups : {1, 2, 3, 5, 8, 18}) {
      const int64_t n = groups * 32;
      if (n % block_elements(format) != 0) continue;
      for (const int64_t out : {1, 9, 16, 17, 50}) {
        const Tensor weight = weights(format, out, n), packed = pack_blocks(weight, format);
        for (const int64_t rows : {1, 2, 4, 5}) {
          SCOPED_TRACE(cat_str(to_string(format), " ", n, " to ", out, ", rows ", rows));
          const Tensor x = wave({rows, n}, 2, kFloat);
          const ops::BlockLinear op{format, n, out, true};
          const std::vector<Tensor> in{x, weight, Tensor()};
          const Tensor want = op.decompose(ArgList(in))[0];
          const Tensor terms = matmul(x.abs(), dequantize_blocks(weight, format).abs().t());
          const Tensor got = block_linear(x, weight, format, {}, true);
          EXPECT_TRUE(((got - want).abs() <= 2e-6 * terms).all().item<bool>());
          EXPECT_TRUE(block_linear(x, packed, format, {}, true, true).equal(got));
        }
      }
    }
  }
}

TEST(Blocks, PackedWeightsAreTheSame) {
  for (const BlockFormat format : formats()) {
    for (const int64_t n : {block_elements(format), int64_t{512}}) {
      for (const int64_t out : {0, 5, 16, 50}) {
        SCOPED_TRACE(cat_str(to_string(format), " ", n, " to ", out));
        const Tensor weight = weights(format, out, n), packed = pack_blocks(weight, format);
        EXPECT_EQ(packed.sizes(), weight.sizes());
        EXPECT_EQ(packed.equal(weight), out < 16);
        EXPECT_TRUE(unpack_blocks(packed, format).equal(weight));
        if (out == 0) continue;
        const Tensor ids = tensor({{out - 1, int64_t{0}, out / 2}, {int64_t{1}, out / 3, out - 2}});
        EXPECT_TRUE(unpack_block_rows(packed, format, ids).equal(embedding(weight, ids)));
        const Tensor many = arange(300, kLong).remainder(out);
        EXPECT_TRUE(unpack_block_rows(packed, format, many).equal(embedding(weight, many)));
        const Tensor none = empty({0, 2}, kLong);
        EXPECT_TRUE(unpack_block_rows(packed, format, none).equal(embedding(weight, none)));
      }
    }
  }
}

TEST(Blocks, PackedWeightsGiveTheSame) {
  for (const BlockFormat format : formats()) {
    const Tensor weight = weights(format, 50, 512), packed = pack_blocks(weight, format);
    for (const int64_t rows : {1, 30}) {  // by blocks and as matrices
      const Tensor x = wave({rows, 512}, 2, kFloat), bias = wave({50}, 1, kFloat);
      for (const bool fast : {false, true}) {
        SCOPED_TRACE(cat_str(to_string(format), " ", rows, fast ? " fast" : ""));
        const Tensor want = block_linear(x, weight, format, bias, fast),
                     got = block_linear(x, packed, format, bias, fast, true);
        const double close = fast ? 0 : 1e-6 * want.abs().max().item<double>();
        EXPECT_LE((got - want).abs().max().item<double>(), close);
      }
    }
  }
}

TEST(Blocks, FastKeepsToTheRowWhatIsNotFinite) {
  const Tensor weight = weights(BlockFormat::Q4_1, 5, 576);
  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    for (const int64_t rows : {1, 4}) {
      Tensor x = wave({rows + 1, 576}, 2, kFloat);
      x.select(0, 1).select(0, 570).fill_(bad);
      const Tensor y = block_linear(x, weight, BlockFormat::Q4_1, {}, true);
      EXPECT_TRUE(y.select(0, 1).isnan().all().item<bool>());
      EXPECT_TRUE(y.select(0, 0).isfinite().all().item<bool>());
    }
  }
}

TEST(Blocks, BitsDoNotDependOnThreads) {
  const int threads = get_num_threads();
  set_deterministic(true);  // of matrix products
  for (const bool fast : {false, true}) {
    for (const int64_t rows : {1, 6, 20}) {
      const Tensor plain = weights(BlockFormat::Q4_1, 300, 1024), x = wave({rows, 1024}, 2, kFloat);
      for (const bool packed : {false, true}) {
        const Tensor weight = packed ? pack_blocks(plain, BlockFormat::Q4_1) : plain;
        const auto run = [&] {
          return block_linear(x, weight, BlockFormat::Q4_1, {}, fast, packed);
        };
        set_num_threads(1);
        const Tensor one = run();
        for (const int n : {3, 7}) {
          set_num_threads(n);
          EXPECT_TRUE(run().equal(one));
        }
      }
    }
  }
  set_deterministic(false);
  set_num_threads(threads);
}

TEST(Blocks, FastIsCloseToExact) {
  for (const BlockFormat format : formats()) {
    SCOPED_TRACE(to_string(format));
    const Tensor weight = weights(format, 64, 512), x = wave({2, 512}, 2, kFloat);
    const Tensor exact = block_linear(x, weight, format);
    const Tensor fast = block_linear(x, weight, format, {}, true);
    EXPECT_LE((fast - exact).norm().item<double>(), 5e-5 * exact.norm().item<double>());
  }
}

TEST(Blocks, HalvesComputeInFloat) {
  const Tensor weight = weights(BlockFormat::Q4_K, 5, 256), x = wave({2, 256}, 2, kBFloat16);
  const Tensor got = block_linear(x, weight, BlockFormat::Q4_K);
  EXPECT_EQ(got.scalar_type(), kBFloat16);
  EXPECT_TRUE(got.equal(block_linear(x.to(kFloat), weight, BlockFormat::Q4_K).to(kBFloat16)));
}

TEST(Blocks, EmptyOperands) {
  const Tensor none = empty({4, 0}, kByte);
  EXPECT_TRUE(block_linear(zeros({2, 0}), none, BlockFormat::Q8_0).equal(zeros({2, 4})));
  EXPECT_EQ(
      block_linear(zeros({0, 32}), weights(BlockFormat::Q8_0, 4, 32), BlockFormat::Q8_0).sizes(),
      (std::vector<int64_t>{0, 4}));
  EXPECT_EQ(dequantize_blocks(none, BlockFormat::Q8_0).sizes(), (std::vector<int64_t>{4, 0}));
}

template <class E, class F>
void expect_error(const F& f, const std::string& part) {
  try {
    f();
    ADD_FAILURE() << "no error: " << part;
  } catch (const E& e) {
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
  }
}

TEST(Blocks, SaysWhatDoesNotFit) {
  const Tensor weight = weights(BlockFormat::Q4_0, 3, 64);
  expect_error<ShapeError>(
      [&] {
        block_linear(zeros({2, 32}), weight, BlockFormat::Q4_0);
      },
      "expected an input [..., 64], got sizes [2, 32]");
  expect_error<ShapeError>(
      [&] {
        block_linear(zeros({2, 64}), weight, BlockFormat::Q4_1);
      },
      "whole blocks of 20 bytes (Q4_1), got sizes [3, 36]");
  expect_error<ShapeError>(
      [&] {
        block_linear(zeros({2, 64}), weight, BlockFormat::Q4_0, zeros({4}));
      },
      "expected a bias [3] of floats, got sizes [4]");
  expect_error<DtypeError>(
      [&] {
        block_linear(zeros({2, 64}), zeros({3, 36}), BlockFormat::Q4_0);
      },
      "a weight of uint8");
  expect_error<ShapeError>([&] { dequantize_blocks(zeros({35}, kByte), BlockFormat::Q8_0); },
                           "whole blocks of 34 bytes (Q8_0), got sizes [35]");
  expect_error<ShapeError>(
      [&] {
        pack_blocks(zeros({3, 36}, kByte), BlockFormat::Q4_1);
      },
      "[pack_blocks] expected rows of whole blocks of 20 bytes (Q4_1)");
  expect_error<DtypeError>(
      [&] {
        unpack_blocks(zeros({3, 40}), BlockFormat::Q4_1);
      },
      "[unpack_blocks] expected a weight of uint8, got");
  expect_error<Error>(
      [&] { unpack_block_rows(weight, BlockFormat::Q4_0, tensor(std::vector<int64_t>{3}, kLong)); },
      "3");
  expect_error<ShapeError>([&] { block_row_bytes(BlockFormat::Q6_K, 128); },
                           "whole blocks of 256 numbers, got 128");
}

}  // namespace
}  // namespace hearth
