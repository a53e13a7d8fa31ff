// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

namespace hearth::audio::features {

namespace {

constexpr size_t kMoments = 7;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Values with the frames that they are of.
struct Course {
  std::vector<double> values, frames;
};

double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

void summarize(Course& course, const std::vector<double>& percentiles, double* out) {
  std::vector<double>& x = course.values;
  const bool unknown = std::any_of(x.begin(), x.end(), [](double v) { return std::isnan(v); });
  if (x.empty() || unknown) {
    std::fill(out, out + kMoments + percentiles.size(), kNan);
    return;
  }
  const double mean = mean_of(x), middle = mean_of(course.frames);
  const auto n = static_cast<double>(x.size());
  double second = 0, third = 0, fourth = 0, along = 0, spread = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = x[i] - mean, t = course.frames[i] - middle;
    second += d * d / n;
    third += d * d * d / n;
    fourth += d * d * d * d / n;
    along += t * d;
    spread += t * t;
  }
  std::sort(x.begin(), x.end());
  const bool varies = x.front() < x.back();
  out[0] = mean;
  out[1] = varies ? std::sqrt(second) : 0;
  out[2] = x.front();
  out[3] = x.back();
  out[4] = varies ? along / spread : 0;
  out[5] = varies ? third / std::pow(second, 1.5) : 0;
  out[6] = varies ? fourth / (second * second) - 3 : 0;
  for (size_t i = 0; i < percentiles.size(); ++i) {
    const double at = percentiles[i] / 100 * (n - 1);
    const auto below = static_cast<size_t>(at);
    const double above = x[std::min(below + 1, x.size() - 1)];
    out[kMoments + i] = x[below] + (above - x[below]) * (at - static_cast<double>(below));
  }
}

}  // namespace

std::vector<std::string> statistics_names(const StatisticsOptions& options) {
  std::vector<std::string> names = {"mean", "std", "min", "max", "slope", "skewness", "kurtosis"};
  for (const double p : options.percentiles()) names.push_back(cat_str("p", p));
  return names;
}

Tensor statistics(const Tensor& feature, const StatisticsOptions& options) {
  HEARTH_CHECK_AS(ShapeError, feature.dim() >= 1,
                  "[statistics] expected a feature [..., frames], got a single number");
  return statistics(feature.unsqueeze(0), full({1}, feature.size(-1), kLong), options).squeeze(0);
}

Tensor statistics(const Tensor& feature, const Tensor& lengths, const StatisticsOptions& options) {
  HEARTH_CHECK_AS(ShapeError,
                  feature.dim() >= 2 && lengths.dim() == 1 && lengths.size(0) == feature.size(0),
                  "[statistics] expected a feature [batch, ..., frames] and lengths [batch], got ",
                  feature.sizes(), " and ", lengths.sizes());
  HEARTH_CHECK_AS(DtypeError, !feature.is_complex() && is_integral(lengths.scalar_type()),
                  "[statistics] expected real features and integers as lengths, got ",
                  feature.scalar_type(), " and ", lengths.scalar_type());
  for (const double p : options.percentiles())
    HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 100,
                    "[statistics] expected percentiles from 0 to 100, got ", p);
  const int64_t frames = feature.size(-1), batch = feature.size(0);
  const Tensor values = feature.detach().to(kCPU, kDouble).contiguous();
  const Tensor counts = lengths.to(kCPU, kLong).contiguous();
  const auto* x = values.const_data_ptr<double>();
  const auto* valid = counts.const_data_ptr<int64_t>();
  for (int64_t b = 0; b < batch; ++b)
    HEARTH_CHECK_AS(ValueError, valid[b] >= 0 && valid[b] <= frames, "[statistics] length ",
                    valid[b], " of item ", b, " is not one of 0 to ", frames, " frames");
  std::vector<int64_t> sizes = feature.sizes().vec();
  sizes.back() = static_cast<int64_t>(kMoments + options.percentiles().size());
  Tensor out = empty(sizes, kDouble);
  auto* results = out.data_ptr<double>();
  const int64_t rows = out.numel() / sizes.back(), per_item = batch > 0 ? rows / batch : 0;
  parallel_for(0, rows, 1 + 10000 / (frames + 1), [&](int64_t begin, int64_t end) {
    Course course;
    for (int64_t row = begin; row < end; ++row) {
      course.values.clear();
      course.frames.clear();
      for (int64_t t = 0; t < valid[row / per_item]; ++t) {
        const double v = x[row * frames + t];
        if (options.skip_nan() && std::isnan(v)) continue;
        course.values.push_back(v);
        course.frames.push_back(static_cast<double>(t));
      }
      summarize(course, options.percentiles(), results + row * sizes.back());
    }
  });
  return out.to(feature.device());
}

}  // namespace hearth::audio::features
