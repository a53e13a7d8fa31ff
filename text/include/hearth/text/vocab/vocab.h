// SPDX-License-Identifier: Apache-2.0
// Tokens and their numbers. Names are torchtext's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/array_ref.h"
#include "hearth/base/macros.h"

namespace hearth::text {

/// Tokens by their indices, and indices by their tokens.
class HEARTH_API Vocab {
 public:
  Vocab() = default;
  /// Token i has index i. Throws ValueError for a token that comes twice.
  explicit Vocab(std::vector<std::string> tokens,
                 std::optional<int64_t> default_index = std::nullopt);

  size_t size() const { return itos_.size(); }
  bool contains(std::string_view token) const { return stoi_.contains(std::string(token)); }
  /// The index of a token; for others the default index. Throws ValueError if there is none.
  int64_t operator[](std::string_view token) const;
  std::vector<int64_t> lookup_indices(ArrayRef<std::string> tokens) const;
  /// The same; torchtext's `vocab(tokens)`.
  std::vector<int64_t> operator()(ArrayRef<std::string> tokens) const {
    return lookup_indices(tokens);
  }
  /// Throws IndexError.
  const std::string& lookup_token(int64_t index) const;
  std::vector<std::string> lookup_tokens(ArrayRef<int64_t> indices) const;

  /// What tokens that aren't there become, as a rule that of "<unk>".
  void set_default_index(std::optional<int64_t> index) { default_index_ = index; }
  std::optional<int64_t> get_default_index() const { return default_index_; }
  /// Puts a token before the one that has this index now. Throws ValueError for one that is there
  /// already, IndexError for an index beyond the size.
  void insert_token(const std::string& token, int64_t index);
  void append_token(const std::string& token);

  const std::vector<std::string>& get_itos() const { return itos_; }
  const std::unordered_map<std::string, int64_t>& get_stoi() const { return stoi_; }

 private:
  std::vector<std::string> itos_;
  std::unordered_map<std::string, int64_t> stoi_;
  std::optional<int64_t> default_index_;
};

struct VocabOptions {
  /// Tokens that come less often are left out.
  HEARTH_ARG(int64_t, min_freq) = 1;
  /// "<unk>", "<pad>" ..., whatever their number.
  HEARTH_ARG(std::vector<std::string>, specials);
  /// Whether those come in front, or at the end.
  HEARTH_ARG(bool, special_first) = true;
  /// The largest size, with the specials; of build_vocab_from_iterator.
  HEARTH_ARG(std::optional<size_t>, max_tokens);
};

/// Of tokens with their numbers, in this order (torchtext's `vocab`).
HEARTH_API Vocab vocab(ArrayRef<std::pair<std::string, int64_t>> ordered,
                       const VocabOptions& options = {});

/// Counts tokens.
class HEARTH_API TokenCounter {
 public:
  void update(ArrayRef<std::string> tokens);
  /// The most frequent first, equally frequent ones in the order of their bytes. Throws ValueError
  /// unless max_tokens is larger than the number of specials.
  Vocab vocab(const VocabOptions& options = {}) const;

 private:
  std::unordered_map<std::string, int64_t> counts_;
};

/// Of the tokens of a range of lists of tokens:
///
///     Vocab vocab = build_vocab_from_iterator(
///         lines | std::views::transform(basic_english), VocabOptions().specials({"<unk>"}));
template <typename Range>
Vocab build_vocab_from_iterator(Range&& lists, const VocabOptions& options = {}) {
  TokenCounter counter;
  for (auto&& tokens : lists) counter.update(tokens);
  return counter.vocab(options);
}

}  // namespace hearth::text
