// SPDX-License-Identifier: Apache-2.0
// The fastest of the algorithms that a library offers for a problem, as cuda::set_benchmark wishes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/callable.h"
#include "hearth/cuda/graph.h"

#include "backends/measured_choices.h"

namespace hearth::cuda {

/// Sets key.measured, by which plans that were measured are told from guessed ones: 0 where nothing
/// is to be measured, nor was before a capture began.
template <class Plans, class Key>
void set_measured(const Plans& plans, Key* key) {
  key->measured = measured_set();
  if (key->measured && is_current_stream_capturing() && !plans.has(*key)) key->measured = 0;
}

/// What names a problem from program to program: the library and its version, the device's model
/// and the bytes of a plan's key.
std::string problem_text(std::string_view library, size_t version, const void* key, size_t bytes);
/// The same for a key, whose device and set of choices are this program's own.
template <class Key>
std::string problem_text(std::string_view library, size_t version, Key key) {
  key.device = 0;
  key.measured = 0;
  return problem_text(library, version, &key, sizeof key);
}
std::string hex_text(const void* bytes, size_t count);

/// Index of the candidate to use, named by texts with the library's guess first: the one kept for
/// the problem, or else the fastest, which is then kept. attempt(i) runs one on the current stream;
/// false when the library refuses it. Not while the stream is captured.
size_t measured_choice(const std::string& problem, const std::vector<std::string>& candidates,
                       const Callable<bool(size_t)>& attempt);

}  // namespace hearth::cuda
