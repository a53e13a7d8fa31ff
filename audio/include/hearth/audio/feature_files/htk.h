// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

/// HTK's parameter files (The HTK Book, "Storage of Parameter Files"): a matrix of float for one
/// recording, big-endian behind a header of 12 bytes.
namespace hearth::audio::htk {

/// What a file says of its frames. A kind is a base and qualifiers: "MFCC_E_D_A", "FBANK", "USER".
struct Parameters {
  Tensor features;    ///< float [frames, dimensions]
  double period = 0;  ///< seconds from a frame to the next
  std::string kind;   ///< without _C and _K, which say how it was stored
};

/// The name of a kind, the code's bases (WAVEFORM, LPC, LPREFC, LPCEPSTRA, LPDELCEP, IREFC, MFCC,
/// FBANK, MELSPEC, USER, DISCRETE, PLP) and qualifiers (_E _N _D _A _C _Z _K _0 _V _T). Throws
/// FormatError for a code that is none.
HEARTH_API std::string kind_name(uint16_t code);
/// The code of such a name. Throws ValueError.
HEARTH_API uint16_t kind_code(std::string_view name);

/// Reads a file. Compressed ones (_C) are expanded; a checksum (_K) is passed over. Files of
/// waveforms and integers (WAVEFORM, IREFC, DISCRETE) become float as well. Throws FileError, and
/// FormatError when the header and the file's size do not fit together.
HEARTH_API Parameters load(const std::string& path);
/// The same of bytes in memory; `name` stands for the path in errors.
HEARTH_API Parameters load(const void* data, size_t size, const std::string& name = "buffer");

struct SaveOptions {
  /// Seconds from a frame to the next; the file counts in 100 ns.
  HEARTH_ARG(double, period) = 0.01;
  /// Not compressed, without a checksum.
  HEARTH_ARG(std::string, kind) = "USER";
};

/// Writes [frames, dimensions] as float. All or nothing. Throws ShapeError for other tensors and
/// more than 8,191 dimensions, ValueError for a kind or period that the header does not hold.
HEARTH_API void save(const Tensor& features, const std::string& path,
                     const SaveOptions& options = {});
/// The same in memory.
HEARTH_API std::vector<char> save(const Tensor& features, const SaveOptions& options = {});

/// Whether bytes are the first of such a file of `size` bytes: the header fits the size.
HEARTH_API bool is_htk(std::string_view first_bytes, uint64_t size);

}  // namespace hearth::audio::htk
