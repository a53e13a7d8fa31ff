// SPDX-License-Identifier: Apache-2.0
#include "backends/matmul_args.h"

#include <algorithm>

#include "ops/copy.h"

namespace hearth {

namespace {

/// The layout of one operand: its matrix, and batch strides right-aligned to the result's batch.
struct Operand {
  Tensor tensor;
  int64_t rows, cols;
  MatrixStride stride;

  /// A vector is a column when `column`, else a row. With `transposed`, rows and columns swap.
  Operand(const Tensor& t, bool column, bool transposed = false) : tensor(t) {
    read(column, transposed);
    if (matmul_accepts(rows, cols, stride)) return;
    tensor = contiguous_raw(t);
    read(column, transposed);
  }

  size_t batch_dims() const {
    const size_t n = impl(tensor).sizes.size();
    return n > 2 ? n - 2 : 0;
  }
  int64_t batch_size(size_t d) const { return impl(tensor).sizes[d]; }
  int64_t batch_stride(size_t d) const { return batch_size(d) == 1 ? 0 : impl(tensor).strides[d]; }

 private:
  void read(bool column, bool transposed) {
    const TensorImpl& t = impl(tensor);
    const size_t n = t.sizes.size();
    if (n == 1) {
      rows = column ? t.sizes[0] : 1;
      cols = column ? 1 : t.sizes[0];
      stride = column ? MatrixStride{t.strides[0], 1} : MatrixStride{t.sizes[0], t.strides[0]};
      return;
    }
    const size_t r = transposed ? n - 1 : n - 2, c = transposed ? n - 2 : n - 1;
    rows = t.sizes[r];
    cols = t.sizes[c];
    stride = {t.strides[r], t.strides[c]};
  }
};

/// A tensor expanded to `sizes`, past the tape.
Tensor expand_raw(const Tensor& t, IntArrayRef sizes) {
  const TensorImpl& i = impl(t);
  DimVector strides(sizes.size(), 0);
  const size_t lead = sizes.size() - i.sizes.size();
  for (size_t d = lead; d < sizes.size(); ++d)
    strides[d] = i.sizes[d - lead] == 1 ? 0 : i.strides[d - lead];
  return alias_tensor(t, sizes, std::move(strides), i.offset, i.dtype);
}

/// Fills the batch dims of `g`; false when they are more than it holds even after merging.
bool set_batch(MatmulArgs& g, const Operand& a, const Operand& b) {
  const size_t na = a.batch_dims(), nb = b.batch_dims(), n = std::max(na, nb);
  int dims = 0;
  // Innermost first, so that the result's stride is the product so far; reversed below.
  int64_t step = g.m * g.n;
  for (size_t i = 0; i < n; ++i) {
    const int64_t sa = i < na ? a.batch_size(na - 1 - i) : 1;
    const int64_t sb = i < nb ? b.batch_size(nb - 1 - i) : 1;
    const int64_t size = sa == 1 ? sb : sa;
    if (size == 1) continue;
    const int64_t stride_a = i < na ? a.batch_stride(na - 1 - i) : 0;
    const int64_t stride_b = i < nb ? b.batch_stride(nb - 1 - i) : 0;
    const int last = dims - 1;
    if (dims > 0 && stride_a == g.a_batch[last] * g.batch[last] &&
        stride_b == g.b_batch[last] * g.batch[last]) {
      g.batch[last] *= size;
    } else {
      if (dims == MatmulArgs::kMaxBatchDims) return false;
      g.batch[dims] = size;
      g.a_batch[dims] = stride_a;
      g.b_batch[dims] = stride_b;
      g.c_batch[dims] = step;
      ++dims;
    }
    step *= size;
  }
  g.batch_dims = dims;
  for (int i = 0, j = dims - 1; i < j; ++i, --j) {
    std::swap(g.batch[i], g.batch[j]);
    std::swap(g.a_batch[i], g.a_batch[j]);
    std::swap(g.b_batch[i], g.b_batch[j]);
    std::swap(g.c_batch[i], g.c_batch[j]);
  }
  return true;
}

/// out = alpha * a @ b + beta * out + bias; `out` is contiguous.
void multiply(MatmulFunction product, const Tensor& out, Operand a, Operand b, const void* bias,
              double alpha, double beta) {
  MatmulArgs g;
  g.dtype = impl(out).dtype;
  g.m = a.rows;
  g.n = b.cols;
  g.k = a.cols;
  g.a_stride = a.stride;
  g.b_stride = b.stride;
  g.c_stride = g.n;
  g.c = raw_data(out);
  g.bias = bias;
  g.alpha = alpha;
  g.beta = beta;
  if ((a.batch_dims() > 0 || b.batch_dims() > 0) && !set_batch(g, a, b)) {
    const auto whole = [&](const Operand& o) {
      DimVector sizes = impl(out).sizes;
      sizes[sizes.size() - 2] = o.rows;
      sizes[sizes.size() - 1] = o.cols;
      return Operand(contiguous_raw(expand_raw(o.tensor, sizes)), false);
    };
    return multiply(product, out, whole(a), whole(b), bias, alpha, beta);
  }
  g.a = raw_data(a.tensor);
  g.b = raw_data(b.tensor);
  product(g);
}

/// Kernels of these rows may be asked to write over what they read (out=).
template <class F>
void with_own_output(const Call& call, const F& f) {
  const Tensor& out = call.out[0];
  bool shared = false;
  for (size_t i = 0; i < call.in.size(); ++i)
    shared |= call.in[i].defined() && impl(call.in[i]).storage == impl(out).storage;
  if (!shared) return f(out);
  const Tensor own = new_tensor(impl(out).sizes, impl(out).dtype, impl(out).device);
  f(own);
  copy_raw_into(out, own);
}

}  // namespace

void simplify(MatmulArgs& g) {
  int dims = 0;
  for (int d = 0; d < g.batch_dims; d++) {
    if (g.batch[d] == 1) continue;
    const int last = dims - 1;
    if (dims > 0 && g.a_batch[last] == g.a_batch[d] * g.batch[d] &&
        g.b_batch[last] == g.b_batch[d] * g.batch[d] &&
        g.c_batch[last] == g.c_batch[d] * g.batch[d]) {
      g.batch[last] *= g.batch[d];
    } else {
      g.batch[dims++] = g.batch[d];
    }
    g.a_batch[dims - 1] = g.a_batch[d];
    g.b_batch[dims - 1] = g.b_batch[d];
    g.c_batch[dims - 1] = g.c_batch[d];
  }
  g.batch_dims = dims;
  if (g.m == 1) {  // any stride would do between single rows
    g.a_stride.row = std::max(g.k, int64_t{1});
    g.c_stride = g.n;
  }
  while (g.batch_dims > 0) {
    const int d = g.batch_dims - 1;
    const bool rows = (g.a_stride.col == 1 || g.k == 1) && g.b_batch[d] == 0;
    if (rows && g.m == 1) {
      g.a_stride.row = g.a_batch[d];
      g.c_stride = g.c_batch[d];
    }
    if (!rows || g.a_batch[d] != g.m * g.a_stride.row || g.c_batch[d] != g.m * g.c_stride ||
        g.a_stride.row < g.k || g.c_stride < g.n) {
      break;
    }
    g.m *= g.batch[d];
    g.batch_dims = d;
  }
}

void run_matmul(const Call& call, MatmulFunction product) {
  with_own_output(call, [&](const Tensor& out) {
    multiply(product, out, Operand(call.in[0], false), Operand(call.in[1], true), nullptr, 1, 0);
  });
}

void run_linear(const Call& call, MatmulFunction product) {
  const Tensor& w = call.in[1];
  Tensor bias = call.in.get(2);
  if (bias.defined()) {
    const int64_t n = impl(w).dim() == 2 ? impl(w).sizes[0] : 1;
    bias = contiguous_raw(impl(bias).numel == n ? bias : expand_raw(bias, {n}));
  }
  const void* bias_data = bias.defined() ? raw_data(bias) : nullptr;
  with_own_output(call, [&](const Tensor& out) {
    multiply(product, out, Operand(call.in[0], false), Operand(w, true, /*transposed=*/true),
             bias_data, 1, 0);
  });
}

void run_addmm(const Call& call, MatmulFunction product) {
  const auto& op = call.as<ops::Addmm>();
  const Tensor& self = call.in[0];
  with_own_output(call, [&](const Tensor& out) {
    const TensorImpl& o = impl(out);
    const double alpha = op.alpha.toDouble();
    double beta = op.beta.toDouble();
    const void* bias = nullptr;
    // The common bias of a linear layer; the product's columns are the result's last dim.
    if (beta == 1 && impl(self).dim() == 1 && impl(self).contiguous && impl(call.in[2]).dim() > 1 &&
        impl(self).numel == o.sizes.back()) {
      bias = raw_data(self);
      beta = 0;
    } else if (beta != 0) {
      copy_raw_into(out, expand_raw(self, o.sizes));
    }
    multiply(product, out, Operand(call.in[1], false), Operand(call.in[2], true), bias, alpha,
             beta);
  });
}

}  // namespace hearth
