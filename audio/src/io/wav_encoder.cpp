// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "io/encoder.h"
#include "io/wav.h"

namespace hearth::audio::io {
namespace {

class WavEncoder final : public Encoder {
 public:
  WavEncoder(Sink& sink, const FileKind& kind)
      : sink_(sink), kind_(kind), room_(kind.frames < 0 && sink.can_replace()) {
    header_ = header(kind.frames);
    sink_.append(header_.data(), header_.size());
  }

  void write(const void* from, int64_t frames) override {
    const int64_t samples = frames * kind_.channels;
    bytes_.resize(static_cast<size_t>(samples * width_of(*kind_.pcm)));
    pack(from, *kind_.pcm, samples, bytes_.data());
    sink_.append(bytes_.data(), bytes_.size());
  }

  void finish(int64_t frames) override {
    if (frames * kind_.channels * width_of(*kind_.pcm) % 2) sink_.append("", 1);
    const std::string last = header(frames);
    // In a pipe the header stays as it was, and says that it does not know.
    if (last != header_ && sink_.can_replace()) sink_.replace(0, last.data(), last.size());
  }

 private:
  std::string header(int64_t frames) const {
    return wav_header(*kind_.pcm, kind_.sample_rate, kind_.channels, frames, room_);
  }

  Sink& sink_;
  FileKind kind_;
  bool room_;
  std::string header_;
  std::vector<uint8_t> bytes_;
};

}  // namespace

std::unique_ptr<Encoder> make_wav_encoder(Sink& sink, const FileKind& kind) {
  return std::make_unique<WavEncoder>(sink, kind);
}

}  // namespace hearth::audio::io
