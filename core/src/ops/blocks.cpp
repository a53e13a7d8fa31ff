// SPDX-License-Identifier: Apache-2.0
#include "ops/blocks.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "base/checked.h"

namespace hearth {

namespace {

struct Format {
  std::string_view name;
  int64_t elements, bytes;
  ops::BlockFields fields;
};
constexpr Format kFormats[] = {
    {"Q8_0", 32, 34, {2, 34}},    {"Q4_0", 32, 18, {2, 18}},    {"Q4_1", 32, 20, {4, 20}},
    {"Q5_0", 32, 22, {2, 22}},    {"Q5_1", 32, 24, {4, 24}},    {"Q4_K", 256, 144, {4, 144}},
    {"Q5_K", 256, 176, {4, 176}}, {"Q6_K", 256, 210, {0, 208}}, {"IQ4_NL", 32, 18, {2, 18}}};
static_assert(std::size(kFormats) == static_cast<size_t>(last_value(BlockFormat{})) + 1);

const Format& format_of(BlockFormat format) { return kFormats[static_cast<size_t>(format)]; }

// Blocks [n, bytes] taken apart by tensor operators.

Tensor bytes_at(const Tensor& blocks, int64_t at, int64_t n) { return blocks.slice(1, at, at + n); }
/// A number of half precision in each block, [n, 1].
Tensor half_at(const Tensor& blocks, int64_t at) {
  return bytes_at(blocks, at, 2).contiguous().view(kHalf).to(kFloat);
}
Tensor signed_bytes(const Tensor& bytes) { return bytes.contiguous().view(kChar); }
/// Fields of `width` bits of bytes [n, groups * bytes]: of each group's bytes the lowest, then the
/// next.
Tensor fields_of(const Tensor& bytes, int64_t groups, int64_t width) {
  const int64_t n = bytes.size(0), each = bytes.size(1) / groups;
  const Tensor shifts =
      arange(0, 8, width, bytes.options().requires_grad(false)).view({1, 1, 8 / width, 1});
  return bitwise_right_shift(bytes.reshape({n, groups, 1, each}), shifts)
      .bitwise_and((1 << width) - 1)
      .reshape({n, -1});
}
/// Bit i of the bytes is of number i.
Tensor bits_of(const Tensor& bytes) {
  const Tensor shifts = arange(0, 8, bytes.options().requires_grad(false));
  return bitwise_right_shift(bytes.unsqueeze(-1), shifts)
      .bitwise_and(1)
      .reshape({bytes.size(0), -1});
}
/// Scales and minima [n, 8] of 6 bits each of the 12 bytes of a Q4_K or Q5_K.
std::pair<Tensor, Tensor> scales_of(const Tensor& bytes) {
  const Tensor first = bytes_at(bytes, 0, 4), second = bytes_at(bytes, 4, 4),
               third = bytes_at(bytes, 8, 4);
  const auto top = [](const Tensor& b) { return b.bitwise_right_shift(2).bitwise_and(0x30); };
  const Tensor scales =
      cat({first.bitwise_and(63), third.bitwise_and(15).bitwise_or(top(first))}, 1);
  const Tensor minima =
      cat({second.bitwise_and(63), third.bitwise_right_shift(4).bitwise_or(top(second))}, 1);
  return {scales.to(kFloat), minima.to(kFloat)};
}
/// Each number's part of `per_group` [n, groups].
Tensor spread(const Tensor& per_group, int64_t elements) {
  const int64_t groups = per_group.size(1);
  return per_group.unsqueeze(-1)
      .expand({per_group.size(0), groups, elements / groups})
      .reshape({per_group.size(0), elements});
}

Tensor numbers_of(const Tensor& b, BlockFormat format) {
  const auto with_fifth = [](const Tensor& low, const Tensor& high) {
    return low.bitwise_or(high.bitwise_left_shift(4));
  };
  switch (format) {
    case BlockFormat::Q8_0:
      return half_at(b, 0) * signed_bytes(bytes_at(b, 2, 32)).to(kFloat);
    case BlockFormat::Q4_0:
      return half_at(b, 0) * (fields_of(bytes_at(b, 2, 16), 1, 4).to(kFloat) - 8);
    case BlockFormat::Q4_1:
      return half_at(b, 0) * fields_of(bytes_at(b, 4, 16), 1, 4).to(kFloat) + half_at(b, 2);
    case BlockFormat::Q5_0: {
      const Tensor q = with_fifth(fields_of(bytes_at(b, 6, 16), 1, 4), bits_of(bytes_at(b, 2, 4)));
      return half_at(b, 0) * (q.to(kFloat) - 16);
    }
    case BlockFormat::Q5_1: {
      const Tensor q = with_fifth(fields_of(bytes_at(b, 8, 16), 1, 4), bits_of(bytes_at(b, 4, 4)));
      return half_at(b, 0) * q.to(kFloat) + half_at(b, 2);
    }
    case BlockFormat::Q4_K:
    case BlockFormat::Q5_K: {
      const auto [scales, minima] = scales_of(bytes_at(b, 4, 12));
      const bool five = format == BlockFormat::Q5_K;
      Tensor q = fields_of(bytes_at(b, five ? 48 : 16, 128), 4, 4);
      if (five) q = with_fifth(q, fields_of(bytes_at(b, 16, 32), 1, 1));
      return spread(half_at(b, 0) * scales, 256) * q.to(kFloat) -
             spread(half_at(b, 2) * minima, 256);
    }
    case BlockFormat::Q6_K: {
      const Tensor q =
          with_fifth(fields_of(bytes_at(b, 0, 128), 2, 4), fields_of(bytes_at(b, 128, 64), 2, 2));
      const Tensor scales = signed_bytes(bytes_at(b, 192, 16)).to(kFloat);
      return spread(half_at(b, 208) * scales, 256) * (q.to(kFloat) - 32);
    }
    case BlockFormat::IQ4_NL: {
      const Tensor values = tensor({-127., -104., -83., -65., -49., -35., -22., -10., 1., 13., 25.,
                                    38., 53., 69., 89., 113.},
                                   TensorOptions(kFloat).device(b.device()));
      const Tensor q = fields_of(bytes_at(b, 2, 16), 1, 4).to(kLong);
      return half_at(b, 0) * values.index_select(0, q.reshape({-1})).view(q.sizes());
    }
  }
  __builtin_unreachable();
}

/// x with each 32 numbers of a row rounded as `fast` has it; derivatives are those of x.
Tensor rounded(const Tensor& x) {
  const Tensor groups = x.detach().reshape({-1, ops::kRoundedTogether});
  const Tensor scale = groups.abs().amax(-1, true) / ops::kMostRounded;
  const Tensor q = (groups * where(scale < 1e-37, 0, scale.reciprocal())).round();
  return x + ((q * scale).view(x.sizes()) - x.detach());
}

/// Calls f(first byte, byte behind, type) for what a block consists of.
template <class F>
void for_fields(const Format& format, const F& f) {
  const auto [words, behind] = format.fields;
  if (words > 0) f(int64_t{0}, words, kShort);
  f(words, behind, kInt);
  if (behind < format.bytes) f(behind, format.bytes, kShort);
}

/// Rows [tiles * 16, bytes] packed, by tensor operators.
Tensor packed_tiles(const Tensor& rows, const Format& format) {
  const Tensor blocks =
      rows.reshape({-1, ops::kPackedTogether, rows.size(1) / format.bytes, format.bytes});
  std::vector<Tensor> fields;
  for_fields(format, [&](int64_t begin, int64_t end, ScalarType type) {
    const Tensor units = blocks.slice(3, begin, end).contiguous().view(type);
    fields.push_back(units.permute({0, 2, 3, 1})
                         .reshape({-1})
                         .view(kByte)
                         .view({blocks.size(0), blocks.size(2), -1}));
  });
  return cat(fields, 2).view(rows.sizes());
}
/// And back.
Tensor unpacked_tiles(const Tensor& packed, const Format& format) {
  constexpr int64_t kTogether = ops::kPackedTogether;
  const int64_t blocks = packed.size(1) / format.bytes;
  const Tensor tiles = packed.reshape({-1, blocks, kTogether * format.bytes});
  std::vector<Tensor> fields;
  for_fields(format, [&](int64_t begin, int64_t end, ScalarType type) {
    const Tensor units = tiles.slice(2, kTogether * begin, kTogether * end).contiguous().view(type);
    const Tensor numbers = units.view({tiles.size(0), blocks, -1, kTogether}).permute({0, 3, 1, 2});
    fields.push_back(
        numbers.reshape({-1}).view(kByte).view({tiles.size(0), kTogether, blocks, end - begin}));
  });
  return cat(fields, 3).view(packed.sizes());
}

/// Rows of a weight of `out` that are in tiles.
int64_t in_tiles(const Tensor& weight) {
  return weight.size(0) / ops::kPackedTogether * ops::kPackedTogether;
}
/// Those at `ids` [n] of all rows of a packed weight: [n, bytes].
Tensor unpacked_rows(const Tensor& packed, const Format& format, const Tensor& ids) {
  constexpr int64_t kTogether = ops::kPackedTogether;
  const Tensor as_they_lie = embedding(packed, ids);
  const int64_t whole = in_tiles(packed), row = packed.size(1);
  if (whole == 0 || as_they_lie.numel() == 0) return as_they_lie;
  const Tensor within = ids.clamp_max(whole - 1);
  const Tensor tiles = packed.slice(0, 0, whole)
                           .view({-1, kTogether * row})
                           .index_select(0, within.div(kTogether, "floor"))
                           .view({-1, row});
  const Tensor lanes =
      within.remainder(kTogether) + arange(0, ids.numel() * kTogether, kTogether, ids.options());
  const Tensor rows = unpacked_tiles(tiles, format).index_select(0, lanes);
  if (whole == packed.size(0)) return rows;
  return where(ids.ge(whole).unsqueeze(-1), as_they_lie, rows);
}

void check_weight(const char* name, const Tensor& weight, const Format& format) {
  HEARTH_CHECK_AS(ShapeError, weight.dim() == 2, "[", name,
                  "] expected a weight [out, bytes of a row], got sizes ", weight.sizes());
  HEARTH_CHECK_AS(ShapeError, weight.size(1) % format.bytes == 0, "[", name,
                  "] expected rows of whole blocks of ", format.bytes, " bytes (", format.name,
                  "), got sizes ", weight.sizes());
}
void check_bytes(const char* name, const Tensor& weight, const Format& format) {
  HEARTH_CHECK_AS(DtypeError, weight.scalar_type() == kByte, "[", name,
                  "] expected a weight of uint8, got ", weight.scalar_type());
  check_weight(name, weight, format);
}
template <class F>
Tensor with_tiles(const Tensor& weight, const F& f) {
  const int64_t whole = in_tiles(weight);
  if (whole == 0 || weight.size(1) == 0) return weight;
  const Tensor tiles = f(weight.slice(0, 0, whole));
  return whole == weight.size(0) ? tiles : cat({tiles, weight.slice(0, whole, weight.size(0))}, 0);
}

}  // namespace

std::string_view to_string(BlockFormat format) { return format_of(format).name; }
int64_t block_elements(BlockFormat format) { return format_of(format).elements; }
int64_t block_bytes(BlockFormat format) { return format_of(format).bytes; }
int64_t block_row_bytes(BlockFormat format, int64_t n) {
  const Format& f = format_of(format);
  HEARTH_CHECK_AS(ShapeError, n >= 0 && n % f.elements == 0, "[", f.name,
                  "] expected rows of whole blocks of ", f.elements, " numbers, got ", n);
  return (Checked(n / f.elements) * f.bytes).get("block_row_bytes", n, " numbers");
}

namespace ops {

BlockFields block_fields(BlockFormat format) { return format_of(format).fields; }

HEARTH_DEFINE_OP(DequantizeBlocks)
HEARTH_DEFINE_OP(BlockLinear)

Specs DequantizeBlocks::infer(Args in) const {
  const TensorImpl& b = impl(in[0]);
  const Format& f = format_of(format);
  HEARTH_CHECK_AS(DtypeError, b.dtype == kByte && is_floating_point(dtype),
                  "[dequantize_blocks] expected bytes of uint8 and a floating-point dtype, got ",
                  b.dtype, " and ", dtype);
  HEARTH_CHECK_AS(ShapeError, b.dim() >= 1 && b.sizes.back() % f.bytes == 0,
                  "[dequantize_blocks] expected rows of whole blocks of ", f.bytes, " bytes (",
                  f.name, "), got sizes ", b.sizes.ref());
  DimVector sizes = b.sizes;
  sizes[sizes.size() - 1] = (Checked(sizes.back() / f.bytes) * f.elements)
                                .get("dequantize_blocks", "bytes of sizes ", b.sizes.ref());
  return Spec(std::move(sizes), dtype, b.device);
}

Tensors DequantizeBlocks::decompose(Args in) const {
  const Format& f = format_of(format);
  const Tensor& bytes = in[0];
  DimVector sizes(bytes.sizes());
  sizes[sizes.size() - 1] = sizes.back() / f.bytes * f.elements;
  return {
      numbers_of(bytes.reshape({bytes.numel() / f.bytes, f.bytes}), format).to(dtype).view(sizes)};
}

Specs BlockLinear::infer(Args args) const {
  const TensorImpl &x = impl(args[0]), &w = impl(args[1]);
  HEARTH_CHECK_AS(DtypeError, is_floating_point(x.dtype) && w.dtype == kByte,
                  "[block_linear] expected a floating-point input and a weight of uint8, got ",
                  x.dtype, " and ", w.dtype);
  HEARTH_CHECK_AS(ShapeError, x.dim() >= 1 && x.sizes.back() == in,
                  "[block_linear] expected an input [..., ", in, "], got sizes ", x.sizes.ref());
  const int64_t row = block_row_bytes(format, in);
  HEARTH_CHECK_AS(ShapeError, w.dim() == 2 && w.sizes[0] == out && w.sizes[1] == row,
                  "[block_linear] expected a weight [", out, ", ", row, "] for ", in,
                  " features in ", to_string(format), ", got sizes ", w.sizes.ref());
  if (args.get(2).defined()) {
    const TensorImpl& bias = impl(args[2]);
    HEARTH_CHECK_AS(ShapeError,
                    bias.dim() == 1 && bias.sizes[0] == out && is_floating_point(bias.dtype),
                    "[block_linear] expected a bias [", out, "] of floats, got sizes ",
                    bias.sizes.ref(), " of ", bias.dtype);
  }
  DimVector sizes = x.sizes;
  sizes[sizes.size() - 1] = out;
  return {Spec(std::move(sizes), x.dtype, x.device), x.dtype == kDouble ? kDouble : kFloat};
}

Tensors BlockLinear::decompose(Args args) const {
  const Tensor& x = args[0];
  const ScalarType compute = x.scalar_type() == kDouble ? kDouble : kFloat;
  std::optional<Tensor> bias;
  if (args.get(2).defined()) bias = args[2].to(compute);
  const Tensor input = x.to(compute);
  const Tensor weight = packed ? unpack_blocks(args[1], format) : args[1];
  return {linear(fast ? rounded(input) : input, dequantize_blocks(weight, format, compute), bias)
              .to(x.scalar_type())};
}

Grads BlockLinear::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  if (need[0]) {
    const Tensor weight = packed ? unpack_blocks(s.in(1), format) : s.in(1);
    grads[0] = hearth::matmul(g[0], dequantize_blocks(weight, format, g[0].scalar_type()));
  }
  if (need[2]) grads[2] = g[0];
  return grads;
}

}  // namespace ops

Tensor dequantize_blocks(const Tensor& bytes, BlockFormat format, ScalarType dtype) {
  return invoke(ops::DequantizeBlocks{format, dtype}, bytes);
}

Tensor pack_blocks(const Tensor& weight, BlockFormat format) {
  const Format& f = format_of(format);
  check_bytes("pack_blocks", weight, f);
  return with_tiles(weight, [&](const Tensor& rows) { return packed_tiles(rows, f); });
}

Tensor unpack_blocks(const Tensor& packed, BlockFormat format) {
  const Format& f = format_of(format);
  check_bytes("unpack_blocks", packed, f);
  return with_tiles(packed, [&](const Tensor& tiles) { return unpacked_tiles(tiles, f); });
}

Tensor unpack_block_rows(const Tensor& packed, BlockFormat format, const Tensor& ids) {
  const Format& f = format_of(format);
  check_bytes("unpack_block_rows", packed, f);
  // A few at a time, as each brings the 16 rows along that it lies among.
  constexpr int64_t kAtOnce = 256;
  std::vector<Tensor> rows;
  for (const Tensor& some : ids.reshape({-1}).split(kAtOnce))
    rows.push_back(unpacked_rows(packed, f, some));
  std::vector<int64_t> sizes = ids.sizes().vec();
  sizes.push_back(packed.size(1));
  return cat(rows).view(sizes);
}

Tensor block_linear(const Tensor& input, const Tensor& weight, BlockFormat format,
                    const std::optional<Tensor>& bias, bool fast, bool packed) {
  const Format& f = format_of(format);
  check_weight("block_linear", weight, f);
  const int64_t in = (Checked(weight.size(1) / f.bytes) * f.elements)
                         .get("block_linear", "a weight of sizes ", weight.sizes());
  return invoke(ops::BlockLinear{format, in, weight.size(0), fast, packed}, input, weight,
                bias ? *bias : Tensor());
}

}  // namespace hearth
