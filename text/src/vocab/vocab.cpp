// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/vocab/vocab.h"

#include <algorithm>

#include "hearth/base/error.h"

namespace hearth::text {

Vocab::Vocab(std::vector<std::string> tokens, std::optional<int64_t> default_index)
    : default_index_(default_index) {
  for (std::string& token : tokens) append_token(token);
}

int64_t Vocab::operator[](std::string_view token) const {
  const auto at = stoi_.find(std::string(token));
  if (at != stoi_.end()) return at->second;
  HEARTH_CHECK_AS(ValueError, default_index_, "[Vocab] there is no token '", token,
                  "', and no default index for such");
  return *default_index_;
}

std::vector<int64_t> Vocab::lookup_indices(ArrayRef<std::string> tokens) const {
  std::vector<int64_t> indices;
  indices.reserve(tokens.size());
  for (const std::string& token : tokens) indices.push_back((*this)[token]);
  return indices;
}

const std::string& Vocab::lookup_token(int64_t index) const {
  HEARTH_CHECK_AS(IndexError, index >= 0 && index < static_cast<int64_t>(size()),
                  "[Vocab] expected an index below ", size(), ", got ", index);
  return itos_[static_cast<size_t>(index)];
}

std::vector<std::string> Vocab::lookup_tokens(ArrayRef<int64_t> indices) const {
  std::vector<std::string> tokens;
  tokens.reserve(indices.size());
  for (const int64_t index : indices) tokens.push_back(lookup_token(index));
  return tokens;
}

void Vocab::insert_token(const std::string& token, int64_t index) {
  HEARTH_CHECK_AS(IndexError, index >= 0 && index <= static_cast<int64_t>(size()),
                  "[Vocab] expected an index up to ", size(), ", got ", index);
  HEARTH_CHECK_AS(ValueError, !contains(token), "[Vocab] the token '", token,
                  "' is there already, at ", stoi_.at(token));
  itos_.insert(itos_.begin() + index, token);
  for (size_t i = static_cast<size_t>(index); i < itos_.size(); ++i)
    stoi_[itos_[i]] = static_cast<int64_t>(i);
}

void Vocab::append_token(const std::string& token) {
  insert_token(token, static_cast<int64_t>(size()));
}

Vocab vocab(ArrayRef<std::pair<std::string, int64_t>> ordered, const VocabOptions& options) {
  const std::vector<std::string>& specials = options.specials();
  std::vector<std::string> tokens;
  if (options.special_first()) tokens = specials;
  for (const auto& [token, count] : ordered)
    if (count >= options.min_freq() &&
        std::find(specials.begin(), specials.end(), token) == specials.end())
      tokens.push_back(token);
  if (!options.special_first()) tokens.insert(tokens.end(), specials.begin(), specials.end());
  return Vocab(std::move(tokens));
}

void TokenCounter::update(ArrayRef<std::string> tokens) {
  for (const std::string& token : tokens) ++counts_[token];
}

Vocab TokenCounter::vocab(const VocabOptions& options) const {
  std::vector<std::pair<std::string, int64_t>> ordered(counts_.begin(), counts_.end());
  std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (options.max_tokens()) {
    const size_t specials = options.specials().size();
    HEARTH_CHECK_AS(ValueError, *options.max_tokens() > specials,
                    "[vocab] expected max_tokens larger than the number of specials, ", specials,
                    ", got ", *options.max_tokens());
    ordered.resize(std::min(ordered.size(), *options.max_tokens() - specials));
  }
  return text::vocab(ordered, options);
}

}  // namespace hearth::text
