// SPDX-License-Identifier: Apache-2.0
// Kernels of pointwise ops: pick the launch of the compute type, hand it the operands.
#include "cuda/kernels.h"
#include "cuda/pointwise_kernels.h"
#include "pointwise/rows.h"

namespace hearth::cuda {

namespace {

using ops::Pointwise;

const PointwiseTable& table_of(ScalarType compute) {
  switch (compute) {
    case kLong:
      return pointwise_i64();
    case kHalf:
    case kBFloat16:
    case kFloat:
      return pointwise_f32();
    case kDouble:
      return pointwise_f64();
    case kComplexFloat:
      return pointwise_c64();
    case kComplexDouble:
      return pointwise_c128();
    default:
      return pointwise_i32();
  }
}

void check_not_barebones(const Call& call, const Tensor& t) {
  HEARTH_CHECK_AS(NotImplementedError, !is_barebones_unsigned(impl(t).dtype), "[",
                  call.op.info.name, "] no CUDA kernel for ", impl(t).dtype,
                  "; convert with .to(kInt) or .to(kLong)");
}

bool stands_for(const Pointwise& f, int k) {
  return (f.side == Pointwise::Side::A && k == 0) || (f.side == Pointwise::Side::B && k == 1);
}

void run(PointwiseLaunch launch, const Call& call, const PointwiseSlot* slots) {
  for (size_t i = 0; i < call.in.size(); ++i) check_not_barebones(call, call.in[i]);
  check_not_barebones(call, call.out[0]);
  const auto& f = call.as<Pointwise>();
  const Scalar* numbers[] = {&f.p0, &f.p1, &f.p2};
  HEARTH_CHECK_AS(NotImplementedError, launch, "[", call.op.info.name, "] no CUDA kernel for ",
                  call.compute);
  launch(call.out[0], slots, numbers, call.op.info.name);
}

void forward(const Call& call) {
  const auto& info = *static_cast<const ops::PointwiseInfo*>(call.op.extra);
  const auto& f = call.as<Pointwise>();
  const Scalar scalar = ops::scalar_operand(info, f, call.compute);
  PointwiseSlot slots[3];
  size_t next = 0;
  for (int k = 0; k < info.arity; ++k) {
    if (stands_for(f, k)) {
      slots[k].number = &scalar;
    } else {
      slots[k].tensor = &call.in[next++];
    }
  }
  run(table_of(call.compute).forward[static_cast<int>(info.op)], call, slots);
}

void backward(const Call& call) {
  const auto& info = *static_cast<const ops::PointwiseBackwardInfo*>(call.op.extra);
  const ops::PointwiseInfo& op = *info.forward;
  const auto& f = call.as<Pointwise>();
  const unsigned reads = op.reads.by[info.input];
  PointwiseSlot slots[5];
  slots[0].tensor = &call.in[0];
  size_t next = 1;
  for (int j = 0; j < 4; ++j) {
    if (!(reads & (kReadsA << j))) continue;
    if (stands_for(f, j)) {
      slots[1 + j].number = &f.scalar;
    } else {
      slots[1 + j].tensor = &call.in[next++];
    }
  }
  run(table_of(call.compute).backward[static_cast<int>(op.op)][info.input], call, slots);
}

}  // namespace

void install_pointwise() {
  for (int i = 0; i < kNumPointwise; ++i) {
    const auto op = static_cast<PointwiseOp>(i);
    ops::pointwise_row(op).kernel[kSlot] = &forward;
    for (int k = 0; k < 3; ++k)
      if (OpTable* row = ops::pointwise_backward_row(op, k)) row->kernel[kSlot] = &backward;
  }
}

}  // namespace hearth::cuda
