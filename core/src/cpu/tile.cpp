// SPDX-License-Identifier: Apache-2.0
#include "cpu/tile.h"

#include <algorithm>
#include <cstring>

#include "base/parallel.h"
#include "cpu/stream.h"

namespace hearth::cpu {

namespace {

constexpr int kMaxSlots = 6;       // output and up to five inputs
constexpr int64_t kTile = 1024;    // elements; six tiles of doubles fit in L1 and L2
constexpr int64_t kGrain = 32768;  // elements worth a second thread
constexpr int64_t kShortRow = 64;  // rows below this are gathered several at a time

const ConvertTable& converter() {
  static const ConvertTable& table = HEARTH_SELECT_ISA(convert_table);
  return table;
}

/// What has all values of uint16 or uint32, and the bits of uint64.
ScalarType signed_type(ScalarType t) { return t == kUInt16 ? kInt : kLong; }

template <class To, class From>
void widen(void* out, const void* in, int64_t n) {
  To* o = static_cast<To*>(out);
  const From* x = static_cast<const From*>(in);
  for (int64_t i = 0; i < n; ++i) o[i] = static_cast<To>(x[i]);
}

/// A floating-point number as uint64, modulo 2^64 as conversions to smaller types are.
template <class From>
void to_uint64(void* out, const void* in, int64_t n) {
  constexpr From kHalfRange = 0x1p63;
  auto* o = static_cast<uint64_t*>(out);
  const From* x = static_cast<const From*>(in);
  for (int64_t i = 0; i < n; ++i)
    o[i] = x[i] >= kHalfRange ? static_cast<uint64_t>(x[i] - kHalfRange) ^ (uint64_t{1} << 63)
                              : static_cast<uint64_t>(static_cast<int64_t>(x[i]));
}

/// At most a tile of elements. There are no loops for each pair with an unsigned type of more than
/// 8 bits: those go through a signed one, or through a floating one where that has other values.
void convert(ScalarType from, ScalarType to, void* out, const void* in, int64_t n) {
  const auto plain = [](ScalarType a, ScalarType b) {
    return converter().convert[static_cast<int>(a)][static_cast<int>(b)];
  };
  if (!is_barebones_unsigned(from) && !is_barebones_unsigned(to))
    return plain(from, to)(out, in, n);
  alignas(64) char middle[kTile * 8];
  if (is_barebones_unsigned(from)) {
    ScalarType through = signed_type(from);
    if (from == kUInt16) {
      widen<int32_t, uint16_t>(middle, in, n);
    } else if (from == kUInt32) {
      widen<int64_t, uint32_t>(middle, in, n);
    } else if (to == kDouble || to == kComplexDouble) {
      through = kDouble;
      widen<double, uint64_t>(middle, in, n);
    } else if (is_floating_point(to) || to == kComplexFloat) {
      through = kFloat;
      widen<float, uint64_t>(middle, in, n);
    } else {
      std::memcpy(middle, in, static_cast<size_t>(n) * sizeof(int64_t));
    }
    return convert(through, to, out, middle, n);
  }
  if (to == kUInt64 && (is_floating_point(from) || is_complex(from))) {
    const bool wide = from == kDouble || from == kComplexDouble;
    plain(from, wide ? kDouble : kFloat)(middle, in, n);
    return wide ? to_uint64<double>(out, middle, n) : to_uint64<float>(out, middle, n);
  }
  if (to == kUInt64) return plain(from, kLong)(out, in, n);
  // The low bits are those of the signed type of the same size.
  plain(from, kLong)(middle, in, n);
  plain(kLong, to == kUInt16 ? kShort : kInt)(out, middle, n);
}

int log2_size(ScalarType t) { return __builtin_ctz(static_cast<unsigned>(element_size(t))); }

/// All operands over common dims, innermost first, with byte strides.
struct Plan {
  int num = 0;  ///< operands; 0 is the output
  int dims = 0;
  int64_t size[kMaxRank];
  int64_t stride[kMaxSlots][kMaxRank];
  char* data[kMaxSlots];
  ScalarType dtype[kMaxSlots];
  const void* constant[kMaxSlots];
  bool present[kMaxSlots];
};

void add_operand(Plan& plan, const Tensor* t, const void* constant, const DimVector& out_sizes) {
  const int k = plan.num++;
  plan.constant[k] = constant;
  plan.present[k] = t || constant;
  plan.data[k] = nullptr;
  plan.dtype[k] = ScalarType::Undefined;
  const int n = static_cast<int>(out_sizes.size());
  for (int d = 0; d < n; ++d) plan.stride[k][d] = 0;
  if (!t) return;
  const TensorImpl& i = impl(*t);
  plan.data[k] = i.data();
  plan.dtype[k] = i.dtype;
  const int64_t bytes = static_cast<int64_t>(element_size(i.dtype));
  const int own = static_cast<int>(i.dim());
  for (int d = 0; d < own; ++d) {
    const int from = own - 1 - d;
    if (i.sizes[static_cast<size_t>(from)] != 1)
      plan.stride[k][d] = i.strides[static_cast<size_t>(from)] * bytes;
  }
}

/// Sorts dims by the output's strides and merges those that run on into each other.
void coalesce(Plan& plan, const DimVector& out_sizes) {
  const int n = static_cast<int>(out_sizes.size());
  int order[kMaxRank];
  for (int d = 0; d < n; ++d) {
    order[d] = d;
    plan.size[d] = out_sizes[static_cast<size_t>(n - 1 - d)];
  }
  for (int a = 1; a < n; ++a)
    for (int b = a; b > 0 && plan.stride[0][order[b]] < plan.stride[0][order[b - 1]] &&
                    plan.stride[0][order[b]] != 0 && plan.size[order[b]] != 1;
         --b)
      std::swap(order[b], order[b - 1]);
  Plan sorted = plan;
  sorted.dims = 0;
  for (int i = 0; i < n; ++i) {
    const int d = order[i];
    if (plan.size[d] == 1) continue;
    bool merges = sorted.dims > 0;
    const int last = sorted.dims - 1;
    for (int k = 0; merges && k < plan.num; ++k)
      merges = plan.stride[k][d] == sorted.stride[k][last] * sorted.size[last];
    if (merges) {
      sorted.size[last] *= plan.size[d];
      continue;
    }
    sorted.size[sorted.dims] = plan.size[d];
    for (int k = 0; k < plan.num; ++k) sorted.stride[k][sorted.dims] = plan.stride[k][d];
    ++sorted.dims;
  }
  if (sorted.dims == 0) {
    sorted.dims = 1;
    sorted.size[0] = 1;
    for (int k = 0; k < plan.num; ++k) sorted.stride[k][0] = 0;
  }
  plan = sorted;
}

/// Reads and writes tiles for one thread.
class TileRunner {
 public:
  /// Will run at most `longest` elements.
  TileRunner(const Plan& plan, TileFn fn, ScalarType result, ScalarType compute, const void* params,
             int64_t longest)
      : plan_(plan), fn_(fn), params_(params), compute_(compute), result_(result) {
    const int size = log2_size(compute);
    for (int k = 0; k < plan.num; ++k)
      if (plan.constant[k])
        converter().fill[size](buffer_[k], plan.constant[k], std::min(kTile, longest));
  }

  /// Rows [begin, end) of the plan's outer dims, or elements of a one-dimensional plan.
  void run(int64_t begin, int64_t end) {
    const int64_t inner = plan_.size[0];
    if (plan_.dims == 1) {
      for (int64_t i = begin; i < end; i += kTile) {
        int64_t at[kMaxRank] = {};
        tile(at, i, std::min(kTile, end - i));
      }
      return;
    }
    int64_t at[kMaxRank];
    seek(begin, at);
    const int64_t rows_per_tile = inner < kShortRow ? kTile / inner : 1;
    for (int64_t row = begin; row < end;) {
      if (rows_per_tile > 1) {
        const int64_t rows = std::min(rows_per_tile, end - row);
        tile_rows(at, rows);
        row += rows;
        continue;
      }
      for (int64_t i = 0; i < inner; i += kTile) tile(at, i, std::min(kTile, inner - i));
      next_row(at);
      ++row;
    }
  }

 private:
  void seek(int64_t row, int64_t* at) const {
    at[0] = 0;
    for (int d = 1; d < plan_.dims; ++d) {
      at[d] = row % plan_.size[d];
      row /= plan_.size[d];
    }
  }
  void next_row(int64_t* at) const {
    for (int d = 1; d < plan_.dims; ++d) {
      if (++at[d] < plan_.size[d]) return;
      at[d] = 0;
    }
  }
  char* address(int k, const int64_t* at, int64_t i) const {
    char* p = plan_.data[k] + i * plan_.stride[k][0];
    for (int d = 1; d < plan_.dims; ++d) p += at[d] * plan_.stride[k][d];
    return p;
  }
  ScalarType want(int k) const { return k == 0 ? result_ : compute_; }

  /// Puts n elements at `from` with this stride into `to`, as type `want`.
  void load(int k, const char* from, int64_t stride, int64_t n, char* to) {
    const ScalarType have = plan_.dtype[k];
    const int size = log2_size(have);
    const bool dense = stride == static_cast<int64_t>(element_size(have));
    if (have == want(k)) {
      if (dense) {
        std::memcpy(to, from, static_cast<size_t>(n) << size);
      } else if (stride == 0) {
        converter().fill[size](to, from, n);
      } else {
        converter().gather[size](to, from, stride, n);
      }
      return;
    }
    const void* source = from;
    if (!dense) {
      converter().gather[size](raw_, from, stride, n);
      source = raw_;
    }
    convert(have, want(k), to, source, n);
  }

  void store(char* to, int64_t stride, int64_t n, const char* from) {
    const ScalarType target = plan_.dtype[0];
    const int size = log2_size(target);
    const bool dense = stride == static_cast<int64_t>(element_size(target));
    if (target == result_) {
      if (dense) {
        std::memcpy(to, from, static_cast<size_t>(n) << size);
      } else {
        converter().scatter[size](to, stride, from, n);
      }
      return;
    }
    if (dense) {
      convert(result_, target, to, from, n);
    } else {
      convert(result_, target, raw_, from, n);
      converter().scatter[size](to, stride, raw_, n);
    }
  }

  bool direct(int k) const {
    return plan_.dtype[k] == want(k) &&
           plan_.stride[k][0] == static_cast<int64_t>(element_size(plan_.dtype[k]));
  }

  /// n elements along the inner dim, from element i of the row at `at`.
  void tile(const int64_t* at, int64_t i, int64_t n) {
    const void* in[kMaxSlots];
    for (int k = 1; k < plan_.num; ++k) {
      in[k - 1] = plan_.present[k] ? buffer_[k] : nullptr;
      if (!plan_.data[k]) continue;
      const char* from = address(k, at, i);
      if (direct(k)) {
        in[k - 1] = from;
      } else {
        load(k, from, plan_.stride[k][0], n, buffer_[k]);
      }
    }
    char* to = address(0, at, i);
    if (direct(0)) {
      fn_(to, in, n, params_);
    } else {
      fn_(buffer_[0], in, n, params_);
      store(to, plan_.stride[0][0], n, buffer_[0]);
    }
  }

  /// Several short rows gathered into one tile; advances `at`.
  void tile_rows(int64_t* at, int64_t rows) {
    const int64_t inner = plan_.size[0];
    const void* in[kMaxSlots];
    for (int k = 1; k < plan_.num; ++k) in[k - 1] = plan_.present[k] ? buffer_[k] : nullptr;
    char* out[kTile];
    for (int64_t r = 0; r < rows; ++r) {
      for (int k = 1; k < plan_.num; ++k) {
        if (!plan_.data[k]) continue;
        load(k, address(k, at, 0), plan_.stride[k][0], inner,
             buffer_[k] + r * inner * static_cast<int64_t>(element_size(compute_)));
      }
      out[r] = address(0, at, 0);
      next_row(at);
    }
    fn_(buffer_[0], in, rows * inner, params_);
    const int64_t bytes = inner * static_cast<int64_t>(element_size(result_));
    for (int64_t r = 0; r < rows; ++r)
      store(out[r], plan_.stride[0][0], inner, buffer_[0] + r * bytes);
  }

  const Plan& plan_;
  const TileFn fn_;
  const void* params_;
  const ScalarType compute_;
  const ScalarType result_;
  alignas(64) char buffer_[kMaxSlots][kTile * 16];
  alignas(64) char raw_[kTile * 16];
};

/// All tensors have out's layout and the right type: one flat loop, constants repeated beside it.
bool flat(const Tensor& out, ScalarType result, const TileSlot* slots, int num_slots,
          ScalarType compute) {
  const TensorImpl& o = impl(out);
  if (!o.dense || o.dtype != result) return false;
  int constants = 0;
  for (int k = 0; k < num_slots; ++k) {
    constants += slots[k].constant != nullptr;
    if (!slots[k].tensor) continue;
    const TensorImpl& t = impl(*slots[k].tensor);
    if (t.dtype != compute || !(t.sizes == o.sizes)) return false;
    if (!(t.contiguous && o.contiguous) && !(t.strides == o.strides)) return false;
  }
  return constants <= 1;
}

}  // namespace

void run_tiled(TileFn fn, const Tensor& out, ScalarType result, const TileSlot* slots,
               int num_slots, ScalarType compute, const void* params) {
  const int64_t n = impl(out).numel;
  if (n == 0) return;
  if (flat(out, result, slots, num_slots, compute)) {
    const int64_t out_size = static_cast<int64_t>(element_size(result));
    const int64_t in_size = static_cast<int64_t>(element_size(compute));
    char* o = raw_data(out);
    const char* base[kMaxSlots];
    alignas(64) char repeated[kTile * 16];
    int constant = -1;
    for (int k = 0; k < num_slots; ++k) {
      base[k] = slots[k].tensor ? raw_data(*slots[k].tensor) : nullptr;
      if (!slots[k].constant) continue;
      constant = k;
      converter().fill[log2_size(compute)](repeated, slots[k].constant, std::min(kTile, n));
    }
    // Lines that are read as well are better overwritten where they are.
    const bool past_caches =
        streams(n * out_size) && std::find(base, base + num_slots, o) == base + num_slots;
    const int64_t step = constant < 0 && !past_caches ? n : kTile;
    const auto run = [&](int64_t i, int64_t count, void* to) {
      const void* in[kMaxSlots];
      for (int k = 0; k < num_slots; ++k) in[k] = base[k] ? base[k] + i * in_size : nullptr;
      if (constant >= 0) in[constant] = repeated;
      fn(to, in, count, params);
    };
    parallel_for(n, kGrain, [&](int64_t begin, int64_t end) {
      if (past_caches) {
        Stream stream;
        alignas(64) char result_tile[kTile * 16];
        for (int64_t i = begin; i < end; i += step) {
          const int64_t count = std::min(step, end - i);
          run(i, count, result_tile);
          stream.copy(o + i * out_size, result_tile, count * out_size);
        }
        return;
      }
      for (int64_t i = begin; i < end; i += step) run(i, std::min(step, end - i), o + i * out_size);
    });
    return;
  }
  Plan plan;
  add_operand(plan, &out, nullptr, impl(out).sizes);
  for (int k = 0; k < num_slots; ++k)
    add_operand(plan, slots[k].tensor, slots[k].constant, impl(out).sizes);
  coalesce(plan, impl(out).sizes);
  const int64_t inner = plan.size[0];
  const int64_t units = plan.dims == 1 ? n : n / inner;
  const int64_t grain = plan.dims == 1 ? kGrain : std::max<int64_t>(1, kGrain / inner);
  parallel_for(units, grain, [&](int64_t begin, int64_t end) {
    TileRunner(plan, fn, result, compute, params, n).run(begin, end);
  });
}

namespace {

template <int kLog2>
void copy_tile(void* out, const void* const* in, int64_t n, const void*) {
  std::memcpy(out, in[0], static_cast<size_t>(n) << kLog2);
}

constexpr int64_t kBlock = 32;  // rows and columns of a block to transpose

/// The dim of a copy along which the source runs, when the output runs along another; else 0.
int transposed_dim(const Plan& plan, int64_t element) {
  if (plan.stride[0][0] != element || plan.stride[1][0] == element || plan.size[0] < kBlock)
    return 0;
  for (int d = 1; d < plan.dims; ++d)
    if (plan.stride[1][d] == element && plan.size[d] >= kBlock) return d;
  return 0;
}

/// out[r][c] = in[c][r]. Source lines are read whole and once: with strides of a power of two they
/// would throw each other out of the cache.
template <class E>
void transpose_block(char* out, int64_t out_stride, const char* in, int64_t in_stride, int64_t rows,
                     int64_t columns) {
  E buffer[kBlock][kBlock];
  for (int64_t c = 0; c < columns; ++c)
    std::memcpy(buffer[c], in + c * in_stride, static_cast<size_t>(rows) * sizeof(E));
  for (int64_t r = 0; r < rows; ++r) {
    E* to = reinterpret_cast<E*>(out + r * out_stride);
    for (int64_t c = 0; c < columns; ++c) to[c] = buffer[c][r];
  }
}

/// Copies block by block; `d` is what transposed_dim found.
template <class E>
void copy_transposed(const Plan& plan, int d) {
  const int64_t bands = (plan.size[d] + kBlock - 1) / kBlock;
  int64_t units = bands;
  for (int k = 1; k < plan.dims; ++k)
    if (k != d) units *= plan.size[k];
  const int64_t grain = std::max<int64_t>(1, kGrain / (kBlock * plan.size[0]));
  parallel_for(units, grain, [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t first = unit % bands * kBlock;
      const char* in = plan.data[1] + first * plan.stride[1][d];
      char* out = plan.data[0] + first * plan.stride[0][d];
      int64_t rest = unit / bands;
      for (int k = 1; k < plan.dims; ++k) {
        if (k == d) continue;
        in += rest % plan.size[k] * plan.stride[1][k];
        out += rest % plan.size[k] * plan.stride[0][k];
        rest /= plan.size[k];
      }
      const int64_t rows = std::min(kBlock, plan.size[d] - first);
      for (int64_t c = 0; c < plan.size[0]; c += kBlock)
        transpose_block<E>(out + c * plan.stride[0][0], plan.stride[0][d],
                           in + c * plan.stride[1][0], plan.stride[1][0], rows,
                           std::min(kBlock, plan.size[0] - c));
    }
  });
}

struct alignas(16) Bytes16 {
  uint64_t halves[2];
};

/// `n` elements, those of `in` from the last to the first in memory.
template <class E>
void copy_reversed(char* out, const char* in, int64_t n) {
  constexpr int64_t kElement = sizeof(E);
  int64_t i = 0;
  if constexpr (kElement == 1) {
    for (; i + 8 <= n; i += 8) {
      uint64_t eight;
      std::memcpy(&eight, in - i - 7, 8);
      eight = __builtin_bswap64(eight);
      std::memcpy(out + i, &eight, 8);
    }
  }
  for (; i < n; ++i) std::memcpy(out + i * kElement, in - i * kElement, sizeof(E));
}

/// Rows of the plan's inner dim, one behind the other in the next.
template <class E>
void copy_rows(const Plan& plan, char* out, const char* in, int64_t rows) {
  constexpr int64_t kElement = sizeof(E);
  const int64_t n = plan.size[0], out_step = plan.stride[0][0], in_step = plan.stride[1][0];
  const bool runs = out_step == kElement && in_step == kElement;
  const bool reversed = out_step == kElement && in_step == -kElement;
  for (int64_t r = 0; r < rows; ++r, out += plan.stride[0][1], in += plan.stride[1][1]) {
    if (runs && n == 3) {  // the colors of a pixel
      std::memcpy(out, in, 3 * sizeof(E));
    } else if (runs && n >= kShortRow) {
      std::memcpy(out, in, static_cast<size_t>(n) * sizeof(E));
    } else if (reversed) {
      copy_reversed<E>(out, in, n);
    } else {
      for (int64_t i = 0; i < n; ++i) std::memcpy(out + i * out_step, in + i * in_step, sizeof(E));
    }
  }
}

template <class E>
void copy_by_rows(const Plan& plan) {
  int64_t all = 1;
  for (int d = 1; d < plan.dims; ++d) all *= plan.size[d];
  const int64_t grain = std::max<int64_t>(1, kGrain / plan.size[0]);
  parallel_for(all, grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end;) {
      char* out = plan.data[0];
      const char* in = plan.data[1];
      int64_t rest = row;
      for (int d = 1; d < plan.dims; ++d) {
        out += rest % plan.size[d] * plan.stride[0][d];
        in += rest % plan.size[d] * plan.stride[1][d];
        rest /= plan.size[d];
      }
      const int64_t rows = std::min(end - row, plan.size[1] - row % plan.size[1]);
      copy_rows<E>(plan, out, in, rows);
      row += rows;
    }
  });
}

/// Copies rows of one type without tiles between them; false where it is something else.
bool try_untiled(const Tensor& target, const Tensor& source) {
  const TensorImpl &t = impl(target), &s = impl(source);
  if (t.dtype != s.dtype || t.numel < kBlock * kBlock || t.strides == s.strides) return false;
  Plan plan;
  add_operand(plan, &target, nullptr, t.sizes);
  add_operand(plan, &source, nullptr, t.sizes);
  coalesce(plan, t.sizes);
  const auto element = static_cast<int64_t>(element_size(t.dtype));
  const int d = transposed_dim(plan, element);
  if (d == 0 && (plan.dims == 1 || plan.stride[1][0] == 0)) return false;
  const auto run = [&](auto type) {
    using E = decltype(type);
    d > 0 ? copy_transposed<E>(plan, d) : copy_by_rows<E>(plan);
  };
  switch (element) {
    case 1:
      run(uint8_t{});
      break;
    case 2:
      run(uint16_t{});
      break;
    case 4:
      run(uint32_t{});
      break;
    case 8:
      run(uint64_t{});
      break;
    default:
      run(Bytes16{});
  }
  return true;
}

}  // namespace

void copy_tiled(const Tensor& target, const Tensor& source) {
  if (try_untiled(target, source)) return;
  static constexpr TileFn kCopy[] = {&copy_tile<0>, &copy_tile<1>, &copy_tile<2>, &copy_tile<3>,
                                     &copy_tile<4>};
  const ScalarType type = impl(target).dtype;
  const TileSlot slot{&source, nullptr};
  run_tiled(kCopy[log2_size(type)], target, type, &slot, 1, type, nullptr);
}

void fill_tiled(const Tensor& target, const Scalar& value) {
  static constexpr TileFn kCopy[] = {&copy_tile<0>, &copy_tile<1>, &copy_tile<2>, &copy_tile<3>,
                                     &copy_tile<4>};
  const TensorImpl& t = impl(target);
  alignas(16) char element[16];
  store_scalar(element, t.dtype, value);
  const int size = log2_size(t.dtype);
  if (t.dense) {
    char* data = t.data();
    parallel_for(t.numel, kGrain, [&](int64_t begin, int64_t end) {
      converter().fill[size](data + (begin << size), element, end - begin);
    });
    return;
  }
  const TileSlot slot{nullptr, element};
  run_tiled(kCopy[size], target, t.dtype, &slot, 1, t.dtype, nullptr);
}

}  // namespace hearth::cpu
