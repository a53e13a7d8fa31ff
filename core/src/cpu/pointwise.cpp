// SPDX-License-Identifier: Apache-2.0
// Kernels of pointwise ops: pick the loop, hand the operands to the tiles.
#include "cpu/kernels.h"
#include "cpu/tile.h"
#include "pointwise/rows.h"
#include "tensor/scalar_range.h"

namespace hearth::cpu {

namespace {

using ops::Pointwise;
using ops::PointwiseInfo;

/// The type the loops use for elements of `t`.
ComputeType compute_type(ScalarType t) {
  switch (t) {
    case kLong:
    case kUInt32:
    case kUInt64:
      return kI64;
    case kHalf:
    case kBFloat16:
    case kFloat:
      return kF32;
    case kDouble:
      return kF64;
    case kComplexFloat:
      return kC64;
    case kComplexDouble:
      return kC128;
    default:
      return kI32;
  }
}

/// The element type of a compute type.
ScalarType compute_scalar_type(ComputeType t) {
  static constexpr ScalarType types[] = {kInt,    kLong,         kFloat,
                                         kDouble, kComplexFloat, kComplexDouble};
  return types[t];
}

const PointwiseTable& table_of(ComputeType type) {
  static const PointwiseTable* const tables[] = {
      &HEARTH_SELECT_ISA(pointwise_i32), &HEARTH_SELECT_ISA(pointwise_i64),
      &HEARTH_SELECT_ISA(pointwise_f32), &HEARTH_SELECT_ISA(pointwise_f64),
      &HEARTH_SELECT_ISA(pointwise_c64), &HEARTH_SELECT_ISA(pointwise_c128)};
  return *tables[type];
}

/// The op's numbers in the compute type.
struct Params {
  alignas(16) char values[3][16];
  Params(const Pointwise& f, ScalarType type) {
    const size_t bytes = element_size(type);
    const Scalar* p[] = {&f.p0, &f.p1, &f.p2};
    for (size_t i = 0; i < 3; ++i) store_rounded(&values[0][0] + i * bytes, type, *p[i]);
  }
};

ScalarType result_of(const PointwiseInfo& info, ScalarType compute) {
  switch (info.result) {
    case ops::PointwiseResult::BOOL:
      return kBool;
    case ops::PointwiseResult::REAL:
      return to_real(compute);
    default:
      return compute;
  }
}

void forward(const Call& call) {
  const auto& info = *static_cast<const PointwiseInfo*>(call.op.extra);
  const auto& f = call.as<Pointwise>();
  const ComputeType type = compute_type(call.compute);
  const ScalarType compute = compute_scalar_type(type);
  const Params params(f, compute);
  alignas(16) char operand[16];
  TileSlot slots[3];
  size_t next = 0;
  for (int k = 0; k < info.arity; ++k) {
    const bool is_scalar =
        (f.side == Pointwise::Side::A && k == 0) || (f.side == Pointwise::Side::B && k == 1);
    if (is_scalar) {
      store_rounded(operand, compute, ops::scalar_operand(info, f, call.compute));
      slots[k].constant = operand;
    } else {
      slots[k].tensor = &call.in[next++];
    }
  }
  run_tiled(table_of(type).forward[static_cast<int>(info.op)], call.out[0],
            result_of(info, compute), slots, info.arity, compute, params.values);
}

void backward(const Call& call) {
  const auto& info = *static_cast<const ops::PointwiseBackwardInfo*>(call.op.extra);
  const PointwiseInfo& op = *info.forward;
  const auto& f = call.as<Pointwise>();
  const unsigned reads = op.reads.by[info.input];
  const ComputeType type = compute_type(call.compute);
  const ScalarType compute = compute_scalar_type(type);
  const Params params(f, compute);
  alignas(16) char operand[16];
  TileSlot slots[5];
  slots[0].tensor = &call.in[0];
  size_t next = 1;
  for (int j = 0; j < 4; ++j) {
    if (!(reads & (kReadsA << j))) continue;
    const bool is_scalar =
        (f.side == Pointwise::Side::A && j == 0) || (f.side == Pointwise::Side::B && j == 1);
    if (is_scalar) {
      store_rounded(operand, compute, f.scalar);
      slots[1 + j].constant = operand;
    } else {
      slots[1 + j].tensor = &call.in[next++];
    }
  }
  run_tiled(table_of(type).backward[static_cast<int>(op.op)][info.input], call.out[0], compute,
            slots, 5, compute, params.values);
}

}  // namespace

void install_pointwise() {
  for (int i = 0; i < kNumPointwise; ++i) {
    const auto op = static_cast<PointwiseOp>(i);
    ops::pointwise_row(op).kernel[static_cast<int>(kCPU)] = &forward;
    for (int k = 0; k < 3; ++k)
      if (OpTable* row = ops::pointwise_backward_row(op, k))
        row->kernel[static_cast<int>(kCPU)] = &backward;
  }
}

}  // namespace hearth::cpu
