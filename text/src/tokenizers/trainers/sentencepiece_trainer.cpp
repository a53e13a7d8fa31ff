// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/error.h"
#include "hearth/text/tokenizers/trainers.h"

#ifdef HEARTH_WITH_SENTENCEPIECE
#include <unordered_map>

#include <sentencepiece_trainer.h>
#endif

namespace hearth::text {

#ifdef HEARTH_WITH_SENTENCEPIECE
namespace {

class Sentences final : public sentencepiece::SentenceIterator {
 public:
  explicit Sentences(const NextText& next) : next_(next) { Next(); }
  bool done() const override { return done_; }
  void Next() override { done_ = !next_(text_); }
  const std::string& value() const override { return text_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const NextText& next_;
  std::string text_;
  bool done_ = false;
};

/// As a line of CSV, which the library takes lists of symbols for.
std::string csv_line(const std::vector<std::string>& symbols) {
  std::string line;
  for (const std::string& symbol : symbols) {
    if (!line.empty()) line += ',';
    line += '"';
    for (const char c : symbol) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }
  return line;
}

}  // namespace

std::string train_sentencepiece(const NextText& next, const SentencePieceTrainerOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.model_type() == "unigram" || options.model_type() == "bpe",
                  "[train_sentencepiece] expected unigram or bpe as model_type, got '",
                  options.model_type(), "'");
  const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
  std::unordered_map<std::string, std::string> arguments = {
      {"model_type", options.model_type()},
      {"vocab_size", std::to_string(options.vocab_size())},
      {"character_coverage", std::to_string(options.character_coverage())},
      {"byte_fallback", flag(options.byte_fallback())},
      {"hard_vocab_limit", flag(options.hard_vocab_limit())},
      {"normalization_rule_name", options.normalization_rule_name()},
      {"add_dummy_prefix", flag(options.add_dummy_prefix())},
      {"remove_extra_whitespaces", flag(options.remove_extra_whitespaces())},
      {"unk_id", std::to_string(options.unk_id())},
      {"bos_id", std::to_string(options.bos_id())},
      {"eos_id", std::to_string(options.eos_id())},
      {"pad_id", std::to_string(options.pad_id())},
      {"minloglevel", "2"}};
  if (!options.control_symbols().empty()) {
    arguments["control_symbols"] = csv_line(options.control_symbols());
  }
  if (!options.user_defined_symbols().empty()) {
    arguments["user_defined_symbols"] = csv_line(options.user_defined_symbols());
  }
  Sentences sentences(next);
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(arguments, &sentences, &model);
  HEARTH_CHECK_AS(ValueError, status.ok(),
                  "[train_sentencepiece] expected texts and options that "
                  "SentencePiece can train with, it says: ",
                  status.ToString());
  return model;
}
#else
std::string train_sentencepiece(const NextText&, const SentencePieceTrainerOptions&) {
  throw NotImplementedError(
      "[train_sentencepiece] expected a build with the SentencePiece library, this one has none "
      "(Debian: libsentencepiece-dev)");
}
#endif

}  // namespace hearth::text
