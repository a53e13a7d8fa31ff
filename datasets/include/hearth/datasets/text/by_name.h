// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/datasets/dataset_files.h"
#include "hearth/datasets/text/classified_texts.h"
#include "hearth/datasets/text/corpora.h"
#include "hearth/datasets/text/squad.h"
#include "hearth/datasets/text/text_pairs.h"

namespace hearth::datasets {

/// The kinds of data sets of text: what their samples are.
enum class TextKind { Classified, Tagged, Questions, Lines, Pairs };

/// A published data set of text.
struct TextDatasetInfo {
  std::string name;
  TextKind kind;
  std::vector<std::string> splits;
};

/// All there are: ag_news, cola, conll2000 ...
HEARTH_API std::vector<TextDatasetInfo> text_datasets();

/// Data sets by their names, without regard to case. ValueError for another name, which lists those
/// of that kind.
HEARTH_API LabeledTexts classified_texts(const std::string& name,
                                         const TextDatasetOptions& options = {});
HEARTH_API TaggedSentences tagged_corpus(const std::string& name,
                                         const TextDatasetOptions& options = {});
HEARTH_API Questions questions(const std::string& name, const TextDatasetOptions& options = {});
/// From German to English.
HEARTH_API TextPairs text_pairs(const std::string& name, const TextDatasetOptions& options = {});

/// What is downloaded for one of them, and the folder it is kept in.
HEARTH_API DatasetFiles text_dataset_files(const std::string& name);

}  // namespace hearth::datasets
