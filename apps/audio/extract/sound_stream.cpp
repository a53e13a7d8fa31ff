// SPDX-License-Identifier: Apache-2.0
#include "audio/extract/sound_stream.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hearth/audio/manifests/load.h"
#include "hearth/base/error.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

using hearth::Tensor;

namespace {

constexpr int64_t kBlock = 1 << 16;  // samples of a channel

hearth::audio::ReaderOptions reading(const SoundOptions& options) {
  hearth::audio::ReaderOptions reading;
  reading.format = options.raw;
  reading.partial = options.partial;
  return reading;
}

}  // namespace

SoundStream::SoundStream(const Task& task, const TaskSource& source, const SoundOptions& options)
    : task_(task), options_(options), reader_(source.source(), reading(options)) {
  const auto& info = reader_.info();
  if (task.channel >= 0 || (options.channel != "mix" && options.channel != "each"))
    channel_ = task.channel >= 0 ? task.channel : std::stoll(options.channel);
  HEARTH_CHECK_AS(hearth::ValueError, channel_ < info.num_channels, "[", task.path,
                  "] has no channel ", channel_, ": it has ", info.num_channels,
                  ", counted from 0");
  if (channel_ < 0 && options.channel == "each") channels_ = info.num_channels;
  const int64_t first = hearth::audio::frame_at(task.start, info.sample_rate);
  if (task.end >= 0) {
    left_ = hearth::audio::frame_at(task.end, info.sample_rate) - first;
    HEARTH_CHECK_AS(hearth::ValueError, left_ >= 0, "[", task.path, "] ", task.id,
                    " ends before it starts");
  }
  if (first > 0) {
    const int64_t at = reader_.seek(first);
    HEARTH_CHECK_AS(hearth::ValueError, at == first, "[", task.path, "] ", task.id, " starts at ",
                    task.start, " s, after the end of the file");
  }
  rate_ = options.sample_rate > 0 ? options.sample_rate : info.sample_rate;
  if (rate_ != info.sample_rate) {
    HEARTH_CHECK_AS(hearth::ValueError, options.resample, "[", task.path, "] has ",
                    info.sample_rate, " Hz, the features are of ", rate_,
                    "; leave out --rate-policy error to resample");
    resampler_.emplace(hearth::audio::transforms::ResampleOptions(info.sample_rate, rate_)
                           .resampling_method(options.resampler));
  }
  if (info.num_frames < 0 || options.partial) return;
  const int64_t there = std::max<int64_t>(0, info.num_frames - first);
  length_ = resampled(left_ < 0 ? there : std::min(there, left_));
}

Tensor SoundStream::chosen(const Tensor& block) const {
  if (channel_ >= 0) return block.slice(0, channel_, channel_ + 1);
  return channels_ == block.size(0) ? block : block.mean(0, true);
}

Tensor SoundStream::next() {
  if (ended_) return {};
  const Tensor block = reader_.read(left_ < 0 ? kBlock : std::min(kBlock, left_));
  const int64_t n = block.size(1);
  if (left_ >= 0) left_ -= n;
  if (n > 0 && !options_.allow_nan && !block.isfinite().all().item<bool>()) {
    const auto rate = static_cast<double>(reader_.info().sample_rate);
    throw hearth::FormatError(
        hearth::cat_str("[", task_.path, "] holds NaN or infinite samples, the first about ",
                        task_.start + static_cast<double>(read_) / rate,
                        " s from its beginning; --allow-nan extracts features all the same"));
  }
  read_ += n;
  ended_ = n == 0 || left_ == 0;
  // What audio::load() forgives.
  if (n == 0 && left_ > reader_.info().sample_rate / 2 && !options_.partial)
    throw hearth::FormatError(hearth::cat_str(
        "[", task_.path, "] '", task_.id, "' ends at ", task_.end, " s, but the file at ",
        task_.start + static_cast<double>(read_) / static_cast<double>(reader_.info().sample_rate),
        " s"));
  if (!resampler_) return n == 0 ? Tensor() : chosen(block);
  Tensor out = n > 0 ? resampler_->push(chosen(block)) : Tensor();
  if (!ended_) return out;
  const Tensor rest = resampler_->flush();
  return out.defined() && out.size(-1) > 0 ? hearth::cat({out, rest}, -1) : rest;
}

int64_t SoundStream::resampled(int64_t samples) const {
  const int64_t from = reader_.info().sample_rate;
  if (from == rate_) return samples;
  const int64_t common = std::gcd(from, rate_), up = rate_ / common, down = from / common;
  return (samples * up + down - 1) / down;
}
