// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/decoder.h"

#include <algorithm>
#include <cstring>

#include <nlohmann/json.hpp>

#include "tokenizers/json_fields.h"
#include "tokenizers/vocabulary.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

using Joins = DecodeStep::Joins;

constexpr int kDeepest = 8;
/// Short tokens are copied as so many bytes, whatever their length.
constexpr size_t kShort = 16;

/// Bytes of a run that are no text become a sign each.
void end_run(std::string& out, size_t run) {
  if (run == out.size()) return;
  const std::string_view bytes = std::string_view(out).substr(run);
  if (unicode::find_invalid(bytes) == bytes.size()) return;
  const size_t n = bytes.size();
  out.resize(run);
  for (size_t i = 0; i < n; ++i) out += kReplacementText;
}

}  // namespace

Decoder::Decoder(const simdjson::dom::element& json, const std::string& source) {
  if (!json.is_null()) json_ = read(json, "decoder", source, 0).dump();
}

nlohmann::ordered_json Decoder::read(const simdjson::dom::element& json, const std::string& where,
                                     const std::string& source, int depth) {
  const JsonFields fields(json, where, source);
  const std::string type = fields.string("type");
  if (type != "Sequence") {
    steps_.push_back(make_decode_step(fields, json, type));
    return steps_.back()->to_json();
  }
  if (depth >= kDeepest) fields.fail("decoders", "fewer sequences in one another");
  nlohmann::ordered_json decoders = nlohmann::ordered_json::array();
  for (const simdjson::dom::element each : fields.array("decoders"))
    decoders.push_back(read(each, where + ".decoders", source, depth + 1));
  return {{"type", type}, {"decoders", std::move(decoders)}};
}

DecodeTable::DecodeTable(std::shared_ptr<const Decoder> decoder,
                         std::shared_ptr<const Vocabulary> vocabulary)
    : decoder_(std::move(decoder)), vocabulary_(std::move(vocabulary)) {
  const auto& steps = decoder_->steps();
  std::string probe;
  while (alone_ < steps.size() && steps[alone_]->apply_alone(probe, true)) ++alone_;
  joined_ = alone_;
  if (alone_ < steps.size()) {
    joins_ = steps[alone_]->joins();
    joined_ = alone_ + 1;
    if (joins_ == Joins::ByteFallback && joined_ < steps.size()) {
      usable_ = steps[joined_]->joins() == Joins::Text;
      ++joined_;
    }
    if (joins_ == Joins::No) usable_ = false;
  }
  if (!usable_) return;
  const size_t limit = vocabulary_->id_limit();
  entries_.resize(limit);
  size_t found = 0;
  for (size_t id = 0; id < limit; ++id) {
    add_entry(entries_, static_cast<uint32_t>(id), false);
    found += entries_[id].exists;
  }
  usable_ = found == vocabulary_->size(true);  // else some ids are far away
  first_.resize(limit);
  for (size_t id = 0; id < limit; ++id) add_entry(first_, static_cast<uint32_t>(id), true);
  texts_.append(kShort, '\0');
}

void DecodeTable::add_entry(std::vector<Entry>& entries, uint32_t id, bool first) {
  Entry& entry = entries[id];
  const std::string_view token = vocabulary_->token(id);
  if (!token.data()) return;
  entry.exists = true;
  entry.special = vocabulary_->is_special(id);
  std::string text(token);
  for (size_t i = 0; i < alone_; ++i) decoder_->steps()[i]->apply_alone(text, first);
  if (!decoder_->present() && !first) text.insert(0, 1, ' ');
  if (joins_ == Joins::Bytes) text = bytes_of_letters(text);
  if (joins_ == Joins::ByteFallback) {
    entry.byte = static_cast<int16_t>(byte_of_token(text));
    if (entry.byte >= 0) text.assign(1, static_cast<char>(entry.byte));
  }
  entry.size = static_cast<uint32_t>(text.size());
  if (first && entry.size == entries_[id].size &&
      texts_.compare(entries_[id].begin, entry.size, text) == 0) {
    entry.begin = entries_[id].begin;
    return;
  }
  entry.begin = static_cast<uint32_t>(texts_.size());
  texts_ += text;
}

std::string DecodeTable::join(ArrayRef<uint32_t> ids, bool skip_special_tokens) const {
  std::string out;
  size_t size = 0, run = 0;
  bool in_run = false;
  const std::vector<Entry>* entries = &first_;
  for (const uint32_t id : ids) {
    if (id >= entries->size()) continue;
    const Entry& entry = (*entries)[id];
    if (!entry.exists || (skip_special_tokens && entry.special)) continue;
    entries = &entries_;
    if (joins_ == Joins::ByteFallback && (entry.byte >= 0) != in_run) {
      if (in_run) {
        out.resize(size);
        end_run(out, run);
        size = out.size();
      }
      run = size;
      in_run = !in_run;
    }
    const size_t room = std::max<size_t>(entry.size, kShort);
    if (out.size() < size + room)
      out.resize(std::max(out.size() * 2, size + room + ids.size() * 4));
    if (entry.size <= kShort)
      std::memcpy(out.data() + size, texts_.data() + entry.begin, kShort);
    else
      std::memcpy(out.data() + size, texts_.data() + entry.begin, entry.size);
    size += entry.size;
  }
  out.resize(size);
  if (in_run) end_run(out, run);
  if (joins_ == Joins::Bytes && unicode::find_invalid(out) < out.size())
    return unicode::replace_invalid(out);
  return out;
}

std::string DecodeTable::decode_by_steps(ArrayRef<uint32_t> ids, bool skip_special_tokens) const {
  std::vector<std::string> tokens;
  for (const uint32_t id : ids) {
    const std::string_view token = vocabulary_->token(id);
    if (!token.data() || (skip_special_tokens && vocabulary_->is_special(id))) continue;
    tokens.emplace_back(token);
  }
  for (const auto& step : decoder_->steps()) step->apply(tokens);
  std::string out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0 && !decoder_->present()) out += ' ';
    out += tokens[i];
  }
  return out;
}

std::string DecodeTable::decode(ArrayRef<uint32_t> ids, bool skip_special_tokens) const {
  if (!usable_) return decode_by_steps(ids, skip_special_tokens);
  std::string text = join(ids, skip_special_tokens);
  if (joined_ == decoder_->steps().size()) return text;
  std::vector<std::string> tokens{std::move(text)};
  for (size_t i = joined_; i < decoder_->steps().size(); ++i) decoder_->steps()[i]->apply(tokens);
  std::string out;
  for (const std::string& token : tokens) out += token;
  return out;
}

}  // namespace hearth::text
