// SPDX-License-Identifier: Apache-2.0
// Published data sets of texts, and of pairs of texts, with a class each. Names, splits and sources
// are torchtext's; an empty root is the cache (cache_folder(NAME)), and a file that lies there
// already is taken as it is. Without `download`, missing ones throw FileError, which says what to
// put where. Quotes in GLUE's tables are characters as others. Samples of splits that nobody
// labelled (GLUE's tests) have label -1.
#pragma once

#include <string>

#include "hearth/datasets/text/labeled_texts.h"

namespace hearth::datasets {

struct TextDatasetOptions {
  /// "train", "test", "dev" ...
  HEARTH_ARG(std::string, split) = "train";
  HEARTH_ARG(std::string, root);
  HEARTH_ARG(bool, download) = false;
  /// Lines that aren't whole: an error that names file and line, or left out and counted.
  HEARTH_ARG(data::readers::Broken, broken) = data::readers::Broken::Error;
};

// Reviews and articles; splits train and test.

/// News of World, Sports, Business and Sci/Tech (X. Zhang et al., 2015): 120,000 and 7,600.
HEARTH_API LabeledTexts AG_NEWS(const TextDatasetOptions& options = {});
/// Reviews of films, neg and pos (A. Maas et al., 2011): 25,000 of each split. 84 MB.
HEARTH_API LabeledTexts IMDB(const TextDatasetOptions& options = {});
// X. Zhang et al., 2015, as AG_NEWS. They lie with Google Drive, which gives them to browsers
// alone: unpack them below the root.
/// What an article is about, 14 classes: 560,000 and 70,000.
HEARTH_API LabeledTexts DBpedia(const TextDatasetOptions& options = {});
/// Topics of questions with their answers, 10 classes: 1,400,000 and 60,000.
HEARTH_API LabeledTexts YahooAnswers(const TextDatasetOptions& options = {});
/// Chinese news in Pinyin, of sports, finance, entertainment, automobile and technology: 450,000
/// and 60,000.
HEARTH_API LabeledTexts SogouNews(const TextDatasetOptions& options = {});
/// 1 (bad) and 2 (good): 560,000 and 38,000.
HEARTH_API LabeledTexts YelpReviewPolarity(const TextDatasetOptions& options = {});
/// 1 to 5 stars: 650,000 and 50,000.
HEARTH_API LabeledTexts YelpReviewFull(const TextDatasetOptions& options = {});
/// 1 (bad) and 2 (good): 3,600,000 and 400,000.
HEARTH_API LabeledTexts AmazonReviewPolarity(const TextDatasetOptions& options = {});
/// 1 to 5 stars: 3,000,000 and 650,000.
HEARTH_API LabeledTexts AmazonReviewFull(const TextDatasetOptions& options = {});

// GLUE (A. Wang et al., 2018).

/// Sentences of reviews, negative and positive; train, dev, test: 67,349, 872 and 1,821.
HEARTH_API LabeledTexts SST2(const TextDatasetOptions& options = {});
/// Whether a sentence is grammatical, unacceptable and acceptable; train, dev, test (which is the
/// part from other sources): 8,551, 527 and 516.
HEARTH_API LabeledTexts CoLA(const TextDatasetOptions& options = {});
/// Whether two sentences say the same; train, test: 4,076 and 1,725.
HEARTH_API LabeledTexts MRPC(const TextDatasetOptions& options = {});
/// Whether two questions ask the same; train: 404,290.
HEARTH_API LabeledTexts QQP(const TextDatasetOptions& options = {});
/// How much two sentences say the same, a score from 0 to 5; train, dev, test: 5,749, 1,500, 1,379.
HEARTH_API LabeledTexts STSB(const TextDatasetOptions& options = {});
/// Whether the first text entails the second: entailment, neutral, contradiction; train,
/// dev_matched, dev_mismatched: 392,702, 9,815 and 9,832. Pairs without agreed label are left out.
HEARTH_API LabeledTexts MNLI(const TextDatasetOptions& options = {});
/// Whether a sentence answers a question: entailment, not_entailment; train, dev, test.
HEARTH_API LabeledTexts QNLI(const TextDatasetOptions& options = {});
/// Whether the first text entails the second: entailment, not_entailment; train, dev, test.
HEARTH_API LabeledTexts RTE(const TextDatasetOptions& options = {});
/// Whether a sentence follows when a pronoun is replaced: 0, 1; train, dev, test.
HEARTH_API LabeledTexts WNLI(const TextDatasetOptions& options = {});

}  // namespace hearth::datasets
