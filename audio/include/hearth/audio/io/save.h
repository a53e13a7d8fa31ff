// SPDX-License-Identifier: Apache-2.0
// Tensors as sound files. Names and defaults are torchaudio's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/base/atomic_file.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio {

struct SaveOptions {
  bool channels_first = true;  ///< the waveform is [channels, frames]; false: [frames, channels]
  /// "wav", "flac", "ogg" (Vorbis), "opus", "mp3", "aiff", "au", "caf", "w64"; "": by the name's
  /// ending.
  std::string format;
  /// "PCM_S", "PCM_U" (8 bits only), "PCM_F", "ULAW", "ALAW", where the format has these. "": PCM_F
  /// for WAV of a floating-point tensor, which so loses nothing, PCM_U for WAV of uint8, else
  /// PCM_S.
  std::string encoding;
  /// 8, 16, 24, 32 or 64. 0: 16 for FLAC, else as many as the tensor's elements have (at least 32
  /// for PCM_F), 16 for integers of a floating-point tensor.
  int64_t bits_per_sample = 0;
  /// How hard to compress, 0 (quickest FLAC, best sound) to 1 (smallest).
  std::optional<double> compression;
  /// Whether the file also survives a power cut, which takes milliseconds each.
  Durability durability = Durability::Synced;
};

/// Writes a waveform [channels, frames] or [frames]: uint8, int8, int16, int32 or floating point,
/// where 1 is full scale. The file appears whole or not at all (see AtomicFile).
///
/// To integers, floats are multiplied by 2^(bits - 1), rounded to nearest, ties to even, and
/// clipped to the range, so what load() made of integers comes back the same; NaN throws
/// ValueError. Files of floats keep every value. Wider integers are rounded to narrower ones in the
/// same way.
///
/// Throws FileError; ValueError for a rate or number of channels that the format does not have;
/// ShapeError and DtypeError.
HEARTH_API void save(const std::string& path, const Tensor& waveform, int64_t sample_rate,
                     const SaveOptions& options = {});

/// The same file as a 1-d uint8 tensor; SaveOptions::format says which kind.
HEARTH_API Tensor encode(const Tensor& waveform, int64_t sample_rate, const SaveOptions& options);

}  // namespace hearth::audio
