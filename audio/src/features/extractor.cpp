// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/extractor.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hearth/audio/functional/filterbanks.h"
#include "hearth/base/generator.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/frame_bands.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth::audio::features {

namespace {

/// The least energy that a logarithm is taken of (Kaldi's).
constexpr double kLeastEnergy = 1.1920928955078125e-7;

Tensor window_of(const FeatureConfig& c) {
  const int64_t n = c.frame_length();
  const auto options = TensorOptions(kDouble);
  const std::string& name = c.window();
  Tensor w;
  if (name == "rectangular" || n == 1) {
    w = ones({n}, options);
  } else if (name == "hamming" || name == "hamming_symmetric") {
    w = hamming_window(n, name == "hamming", options);
  } else if (name == "sine" || name == "blackman") {
    const Tensor turn = arange(n, options) * (std::numbers::pi / static_cast<double>(n - 1));
    const double a = c.blackman_coeff();
    w = name == "sine" ? turn.sin() : a - 0.5 * cos(2 * turn) + (0.5 - a) * cos(4 * turn);
  } else {
    w = hann_window(n, name == "hann", options);
    if (name == "povey") w = w.pow(0.85);
  }
  return (w * c.scale()).to(kFloat);
}

Tensor bank_of(const FeatureConfig& c) {
  if (c.bands() == "none") return {};
  if (c.bands() == "kaldi") {
    return functional::kaldi_fbanks(
        c.n_fft(), c.low_freq(), c.high_freq(), c.num_bands(), static_cast<double>(c.sample_rate()),
        functional::VtlnOptions().warp(c.vtln_warp()).low(c.vtln_low()).high(c.vtln_high()));
  }
  const double high = c.high_freq() > 0
                          ? c.high_freq()
                          : 0.5 * static_cast<double>(c.sample_rate()) + c.high_freq();
  const bool slaney = c.bands() == "slaney";
  return functional::melscale_fbanks(c.n_fft() / 2 + 1, c.low_freq(), high, c.num_bands(),
                                     c.sample_rate(),
                                     c.band_norm() == "slaney" ? functional::FilterNorm::Slaney
                                                               : functional::FilterNorm::None,
                                     functional::mel_scale_of(c.bands()), slaney ? kDouble : kFloat)
      .to(kFloat);
}

/// The cosine transform with the lifter in it.
Tensor dct_of(const FeatureConfig& c) {
  const Tensor dct = functional::create_dct(c.num_ceps(), c.num_bands());
  if (c.lifter() == 0) return dct;
  const Tensor i = arange(c.num_ceps(), kDouble);
  return dct * (1 + c.lifter() / 2 * sin(std::numbers::pi / c.lifter() * i)).to(kFloat);
}

FrameEdge edge_of(const FeatureConfig& c) {
  if (c.frames() == "mirror") return FrameEdge::Mirror;
  return c.frames() == "reflect" || c.frames() == "between" ? FrameEdge::Reflect : FrameEdge::Zeros;
}

/// What the natural logarithm is multiplied by.
double factor_of(const FeatureConfig& c) {
  if (c.log() == "ln" || c.log() == "none") return 1;
  return (c.log() == "log10" ? 1 : c.power() == 2 ? 10 : 20) / std::numbers::ln10;
}

/// Noise [count, width] whose rows follow from the seed and the number of their frame.
Tensor noise(const FeatureConfig& c, int64_t first, int64_t count) {
  Tensor rows = empty({count, c.frame_length()});
  Generator generator(static_cast<uint64_t>(c.seed()));
  for (int64_t i = 0; i < count; ++i) {
    generator.set_offset(static_cast<uint64_t>(first + i) << 22);
    rows[i].normal_(0, c.dither() / std::abs(c.scale()), generator);
  }
  return rows;
}

/// What numbers are divided by whose squares, without their means, have this sum over n frames.
Tensor deviation(const FeatureConfig& c, const Tensor& squares, int64_t n) {
  if (c.normalize() == "cmvn") return (squares / static_cast<double>(n)).clamp_min(1e-20).sqrt();
  return (squares / static_cast<double>(std::max<int64_t>(1, n - 1))).sqrt() + 1e-5;
}

}  // namespace

Extractor::Extractor(FeatureConfig config) : config_(std::move(config)) {
  config_.check();
  window_ = window_of(config_);
  bank_ = bank_of(config_);
  if (config_.num_ceps() > 0) dct_ = dct_of(config_);
}

Tensor Extractor::prepare(const Tensor& block, const Tensor& before) const {
  HEARTH_CHECK_AS(ShapeError, block.dim() >= 1,
                  "[features] expected a waveform [..., time], got a 0-dim tensor");
  HEARTH_CHECK_AS(DtypeError, block.scalar_type() == kFloat || block.scalar_type() == kDouble,
                  "[features] expected a waveform of floats or doubles, got ",
                  to_string(block.scalar_type()),
                  "; integers become floats by audio::load, or by "
                  "to(kFloat) / 32768 for those of 16 bits");
  const int64_t n = block.size(-1);
  if (config_.preemphasis_of() == "frame" || config_.preemphasis() == 0 || n == 0) return block;
  const Tensor first = before.defined() ? block.slice(-1, 0, 1) - config_.preemphasis() * before
                                        : block.slice(-1, 0, 1);
  return cat({first, block.slice(-1, 1) - config_.preemphasis() * block.slice(-1, 0, n - 1)}, -1);
}

Tensor Extractor::frames(const Tensor& piece, int64_t at, int64_t first, int64_t count) const {
  const FeatureConfig& c = config_;
  const Tensor window = window_.to(piece.device());
  const Tensor bank = bank_.defined() ? bank_.to(piece.device()) : bank_;
  const Tensor dct = dct_.defined() && c.range() == 0 ? dct_.to(piece.device()) : Tensor();
  const int64_t start = c.first_sample() + first * c.frame_shift() - at;
  FrameBandsOptions options(c.n_fft(), c.frame_shift());
  options.edge(edge_of(c))
      .remove_dc_offset(c.remove_dc_offset())
      .preemphasis(c.preemphasis_of() == "frame" ? c.preemphasis() : 0)
      .power(c.power())
      .spectrum_shift(c.spectrum_shift())
      .log(c.log() != "none")
      .log_factor(factor_of(c))
      .log_shift(c.log_shift())
      .log_floor(c.log_floor())
      .windowed_energy(!c.raw_energy());
  Tensor bands, energy;
  if (c.dither() > 0) {
    const Tensor noisy =
        frame_signal(piece, c.frame_length(), c.frame_shift(), start, count, edge_of(c)) +
        noise(c, first, count).to(piece.options().requires_grad(false));
    std::tie(bands, energy) = frame_bands(noisy, window, bank, dct, options.frames(1));
    bands = bands.squeeze(-2);
    energy = energy.squeeze(-1);
  } else {
    std::tie(bands, energy) =
        frame_bands(piece, window, bank, dct, options.start(start).frames(count));
  }
  if (c.use_energy()) {
    if (c.raw_energy()) energy = energy * (c.scale() * c.scale());
    energy = energy.clamp_min(kLeastEnergy).log();
    if (c.energy_floor() > 0) energy = energy.clamp_min(std::log(c.energy_floor()));
  } else {
    energy = Tensor();
  }
  // Cepstra are those of what is left above the least.
  if (c.range() > 0) return energy.defined() ? cat({bands, energy.unsqueeze(-1)}, -1) : bands;
  return joined(bands, energy);
}

Tensor Extractor::joined(const Tensor& numbers, const Tensor& energy) const {
  const FeatureConfig& c = config_;
  Tensor x = numbers;
  if (energy.defined()) {
    const bool replaces = dct_.defined() || !bank_.defined();
    x = cat({energy.unsqueeze(-1), replaces ? x.slice(-1, 1) : x}, -1);
  }
  if (c.htk_compat() && dct_.defined()) {
    const Tensor head = x.slice(-1, 0, 1);
    x = cat({x.slice(-1, 1), energy.defined() ? head : head * std::numbers::sqrt2}, -1);
  } else if (c.htk_compat() && energy.defined() && bank_.defined()) {
    x = cat({x.slice(-1, 1), x.slice(-1, 0, 1)}, -1);
  }
  if (c.subtract() != 0) x = x - c.subtract();
  return c.divide() == 1 ? x : x / c.divide();
}

int64_t Extractor::num_bands() const {
  return bank_.defined() ? config_.num_bands() : config_.n_fft() / 2 + 1;
}

Tensor Extractor::limited(const Tensor& frames, const Tensor& least) const {
  const Tensor energy = config_.use_energy() ? frames.select(-1, num_bands()) : Tensor();
  Tensor x = maximum(frames.slice(-1, 0, num_bands()), least);
  if (dct_.defined()) x = matmul(x, dct_.to(x.options().requires_grad(false)));
  return joined(x, energy);
}

Tensor Extractor::operator()(const Tensor& waveform) const {
  const Tensor signal = prepare(waveform);
  Tensor x = frames(signal, 0, 0, config_.num_frames(signal.size(-1)));
  const int64_t n = x.size(-2);
  if (!config_.needs_whole_signal() || x.numel() == 0) return x;
  if (config_.range() > 0) {
    const Tensor largest = x.slice(-1, 0, num_bands()).flatten(-2).amax(-1);
    x = limited(x, (largest - config_.range()).unsqueeze(-1).unsqueeze(-1));
  }
  if (config_.normalize() == "none") return x;
  x = x - x.mean(-2, true);
  if (config_.normalize() == "mean") return x;
  return x / deviation(config_, x.square().sum(-2, true), n);
}

std::pair<Tensor, Tensor> Extractor::operator()(const Tensor& waveforms,
                                                const Tensor& lengths) const {
  HEARTH_CHECK_AS(
      ShapeError,
      waveforms.dim() == 2 && lengths.dim() == 1 && lengths.size(0) == waveforms.size(0),
      "[features] expected waveforms [batch, time] and lengths [batch], got ", waveforms.sizes(),
      " and ", lengths.sizes());
  const Tensor valid = lengths.to(kCPU, kLong).contiguous();
  const int64_t batch = waveforms.size(0);
  const int64_t* n = valid.const_data_ptr<int64_t>();
  std::vector<Tensor> rows;
  std::vector<int64_t> counts;
  int64_t most = 0;
  for (int64_t i = 0; i < batch; ++i) {
    HEARTH_CHECK_AS(ValueError, n[i] >= 0 && n[i] <= waveforms.size(1), "[features] length ", n[i],
                    " of waveform ", i, " is not within its ", waveforms.size(1), " samples");
    rows.push_back((*this)(waveforms[i].slice(0, 0, n[i])));
    counts.push_back(rows.back().size(0));
    most = std::max(most, counts.back());
  }
  const Tensor frames = tensor(counts, kLong).to(lengths.device());
  if (batch == 0) return {waveforms.new_empty({0, 0, dims()}), frames};
  for (Tensor& row : rows)
    if (row.size(0) < most) row = cat({row, row.new_zeros({most - row.size(0), dims()})}, 0);
  return {stack(rows), frames};
}

void Extractor::observe(const Tensor& frames, Summary& summary) const {
  const Tensor rows = frames.contiguous();
  HEARTH_CHECK(rows.dim() == 2 && rows.scalar_type() == kFloat && rows.device().is_cpu(),
               "[features] observe() takes float frames [frames, dims] on the CPU");
  const int64_t width = rows.size(1);
  const float* x = rows.const_data_ptr<float>();
  summary.sums.resize(static_cast<size_t>(width));
  summary.squares.resize(static_cast<size_t>(width));
  for (int64_t i = 0; i < rows.size(0); ++i, x += width) {
    ++summary.frames;
    for (int64_t j = 0; j < width; ++j) {
      const double v = x[j];
      if (config_.range() > 0 && j < num_bands()) summary.largest = std::max(summary.largest, v);
      summary.sums[static_cast<size_t>(j)] += v;
      summary.squares[static_cast<size_t>(j)] += v * v;
    }
  }
}

Tensor Extractor::finish(const Tensor& frames, const Summary& summary) const {
  Tensor x = frames;
  if (config_.range() > 0) x = limited(x, full({}, summary.largest - config_.range(), x.options()));
  if (config_.normalize() == "none") return x;
  const auto n = static_cast<double>(summary.frames);
  const Tensor mean = tensor(summary.sums, kDouble) / n;
  x = x - mean.to(x.scalar_type());
  if (config_.normalize() == "mean") return x;
  const Tensor squares = (tensor(summary.squares, kDouble) - n * mean.square()).clamp_min(0);
  return x / deviation(config_, squares, summary.frames).to(x.scalar_type());
}

}  // namespace hearth::audio::features
