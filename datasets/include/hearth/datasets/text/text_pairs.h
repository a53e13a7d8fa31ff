// SPDX-License-Identifier: Apache-2.0
// Texts, each with the text that it becomes: a translation, say.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/data/datasets.h"
#include "hearth/datasets/text/classified_texts.h"

namespace hearth::datasets {

struct TextPair {
  std::string source, target;
};

/// Such texts, in memory, which copies share.
class HEARTH_API TextPairs : public data::datasets::Dataset<TextPairs, TextPair> {
 public:
  explicit TextPairs(std::vector<TextPair> samples, int64_t broken = 0);
  /// Throws IndexError.
  TextPair get(size_t index) override;
  std::optional<size_t> size() const override { return samples_->size(); }
  const std::vector<TextPair>& samples() const { return *samples_; }
  /// Pairs that were left out.
  int64_t broken() const { return broken_; }

 private:
  std::shared_ptr<const std::vector<TextPair>> samples_;
  int64_t broken_;
};

/// The lines of two files, plain or gzipped, each with its translation in the same line of the
/// other. Invalid UTF-8 counts as broken. Throws FileError, and FormatError for other numbers of
/// lines.
HEARTH_API TextPairs parallel_texts(const std::string& source, const std::string& target,
                                    data::readers::Broken broken = data::readers::Broken::Error);

// As the data sets of classified_texts.h; `source` and `target` are languages.

/// Captions of pictures in English and German (D. Elliott et al., 2016); train, valid, test:
/// 29,000, 1,014 and 1,000.
HEARTH_API TextPairs Multi30k(const TextDatasetOptions& options = {},
                              const std::string& source = "de", const std::string& target = "en");
/// Talks in de, en, it, nl and ro (M. Cettolo et al., 2017); train, valid (dev2010) and test
/// (tst2010), from de to en: 206,112, 888 and 1,568 lines. They lie with Google Drive, which gives
/// them to browsers alone: unpack 2017-01-trnmted.tgz below the root, and DeEnItNlRo-DeEnItNlRo.tgz
/// where it lies; or put its files into the root.
HEARTH_API TextPairs IWSLT2017(const TextDatasetOptions& options = {},
                               const std::string& source = "de", const std::string& target = "en");

}  // namespace hearth::datasets
