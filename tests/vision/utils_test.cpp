// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/utils.h"

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"

#include "core/golden/tables.h"
#include "error_of.h"
#include "temporary.h"

namespace hearth::golden {
namespace {

Outputs grid(Args& a) {
  vision::utils::MakeGridOptions options;
  options.nrow(a.i("nrow", 8)).padding(a.i("padding", 2)).normalize(a.b("normalize", false));
  options.scale_each(a.b("scale_each", false)).pad_value(a.f("pad_value", 0));
  if (a.has("low")) options.value_range(std::pair(a.f("low"), a.f("high")));
  return {a.list(0).size() > 1 ? vision::utils::make_grid(a.list(0), options)
                               : vision::utils::make_grid(a[0], options)};
}

const Table kTable{{"make_grid", grid}};

HEARTH_GOLDEN_FAMILY(GoldenVision, "vision", kTable);

}  // namespace
}  // namespace hearth::golden

namespace hearth::vision::utils {
namespace {

TEST(MakeGrid, RefusesWhatIsNone) {
  EXPECT_THROW(make_grid(zeros({0, 3, 2, 2})), ShapeError);
  EXPECT_THROW(make_grid(zeros({3})), ShapeError);
  EXPECT_THROW(make_grid(Tensor()), ShapeError);
  EXPECT_THROW(make_grid(TensorList()), ShapeError);
  EXPECT_THROW(make_grid(zeros({2, 3, 2, 2}), 0), ValueError);
  EXPECT_THROW(make_grid(zeros({2, 3, 2, 2}), MakeGridOptions().padding(-1)), ValueError);
}

TEST(MakeGrid, LeavesItsInputAlone) {
  const Tensor images = ones({2, 1, 2, 2}).mul(3).requires_grad_();
  EXPECT_FALSE(make_grid(images, MakeGridOptions().normalize(true)).requires_grad());
  EXPECT_EQ(images.min().item<float>(), 3);
}

TEST(SaveImage, WritesWhatTheEndingSays) {
  TemporaryFolder folder;
  const Tensor images = cat({zeros({1, 1, 2, 2}), full({1, 1, 2, 2}, 0.5), full({1, 1, 2, 2}, 9)});
  save_image(images, folder / "grid.png", MakeGridOptions(3).padding(0));
  const Tensor read = io::read_image(folder / "grid.png");
  EXPECT_EQ(read.sizes(), IntArrayRef({3, 2, 6}));
  EXPECT_EQ(read[0][0][0].item<int64_t>(), 0);
  EXPECT_EQ(read[1][1][3].item<int64_t>(), 128);
  EXPECT_EQ(read[2][0][5].item<int64_t>(), 255);
  save_image(images, folder / "grid.JPG");
  EXPECT_EQ(io::read_image(folder / "grid.JPG").size(0), 3);
  EXPECT_NE(error_of<ValueError>([&] { save_image(images, folder / "grid.gif"); }).find("none of"),
            std::string::npos);
  EXPECT_THROW(save_image(images, folder / "png"), ValueError);
  EXPECT_THROW(save_image(images, folder / "none/grid.png"), FileError);
}

}  // namespace
}  // namespace hearth::vision::utils
