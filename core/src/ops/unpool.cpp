// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/unpool.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "tensor/image_layout.h"

namespace hearth {

namespace {

void check_not_empty(std::string_view op, const Tensor& self, size_t dims) {
  const auto rank = static_cast<int64_t>(dims);
  HEARTH_CHECK_AS(ShapeError, self.dim() == rank + 1 || self.dim() == rank + 2, "[", op,
                  "] Input to ", op, " should be a ", dims + 1, "d or ", dims + 2,
                  "d Tensor, but got a tensor with ", self.dim(), " dimensions");
  for (int64_t d = self.dim() == rank + 1 ? 0 : 1; d < self.dim(); ++d)
    HEARTH_CHECK_AS(ShapeError, self.size(d) > 0, "[", op, "] ", op,
                    "(): Expected input to have non-zero size for non-batch dimensions, but got ",
                    self.sizes(), " with dimension ", d, " being empty.");
}

/// The last dims of sizes replaced.
DimVector with_spatial(IntArrayRef sizes, IntArrayRef spatial) {
  DimVector out(sizes.slice(0, sizes.size() - spatial.size()));
  for (const int64_t n : spatial) out.push_back(n);
  return out;
}

Tensor max_unpool(std::string_view op, const Tensor& self, const Tensor& indices,
                  IntArrayRef output_size, size_t dims) {
  HEARTH_CHECK_AS(DtypeError, indices.scalar_type() == kLong, "[", op,
                  "] elements in indices should be type int64 but got: ", indices.scalar_type());
  HEARTH_CHECK_AS(
      ValueError, output_size.size() == dims, "[", op, "] There should be exactly ",
      dims == 2 ? "two elements (height, width)" : "three elements (depth, height, width)",
      " in output_size, but got ", output_size.size(), " elements.");
  check_not_empty(op, self, dims);
  HEARTH_CHECK_AS(ShapeError, self.sizes() == indices.sizes(), "[", op,
                  "] Expected shape of indices to be: ", self.sizes(),
                  " but got: ", indices.sizes());
  const int64_t first = self.dim() - static_cast<int64_t>(dims);
  const DimVector sizes = with_spatial(self.sizes(), output_size);
  const Tensor volumes = zeros(sizes, self.options())
                             .flatten(first)
                             .scatter(-1, indices.flatten(first), self.flatten(first));
  const Tensor out = volumes.reshape(sizes);
  return dims == 2 && self.dim() == 4 && prefers_channels_last(impl(self))
             ? out.contiguous(MemoryFormat::ChannelsLast)
             : out;
}

/// Where the windows of one dim begin, [N, C, windows], from its samples [N, C].
Tensor window_begins(const Tensor& samples, int64_t size, int64_t windows, int64_t kernel) {
  const Tensor last = full({samples.size(0), samples.size(1), 1}, size - kernel,
                           TensorOptions(kLong).device(samples.device()));
  if (windows == 1) return last;
  const double alpha = static_cast<double>(size - kernel) / static_cast<double>(windows - 1);
  const Tensor sample = samples.unsqueeze(-1);
  const Tensor begins = ((arange(windows - 1, samples.options()) + sample) * alpha).trunc() -
                        (sample * alpha).trunc();
  return cat({begins.to(kLong), last}, -1);
}

std::tuple<Tensor, Tensor> fractional_max_pool(std::string_view op, const Tensor& self,
                                               IntArrayRef kernel_size, IntArrayRef output_size,
                                               const Tensor& random_samples, size_t dims) {
  for (const IntArrayRef v : {kernel_size, output_size})
    HEARTH_CHECK_AS(ValueError, v.size() == 1 || v.size() == dims, "[", op,
                    "] kernel_size and output_size must each be one number or one per spatial dim, "
                    "got ",
                    v);
  check_not_empty(op, self, dims);
  const bool batched = self.dim() == static_cast<int64_t>(dims) + 2;
  const Tensor x = batched ? self : self.unsqueeze(0);
  const int64_t n = x.size(0), channels = x.size(1);
  HEARTH_CHECK_AS(DtypeError, random_samples.scalar_type() == self.scalar_type(), "[", op,
                  "] Expect _random_samples to have the same dtype as input, got ",
                  random_samples.scalar_type(), " and ", self.scalar_type());
  HEARTH_CHECK_AS(ShapeError,
                  random_samples.dim() == 3 && random_samples.size(0) >= n &&
                      random_samples.size(1) == channels &&
                      random_samples.size(2) == static_cast<int64_t>(dims),
                  "[", op, "] Expect _random_samples to have sizes [", n, ", ", channels, ", ",
                  dims, "], got ", random_samples.sizes());
  const Tensor samples = random_samples.detach().slice(0, 0, n);
  // Places [N, C, windows and kernel of each dim in turn].
  Tensor places;
  DimVector order{0, 1}, sizes{n, channels};
  for (size_t d = 0; d < dims; ++d) {
    const int64_t size = x.size(static_cast<int64_t>(d) + 2);
    const int64_t windows = output_size[output_size.size() == 1 ? 0 : d];
    const int64_t kernel = kernel_size[kernel_size.size() == 1 ? 0 : d];
    HEARTH_CHECK_AS(ValueError, windows > 0 && kernel > 0, "[", op,
                    "] kernel_size and output_size must be positive, got ", kernel_size, " and ",
                    output_size);
    // Of volumes, PyTorch wants one element more.
    HEARTH_CHECK_AS(ShapeError, windows <= size && kernel + (dims == 3) <= size - windows + 1, "[",
                    op, "] windows of ", kernel, " are too large for ", windows,
                    " of them relative to an input of ", size);
    // Images' samples begin with the last dim's.
    const auto sample = static_cast<int64_t>(dims == 2 ? 1 - d : d);
    const Tensor here =
        window_begins(samples.select(2, sample), size, windows, kernel).unsqueeze(-1) +
        arange(kernel, TensorOptions(kLong).device(x.device()));
    if (!places.defined()) {
      places = here;
    } else {
      DimVector shape{n, channels};
      for (size_t k = 0; k < 2 * d; ++k) shape.push_back(1);
      shape.push_back(windows);
      shape.push_back(kernel);
      places = places.unsqueeze(-1).unsqueeze(-1) * size + here.reshape(shape);
    }
    order.push_back(static_cast<int64_t>(2 + 2 * d));
    sizes.push_back(windows);
  }
  for (size_t d = 0; d < dims; ++d) order.push_back(static_cast<int64_t>(3 + 2 * d));
  int64_t window = 1;
  for (size_t d = 0; d < dims; ++d) window *= kernel_size[kernel_size.size() == 1 ? 0 : d];
  sizes.push_back(window);
  const Tensor at = places.permute(order).reshape(sizes);
  const Tensor read = x.flatten(2).gather(2, at.flatten(2)).reshape(at.sizes());
  auto [values, which] = read.max(-1);
  Tensor indices = at.gather(-1, which.unsqueeze(-1)).squeeze(-1);
  if (batched) return {std::move(values), std::move(indices)};
  return {values.squeeze(0), indices.squeeze(0)};
}

}  // namespace

Tensor max_unpool2d(const Tensor& self, const Tensor& indices, IntArrayRef output_size) {
  return max_unpool("max_unpooling2d", self, indices, output_size, 2);
}

Tensor max_unpool3d(const Tensor& self, const Tensor& indices, IntArrayRef output_size,
                    IntArrayRef stride, IntArrayRef padding) {
  HEARTH_CHECK_AS(ValueError, stride.size() == 3 && padding.size() == 3,
                  "[max_unpooling3d] There should be exactly three elements (depth, height, width) "
                  "in stride and padding, but got ",
                  stride, " and ", padding);
  for (const int64_t s : stride)
    HEARTH_CHECK_AS(
        ValueError, s > 0,
        "[max_unpooling3d] strides should be greater than zero, but got stride: ", stride);
  return max_unpool("max_unpooling3d", self, indices, output_size, 3);
}

std::tuple<Tensor, Tensor> fractional_max_pool2d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size,
                                                 const Tensor& random_samples) {
  return fractional_max_pool("fractional_max_pool2d", self, kernel_size, output_size,
                             random_samples, 2);
}
std::tuple<Tensor, Tensor> fractional_max_pool3d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size,
                                                 const Tensor& random_samples) {
  return fractional_max_pool("fractional_max_pool3d", self, kernel_size, output_size,
                             random_samples, 3);
}

}  // namespace hearth
