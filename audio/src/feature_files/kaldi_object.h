// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/audio/feature_files/kaldi_io.h"

#include "feature_files/bytes.h"

namespace hearth::audio::feature_files {

/// A matrix or vector as it stands behind a key, or alone in a file. What is text does not say
/// whether it is float or double: `text`.
Tensor read_object(Bytes& in, ScalarType text);

/// The bytes of one, from the marker of binary objects on.
std::string object_of(const Tensor& value, const kaldi_io::ArkOptions& options);

/// The key before an object and the blank behind it; empty at the end. Throws FormatError for what
/// cannot be one.
std::string read_key(Bytes& in);

}  // namespace hearth::audio::feature_files
