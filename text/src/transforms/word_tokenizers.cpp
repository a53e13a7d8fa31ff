// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/transforms/word_tokenizers.h"

#include "hearth/base/error.h"

#include "chat/python_text.h"
#include "tokenizers/pattern.h"
#include "unicode/utf8.h"

namespace hearth::text {

std::vector<std::string> split_words(std::string_view line) {
  const std::string whole = unicode::replace_invalid(line);
  std::vector<std::string> words;
  for (const std::string_view word : chat::split(whole, -1, false)) words.emplace_back(word);
  return words;
}

std::vector<std::string> basic_english(std::string_view line) {
  static constexpr std::string_view kBreak = "<br />";
  const std::string text = chat::lower(unicode::replace_invalid(line));
  std::string spaced;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') continue;
    if (text.compare(at, kBreak.size(), kBreak) == 0) {
      spaced += ' ';
      at += kBreak.size() - 1;
    } else if (c == ';' || c == ':') {
      spaced += ' ';
    } else if (std::string_view("'.,()!?").find(c) != std::string_view::npos) {
      spaced += {' ', c, ' '};
    } else {
      spaced += c;
    }
  }
  return split_words(spaced);
}

std::vector<std::string> ngrams_iterator(ArrayRef<std::string> tokens, size_t n) {
  std::vector<std::string> all(tokens.begin(), tokens.end());
  for (size_t length = 2; length <= n && length <= tokens.size(); ++length)
    for (size_t begin = 0; begin + length <= tokens.size(); ++begin) {
      std::string joined = tokens[begin];
      for (size_t i = 1; i < length; ++i) joined += cat_str(" ", tokens[begin + i]);
      all.push_back(std::move(joined));
    }
  return all;
}

struct RegexTokenizer::Rule {
  std::unique_ptr<Pattern> pattern;
  std::string replacement;
};

RegexTokenizer::RegexTokenizer(std::vector<std::pair<std::string, std::string>> patterns_list) {
  for (auto& [regex, replacement] : patterns_list)
    rules_.push_back(std::make_shared<const Rule>(
        Rule{make_regex(regex, "RegexTokenizer"), std::move(replacement)}));
}

std::vector<std::string> RegexTokenizer::operator()(std::string_view line) const {
  std::string text = unicode::replace_invalid(line);
  std::vector<Offset> matches;
  for (const auto& rule : rules_) {
    matches.clear();
    rule->pattern->find(text, 0, matches);
    std::string replaced;
    size_t at = 0;
    for (const Offset& match : matches) {
      replaced.append(text, at, match.begin - at);
      replaced += rule->replacement;
      at = match.end;
    }
    replaced.append(text, at);
    text = std::move(replaced);
  }
  return split_words(text);
}

}  // namespace hearth::text
