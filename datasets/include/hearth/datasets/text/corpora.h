// SPDX-License-Identifier: Apache-2.0
// Published texts to learn language from, and sentences with tags. As the data sets of
// classified_texts.h.
#pragma once

#include <string>

#include "hearth/data/text_datasets.h"
#include "hearth/datasets/text/classified_texts.h"
#include "hearth/datasets/text/tagged_sentences.h"

namespace hearth::datasets {

/// The lines of articles of Wikipedia, words between spaces, rare ones as <unk> (S. Merity et al.,
/// 2016); train, valid, test: 36,718, 3,760 and 4,358 lines.
HEARTH_API data::LineDataset WikiText2(const TextDatasetOptions& options = {});
/// The same with 1,801,350 lines to train.
HEARTH_API data::LineDataset WikiText103(const TextDatasetOptions& options = {});
/// News without punctuation and rare words; train, valid, test: 42,068, 3,370 and 3,761 lines.
HEARTH_API data::LineDataset PennTreebank(const TextDatasetOptions& options = {});
/// The first 10^8 bytes of the English Wikipedia, as XML (M. Mahoney, 2006). No checksum of the
/// archive was published. One split, train.
HEARTH_API data::LineDataset EnWik8(const TextDatasetOptions& options = {});
/// The first 10^9.
HEARTH_API data::LineDataset EnWik9(const TextDatasetOptions& options = {});

/// Phrases of news, B-NP, I-NP, B-VP ... (E. Tjong Kim Sang, S. Buchholz, 2000); train, test: 8,936
/// and 2,012 sentences.
HEARTH_API TaggedSentences CoNLL2000Chunking(const TextDatasetOptions& options = {});
/// Universal parts of speech of English; train, valid, test: 12,543, 2,002 and 2,077 sentences.
/// Other treebanks are CoNLL-U files, which tagged_sentences reads.
HEARTH_API TaggedSentences UDPOS(const TextDatasetOptions& options = {});

/// The file that a corpus of these lies in: one of "wikitext2", "wikitext103", "penntreebank",
/// "enwik8", "enwik9". ValueError for another name.
HEARTH_API std::string corpus_file(const std::string& name, const TextDatasetOptions& options = {});

}  // namespace hearth::datasets
