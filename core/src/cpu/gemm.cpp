// SPDX-License-Identifier: Apache-2.0
#include "cpu/gemm.h"

#include <algorithm>

#include "hearth/base/context.h"
#include "hearth/base/error.h"

#include "base/parallel.h"
#include "cpu/dnnl/onednn.h"
#include "cpu/gemm_own.h"
#include "cpu/isa_select.h"
#include "cpu/low_precision.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

namespace {

// Products up to this size are not worth oneDNN's overhead; bfloat16 saves its detour by float.
constexpr int64_t kSmallProduct = 64 * 64 * 64, kSmallBFloat16Product = 32 * 32 * 32;

void* offset(void* p, int64_t bytes) { return static_cast<char*>(p) + bytes; }
const void* offset(const void* p, int64_t bytes) { return static_cast<const char*>(p) + bytes; }

void check(const MatmulArgs& g) {
  HEARTH_CHECK_AS(ValueError, g.batch_dims >= 0 && g.batch_dims <= MatmulArgs::kMaxBatchDims,
                  "[matmul] expected at most ", MatmulArgs::kMaxBatchDims, " batch dims, got ",
                  g.batch_dims);
  HEARTH_CHECK_AS(ShapeError, g.m >= 0 && g.n >= 0 && g.k >= 0, "[matmul] negative size");
  HEARTH_CHECK_AS(ShapeError,
                  matmul_accepts(g.m, g.k, g.a_stride) && matmul_accepts(g.k, g.n, g.b_stride) &&
                      (g.m <= 1 || g.c_stride >= g.n),
                  "[matmul] operand strides are neither row-major nor transposed");
}

void matmul_one(const MatmulArgs& g) {
  if (matmul_vector(g)) return;
  if (g.dtype == kFloat) return gemm_blocked<float>(g);
  if (g.dtype == kDouble) return gemm_blocked<double>(g);
  gemm_simple(g);
}

void matmul_batch(const MatmulArgs& g) {
  if (g.batch_dims == 0) return matmul_one(g);
  int64_t count = 1;
  for (int d = 0; d < g.batch_dims; d++) count *= g.batch[d];
  const auto size = static_cast<int64_t>(element_size(g.dtype));
  const auto run = [&](int64_t begin, int64_t end) {
    MatmulArgs one = g;
    one.batch_dims = 0;
    for (int64_t i = begin; i < end; i++) {
      int64_t rest = i, a = 0, b = 0, c = 0;
      for (int d = g.batch_dims - 1; d >= 0; d--) {
        const int64_t at = rest % g.batch[d];
        rest /= g.batch[d];
        a += at * g.a_batch[d];
        b += at * g.b_batch[d];
        c += at * g.c_batch[d];
      }
      one.a = offset(g.a, a * size);
      one.b = offset(g.b, b * size);
      one.c = offset(g.c, c * size);
      matmul_one(one);
    }
  };
  const int64_t work = g.m * g.n * std::max<int64_t>(g.k, 1);
  if (count >= 2 * get_num_threads()) {
    parallel_for(count, std::max<int64_t>(1, (1 << 18) / work), run);
  } else {
    run(0, count);
  }
}

/// With AVX2, oneDNN reads operands where they lie when a side is short. Rows a multiple of 4 KB
/// apart then push each other out of the cache, and the product takes twice its time.
bool rows_collide(const MatmulArgs& g) {
  constexpr int64_t kPage = 4096 / sizeof(float);
  if (g.dtype != kFloat || selected_isa() == Isa::V4) return false;
  const bool apart = (g.a_stride.row == 1 && g.m > 1 && g.a_stride.col % kPage == 0) ||
                     (g.b_stride.col == 1 && g.n > 1 && g.b_stride.row % kPage == 0);
  return apart && 1.0 / static_cast<double>(g.m) + 1.0 / static_cast<double>(g.n) >= 0.0038;
}

bool try_onednn(const MatmulArgs& g) {
  // Its float products split long sums among the threads.
  if (g.dtype == kFloat && deterministic()) return false;
  if ((g.dtype != kFloat && g.dtype != kBFloat16) || g.k == 0 || rows_collide(g)) return false;
  int64_t work = g.m * g.n * g.k;
  for (int d = 0; d < g.batch_dims; d++) work *= g.batch[d];
  return work > (g.dtype == kFloat ? kSmallProduct : kSmallBFloat16Product) && onednn::matmul(g);
}

/// A dense float copy of one operand of a low-precision product: rows x cols lines of a batch.
struct FloatCopy {
  int64_t lines, length, line_stride, count = 1;
  int64_t stride[MatmulArgs::kMaxBatchDims];  ///< of the copy
  Scratch<float> data;

  FloatCopy(const MatmulArgs& g, const int64_t* batch_stride, int64_t lines_, int64_t length_,
            int64_t line_stride_)
      : lines(lines_),
        length(length_),
        line_stride(line_stride_),
        data(static_cast<size_t>(dense_strides(g, batch_stride))) {}

  /// Calls f(index into the original, pointer into the copy) for every line.
  template <class F>
  void for_each_line(const MatmulArgs& g, const int64_t* batch_stride, const F& f) {
    for (int64_t i = 0; i < count; i++) {
      int64_t rest = i, from = 0;
      for (int d = g.batch_dims - 1; d >= 0; d--) {
        if (batch_stride[d] == 0) continue;
        from += rest % g.batch[d] * batch_stride[d];
        rest /= g.batch[d];
      }
      if (line_stride == length) {
        f(from, data.data() + i * lines * length, lines * length);
        continue;
      }
      for (int64_t line = 0; line < lines; line++) {
        f(from + line * line_stride, data.data() + (i * lines + line) * length, length);
      }
    }
  }

 private:
  int64_t dense_strides(const MatmulArgs& g, const int64_t* batch_stride) {
    for (int d = g.batch_dims - 1; d >= 0; d--) {
      stride[d] = batch_stride[d] == 0 ? 0 : count * lines * length;
      if (batch_stride[d] != 0) count *= g.batch[d];
    }
    return count * lines * length;
  }
};

/// Half and, where oneDNN does not take it, bfloat16: convert, multiply as float, round once.
void matmul_as_float(const MatmulArgs& g) {
  const auto copy_of = [&](const int64_t* batch, int64_t rows, int64_t cols, MatrixStride stride,
                           MatrixStride* dense) {
    const bool by_rows = cols == 1 || stride.col == 1;
    if (by_rows && cols == 1 && stride.row == 1) {  // one line, not many of one element
      *dense = {1, rows};
      return FloatCopy(g, batch, 1, rows, rows);
    }
    *dense = by_rows ? MatrixStride{cols, 1} : MatrixStride{1, rows};
    return by_rows ? FloatCopy(g, batch, rows, cols, stride.row)
                   : FloatCopy(g, batch, cols, rows, stride.col);
  };
  MatmulArgs f = g;
  f.dtype = kFloat;
  const int64_t size = 2;
  FloatCopy a = copy_of(g.a_batch, g.m, g.k, g.a_stride, &f.a_stride);
  FloatCopy b = copy_of(g.b_batch, g.k, g.n, g.b_stride, &f.b_stride);
  FloatCopy c(g, g.c_batch, g.m, g.n, g.c_stride);
  Scratch<float> bias(static_cast<size_t>(g.bias ? g.n : 0));
  const auto read = [&](const void* source) {
    return [&g, source](int64_t from, float* to, int64_t n) {
      to_float(g.dtype, offset(source, from * size), to, n);
    };
  };
  a.for_each_line(g, g.a_batch, read(g.a));
  b.for_each_line(g, g.b_batch, read(g.b));
  if (g.beta != 0) c.for_each_line(g, g.c_batch, read(g.c));
  if (g.bias) to_float(g.dtype, g.bias, bias.data(), g.n);
  f.a = a.data.data();
  f.b = b.data.data();
  f.c = c.data.data();
  f.bias = g.bias ? bias.data() : nullptr;
  f.c_stride = g.n;
  std::copy_n(a.stride, g.batch_dims, f.a_batch);
  std::copy_n(b.stride, g.batch_dims, f.b_batch);
  std::copy_n(c.stride, g.batch_dims, f.c_batch);
  matmul(f);
  c.for_each_line(g, g.c_batch, [&](int64_t to, const float* from, int64_t n) {
    from_float(g.dtype, from, offset(g.c, to * size), n);
  });
}

}  // namespace

void matmul(const MatmulArgs& args) {
  check(args);
  MatmulArgs g = args;
  int64_t outputs = g.m * g.n;
  for (int d = 0; d < g.batch_dims; d++) outputs *= g.batch[d];
  if (outputs == 0) return;
  simplify(g);
  if (matmul_vector(g) || try_onednn(g)) return;
  if (g.dtype == kHalf || g.dtype == kBFloat16) return matmul_as_float(g);
  matmul_batch(g);
}

}  // namespace hearth::cpu
