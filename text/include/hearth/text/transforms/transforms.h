// SPDX-License-Identifier: Apache-2.0
// From tokens to tensors. Names and arguments are torchtext's; a transform is a function object, so
// data sets take it in map().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "hearth/base/array_ref.h"
#include "hearth/tensor/tensor.h"
#include "hearth/text/vocab/vocab.h"

namespace hearth::text {

using Tokens = std::vector<std::string>;
using Ids = std::vector<int64_t>;

namespace functional {

/// int64 [length] of a list; of several [lists, longest], filled up with padding_value. Without it
/// all lists are as long, else ShapeError.
HEARTH_API Tensor to_tensor(const Ids& ids, ScalarType dtype = kLong);
HEARTH_API Tensor to_tensor(ArrayRef<Ids> lists,
                            std::optional<int64_t> padding_value = std::nullopt,
                            ScalarType dtype = kLong);

/// The first elements of a list. Throws ValueError for a negative length.
HEARTH_API Ids truncate(Ids ids, int64_t max_seq_len);
HEARTH_API Tokens truncate(Tokens tokens, int64_t max_seq_len);

/// With a token in front, or at the end.
HEARTH_API Ids add_token(Ids ids, int64_t token, bool begin = true);
HEARTH_API Tokens add_token(Tokens tokens, const std::string& token, bool begin = true);

/// "12" as 12. Throws ValueError for what is no whole number.
HEARTH_API int64_t str_to_int(const std::string& text);
HEARTH_API Ids str_to_int(const Tokens& texts);

}  // namespace functional

/// Tokens to their indices.
class HEARTH_API VocabTransform {
 public:
  explicit VocabTransform(Vocab vocab) : vocab_(std::move(vocab)) {}
  Ids operator()(const Tokens& tokens) const { return vocab_(tokens); }
  std::vector<Ids> operator()(ArrayRef<Tokens> lists) const;

 private:
  Vocab vocab_;
};

/// Labels to their indices in a list of names.
class HEARTH_API LabelToIndex {
 public:
  explicit LabelToIndex(std::vector<std::string> label_names, bool sort_names = false);
  /// Names from the lines of a file.
  static LabelToIndex from_file(const std::string& label_path, bool sort_names = false);
  /// Throws ValueError for another label.
  int64_t operator()(const std::string& label) const { return vocab_[label]; }
  Ids operator()(const std::vector<std::string>& labels) const { return vocab_(labels); }
  const std::vector<std::string>& label_names() const { return vocab_.get_itos(); }

 private:
  Vocab vocab_;
};

class StrToIntTransform {
 public:
  Ids operator()(const Tokens& texts) const { return functional::str_to_int(texts); }
};

class Truncate {
 public:
  explicit Truncate(int64_t max_seq_len) : max_seq_len_(max_seq_len) {}
  template <typename List>
  List operator()(List list) const {
    return functional::truncate(std::move(list), max_seq_len_);
  }

 private:
  int64_t max_seq_len_;
};

/// Of ids or of tokens, as the token is a number or a text.
template <typename Token>
class AddToken {
 public:
  explicit AddToken(Token token, bool begin = true) : token_(std::move(token)), begin_(begin) {}
  std::vector<Token> operator()(std::vector<Token> list) const {
    return functional::add_token(std::move(list), token_, begin_);
  }

 private:
  Token token_;
  bool begin_;
};
AddToken(const char*, bool = true)->AddToken<std::string>;
AddToken(int, bool = true)->AddToken<int64_t>;

/// The last dim filled up to max_length; what is longer stays as it is.
class HEARTH_API PadTransform {
 public:
  PadTransform(int64_t max_length, int64_t pad_value)
      : max_length_(max_length), pad_value_(pad_value) {}
  Tensor operator()(const Tensor& ids) const;

 private:
  int64_t max_length_, pad_value_;
};

class ToTensor {
 public:
  explicit ToTensor(std::optional<int64_t> padding_value = std::nullopt, ScalarType dtype = kLong)
      : padding_value_(padding_value), dtype_(dtype) {}
  Tensor operator()(const Ids& ids) const { return functional::to_tensor(ids, dtype_); }
  Tensor operator()(const std::vector<Ids>& lists) const {
    return functional::to_tensor(lists, padding_value_, dtype_);
  }

 private:
  std::optional<int64_t> padding_value_;
  ScalarType dtype_;
};

/// One transform after another.
template <typename... Transforms>
class Sequential {
 public:
  explicit Sequential(Transforms... transforms) : transforms_(std::move(transforms)...) {}
  template <typename Input>
  auto operator()(const Input& input) const {
    return apply<0>(input);
  }

 private:
  template <size_t i, typename Input>
  auto apply(const Input& input) const {
    if constexpr (i == sizeof...(Transforms)) {
      return input;
    } else {
      return apply<i + 1>(std::get<i>(transforms_)(input));
    }
  }
  std::tuple<Transforms...> transforms_;
};

}  // namespace hearth::text
