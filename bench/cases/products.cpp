// SPDX-License-Identifier: Apache-2.0
// Matrix products, and convolutions forward and backward on channels-last tensors.
#include "hearth/ops/sparse.h"

#include "cases/cases.h"

namespace hearth::bench {

namespace {

struct Convolution {
  const char* name;
  int64_t batch, in, size, out, kernel, stride, groups;
  bool input_gradient;
};
constexpr Convolution kConvolutions[] = {
    {"3x3 64", 32, 64, 28, 64, 3, 1, 1, true},        {"3x3 256", 32, 256, 14, 256, 3, 1, 1, true},
    {"1x1", 32, 256, 14, 64, 1, 1, 1, true},          {"strided", 32, 64, 28, 128, 3, 2, 1, true},
    {"depthwise", 32, 128, 28, 128, 3, 1, 128, true}, {"stem", 16, 3, 224, 64, 7, 2, 1, false},
};

Step convolution(const Convolution& c) {
  const auto channels_last = MemoryFormat::ChannelsLast;
  const auto make = [&](IntArrayRef sizes) {
    return randn(sizes).contiguous(channels_last).to(device());
  };
  const Tensor x = make({c.batch, c.in, c.size, c.size});
  const Tensor w = make({c.out, c.in / c.groups, c.kernel, c.kernel});
  x.requires_grad_(c.input_gradient);
  w.requires_grad_();
  const auto run = [=] {
    return conv2d(x, w, {}, c.stride, c.kernel / 2, /*dilation=*/1, c.groups);
  };
  const Tensor gradient = ones_like(run());
  return [=] {
    x.mutable_grad().reset();
    w.mutable_grad().reset();
    run().backward(gradient);
  };
}

}  // namespace

void add_products(Cases& cases) {
  for (const int64_t n : {256, 1024})
    for (const ScalarType dtype : {kFloat, kBFloat16})
      cases["matmul/" + std::to_string(n) + (dtype == kFloat ? " f32" : " bf16")] = [=] {
        const auto options = TensorOptions(dtype).device(device());
        const Tensor a = randn({n, n}).to(options), b = randn({n, n}).to(options);
        return [=] { const Tensor product = matmul(a, b); };
      };
  // A million elements; some occur twice.
  for (const bool csr : {false, true})
    cases[std::string("matmul/sparse ") + (csr ? "csr" : "coo")] = [=] {
      const int64_t n = 10000, nnz = 1000000;
      const Tensor coo =
          sparse_coo_tensor(randint(n, {2, nnz}, kLong), randn({nnz}), {n, n}).to(device());
      const Tensor a = csr ? coo.to_sparse_csr() : coo.coalesce(), b = randn({n, 64}).to(device());
      return [=] { const Tensor product = matmul(a, b); };
    };
  for (const Convolution& c : kConvolutions)
    cases[std::string("convolution/") + c.name] = [&c] { return convolution(c); };
}

}  // namespace hearth::bench
