// SPDX-License-Identifier: Apache-2.0
// What ops with indices share. They read or write self[outer[b] + at + inner[a]], where `at` comes
// from an index: positions before the indexed dims, an offset per index, positions after. Threads
// share out b and a, which never meet, and walk the indices in order, so sums come out the same for
// any number.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "backends/combine.h"
#include "base/parallel.h"
#include "cpu/index_kernels.h"
#include "cpu/stream.h"
#include "ops/copy.h"

namespace hearth::cpu {

inline constexpr int64_t kIndexGrain = 16384;  ///< elements worth a second thread
inline constexpr int64_t kIndexPiece = 256;    ///< inner elements handled at a time

using Offsets = std::vector<int64_t>;

/// Whether least <= v[k] <= most for all k.
inline bool within(const int64_t* v, int64_t n, int64_t least, int64_t most) {
  static const IndexTable& table = HEARTH_SELECT_ISA(index_table);
  return table.within(v, n, least, most);
}

/// Throws IndexError unless v[0], ..., v[n - 1] are indices of a dim of that size; `negative`:
/// those that count from its end included.
void check_indices(const int64_t* v, int64_t n, int64_t dim, int64_t size, std::string_view op,
                   bool negative = false);

/// Offsets of all positions over these dims, in logical order.
inline Offsets offsets_over(const DimVector& sizes, const DimVector& strides) {
  Offsets out{0};
  for (size_t d = 0; d < sizes.size(); ++d) {
    Offsets next;
    next.reserve(out.size() * static_cast<size_t>(sizes[d]));
    for (int64_t base : out)
      for (int64_t i = 0; i < sizes[d]; ++i) next.push_back(base + i * strides[d]);
    out = std::move(next);
  }
  return out;
}

/// Where an op reads or writes, in elements of one tensor.
struct Places {
  Offsets outer, at, inner;
  bool run = false;  ///< inner is 0, 1, 2, ...

  int64_t numel() const { return static_cast<int64_t>(outer.size() * at.size() * inner.size()); }
  void finish() {
    run = true;
    for (size_t i = 0; run && i < inner.size(); ++i) run = inner[i] == static_cast<int64_t>(i);
  }
};

/// The entries of these dims.
inline DimVector pick(const DimVector& from, const DimVector& dims) {
  DimVector out;
  for (int64_t d : dims) out.push_back(from[static_cast<size_t>(d)]);
  return out;
}

/// Calls f with an integer (or pair of them) of the element's size.
template <class F>
void by_size(ScalarType t, const F& f) {
  struct alignas(16) Bytes16 {
    uint64_t v[2];
  };
  switch (element_size(t)) {
    case 1:
      return f(uint8_t{});
    case 2:
      return f(uint16_t{});
    case 4:
      return f(uint32_t{});
    case 8:
      return f(uint64_t{});
    default:
      return f(Bytes16{});
  }
}

/// Calls f with a zero of the element type.
template <class F>
void by_type(ScalarType t, const F& f) {
  switch (t) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return f(T{});
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      return;
  }
}

/// From this many bytes on a tensor is not in the caches, so that what is read or written in it
/// next is asked for early.
inline constexpr int64_t kFarBytes = 4 << 20;
inline constexpr int64_t kAhead = 8;  ///< places

/// Asks for the first elements at a place.
template <class T>
void prefetch(const T* at, int64_t width) {
  const auto* p = reinterpret_cast<const char*>(at);
  const int64_t bytes = std::min<int64_t>(width * static_cast<int64_t>(sizeof(T)), 512);
  for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(p + i);
}

/// Copies rows to a result one after another; past the caches when it is large.
class RowCopies {
 public:
  explicit RowCopies(int64_t result_bytes) : past_caches_(streams(result_bytes)) {}
  void copy(void* to, const void* from, int64_t bytes) {
    if (past_caches_) return stream_.copy(to, from, bytes);
    std::memcpy(to, from, static_cast<size_t>(bytes));
  }

 private:
  const bool past_caches_;
  Stream stream_;
};

/// out[b][j][a] = self[places].
template <class T>
void read(const Places& p, const T* self, T* out) {
  const auto n = static_cast<int64_t>(p.at.size());
  const auto width = static_cast<int64_t>(p.inner.size());
  if (p.numel() == 0) return;
  const int64_t bytes = p.numel() * static_cast<int64_t>(sizeof(T));
  const int64_t ahead = bytes >= kFarBytes && p.run ? std::min(kAhead, n - 1) : n;
  const bool run = p.run;
  parallel_for(static_cast<int64_t>(p.outer.size()) * n, std::max<int64_t>(1, kIndexGrain / width),
               [=, &p](int64_t begin, int64_t end) {
                 const int64_t *outer = p.outer.data(), *at = p.at.data(), *inner = p.inner.data();
                 RowCopies rows(bytes);
                 int64_t b = begin / n, j = begin % n;
                 for (int64_t r = begin; r < end; ++r) {
                   const T* const base = self + outer[b];
                   const T* from = base + at[j];
                   T* to = out + r * width;
                   if (j + ahead < n) prefetch(base + at[j + ahead], width);
                   if (width == 1) {
                     *to = *from;
                   } else if (run) {
                     rows.copy(to, from, width * static_cast<int64_t>(sizeof(T)));
                   } else {
                     for (int64_t a = 0; a < width; ++a) to[a] = from[inner[a]];
                   }
                   if (++j == n) j = 0, ++b;
                 }
               });
}

/// write(self element, value element) at every place; values are [outer][at][inner], or one value.
template <class T, class F>
void write(const Places& p, T* self, const T* values, bool one_value, const F& put) {
  const auto n = static_cast<int64_t>(p.at.size());
  const auto width = static_cast<int64_t>(p.inner.size());
  if (p.numel() == 0) return;
  const int64_t pieces = (width + kIndexPiece - 1) / kIndexPiece;
  const int64_t each = n * std::min(width, kIndexPiece);
  const int64_t bytes = p.numel() * static_cast<int64_t>(sizeof(T));
  const int64_t ahead = bytes >= kFarBytes && p.run ? kAhead : n;
  parallel_for(static_cast<int64_t>(p.outer.size()) * pieces,
               std::max<int64_t>(1, kIndexGrain / each), [&](int64_t begin, int64_t end) {
                 for (int64_t unit = begin; unit < end; ++unit) {
                   const int64_t b = unit / pieces, first = unit % pieces * kIndexPiece;
                   const int64_t count = std::min(kIndexPiece, width - first);
                   T* const base = self + p.outer[static_cast<size_t>(b)];
                   for (int64_t j = 0; j < n; ++j) {
                     T* to = base + p.at[static_cast<size_t>(j)];
                     if (j + ahead < n)
                       prefetch(base + p.at[static_cast<size_t>(j + ahead)] + first, count);
                     const T* from = one_value ? values : values + (b * n + j) * width + first;
                     const int64_t step = one_value ? 0 : 1;
                     if (p.run && step == 1) {
                       to += first;
                       for (int64_t a = 0; a < count; ++a) put(to[a], from[a]);
                     } else if (p.run) {
                       to += first;
                       for (int64_t a = 0; a < count; ++a) put(to[a], *from);
                     } else {
                       const int64_t* inner = p.inner.data() + first;
                       for (int64_t a = 0; a < count; ++a) put(to[inner[a]], from[a * step]);
                     }
                   }
                 }
               });
}

/// Puts self's values into the output of a call that may run in place.
inline const Tensor& started(const Call& call) {
  const Tensor &out = call.out[0], &self = call.in[0];
  if (!out.is_same(self)) copy_raw_into(out, self);
  return out;
}

/// Adds in float where the type is a half type: change(tensor of type T with `out`'s values).
template <class F>
void accumulate(const Tensor& out, const F& change) {
  const ScalarType t = impl(out).dtype;
  if (t != kHalf && t != kBFloat16) {
    change(out);
    return;
  }
  const Tensor wide = copy_raw(out, kFloat, kCPU);
  change(wide);
  copy_raw_into(out, wide);
}

}  // namespace hearth::cpu
