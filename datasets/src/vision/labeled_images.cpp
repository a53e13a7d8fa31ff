// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/labeled_images.h"

#include "hearth/vision/classification/picture_source.h"

namespace hearth::datasets {

LabeledImages::LabeledImages(const std::string& source, Tensor pixels, const Tensor& targets,
                             std::vector<std::string> classes, Mode mode)
    : source_(source), pixels_(std::move(pixels)), classes_(std::move(classes)), mode_(mode) {
  HEARTH_CHECK_AS(FormatError, pixels_.scalar_type() == kByte && pixels_.dim() == 4, "[", source,
                  "] expected uint8 images [N, C, H, W], got ", pixels_.scalar_type(), " ",
                  pixels_.sizes());
  HEARTH_CHECK_AS(FormatError,
                  is_integral(targets.scalar_type()) && targets.dim() == 1 &&
                      targets.size(0) == pixels_.size(0),
                  "[", source, "] expected ", pixels_.size(0), " class indices, got ",
                  targets.scalar_type(), " ", targets.sizes());
  targets_ = targets.to(kLong).contiguous();
  const auto* index = targets_.const_data_ptr<int64_t>();
  const auto n = static_cast<int64_t>(classes_.size());
  for (int64_t i = 0; i < targets_.numel(); ++i) {
    HEARTH_CHECK_AS(FormatError, index[i] >= 0 && index[i] < n, "[", source, "] image ", i,
                    " has class ", index[i], ", there are ", n);
  }
}

/// Shares the pixels.
class LabeledImages::Source final : public vision::PictureSource {
 public:
  explicit Source(const LabeledImages& images) : images_(images) {}
  size_t size() const override { return static_cast<size_t>(images_.pixels_.size(0)); }
  const std::vector<std::string>& classes() const override { return images_.classes_; }
  int64_t target(size_t index) const override {
    return images_.targets_.const_data_ptr<int64_t>()[at(index)];
  }
  std::string name(size_t index) const override {
    return cat_str("image ", index, " of ", images_.source_);
  }
  Tensor picture(size_t index) const override { return images_.pixels_.select(0, at(index)); }

 private:
  int64_t at(size_t index) const {
    HEARTH_CHECK_AS(IndexError, index < size(), "[", images_.source_, "] image ", index, " of ",
                    size());
    return static_cast<int64_t>(index);
  }
  LabeledImages images_;
};

std::shared_ptr<vision::PictureSource> LabeledImages::pictures() const {
  return std::make_shared<Source>(*this);
}

data::Example<> LabeledImages::get(size_t index) {
  const auto i = static_cast<int64_t>(index);
  return {pixels_.select(0, i).to(kFloat).div_(255), targets_.select(0, i)};
}

data::Example<> LabeledImages::gather(ArrayRef<size_t> indices) {
  return {data::gather_rows(pixels_, indices).to(kFloat).div_(255),
          data::gather_rows(targets_, indices)};
}

std::optional<size_t> LabeledImages::size() const { return static_cast<size_t>(pixels_.size(0)); }

Tensor LabeledImages::images() const { return pixels_.to(kFloat).div_(255); }

}  // namespace hearth::datasets
