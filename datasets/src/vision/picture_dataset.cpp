// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/picture_dataset.h"

#include "hearth/ops/creation.h"
#include "hearth/vision/classification/picture_sources.h"

#include "vision/decode.h"

namespace hearth::datasets {
namespace {

Tensor as_color(const vision::PictureSource& source, size_t index) {
  const Tensor bytes = source.encoded(index);
  if (!bytes.defined()) return source.picture(index);
  return decode(bytes, source.name(index), vision::io::ImageReadMode::RGB);
}

}  // namespace

PictureDataset::PictureDataset(std::shared_ptr<vision::PictureSource> source)
    : source_(std::move(source)) {}
PictureDataset::~PictureDataset() = default;

data::Example<> PictureDataset::get(size_t index) {
  return {as_color(*source_, index).to(kFloat).div_(255),
          scalar_tensor(source_->target(index), kLong)};
}

std::optional<size_t> PictureDataset::size() const { return source_->size(); }
const std::vector<std::string>& PictureDataset::classes() const { return source_->classes(); }
Tensor PictureDataset::targets() const { return vision::targets(*source_); }

}  // namespace hearth::datasets
