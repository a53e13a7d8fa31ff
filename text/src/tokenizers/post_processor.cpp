// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/post_processor.h"

#include <algorithm>
#include <utility>

#include "hearth/base/error.h"

#include "tokenizers/vocabulary.h"

namespace hearth::text {
namespace {

/// Takes the spaces at a token's ends out of its offsets.
void trim(Encoding& encoding, bool add_prefix_space) {
  for (size_t i = 0; i < encoding.size(); ++i) {
    EdgeSpaces spaces;
    const auto named = encoding.unknown.find(i);
    if (named != encoding.unknown.end())
      spaces = edge_spaces(named->second);
    else if (encoding.vocabulary)
      spaces = encoding.vocabulary->edge_spaces_of(encoding.ids[i]);
    if (spaces.leading == 0 && spaces.trailing == 0) continue;
    Offset& offset = encoding.offsets[i];
    // A single space of the first token is the one that the pre-tokenizer added.
    const bool added = (i == 0 || offset.begin == 0) && add_prefix_space && spaces.leading == 1;
    if (!added) offset.begin = std::min(offset.begin + spaces.leading, offset.end);
    if (offset.end >= spaces.trailing)
      offset.end = std::max(offset.end - spaces.trailing, offset.begin);
  }
}

void set_type(Encoding& encoding, uint32_t type_id) {
  std::fill(encoding.type_ids.begin(), encoding.type_ids.end(), type_id);
}

void set_sequence(Encoding& encoding, size_t sequence) {
  encoding.sequence_ranges[sequence] = {0, static_cast<uint32_t>(encoding.size())};
}

/// Puts special tokens around a text and its pieces; what is within counts as text.
void surround_one(Encoding& encoding, const SpecialToken* before, const SpecialToken& after,
                  uint32_t type_id, size_t sequence) {
  std::fill(encoding.special_tokens_mask.begin(), encoding.special_tokens_mask.end(), uint8_t{0});
  std::fill(encoding.attention_mask.begin(), encoding.attention_mask.end(), uint8_t{1});
  encoding.sequence_ranges.clear();
  set_sequence(encoding, sequence);
  if (before) put_special(encoding, *before, type_id, Side::Left);
  put_special(encoding, after, type_id, Side::Right);
}

}  // namespace

size_t PostProcessor::added_tokens(const Step& step, bool pair) {
  switch (step.kind) {
    case Kind::ByteLevel:
      return 0;
    case Kind::Bert:
      return pair ? 3 : 2;
    case Kind::Roberta:
      return pair ? 4 : 2;
    case Kind::Template:
      break;
  }
  size_t n = 0;
  for (const Part& part : pair ? step.pair : step.single) n += part.tokens.size();
  return n;
}

size_t PostProcessor::added_tokens(bool pair) const {
  size_t n = 0;
  for (const Step& step : steps_) n += added_tokens(step, pair);
  return n;
}

void PostProcessor::surround(std::vector<uint32_t>& ids) const {
  ids.insert(ids.begin(), frame_->before.begin(), frame_->before.end());
  ids.insert(ids.end(), frame_->after.begin(), frame_->after.end());
}

void PostProcessor::trim_offsets(const Step& step, std::vector<Encoding>& parts) {
  if (!step.trim_offsets) return;
  for (Encoding& part : parts) {
    trim(part, step.add_prefix_space);
    for (Encoding& piece : part.overflowing) trim(piece, step.add_prefix_space);
  }
}

void PostProcessor::surround(const Step& step, std::vector<Encoding>& parts) {
  const bool roberta = step.kind == Kind::Roberta;
  for (size_t i = 0; i < parts.size(); ++i) {
    const SpecialToken* const before = i == 0 ? &step.cls : roberta ? &step.sep : nullptr;
    const uint32_t type_id = i == 0 || roberta ? 0 : 1;
    const size_t sequence = i == 0 ? 0 : 1;
    for (Encoding& piece : parts[i].overflowing) {
      if (roberta) set_type(piece, 0);
      surround_one(piece, before, step.sep, type_id, sequence);
    }
    surround_one(parts[i], before, step.sep, type_id, sequence);
  }
}

template <typename TakeText, typename TakeTokens>
void PostProcessor::fill(const Step& step, std::vector<Encoding>& parts, bool add_special_tokens,
                         TakeText take_text, TakeTokens take_tokens) {
  for (const Part& part : parts.size() == 2 ? step.pair : step.single) {
    if (part.text) {
      Encoding& text = parts[*part.text];
      set_type(text, part.type_id);
      set_sequence(text, *part.text);
      take_text(text);
    } else if (add_special_tokens) {
      take_tokens(part);
    }
  }
}

std::vector<Encoding> PostProcessor::fill(const Step& step, std::vector<Encoding> parts,
                                          bool add_special_tokens) {
  std::vector<Encoding> out;
  fill(
      step, parts, add_special_tokens, [&](const Encoding& text) { out.push_back(text); },
      [&](const Part& part) {
        Encoding& special = out.emplace_back();
        special.vocabulary = parts[0].vocabulary;
        for (const SpecialToken& token : part.tokens)
          put_special(special, token, part.type_id, Side::Right);
      });
  return out;
}

Encoding PostProcessor::fill_and_join(const Step& step, std::vector<Encoding> parts,
                                      bool add_special_tokens) {
  Encoding out;
  out.vocabulary = parts[0].vocabulary;
  size_t size = added_tokens(step, parts.size() == 2);
  for (const Encoding& part : parts) size += part.size();
  reserve(out, size);
  fill(
      step, parts, add_special_tokens, [&](const Encoding& text) { append(out, text); },
      [&](const Part& part) {
        for (const SpecialToken& token : part.tokens) append_special(out, token, part.type_id);
      });
  return out;
}

Encoding PostProcessor::process(std::vector<Encoding> texts, bool add_special_tokens) const {
  if (!present_ && texts.size() == 1) return std::move(texts[0]);
  for (size_t i = 0; i < texts.size(); ++i) {
    set_sequence(texts[i], i);
    if (!present_) continue;
    set_type(texts[i], static_cast<uint32_t>(i));
    for (Encoding& piece : texts[i].overflowing) set_sequence(piece, i);
  }
  const std::shared_ptr<const Vocabulary> vocabulary = texts[0].vocabulary;
  std::vector<Encoding> parts = std::move(texts);
  for (const Step& step : steps_) {
    if (step.kind == Kind::Template) {
      HEARTH_CHECK_AS(ValueError, parts.size() == 1 || parts.size() == 2,
                      "[Tokenizer] expected one text or two for a template, got ", parts.size(),
                      " parts from the post-processor before it");
      if (&step == &steps_.back()) return fill_and_join(step, std::move(parts), add_special_tokens);
      parts = fill(step, std::move(parts), add_special_tokens);
      continue;
    }
    trim_offsets(step, parts);
    if (step.kind == Kind::ByteLevel) {
      for (size_t i = 0; i < parts.size(); ++i) set_sequence(parts[i], i);
      continue;
    }
    if (step.kind == Kind::Roberta)
      for (Encoding& part : parts) set_type(part, 0);
    if (add_special_tokens) surround(step, parts);
  }
  Encoding out;
  out.vocabulary = vocabulary;
  return parts.empty() ? out : join(std::move(parts));
}

void PostProcessor::find_frame() {
  // What becomes of one token of each text tells what becomes of all.
  const auto text = [](uint32_t number) {
    Encoding one;
    one.ids = {0};
    one.type_ids = {number};
    one.offsets = {{}};
    one.words = {number};
    one.special_tokens_mask = {0};
    one.attention_mask = {1};
    return one;
  };
  const auto result = [&](std::vector<Encoding> texts) {
    try {
      return process(std::move(texts), true);
    } catch (const ValueError&) {  // which encoding will say again
      return Encoding();
    }
  };
  frame_.reset();
  const Encoding single = result({text(0)});
  const auto is_text = [](uint32_t word) { return word != Encoding::kNoWord; };
  if (std::count_if(single.words.begin(), single.words.end(), is_text) == 1) {
    const auto at =
        std::find_if(single.words.begin(), single.words.end(), is_text) - single.words.begin();
    frame_ = {{single.ids.begin(), single.ids.begin() + at},
              {single.ids.begin() + at + 1, single.ids.end()}};
  }
  if (std::all_of(steps_.begin(), steps_.end(),
                  [](const Step& step) { return step.kind == Kind::ByteLevel; }))
    return;
  const Encoding pair = result({text(0), text(1)});
  for (size_t i = 0; i < pair.size(); ++i)
    if (pair.words[i] == 1 && pair.type_ids[i] != 0) tells_pairs_apart_ = true;
}

}  // namespace hearth::text
