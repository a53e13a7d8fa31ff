// SPDX-License-Identifier: Apache-2.0
// One epoch of batches of 64 over 60,000 grey images that are normalized when they are read.
#include <memory>

#include "cases/cases.h"

namespace hearth::bench {

namespace {

class Images : public data::datasets::Dataset<Images> {
 public:
  Images() : images_(randint(0, 256, {60000, 28, 28}, kByte)), labels_(randint(0, 10, {60000})) {}

  data::Example<> get(size_t index) override {
    const auto i = static_cast<int64_t>(index);
    return {images_[i].unsqueeze(0).to(kFloat).div_(255), labels_[i]};
  }
  std::optional<size_t> size() const override { return 60000; }

 private:
  Tensor images_, labels_;
};

Step epochs(size_t workers) {
  auto loader = std::shared_ptr(data::make_data_loader<data::samplers::RandomSampler>(
      Images().map(data::transforms::Normalize<>(0.1307, 0.3081)).map(data::transforms::Stack<>()),
      data::DataLoaderOptions().batch_size(64).workers(workers)));
  return [=] {
    int64_t images = 0;
    for (const auto& batch : *loader) images += batch.data.size(0);
    if (images != 60000) throw Error("[loaders] lost images");
  };
}

}  // namespace

void add_loaders(Cases& cases) {
  for (const size_t workers : {0, 2})
    cases["loader/60000 images, " + std::to_string(workers) + " workers"] = [=] {
      return epochs(workers);
    };
}

}  // namespace hearth::bench
