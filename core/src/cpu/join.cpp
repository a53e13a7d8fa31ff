// SPDX-License-Identifier: Apache-2.0
#include "ops/join.h"

#include <algorithm>
#include <cstring>

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "cpu/stream.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kGrain = 128 << 10;   // bytes worth a second thread
constexpr int64_t kMostRow = 64 << 10;  // bytes of a row; longer ones are copied part by part

/// Copies dense parts of the output's type into its rows, each a piece of every part; false when
/// they are something else.
bool cat_rows(const Call& call, const TensorImpl& o, size_t dim) {
  int64_t rows = 1;
  for (size_t k = 0; k < dim; ++k) rows *= o.sizes[k];
  const auto size = static_cast<int64_t>(element_size(o.dtype));
  const int64_t row = o.numel / rows * size;
  if (!o.contiguous || row > kMostRow) return false;
  struct Part {
    const char* data;
    int64_t bytes;  // in a row
  };
  std::vector<Part> parts;
  for (size_t i = 0; i < call.in.size(); ++i) {
    const TensorImpl& t = impl(call.in[i]);
    if (t.numel == 0) continue;
    if (!t.contiguous || t.dtype != o.dtype) return false;
    parts.push_back({t.data(), t.numel / rows * size});
  }
  const bool past_caches = streams(o.numel * size);
  parallel_for(rows, std::max<int64_t>(1, kGrain / row), [&](int64_t begin, int64_t end) {
    Stream stream;
    char* to = o.data() + begin * row;
    for (int64_t r = begin; r < end; ++r)
      for (const Part& p : parts) {
        const char* from = p.data + r * p.bytes;
        if (past_caches) {
          stream.copy(to, from, p.bytes);
        } else {
          std::memcpy(to, from, static_cast<size_t>(p.bytes));
        }
        to += p.bytes;
      }
  });
  return true;
}

void cat(const Call& call) {
  const Tensor& out = call.out[0];
  const TensorImpl& o = impl(out);
  if (o.numel == 0) return;
  const auto d = static_cast<size_t>(wrap_dim(call.as<ops::Cat>().dim, o.dim(), "cat"));
  if (cat_rows(call, o, d)) return;
  int64_t at = 0;
  for (size_t i = 0; i < call.in.size(); ++i) {
    const TensorImpl& t = impl(call.in[i]);
    if (t.numel == 0) continue;
    const Tensor part =
        alias_tensor(out, t.sizes, o.strides, o.offset + at * o.strides[d], o.dtype);
    copy_raw_into(part, call.in[i]);
    at += t.sizes[d];
  }
}

}  // namespace

void install_join() { ops::Cat::row().kernel[0] = &cat; }

}  // namespace hearth::cpu
