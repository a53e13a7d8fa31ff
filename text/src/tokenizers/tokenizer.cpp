// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/tokenizers/tokenizer.h"

#include <algorithm>
#include <utility>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"

#include "tokenizers/encode_rows.h"
#include "tokenizers/encoding_edits.h"
#include "tokenizers/tokenizer_impl.h"

namespace hearth::text {
namespace {

void truncate_ids(const Tokenizer::Impl& impl, std::vector<uint32_t>& ids,
                  bool add_special_tokens) {
  const size_t room = room_for(impl, *impl.truncation, false, add_special_tokens);
  if (ids.size() <= room) return;
  HEARTH_CHECK_AS(ValueError,
                  room == 0 || impl.truncation->strategy() != TruncationStrategy::OnlySecond,
                  "[Tokenizer] the second text is to be cut, and there is none");
  const auto excess = static_cast<std::ptrdiff_t>(ids.size() - room);
  if (impl.truncation->direction() == Side::Left)
    ids.erase(ids.begin(), ids.begin() + excess);
  else
    ids.resize(room);
}

std::vector<uint32_t> ids_of(const Tokenizer::Impl& impl, std::string_view text,
                             bool add_special_tokens) {
  if (add_special_tokens && !impl.post_processor.is_frame())
    return encode_row(impl, {.text = text}, impl.truncation, EncodeOptions()).ids;
  check_utf8(text);
  std::vector<uint32_t> ids;
  append_ids(impl, text, ids);
  if (impl.truncation) truncate_ids(impl, ids, add_special_tokens);
  if (add_special_tokens) impl.post_processor.surround(ids);
  return ids;
}

Encoding padded(const Tokenizer::Impl& impl, Encoding encoding) {
  if (!impl.padding) return encoding;
  std::vector<Encoding> one;
  one.push_back(std::move(encoding));
  pad_all(one, *impl.padding);
  return std::move(one[0]);
}

}  // namespace

Tokenizer::Tokenizer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Tokenizer Tokenizer::from_json(std::string_view json, const std::string& source) {
  return Tokenizer(read_tokenizer_json(std::string(json), source));
}

void Tokenizer::save(const std::string& path, bool pretty) const {
  write_file_atomically(path, to_json(pretty));
}

Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  return padded(*impl_, encode_row(*impl_, {.text = text}, impl_->truncation, options));
}

Encoding Tokenizer::encode(std::string_view text, std::string_view pair,
                           const EncodeOptions& options) const {
  return padded(*impl_,
                encode_row(*impl_, {.text = text, .pair = pair}, impl_->truncation, options));
}

Encoding Tokenizer::encode_words(ArrayRef<std::string> words, const EncodeOptions& options) const {
  return padded(*impl_, encode_row(*impl_, {.words = words}, impl_->truncation, options));
}

std::vector<Encoding> Tokenizer::encode_batch(ArrayRef<std::string> texts,
                                              const EncodeOptions& options) const {
  std::vector<Encoding> out(texts.size());
  for_each_row(texts.size(), options.num_threads(), [&](size_t i) {
    out[i] = encode_row(*impl_, {.text = texts[i]}, impl_->truncation, options);
  });
  if (impl_->padding) pad_all(out, *impl_->padding);
  return out;
}

std::vector<Encoding> Tokenizer::encode_batch(ArrayRef<std::pair<std::string, std::string>> pairs,
                                              const EncodeOptions& options) const {
  std::vector<Encoding> out(pairs.size());
  for_each_row(pairs.size(), options.num_threads(), [&](size_t i) {
    out[i] = encode_row(*impl_, {.text = pairs[i].first, .pair = pairs[i].second},
                        impl_->truncation, options);
  });
  if (impl_->padding) pad_all(out, *impl_->padding);
  return out;
}

std::vector<uint32_t> Tokenizer::encode_ids(std::string_view text, bool add_special_tokens) const {
  return ids_of(*impl_, text, add_special_tokens);
}

std::vector<std::vector<uint32_t>> Tokenizer::encode_ids_batch(ArrayRef<std::string> texts,
                                                               const EncodeOptions& options) const {
  std::vector<std::vector<uint32_t>> out(texts.size());
  for_each_row(texts.size(), options.num_threads(),
               [&](size_t i) { out[i] = ids_of(*impl_, texts[i], options.add_special_tokens()); });
  return out;
}

std::string Tokenizer::decode(ArrayRef<uint32_t> ids, bool skip_special_tokens) const {
  return impl_->decode_table().decode(ids, skip_special_tokens);
}

std::vector<std::string> Tokenizer::decode_batch(ArrayRef<std::vector<uint32_t>> ids,
                                                 bool skip_special_tokens) const {
  const DecodeTable& table = impl_->decode_table();
  std::vector<std::string> out(ids.size());
  for_each_row(ids.size(), 0,
               [&](size_t i) { out[i] = table.decode(ids[i], skip_special_tokens); });
  return out;
}

std::optional<uint32_t> Tokenizer::token_to_id(std::string_view token) const {
  return impl_->vocabulary->id(token);
}

std::optional<std::string> Tokenizer::id_to_token(uint32_t id) const {
  const std::string_view token = impl_->vocabulary->token(id);
  if (!token.data()) return std::nullopt;
  return std::string(token);
}

size_t Tokenizer::vocab_size(bool with_added_tokens) const {
  return impl_->vocabulary->size(with_added_tokens);
}

bool Tokenizer::is_special(uint32_t id) const { return impl_->vocabulary->is_special(id); }

std::vector<std::pair<uint32_t, AddedToken>> Tokenizer::added_tokens() const {
  const auto& added = impl_->vocabulary->added();
  return {added.begin(), added.end()};
}

size_t Tokenizer::add_tokens(ArrayRef<AddedToken> tokens) { return impl_->add(tokens); }

size_t Tokenizer::add_special_tokens(ArrayRef<AddedToken> tokens) {
  std::vector<AddedToken> special = tokens.vec();
  for (AddedToken& token : special) token.special(true);
  return impl_->add(special);
}

size_t Tokenizer::num_special_tokens_to_add(bool pair) const {
  return impl_->post_processor.added_tokens(pair);
}

const std::optional<Truncation>& Tokenizer::truncation() const { return impl_->truncation; }

void Tokenizer::enable_truncation(const Truncation& truncation) {
  impl_->check(truncation);
  impl_->truncation = truncation;
}

void Tokenizer::no_truncation() { impl_->truncation.reset(); }

const std::optional<Padding>& Tokenizer::padding() const { return impl_->padding; }

void Tokenizer::enable_padding(const Padding& padding) {
  HEARTH_CHECK_AS(ValueError,
                  padding.length().value_or(0) >= 0 && padding.pad_to_multiple_of() >= 0,
                  "[Tokenizer] expected a padding length and multiple of 0 or more, got ",
                  padding.length().value_or(0), " and ", padding.pad_to_multiple_of());
  impl_->padding = padding;
}

void Tokenizer::no_padding() { impl_->padding.reset(); }

bool Tokenizer::encode_special_tokens() const { return impl_->encode_special_tokens; }
void Tokenizer::set_encode_special_tokens(bool value) { impl_->encode_special_tokens = value; }

void Tokenizer::Impl::check(const Truncation& its) const {
  HEARTH_CHECK_AS(ValueError, its.max_length() >= 0 && its.stride() >= 0,
                  "[Tokenizer] expected a max_length and a stride of 0 or more, got ",
                  its.max_length(), " and ", its.stride());
  const auto added = static_cast<int64_t>(post_processor.added_tokens(false));
  HEARTH_CHECK_AS(ValueError, its.stride() == 0 || its.stride() < its.max_length() - added,
                  "[Tokenizer] expected a stride of less than the ", its.max_length() - added,
                  " tokens that a max_length of ", its.max_length(), " leaves for a text, got ",
                  its.stride());
}

size_t Tokenizer::Impl::add(ArrayRef<AddedToken> tokens) {
  size_t added = 0;
  vocabulary = std::make_shared<Vocabulary>(*vocabulary, tokens, normalizer.get(), added);
  table_.reset();
  return added;
}

const DecodeTable& Tokenizer::Impl::decode_table() const {
  const std::lock_guard lock(table_mutex_);
  if (!table_) table_ = std::make_shared<DecodeTable>(decoder, vocabulary);
  return *table_;
}

}  // namespace hearth::text
