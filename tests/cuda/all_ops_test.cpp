// SPDX-License-Identifier: Apache-2.0
// Every op's sample calls on the device, against the CPU.
#include "ops/all_ops.h"

#include "core/ops/samples.h"
#include "cuda/coverage.h"
#include "cuda/cuda_test.h"
#include "cuda/free_choices.h"
#include "ops/blocks.h"

namespace hearth::testing_cuda {
namespace {

using testing_ops::copies;
using testing_ops::data_dependent;
using testing_ops::describe;
using testing_ops::is_view;
using testing_ops::run;
using testing_ops::Sample;
using testing_ops::Samples;
using testing_ops::strided;

/// Samples whose device is that of their inputs.
const Samples& samples() {
  static const Samples all = [] {
    Samples moved;
    for (const Sample& s : testing_ops::all_samples())
      if (!s.in.empty() && !testing_ops::uninitialised(s) &&
          !pending().count(std::string(s.op->info.name)))
        moved.push_back(s);
    return moved;
  }();
  return all;
}

class CudaOps : public Cuda {
 protected:
  NoGradGuard no_grad_;
};

void expect_same_results(const Sample& s, const Tensors& got, const Tensors& want,
                         double tolerance) {
  const Tensors a = without_choices(s, got), b = without_choices(s, want);
  for (size_t i = 0; i < a.size(); ++i) {
    const double most = std::max(tolerance, tolerance_of(b[i].scalar_type()));
    // Numbers of any bits, which may cancel: sums differ by what the largest is rounded by.
    if (s.op == &ops::BlockLinear::row() && b[i].numel() > 0) {
      const double scale = b[i].abs().max().item<double>();
      expect_same(a[i] / scale, b[i] / scale, most);
    } else {
      expect_same(a[i], b[i], most);
    }
  }
}

/// Runs `s` on inputs of both devices and compares results, and what was written into inputs.
void expect_like_cpu(const Sample& s, const std::vector<Tensor>& in, double tolerance) {
  const std::vector<Tensor> host = copies(in), device = to(kCUDA, in);
  const Tensors want = run(s, host);
  Tensors got;
  try {
    got = run(s, device);
  } catch (const Error& e) {
    EXPECT_TRUE(is_integer_error(e.what())) << e.what();
    return;
  }
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i)
    if (!data_dependent(s)) {
      EXPECT_EQ(got[i].strides(), want[i].strides());
    }
  expect_same_results(s, got, want, tolerance);
  for (size_t i = 0; i < in.size(); ++i) expect_same(device[i], host[i], tolerance);
}

TEST_F(CudaOps, RunAsListed) {
  if (runs_every_row()) GTEST_SKIP() << "the lists are of the real backend";
  for (const OpTable* op : all_ops()) {
    const std::string name(op->info.name);
    const bool kernel = op->info.is_view() || op->kernel[static_cast<size_t>(kCUDA)];
    const bool parts = in_parts().count(name), awaited = pending().count(name);
    if (kernel) {
      EXPECT_FALSE(parts) << name << " has a kernel; take it out of tests/cuda/in_parts.txt";
      EXPECT_FALSE(awaited) << name << " runs on CUDA; take it out of tests/cuda/pending.txt";
    } else {
      EXPECT_NE(parts, awaited) << name << " has no CUDA kernel: it is one of pending.txt, or of "
                                << "in_parts.txt";
      EXPECT_TRUE(awaited || op->decompose) << name << " has neither a CUDA kernel nor decompose";
    }
  }
}

TEST_F(CudaOps, AgreeWithTheCpu) {
  for (const Sample& s : samples()) {
    SCOPED_TRACE(describe(s));
    expect_like_cpu(s, s.in, 1e-9);
  }
}

TEST_F(CudaOps, StridedInputsGiveTheSame) {
  for (const Sample& s : samples()) {
    if (is_view(s)) continue;
    SCOPED_TRACE(describe(s));
    const std::vector<Tensor> host = copies(s.in);
    const Tensors want = run(s, host);
    std::vector<Tensor> device;
    for (const Tensor& t : s.in) device.push_back(t.defined() ? strided(t.to(kCUDA)) : t);
    Tensors got;
    ASSERT_NO_THROW(got = run(s, device));
    expect_same_results(s, got, want, 1e-9);
    for (size_t i = 0; i < host.size(); ++i) expect_same(device[i], host[i], 1e-9);
  }
}

TEST_F(CudaOps, GivenOutputsGetTheSame) {
  for (const Sample& s : samples()) {
    if (is_view(s) || data_dependent(s)) continue;
    SCOPED_TRACE(describe(s));
    const Tensors want = run(s, copies(s.in));
    for (const bool gaps : {false, true}) {
      Tensors out;
      for (const Tensor& t : want) {
        const TensorOptions options = t.options().device(kCUDA);
        out.push_back(gaps ? strided(empty(t.sizes(), options)) : empty({0}, options));
      }
      const std::vector<Tensor> in = to(kCUDA, s.in);
      ASSERT_NO_THROW(invoke({*s.op, s.fields.get(), ArgList(in), out, Bind::Out}));
      expect_same_results(s, out, want, 1e-9);
    }
  }
}

TEST_F(CudaOps, InPlaceGivesTheSame) {
  for (const Sample& s : samples()) {
    if (is_view(s) || data_dependent(s) || !s.in[0].defined()) continue;
    const Tensors want = run(s, copies(s.in));
    if (want.size() != 1 || want[0].sizes() != s.in[0].sizes() ||
        want[0].scalar_type() != s.in[0].scalar_type())
      continue;
    SCOPED_TRACE(describe(s));
    std::vector<Tensor> in = to(kCUDA, s.in);
    Tensor out = in[0];
    ASSERT_NO_THROW(invoke({*s.op, s.fields.get(), ArgList(in), {&out, 1}, Bind::InPlace}));
    expect_same(in[0], want[0], 1e-9);
  }
}

class CudaDtypes : public CudaOps, public testing::WithParamInterface<ScalarType> {};

TEST_P(CudaDtypes, AgreeWithTheCpu) {
  const ScalarType type = GetParam();
  for (const Sample& s : samples()) {
    if (is_view(s)) continue;
    std::vector<Tensor> in;
    bool changed = false;
    for (const Tensor& t : s.in) {
      const bool cast = t.defined() && t.scalar_type() == kDouble;
      changed |= cast;
      in.push_back(cast ? t.to(type) : t);
    }
    if (!changed) continue;
    try {
      run(s, copies(in));
    } catch (const Error&) {
      continue;  // not a dtype of this op
    }
    SCOPED_TRACE(describe(s));
    expect_like_cpu(s, in, tolerance_of(type));
  }
}

INSTANTIATE_TEST_SUITE_P(Types, CudaDtypes, testing::Values(kFloat, kHalf, kBFloat16, kInt, kByte),
                         [](const auto& p) { return std::string(dtype_name(p.param)); });

/// The gradients of a sample's inputs, `order` times: of sums of its results, each weighted, then
/// of sums of those.
std::vector<Tensor> gradients(const Sample& s, Device device, int order) {
  std::vector<Tensor> in = to(device, copies(s.in)), wanted;
  for (size_t i = 0; i < in.size(); ++i)
    if (in[i].defined() && in[i].scalar_type() == kDouble && s.op->info.input(i).differentiable())
      wanted.push_back(in[i].requires_grad_());
  if (wanted.empty()) return {};
  std::vector<Tensor> found;
  for (const Tensor& t : without_choices(s, run(s, in))) found.push_back(t);
  for (; order > 0; --order) {
    std::vector<Tensor> roots, starts;
    for (const Tensor& t : found)
      if (t.defined() && t.requires_grad()) {
        roots.push_back(t);
        starts.push_back(testing_ops::values(t.sizes(), 0.5, 1.5).to(device, t.scalar_type()));
      }
    if (roots.empty()) return {};
    found = autograd::grad(roots, wanted, starts, std::nullopt, /*create_graph=*/order > 1,
                           /*allow_unused=*/true);
  }
  return found;
}

void expect_gradients_like_cpu(int order, double tolerance) {
  for (const Sample& s : samples()) {
    if (!s.op->info.differentiable || !s.smooth) continue;
    SCOPED_TRACE(describe(s));
    const std::vector<Tensor> want = gradients(s, kCPU, order);
    std::vector<Tensor> got;
    ASSERT_NO_THROW(got = gradients(s, kCUDA, order));
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) expect_same(got[i], want[i], tolerance);
  }
}

TEST_F(Cuda, GradientsAgreeWithTheCpu) { expect_gradients_like_cpu(1, 1e-9); }
TEST_F(Cuda, SecondGradientsAgreeWithTheCpu) { expect_gradients_like_cpu(2, 1e-7); }

/// Threads run in another order each time, or in any: sums must not depend on it.
TEST_F(CudaOps, DeterministicResultsHaveTheSameBits) {
  const bool before = deterministic();
  set_deterministic(true);
  for (const Sample& s : samples()) {
    if (is_view(s)) continue;
    SCOPED_TRACE(describe(s));
    std::vector<Tensor> in;
    for (const Tensor& t : s.in)
      in.push_back(t.defined() && t.scalar_type() == kDouble ? t.to(kFloat) : t);
    Tensors first;
    for (int times = 0; times < 4; ++times) {
      Tensors got;
      try {
        got = run(s, to(kCUDA, copies(in)));
      } catch (const Error&) {
        break;  // not a dtype of this op
      }
      if (times == 0) first = got;
      for (size_t i = 0; i < got.size(); ++i) {
        if (!got[i].defined()) continue;
        const Tensor same = got[i].eq(first[i]).logical_or(got[i].ne(got[i]));
        EXPECT_TRUE(same.all().item<bool>()) << "result " << i;
      }
    }
  }
  set_deterministic(before);
}

}  // namespace
}  // namespace hearth::testing_cuda
