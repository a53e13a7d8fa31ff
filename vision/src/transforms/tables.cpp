// SPDX-License-Identifier: Apache-2.0
#include "transforms/tables.h"

#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"

namespace hearth::vision::transforms {
namespace {

constexpr int64_t kGrain = 1 << 18;  // bytes that are worth a thread

}  // namespace

Table followed_by(const Table& first, const Table& then) {
  Table both;
  for (size_t v = 0; v < both.size(); ++v) both[v] = then[first[v]];
  return both;
}

void apply_table(const Table& table, const uint8_t* in, uint8_t* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = table[in[i]];
}

Tensor apply_table(const Table& table, const Tensor& image) {
  Tensor in = image.cpu();
  if (!in.is_non_overlapping_and_dense()) in = in.contiguous();
  Tensor out = empty_strided(in.sizes(), in.strides(), in.options());
  const auto* from = in.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<uint8_t>();
  parallel_for(0, in.numel(), kGrain, [&](int64_t begin, int64_t end) {
    apply_table(table, from + begin, to + begin, end - begin);
  });
  return out.to(image.device());
}

Tensor apply_tables(const Tensor& image, void (*table_of)(const Channel& channel, Table& table)) {
  const Pixels in = pixels_of(image), out = like(in);
  const auto* from = in.data.const_data_ptr<uint8_t>();
  auto* to = out.data.mutable_data_ptr<uint8_t>();
  const int64_t n = in.count(), step = in.step();
  if (n == 0) return back(out, image);
  const int64_t grain = kGrain / n + 1;
  parallel_for(0, in.images * in.channels, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first =
          in.interleaved ? i / in.channels * in.plane() + i % in.channels : i * in.plane();
      Table table;
      table_of({from + first, n, step}, table);
      if (step == 1)
        apply_table(table, from + first, to + first, n);
      else
        for (int64_t p = first; p < first + n * step; p += step) to[p] = table[from[p]];
    }
  });
  return back(out, image);
}

}  // namespace hearth::vision::transforms
