// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hearth/audio/io/metadata.h"
#include "hearth/audio/io/source.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio {

struct ReaderOptions {
  /// "": told by the first bytes. A name of AudioMetaData::format ("mp3", "wav" ...), where these
  /// mislead. Of bytes without a header, what they are: "s16le:16000:1", encoding, sample rate and
  /// channels (1 if left out). Encodings are u8, s8, s16, s24, s32, f32 and f64, little endian
  /// unless "be" follows ("le" may), mulaw and alaw.
  std::string format;
  /// float32, integers scaled to -1 ... 1. false: as the file has them, uint8, int8, int16, int32
  /// (24 bits in the upper ones), float64; still float32 where a codec has no integers of its own.
  bool normalize = true;
  /// [channels, frames]; false: [frames, channels].
  bool channels_first = true;
  /// Takes what is there of a file that was cut short or is damaged, instead of throwing.
  bool partial = false;
};

/// Reads a sound file block by block, in memory that does not depend on its length. What is read
/// from any place equals that part of the whole, bit for bit: formats whose decoders cannot start
/// anywhere exactly (all lossy ones) are decoded from the beginning for that, and what is before
/// the place is dropped, so going back in them takes time.
///
/// The constructor throws FileError, or FormatError for what is no sound file, has no channels or
/// more than 4096, a rate above 100 MHz, or a header that promises more samples than there are;
/// reading throws FormatError where the damage shows only then.
class HEARTH_API Reader {
 public:
  explicit Reader(const Source& source, const ReaderOptions& options = {});
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  const AudioMetaData& info() const;
  /// Of the tensors that read() makes.
  ScalarType dtype() const;
  /// The frame that is read next.
  int64_t position() const;
  /// Goes to a frame, 0 or more. Returns where it stands then: the end, if the file has fewer.
  int64_t seek(int64_t frame);
  /// The next frames [channels, frames] (see ReaderOptions), fewer at the end, and none after it.
  Tensor read(int64_t frames);
  /// The same into the caller's memory, interleaved: to[frame * num_channels + channel]. Returns
  /// how many frames there were.
  int64_t read(float* to, int64_t frames);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::audio
