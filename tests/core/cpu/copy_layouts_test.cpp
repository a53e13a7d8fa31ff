// SPDX-License-Identifier: Apache-2.0
// Copies between layouts: transposed, reversed, few elements in a row.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

namespace hearth {
namespace {

/// The values as numbers in plain order, by conversion.
std::vector<int64_t> numbers(const Tensor& t) {
  const Tensor plain = (t.is_complex() ? real(t) : t).to(kLong).contiguous();
  return {plain.const_data_ptr<int64_t>(), plain.const_data_ptr<int64_t>() + plain.numel()};
}

TEST(CopyLayouts, KeepEachElementWhereItBelongs) {
  // Inner dims shorter and longer than what is gathered at a time, and of pixels.
  for (const std::vector<int64_t>& shape :
       {std::vector<int64_t>{3, 21, 70}, {2, 5, 201}, {4, 40, 41}, {70, 3, 9}}) {
    for (const ScalarType type : {kByte, kShort, kFloat, kDouble, kComplexDouble}) {
      std::vector<int64_t> order{0, 1, 2};
      do {
        std::vector<int64_t> back(3), lying;
        for (int64_t d = 0; d < 3; ++d) {
          back[static_cast<size_t>(order[static_cast<size_t>(d)])] = d;
          lying.push_back(shape[static_cast<size_t>(order[static_cast<size_t>(d)])]);
        }
        const int64_t n = shape[0] * shape[1] * shape[2];
        const Tensor x = arange(n, kLong).remainder(120).to(type).view(lying).permute(back);
        const std::vector<int64_t> at = numbers(x);
        for (const std::vector<int64_t>& dims :
             {std::vector<int64_t>{}, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}}) {
          std::vector<int64_t> want;
          const auto place = [&](int64_t i, size_t d) {
            const bool turned = std::find(dims.begin(), dims.end(), d) != dims.end();
            return turned ? shape[d] - 1 - i : i;
          };
          for (int64_t i = 0; i < shape[0]; ++i)
            for (int64_t j = 0; j < shape[1]; ++j)
              for (int64_t k = 0; k < shape[2]; ++k)
                want.push_back(at[static_cast<size_t>(
                    (place(i, 0) * shape[1] + place(j, 1)) * shape[2] + place(k, 2))]);
          const Tensor y = x.flip(dims);
          EXPECT_EQ(numbers(y), want);
          EXPECT_EQ(numbers(y.contiguous()), want);
        }
        const Tensor part = x.slice(1, 1, shape[1], 2).slice(2, 1);
        Tensor whole = zeros_like(x);
        whole.slice(1, 1, shape[1], 2).slice(2, 1).copy_(part);
        EXPECT_EQ(numbers(whole.slice(1, 1, shape[1], 2).slice(2, 1)), numbers(part));
        EXPECT_EQ(numbers(part.clone()), numbers(part));
      } while (std::next_permutation(order.begin(), order.end()));
    }
  }
}

}  // namespace
}  // namespace hearth
