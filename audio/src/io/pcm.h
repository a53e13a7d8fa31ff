// SPDX-License-Identifier: Apache-2.0
// Samples as files without compression store them, interleaved.
#pragma once

#include <cstdint>
#include <string>

#include "hearth/audio/io/metadata.h"

#include "io/decoder.h"

namespace hearth::audio::io {

enum class Pcm : int8_t { U8, S8, S16, S24, S32, F32, F64, MuLaw, ALaw };

/// Bytes of a sample.
int64_t width_of(Pcm pcm);
/// The type that holds them without loss; float for mu-law and A-law.
ScalarType native_type(Pcm pcm);
/// As in AudioMetaData.
const char* encoding_name(Pcm pcm);

/// Turns stored samples into the target's type, float or the native one. Integers become floats in
/// -1 ... 1; 24 bits lie in the upper ones of int32.
void unpack(const uint8_t* from, Pcm pcm, bool big_endian, int64_t frames, int64_t channels,
            const Target& to);

/// Samples on their way to a file, interleaved: of what the file stores as integers, int32 with
/// the bits on top; else float or double.
enum class Form : int8_t { Integer, Float, Double };
Form form_of(Pcm pcm);

struct Packed {
  int64_t clipped = 0;
  int64_t nan_at = -1;  ///< the first NaN that should become an integer, as frame * channels + c
};
/// Brings samples of any dtype into a form; integers are rounded to `bits`.
Packed gather(const Samples& from, int64_t frames, int64_t channels, Form form, int bits, void* to);
/// The bytes, little endian, of samples in the form of their encoding.
void pack(const void* from, Pcm pcm, int64_t samples, uint8_t* to);

/// Where a file's samples are.
struct PcmLayout {
  Pcm pcm = Pcm::S16;
  bool big_endian = false;
  int64_t sample_rate = 0, channels = 0;
  int64_t offset = 0;  ///< of the first one's byte
  int64_t frames = 0;  ///< that the bytes hold
  std::string format;
};
std::unique_ptr<Decoder> make_pcm_decoder(BytesPtr bytes, const PcmLayout& layout);

}  // namespace hearth::audio::io
