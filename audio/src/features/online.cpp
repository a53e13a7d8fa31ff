// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/online.h"

#include <algorithm>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

namespace hearth::audio::features {

OnlineExtractor::OnlineExtractor(FeatureConfig config) : extractor_(std::move(config)) {
  HEARTH_CHECK_AS(ValueError, !extractor_.config().needs_whole_signal(),
                  "[features] these features need the whole signal (",
                  extractor_.config().range() > 0 ? "range" : "normalize",
                  ") and cannot be told as it comes in; turn that off, or use Extractor");
}

void OnlineExtractor::accept_waveform(double sample_rate, const float* samples, size_t count) {
  accept_waveform(sample_rate,
                  from_blob(const_cast<float*>(samples), {static_cast<int64_t>(count)}, kFloat));
}

void OnlineExtractor::accept_waveform(double sample_rate, const Tensor& waveform) {
  HEARTH_CHECK_AS(ValueError, sample_rate == static_cast<double>(config().sample_rate()),
                  "[features] expected samples at ", config().sample_rate(), " Hz, got ",
                  sample_rate, "; resample them, or set sample_rate in the configuration");
  HEARTH_CHECK_AS(ValueError, !finished_,
                  "[features] accept_waveform() after input_finished(); make a new extractor for "
                  "the next signal");
  HEARTH_CHECK_AS(ShapeError, waveform.dim() == 1,
                  "[features] expected samples [time], got a tensor of sizes ", waveform.sizes());
  if (waveform.size(0) == 0) return;
  const NoGradGuard no_grad;
  const Tensor ready = extractor_.prepare(waveform, last_).to(kCPU, kFloat).contiguous();
  last_ = waveform.slice(0, waveform.size(0) - 1).clone();
  const float* x = ready.const_data_ptr<float>();
  samples_.insert(samples_.end(), x, x + ready.numel());
  compute(config().num_frames_ready(samples_at_ + static_cast<int64_t>(samples_.size())));
}

void OnlineExtractor::input_finished() {
  if (finished_) return;
  finished_ = true;
  compute(config().num_frames(samples_at_ + static_cast<int64_t>(samples_.size())));
  samples_.clear();
}

void OnlineExtractor::compute(int64_t frames) {
  if (frames > ready_) {
    const NoGradGuard no_grad;
    const Tensor piece =
        from_blob(samples_.data(), {static_cast<int64_t>(samples_.size())}, kFloat);
    blocks_.push_back({ready_, extractor_.frames(piece, samples_at_, ready_, frames - ready_)});
    ready_ = frames;
  }
  // What the next frame looks at, and what may be reflected at the signal's end.
  const int64_t end = samples_at_ + static_cast<int64_t>(samples_.size());
  const int64_t next = config().first_sample() + ready_ * config().frame_shift();
  const int64_t keep = std::min(next, end - config().n_fft() - config().frame_length());
  if (keep - samples_at_ > std::max<int64_t>(4096, end - keep)) {
    samples_.erase(samples_.begin(), samples_.begin() + (keep - samples_at_));
    samples_at_ = keep;
  }
}

Tensor OnlineExtractor::get_frame(int64_t frame) const { return get_frames(frame, 1)[0]; }

Tensor OnlineExtractor::get_frames(int64_t first, int64_t count) const {
  HEARTH_CHECK_AS(IndexError, count >= 0 && first >= popped_ && first <= ready_ - count,
                  "[features] asked for ", count, " frames from ", first, "; there are frames ",
                  popped_, " to ", ready_ - 1, popped_ > 0 ? ", those before are popped" : "");
  std::vector<Tensor> parts;
  auto block = std::upper_bound(blocks_.begin(), blocks_.end(), first,
                                [](int64_t frame, const Block& b) { return frame < b.first; });
  if (block != blocks_.begin()) --block;
  for (; block != blocks_.end() && block->first < first + count; ++block)
    parts.push_back(block->frames.slice(0, std::max<int64_t>(0, first - block->first),
                                        first + count - block->first));
  if (parts.empty()) return zeros({0, dims()});
  return parts.size() == 1 ? parts[0] : cat(parts, 0);
}

void OnlineExtractor::pop(int64_t count) {
  HEARTH_CHECK_AS(ValueError, count >= 0, "[features] cannot pop ", count, " frames");
  popped_ = std::min(ready_, popped_ + count);
  while (!blocks_.empty() && blocks_.front().first + blocks_.front().frames.size(0) <= popped_)
    blocks_.pop_front();
}

}  // namespace hearth::audio::features
