// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <set>
#include <string>
#include <string_view>

namespace hearth::testing_cuda {

/// The names in a file, one a line.
inline std::set<std::string> names_in(const char* path) {
  std::set<std::string> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) all.insert(line);
  return all;
}

/// The rows that do not run on CUDA: they have no kernel yet, or are made of such.
inline const std::set<std::string>& pending() {
  static const std::set<std::string> names = names_in("tests/cuda/pending.txt");
  return names;
}

/// The rows that run there as the ops that they decompose into. All others have a kernel.
inline const std::set<std::string>& in_parts() {
  static const std::set<std::string> names = names_in("tests/cuda/in_parts.txt");
  return names;
}

/// Whether an error says that one of them was called on CUDA.
inline bool is_pending_error(std::string_view what) {
  constexpr std::string_view kSays = "] has no kernel for device cuda";
  const size_t end = what.find(kSays), begin = what.find('[');
  return end != std::string_view::npos && begin < end &&
         pending().count(std::string(what.substr(begin + 1, end - begin - 1)));
}

/// Whether an error says that a row's CUDA kernels know no such integers, as PyTorch's do not.
inline bool is_integer_error(std::string_view what) {
  const auto says = [&](std::string_view text) {
    return what.find(text) != std::string_view::npos;
  };
  if (says("expected a floating dtype on CUDA, got ")) return true;
  for (const char* type : {"uint8", "int8", "int16", "int32", "int64"})
    if (what.ends_with(std::string("no CUDA kernel for ") + type)) return true;
  return false;
}

/// Golden cases whose results differ on a device, in PyTorch as well.
inline bool differs_on_cuda(std::string_view text) {
  // Several elements go to one place: any of them may come last.
  if (text.starts_with("max_unpool "))
    for (const char* meeting : {"kernel_size=[3", "{3 3 3 0}"})
      if (text.find(meeting) != std::string_view::npos) return true;
  // Only the CPU looks whether all numbers are probabilities.
  if (text.starts_with("binary_cross_entropy f32v[1]{1.5}")) return true;
  // Squares of floats beyond 1e19: the CPU adds them in double.
  return text.starts_with("var f32v[22,4]") || text.starts_with("std f32v[22,4]");
}

}  // namespace hearth::testing_cuda
