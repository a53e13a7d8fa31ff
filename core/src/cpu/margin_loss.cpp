// SPDX-License-Identifier: Apache-2.0
#include "ops/margin_loss.h"

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "cpu/dense.h"
#include "cpu/kernels.h"

namespace hearth::cpu {

namespace {

template <class T>
void multilabel_margin_rows(const T* x, const int64_t* target, int64_t rows, int64_t classes,
                            T* loss, T* slope) {
  std::fill_n(slope, rows * classes, T{});
  parallel_for(rows, row_grain(classes * 4), [&](int64_t begin, int64_t end) {
    std::vector<uint8_t> is_target(static_cast<size_t>(classes));
    for (int64_t n = begin; n < end; ++n) {
      const T* row = x + n * classes;
      const int64_t* list = target + n * classes;
      T* by = slope + n * classes;
      std::fill(is_target.begin(), is_target.end(), uint8_t{0});
      for (int64_t j = 0; j < classes; ++j)
        HEARTH_CHECK_AS(IndexError, list[j] >= -1 && list[j] < classes,
                        "[multilabel_margin_loss] target is out of range: ", list[j],
                        " for classes up to ", classes - 1, " and -1 at the end");
      int64_t listed = 0;
      for (; listed < classes && list[listed] >= 0; ++listed)
        is_target[static_cast<size_t>(list[listed])] = 1;
      T sum{};
      for (int64_t j = 0; j < listed; ++j) {
        const T own = row[list[j]];
        for (int64_t i = 0; i < classes; ++i) {
          if (is_target[static_cast<size_t>(i)]) continue;
          const T excess = 1 - own + row[i];
          if (!(excess > 0)) continue;
          sum += excess;
          by[i] += 1;
          by[list[j]] -= 1;
        }
      }
      loss[n] = sum / static_cast<T>(classes);
      for (int64_t i = 0; i < classes; ++i) by[i] /= static_cast<T>(classes);
    }
  });
}

void multilabel_margin_loss(const Call& call) {
  const Tensor x = contiguous_raw(call.in[0]), target = contiguous_raw(call.in[1]);
  const Result loss(call.out[0], call.compute), slope(call.out[1], call.compute);
  const DimVector& sizes = impl(x).sizes;
  with_float_type(call.compute, call.op.info.name, [&]<class T>(T) {
    multilabel_margin_rows(ptr<T>(x), ptr<int64_t>(target), sizes[0], sizes[1], loss.data<T>(),
                           slope.data<T>());
  });
  loss.finish();
  slope.finish();
}

}  // namespace

void install_margin_loss() { ops::MultilabelMarginLoss::row().kernel[0] = &multilabel_margin_loss; }

}  // namespace hearth::cpu
