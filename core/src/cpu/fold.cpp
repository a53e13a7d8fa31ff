// SPDX-License-Identifier: Apache-2.0
#include "ops/fold.h"

#include <algorithm>
#include <complex>

#include "cpu/image_loop.h"
#include "cpu/kernels.h"
#include "cpu/tile.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// The windows [begin, end) of a dim whose position k of the kernel lies inside, at element
/// first + i * stride of window begin + i.
struct Reach {
  int64_t begin, end, first;

  template <class Op>
  Reach(const Op& op, size_t d, int64_t k, int64_t size) {
    const int64_t s = op.stride[d], shift = k * op.dilation[d] - op.padding[d];
    begin = shift < 0 ? (-shift - 1) / s + 1 : 0;
    end = size - 1 < shift ? 0 : std::min((size - 1 - shift) / s + 1, num_windows(op, d, size));
    end = std::max(begin, end);
    first = begin < end ? begin * s + shift : 0;
  }
  int64_t count() const { return end - begin; }
};

/// Calls f(position in the kernel, rows, columns) for every position that meets the image.
template <class Op, class F>
void for_positions(const Op& op, int64_t height, int64_t width, const F& f) {
  for (int64_t i = 0; i < op.kernel_size[0]; ++i) {
    const Reach rows(op, 0, i, height);
    for (int64_t j = 0; j < op.kernel_size[1]; ++j) {
      const Reach columns(op, 1, j, width);
      if (rows.count() > 0 && columns.count() > 0) f(i * op.kernel_size[1] + j, rows, columns);
    }
  }
}

void im2col(const Call& call) {
  const auto& op = call.as<ops::Im2Col>();
  const Tensor& out = call.out[0];
  const TensorImpl &x = impl(call.in[0]), &y = impl(out);
  if (y.numel == 0) return;
  if (op.padding[0] > 0 || op.padding[1] > 0) fill_tiled(out, 0);
  const int64_t length = y.sizes[2], kernel = op.kernel_size[0] * op.kernel_size[1];
  const int64_t across = num_windows(op, 1, x.sizes[3]);
  for_positions(
      op, x.sizes[2], x.sizes[3], [&](int64_t k, const Reach& rows, const Reach& columns) {
        const DimVector sizes{x.sizes[0], x.sizes[1], rows.count(), columns.count()};
        copy_raw_into(
            alias_tensor(out, sizes, {y.sizes[1] * length, kernel * length, across, 1},
                         y.offset + k * length + rows.begin * across + columns.begin, y.dtype),
            alias_tensor(call.in[0], sizes,
                         {x.strides[0], x.strides[1], stride_of(op.stride[0], x.strides[2]),
                          stride_of(op.stride[1], x.strides[3])},
                         x.offset + rows.first * x.strides[2] + columns.first * x.strides[3],
                         x.dtype));
      });
}

template <class T>
void col2im_as(const ops::Col2Im& op, const TensorImpl& y, const void* source, void* result) {
  const int64_t height = y.sizes[2], width = y.sizes[3], pixels = height * width;
  const int64_t across = num_windows(op, 1, width), length = num_windows(op, 0, height) * across;
  const int64_t kernel = op.kernel_size[0] * op.kernel_size[1];
  const int64_t work = std::max<int64_t>(kernel * length, 1);
  parallel_for(y.sizes[0] * y.sizes[1], 1 + 16384 / work, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const T* from = static_cast<const T*>(source) + plane * kernel * length;
      T* to = static_cast<T*>(result) + plane * pixels;
      std::fill_n(to, pixels, T(0));
      for_positions(op, height, width, [&](int64_t k, const Reach& rows, const Reach& columns) {
        for (int64_t r = 0; r < rows.count(); ++r) {
          const T* line = from + k * length + (rows.begin + r) * across + columns.begin;
          T* image = to + (rows.first + r * op.stride[0]) * width + columns.first;
          const int64_t step = op.stride[1];
          if (step == 1) {
            for (int64_t c = 0; c < columns.count(); ++c) image[c] += line[c];
          } else {
            for (int64_t c = 0; c < columns.count(); ++c) image[c * step] += line[c];
          }
        }
      });
    }
  });
}

void col2im(const Call& call) {
  const auto& op = call.as<ops::Col2Im>();
  const Tensor x = contiguous_raw(call.in[0]);
  const TensorImpl& y = impl(call.out[0]);
  if (y.numel == 0) return;
  ComputeElements ex(x), ey(call.out[0]);
  ex.load();
  if (y.dtype == kDouble) {
    col2im_as<double>(op, y, ex.at(0), ey.at(0));
  } else if (y.dtype == kComplexFloat) {
    col2im_as<std::complex<float>>(op, y, ex.at(0), ey.at(0));
  } else if (y.dtype == kComplexDouble) {
    col2im_as<std::complex<double>>(op, y, ex.at(0), ey.at(0));
  } else {
    col2im_as<float>(op, y, ex.at(0), ey.at(0));
  }
  ey.store();
}

}  // namespace

void install_fold() {
  ops::Im2Col::row().kernel[0] = &im2col;
  ops::Col2Im::row().kernel[0] = &col2im;
}

}  // namespace hearth::cpu
