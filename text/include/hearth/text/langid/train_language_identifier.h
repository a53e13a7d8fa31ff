// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/array_ref.h"
#include "hearth/base/callable.h"
#include "hearth/text/langid/language_identifier.h"

namespace hearth::text {

/// A text, and the language that it is in.
struct TextInLanguage {
  std::string language, text;
};

struct LanguageTrainingOptions {
  /// Steps of the optimizer (Adam, whose rate falls to nothing along a line).
  HEARTH_ARG(int64_t, steps) = 6000;
  /// Pieces of texts in a step.
  HEARTH_ARG(int64_t, batch_size) = 256;
  HEARTH_ARG(double, lr) = 0.02;
  /// Vectors, each shared by the n-grams of one hash; a power of 2.
  HEARTH_ARG(int64_t, buckets) = 1 << 15;
  /// Numbers in a vector, at most 64.
  HEARTH_ARG(int64_t, dim) = 16;
  /// How often a language is seen: as its bytes to this power. 0: all as often, 1: as there is
  /// text.
  HEARTH_ARG(double, balance) = 0.3;
  /// Share of n-grams left out of a piece, others in each.
  HEARTH_ARG(double, dropout) = 0.3;
  HEARTH_ARG(uint64_t, seed) = 0;
  /// The name of what it learns from, kept with the weights.
  HEARTH_ARG(std::string, dataset) = "texts";
};

/// Trains one on texts of two languages or more. Each step takes pieces of random length of random
/// texts. `progress`, if given, is told how many steps are done and the mean loss lately. Throws
/// ValueError.
HEARTH_API LanguageIdentifier train_language_identifier(
    ArrayRef<TextInLanguage> texts, const LanguageTrainingOptions& options = {},
    const Callable<void(int64_t step, double loss)>& progress = {});

/// How often an identifier is right, by how long texts are.
struct HEARTH_API LanguageAccuracy {
  struct Share {
    int64_t right = 0, texts = 0;
    double accuracy() const { return texts ? double(right) / double(texts) : 0; }
  };
  /// Of texts of fewer than 20 letters, 20 to 49, 50 to 99, 100 and more.
  std::vector<Share> by_length;
  /// Of texts of 20 letters and more, in the order of languages().
  std::vector<Share> by_language;
  /// Of texts of 20 letters and more.
  Share all() const;

  static constexpr int64_t kLengths[] = {20, 50, 100};
};

/// Texts in languages that it does not know count as well. A letter of Chinese and Japanese counts
/// as two.
HEARTH_API LanguageAccuracy evaluate(const LanguageIdentifier& identifier,
                                     ArrayRef<TextInLanguage> texts);

}  // namespace hearth::text
