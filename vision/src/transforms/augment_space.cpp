// SPDX-License-Identifier: Apache-2.0
#include "transforms/augment_space.h"

#include <cmath>

namespace hearth::vision::transforms {
namespace {

using enum AugmentOp;

const std::vector<AugmentOp> kAll = {Identity,  ShearX,     ShearY,       TranslateX, TranslateY,
                                     Rotate,    Brightness, Color,        Contrast,   Sharpness,
                                     Posterize, Solarize,   AutoContrast, Equalize};
const std::vector<AugmentOp> kMixed = {ShearX,    ShearY,   TranslateX,   TranslateY, Rotate,
                                       Posterize, Solarize, AutoContrast, Equalize,   Brightness,
                                       Color,     Contrast, Sharpness};
constexpr size_t kPartOfMixed = 9;

/// Equal steps in float32, each from the nearer end, as PyTorch's linspace rounds them.
std::vector<double> even_steps(double from, double to, int64_t n) {
  const auto first = static_cast<float>(from), last = static_cast<float>(to);
  const double step = (last - first) / static_cast<float>(n - 1);
  std::vector<double> all;
  for (int64_t i = 0; i < n; ++i) {
    const double exact = i < n / 2 ? first + step * static_cast<double>(i)
                                   : last - step * static_cast<double>(n - 1 - i);
    all.push_back(static_cast<float>(exact));
  }
  return all;
}

std::vector<double> fewer_bits(int64_t most, int64_t fewest, int64_t n) {
  const auto lost = static_cast<double>(most - fewest);
  const auto bins = static_cast<float>(static_cast<double>(n - 1) / lost);
  std::vector<double> all;
  for (int64_t i = 0; i < n; ++i)
    all.push_back(std::nearbyint(static_cast<float>(most) - static_cast<float>(i) / bins));
  return all;
}

}  // namespace

const AugmentSpace& usual_space() {
  static const AugmentSpace space{kAll, 0.3, 30, 0.9, 150.0 / 331.0, 8, 4};
  return space;
}

const AugmentSpace& wide_space() {
  static const AugmentSpace space{kAll, 0.99, 135, 0.99, 32, 8, 2};
  return space;
}

const AugmentSpace& mix_space(bool all_ops) {
  static const AugmentSpace all{kMixed, 0.3, 30, 0.9, 1.0 / 3.0, 4, 0};
  static const AugmentSpace part{
      {kMixed.begin(), kMixed.begin() + kPartOfMixed}, 0.3, 30, 0.9, 1.0 / 3.0, 4, 0};
  return all_ops ? all : part;
}

std::vector<double> magnitudes(const AugmentSpace& space, AugmentOp op, int64_t bins, Size image) {
  const auto pixels = [&](int64_t size) {
    return space.translate < 1 ? space.translate * static_cast<double>(size) : space.translate;
  };
  switch (op) {
    case ShearX:
    case ShearY:
      return even_steps(0, space.shear, bins);
    case TranslateX:
      return even_steps(0, pixels(image.width), bins);
    case TranslateY:
      return even_steps(0, pixels(image.height), bins);
    case Rotate:
      return even_steps(0, space.rotate, bins);
    case Brightness:
    case Color:
    case Contrast:
    case Sharpness:
      return even_steps(0, space.color, bins);
    case Posterize:
      return fewer_bits(space.bits, space.fewest_bits, bins);
    case Solarize:
      return even_steps(1, 0, bins);
    default:
      return {};
  }
}

bool is_signed(AugmentOp op) { return op >= ShearX && op <= Sharpness; }

}  // namespace hearth::vision::transforms
