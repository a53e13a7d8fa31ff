// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"

#include "core/ops/samples.h"
#include "pointwise/rows.h"

namespace hearth::testing_ops {

namespace {

using ops::Pointwise;

void add_row(Samples& samples, const OpTable& row, const Pointwise& f, std::vector<Tensor> in) {
  const std::string_view name = row.info.name;
  const bool smooth = name.find("nan_to_num") == std::string_view::npos;
  samples.push_back({&row, std::make_shared<Pointwise>(f), std::move(in), smooth});
}

/// Whether an op has derivatives, but none by its input k.
bool is_parameter(const ops::PointwiseInfo& info, int k) {
  bool any = false;
  for (int j = 0; j < info.arity; ++j) any |= info.reads.by[j] != kReadsNone;
  return any && info.reads.by[k] == kReadsNone;
}

/// Inputs an op can take: inside (0, 1) everything real is smooth, but for acosh.
std::vector<Tensor> inputs_for(const ops::PointwiseInfo& info) {
  if (info.op == PointwiseOp::acosh) return {values({2, 3}, 1.15, 1.85)};
  std::vector<Tensor> in;
  for (int k = 0; k < info.arity; ++k) {
    Tensor t = values({2, 3}, 0.15, 0.85, k);
    const bool mask =
        (k == 0 && (info.types & ops::kMaskA)) || (k == 1 && (info.types & ops::kMaskB));
    if (mask) {
      t = t.gt(0.5);
    } else if (!(info.types & ops::kTypeF)) {
      t = (t * 10).to(info.types & ops::kTypeI ? kLong : kComplexDouble);
    } else if (is_parameter(info, k)) {
      t = (t * 3 + 2).to(kLong);  // an order
    }
    in.push_back(t);
  }
  return in;
}

}  // namespace

void pointwise_samples(Samples& samples) {
  for (int i = 0; i < kNumPointwise; ++i) {
    const auto op = static_cast<PointwiseOp>(i);
    const OpTable& row = ops::pointwise_row(op);
    const auto& info = *static_cast<const ops::PointwiseInfo*>(row.extra);
    const Pointwise f{0.4, 0.7, 0.3};
    const std::vector<Tensor> in = inputs_for(info);
    add_row(samples, row, f, in);
    if (info.arity == 2 && !(info.types & (ops::kMaskA | ops::kMaskB))) {
      const Scalar number = op == PointwiseOp::special_zeta ? Scalar(1.55)
                            : info.types & ops::kTypeF      ? Scalar(0.55)
                                                            : Scalar(3);
      Pointwise right = f, left = f;
      right.scalar = left.scalar = number;
      right.side = Pointwise::Side::B;
      left.side = Pointwise::Side::A;
      add_row(samples, row, right, {in[0]});
      add_row(samples, row, left, {in[1]});
      add_row(samples, row, f, {in[0], values({3}, 0.1, 0.7, 5).to(in[1].scalar_type())});
    }
    for (int k = 0; k < 3; ++k) {
      const OpTable* backward = ops::pointwise_backward_row(op, k);
      if (!backward) continue;
      const unsigned reads = info.reads.by[k];
      Tensor g = values({2, 3}, 0.2, 0.8, 7);
      if (!(info.types & ops::kTypeF)) g = g.to(kComplexDouble);
      std::vector<Tensor> args{g};
      for (int j = 0; j < info.arity; ++j)
        if (reads & (kReadsA << j)) args.push_back(in[static_cast<size_t>(j)]);
      if (reads & kReadsY) args.push_back(values({2, 3}, 0.2, 0.8, 9));
      add_row(samples, *backward, f, args);
    }
  }
}

}  // namespace hearth::testing_ops
