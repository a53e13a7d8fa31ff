// SPDX-License-Identifier: Apache-2.0
// Porter's stemmer ("An algorithm for suffix stripping", 1980) as NLTK extends it, which is what
// ROUGE is computed with.
#include <unordered_map>

#include "metrics/text/strings.h"

namespace hearth::metrics {
namespace {

bool is_vowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

/// For each letter, whether it is a consonant: y is one unless it follows one.
std::vector<bool> consonants(std::string_view word) {
  std::vector<bool> flags;
  for (size_t i = 0; i < word.size(); ++i)
    flags.push_back(word[i] == 'y' ? i == 0 || !flags[i - 1] : !is_vowel(word[i]));
  return flags;
}

/// How often a consonant follows a vowel.
int measure(std::string_view stem) {
  const auto consonant = consonants(stem);
  int m = 0;
  for (size_t i = 1; i < stem.size(); ++i) m += consonant[i] && !consonant[i - 1];
  return m;
}

bool has_vowel(std::string_view stem) {
  for (const bool consonant : consonants(stem))
    if (!consonant) return true;
  return false;
}

bool ends_with(std::string_view word, std::string_view suffix) {
  return word.size() >= suffix.size() && word.substr(word.size() - suffix.size()) == suffix;
}

bool ends_double_consonant(std::string_view word) {
  const size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && consonants(word).back();
}

/// Consonant, vowel, consonant other than w, x and y.
bool ends_cvc(std::string_view word) {
  const auto consonant = consonants(word);
  const size_t n = word.size();
  if (n == 2) return !consonant[0] && consonant[1];
  return n >= 3 && consonant[n - 3] && !consonant[n - 2] && consonant[n - 1] &&
         std::string_view("wxy").find(word.back()) == std::string_view::npos;
}

struct Rule {
  std::string_view suffix, replacement;
};

/// Applies the first rule whose suffix the word has, if the stem's measure is above `least`.
template <size_t N>
std::string applied(const std::string& word, const Rule (&rules)[N], int least) {
  for (const Rule& rule : rules) {
    if (!ends_with(word, rule.suffix)) continue;
    const std::string stem = word.substr(0, word.size() - rule.suffix.size());
    return measure(stem) > least ? stem + std::string(rule.replacement) : word;
  }
  return word;
}

std::string cut(const std::string& word, size_t n) { return word.substr(0, word.size() - n); }

/// Plurals.
std::string step1a(const std::string& word) {
  if (ends_with(word, "ies")) return cut(word, word.size() == 4 ? 1 : 2);
  if (ends_with(word, "sses")) return cut(word, 2);
  if (ends_with(word, "ss") || !ends_with(word, "s")) return word;
  return cut(word, 1);
}

/// Past tenses and gerunds.
std::string step1b(const std::string& word) {
  if (ends_with(word, "ied")) return cut(word, word.size() == 4 ? 1 : 2);
  if (ends_with(word, "eed")) return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
  std::string stem;
  if (ends_with(word, "ed") && has_vowel(cut(word, 2))) {
    stem = cut(word, 2);
  } else if (ends_with(word, "ing") && has_vowel(cut(word, 3))) {
    stem = cut(word, 3);
  } else {
    return word;
  }
  if (ends_with(stem, "at") || ends_with(stem, "bl") || ends_with(stem, "iz")) return stem + "e";
  if (ends_double_consonant(stem))
    return std::string_view("lsz").find(stem.back()) == std::string_view::npos ? cut(stem, 1)
                                                                               : stem;
  return measure(stem) == 1 && ends_cvc(stem) ? stem + "e" : stem;
}

std::string step1c(const std::string& word) {
  const bool changes = ends_with(word, "y") && word.size() > 2 && consonants(cut(word, 1)).back();
  return changes ? cut(word, 1) + "i" : word;
}

std::string step2(const std::string& word) {
  if (ends_with(word, "alli") && measure(cut(word, 4)) > 0) return step2(cut(word, 2));
  if (ends_with(word, "logi")) return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
  constexpr Rule kRules[] = {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},
                             {"anci", "ance"},   {"izer", "ize"},    {"bli", "ble"},
                             {"alli", "al"},     {"entli", "ent"},   {"eli", "e"},
                             {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
                             {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"},
                             {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},
                             {"iviti", "ive"},   {"biliti", "ble"},  {"fulli", "ful"}};
  return applied(word, kRules, 0);
}

std::string step3(const std::string& word) {
  constexpr Rule kRules[] = {{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"},
                             {"ical", "ic"},  {"ful", ""},   {"ness", ""}};
  return applied(word, kRules, 0);
}

std::string step4(const std::string& word) {
  if (ends_with(word, "ion")) {
    const std::string stem = cut(word, 3);
    return measure(stem) > 1 && (stem.back() == 's' || stem.back() == 't') ? stem : word;
  }
  constexpr Rule kRules[] = {{"al", ""},   {"ance", ""}, {"ence", ""}, {"er", ""},    {"ic", ""},
                             {"able", ""}, {"ible", ""}, {"ant", ""},  {"ement", ""}, {"ment", ""},
                             {"ent", ""},  {"ou", ""},   {"ism", ""},  {"ate", ""},   {"iti", ""},
                             {"ous", ""},  {"ive", ""},  {"ize", ""}};
  return applied(word, kRules, 1);
}

std::string step5(std::string word) {
  if (ends_with(word, "e")) {
    const std::string stem = cut(word, 1);
    if (measure(stem) > 1 || (measure(stem) == 1 && !ends_cvc(stem))) word = stem;
  }
  return ends_with(word, "ll") && measure(cut(word, 1)) > 1 ? cut(word, 1) : word;
}

}  // namespace

std::string porter_stem(const std::string& word) {
  static const auto& irregular = *new std::unordered_map<std::string, std::string>{
      {"sky", "sky"},        {"skies", "sky"},        {"dying", "die"},
      {"lying", "lie"},      {"tying", "tie"},        {"news", "news"},
      {"innings", "inning"}, {"inning", "inning"},    {"outings", "outing"},
      {"outing", "outing"},  {"cannings", "canning"}, {"canning", "canning"},
      {"howe", "howe"},      {"proceed", "proceed"},  {"exceed", "exceed"},
      {"succeed", "succeed"}};
  const auto known = irregular.find(word);
  if (known != irregular.end()) return known->second;
  if (word.size() <= 2) return word;
  return step5(step4(step3(step2(step1c(step1b(step1a(word)))))));
}

}  // namespace hearth::metrics
