// SPDX-License-Identifier: Apache-2.0
#include "backends/resize_weights.h"
#include "cuda/launch.cuh"
#include "cuda/resize_bytes.h"
#include "ops/copy.h"
#include "tensor/image_layout.h"

namespace hearth::cuda {

namespace {

/// Weights of a dim on the device.
class Table {
 public:
  explicit Table(const ResizeWeights<int16_t>& w)
      : begin_(w.begin.size() * sizeof(int32_t)),
        at_(w.at.size() * sizeof(int32_t)),
        weights_(w.weights.size() * sizeof(int16_t)) {
    copy_to_device(begin_.data(), w.begin.data(), w.begin.size() * sizeof(int32_t));
    copy_to_device(at_.data(), w.at.data(), w.at.size() * sizeof(int32_t));
    copy_to_device(weights_.data(), w.weights.data(), w.weights.size() * sizeof(int16_t));
  }
  const int32_t* begin() const { return begin_.data<int32_t>(); }
  const int32_t* at() const { return at_.data<int32_t>(); }
  const int16_t* weights() const { return weights_.data<int16_t>(); }

 private:
  Workspace begin_, at_, weights_;
};

/// [outer, in, inner] becomes [outer, out, inner], rounded.
void resize_dim(const ResizeWeights<int16_t>& w, int64_t outer, int64_t in, int64_t inner,
                const uint8_t* x, uint8_t* y) {
  const Table table(w);
  const int32_t *begin = table.begin(), *at = table.at();
  const int16_t* weights = table.weights();
  const int64_t out = w.results();
  const int shift = w.shift;
  for_each(outer * out * inner, "upsample", [=] __device__(int64_t i) {
    const int64_t line = i / inner, r = line % out;
    const uint8_t* from = x + line / out * in * inner + (i - line * inner);
    int sum = shift > 0 ? 1 << (shift - 1) : 0;
    for (int k = begin[r]; k < begin[r + 1]; ++k) sum += weights[k] * from[at[k] * inner];
    sum >>= shift;
    y[i] = static_cast<uint8_t>(sum < 0 ? 0 : sum > 255 ? 255 : sum);
  });
}

}  // namespace

void resize_bytes(const ops::Upsample& op, const Tensor& input, const Tensor& out) {
  const bool last = prefers_channels_last(impl(input));
  Tensor x = image_raw(input, last);
  const TensorImpl& to = impl(out);
  const auto weights = weights_of<double>(op, impl(x), to, byte_weights);
  // The last dim first, as the CPU.
  DimVector sizes = impl(x).sizes;
  for (size_t d = weights.size(); d-- > 0;) {
    const int64_t in = sizes[d + 2];
    sizes[d + 2] = to.sizes[d + 2];
    const Tensor y = d == 0 ? out : new_tensor(sizes, kByte, to.device, image_strides(sizes, last));
    int64_t outer = last ? sizes[0] : sizes[0] * sizes[1], inner = last ? sizes[1] : 1;
    for (size_t k = 0; k < d; ++k) outer *= sizes[k + 2];
    for (size_t k = d + 1; k < weights.size(); ++k) inner *= sizes[k + 2];
    resize_dim(weights[d], outer, in, inner, ptr<uint8_t>(x), ptr<uint8_t>(y));
    x = y;
  }
}

}  // namespace hearth::cuda
