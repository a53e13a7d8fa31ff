// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/cepstral.h"

#include <algorithm>
#include <vector>

#include "hearth/ops/conv.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth::audio::functional {

Tensor amplitude_to_DB(const Tensor& x, double multiplier, double amin, double db_multiplier,
                       std::optional<double> top_db) {
  HEARTH_CHECK_AS(ValueError, amin > 0, "[amplitude_to_DB] expected amin > 0, got ", amin);
  const Tensor db = x.clamp_min(amin).log10() * multiplier - multiplier * db_multiplier;
  if (!top_db) return db;
  HEARTH_CHECK_AS(ValueError, *top_db >= 0, "[amplitude_to_DB] expected top_db >= 0, got ",
                  *top_db);
  HEARTH_CHECK_AS(ShapeError, x.dim() >= 2,
                  "[amplitude_to_DB] top_db is for spectrograms [..., frequency, time], got ",
                  x.sizes());
  if (x.numel() == 0) return db;
  const Tensor loudest = x.dim() == 2 ? db.amax({-2, -1}, true) : db.amax({-3, -2, -1}, true);
  return maximum(db, loudest - *top_db);
}

Tensor DB_to_amplitude(const Tensor& x, double ref, double power) {
  return ref * pow(pow(10.0, 0.1 * x), power);
}

Tensor compute_deltas(const Tensor& specgram, int64_t win_length, std::string_view mode) {
  HEARTH_CHECK_AS(ValueError, win_length >= 3,
                  "[compute_deltas] expected a win_length of at least 3, got ", win_length);
  HEARTH_CHECK_AS(ShapeError, specgram.dim() >= 1,
                  "[compute_deltas] expected [..., time], got a single number");
  if (specgram.numel() == 0) return specgram.clone();
  const int64_t n = (win_length - 1) / 2;
  const double squares = static_cast<double>(n * (n + 1) * (2 * n + 1)) / 3;
  // Every row is a signal of its own, so one kernel serves all of them.
  const Tensor rows = pad(specgram.reshape({-1, 1, specgram.size(-1)}), {n, n}, mode);
  const Tensor kernel =
      arange(-n, n + 1, specgram.options().requires_grad(false)).reshape({1, 1, -1});
  return (conv1d(rows, kernel) / squares).reshape(specgram.sizes());
}

namespace {

/// The frames [begin, end) that frame t is normalized by.
struct Window {
  int64_t begin, end;
};

Window window_of(int64_t t, int64_t frames, int64_t size, int64_t least, bool center) {
  int64_t begin = center ? t - size / 2 : t - size;
  int64_t end = center ? begin + size : t + 1;
  if (begin < 0) {
    end -= begin;
    begin = 0;
  }
  if (!center && end > t) end = std::max(t + 1, least);
  if (end > frames) {
    begin = std::max<int64_t>(begin - (end - frames), 0);
    end = frames;
  }
  return {begin, end};
}

}  // namespace

Tensor sliding_window_cmn(const Tensor& specgram, int64_t cmn_window, int64_t min_cmn_window,
                          bool center, bool norm_vars) {
  HEARTH_CHECK_AS(ShapeError, specgram.dim() >= 2,
                  "[sliding_window_cmn] expected [..., time, frequency], got ", specgram.sizes());
  HEARTH_CHECK_AS(ValueError, cmn_window >= 1 && min_cmn_window >= 0,
                  "[sliding_window_cmn] expected cmn_window >= 1 and min_cmn_window >= 0, got ",
                  cmn_window, " and ", min_cmn_window);
  const int64_t frames = specgram.size(-2);
  std::vector<int64_t> begins, ends;
  std::vector<double> counts;
  for (int64_t t = 0; t < frames; ++t) {
    const Window w = window_of(t, frames, cmn_window, min_cmn_window, center);
    begins.push_back(w.begin);
    ends.push_back(w.end);
    counts.push_back(static_cast<double>(w.end - w.begin));
  }
  const Device device = specgram.device();
  const Tensor begin = tensor(begins).to(device), end = tensor(ends).to(device);
  const Tensor count = tensor(counts).to(device).unsqueeze(1);
  // Sums over windows are differences of running sums, which keep their digits in double.
  const auto mean = [&](const Tensor& x) {
    const Tensor sums = constant_pad_nd(x.cumsum(-2), {0, 0, 1, 0});
    return (sums.index_select(-2, end) - sums.index_select(-2, begin)) / count;
  };
  const Tensor x = specgram.to(kDouble);
  const Tensor mu = mean(x);
  Tensor out = x - mu;
  if (norm_vars) {
    // The running sums of what is about zero as a whole, or the square of the mean would swamp
    // them.
    const Tensor middle = frames > 0 ? x.mean(-2, true) : x;
    const Tensor variance = mean((x - middle).square()) - (mu - middle).square();
    out = where(count == 1, 0, out * variance.clamp_min(1e-10).rsqrt());
  }
  return out.to(specgram.scalar_type());
}

}  // namespace hearth::audio::functional
