// SPDX-License-Identifier: Apache-2.0
// What every decoder can do, those of the plugin as well.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include "hearth/audio/io/metadata.h"
#include "hearth/base/dtype.h"
#include "hearth/base/error.h"

#include "io/bytes.h"

namespace hearth::audio::io {

/// Where samples go, or come from: channel c of frame t is element c * channel_stride +
/// t * frame_stride.
template <typename Data>
struct Strided {
  Data* data;
  ScalarType dtype;
  int64_t channel_stride, frame_stride;

  Strided from(int64_t frame) const {
    using Byte = std::conditional_t<std::is_const_v<Data>, const char, char>;
    Strided rest = *this;
    rest.data =
        static_cast<Byte*>(data) + frame * frame_stride * static_cast<int64_t>(element_size(dtype));
    return rest;
  }
};
using Target = Strided<void>;
using Samples = Strided<const void>;

class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Decodes the next frames, as float or `native`. Fewer mean the end, or damage, which is then
  /// in `failure`.
  virtual int64_t read(const Target& to, int64_t frames) = 0;
  /// The next read begins there, exactly; returns where it begins, less if the file ends before.
  virtual int64_t seek(int64_t frame) = 0;

  AudioMetaData info;
  /// The type of the file's own samples; float where a codec has none.
  ScalarType native = kFloat;
  /// What stopped it before the end.
  std::string failure;
};

/// A decoder that begins at the beginning and goes on, whatever else its library offers.
class ForwardDecoder : public Decoder {
 public:
  int64_t read(const Target& to, int64_t frames) final {
    const int64_t n = decode(to, frames);
    position_ += n;
    return n;
  }
  int64_t seek(int64_t frame) final {
    const bool by_jump = frame != position_ && can_jump();
    if (by_jump && jump(frame)) {
      failure.clear();
      return position_ = frame;
    }
    if (by_jump || frame < position_) {
      restart();
      position_ = 0;
      failure.clear();
    }
    // Where all of it goes to one place, nothing is kept.
    float sink[4096];
    const int64_t block = std::max<int64_t>(1, 4096 / info.num_channels);
    while (position_ < frame) {
      const Target to{sink, kFloat, 0, 0};
      const int64_t wanted = std::min(block, frame - position_);
      if (read(to, wanted) < wanted) break;
    }
    return position_;
  }

 protected:
  virtual int64_t decode(const Target& to, int64_t frames) = 0;
  virtual void restart() = 0;
  /// Whether it can go to a frame directly, and get the bits of a decoding from the start.
  virtual bool can_jump() const { return false; }
  /// Where this fails, it is restarted.
  virtual bool jump(int64_t) { return false; }

 private:
  int64_t position_ = 0;
};

/// Spreads interleaved samples of the target's type.
template <typename T>
void scatter(const T* from, int64_t frames, int64_t channels, const Target& to) {
  T* out = static_cast<T*>(to.data);
  if (to.channel_stride == 1 && to.frame_stride == channels) {
    std::copy(from, from + frames * channels, out);
    return;
  }
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t t = 0; t < frames; ++t)
      out[c * to.channel_stride + t * to.frame_stride] = from[t * channels + c];
}

inline constexpr int64_t kMostChannels = 4096, kHighestRate = 100'000'000;

/// Throws FormatError for numbers that no sound file has.
inline void check_header(const std::string& name, int64_t channels, int64_t rate) {
  HEARTH_CHECK_AS(FormatError, channels >= 1 && channels <= kMostChannels, "[", name,
                  "] expected 1 to ", kMostChannels, " channels, its header says ", channels);
  HEARTH_CHECK_AS(FormatError, rate >= 1 && rate <= kHighestRate, "[", name,
                  "] expected a sample rate of 1 to ", kHighestRate, " Hz, its header says ", rate);
}

using BytesPtr = std::shared_ptr<const Bytes>;

/// Each returns null where the file is none of its own, and throws FormatError for a broken one.
/// Of bytes that hold fewer frames than their header promises, those that are there, if `partial`.
std::unique_ptr<Decoder> open_wav(const BytesPtr& bytes, bool partial);
/// `spec` as in ReaderOptions::format.
std::unique_ptr<Decoder> open_raw(const BytesPtr& bytes, const std::string& spec, bool partial);
std::unique_ptr<Decoder> open_sndfile(const BytesPtr& bytes, bool partial);
std::unique_ptr<Decoder> open_mpg123(const BytesPtr& bytes);
std::unique_ptr<Decoder> open_ffmpeg(const BytesPtr& bytes, bool partial);

/// Why open_ffmpeg opens nothing here; empty where it does.
std::string why_no_ffmpeg();

/// The decoder for what the bytes are, or for what `format` says they are. Throws FormatError.
std::unique_ptr<Decoder> open_decoder(const BytesPtr& bytes, const std::string& format,
                                      bool partial);

}  // namespace hearth::audio::io
