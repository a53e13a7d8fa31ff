// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/vision/digits.h"

#include <cstring>

#include "hearth/datasets/idx.h"
#include "hearth/ops/creation.h"

namespace hearth::datasets {
namespace {

// The bytes of the two gzipped idx files in data/digits, written out by CMake.
constexpr unsigned char kImages[] = {
#include "digits_images.inc"
};
constexpr unsigned char kLabels[] = {
#include "digits_labels.inc"
};

constexpr int64_t kTestEvery = 5;

LabeledImages load(Mode mode) {
  Tensor all = read_idx(kImages, sizeof kImages, "digits images");
  Tensor labels = read_idx(kLabels, sizeof kLabels, "digits labels");
  const int64_t n = all.size(0), area = all.size(1) * all.size(2);
  const int64_t tests = (n + kTestEvery - 1) / kTestEvery;
  const int64_t count = mode == Mode::kTest ? tests : n - tests;
  Tensor pixels = empty({count, 1, all.size(1), all.size(2)}, kByte);
  Tensor targets = empty({count}, kByte);
  const auto* from = all.const_data_ptr<uint8_t>();
  auto* to = pixels.data_ptr<uint8_t>();
  auto* target = targets.data_ptr<uint8_t>();
  for (int64_t i = 0; i < n; ++i) {
    if ((i % kTestEvery == 0) != (mode == Mode::kTest)) continue;
    for (int64_t p = 0; p < area; ++p)
      *to++ = static_cast<uint8_t>((from[i * area + p] * 255 + 8) / 16);
    *target++ = labels.const_data_ptr<uint8_t>()[i];
  }
  return LabeledImages("digits", pixels, targets,
                       {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, mode);
}

}  // namespace

Digits::Digits(Mode mode) : LabeledImages(load(mode)) {}

}  // namespace hearth::datasets
