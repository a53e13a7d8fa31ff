// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/grid_sampler.h"

#include "hearth/autograd/gradcheck.h"
#include "hearth/base/threads.h"
#include "hearth/ops/fold.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/random.h"
#include "hearth/ops/view.h"

#include "core/ops/exact.h"

namespace hearth {
namespace {

using ::testing::HasSubstr;

TEST(GridSampler, LayoutsTypesAndThreadsAgree) {
  manual_seed(5);
  // More positions than a block, more channels than a part, more than one image.
  const Tensor image = rand({3, 21, 17, 19}), grid = rand({3, 23, 29, 2}) * 2.4 - 1.2;
  const int threads = get_num_threads();
  for (const int64_t mode : {0, 1, 2})
    for (const int64_t padding : {0, 1, 2}) {
      SCOPED_TRACE(cat_str("mode ", mode, ", padding ", padding));
      const auto run = [&](const Tensor& x, const Tensor& g) {
        const Tensor a = x.detach().requires_grad_(), b = g.detach().requires_grad_();
        const Tensor y = grid_sampler(a, b, mode, padding, false);
        (y * y).sum().backward();
        return std::vector<Tensor>{y, a.grad(), b.grad()};
      };
      const auto want = run(image, grid);
      const auto last = run(image.to(MemoryFormat::ChannelsLast),
                            grid.transpose(1, 2).contiguous().transpose(1, 2));
      const auto wide = run(image.to(kDouble), grid.to(kDouble));
      set_num_threads(1);
      const auto alone = run(image, grid);
      set_num_threads(threads);
      for (size_t i = 0; i < want.size(); ++i) {
        EXPECT_TRUE(last[i].allclose(want[i], 1e-4, 1e-4)) << i;
        EXPECT_TRUE(alone[i].equal(want[i])) << i;
        // A position at an edge falls to either side in another precision.
        const Tensor near = (wide[i].to(kFloat) - want[i]).abs() < 1e-2;
        EXPECT_GT(near.to(kFloat).mean().item<double>(), 0.999) << i;
      }
    }
}

TEST(GridSampler, HasGradientsOfSecondOrder) {
  manual_seed(9);
  const auto options = TensorOptions(kDouble);
  const Tensor image = rand({1, 2, 3, 4}, options).requires_grad_();
  const Tensor grid = (rand({1, 2, 2, 2}, options) * 1.4 - 0.7).requires_grad_();
  for (const int64_t mode : {0, 2})
    for (const int64_t padding : {0, 1, 2}) {
      const auto f = [&](const std::vector<Tensor>& in) {
        return std::vector<Tensor>{grid_sampler(in[0], in[1], mode, padding, true)};
      };
      EXPECT_TRUE(autograd::gradcheck(f, {image, grid}));
      EXPECT_TRUE(autograd::gradgradcheck(f, {image, grid}));
    }
}

TEST(GridSampler, Errors) {
  const Tensor x = ones({1, 1, 3, 4}), grid = zeros({1, 2, 2, 2});
  const auto refused = [](const Tensor& t, const Tensor& g) {
    return error_of([&] { grid_sampler(t, g, 0, 0, false); });
  };
  EXPECT_THAT(refused(x, zeros({2, 2, 2, 2})),
              HasSubstr("expected grid and input to have same batch size, but got input with sizes "
                        "[1, 1, 3, 4] and grid with sizes [2, 2, 2, 2]"));
  EXPECT_THAT(refused(x, zeros({1, 2, 2, 3})),
              HasSubstr("expected grid to have size 2 in last dimension, but got grid with sizes "
                        "[1, 2, 2, 3]"));
  EXPECT_THAT(refused(ones({1, 1, 0, 4}), grid),
              HasSubstr("expected input to have non-empty spatial dimensions, but input has sizes "
                        "[1, 1, 0, 4] with dimension 2 being empty"));
  EXPECT_THAT(refused(x, grid.to(kDouble)), HasSubstr("to have same dtype"));
  EXPECT_THAT(error_of([&] { grid_sampler(x, grid, 3, 0, false); }),
              HasSubstr("expected an interpolation_mode 0, 1 or 2, got 3"));
  EXPECT_THAT(error_of([&] { grid_sampler_3d(x, grid, 0, 0, false); }),
              HasSubstr("expected 5D input"));
}

TEST(Fold, ColumnsOfAnyLayoutAndType) {
  const Tensor x = numbers({2, 3, 7, 6});
  const Tensor want = im2col(x, {3, 2}, {2, 1}, {1, 2}, {1, 2});
  // Element (c, i, j) of a window is what stands there in the padded image.
  const Tensor padded = constant_pad_nd(x, {2, 2, 1, 1});
  const int64_t across = (6 + 4 - 2) / 2 + 1;
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t j = 0; j < 2; ++j) {
      const Tensor part = want.view({2, 3, 3, 2, -1, across}).select(2, i).select(2, j);
      expect_equal(part,
                   padded.slice(2, 2 * i, 2 * i + part.size(2)).slice(3, j, j + 2 * across - 1, 2));
    }
  for (const ScalarType t : {kFloat, kHalf, kBFloat16, kBool})
    expect_equal(im2col(x.to(t), {3, 2}, {2, 1}, {1, 2}, {1, 2}),
                 im2col(x.to(t).to(kDouble), {3, 2}, {2, 1}, {1, 2}, {1, 2}));
  expect_equal(im2col(x.to(MemoryFormat::ChannelsLast), {3, 2}, {2, 1}, {1, 2}, {1, 2}), want);
}

}  // namespace
}  // namespace hearth
