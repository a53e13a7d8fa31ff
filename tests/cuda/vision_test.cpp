// SPDX-License-Identifier: Apache-2.0
// Vision's functions that compute on the host take tensors of the device.
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/transforms/functional/resize.h"
#include "hearth/vision/utils.h"

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

using namespace vision;

TEST_F(Cuda, VisionTakesTensorsOfTheDevice) {
  const Tensor images = arange(2 * 3 * 8 * 8).view({2, 3, 8, 8}).to(kByte);
  const Tensor there = images.to(kCUDA);
  expect_same(transforms::functional::resize(there[0], {5, 7}),
              transforms::functional::resize(images[0], {5, 7}));
  expect_same(utils::make_grid(there, 2), utils::make_grid(images, 2));
  const Tensor scores = rand({6, 3}).softmax(1), targets = tensor({0, 1, 2, 0, 1, 2});
  EXPECT_TRUE(evaluate(scores.to(kCUDA), targets.to(kCUDA))
                  .confusion.equal(evaluate(scores, targets).confusion));
  EXPECT_EQ(worst_mistakes(scores.to(kCUDA), targets.to(kCUDA), 2),
            worst_mistakes(scores, targets, 2));
}

}  // namespace
}  // namespace hearth::testing_cuda
