// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/tagged_sentences.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_map>

#include "hearth/base/error.h"
#include "hearth/text/utf8.h"

namespace hearth::datasets {
namespace {

using data::readers::Broken;

/// The fields of a line: between tabs, or between runs of spaces if it has no tab.
std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  const bool tabs = line.find('\t') != line.npos;
  for (size_t at = 0; at <= line.size();) {
    const size_t end = std::min(line.find(tabs ? '\t' : ' ', at), line.size());
    if (tabs || end > at) fields.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

/// Words and the names of their tags.
struct Sentence {
  std::vector<std::string> words, tags;
  int64_t line = 0;  ///< that it begins in
};

class Reader {
 public:
  Reader(const std::string& path, const TaggedSentenceOptions& options)
      : path_(path), options_(options), lines_(path) {
    const std::string name = std::filesystem::path(path).filename();
    conllu_ = name.ends_with(".conllu") || name.ends_with(".conllu.gz");
    word_ = conllu_ ? 1 : options.word_column();
    tag_ = !conllu_                       ? options.tag_column()
           : options.conllu() == "upos"   ? 3
           : options.conllu() == "xpos"   ? 4
           : options.conllu() == "deprel" ? 7
                                          : -2;
    HEARTH_CHECK_AS(ValueError, !conllu_ || tag_ != -2, "[", path,
                    "] expected upos, xpos or deprel of CoNLL-U, got '", options.conllu(), "'");
  }

  TaggedSentences run() {
    while (const auto line = lines_.next()) {
      if (line->find_first_not_of(" \t") == line->npos) {
        end();
      } else if (!(conllu_ && line->starts_with('#')) && !line->starts_with("-DOCSTART-")) {
        read(*line);
      }
    }
    end();
    return named();
  }

 private:
  void read(std::string_view line) {
    if (sentence_.line == 0) sentence_.line = lines_.line();
    if (!wrong_.empty()) return;
    const std::vector<std::string_view> fields = fields_of(line);
    if (conllu_ && fields.size() != 10)
      return refuse(cat_str("expected 10 columns, got ", fields.size()));
    // Contractions ("1-2") and empty nodes ("1.1") are no words of their own.
    if (conllu_ && fields[0].find_first_of("-.") != std::string_view::npos) return;
    const auto n = static_cast<int64_t>(fields.size());
    const int64_t word = word_ < 0 ? word_ + n : word_, tag = tag_ < 0 ? tag_ + n : tag_;
    if (word < 0 || tag < 0 || word >= n || tag >= n || word == tag)
      return refuse(cat_str("expected a word and a tag, got ", n, " columns"));
    if (text::unicode::find_invalid(line) != line.size()) return refuse("expected UTF-8");
    const std::string_view name = fields[static_cast<size_t>(tag)];
    if (name.empty()) return refuse("expected a tag, got nothing");
    sentence_.words.emplace_back(fields[static_cast<size_t>(word)]);
    sentence_.tags.emplace_back(name);
  }

  void refuse(const std::string& why) {
    wrong_ = cat_str("line ", lines_.line(), ": ", why);
    HEARTH_CHECK_AS(FormatError, options_.broken() == Broken::Skip, "[", path_, "] ", wrong_);
  }

  void end() {
    if (!wrong_.empty()) {
      ++broken_;
    } else if (!sentence_.words.empty()) {
      all_.push_back(std::move(sentence_));
    }
    sentence_ = {};
    wrong_.clear();
  }

  std::vector<std::string> names() const {
    if (!options_.classes().empty()) return options_.classes();
    std::set<std::string> found;
    for (const Sentence& sentence : all_) found.insert(sentence.tags.begin(), sentence.tags.end());
    std::vector<std::string> all(found.begin(), found.end());
    std::sort(all.begin(), all.end(), [](const std::string& a, const std::string& b) {
      return (a == "O") != (b == "O") ? a == "O" : a < b;
    });
    return all;
  }

  TaggedSentences named() {
    const std::vector<std::string> classes = names();
    std::unordered_map<std::string_view, int64_t> numbers;
    for (const std::string& name : classes)
      numbers.emplace(name, static_cast<int64_t>(numbers.size()));
    std::vector<TaggedSentence> samples;
    for (Sentence& sentence : all_) {
      TaggedSentence sample;
      const std::string* unknown = nullptr;
      for (const std::string& tag : sentence.tags) {
        const auto at = numbers.find(tag);
        if (at == numbers.end()) unknown = &tag;
        sample.tags.push_back(at == numbers.end() ? -1 : at->second);
      }
      if (unknown) {
        HEARTH_CHECK_AS(FormatError, options_.broken() == Broken::Skip, "[", path_,
                        "] the sentence at line ", sentence.line, " has a tag '", *unknown,
                        "', which is no class");
        ++broken_;
        continue;
      }
      sample.words = std::move(sentence.words);
      samples.push_back(std::move(sample));
    }
    return {path_, std::move(samples), classes, broken_};
  }

  std::string path_;
  const TaggedSentenceOptions& options_;
  data::readers::LineReader lines_;
  bool conllu_ = false;
  int64_t word_ = 0, tag_ = 0, broken_ = 0;
  Sentence sentence_;
  std::vector<Sentence> all_;
  std::string wrong_;  ///< with the sentence that is being read
};

}  // namespace

TaggedSentences::TaggedSentences(const std::string& source, std::vector<TaggedSentence> samples,
                                 std::vector<std::string> classes, int64_t broken)
    : classes_(std::move(classes)), broken_(broken) {
  for (const TaggedSentence& sample : samples) {
    HEARTH_CHECK_AS(FormatError, sample.words.size() == sample.tags.size(), "[", source,
                    "] expected as many tags as words, got ", sample.tags.size(), " and ",
                    sample.words.size());
    for (const int64_t tag : sample.tags)
      HEARTH_CHECK_AS(FormatError, tag >= 0 && tag < static_cast<int64_t>(classes_.size()), "[",
                      source, "] expected tags below ", classes_.size(), ", got ", tag);
  }
  samples_ = std::make_shared<const std::vector<TaggedSentence>>(std::move(samples));
}

TaggedSentence TaggedSentences::get(size_t index) {
  HEARTH_CHECK_AS(IndexError, index < samples_->size(), "[get] index ", index, " of a data set of ",
                  samples_->size(), " sentences");
  return (*samples_)[index];
}

TaggedSentences tagged_sentences(const std::string& path, const TaggedSentenceOptions& options) {
  return Reader(path, options).run();
}

}  // namespace hearth::datasets
