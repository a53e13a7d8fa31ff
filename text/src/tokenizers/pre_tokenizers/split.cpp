// SPDX-License-Identifier: Apache-2.0
// Pre-tokenizers that split where something is found, and are told what becomes of it: Split,
// Punctuation, Digits, CharDelimiterSplit.
#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "tokenizers/pattern.h"
#include "tokenizers/pre_tokenizers.h"
#include "tokenizers/pre_tokenizers/makers.h"
#include "tokenizers/pre_tokenizers/pieces.h"
#include "unicode/tables.h"

namespace hearth::text {
namespace pre_tokenizers {
namespace {

constexpr std::pair<std::string_view, Behavior> kBehaviors[] = {
    {"Removed", Behavior::Removed},
    {"Isolated", Behavior::Isolated},
    {"MergedWithPrevious", Behavior::MergedWithPrevious},
    {"MergedWithNext", Behavior::MergedWithNext},
    {"Contiguous", Behavior::Contiguous}};

Behavior read_behavior(const JsonFields& fields, std::string_view name) {
  for (const auto& [known, behavior] : kBehaviors) {
    if (known == name) return behavior;
  }
  fields.fail("behavior", cat_str("Removed, Isolated, MergedWithPrevious, MergedWithNext or "
                                  "Contiguous, got \"",
                                  name, "\""));
}

std::string_view name_of(Behavior behavior) {
  return kBehaviors[static_cast<size_t>(behavior)].first;
}

void split_by(Text& text, const Pattern& pattern, Behavior behavior, bool invert) {
  split_pieces(text, [&](Offset piece, std::vector<Offset>& out) {
    thread_local std::vector<Offset> matches;
    matches.clear();
    pattern.find(view(text, piece), piece.begin, matches);
    split_at(piece, matches, behavior, invert, out);
    shrink_if_large(matches);
  });
}

class Split final : public PreTokenizer {
 public:
  explicit Split(const JsonFields& fields)
      : pattern_(read_pattern(fields, "pattern")),
        behavior_(read_behavior(fields, fields.string("behavior"))),
        invert_(fields.boolean("invert")) {}
  void split(Text& text) const override { split_by(text, *pattern_.pattern, behavior_, invert_); }
  nlohmann::ordered_json to_json() const override {
    return {{"type", "Split"},
            {"pattern", write_pattern(pattern_)},
            {"behavior", name_of(behavior_)},
            {"invert", invert_}};
  }

 private:
  PatternSource pattern_;
  Behavior behavior_;
  bool invert_;
};

/// Characters of which a predicate is true.
template <class F>
class Characters final : public Pattern {
 public:
  explicit Characters(F is) : is_(is) {}
  void find(std::string_view text, uint32_t offset, std::vector<Offset>& matches) const override {
    for (size_t at = 0; at < text.size();) {
      const auto begin = static_cast<uint32_t>(at);
      if (is_(unicode::next(text, at))) {
        matches.push_back({offset + begin, offset + static_cast<uint32_t>(at)});
      }
    }
  }

 private:
  F is_;
};

class Punctuation final : public PreTokenizer {
 public:
  explicit Punctuation(const JsonFields& fields)
      : behavior_(read_behavior(fields, fields.string("behavior", "Isolated"))) {}
  void split(Text& text) const override { split_by(text, signs_, behavior_, false); }
  nlohmann::ordered_json to_json() const override {
    return {{"type", "Punctuation"}, {"behavior", name_of(behavior_)}};
  }

 private:
  static bool is_sign(char32_t code) {
    return unicode::class_of(code) & unicode::kPunctuationClass;
  }
  Characters<bool (*)(char32_t)> signs_{is_sign};
  Behavior behavior_;
};

class Digits final : public PreTokenizer {
 public:
  explicit Digits(const JsonFields& fields) : individual_(fields.boolean("individual_digits")) {}
  void split(Text& text) const override {
    split_by(text, digits_, individual_ ? Behavior::Isolated : Behavior::Contiguous, false);
  }
  nlohmann::ordered_json to_json() const override {
    return {{"type", "Digits"}, {"individual_digits", individual_}};
  }

 private:
  static bool is_numeric(char32_t code) {
    return code < 0x80 ? code >= '0' && code <= '9' : unicode::has(code, unicode::kNumeric);
  }
  Characters<bool (*)(char32_t)> digits_{is_numeric};
  bool individual_;
};

class CharDelimiterSplit final : public PreTokenizer {
 public:
  explicit CharDelimiterSplit(const JsonFields& fields)
      : delimiter_(fields.string("delimiter")), pattern_(make_literal(delimiter_)) {
    if (delimiter_.empty() || unicode::length_of(delimiter_[0]) != delimiter_.size()) {
      fields.fail("delimiter", "one character");
    }
  }
  void split(Text& text) const override { split_by(text, *pattern_, Behavior::Removed, false); }
  nlohmann::ordered_json to_json() const override {
    return {{"type", "CharDelimiterSplit"}, {"delimiter", delimiter_}};
  }

 private:
  std::string delimiter_;
  std::unique_ptr<Pattern> pattern_;
};

}  // namespace

std::unique_ptr<PreTokenizer> make_split(const JsonFields& fields) {
  return std::make_unique<Split>(fields);
}
std::unique_ptr<PreTokenizer> make_punctuation(const JsonFields& fields) {
  return std::make_unique<Punctuation>(fields);
}
std::unique_ptr<PreTokenizer> make_digits(const JsonFields& fields) {
  return std::make_unique<Digits>(fields);
}
std::unique_ptr<PreTokenizer> make_char_delimiter_split(const JsonFields& fields) {
  return std::make_unique<CharDelimiterSplit>(fields);
}

}  // namespace pre_tokenizers

}  // namespace hearth::text
