// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/text/tokenizers/tokenizer.h"
#include "hearth/text/tokenizers/trainers.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "text/lines.h"

namespace {

namespace text = hearth::text;
using nlohmann::ordered_json;

class TrainTokenizer final : public Command {
 public:
  const char* name() const override { return "train-tokenizer"; }
  const char* summary() const override { return "Learn the vocabulary of a tokenizer from texts"; }
  const char* details() const override {
    return "Writes a tokenizer.json, which Hugging Face's libraries open. 'byte-bpe' is GPT-2's: "
           "nothing is unknown to it. 'bpe' joins letters, 'wordpiece' is BERT's, 'wordlevel' has "
           "whole words; vocabulary and merges are those that Hugging Face's trainers find. "
           "'unigram' and 'sentencepiece-bpe' are trained by the SentencePiece library, and an "
           "--output that ends in .model is its own format. Special tokens come first, in the "
           "order in which they are named; [UNK] or <unk> is what stands for unknown words, and "
           "[UNK] is added where neither is named.";
  }
  std::vector<std::string> examples() const override {
    return {"train-tokenizer --type byte-bpe --vocab-size 16000 --output tokenizer.json *.txt",
            "train-tokenizer --type wordpiece --lowercase --output bert/tokenizer.json corpus.gz",
            "train-tokenizer --type unigram --output spiece.model corpus.txt"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("--type", type_, "What kind of tokenizer")
        .one_of({"byte-bpe", "bpe", "wordpiece", "wordlevel", "unigram", "sentencepiece-bpe"});
    options.add("--output", output_, "The file to write").value("FILE").required();
    options.add("--vocab-size", vocab_size_, "How many tokens there may be").between(1, 1e8);
    options.add("--min-frequency", min_frequency_, "What is rarer becomes no token of its own")
        .between(0, 1e18);
    options.add("--special", special_, "A special token; may be given several times")
        .value("TOKEN");
    options.flag("--lowercase", lowercase_,
                 "Make everything lower case, without accents (bpe, "
                 "wordpiece, wordlevel)");
    options.add("--max-token-length", max_token_length_, "Of bpe and wordpiece, in characters")
        .between(1, 1e6);
    options.add("files", files_, kTextFilesHelp);
  }
  int run() override;

 private:
  bool is_sentencepiece() const { return type_ == "unigram" || type_ == "sentencepiece-bpe"; }
  bool is_bpe() const { return type_ == "byte-bpe" || type_ == "bpe"; }
  std::vector<std::string> specials() const;
  /// An empty tokenizer of that type.
  text::Tokenizer untrained() const;
  text::Tokenizer train(const text::NextText& next) const;
  text::Tokenizer train_sentencepiece(const text::NextText& next) const;

  std::string type_ = "byte-bpe", output_;
  int64_t vocab_size_ = 30000, min_frequency_ = 0;
  std::vector<std::string> special_, files_;
  std::optional<int64_t> max_token_length_;
  bool lowercase_ = false;
};

/// Which of special tokens stands for what is unknown; the end if none does.
std::vector<std::string>::const_iterator unknown(const std::vector<std::string>& special) {
  return std::find_if(special.begin(), special.end(), [](const std::string& token) {
    return token == "[UNK]" || token == "<unk>";
  });
}

std::vector<std::string> TrainTokenizer::specials() const {
  if (!special_.empty()) {
    std::vector<std::string> names = special_;
    // SentencePiece has its own, and nothing is unknown to bytes.
    const bool needs_one = type_ == "bpe" || type_ == "wordpiece" || type_ == "wordlevel";
    if (needs_one && unknown(names) == names.end()) names.emplace_back("[UNK]");
    return names;
  }
  if (type_ == "byte-bpe") return {"<|endoftext|>"};
  if (type_ == "wordpiece") return {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  return {"[UNK]"};
}

text::Tokenizer TrainTokenizer::untrained() const {
  const ordered_json byte_level = {{"type", "ByteLevel"},
                                   {"add_prefix_space", false},
                                   {"trim_offsets", true},
                                   {"use_regex", true}};
  const std::vector<std::string> names = specials();
  ordered_json json = {{"version", "1.0"}};
  if (lowercase_ && type_ != "byte-bpe")
    json["normalizer"] = {{"type", "BertNormalizer"},
                          {"clean_text", true},
                          {"handle_chinese_chars", true},
                          {"strip_accents", nullptr},
                          {"lowercase", true}};
  if (type_ == "byte-bpe") {
    json["pre_tokenizer"] = json["decoder"] = json["post_processor"] = byte_level;
    json["post_processor"]["trim_offsets"] = false;
  } else if (type_ == "wordpiece") {
    json["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
    json["decoder"] = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
    const auto cls = std::find(names.begin(), names.end(), "[CLS]");
    const auto sep = std::find(names.begin(), names.end(), "[SEP]");
    if (cls != names.end() && sep != names.end())
      json["post_processor"] = {{"type", "BertProcessing"},
                                {"sep", {*sep, sep - names.begin()}},
                                {"cls", {*cls, cls - names.begin()}}};
  } else {
    json["pre_tokenizer"] = {{"type", "Whitespace"}};
    if (type_ == "bpe") json["decoder"] = {{"type", "BPEDecoder"}, {"suffix", "</w>"}};
  }
  ordered_json& model = json["model"];
  if (is_bpe()) {
    model = {{"type", "BPE"}, {"vocab", ordered_json::object()}, {"merges", ordered_json::array()}};
    if (type_ == "bpe") model["unk_token"] = *unknown(names);
    if (type_ == "bpe") model["end_of_word_suffix"] = "</w>";
  } else if (type_ == "wordpiece") {
    model = {{"type", "WordPiece"},
             {"unk_token", *unknown(names)},
             {"continuing_subword_prefix", "##"},
             {"max_input_chars_per_word", 100},
             {"vocab", ordered_json::object()}};
  } else {
    model = {
        {"type", "WordLevel"}, {"vocab", ordered_json::object()}, {"unk_token", *unknown(names)}};
  }
  return text::Tokenizer::from_json(json.dump(), "train-tokenizer");
}

/// A line of progress for each step that the trainer tells of.
class Steps {
 public:
  void operator()(std::string_view what, size_t done, size_t total) {
    if (!progress_ || what != what_) {
      what_ = what;
      progress_.emplace(hearth::ProgressOptions(what_));
    }
    if (total > 0) progress_->total(static_cast<int64_t>(total));
    progress_->set(static_cast<int64_t>(done));
  }

 private:
  std::string what_;
  std::optional<hearth::Progress> progress_;
};

text::Tokenizer TrainTokenizer::train(const text::NextText& next) const {
  std::vector<text::AddedToken> special;
  for (const std::string& token : specials())
    special.push_back(text::AddedToken().content(token).special(true).normalized(false));
  const auto steps = std::make_shared<Steps>();
  const text::TrainingProgress progress = [steps](std::string_view what, size_t done,
                                                  size_t total) { (*steps)(what, done, total); };
  text::Tokenizer tokenizer = untrained();
  if (type_ == "wordlevel") {
    text::WordLevelTrainerOptions options;
    options.vocab_size(static_cast<size_t>(vocab_size_)).special_tokens(special);
    options.min_frequency(static_cast<uint64_t>(min_frequency_)).progress(progress);
    tokenizer.train_from_iterator(next, text::WordLevelTrainer(options));
    return tokenizer;
  }
  text::BpeTrainerOptions options;
  options.vocab_size(static_cast<size_t>(vocab_size_)).special_tokens(special);
  options.min_frequency(static_cast<uint64_t>(min_frequency_)).progress(progress);
  if (max_token_length_) options.max_token_length(static_cast<size_t>(*max_token_length_));
  if (type_ == "byte-bpe") options.initial_alphabet(text::byte_level_alphabet());
  if (type_ == "bpe") options.end_of_word_suffix("</w>");
  if (is_bpe())
    tokenizer.train_from_iterator(next, text::BpeTrainer(options));
  else
    tokenizer.train_from_iterator(next, text::WordPieceTrainer(options));
  return tokenizer;
}

text::Tokenizer TrainTokenizer::train_sentencepiece(const text::NextText& next) const {
  text::SentencePieceTrainerOptions options;
  options.model_type(type_ == "unigram" ? "unigram" : "bpe").vocab_size(vocab_size_);
  options.control_symbols(special_);
  const std::string model = text::train_sentencepiece(next, options);
  if (output_.ends_with(".model")) {
    hearth::write_file_atomically(output_, model);
    return text::Tokenizer::from_file(output_);
  }
  // Only files are opened as SentencePiece's.
  const std::string beside = output_ + ".model";
  hearth::write_file_atomically(beside, model);
  text::Tokenizer tokenizer = text::Tokenizer::from_file(beside);
  std::error_code none;
  std::filesystem::remove(beside, none);
  return tokenizer;
}

int TrainTokenizer::run() {
  const bool own_format = output_.ends_with(".model");
  if (own_format && !is_sentencepiece())
    throw UsageError("--output: only SentencePiece's types are written as .model");
  TextLines input(files_);
  int64_t lines = 0, bytes = 0;
  const auto tokenizer = [&] {
    hearth::Progress progress(hearth::ProgressOptions("reading").unit("B"));
    const text::NextText next = [&](std::string& line) {
      const auto read = input.next();
      if (!read) {
        progress.finish();
        return false;
      }
      line.assign(*read);
      ++lines;
      bytes += static_cast<int64_t>(line.size()) + 1;
      progress.advance(static_cast<int64_t>(line.size()) + 1);
      return true;
    };
    return is_sentencepiece() ? train_sentencepiece(next) : train(next);
  }();
  if (!own_format) tokenizer.save(output_);
  const auto size = static_cast<int64_t>(tokenizer.vocab_size());
  if (json())
    print_json({{"output", output_},
                {"type", type_},
                {"tokens", size},
                {"lines", lines},
                {"bytes", bytes}});
  else if (!quiet())
    fmt::print("{}: {} of {}\n", output_, counted(size, "token"), counted(lines, "line"));
  return 0;
}

}  // namespace

std::unique_ptr<Command> train_tokenizer_command() { return std::make_unique<TrainTokenizer>(); }
