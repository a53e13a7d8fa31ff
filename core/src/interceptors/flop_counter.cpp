// SPDX-License-Identifier: Apache-2.0
#include "hearth/interceptors/flop_counter.h"

#include "dispatch/interceptor.h"
#include "ops/attention.h"
#include "ops/conv_norm.h"
#include "ops/linalg.h"

namespace hearth::profiler {
namespace {

/// A kernel at each place of a tensor.
int64_t macs_of_kernel(const Tensor& weight, const Tensor& places) {
  const int64_t channels = weight.size(0);
  return channels == 0 ? 0 : places.numel() * (weight.numel() / channels);
}

/// The multiplications of a call; 0 for what is no product.
int64_t macs_of(const Invocation& call) {
  const Args in = call.in;
  const Tensor& out = call.out[0];
  if (&call.op == &ops::Convolution::row()) {
    const auto& conv = *static_cast<const ops::Convolution*>(call.fields);
    return macs_of_kernel(in[1], conv.transposed ? in[0] : out);
  }
  if (&call.op == &ops::ConvNorm::row()) return macs_of_kernel(in[1], out);
  if (&call.op == &ops::Linear::row() || &call.op == &ops::Matmul::row())
    return out.numel() * in[0].size(-1);
  if (&call.op == &ops::Addmm::row()) return out.numel() * in[1].size(-1);
  if (&call.op == &ops::Attention::row()) {
    // Each query with each key, and each such score with a value.
    const int64_t keys = in[1].size(-2);
    return (in[0].numel() + out.numel()) * keys;
  }
  return 0;
}

}  // namespace

struct FlopCounter::Impl final : Interceptor {
  Impl() : scope(*this) {}
  void intercept(const Invocation& call) override {
    next(call);
    if (!call.out.empty() && call.out[0].defined()) macs += macs_of(call);
  }

  Scope scope;
  int64_t macs = 0;
};

FlopCounter::FlopCounter() : impl_(std::make_unique<Impl>()) {}
FlopCounter::~FlopCounter() = default;
int64_t FlopCounter::macs() const { return impl_->macs; }

}  // namespace hearth::profiler
