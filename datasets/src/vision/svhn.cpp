// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/svhn.h"

#include "hearth/base/error.h"
#include "hearth/datasets/mat.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "archives.h"
#include "vision/sources.h"

namespace hearth::datasets {
namespace {

LabeledImages load(const std::string& root, const std::string& split, bool download) {
  const std::string path = find_file("svhn", sources::svhn(split), "", root, download);
  const MatFile file(path);
  const Tensor &x = file.at("X").array, &y = file.at("y").array;
  HEARTH_CHECK_AS(FormatError,
                  x.defined() && x.scalar_type() == kByte && x.dim() == 4 && x.size(2) == 3, "[",
                  path, "] expected uint8 images X [H, W, 3, N]");
  HEARTH_CHECK_AS(FormatError, y.defined() && y.numel() == x.size(3), "[", path, "] expected ",
                  x.size(3), " labels y");
  // The digit 0 has the label 10.
  const Tensor labels = y.to(kLong).reshape({-1});
  return LabeledImages("svhn", x.permute({3, 2, 0, 1}).contiguous(),
                       where(labels.eq(10), 0, labels),
                       {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                       split == "test" ? Mode::kTest : Mode::kTrain);
}

}  // namespace

SVHN::SVHN(const std::string& root, const std::string& split, bool download)
    : LabeledImages(load(root, split, download)) {}

}  // namespace hearth::datasets
