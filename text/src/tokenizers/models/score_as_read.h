// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hearth::text {

/// The number that Hugging Face's library reads where `exact` is the nearest: its digits as an
/// integer, times or over a power of ten, each of which rounds (serde_json without
/// float_roundtrip). Between ways of equal sums these last bits decide. The digits are taken to be
/// the fewest that name the number, as programs write them.
double score_as_read(double exact);

}  // namespace hearth::text
