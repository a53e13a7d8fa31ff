// SPDX-License-Identifier: Apache-2.0
// Windows of images as columns, and back; windows along a dim, back.
#include "backends/combine.h"
#include "cuda/channels.cuh"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/lines.cuh"
#include "ops/as_strided.h"
#include "ops/copy.h"
#include "ops/fold.h"

namespace hearth::cuda {

namespace {

/// One of the two dims of an image.
struct Axis {
  int64_t size, windows, kernel, dilation, padding, stride;

  template <class Op>
  Axis(const Op& op, size_t d, int64_t n)
      : size(n),
        windows(ops::num_windows(op, d, n)),
        kernel(op.kernel_size[d]),
        dilation(op.dilation[d]),
        padding(op.padding[d]),
        stride(op.stride[d]) {}
  /// The element at position k of a window; -1 outside.
  __device__ __forceinline__ int64_t element(int64_t window, int64_t k) const {
    const int64_t at = window * stride + k * dilation - padding;
    return at >= 0 && at < size ? at : -1;
  }
  /// The window that has element `at` at position k; -1 if none has.
  __device__ __forceinline__ int64_t window(int64_t at, int64_t k) const {
    const int64_t from = at + padding - k * dilation;
    if (from < 0) return -1;
    const int64_t w = stride == 1 ? from : from / stride;
    return w * stride == from && w < windows ? w : -1;
  }
};

/// Columns [N, C kh kw, L] by the place of an element in memory.
struct Columns {
  Axis rows, columns;
  Quotient by_columns, by_rows, by_width, by_height;

  template <class Op>
  Columns(const Op& op, int64_t height, int64_t width, int64_t most)
      : rows(op, 0, height),
        columns(op, 1, width),
        by_columns(columns.windows, most),
        by_rows(rows.windows, most),
        by_width(columns.kernel, most),
        by_height(rows.kernel, most) {}
};

template <class U>
void im2col_units(const ops::Im2Col& op, const Tensor& input, const Tensor& out) {
  const TensorImpl &x = impl(input), &y = impl(out);
  const Columns c(op, x.sizes[2], x.sizes[3], y.numel);
  const Quotient by_channels(x.sizes[1], y.numel);
  const int64_t image = x.strides[0], channel = x.strides[1], row = x.strides[2],
                column = x.strides[3];
  const U* from = ptr<U>(input);
  U* to = ptr<U>(out);
  for_each(y.numel, "im2col", [=] __device__(int64_t i) {
    int64_t rest = i;
    const int64_t across = c.by_columns.split(rest), down = c.by_rows.split(rest);
    const int64_t w = c.columns.element(across, c.by_width.split(rest));
    const int64_t h = c.rows.element(down, c.by_height.split(rest));
    const int64_t k = by_channels.split(rest);
    to[i] = w < 0 || h < 0 ? U{} : from[rest * image + k * channel + h * row + w * column];
  });
}

void im2col(const Call& call) {
  if (impl(call.out[0]).numel == 0) return;
  with_element_size(impl(call.in[0]).dtype, [&](auto u) {
    im2col_units<decltype(u)>(call.as<ops::Im2Col>(), call.in[0], call.out[0]);
  });
}

/// Each element takes what windows have of it, so none is added to from two sides.
template <class T>
void col2im_as(const ops::Col2Im& op, const Tensor& input, const Tensor& out) {
  using A = accumulate_t<T>;
  const TensorImpl& y = impl(out);
  const int64_t height = y.sizes[2], width = y.sizes[3];
  const Columns c(op, height, width, y.numel);
  const Quotient by_columns(width, y.numel), by_rows(height, y.numel);
  const int64_t length = c.rows.windows * c.columns.windows;
  const T* from = ptr<T>(input);
  T* to = ptr<T>(out);
  for_each(y.numel, "col2im", [=] __device__(int64_t i) {
    int64_t plane = i;
    const int64_t w = by_columns.split(plane), h = by_rows.split(plane);
    const T* own = from + plane * c.rows.kernel * c.columns.kernel * length;
    A sum(0);
    for (int64_t r = 0; r < c.rows.kernel; ++r) {
      const int64_t down = c.rows.window(h, r);
      if (down < 0) continue;
      const T* line = own + r * c.columns.kernel * length + down * c.columns.windows;
      for (int64_t k = 0; k < c.columns.kernel; ++k) {
        const int64_t across = c.columns.window(w, k);
        if (across >= 0) sum = sum + convert<A>(line[k * length + across]);
      }
    }
    to[i] = convert<T>(sum);
  });
}

void col2im(const Call& call) {
  const TensorImpl& y = impl(call.out[0]);
  if (y.numel == 0) return;
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(y.dtype) || is_complex(y.dtype),
                  "[col2im] no CUDA kernel for ", y.dtype);
  const Tensor x = contiguous_raw(call.in[0]);
  with_type(y.dtype, [&]<class T>(T) {
    if constexpr (!std::is_integral_v<T>) col2im_as<T>(call.as<ops::Col2Im>(), x, call.out[0]);
  });
}

/// Windows [outer, windows, inner, size] along a dim of n: each element takes what they have of it.
template <class T>
void add_windows(const ops::UnfoldBackward& op, const Tensor& windows, const Lines& lines,
                 int64_t count, const Tensor& out) {
  using A = accumulate_t<T>;
  const int64_t size = op.size, step = op.step, n = lines.n, inner = lines.inner;
  const T* from = ptr<T>(windows);
  T* to = ptr<T>(out);
  for_each(impl(out).numel, "unfold_backward", [=] __device__(int64_t i) {
    const int64_t line = i / inner, p = line % n;
    const T* own = from + (line / n * count * inner + (i - line * inner)) * size;
    const int64_t first = p < size ? 0 : (p - size) / step + 1, last = min(p / step, count - 1);
    A sum(0);
    for (int64_t w = first; w <= last; ++w)
      sum = sum_of(sum, convert<A>(own[w * inner * size + p - w * step]));
    to[i] = convert<T>(sum);
  });
}

void unfold_backward(const Call& call) {
  const auto& op = call.as<ops::UnfoldBackward>();
  const Tensor& out = call.out[0];
  if (impl(out).numel == 0) return;
  const Tensor windows = contiguous_raw(call.in[0]);
  const Lines lines(out, op.dim);
  const auto d = static_cast<size_t>(op.dim < 0 ? op.dim + out.dim() : op.dim);
  const int64_t count = impl(windows).sizes[d];
  with_type(impl(out).dtype, [&]<class T>(T) { add_windows<T>(op, windows, lines, count, out); });
}

}  // namespace

void install_fold() {
  ops::Im2Col::row().kernel[kSlot] = &im2col;
  ops::Col2Im::row().kernel[kSlot] = &col2im;
  ops::UnfoldBackward::row().kernel[kSlot] = &unfold_backward;
}

}  // namespace hearth::cuda
