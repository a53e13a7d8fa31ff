// SPDX-License-Identifier: Apache-2.0
#include "cpu/dnnl/onednn.h"

#include "hearth/base/context.h"
#include "hearth/base/threads.h"

#include "base/parallel.h"
#include "cpu/dnnl/primitives.h"

extern "C" void omp_set_num_threads(int n);

namespace hearth::cpu::onednn {

namespace {

/// Makes oneDNN use as many threads as Hearth would; how many. Plans are made for that number.
int prepare_threads() {
  if (in_parallel_region()) {
    omp_set_num_threads(1);  // holds for this region only, so nothing may remember it
    return 1;
  }
  sync_openmp_threads();
  return get_num_threads();
}

enum class Kind { Matmul, Forward, BackwardData, BackwardWeights };

Key conv_key(Kind kind, const ConvPlanArgs& p, int threads) {
  const ConvArgs& c = p.conv;
  Key key;
  key.add(kind, c.dims, c.dtype, p.format, p.bias, c.layout, c.weight_layout, threads);
  key.add(c.batch, c.in_channels, c.out_channels, c.groups);
  for (const int64_t* list : {c.input, c.kernel, c.stride, c.pad_begin, c.pad_end, c.dilation}) {
    key.add_range(list, kConvDims);
  }
  return key;
}

/// Measured on Zen 4 with all operands converted per call: oneDNN's plain-format kernels win only
/// where there is little to multiply per image element, its blocked ones pay for conversion of
/// contiguous images nearly always, and channels-last images stay what they are.
ConvFormat choose_format(Kind kind, const ConvArgs& c) {
  const bool last = c.layout == ConvLayout::ChannelsLast;
  const bool pointwise = c.area() == 1;
  if (kind == Kind::BackwardData && c.groups == 1 && c.in_channels <= 4) {
    return ConvFormat::Contiguous;
  }
  if (last) return ConvFormat::ChannelsLast;
  const bool weights = kind == Kind::BackwardWeights, bf16 = c.dtype == kBFloat16;
  bool dense = c.groups == 1;
  for (const int64_t stride : c.stride) dense &= stride == 1;
  if (pointwise && dense && !(weights && bf16)) {
    return ConvFormat::Contiguous;
  }
  if (weights) {
    const bool few = c.groups == 1 && c.in_channels > 4 && c.in_channels < 16;
    return (bf16 && !pointwise) || few ? ConvFormat::ChannelsLast : ConvFormat::Blocked;
  }
  const bool grouped = c.groups > 1 && c.groups < c.in_channels;
  return grouped ? ConvFormat::ChannelsLast : ConvFormat::Blocked;
}

bool run_conv(Kind kind, MakePlan make, const ConvArgs& c, bool bias, void* const* pointers) {
  const ConvPlanArgs args{c, choose_format(kind, c), bias};
  Plan* plan = find_plan(conv_key(kind, args, prepare_threads()), make, &args);
  if (!plan) return false;
  plan->run(pointers);
  return true;
}

void* mutable_pointer(const void* p) { return const_cast<void*>(p); }

}  // namespace

bool matmul(const MatmulArgs& g) {
  if (g.bias && g.alpha != 1) return false;  // oneDNN would scale the bias too
  Key key;
  key.add(Kind::Matmul, g.dtype, g.bias != nullptr, g.batch_dims, prepare_threads());
  key.add(g.m, g.n, g.k, g.a_stride.row, g.a_stride.col, g.b_stride.row, g.b_stride.col,
          g.c_stride);
  for (const int64_t* batch : {g.batch, g.a_batch, g.b_batch, g.c_batch}) {
    key.add_range(batch, g.batch_dims);
  }
  key.add_double(g.alpha);
  key.add_double(g.beta);
  Plan* plan = find_plan(key, make_matmul, &g);
  if (!plan) return false;
  void* const a = mutable_pointer(g.a);
  void* const b = mutable_pointer(g.b);
  if (g.bias) {
    void* const pointers[] = {a, b, mutable_pointer(g.bias), g.c};
    plan->run(pointers);
  } else {
    void* const pointers[] = {a, b, g.c};
    plan->run(pointers);
  }
  return true;
}

bool conv_forward(const ConvArgs& c, const void* x, const void* w, const void* bias, void* y) {
  if (bias) {
    void* const pointers[] = {mutable_pointer(x), mutable_pointer(w), mutable_pointer(bias), y};
    return run_conv(Kind::Forward, make_forward, c, true, pointers);
  }
  void* const pointers[] = {mutable_pointer(x), mutable_pointer(w), y};
  return run_conv(Kind::Forward, make_forward, c, false, pointers);
}

bool conv_backward_data(const ConvArgs& c, const void* gy, const void* w, void* gx) {
  void* const pointers[] = {mutable_pointer(gy), mutable_pointer(w), gx};
  return run_conv(Kind::BackwardData, make_backward_data, c, false, pointers);
}

bool conv_backward_weights(const ConvArgs& c, const void* x, const void* gy, void* gw, void* gb) {
  void* const pointers[] = {mutable_pointer(x), mutable_pointer(gy), gw, gb};
  return run_conv(Kind::BackwardWeights, make_backward_weights, c, gb != nullptr, pointers);
}

}  // namespace hearth::cpu::onednn
