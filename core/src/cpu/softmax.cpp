// SPDX-License-Identifier: Apache-2.0
#include "ops/softmax.h"

#include <array>

#include "cpu/dense.h"
#include "cpu/kernels.h"
#include "cpu/rows.h"
#include "cpu/softmax.h"

namespace hearth::cpu {

namespace {

/// A dense tensor as memory sees it around one of its dims: [outer, n, inner].
struct Around {
  int64_t outer, n, inner;
  Around(const Tensor& t, int64_t dim) {
    const TensorImpl& i = impl(t);
    if (i.dim() == 0) {
      outer = n = inner = 1;
      return;
    }
    const auto d = static_cast<size_t>(wrap_dim(dim, i.dim(), "softmax"));
    n = i.sizes[d];
    inner = n == 1 ? 1 : i.strides[d];
    outer = i.numel == 0 ? 0 : i.numel / (n * inner);
  }
};

/// Softmax along rows that lie in memory one after the other: row(to, inputs...) for each.
template <class T, size_t N, class Row>
void for_rows(const Around& shape, const std::array<Tensor, N>& inputs, const Tensor& out,
              const Row& row) {
  parallel_for(0, shape.outer, row_grain(shape.n), [&](int64_t begin, int64_t end) {
    [&]<size_t... I>(std::index_sequence<I...>) {
      std::array<RowReader<T>, N> readers{RowReader<T>(inputs[I], shape.n)...};
      RowWriter<T> writer(out, shape.outer, shape.n);
      for (int64_t r = begin; r < end; ++r) {
        if (writer.past_caches() && r + 1 < end) (readers[I].prefetch(r + 1), ...);
        writer.write(r, [&](T* to) { row(to, readers[I].row(r)...); });
      }
    }
    (std::make_index_sequence<N>());
  });
}

/// Softmax along another dim than the last in memory: cols(at, width) for groups of neighbouring
/// columns.
template <class T, class Cols>
void for_cols(const Around& shape, const Cols& cols) {
  constexpr int64_t width = SoftmaxKernels<T>::kWidth;
  const int64_t groups = (shape.inner + width - 1) / width;
  parallel_for(
      0, shape.outer * groups, row_grain(shape.n * width), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const int64_t first = i % groups * width;
          cols(i / groups * shape.n * shape.inner + first, std::min(width, shape.inner - first));
        }
      });
}

/// `t` in the layout of `like`, in the compute type where columns need it.
Tensor operand(const Call& call, size_t i, const Tensor& like, const Around& shape) {
  const Tensor& t = call.in[i];
  return in_layout(shape.inner == 1 ? row_operand(t, call.compute) : as_type(t, call.compute),
                   like);
}

template <class Op, bool kLog>
void forward(const Call& call) {
  const auto& op = call.as<Op>();
  const Around shape(call.out[0], op.dim);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const SoftmaxKernels<T>& k = softmax_kernels<T>();
    const Tensor input = operand(call, 0, call.out[0], shape);
    if (shape.inner == 1)
      return for_rows<T>(shape, std::array{input}, call.out[0],
                         [&](T* to, const T* x) { k.forward(x, to, shape.n, kLog); });
    const Result result(call.out[0], call.compute);
    const T* x = ptr<T>(input);
    T* y = result.data<T>();
    for_cols<T>(shape, [&](int64_t at, int64_t width) {
      k.forward_cols(x + at, y + at, shape.n, shape.inner, width, kLog);
    });
    result.finish();
  });
}

void backward(const Call& call) {
  const auto& op = call.as<ops::SoftmaxBackward>();
  const Around shape(call.out[0], op.dim);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const SoftmaxKernels<T>& k = softmax_kernels<T>();
    const Tensor grad = operand(call, 0, call.out[0], shape);
    const Tensor output = operand(call, 1, call.out[0], shape);
    if (shape.inner == 1)
      return for_rows<T>(
          shape, std::array{grad, output}, call.out[0],
          [&](T* to, const T* g, const T* y) { k.backward(g, y, to, shape.n, op.log); });
    const Result result(call.out[0], call.compute);
    const T *g = ptr<T>(grad), *y = ptr<T>(output);
    T* dx = result.data<T>();
    for_cols<T>(shape, [&](int64_t at, int64_t width) {
      k.backward_cols(g + at, y + at, dx + at, shape.n, shape.inner, width, op.log);
    });
    result.finish();
  });
}

}  // namespace

template <>
const SoftmaxKernels<float>& softmax_kernels<float>() {
  static const SoftmaxKernels<float>& kernels = HEARTH_SELECT_ISA(softmax_kernels_f32);
  return kernels;
}
template <>
const SoftmaxKernels<double>& softmax_kernels<double>() {
  static const SoftmaxKernels<double>& kernels = HEARTH_SELECT_ISA(softmax_kernels_f64);
  return kernels;
}

void install_softmax() {
  ops::Softmax::row().kernel[0] = converting(&forward<ops::Softmax, false>);
  ops::LogSoftmax::row().kernel[0] = converting(&forward<ops::LogSoftmax, true>);
  ops::SoftmaxBackward::row().kernel[0] = converting(&backward);
}

}  // namespace hearth::cpu
