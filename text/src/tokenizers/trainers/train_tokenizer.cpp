// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <utility>

#include "hearth/base/byte_order_mark.h"
#include "hearth/base/error.h"
#include "hearth/text/tokenizers/trainers.h"

#include "tokenizers/tokenizer_impl.h"
#include "tokenizers/trainers/word_counts.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

void count_words(const Tokenizer::Impl& impl, std::string_view bytes, Text& text,
                 WordCounts& words) {
  HEARTH_CHECK_AS(ValueError, bytes.size() < UINT32_MAX / 2,
                  "[Tokenizer] expected texts of less than 2 GB to train with");
  const size_t invalid = unicode::find_invalid(bytes);
  HEARTH_CHECK_AS(ValueError, invalid == bytes.size(),
                  "[Tokenizer] expected valid UTF-8 to train with, byte ", invalid,
                  " of a text isn't");
  text = Text();
  text.bytes.assign(bytes);
  text.track = false;
  if (impl.normalizer) impl.normalizer->normalize(text);
  if (text.bytes.empty()) return;
  text.pieces.assign(1, {0, static_cast<uint32_t>(text.bytes.size())});
  if (impl.pre_tokenizer) impl.pre_tokenizer->split(text);
  for (const Offset& piece : text.pieces) {
    if (piece.begin == piece.end) continue;
    words.add(std::string_view(text.bytes).substr(piece.begin, piece.end - piece.begin));
  }
}

}  // namespace

void Tokenizer::train_from_iterator(const NextText& next, const Trainer& trainer) {
  WordCounts words;
  std::string bytes;
  Text text;
  size_t texts = 0;
  while (next(bytes)) {
    count_words(*impl_, bytes, text, words);
    if (++texts % 1024 == 0 && trainer.progress())
      trainer.progress()("Pre-process texts", texts, 0);
  }
  if (trainer.progress()) trainer.progress()("Pre-process texts", texts, texts);
  auto vocabulary = std::make_shared<Vocabulary>(trainer.train(words, impl_->vocabulary->model()));
  std::vector<AddedToken> added;
  for (const auto& [id, token] : impl_->vocabulary->added()) added.push_back(token);
  for (const AddedToken& token : trainer.special_tokens()) {
    added.push_back(token);
    added.back().special(true);
  }
  impl_->vocabulary = std::move(vocabulary);
  impl_->add(added);
}

void Tokenizer::train(ArrayRef<std::string> files, const Trainer& trainer) {
  size_t opened = 0;
  bool begins = false;
  std::ifstream file;
  const auto open_next = [&] {
    file = std::ifstream(files[opened], std::ios::binary);
    HEARTH_CHECK_AS(FileError, file, "[Tokenizer] cannot open ", files[opened]);
    ++opened;
    begins = true;
  };
  train_from_iterator(
      [&](std::string& line) {
        for (;;) {
          if (opened > 0 && std::getline(file, line)) {
            if (std::exchange(begins, false))
              line.erase(0, line.size() - without_byte_order_mark(line, files[opened - 1]).size());
            if (!file.eof()) line += '\n';
            return true;
          }
          if (opened == files.size()) return false;
          open_next();
        }
      },
      trainer);
}

}  // namespace hearth::text
