// SPDX-License-Identifier: Apache-2.0
// Distances between transcripts and between distributions. Names and numbers are torchaudio's.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// How many elements have to be put in, taken out or replaced to make seq2 of seq1 (Levenshtein).
/// Of lists of words this is what word error rates count.
template <typename A, typename B>
requires(!std::convertible_to<const A&, std::string_view> && requires(const A& a, const B& b) {
  a.size(), b.size(), a[0] == b[0];
}) int64_t edit_distance(const A& seq1, const B& seq2) {
  const auto columns = static_cast<size_t>(seq2.size());
  std::vector<int64_t> row(columns + 1);
  std::iota(row.begin(), row.end(), int64_t{0});
  for (size_t i = 0; i < static_cast<size_t>(seq1.size()); ++i) {
    int64_t diagonal = row[0]++;
    for (size_t j = 0; j < columns; ++j) {
      const int64_t changed = diagonal + (seq1[i] == seq2[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row[columns];
}

/// Of two texts in UTF-8: their characters.
HEARTH_API int64_t edit_distance(std::string_view seq1, std::string_view seq2);

/// The Fréchet distance of two normal distributions (Dowson and Landau, 1982):
/// |mu_x - mu_y|^2 + trace(sigma_x + sigma_y - 2 sqrt(sigma_x sigma_y)), of means [N] and
/// covariances [N, N]. Differentiable where the eigenvalues of sigma_x sigma_y are not zero.
HEARTH_API Tensor frechet_distance(const Tensor& mu_x, const Tensor& sigma_x, const Tensor& mu_y,
                                   const Tensor& sigma_y);

}  // namespace hearth::audio::functional
