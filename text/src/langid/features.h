// SPDX-License-Identifier: Apache-2.0
// What the language identifier sees of a text.
#pragma once

#include <cstdint>
#include <string_view>

#include "langid/letters.h"
#include "unicode/utf8.h"

namespace hearth::text::langid {

/// The name of what for_each_feature does, kept with weights: those of other features mean nothing.
inline constexpr char kFeatures[] = "words and 1 to 4 letters";

/// Calls take(hash) for each run of 1 to 4 letters in each word of valid UTF-8, of which the
/// word's two ends are one, and for each word of at most 16 letters. The upper bits of a hash are
/// the best. Returns how many letters there are, wide ones counted twice.
template <typename Take>
size_t for_each_feature(std::string_view text, const Take& take) {
  constexpr uint64_t kPrime = 0x9e3779b97f4a7c15u;
  constexpr size_t kLongestWord = 16;
  // Different factors keep runs of different lengths apart.
  constexpr uint64_t kMix[] = {0xff51afd7ed558ccdu, 0xc4ceb9fe1a85ec53u, 0x94d049bb133111ebu,
                               0xbf58476d1ce4e5b9u, 0xd6e8feb86659fd93u};
  const auto mixed = [](uint64_t h, uint64_t factor) { return (h ^ h >> 29) * factor; };
  // Of the last one, two and three letters, and of the word so far.
  uint64_t one = 0, two = 0, three = 0, word = 0;
  size_t letters = 0, length = 0;
  constexpr uint64_t kBoundary = kPrime;  // as if it were the letter 0
  for (size_t at = 0; at <= text.size();) {
    const char32_t c = at < text.size() ? small_letter(unicode::next(text, at)) : (++at, 0);
    if (!c) {
      if (!length) continue;
      take(mixed(one * kPrime + kBoundary, kMix[1]));
      if (length >= 2) take(mixed(two * kPrime + kBoundary, kMix[2]));
      if (length >= 3) take(mixed(three * kPrime + kBoundary, kMix[3]));
      if (length <= kLongestWord) take(mixed(word, kMix[4]));
      length = 0;
      continue;
    }
    letters += is_wide(c) ? 2 : 1;
    const uint64_t x = (c + 1) * kPrime;
    if (!length) {
      one = kBoundary;
      two = three = word = 0;
    }
    const uint64_t new_two = one * kPrime + x, new_three = two * kPrime + x,
                   four = three * kPrime + x;
    take(mixed(x, kMix[0]));
    take(mixed(new_two, kMix[1]));
    if (length >= 1) take(mixed(new_three, kMix[2]));
    if (length >= 2) take(mixed(four, kMix[3]));
    one = x;
    two = new_two;
    three = new_three;
    word = word * kPrime + x;
    ++length;
  }
  return letters;
}

}  // namespace hearth::text::langid
