// SPDX-License-Identifier: Apache-2.0
// Vectors of words that others trained: GloVe, fastText, word2vec.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/array_ref.h"
#include "hearth/base/callable.h"
#include "hearth/tensor/tensor.h"

namespace hearth::text {

struct VectorsOptions {
  /// So many of the first ones.
  HEARTH_ARG(std::optional<int64_t>, max_vectors);
  /// What words that aren't there get, made of a float [dim] of zeros; zeros unless given.
  HEARTH_ARG(Callable<Tensor(const Tensor&)>, unk_init);
};

/// Vectors by words. Names are torchtext's.
class HEARTH_API Vectors {
 public:
  /// A text file, plain or gzipped, with a word and its numbers in each line, with or without
  /// word2vec's and fastText's header of two numbers; or, if the name ends in .bin, word2vec's
  /// binary form. Words that are no UTF-8 are left out, and counted. Throws FileError, and
  /// FormatError for lines of different lengths and for what is no number, which name file and
  /// line.
  explicit Vectors(const std::string& path, const VectorsOptions& options = {});

  size_t size() const { return itos_.size(); }
  int64_t dim() const { return dim_; }
  bool contains(std::string_view token) const { return stoi_.contains(std::string(token)); }
  /// float [dim].
  Tensor operator[](std::string_view token) const;
  /// float [tokens, dim]; with lower_case_backup, of what isn't there in lower case.
  Tensor get_vecs_by_tokens(ArrayRef<std::string> tokens, bool lower_case_backup = false) const;

  /// float [size, dim].
  const Tensor& vectors() const { return vectors_; }
  const std::vector<std::string>& itos() const { return itos_; }
  const std::unordered_map<std::string, int64_t>& stoi() const { return stoi_; }
  /// Words that were left out.
  int64_t broken() const { return broken_; }

 private:
  std::vector<std::string> itos_;
  std::unordered_map<std::string, int64_t> stoi_;
  Tensor vectors_;
  int64_t dim_ = 0, broken_ = 0;
  Callable<Tensor(const Tensor&)> unk_init_;
};

}  // namespace hearth::text
