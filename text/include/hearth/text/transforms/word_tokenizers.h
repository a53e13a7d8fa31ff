// SPDX-License-Identifier: Apache-2.0
// Tokenizers that need no vocabulary.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hearth/base/array_ref.h"
#include "hearth/base/macros.h"

namespace hearth::text {

/// torchtext's "basic_english": in lower case, `' . , ( ) ! ?` as tokens of their own, without
/// quotation marks, `; :` and `<br />`. Invalid UTF-8 becomes U+FFFD.
HEARTH_API std::vector<std::string> basic_english(std::string_view line);

/// Words between white space.
HEARTH_API std::vector<std::string> split_words(std::string_view line);

/// Tokens, then pairs of neighbours, then triples ... up to n, joined by spaces.
HEARTH_API std::vector<std::string> ngrams_iterator(ArrayRef<std::string> tokens, size_t n);

/// Replaces what patterns match, one after another, and splits at white space.
class HEARTH_API RegexTokenizer {
 public:
  /// Regular expressions and what stands in their place (a plain text). Throws FormatError for what
  /// is none, NotImplementedError where Hearth was built without PCRE2.
  explicit RegexTokenizer(std::vector<std::pair<std::string, std::string>> patterns_list);
  std::vector<std::string> operator()(std::string_view line) const;

 private:
  struct Rule;
  std::vector<std::shared_ptr<const Rule>> rules_;
};

}  // namespace hearth::text
