// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hearth/audio/io/save.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio {

/// Writes a sound file block by block, in constant memory. close() makes it whole; until then, and
/// if the writer goes away before, nothing is at the path. Values are written as save() says, which
/// names the errors as well.
class HEARTH_API Writer {
 public:
  /// With neither encoding nor bits_per_sample, files are as save() makes them of float32.
  Writer(const std::string& path, int64_t sample_rate, int64_t num_channels,
         const SaveOptions& options = {});
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

  /// Appends [channels, frames], or [frames] of one channel, of any dtype that save() takes.
  void write(const Tensor& block);
  /// Appends interleaved samples, from[frame * num_channels + channel].
  void write(const float* from, int64_t frames);
  /// Frames written so far.
  int64_t position() const;
  /// Samples so far that were beyond the range of the file's integers.
  int64_t clipped() const;
  /// Ends the file. Nothing can be written afterwards.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::audio
