// SPDX-License-Identifier: Apache-2.0
// The _out forms of what networks are made of write what the function returns, whatever out was.
#include <gtest/gtest.h>

#include "hearth/hearth.h"

namespace {

using namespace hearth;

/// Calls `form` with an out of other sizes and one that fits but is strided.
template <class Form>
void expect_written(const Tensor& wanted, const Form& form) {
  Tensor grown = empty({0}, wanted.options());
  const Tensor& back = form(grown);
  EXPECT_TRUE(back.is_same(grown));
  EXPECT_TRUE(grown.equal(wanted)) << grown << wanted;
  DimVector twice(wanted.sizes());
  twice.push_back(2);
  Tensor strided = zeros(twice, wanted.options()).select(-1, 0);
  const void* memory = strided.data_ptr();
  form(strided);
  EXPECT_TRUE(strided.equal(wanted));
  EXPECT_EQ(strided.data_ptr(), memory);
}
#define EXPECT_OUT(name, ...)               \
  expect_written(hearth::name(__VA_ARGS__), \
                 [&](Tensor& out) -> Tensor& { return hearth::name##_out(out, __VA_ARGS__); })

TEST(OutForms, Losses) {
  const Tensor x = rand({3, 4}), y = rand({3, 4}), sign = where(y > 0.5, 1.0, -1.0);
  const Tensor classes = tensor({0, 3, 1}, kLong), many = tensor({{0, 1, -1, 2}}, kLong);
  EXPECT_OUT(mse_loss, x, y);
  EXPECT_OUT(smooth_l1_loss, x, y, Reduction::None, 0.5);
  EXPECT_OUT(huber_loss, x, y, Reduction::Sum, 0.5);
  EXPECT_OUT(binary_cross_entropy, x, y);
  EXPECT_OUT(binary_cross_entropy_with_logits, x, y);
  EXPECT_OUT(soft_margin_loss, x, sign);
  EXPECT_OUT(nll_loss, x, classes, std::nullopt, Reduction::None);
  EXPECT_OUT(multi_margin_loss, x, classes);
  EXPECT_OUT(multilabel_margin_loss, x.slice(0, 0, 1), many);
}

TEST(OutForms, PoolingAndImages) {
  const Tensor x = rand({1, 4, 6, 6}), line = rand({1, 2, 6}), volume = rand({1, 2, 4, 4, 4});
  const Tensor theta = rand({1, 2, 3}), columns = rand({1, 8, 9}), weight = rand({2, 4, 3, 3});
  EXPECT_OUT(avg_pool1d, line, 2);
  EXPECT_OUT(avg_pool2d, x, 2, 1, 1, false, false);
  EXPECT_OUT(avg_pool3d, volume, 2);
  EXPECT_OUT(adaptive_avg_pool1d, line, 4);
  EXPECT_OUT(adaptive_avg_pool2d, x, 4);
  EXPECT_OUT(adaptive_avg_pool3d, volume, 3);
  EXPECT_OUT(constant_pad_nd, x, {1, 2}, 3.0);
  EXPECT_OUT(reflection_pad1d, line, {1, 2});
  EXPECT_OUT(reflection_pad2d, x, {1, 2, 3, 4});
  EXPECT_OUT(reflection_pad3d, volume, {1, 2, 3, 1, 1, 1});
  EXPECT_OUT(replication_pad1d, line, {1, 2});
  EXPECT_OUT(replication_pad2d, x, {1, 2, 3, 4});
  EXPECT_OUT(replication_pad3d, volume, {1, 2, 3, 1, 1, 1});
  EXPECT_OUT(upsample_nearest1d, line, {9});
  EXPECT_OUT(upsample_nearest2d, x, {9, 4});
  EXPECT_OUT(upsample_nearest3d, volume, {9, 4, 2});
  EXPECT_OUT(upsample_linear1d, line, {9}, true);
  EXPECT_OUT(upsample_bilinear2d, x, {9, 4}, false);
  EXPECT_OUT(upsample_bicubic2d, x, {9, 4}, false);
  EXPECT_OUT(upsample_trilinear3d, volume, {9, 4, 2}, false);
  EXPECT_OUT(pixel_shuffle, x, 2);
  EXPECT_OUT(pixel_unshuffle, x, 2);
  EXPECT_OUT(channel_shuffle, x, 2);
  EXPECT_OUT(affine_grid_generator, theta, {1, 1, 4, 5}, false);
  EXPECT_OUT(im2col, x, 2, 1, 0, 1);
  EXPECT_OUT(col2im, columns, {4, 4}, 2, 1, 0, 1);
  EXPECT_OUT(convolution, x, weight, std::nullopt, 1, 0, 1, false, 0, 1);
  EXPECT_OUT(softmax, x, 1);
  EXPECT_OUT(log_softmax, x, 1, kDouble);
}

TEST(OutForms, SeveralResults) {
  const Tensor x = rand({1, 2, 6, 6});
  Tensor values = empty({0}), places = empty({0}, kLong);
  adaptive_max_pool2d_out(values, places, x, 3);
  Tensor wanted, where_to;
  std::tie(wanted, where_to) = adaptive_max_pool2d(x, 3);
  EXPECT_TRUE(values.equal(wanted));
  EXPECT_TRUE(places.equal(where_to));
  const Tensor samples = rand({1, 2, 2});
  fractional_max_pool2d_out(values, places, x, 2, 3, samples);
  EXPECT_TRUE(values.equal(std::get<0>(fractional_max_pool2d(x, 2, 3, samples))));
  EXPECT_TRUE(places.equal(std::get<1>(fractional_max_pool2d(x, 2, 3, samples))));
  EXPECT_OUT(max_unpool2d, wanted, where_to, {6, 6});
  Tensor mean = empty({0}), rstd = empty({0});
  native_layer_norm_out(values, mean, rstd, x, 6, std::nullopt, std::nullopt, 1e-5);
  EXPECT_TRUE(rstd.equal(std::get<2>(native_layer_norm(x, 6, std::nullopt, std::nullopt, 1e-5))));
}

TEST(OutForms, NewTensors) {
  const Tensor x = rand({2, 3}), low = tensor(1.0), high = tensor(5.0);
  EXPECT_OUT(linspace, low, high, 4);
  EXPECT_OUT(linspace, low, 5, 4);
  EXPECT_OUT(linspace, 1, high, 4);
  EXPECT_OUT(logspace, low, high, 4, 2.0);
  EXPECT_OUT(hann_window, 7);
  EXPECT_OUT(hamming_window, 7, false, 0.5, 0.4);
  EXPECT_OUT(kaiser_window, 7, true, 3.0);
  EXPECT_OUT(copy, x, tensor({1, 2, 3}));
  Tensor out = empty({0}, kDouble);
  EXPECT_TRUE(zeros_like_out(out, x).equal(zeros({2, 3}, kDouble)));
  EXPECT_TRUE(full_like_out(out, x, 7).equal(full({2, 3}, 7, kDouble)));
  EXPECT_TRUE(new_ones_out(out, x, {2}).equal(ones({2}, kDouble)));
  EXPECT_TRUE(scalar_tensor_out(out, 3).equal(full({}, 3.0, kDouble)));
}

TEST(OutForms, RandomNumbersOfAGenerator) {
  const Tensor x = rand({2, 3});
  Generator g(7);
  const auto fresh = [&] {
    g.set_current_seed(7);
    return g;
  };
  EXPECT_TRUE(rand_like(x, fresh()).equal(rand({2, 3}, fresh())));
  EXPECT_TRUE(randn_like(x, fresh()).equal(randn({2, 3}, fresh())));
  EXPECT_TRUE(randint_like(x, 3, 9, fresh()).equal(randint(3, 9, {2, 3}, fresh(), kFloat)));
  EXPECT_TRUE(randint_like(x, tensor(9), fresh()).equal(randint(9, {2, 3}, fresh(), kFloat)));
  EXPECT_THROW(randint_like(x, tensor({1, 2})), ValueError);
  Tensor out = empty({0});
  EXPECT_TRUE(rand_like_out(out, x, fresh()).equal(rand({2, 3}, fresh())));
  EXPECT_TRUE(normal_out(out, x, 1.0, 2.0, fresh()).equal(normal(1.0, 2.0, {2, 3}, fresh())));
  const Tensor p = tensor({0.0, 1.0, 0.0});
  EXPECT_TRUE(bernoulli_out(out, x, p).equal(p.to(kFloat).expand({2, 3})));
}

TEST(OutForms, RefuseGradientsAndForeignTypes) {
  const Tensor x = rand({2, 3}).requires_grad_(), y = rand({2, 3});
  Tensor out = empty({0}), whole = empty({0}, kLong);
  EXPECT_THROW(mse_loss_out(out, x, y), AutogradError);
  EXPECT_THROW(mse_loss_out(whole, y, y), DtypeError);
  EXPECT_THROW(mm(y, y.t(), kFloat), NotImplementedError);
  EXPECT_THROW(baddbmm(y, y, y, kFloat), NotImplementedError);
}

TEST(OutForms, LinalgByItsNamespace) {
  const Tensor a = rand({3, 3}), b = rand({3, 3});
  Tensor out = empty({0});
  EXPECT_TRUE(linalg::vector_norm_out(out, a, 3).equal(linalg::vector_norm(a, 3)));
  EXPECT_TRUE(linalg::cross_out(out, a, b).equal(linalg::cross(a, b)));
  EXPECT_TRUE(linalg::vecdot_out(out, a, b).equal(linalg::vecdot(a, b)));
  EXPECT_TRUE(linalg::matmul_out(out, a, b).equal(linalg::matmul(a, b)));
}

TEST(Combinations, AreAllInOrder) {
  for (const int64_t r : {1, 2, 3, 5})
    for (const bool again : {false, true}) {
      const Tensor rows = combinations(arange(6), r, again);
      int64_t count = 0;
      for (int64_t i = 0; i < 7776; ++i) {  // every row of r digits, in order
        int64_t rest = i, digits[5];
        bool fits = true;
        for (int64_t k = r; k-- > 0; rest /= 6) digits[k] = rest % 6;
        if (rest > 0) break;
        for (int64_t k = 1; k < r; ++k)
          fits &= again ? digits[k] >= digits[k - 1] : digits[k] > digits[k - 1];
        if (!fits) continue;
        ASSERT_LT(count, rows.size(0));
        for (int64_t k = 0; k < r; ++k) EXPECT_EQ(rows[count][k].item<int64_t>(), digits[k]);
        ++count;
      }
      EXPECT_EQ(count, rows.size(0));
    }
}

}  // namespace
