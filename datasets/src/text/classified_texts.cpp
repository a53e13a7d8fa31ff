// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/classified_texts.h"

#include <algorithm>

#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"

#include "text/collector.h"
#include "text/sources.h"

namespace hearth::datasets {
namespace {

using Names = std::vector<std::string>;

std::string place_of(int64_t line) { return cat_str("line ", line); }

/// Rows of a label, from 1, and texts that are joined (X. Zhang's files).
LabeledTexts numbered(const char* name, const Names& classes, const TextDatasetOptions& options) {
  const std::string path = split_path(source_of(name), options);
  data::readers::CsvReader reader(
      path, data::readers::CsvOptions().header(false).broken(options.broken()));
  Collector all(path, options.broken(), classes);
  while (const auto* row = reader.next()) {
    const std::string place = place_of(reader.line());
    if (row->size() < 2) {
      all.refuse(place, cat_str("expected a label and a text, got ", row->size(), " fields"));
      continue;
    }
    const auto number = number_of((*row)[0]);
    if (!number || !(*number >= 1 && *number <= static_cast<double>(classes.size())) ||
        *number != static_cast<double>(static_cast<size_t>(*number))) {
      all.refuse(place,
                 cat_str("expected a label from 1 to ", classes.size(), ", got '", (*row)[0], "'"));
      continue;
    }
    std::string text((*row)[1]);
    for (size_t i = 2; i < row->size(); ++i) text += cat_str(" ", (*row)[i]);
    all.add(text, std::nullopt, classes[static_cast<size_t>(*number) - 1], place);
  }
  all.count_broken(reader.broken());
  return all.done();
}

/// Where the fields of a line between tabs mean what.
struct TabColumns {
  size_t text;
  std::optional<size_t> pair, label;
  bool header = true;
  /// Labels as they stand in the file, in the order of the classes.
  Names labels = {};
  Names classes = {};
};

std::vector<std::string_view> between_tabs(std::string_view line) {
  std::vector<std::string_view> fields;
  for (size_t at = 0; at <= line.size();) {
    const size_t end = std::min(line.find('\t', at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

/// GLUE's tables. Lines may have more fields than are used.
LabeledTexts tabbed(const char* name, const TabColumns& columns,
                    const TextDatasetOptions& options) {
  const std::string path = split_path(source_of(name), options);
  const size_t width =
      std::max({columns.text, columns.pair.value_or(0), columns.label.value_or(0)}) + 1;
  data::readers::LineReader reader(path);
  Collector all(path, options.broken(), columns.classes);
  while (const auto line = reader.next()) {
    if ((columns.header && reader.line() == 1) || line->empty()) continue;
    const std::vector<std::string_view> fields = between_tabs(*line);
    const std::string place = place_of(reader.line());
    if (fields.size() < width) {
      all.refuse(place, cat_str("expected ", width, " fields, got ", fields.size()));
      continue;
    }
    const std::string_view text = fields[columns.text];
    const auto pair = columns.pair ? std::optional(fields[*columns.pair]) : std::nullopt;
    if (!columns.label) {
      all.add_unlabeled(text, pair, place);
    } else if (columns.labels.empty()) {
      const auto score = number_of(fields[*columns.label]);
      score ? all.add_score(text, pair, *score, place)
            : all.refuse(place, cat_str("expected a number, got '", fields[*columns.label], "'"));
    } else if (fields[*columns.label] != "-") {  // "-": people did not agree
      const auto at =
          std::find(columns.labels.begin(), columns.labels.end(), fields[*columns.label]);
      at == columns.labels.end()
          ? all.refuse(place, cat_str("there is no class '", fields[*columns.label], "'"))
          : all.add(text, pair, columns.classes[static_cast<size_t>(at - columns.labels.begin())],
                    place);
    }
  }
  return all.done();
}

const Names kEntailment = {"entailment", "not_entailment"};
const Names kSame = {"not_equivalent", "equivalent"};
const Names kDigits = {"0", "1"};
const Names kStars = {"1", "2", "3", "4", "5"};
const Names kTwo = {"1", "2"};

bool is_test(const TextDatasetOptions& options) { return options.split() == "test"; }

}  // namespace

LabeledTexts AG_NEWS(const TextDatasetOptions& options) {
  return numbered("ag_news", {"World", "Sports", "Business", "Sci/Tech"}, options);
}
LabeledTexts DBpedia(const TextDatasetOptions& options) {
  return numbered("dbpedia",
                  {"Company", "EducationalInstitution", "Artist", "Athlete", "OfficeHolder",
                   "MeanOfTransportation", "Building", "NaturalPlace", "Village", "Animal", "Plant",
                   "Album", "Film", "WrittenWork"},
                  options);
}
LabeledTexts YahooAnswers(const TextDatasetOptions& options) {
  return numbered("yahoo_answers",
                  {"Society & Culture", "Science & Mathematics", "Health", "Education & Reference",
                   "Computers & Internet", "Sports", "Business & Finance", "Entertainment & Music",
                   "Family & Relationships", "Politics & Government"},
                  options);
}
LabeledTexts SogouNews(const TextDatasetOptions& options) {
  return numbered("sogou_news", {"sports", "finance", "entertainment", "automobile", "technology"},
                  options);
}
LabeledTexts YelpReviewPolarity(const TextDatasetOptions& options) {
  return numbered("yelp_review_polarity", kTwo, options);
}
LabeledTexts YelpReviewFull(const TextDatasetOptions& options) {
  return numbered("yelp_review_full", kStars, options);
}
LabeledTexts AmazonReviewPolarity(const TextDatasetOptions& options) {
  return numbered("amazon_review_polarity", kTwo, options);
}
LabeledTexts AmazonReviewFull(const TextDatasetOptions& options) {
  return numbered("amazon_review_full", kStars, options);
}

LabeledTexts IMDB(const TextDatasetOptions& options) {
  // "unsup" lies beside the two classes, without labels.
  const std::string path = split_path(source_of("imdb"), options);
  return folder_texts(path, {"neg", "pos"}, options.broken());
}

LabeledTexts SST2(const TextDatasetOptions& options) {
  if (is_test(options)) return tabbed("sst2", {1, {}, {}}, options);
  return tabbed("sst2", {0, {}, 1, true, kDigits, {"negative", "positive"}}, options);
}
LabeledTexts CoLA(const TextDatasetOptions& options) {
  return tabbed("cola", {3, {}, 1, false, kDigits, {"unacceptable", "acceptable"}}, options);
}
LabeledTexts MRPC(const TextDatasetOptions& options) {
  return tabbed("mrpc", {3, 4, 0, true, kDigits, kSame}, options);
}

LabeledTexts QQP(const TextDatasetOptions& options) {
  // The one of these tables whose fields stand in quotes.
  const std::string path = split_path(source_of("qqp"), options);
  data::readers::CsvReader reader(
      path, data::readers::CsvOptions().delimiter('\t').broken(options.broken()));
  const size_t text = reader.column("question1"), pair = reader.column("question2"),
               label = reader.column("is_duplicate");
  Collector all(path, options.broken(), kDigits);
  while (const auto* row = reader.next())
    all.add((*row)[text], (*row)[pair], (*row)[label], place_of(reader.line()));
  all.count_broken(reader.broken());
  return all.done();
}

LabeledTexts STSB(const TextDatasetOptions& options) {
  return tabbed("stsb", {5, 6, 4, false}, options);
}
LabeledTexts MNLI(const TextDatasetOptions& options) {
  const Names classes = {"entailment", "neutral", "contradiction"};
  return tabbed("mnli", {5, 6, 0, true, classes, classes}, options);
}
LabeledTexts QNLI(const TextDatasetOptions& options) {
  if (is_test(options)) return tabbed("qnli", {1, 2, {}}, options);
  return tabbed("qnli", {1, 2, 3, true, kEntailment, kEntailment}, options);
}
LabeledTexts RTE(const TextDatasetOptions& options) {
  if (is_test(options)) return tabbed("rte", {1, 2, {}}, options);
  return tabbed("rte", {1, 2, 3, true, kEntailment, kEntailment}, options);
}
LabeledTexts WNLI(const TextDatasetOptions& options) {
  if (is_test(options)) return tabbed("wnli", {1, 2, {}}, options);
  return tabbed("wnli", {1, 2, 3, true, kDigits, kDigits}, options);
}

}  // namespace hearth::datasets
