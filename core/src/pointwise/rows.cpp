// SPDX-License-Identifier: Apache-2.0
// Rules shared by all pointwise ops.
#include "pointwise/rows.h"

#include <array>

#include "pointwise/px_tensor.h"
#include "tensor/scalar_range.h"

namespace hearth::ops {

namespace {

// Variables of a derivative's text, as tensors and scalars. A C++ scalar operand becomes a 0-dim
// tensor here: this path only runs when the derivative itself is recorded.
#define HEARTH_DERIVATIVE(text)                                                               \
  [](const Tensor* slots, const Pointwise& fields) -> Tensor {                                \
    [[maybe_unused]] const auto K = [](double v) { return Scalar(v); };                       \
    [[maybe_unused]] const Tensor &g = slots[0], &a = slots[1], &b = slots[2], &c = slots[3], \
                                  &x = slots[1], &y = slots[4];                               \
    [[maybe_unused]] const Scalar &p0 = fields.p0, &p1 = fields.p1, &p2 = fields.p2;          \
    return text;                                                                              \
  }

constexpr unsigned I = kTypeI, F = kTypeF, C = kTypeC, IF = I | F, FC = F | C, IFC = I | F | C;
#define MASK_A | kMaskA
#define MASK_B | kMaskB
#define NO_BOOL | kNoBool

// `none` reads as no tensor at all.
const Tensor& none = Args::undefined();

constexpr PointwiseInfo kInfo[] = {
#define HEARTH_UNARY(name, forms, types, kind, expr, da) \
  {PointwiseOp::name,                                    \
   1,                                                    \
   types,                                                \
   PointwiseResult::kind,                                \
   probe::name##_reads(),                                \
   {HEARTH_DERIVATIVE(da), nullptr, nullptr}},
#define HEARTH_BINARY(name, forms, types, kind, expr, da, db) \
  {PointwiseOp::name,                                         \
   2,                                                         \
   types,                                                     \
   PointwiseResult::kind,                                     \
   probe::name##_reads(),                                     \
   {HEARTH_DERIVATIVE(da), HEARTH_DERIVATIVE(db), nullptr}},
#define HEARTH_TERNARY(name, forms, types, kind, expr, da, db, dc) \
  {PointwiseOp::name,                                              \
   3,                                                              \
   types,                                                          \
   PointwiseResult::kind,                                          \
   probe::name##_reads(),                                          \
   {HEARTH_DERIVATIVE(da), HEARTH_DERIVATIVE(db), HEARTH_DERIVATIVE(dc)}},
#include "hearth/ops/pointwise.def"
#undef HEARTH_UNARY
#undef HEARTH_BINARY
#undef HEARTH_TERNARY
};

const PointwiseInfo& info_of(const OpTable& row) {
  return *static_cast<const PointwiseInfo*>(row.extra);
}
const Pointwise& fields_of(const void* fields) { return *static_cast<const Pointwise*>(fields); }

/// Position among the op's tensor inputs of its input k, given which one is a C++ scalar; -1 for
/// the scalar itself.
int tensor_position(const Pointwise& f, int k) {
  if (f.side == Pointwise::Side::None) return k;
  const int scalar_at = f.side == Pointwise::Side::A ? 0 : 1;
  return k == scalar_at ? -1 : (k > scalar_at ? k - 1 : k);
}

DimVector broadcast_all(const OpTable& row, Args in) {
  DimVector sizes = impl(in[0]).sizes;
  for (size_t i = 1; i < in.size(); ++i)
    if (impl(in[i]).sizes != sizes)
      sizes = broadcast_shapes(sizes, impl(in[i]).sizes, row.info.name);
  return sizes;
}

/// Strides of the result: the dim order of the first input of full size, contiguous in the end.
DimVector result_strides(const DimVector& sizes, Args in) {
  for (size_t i = 0; i < in.size(); ++i) {
    const TensorImpl& t = impl(in[i]);
    if (t.sizes != sizes) continue;
    if (t.contiguous) return {};
    return t.dense ? t.strides : preserved_strides(t.sizes, t.strides);
  }
  return {};
}

Device result_device(Args in) {
  for (size_t i = 0; i < in.size(); ++i)
    if (impl(in[i]).dim() > 0 || !impl(in[i]).device.is_cpu()) return impl(in[i]).device;
  return impl(in[0]).device;
}

const char* class_name(ScalarType t) {
  return is_complex(t) ? "complex" : is_floating_point(t) ? "floating" : "integer and bool";
}

/// Whether loops of int64 give the right bits of uint64.
bool takes_uint64(PointwiseOp op) {
  switch (op) {
    case PointwiseOp::eq:
    case PointwiseOp::ne:
    case PointwiseOp::mul:
    case PointwiseOp::bitwise_and:
    case PointwiseOp::bitwise_or:
    case PointwiseOp::bitwise_xor:
    case PointwiseOp::where:
      return true;
    default:
      return false;
  }
}

constexpr std::string_view kNegatedBool =
    "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a "
    "mask, use the `~` or `logical_not()` operator instead.";

void infer(const OpTable& row, const void* raw, Args in, void* specs) {
  const PointwiseInfo& info = info_of(row);
  const Pointwise& f = fields_of(raw);
  HEARTH_CHECK(in.size() + (f.side != Pointwise::Side::None) == info.arity, "[", row.info.name,
               "] expected ", static_cast<int>(info.arity), " inputs, got ", in.size());
  unsigned skip = 0;
  if (info.types & kMaskA) skip |= 1u;
  if (info.types & kMaskB) skip |= 2u;
  const ScalarType common =
      result_type(in, f.side == Pointwise::Side::None ? nullptr : &f.scalar, skip);
  ScalarType compute = common;
  if (info.result == PointwiseResult::FLOAT && is_integral(common, true))
    compute = get_default_dtype();
  if (info.result == PointwiseResult::NUMBER && common == kBool) compute = kLong;
  const unsigned type_class = is_complex(compute)          ? kTypeC
                              : is_floating_point(compute) ? kTypeF
                                                           : kTypeI;
  HEARTH_CHECK_AS(DtypeError, info.types & type_class, "[", row.info.name, "] does not take ",
                  class_name(compute), " tensors, got ", compute);
  HEARTH_CHECK_AS(DtypeError, compute != kBool || !(info.types & kNoBool), "[", row.info.name, "] ",
                  info.op == PointwiseOp::neg ? kNegatedBool : "not implemented for 'Bool'");
  HEARTH_CHECK_AS(NotImplementedError, compute != kUInt64 || takes_uint64(info.op), "[",
                  row.info.name, "] not implemented for 'UInt64'; convert with .to(kLong)");
  ScalarType result = compute;
  if (info.result == PointwiseResult::BOOL) result = kBool;
  if (info.result == PointwiseResult::REAL) result = to_real(compute);
  auto* out = new (specs) Specs;
  DimVector sizes = in.size() == 1 ? impl(in[0]).sizes : broadcast_all(row, in);
  DimVector strides = result_strides(sizes, in);
  out->out.emplace_back(std::move(sizes), std::move(strides), result, result_device(in));
  out->compute = compute;
}

Saves saves(const OpTable& row, const void* raw, const NeedMask& need) {
  const PointwiseInfo& info = info_of(row);
  const Pointwise& f = fields_of(raw);
  unsigned reads = 0;
  for (int k = 0; k < info.arity; ++k) {
    const int at = tensor_position(f, k);
    if (at >= 0 && need[static_cast<size_t>(at)]) reads |= info.reads.by[k];
  }
  Saves s;
  for (int k = 0; k < info.arity; ++k) {
    const int at = tensor_position(f, k);
    if (at >= 0 && (reads & (kReadsA << k))) s.in |= uint64_t{1} << at;
  }
  if (reads & kReadsY) s.out = 1;
  return s;
}

Grads vjp(const OpTable& row, const void* raw, const Saved& saved, Args g, const NeedMask& need) {
  const PointwiseInfo& info = info_of(row);
  const Pointwise& f = fields_of(raw);
  Grads grads(saved.num_inputs());
  for (int k = 0; k < info.arity; ++k) {
    const int at = tensor_position(f, k);
    if (at < 0 || !need[static_cast<size_t>(at)]) continue;
    const unsigned reads = info.reads.by[k];
    HEARTH_CHECK_AS(AutogradError, !(reads & kReadsNone), "[", row.info.name,
                    "] has no derivative by input ", k);
    if (reads == kReadsG) {
      grads[static_cast<size_t>(at)] = g[0];
      continue;
    }
    Tensors in;
    in.push_back(g[0]);
    for (int j = 0; j < info.arity; ++j) {
      const int position = tensor_position(f, j);
      if (position >= 0 && (reads & (kReadsA << j)))
        in.push_back(saved.in(static_cast<size_t>(position)));
    }
    if (reads & kReadsY) in.push_back(saved.out());
    InlineVector<const Tensor*, 5> pointers;
    for (const Tensor& t : in) pointers.push_back(&t);
    invoke({*pointwise_backward_row(info.op, k),
            raw,
            Args(pointers.data(), pointers.size()),
            {&grads[static_cast<size_t>(at)], 1},
            Bind::Fresh});
  }
  return grads;
}

const PointwiseBackwardInfo& backward_info_of(const OpTable& row) {
  return *static_cast<const PointwiseBackwardInfo*>(row.extra);
}

void backward_infer(const OpTable& row, const void*, Args in, void* specs) {
  const ScalarType type = result_type(in);
  const unsigned type_class = is_complex(type) ? kTypeC : is_floating_point(type) ? kTypeF : 0;
  HEARTH_CHECK_AS(DtypeError, backward_info_of(row).forward->types & type_class, "[", row.info.name,
                  "] does not take ", class_name(type), " tensors, got ", type);
  auto* out = new (specs) Specs;
  DimVector sizes = in.size() == 1 ? impl(in[0]).sizes : broadcast_all(row, in);
  DimVector strides = result_strides(sizes, in);
  out->out.emplace_back(std::move(sizes), std::move(strides), type, result_device(in));
  out->compute = type;
}

/// The derivative as recorded tensor arithmetic.
Tensors backward_decompose(const OpTable& row, const void* raw, Args in) {
  const PointwiseBackwardInfo& info = backward_info_of(row);
  const Pointwise& f = fields_of(raw);
  const unsigned reads = info.forward->reads.by[info.input];
  // Functions of one operand alone are as exact as those of all.
  const ScalarType type = result_type(in);
  Tensor slots[5];
  slots[0] = in[0].to(type);
  size_t next = 1;
  for (int j = 0; j < 4; ++j) {
    if (!(reads & (kReadsA << j))) continue;
    const bool is_scalar = j < info.forward->arity && tensor_position(f, j) < 0;
    slots[1 + j] =
        is_scalar ? slots[0].new_full({}, rounded_to(f.scalar, type)) : in[next++].to(type);
  }
  Tensor derivative = recorded_derivative(info.forward->op, slots, f);
  if (!derivative.defined()) derivative = info.forward->derivative[info.input](slots, f);
  Tensors out;
  out.push_back(std::move(derivative));
  return out;
}

constexpr FieldsTable kFields = make_fields<Pointwise>();

constexpr size_t kNum = static_cast<size_t>(kNumPointwise);

constexpr std::array<OpTable, kNum> make_rows() {
  std::array<OpTable, kNum> rows{};
  constexpr std::string_view names[] = {
#define HEARTH_UNARY(name, ...) #name,
#define HEARTH_BINARY(name, ...) #name,
#define HEARTH_TERNARY(name, ...) #name,
#include "hearth/ops/pointwise.def"
#undef HEARTH_UNARY
#undef HEARTH_BINARY
#undef HEARTH_TERNARY
  };
  for (size_t i = 0; i < kNum; ++i) {
    OpTable& r = rows[i];
    const PointwiseInfo& info = kInfo[i];
    r.info.name = names[i];
    r.info.jvp = Jvp::Pointwise;
    r.info.strided = true;
    r.info.barebones = true;
    const Argument self("self", arg::in_place), other("other", arg::in_place);
    r.info.args = {self};
    if (info.arity == 2) r.info.args = {self, other};
    if (info.arity == 3)
      r.info.args = {{"a", arg::in_place}, {"b", arg::in_place}, {"c", arg::in_place}};
    r.info.cast = info.arity > 1 ? Cast::Widest : Cast::Any;
    bool differentiable = false;
    for (int k = 0; k < info.arity; ++k) differentiable |= info.reads.by[k] != kReadsNone;
    r.info.differentiable = differentiable;
    r.fields = kFields;
    r.infer = &infer;
    if (differentiable) {
      r.saves = &saves;
      r.vjp = &vjp;
    }
    r.extra = &info;
  }
  return rows;
}

constexpr std::array<PointwiseBackwardInfo, kNum * 3> make_backward_infos() {
  std::array<PointwiseBackwardInfo, kNum * 3> infos{};
  for (size_t i = 0; i < kNum; ++i)
    for (int k = 0; k < 3; ++k) infos[i * 3 + static_cast<size_t>(k)] = {&kInfo[i], k};
  return infos;
}
constexpr auto kBackwardInfos = make_backward_infos();

constexpr std::array<OpTable, kNum * 3> make_backward_rows() {
  std::array<OpTable, kNum * 3> rows{};
  constexpr std::string_view names[] = {
#define HEARTH_UNARY(name, ...) #name "_backward", "", "",
#define HEARTH_BINARY(name, ...) #name "_backward_self", #name "_backward_other", "",
#define HEARTH_TERNARY(name, ...) #name "_backward_a", #name "_backward_b", #name "_backward_c",
#include "hearth/ops/pointwise.def"
#undef HEARTH_UNARY
#undef HEARTH_BINARY
#undef HEARTH_TERNARY
  };
  for (size_t i = 0; i < kNum * 3; ++i) {
    OpTable& r = rows[i];
    r.info.name = names[i];
    r.info.kind = Kind::Fused;
    r.info.strided = true;
    r.info.args = {{"grad", arg::in_place}, {"saved", arg::in_place}};
    r.info.tail = 1;
    r.fields = kFields;
    r.infer = &backward_infer;
    r.decompose = &backward_decompose;
    r.extra = &kBackwardInfos[i];
  }
  return rows;
}

constinit std::array<OpTable, kNum> rows = make_rows();
constinit std::array<OpTable, kNum* 3> backward_rows = make_backward_rows();

}  // namespace

OpTable& pointwise_row(PointwiseOp op) { return rows[static_cast<size_t>(op)]; }

OpTable* pointwise_backward_row(PointwiseOp op, int input) {
  const unsigned reads = kInfo[static_cast<size_t>(op)].reads.by[input];
  if (reads == kReadsNone || reads == kReadsG) return nullptr;
  return &backward_rows[static_cast<size_t>(op) * 3 + static_cast<size_t>(input)];
}

Scalar scalar_operand(const PointwiseInfo& info, const Pointwise& fields, ScalarType compute) {
  const bool rounds = is_integral(compute)
                          ? info.op != PointwiseOp::pow
                          : info.result == PointwiseResult::BOOL && is_floating_point(compute);
  return rounds ? rounded_to(fields.scalar, compute) : fields.scalar;
}

ScalarType result_type(Args in, const Scalar* scalar, unsigned skip) {
  // Three ranks of operands; a lower one only counts when its category of types is higher.
  ScalarType dims = ScalarType::Undefined, zero = ScalarType::Undefined;
  for (size_t i = 0; i < in.size(); ++i) {
    if (!in[i].defined() || (i < 32 && (skip >> i & 1))) continue;
    const TensorImpl& t = impl(in[i]);
    ScalarType& rank = t.dim() > 0 ? dims : zero;
    rank =
        rank == ScalarType::Undefined || rank == t.dtype ? t.dtype : promote_types(rank, t.dtype);
  }
  ScalarType wrapped = ScalarType::Undefined;
  if (scalar) {
    wrapped = scalar->type();
    if (wrapped == kDouble) wrapped = get_default_dtype();
    if (wrapped == kComplexDouble) wrapped = to_complex(get_default_dtype());
  }
  const auto category = [](ScalarType t) {
    return t == ScalarType::Undefined ? 0
           : is_complex(t)            ? 4
           : is_floating_point(t)     ? 3
           : t == kBool               ? 1
                                      : 2;
  };
  const auto join = [&](ScalarType high, ScalarType low) {
    if (low == ScalarType::Undefined) return high;
    if (high == ScalarType::Undefined) return low;
    if (category(low) <= category(high)) return high;
    if (is_complex(low) && is_floating_point(high)) return to_complex(high);
    return promote_types(high, low);
  };
  return join(dims, join(zero, wrapped));
}

}  // namespace hearth::ops
