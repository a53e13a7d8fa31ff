// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/base/threads.h"
#include "hearth/pretrained/text.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

#include "common/command.h"
#include "common/text.h"
#include "text/lines.h"

namespace {

namespace text = hearth::text;

/// Lines that are worked on at a time, in bytes; threads share them in pieces.
constexpr size_t kBlock = size_t{4} << 20, kPiece = size_t{64} << 10;

class Tokenize final : public Command {
 public:
  const char* name() const override { return "tokenize"; }
  const char* summary() const override { return "Make tokens of texts, or texts of tokens"; }
  const char* details() const override {
    return "Prints a line for each line: ids, tokens, or a JSON object with ids, tokens, offsets, "
           "type_ids and attention_mask. An empty line stays empty. What is no UTF-8 becomes "
           "U+FFFD; how much that was is said on stderr. --tokenizer is a tokenizer.json, a "
           "SentencePiece .model, a .tiktoken file, vocab.txt, vocab.json with merges.txt beside "
           "it, a folder with one of these, or a repository of Hugging Face's hub. Neither "
           "truncation nor padding is done.";
  }
  std::vector<std::string> examples() const override {
    return {"tokenize --tokenizer tokenizer.json corpus.txt.gz",
            "tokenize --tokenizer bert-base-uncased --format tokens --no-special < lines.txt",
            "tokenize --tokenizer gpt2 --decode ids.txt"};
  }
  unsigned common() const override { return kThreads; }
  void declare(OptionList& options) override {
    options
        .add("--tokenizer", tokenizer_,
             "File, folder or repository of the hub; or 'bpe', which is part of the program")
        .value("TOKENIZER");
    options.add("--format", format_, "What to print of a line").one_of({"ids", "tokens", "json"});
    options.flag("--no-special", no_special_,
                 "Add no special tokens; with --decode, leave them out");
    options.add("--offsets", offsets_, "What offsets count").one_of({"characters", "bytes"});
    options.flag("--decode", decode_, "Lines are ids, and become texts");
    options.add("files", files_, kTextFilesHelp);
  }
  int run() override;

 private:
  void append_result(const text::PreTrainedTokenizer& tokenizer, std::string_view line,
                     std::string& out) const;
  void append_encoding(const text::Tokenizer& tokenizer, std::string_view line,
                       std::string& out) const;
  void append_text(const text::PreTrainedTokenizer& tokenizer, std::string_view line,
                   std::string& out) const;
  void print(const text::PreTrainedTokenizer& tokenizer,
             const std::vector<std::string>& lines) const;

  std::string tokenizer_ = "bpe", format_ = "ids", offsets_ = "characters";
  std::vector<std::string> files_;
  bool no_special_ = false, decode_ = false;
};

void append_ids(const std::vector<uint32_t>& ids, std::string& out) {
  constexpr size_t kLongest = 11;
  const size_t begin = out.size();
  out.resize(begin + ids.size() * kLongest);
  char* at = out.data() + begin;
  for (const uint32_t id : ids) {
    at = std::to_chars(at, at + kLongest, id).ptr;
    *at++ = ' ';
  }
  out.resize(static_cast<size_t>(at - out.data()) - (ids.empty() ? 0 : 1));
}

void Tokenize::append_encoding(const text::Tokenizer& tokenizer, std::string_view line,
                               std::string& out) const {
  text::EncodeOptions options;
  options.add_special_tokens(!no_special_);
  if (offsets_ == "bytes") options.offsets(text::OffsetUnit::Bytes);
  const text::Encoding encoding = tokenizer.encode(line, options);
  if (format_ == "tokens") {
    for (size_t i = 0; i < encoding.size(); ++i) {
      if (i > 0) out += ' ';
      out += encoding.token(i);
    }
    return;
  }
  nlohmann::ordered_json offsets = nlohmann::ordered_json::array();
  for (const text::Offset& offset : encoding.offsets) offsets.push_back({offset.begin, offset.end});
  const nlohmann::ordered_json object = {{"ids", encoding.ids},
                                         {"tokens", encoding.tokens()},
                                         {"offsets", std::move(offsets)},
                                         {"type_ids", encoding.type_ids},
                                         {"attention_mask", encoding.attention_mask}};
  out += object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void Tokenize::append_text(const text::PreTrainedTokenizer& tokenizer, std::string_view line,
                           std::string& out) const {
  std::vector<uint32_t> ids;
  for (const char *at = line.data(), *end = at + line.size(); at < end;) {
    if (*at == ' ' || *at == '\t') {
      ++at;
      continue;
    }
    uint32_t id = 0;
    const auto [next, error] = std::from_chars(at, end, id);
    HEARTH_CHECK_AS(hearth::ValueError, error == std::errc(),
                    "[tokenize] expected ids with blanks between, got ", shortened(line, 40));
    ids.push_back(id);
    at = next;
  }
  // One line in, one line out.
  for (const char c : tokenizer.decode(ids, no_special_)) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else
      out += c;
  }
}

void Tokenize::append_result(const text::PreTrainedTokenizer& tokenizer, std::string_view line,
                             std::string& out) const {
  if (!line.empty()) {
    if (decode_)
      append_text(tokenizer, line, out);
    else if (format_ == "ids")
      append_ids(tokenizer.encode(line, !no_special_), out);
    else
      append_encoding(tokenizer.tokenizer, line, out);
  }
  out += '\n';
}

void Tokenize::print(const text::PreTrainedTokenizer& tokenizer,
                     const std::vector<std::string>& lines) const {
  std::vector<size_t> begins{0};
  size_t bytes = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    bytes += lines[i].size() + 1;
    if (bytes < kPiece && i + 1 < lines.size()) continue;
    begins.push_back(i + 1);
    bytes = 0;
  }
  std::vector<std::string> results(begins.size() - 1);
  hearth::parallel_chunks(static_cast<int64_t>(results.size()), [&](int64_t piece) {
    const auto at = static_cast<size_t>(piece);
    for (size_t i = begins[at]; i < begins[at + 1]; ++i)
      append_result(tokenizer, lines[i], results[at]);
  });
  for (const std::string& result : results) say(stdout, result);
}

int Tokenize::run() {
  const auto tokenizer = hearth::pretrained::tokenizer(tokenizer_);
  hearth::Progress progress(hearth::ProgressOptions("tokenizing").unit("B"));
  TextLines input(files_);
  std::vector<std::string> lines;
  size_t bytes = 0;
  // Who types sees each line's result at once.
  const bool typed = files_.empty() && ::isatty(STDIN_FILENO) != 0;
  const size_t block = typed ? 0 : kBlock;
  const auto flush = [&] {
    print(tokenizer, lines);
    if (typed) std::fflush(stdout);
    progress.advance(static_cast<int64_t>(bytes));
    lines.clear();
    bytes = 0;
  };
  while (const auto line = input.next()) {
    bytes += line->size() + 1;
    lines.emplace_back(*line);
    if (bytes >= block) flush();
  }
  if (!lines.empty()) flush();
  return 0;
}

}  // namespace

std::unique_ptr<Command> tokenize_command() { return std::make_unique<Tokenize>(); }
