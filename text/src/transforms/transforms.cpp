// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/transforms/transforms.h"

#include <algorithm>
#include <charconv>

#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

namespace hearth::text {
namespace functional {

Tensor to_tensor(const Ids& ids, ScalarType dtype) {
  const auto n = static_cast<int64_t>(ids.size());
  Tensor result = empty({n}, kLong);
  std::copy(ids.begin(), ids.end(), result.data_ptr<int64_t>());
  return result.to(dtype);
}

Tensor to_tensor(ArrayRef<Ids> lists, std::optional<int64_t> padding_value, ScalarType dtype) {
  size_t longest = 0;
  for (const Ids& ids : lists) longest = std::max(longest, ids.size());
  Tensor result = full({static_cast<int64_t>(lists.size()), static_cast<int64_t>(longest)},
                       padding_value.value_or(0), kLong);
  auto* to = result.data_ptr<int64_t>();
  for (const Ids& ids : lists) {
    HEARTH_CHECK_AS(ShapeError, padding_value || ids.size() == longest,
                    "[to_tensor] expected lists of one length, as there is no padding_value, got ",
                    ids.size(), " and ", longest);
    std::copy(ids.begin(), ids.end(), to);
    to += longest;
  }
  return result.to(dtype);
}

namespace {

template <typename List>
List first_of(List list, int64_t max_seq_len) {
  HEARTH_CHECK_AS(ValueError, max_seq_len >= 0, "[truncate] expected a length of 0 or more, got ",
                  max_seq_len);
  if (list.size() > static_cast<size_t>(max_seq_len)) list.resize(static_cast<size_t>(max_seq_len));
  return list;
}

}  // namespace

Ids truncate(Ids ids, int64_t max_seq_len) { return first_of(std::move(ids), max_seq_len); }
Tokens truncate(Tokens tokens, int64_t max_seq_len) {
  return first_of(std::move(tokens), max_seq_len);
}

Ids add_token(Ids ids, int64_t token, bool begin) {
  ids.insert(begin ? ids.begin() : ids.end(), token);
  return ids;
}
Tokens add_token(Tokens tokens, const std::string& token, bool begin) {
  tokens.insert(begin ? tokens.begin() : tokens.end(), token);
  return tokens;
}

int64_t str_to_int(const std::string& text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  HEARTH_CHECK_AS(ValueError, error == std::errc() && last == end,
                  "[str_to_int] expected a whole number, got '", text, "'");
  return value;
}
Ids str_to_int(const Tokens& texts) {
  Ids ids;
  for (const std::string& text : texts) ids.push_back(str_to_int(text));
  return ids;
}

}  // namespace functional

std::vector<Ids> VocabTransform::operator()(ArrayRef<Tokens> lists) const {
  std::vector<Ids> all;
  for (const Tokens& tokens : lists) all.push_back(vocab_(tokens));
  return all;
}

LabelToIndex::LabelToIndex(std::vector<std::string> label_names, bool sort_names) {
  if (sort_names) std::sort(label_names.begin(), label_names.end());
  vocab_ = Vocab(std::move(label_names));
}

LabelToIndex LabelToIndex::from_file(const std::string& label_path, bool sort_names) {
  data::readers::LineReader lines(label_path);
  std::vector<std::string> names;
  while (const auto line = lines.next())
    if (!line->empty()) names.emplace_back(*line);
  return LabelToIndex(std::move(names), sort_names);
}

Tensor PadTransform::operator()(const Tensor& ids) const {
  const int64_t missing = max_length_ - ids.size(-1);
  if (missing <= 0) return ids;
  std::vector<int64_t> shape(ids.sizes().begin(), ids.sizes().end());
  shape.back() = missing;
  return cat({ids, full(shape, pad_value_, ids.scalar_type())}, -1);
}

}  // namespace hearth::text
