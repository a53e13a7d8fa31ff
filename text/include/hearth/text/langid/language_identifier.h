// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/macros.h"
#include "hearth/io/tensor_file.h"

namespace hearth::text {

/// What a text is written in.
struct Language {
  struct Score {
    std::string language;
    /// A probability.
    float score = 0;
  };
  /// As the model names it, "de"; "und" (undetermined) for a text without a letter.
  std::string language = "und";
  float score = 0;
  /// The most probable languages, in that order; the first is the one above.
  std::vector<Score> top;
};

/// Tells what language a text is in by its letters: n-grams of up to 4 letters of its words, and
/// the words, are hashed to vectors of 8 bits, whose mean a linear layer judges (as fastText
/// does). Any bytes are a text; what is no UTF-8 counts as no letter. May be used in many threads.
///
///     const auto identifier = pretrained::language_identifier();
///     identifier.identify("Wie geht es dir?").language;  // "de"
class HEARTH_API LanguageIdentifier {
 public:
  /// A file that save, or train_language_identifier, wrote. Throws FileError and FormatError.
  static LanguageIdentifier load(const std::string& path);
  static LanguageIdentifier load(const TensorFile& file);
  /// Weights as safetensors, the languages as metadata; whole or not at all.
  void save(const std::string& path) const;

  Language identify(std::string_view text, size_t top_k = 1) const;
  /// All that it knows.
  const std::vector<std::string>& languages() const;
  /// The text that it was trained on, in a word.
  const std::string& dataset() const;

  struct Impl;
  explicit LanguageIdentifier(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace hearth::text
