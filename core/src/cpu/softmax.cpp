// SPDX-License-Identifier: Apache-2.0
#include "ops/softmax.h"

#include "cpu/dense.h"
#include "cpu/kernels.h"
#include "cpu/softmax.h"
#include "cpu/stream.h"

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

/// Calls row(at, to) for every row in `shape`, to read `inputs` from `at` on and write n elements
/// to `to`, or cols(at, width) for groups of neighbouring columns.
template <class T, class Row, class Cols>
void for_each(const Around& shape, std::initializer_list<const T*> inputs, T* out, const Row& row,
              const Cols& cols) {
  if (shape.inner == 1) {
    parallel_for(0, shape.outer, row_grain(shape.n), [&](int64_t begin, int64_t end) {
      RowWriter<T> writer(out, shape.outer, shape.n);
      for (int64_t r = begin; r < end; ++r) {
        if (r + 1 < end)
          for (const T* input : inputs) writer.prefetch(input, r + 1);
        writer.write(r, [&](T* to) { row(r * shape.n, to); });
      }
    });
    return;
  }
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

template <class Op, bool kLog>
void forward(const Call& call) {
  const auto& op = call.as<Op>();
  const Result result(call.out[0], call.compute);
  const Tensor input = in_layout(call.in[0], result.tensor());
  const Around shape(result.tensor(), op.dim);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const SoftmaxKernels<T>& k = softmax_kernels<T>();
    const T* x = ptr<T>(input);
    T* y = result.data<T>();
    for_each<T>(
        shape, {x}, y, [&](int64_t at, T* to) { k.forward(x + at, to, shape.n, kLog); },
        [&](int64_t at, int64_t width) {
          k.forward_cols(x + at, y + at, shape.n, shape.inner, width, kLog);
        });
  });
  result.finish();
}

void backward(const Call& call) {
  const auto& op = call.as<ops::SoftmaxBackward>();
  const Result result(call.out[0], call.compute);
  const Tensor grad = in_layout(call.in[0], result.tensor());
  const Tensor output = in_layout(call.in[1], result.tensor());
  const Around shape(result.tensor(), op.dim);
  with_float_type(call.compute, call.op.info.name, [&](auto zero) {
    using T = decltype(zero);
    const SoftmaxKernels<T>& k = softmax_kernels<T>();
    const T *g = ptr<T>(grad), *y = ptr<T>(output);
    T* dx = result.data<T>();
    for_each<T>(
        shape, {g, y}, dx,
        [&](int64_t at, T* to) { k.backward(g + at, y + at, to, shape.n, op.log); },
        [&](int64_t at, int64_t width) {
          k.backward_cols(g + at, y + at, dx + at, shape.n, shape.inner, width, op.log);
        });
  });
  result.finish();
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
  ops::Softmax::row().kernel[0] = &forward<ops::Softmax, false>;
  ops::LogSoftmax::row().kernel[0] = &forward<ops::LogSoftmax, true>;
  ops::SoftmaxBackward::row().kernel[0] = &backward;
}

}  // namespace hearth::cpu
