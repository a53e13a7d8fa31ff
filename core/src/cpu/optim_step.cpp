// SPDX-License-Identifier: Apache-2.0
#include "ops/optim_step.h"

#include "backends/optim_step_args.h"
#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/optim_kernels.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// Elements of one tensor that a thread takes at a time; a chunk of all its arrays stays in L2.
constexpr int64_t kChunk = 1 << 14;

const OptimTable& table() {
  static const OptimTable& t = HEARTH_SELECT_ISA(optim_table);
  return t;
}

size_t type_index(ScalarType t) {
  return t == kFloat ? 0 : t == kDouble ? 1 : t == kBFloat16 ? 2 : 3;
}

/// The arrays of one parameter. Tensors that are not laid out like a dense parameter take part as
/// copies, which are written back.
struct Group {
  static constexpr size_t kMost = 5;
  Tensor copies[kMost];
  char* data[kMost] = {};
  int64_t numel = 0;
  size_t type = 0, element = 0;

  Group(Args in, const OpInfo& info) : in_(in), info_(info) {
    const TensorImpl& p = impl(in[0]);
    numel = p.numel;
    type = type_index(p.dtype);
    element = element_size(p.dtype);
    bool together = p.dense;
    for (size_t k = 0; k < in.size(); ++k)
      together &= !in[k].defined() || impl(in[k]).strides == p.strides;
    for (size_t k = 0; k < in.size(); ++k) {
      if (!in[k].defined()) continue;
      if (!together && !impl(in[k]).contiguous) copies[k] = contiguous_raw(in[k]);
      data[k] = raw_data(copies[k].defined() ? copies[k] : in[k]);
    }
  }
  void write_back() const {
    for (size_t k = 0; k < in_.size(); ++k)
      if (copies[k].defined() && info_.group(k).is(arg::mutated)) copy_raw_into(in_[k], copies[k]);
  }

 private:
  Args in_;
  const OpInfo& info_;
};

/// Calls run(group, first, n) for pieces that together cover every parameter.
template <class F>
void for_pieces(const Call& call, const F& run) {
  struct Piece {
    const Group* group;
    int64_t first, n;
  };
  const OpInfo& info = call.op.info;
  const size_t each = info.tail;
  std::vector<Group> groups;
  std::vector<Piece> pieces;
  groups.reserve(call.in.size() / each);
  int64_t total = 0;
  for (size_t i = info.args.size() - each; i < call.in.size(); i += each) {
    groups.emplace_back(Args(call.in.data() + i, each), info);
    const Group& g = groups.back();
    total += g.numel;
    for (int64_t at = 0; at < g.numel; at += kChunk)
      pieces.push_back({&g, at, std::min(kChunk, g.numel - at)});
  }
  const auto one = [&](int64_t i) {
    const Piece& p = pieces[static_cast<size_t>(i)];
    run(*p.group, p.first, p.n);
  };
  const auto count = static_cast<int64_t>(pieces.size());
  if (total <= kChunk) {
    for (int64_t i = 0; i < count; ++i) one(i);
  } else {
    parallel_chunks(count, one);
  }
  for (const Group& g : groups) g.write_back();
}

/// A number of a step: in memory where there is any, else the field's.
double number(const Tensor& memory, double field) {
  return memory.defined() ? load_scalar(raw_data(memory), impl(memory).dtype).toDouble() : field;
}

void sgd(const Call& call) {
  const SgdArgs a =
      sgd_args(call.as<ops::SgdStep>(), number(call.in[0], call.as<ops::SgdStep>().lr));
  for_pieces(call, [&](const Group& g, int64_t first, int64_t n) {
    char* d[3];
    for (size_t k = 0; k < 3; ++k)
      d[k] = g.data[k] ? g.data[k] + first * static_cast<int64_t>(g.element) : nullptr;
    table().sgd[g.type](d[0], d[1], d[2], n, a);
  });
}

void adam(const Call& call) {
  const auto& op = call.as<ops::AdamStep>();
  const AdamArgs a =
      adam_args(op, number(call.in[0], static_cast<double>(op.step)), number(call.in[1], op.lr));
  for_pieces(call, [&](const Group& g, int64_t first, int64_t n) {
    char* d[5];
    for (size_t k = 0; k < 5; ++k)
      d[k] = g.data[k] ? g.data[k] + first * static_cast<int64_t>(g.element) : nullptr;
    table().adam[g.type](d[0], d[1], d[2], d[3], d[4], n, a);
  });
}

}  // namespace

void install_optim() {
  ops::SgdStep::row().kernel[0] = &sgd;
  ops::AdamStep::row().kernel[0] = &adam;
}

}  // namespace hearth::cpu
