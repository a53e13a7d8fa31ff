// SPDX-License-Identifier: Apache-2.0
// Ways of writing sound files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hearth/audio/io/save.h"

#include "io/pcm.h"

namespace hearth::audio::io {

/// Where a file's bytes go.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void append(const void* data, size_t bytes) = 0;
  /// Replaces bytes that were written.
  virtual void replace(uint64_t offset, const void* data, size_t bytes) = 0;
  virtual bool can_replace() const = 0;
};

/// What kind of file, all options decided.
struct FileKind {
  std::string format;  ///< as in SaveOptions
  /// Nothing for a codec that has no samples of its own, and takes floats.
  std::optional<Pcm> pcm;
  int64_t sample_rate = 0, channels = 0;
  int64_t frames = -1;  ///< if known before
  std::optional<double> compression;

  Form form() const { return pcm ? form_of(*pcm) : Form::Float; }
  int bits() const {
    return pcm && *pcm != Pcm::MuLaw && *pcm != Pcm::ALaw
               ? static_cast<int>(std::min<int64_t>(32, 8 * width_of(*pcm)))
               : 16;
  }
};

/// `name` is the file's, for its ending and for messages. Throws ValueError.
FileKind decide(const std::string& name, const SaveOptions& options, ScalarType dtype,
                int64_t sample_rate, int64_t channels);

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Appends interleaved samples of the kind's form.
  virtual void write(const void* from, int64_t frames) = 0;
  /// Writes what comes last. `frames` is how many there were.
  virtual void finish(int64_t frames) = 0;
};

std::unique_ptr<Encoder> make_wav_encoder(Sink& sink, const FileKind& kind);
std::unique_ptr<Encoder> make_sndfile_encoder(Sink& sink, const FileKind& kind,
                                              const std::string& name);

}  // namespace hearth::audio::io
