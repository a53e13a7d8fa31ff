// SPDX-License-Identifier: Apache-2.0
// Which regular expression has a scanner of its own; told by its text.
#include "tokenizers/pre_tokenizers/known_patterns.h"

#include "tokenizers/pre_tokenizers/word_scanner.h"

namespace hearth::text {

const std::string_view kGpt2Regex =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

namespace {

constexpr std::string_view kCl100kRegex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+\z|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kO200kRegex =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr WordRules kGpt2{};
constexpr WordRules kQwen2{.any_before_word = true,
                           .any_case = true,
                           .digits = 1,
                           .lines_after = true,
                           .lines_apart = true};
constexpr WordRules kLlama3{.any_before_word = true,
                            .any_case = true,
                            .digits = 3,
                            .lines_after = true,
                            .lines_apart = true};
constexpr WordRules kCl100k{.any_before_word = true,
                            .any_case = true,
                            .digits = 3,
                            .lines_after = true,
                            .lines_apart = true,
                            .end_whole = true};
constexpr WordRules kO200k{.any_before_word = true,
                           .by_case = true,
                           .contractions = WordRules::AtEnd,
                           .any_case = true,
                           .digits = 3,
                           .lines_after = true,
                           .slashes_after = true,
                           .lines_apart = true};
/// Mistral's, from NeMo on.
constexpr WordRules kTekken{.any_before_word = true,
                            .by_case = true,
                            .contractions = WordRules::None,
                            .digits = 1,
                            .lines_after = true,
                            .slashes_after = true,
                            .lines_apart = true};

/// CLIP's words, digits and signs; white space is between them.
class ClipScanner final : public Pattern {
 public:
  void find(std::string_view text, uint32_t offset, std::vector<Offset>& matches) const override {
    const char* const begin = text.data();
    Cursor cursor(begin, begin + text.size());
    for (;;) {
      cursor.skip_while(unicode::kSpace);
      if (cursor.done()) return;
      const char* const from = cursor.at();
      const Seen first = cursor.peek();
      if (const size_t size = contraction(cursor)) {
        cursor.skip(size);
      } else if (first.classes & unicode::kLetter) {
        cursor.skip_while(unicode::kLetter);
      } else if (first.classes & unicode::kNumber) {
        cursor.skip(first.bytes);
      } else {
        cursor.skip_without(unicode::kLetter | unicode::kNumber | unicode::kSpace);
      }
      matches.push_back({offset + static_cast<uint32_t>(from - begin),
                         offset + static_cast<uint32_t>(cursor.at() - begin)});
    }
  }

 private:
  static size_t contraction(const Cursor& cursor) {
    if (!cursor.is('\'')) return 0;
    for (const std::string_view ending : {"s", "t", "re", "ve", "m", "ll", "d"}) {
      if (cursor.is(ending[0], 1) && (ending.size() == 1 || cursor.is(ending[1], 2))) {
        return 1 + ending.size();
      }
    }
    return 0;
  }
};

/// Runs of at least so many spaces, or of white space.
class RunScanner final : public Pattern {
 public:
  RunScanner(bool only_spaces, size_t least) : only_spaces_(only_spaces), least_(least) {}
  void find(std::string_view text, uint32_t offset, std::vector<Offset>& matches) const override {
    const char* const begin = text.data();
    Cursor cursor(begin, begin + text.size());
    for (;;) {
      cursor.skip_without(unicode::kSpace);
      if (cursor.done()) return;
      const char* const from = cursor.at();
      if (!only_spaces_) {
        cursor.skip_while(unicode::kSpace);
      } else if (*from == ' ') {
        while (cursor.is(' ')) cursor.skip(1);
      } else {
        cursor.skip(cursor.peek().bytes);
        continue;
      }
      if (static_cast<size_t>(cursor.at() - from) < least_) continue;
      matches.push_back({offset + static_cast<uint32_t>(from - begin),
                         offset + static_cast<uint32_t>(cursor.at() - begin)});
    }
  }

 private:
  bool only_spaces_;
  size_t least_;
};

template <WordRules kRules>
std::unique_ptr<Pattern> words() {
  return std::make_unique<WordScanner<kRules>>();
}

struct Known {
  std::string_view regex;
  std::unique_ptr<Pattern> (*make)();
};

const Known kKnown[] = {
    {kGpt2Regex, words<kGpt2>},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     words<kLlama3>},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     words<kQwen2>},
    {kCl100kRegex, words<kCl100k>},
    {kO200kRegex, words<kO200k>},
    {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     words<kTekken>},
    {R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
     [] { return std::unique_ptr<Pattern>(std::make_unique<ClipScanner>()); }},
    {R"(\s+)", [] { return std::unique_ptr<Pattern>(std::make_unique<RunScanner>(false, 1)); }},
    {" {2,}", [] { return std::unique_ptr<Pattern>(std::make_unique<RunScanner>(true, 2)); }},
    {" +", [] { return std::unique_ptr<Pattern>(std::make_unique<RunScanner>(true, 1)); }}};

}  // namespace

std::unique_ptr<Pattern> make_known_pattern(std::string_view regex) {
  for (const Known& known : kKnown) {
    if (known.regex == regex) return known.make();
  }
  return nullptr;
}

std::string_view tiktoken_regex(std::string_view encoding) {
  // The expressions of the first differ from HF's in speed alone.
  for (const std::string_view name : {"gpt2", "r50k_base", "p50k_base", "p50k_edit"}) {
    if (encoding == name) return kGpt2Regex;
  }
  if (encoding == "cl100k_base") return kCl100kRegex;
  if (encoding == "o200k_base" || encoding == "o200k_harmony") return kO200kRegex;
  return {};
}

}  // namespace hearth::text
