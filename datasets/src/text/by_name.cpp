// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/by_name.h"

#include "hearth/base/error.h"

#include "text/sources.h"

namespace hearth::datasets {
namespace {

template <typename Set>
struct Row {
  const char* name;
  Set (*open)(const TextDatasetOptions& options);
};

template <typename Set, size_t n>
Set open(const Row<Set> (&rows)[n], const std::string& name, const TextDatasetOptions& options) {
  const std::string wanted = lowered(name);
  std::string known;
  for (const Row<Set>& row : rows) {
    if (wanted == row.name) return row.open(options);
    known += cat_str(known.empty() ? "" : ", ", row.name);
  }
  throw ValueError(cat_str("[datasets] there is no '", name, "'; known are ", known));
}

}  // namespace

std::vector<TextDatasetInfo> text_datasets() {
  std::vector<TextDatasetInfo> all;
  for (const TextSource& source : text_sources()) {
    TextDatasetInfo info{source.name, source.kind, {}};
    for (const TextSplit& split : source.splits) info.splits.emplace_back(split.name);
    all.push_back(std::move(info));
  }
  return all;
}

LabeledTexts classified_texts(const std::string& name, const TextDatasetOptions& options) {
  static constexpr Row<LabeledTexts> kRows[] = {
      {"ag_news", AG_NEWS},
      {"amazon_review_full", AmazonReviewFull},
      {"amazon_review_polarity", AmazonReviewPolarity},
      {"cola", CoLA},
      {"dbpedia", DBpedia},
      {"imdb", IMDB},
      {"mnli", MNLI},
      {"mrpc", MRPC},
      {"qnli", QNLI},
      {"qqp", QQP},
      {"rte", RTE},
      {"sogou_news", SogouNews},
      {"sst2", SST2},
      {"stsb", STSB},
      {"wnli", WNLI},
      {"yahoo_answers", YahooAnswers},
      {"yelp_review_full", YelpReviewFull},
      {"yelp_review_polarity", YelpReviewPolarity},
  };
  return open(kRows, name, options);
}

TaggedSentences tagged_corpus(const std::string& name, const TextDatasetOptions& options) {
  static constexpr Row<TaggedSentences> kRows[] = {{"conll2000", CoNLL2000Chunking},
                                                   {"udpos", UDPOS}};
  return open(kRows, name, options);
}

Questions questions(const std::string& name, const TextDatasetOptions& options) {
  static constexpr Row<Questions> kRows[] = {{"squad1", SQuAD1}, {"squad2", SQuAD2}};
  return open(kRows, name, options);
}

TextPairs text_pairs(const std::string& name, const TextDatasetOptions& options) {
  static constexpr Row<TextPairs> kRows[] = {
      {"iwslt2017", [](const TextDatasetOptions& o) { return IWSLT2017(o); }},
      {"multi30k", [](const TextDatasetOptions& o) { return Multi30k(o); }}};
  return open(kRows, name, options);
}

}  // namespace hearth::datasets
