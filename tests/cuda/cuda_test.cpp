// SPDX-License-Identifier: Apache-2.0
#include "cuda/cuda_test.h"

#include "backends/cuda_library.h"
#include "dispatch/backend.h"

namespace hearth::testing_cuda {

bool& runs_every_row() {
  static bool all = false;
  return all;
}

void Cuda::SetUp() {
  if (!cuda::is_available()) GTEST_SKIP() << "no CUDA: " << cuda_unavailable_reason();
}

bool cuda_has_streams() { return backend(kCUDA)->streams != nullptr; }

std::vector<Tensor> to(Device device, const std::vector<Tensor>& tensors) {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(t.defined() ? t.to(device) : t);
  return out;
}

void expect_same(const Tensor& got, const Tensor& want, double tolerance) {
  ASSERT_EQ(got.defined(), want.defined());
  if (!got.defined()) return;
  EXPECT_TRUE(got.is_cuda());
  ASSERT_EQ(got.sizes(), want.sizes());
  ASSERT_EQ(got.scalar_type(), want.scalar_type());
  const auto wide = [](const Tensor& t) {
    return t.cpu().to(is_complex(t.scalar_type()) ? kComplexDouble : kDouble);
  };
  const Tensor a = wide(got), b = wide(want);
  const bool same = a.allclose(b, tolerance, tolerance, /*equal_nan=*/true);
  EXPECT_TRUE(same);
  if (!same && want.numel() <= 64) ADD_FAILURE() << "got " << a << "\nwant " << b;
}

double tolerance_of(ScalarType type) {
  switch (to_real(type)) {
    case kHalf:
      return 2e-3;
    case kBFloat16:
      return 2e-2;
    case kFloat:
      return 2e-5;
    default:
      return 1e-9;
  }
}

}  // namespace hearth::testing_cuda
