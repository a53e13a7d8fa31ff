// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/judge.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"

namespace hearth::vision {

Tensor fitted_pixels(const Classifier& classifier, const PictureSource& source,
                     ArrayRef<size_t> indices) {
  const models::ImageShape& shape = classifier.spec().shape;
  const auto n = static_cast<int64_t>(indices.size());
  Tensor pixels = empty({n, shape.channels, shape.height, shape.width}, kByte);
  const int64_t bytes = shape.channels * shape.height * shape.width;
  auto* to = pixels.data_ptr<uint8_t>();
  parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Tensor fitted = classifier.fit(source.picture(indices[static_cast<size_t>(i)]),
                                           FitOptions(Invert::No, Crop::None));
      std::memcpy(to + i * bytes, fitted.contiguous().const_data_ptr<uint8_t>(),
                  static_cast<size_t>(bytes));
    }
  });
  return pixels;
}

Tensor probabilities(const Classifier& classifier, const PictureSource& source, int64_t batch_size,
                     const Callable<void(int64_t)>& done) {
  HEARTH_CHECK_AS(ValueError, batch_size > 0, "[probabilities] batch_size is positive, got ",
                  batch_size);
  const auto size = static_cast<int64_t>(source.size());
  const auto classes = static_cast<int64_t>(classifier.spec().classes.size());
  Tensor all = empty({size, classes});
  for (int64_t at = 0; at < size; at += batch_size) {
    std::vector<size_t> indices(static_cast<size_t>(std::min(batch_size, size - at)));
    std::iota(indices.begin(), indices.end(), static_cast<size_t>(at));
    const auto n = static_cast<int64_t>(indices.size());
    const Tensor pixels = fitted_pixels(classifier, source, indices);
    all.narrow(0, at, n).copy_(classifier.probabilities(pixels, batch_size));
    if (done) done(n);
  }
  return all;
}

}  // namespace hearth::vision
