// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/fake_data.h"

#include <memory>
#include <string>
#include <utility>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/classification/picture_source.h"

namespace hearth::datasets {
namespace {

class Noise final : public vision::PictureSource {
 public:
  Noise(size_t size, std::vector<int64_t> image_size, int64_t num_classes, uint64_t offset)
      : size_(size), image_size_(std::move(image_size)), offset_(offset) {
    HEARTH_CHECK_AS(ValueError, num_classes > 0, "[FakeData] expected a class or more, got ",
                    num_classes);
    HEARTH_CHECK_AS(ValueError, image_size_.size() == 3,
                    "[FakeData] expected sizes [C, H, W], got ", image_size_);
    for (int64_t c = 0; c < num_classes; ++c) classes_.push_back(std::to_string(c));
  }
  size_t size() const override { return size_; }
  const std::vector<std::string>& classes() const override { return classes_; }
  int64_t target(size_t index) const override {
    check(index);
    return randint(static_cast<int64_t>(classes_.size()), {1}, Generator(~(offset_ + index)),
                   TensorOptions(kLong))
        .item<int64_t>();
  }
  std::string name(size_t index) const override { return cat_str("image ", index, " of noise"); }
  Tensor picture(size_t index) const override {
    check(index);
    return randint(256, image_size_, Generator(offset_ + index), TensorOptions(kByte));
  }

 private:
  void check(size_t index) const {
    HEARTH_CHECK_AS(IndexError, index < size_, "[FakeData] image ", index, " of ", size_);
  }
  size_t size_;
  std::vector<int64_t> image_size_;
  uint64_t offset_;
  std::vector<std::string> classes_;
};

}  // namespace

FakeData::FakeData(size_t size, std::vector<int64_t> image_size, int64_t num_classes,
                   uint64_t random_offset)
    : PictureDataset(
          std::make_shared<Noise>(size, std::move(image_size), num_classes, random_offset)) {}

}  // namespace hearth::datasets
