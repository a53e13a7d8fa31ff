// SPDX-License-Identifier: Apache-2.0
#include "cuda/sizes.h"

namespace hearth::testing_cuda {

namespace {

/// f's result, and the gradients by its float inputs.
Tensor run(const Function& f, const variable_list& in, Device device, variable_list* gradients) {
  variable_list args, wanted;
  for (const Tensor& t : in) {
    args.push_back(t.to(device).detach());
    if (is_differentiable(t.scalar_type())) wanted.push_back(args.back().requires_grad_());
  }
  const Tensor y = f(args);
  if (y.requires_grad())
    *gradients = autograd::grad({y}, wanted, {ones_like(y.detach())}, std::nullopt, false, true);
  return y;
}

}  // namespace

void expect_like_cpu(const std::string& what, const Function& f, const variable_list& in,
                     double tolerance) {
  SCOPED_TRACE(what);
  variable_list want_gradients, got_gradients;
  const Tensor want = run(f, in, kCPU, &want_gradients);
  Tensor got;
  ASSERT_NO_THROW(got = run(f, in, kCUDA, &got_gradients));
  expect_same(got, want, tolerance);
  ASSERT_EQ(got_gradients.size(), want_gradients.size());
  for (size_t i = 0; i < got_gradients.size(); ++i) {
    SCOPED_TRACE(cat_str("gradient ", i));
    expect_same(got_gradients[i], want_gradients[i], tolerance);
  }
}

void expect_deterministic(const std::string& what, const Function& f, const variable_list& in,
                          double tolerance) {
  const bool before = deterministic();
  set_deterministic(true);
  expect_like_cpu(what, f, in, tolerance);
  variable_list first_gradients, gradients;
  const Tensor first = run(f, in, kCUDA, &first_gradients), again = run(f, in, kCUDA, &gradients);
  set_deterministic(before);
  SCOPED_TRACE(what);
  expect_same(again, first.cpu());
  for (size_t i = 0; i < gradients.size(); ++i)
    expect_same(gradients[i], first_gradients[i].defined() ? first_gradients[i].cpu() : Tensor());
}

void CudaSizes::SetUp() {
  Cuda::SetUp();
  manual_seed(7);
  set_allow_tf32_cudnn(false);
}
void CudaSizes::TearDown() { set_allow_tf32_cudnn(true); }

}  // namespace hearth::testing_cuda
