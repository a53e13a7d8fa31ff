// SPDX-License-Identifier: Apache-2.0
#include "ops/embedding_bag.h"

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "cpu/dense.h"
#include "cpu/kernels.h"
#include "cpu/rows.h"

namespace hearth::cpu {

namespace {

/// Where bags begin, with the number of indices after the last.
std::vector<int64_t> bag_starts(const Tensor& offsets, int64_t bags, int64_t indices) {
  const Tensor dense = contiguous_raw(copy_raw(offsets, kLong, kCPU));
  const int64_t* o = ptr<int64_t>(dense);
  std::vector<int64_t> starts(o, o + bags);
  const bool ends = impl(offsets).numel > bags;
  starts.push_back(ends ? o[bags] : indices);
  HEARTH_CHECK_AS(ValueError, impl(offsets).numel == 0 || o[0] == 0,
                  "[embedding_bag] offsets[0] has to be 0, i.e., the first sequence in the "
                  "mini-batch has to start from position 0. However, got ",
                  o[0]);
  for (size_t b = 0; b < starts.size(); ++b)
    HEARTH_CHECK_AS(ValueError, starts[b] <= indices && (b == 0 || starts[b] >= starts[b - 1]),
                    "[embedding_bag] offsets must not decrease nor be greater than input's length ",
                    indices, " but got offsets[", b, "] of ", starts[b]);
  return starts;
}

/// What one thread works with.
template <class T>
struct Bags {
  const ops::EmbeddingBag& op;
  RowReader<T> weight;
  const int64_t* indices;
  const T* scale;  ///< per index, or null
  int64_t width;

  /// Joins the rows of indices [first, last), which gives their number without padding.
  int64_t join(int64_t first, int64_t last, T* out, int64_t* from) {
    std::fill_n(out, width, T{});
    if (from) std::fill_n(from, width, 0);
    int64_t count = 0;
    for (int64_t j = first; j < last; ++j) {
      const int64_t r = indices[j];
      if (r == op.padding_idx) continue;
      const T* row = weight.row(r);
      if (op.mode == ops::BagMode::Max) {
        for (int64_t a = 0; a < width; ++a)
          if (count == 0 || row[a] > out[a]) {
            out[a] = row[a];
            from[a] = r;
          }
      } else if (scale) {
        for (int64_t a = 0; a < width; ++a) out[a] += row[a] * scale[j];
      } else {
        for (int64_t a = 0; a < width; ++a) out[a] += row[a];
      }
      ++count;
    }
    if (op.mode == ops::BagMode::Mean && count > 0)
      for (int64_t a = 0; a < width; ++a) out[a] /= static_cast<T>(count);
    return count;
  }
};

void embedding_bag(const Call& call) {
  const auto& op = call.as<ops::EmbeddingBag>();
  const int64_t bags = impl(call.out[0]).sizes[0], width = impl(call.out[0]).sizes[1];
  const int64_t n = impl(call.in[1]).numel, rows = impl(call.in[0]).sizes[0];
  const Tensor indices = contiguous_raw(copy_raw(call.in[1], kLong, kCPU));
  const int64_t* index = ptr<int64_t>(indices);
  for (int64_t j = 0; j < n; ++j)
    HEARTH_CHECK_AS(IndexError, index[j] >= 0 && index[j] < rows, "[embedding_bag] Index ", j,
                    " of input takes value ", index[j], " which is not in the valid range [0, ",
                    rows, ")");
  const std::vector<int64_t> starts = bag_starts(call.in[2], bags, n);

  const Result bag_of(call.out[1], kLong), size(call.out[2], kLong), from(call.out[3], kLong);
  int64_t* to_bag = bag_of.data<int64_t>();
  for (int64_t b = 0; b < bags; ++b)
    std::fill(to_bag + starts[static_cast<size_t>(b)], to_bag + starts[static_cast<size_t>(b + 1)],
              b);
  // Those after a last offset, or without any bag, are in none.
  std::fill(to_bag + (bags > 0 ? starts.back() : 0), to_bag + n, -1);

  const RowResult result(call.out[0]);
  const Tensor weight = contiguous_raw(row_operand(call.in[0], call.compute));
  Tensor scale;
  if (call.in[3].defined()) scale = contiguous_raw(as_type(call.in[3], call.compute));
  with_float_type(call.compute, call.op.info.name, [&]<class T>(T) {
    const int64_t work = width * (1 + n / std::max<int64_t>(bags, 1));
    parallel_for(bags, row_grain(work), [&](int64_t begin, int64_t end) {
      Bags<T> part{op, RowReader<T>(weight, width), index,
                   scale.defined() ? ptr<T>(scale) : nullptr, width};
      RowWriter<T> writer(result.tensor(), bags, width);
      for (int64_t b = begin; b < end; ++b) {
        int64_t* came_from =
            op.mode == ops::BagMode::Max ? from.data<int64_t>() + b * width : nullptr;
        writer.write(b, [&](T* out) {
          size.data<int64_t>()[b] = part.join(starts[static_cast<size_t>(b)],
                                              starts[static_cast<size_t>(b + 1)], out, came_from);
        });
      }
    });
  });
  if (op.mode != ops::BagMode::Max) std::copy_n(size.data<int64_t>(), bags, from.data<int64_t>());
  result.finish();
  bag_of.finish();
  size.finish();
  from.finish();
}

}  // namespace

void install_embedding_bag() { ops::EmbeddingBag::row().kernel[0] = converting(&embedding_bag); }

}  // namespace hearth::cpu
