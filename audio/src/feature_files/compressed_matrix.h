// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/audio/feature_files/kaldi_io.h"

#include "feature_files/bytes.h"

namespace hearth::audio::feature_files {

/// Reads what follows "CM", "CM2" or "CM3" and a space.
Tensor read_compressed(Bytes& in, const std::string& token);

/// A float matrix [rows, columns] as it stands in an archive, token and header included. Throws
/// ValueError for NaN and infinity where the range is taken from the values.
std::string compressed(const Tensor& matrix, kaldi_io::CompressionMethod method);

}  // namespace hearth::audio::feature_files
