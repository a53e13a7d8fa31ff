// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/corpora.h"

#include "hearth/base/error.h"

#include "text/sources.h"

namespace hearth::datasets {
namespace {

data::LineDataset lines_of(const char* name, const TextDatasetOptions& options) {
  return data::LineDataset({split_path(source_of(name), options)});
}

}  // namespace

data::LineDataset WikiText2(const TextDatasetOptions& options) {
  return lines_of("wikitext2", options);
}
data::LineDataset WikiText103(const TextDatasetOptions& options) {
  return lines_of("wikitext103", options);
}
data::LineDataset PennTreebank(const TextDatasetOptions& options) {
  return lines_of("penntreebank", options);
}
data::LineDataset EnWik8(const TextDatasetOptions& options) { return lines_of("enwik8", options); }
data::LineDataset EnWik9(const TextDatasetOptions& options) { return lines_of("enwik9", options); }

TaggedSentences CoNLL2000Chunking(const TextDatasetOptions& options) {
  return tagged_sentences(split_path(source_of("conll2000"), options),
                          TaggedSentenceOptions().broken(options.broken()));
}
TaggedSentences UDPOS(const TextDatasetOptions& options) {
  return tagged_sentences(split_path(source_of("udpos"), options),
                          TaggedSentenceOptions().tag_column(1).broken(options.broken()));
}

std::string corpus_file(const std::string& name, const TextDatasetOptions& options) {
  const TextSource* source = find_source(name);
  HEARTH_CHECK_AS(ValueError, source && source->kind == TextKind::Lines, "[datasets] there is no '",
                  name, "'; known are enwik8, enwik9, penntreebank, wikitext103, wikitext2");
  return split_path(*source, options);
}

}  // namespace hearth::datasets
