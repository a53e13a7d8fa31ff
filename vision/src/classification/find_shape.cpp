// SPDX-License-Identifier: Apache-2.0
#include "classification/find_shape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/vision/transforms/functional/resize.h"

namespace hearth::vision {
namespace {

// The picture is looked at in this size, in which noise is small and a stroke still has pixels.
constexpr int64_t kLookedAt = 192;
// Smaller differences are no shape, however little noise there is.
constexpr double kLeastContrast = 12;
constexpr size_t kTerms = 6;

/// Light on an empty background: a polynomial of second degree in places from -1 to 1.
struct Light {
  std::array<double, kTerms> terms{};

  static std::array<double, kTerms> basis(double x, double y) {
    return {1, x, y, x * x, x * y, y * y};
  }
  double at(double x, double y) const {
    const auto b = basis(x, y);
    double sum = 0;
    for (size_t i = 0; i < kTerms; ++i) sum += terms[i] * b[i];
    return sum;
  }
};

/// Where the pixel i of n lies between -1 and 1.
double place(int64_t i, int64_t n) {
  return (2 * static_cast<double>(i) + 1) / static_cast<double>(n) - 1;
}

/// A pixel as finding the background sees it.
struct Spot {
  double x, y, value;
  bool at_border, used;
  double light = 0;

  double difference() const { return std::abs(value - light); }
};

/// Every second pixel of every second row.
std::vector<Spot> spots_of(const uint8_t* pixels, int64_t h, int64_t w) {
  const int64_t border = std::max<int64_t>(2, std::min(h, w) / 10);
  std::vector<Spot> spots;
  for (int64_t y = 0; y < h; y += 2)
    for (int64_t x = 0; x < w; x += 2) {
      const bool at_border = y < border || y >= h - border || x < border || x >= w - border;
      spots.push_back(
          {place(x, w), place(y, h), static_cast<double>(pixels[y * w + x]), at_border, at_border});
    }
  return spots;
}

/// The light that fits best, in least squares, at the spots that are used.
Light fitted_light(const std::vector<Spot>& spots) {
  double a[kTerms][kTerms + 1] = {};
  for (const Spot& spot : spots) {
    if (!spot.used) continue;
    const auto b = Light::basis(spot.x, spot.y);
    for (size_t i = 0; i < kTerms; ++i) {
      for (size_t j = 0; j < kTerms; ++j) a[i][j] += b[i] * b[j];
      a[i][kTerms] += b[i] * spot.value;
    }
  }
  // Gauss's elimination; a little on the diagonal keeps what few pixels leave open at 0.
  for (size_t i = 0; i < kTerms; ++i) a[i][i] += 1e-6;
  for (size_t i = 0; i < kTerms; ++i)
    for (size_t k = i + 1; k < kTerms; ++k) {
      const double factor = a[k][i] / a[i][i];
      for (size_t j = i; j <= kTerms; ++j) a[k][j] -= factor * a[i][j];
    }
  Light light;
  for (size_t i = kTerms; i-- > 0;) {
    double rest = a[i][kTerms];
    for (size_t j = i + 1; j < kTerms; ++j) rest -= a[i][j] * light.terms[j];
    light.terms[i] = rest / a[i][i];
  }
  return light;
}

/// The value that a share of the values lies below; reorders them.
double quantile(std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return static_cast<double>(values[static_cast<size_t>(at)]);
}

/// What surrounds the shape, and how far pixels differ from it by noise alone.
struct Background {
  Light light;
  double noise = 0;
};

/// How far wanted spots are from the light, as a standard deviation of noise: 0.67 of it is their
/// median, which a shape among them hardly changes.
template <class Wanted>
double noise_of(const std::vector<Spot>& spots, const Wanted& wanted) {
  std::vector<float> differences;
  for (const Spot& spot : spots)
    if (wanted(spot)) differences.push_back(static_cast<float>(spot.difference()));
  return std::max(0.5, quantile(differences, 0.5) / 0.6745);
}

/// Begins at the border, then takes in whatever continues it evenly.
Background find_background(const uint8_t* pixels, int64_t h, int64_t w) {
  constexpr int kRounds = 12, kAtBorder = 4;
  std::vector<Spot> spots = spots_of(pixels, h, w);
  Background found;
  for (int round = 0; round < kRounds; ++round) {
    found.light = fitted_light(spots);
    for (Spot& spot : spots) spot.light = found.light.at(spot.x, spot.y);
    const bool all = round >= kAtBorder;
    // At first of the border, into which a shape may reach; then of the background so far.
    found.noise = noise_of(spots, [&](const Spot& s) { return all ? s.used : s.at_border; });
    const double limit = (all ? 4 : 3) * found.noise;
    for (Spot& spot : spots) spot.used = (all || spot.at_border) && spot.difference() <= limit;
  }
  return found;
}

/// A connected part of the picture that stands out.
struct Part {
  int64_t top, left, bottom, right;  // the last two not included
  double mass = 0;
  bool at_border = false;
};

/// The parts above a threshold; `labels` says of each pixel which part it belongs to, from 1 on.
std::vector<Part> find_parts(const std::vector<float>& differences, int64_t h, int64_t w,
                             float threshold, std::vector<int32_t>& labels) {
  std::vector<Part> parts;
  std::vector<int64_t> open;
  labels.assign(differences.size(), 0);
  for (int64_t start = 0; start < h * w; ++start) {
    if (differences[static_cast<size_t>(start)] <= threshold ||
        labels[static_cast<size_t>(start)] != 0)
      continue;
    Part part{start / w, start % w, start / w + 1, start % w + 1};
    const auto label = static_cast<int32_t>(parts.size()) + 1;
    labels[static_cast<size_t>(start)] = label;
    open.push_back(start);
    while (!open.empty()) {
      const int64_t at = open.back(), y = at / w, x = at % w;
      open.pop_back();
      part.top = std::min(part.top, y);
      part.bottom = std::max(part.bottom, y + 1);
      part.left = std::min(part.left, x);
      part.right = std::max(part.right, x + 1);
      part.mass += static_cast<double>(differences[static_cast<size_t>(at)]);
      part.at_border = part.at_border || y == 0 || x == 0 || y == h - 1 || x == w - 1;
      for (int64_t ny = std::max<int64_t>(0, y - 1); ny < std::min(h, y + 2); ++ny)
        for (int64_t nx = std::max<int64_t>(0, x - 1); nx < std::min(w, x + 2); ++nx) {
          const auto next = static_cast<size_t>(ny * w + nx);
          if (differences[next] <= threshold || labels[next] != 0) continue;
          labels[next] = label;
          open.push_back(ny * w + nx);
        }
    }
    parts.push_back(part);
  }
  return parts;
}

/// The part with the largest mass; one that the picture's border cuts only where it has far more.
size_t main_part(const std::vector<Part>& parts) {
  size_t best = 0;
  const auto weight = [](const Part& p) { return p.mass * (p.at_border ? 0.2 : 1.0); };
  for (size_t i = 1; i < parts.size(); ++i)
    if (weight(parts[i]) > weight(parts[best])) best = i;
  return best;
}

/// Whether a part belongs to the shape, as a digit's second stroke: it is no speck and lies near.
bool belongs(const Part& part, const Part& shape) {
  const int64_t reach = std::max(shape.bottom - shape.top, shape.right - shape.left) / 4;
  return part.mass >= 0.04 * shape.mass && !(part.at_border && !shape.at_border) &&
         part.top < shape.bottom + reach && part.bottom > shape.top - reach &&
         part.left < shape.right + reach && part.right > shape.left - reach;
}

/// How much darker (sign 1) or brighter (-1) pixels are than the background.
std::vector<float> differences_of(const uint8_t* pixels, int64_t h, int64_t w, const Light& light,
                                  double sign) {
  std::vector<float> out;
  out.reserve(static_cast<size_t>(h * w));
  for (int64_t y = 0; y < h; ++y)
    for (int64_t x = 0; x < w; ++x)
      out.push_back(
          static_cast<float>(sign * (light.at(place(x, w), place(y, h)) - pixels[y * w + x])));
  return out;
}

/// What stands out from noise, in all.
double mass_above(const std::vector<float>& differences, double noise) {
  double sum = 0;
  for (const float d : differences) sum += std::max(0.0, static_cast<double>(d) - noise);
  return sum;
}

}  // namespace

std::optional<FoundShape> find_shape(const Tensor& gray, Invert invert) {
  const int64_t height = gray.size(1), width = gray.size(2), longer = std::max(height, width);
  const auto scaled = [&](int64_t n) {
    return longer <= kLookedAt ? n : std::max<int64_t>(1, n * kLookedAt / longer);
  };
  const int64_t h = scaled(height), w = scaled(width);
  if (std::min(h, w) < 8) return {};
  const Tensor small =
      longer <= kLookedAt ? gray.contiguous() : transforms::functional::resize(gray, {h, w});
  const auto* pixels = small.const_data_ptr<uint8_t>();
  const Background background = find_background(pixels, h, w);
  const double noise = std::max(kLeastContrast, 5 * background.noise);

  std::vector<float> differences = differences_of(pixels, h, w, background.light, 1);
  bool dark = invert != Invert::No;
  if (invert != Invert::Yes) {
    std::vector<float> brighter = differences_of(pixels, h, w, background.light, -1);
    if (invert == Invert::No || mass_above(brighter, noise) > mass_above(differences, noise)) {
      differences = std::move(brighter);
      dark = false;
    }
  }
  std::vector<float> standing_out;
  for (const float d : differences)
    if (static_cast<double>(d) > noise) standing_out.push_back(d);
  if (standing_out.empty()) return {};
  const double contrast = quantile(standing_out, 0.9);
  // Specks of noise are told apart by their mass, so more may pass here.
  const double threshold = std::max(3 * background.noise, contrast / 4);

  std::vector<int32_t> labels;
  const std::vector<Part> parts =
      find_parts(differences, h, w, static_cast<float>(threshold), labels);
  if (parts.empty()) return {};
  const size_t main = main_part(parts);
  std::vector<uint8_t> kept(parts.size() + 1);
  Part box = parts[main];
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i != main && !belongs(parts[i], parts[main])) continue;
    kept[i + 1] = 1;
    box.top = std::min(box.top, parts[i].top);
    box.left = std::min(box.left, parts[i].left);
    box.bottom = std::max(box.bottom, parts[i].bottom);
    box.right = std::max(box.right, parts[i].right);
  }
  // A speck, or a picture without a background.
  if (std::max(box.bottom - box.top, box.right - box.left) < 6) return {};
  if (box.bottom - box.top == h && box.right - box.left == w) return {};

  std::vector<float> in_shape;
  for (size_t i = 0; i < labels.size(); ++i)
    if (kept[static_cast<size_t>(labels[i])]) in_shape.push_back(differences[i]);
  const double full = std::max(quantile(in_shape, 0.9), threshold + 1);
  const double nothing = std::min(2 * background.noise, full / 4);

  // The box in the picture itself, and its pixels near the parts that belong to the shape.
  const int64_t top = box.top * height / h, bottom = (box.bottom * height + h - 1) / h;
  const int64_t left = box.left * width / w, right = (box.right * width + w - 1) / w;
  std::vector<uint8_t> near(labels.size());
  for (int64_t y = box.top; y < box.bottom; ++y)
    for (int64_t x = box.left; x < box.right; ++x)
      for (int64_t ny = std::max<int64_t>(0, y - 1); ny < std::min(h, y + 2); ++ny)
        for (int64_t nx = std::max<int64_t>(0, x - 1); nx < std::min(w, x + 2); ++nx)
          if (kept[static_cast<size_t>(labels[static_cast<size_t>(ny * w + nx)])])
            near[static_cast<size_t>(y * w + x)] = 1;
  FoundShape found{empty({1, bottom - top, right - left}, kByte), dark};
  const auto* from = gray.const_data_ptr<uint8_t>();
  auto* to = found.ink.data_ptr<uint8_t>();
  for (int64_t y = top; y < bottom; ++y)
    for (int64_t x = left; x < right; ++x) {
      const double light = background.light.at(place(x, width), place(y, height));
      const double difference = (dark ? 1 : -1) * (light - from[y * width + x]);
      const double ink = std::clamp((difference - nothing) / (full - nothing), 0.0, 1.0);
      const bool inside = near[static_cast<size_t>(y * h / height * w + x * w / width)];
      *to++ = inside ? static_cast<uint8_t>(std::lround(255 * ink)) : uint8_t{0};
    }
  return found;
}

}  // namespace hearth::vision
