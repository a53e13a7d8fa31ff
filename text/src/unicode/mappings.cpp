// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "unicode/tables.h"

namespace hearth::text::unicode {
namespace {

Codes pooled(size_t at) { return {kPool + at + 1, kPool[at]}; }

/// What the table of two stages of 64 has; code points behind its end have none.
template <class Blocks, size_t kBlocks, size_t kStarts>
Codes decomposition(const Blocks (&blocks)[kBlocks], const uint16_t (&starts)[kStarts],
                    char32_t code) {
  if (code >> 6 >= kBlocks) return {nullptr, 0};
  const uint16_t start = starts[blocks[code >> 6] << 6 | (code & 63)];
  return start ? pooled(start - 1) : Codes{nullptr, 0};
}

template <size_t kMappings>
Codes mapped(const CaseMapping (&mappings)[kMappings], const char32_t& code) {
  const CaseMapping* found =
      std::lower_bound(std::begin(mappings), std::end(mappings), code,
                       [](const CaseMapping& m, char32_t c) { return m.from < c; });
  if (found == std::end(mappings) || found->from != code) return {&code, 1};
  if (found->to >= kCodePoints) return pooled(found->to - kCodePoints);
  return {&found->to, 1};
}

// Hangul, section 3.12 of the Unicode Standard.
constexpr char32_t kL = 0x1100, kV = 0x1161, kT = 0x11a7, kS = 0xac00;
constexpr char32_t kLs = 19, kVs = 21, kTs = 28;

}  // namespace

Codes canonical(char32_t code) { return decomposition(kCanonicalBlocks, kCanonicalStarts, code); }

Codes compatible(char32_t code) {
  return decomposition(kCompatibleBlocks, kCompatibleStarts, code);
}

size_t decompose_hangul(char32_t code, char32_t (&parts)[3]) {
  const char32_t index = code - kS;
  parts[0] = kL + index / (kVs * kTs);
  parts[1] = kV + index / kTs % kVs;
  parts[2] = kT + index % kTs;
  return index % kTs ? 3 : 2;
}

char32_t compose(char32_t first, char32_t second) {
  if (first - kL < kLs && second - kV < kVs) {
    return kS + ((first - kL) * kVs + second - kV) * kTs;
  }
  if (is_hangul_syllable(first) && (first - kS) % kTs == 0 && second - kT - 1 < kTs - 1) {
    return first + second - kT;
  }
  const Composition* found = std::lower_bound(
      std::begin(kCompositions), std::end(kCompositions), Composition{first, second, 0},
      [](const Composition& a, const Composition& b) {
        return a.first != b.first ? a.first < b.first : a.second < b.second;
      });
  if (found == std::end(kCompositions) || found->first != first || found->second != second) {
    return 0;
  }
  return found->composed;
}

Codes lower(const char32_t& code) { return mapped(kLower, code); }
Codes upper(const char32_t& code) { return mapped(kUpper, code); }

}  // namespace hearth::text::unicode
