// SPDX-License-Identifier: Apache-2.0
#include "text/training/task.h"

#include <algorithm>
#include <numeric>

#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/datasets/text/labeled_texts.h"
#include "hearth/datasets/text/tagged_sentences.h"
#include "hearth/text/training/encode_examples.h"

#include "common/text.h"
#include "text/lines.h"

namespace text = hearth::text;

namespace {

constexpr std::pair<const char*, TextTask> kTasks[] = {{"classify", TextTask::Classify},
                                                       {"multi-label", TextTask::MultiLabel},
                                                       {"regression", TextTask::Regression},
                                                       {"tag", TextTask::Tag},
                                                       {"language", TextTask::Language}};

hearth::datasets::LabeledTextOptions options_for(TextTask task, const TextColumns& columns,
                                                 const std::vector<std::string>& classes) {
  auto options = hearth::datasets::LabeledTextOptions()
                     .text(columns.text)
                     .label(columns.label)
                     .pair(columns.pair)
                     .whole(true);
  if (task == TextTask::Regression) return options.scores(true);
  options.classes(classes);
  if (task != TextTask::MultiLabel) return options;
  if (auto names = split_at_commas(columns.label); names.size() > 1)
    options.label_columns(std::move(names));
  return options.multi_label(true).separator(columns.separator);
}

}  // namespace

void declare_data(OptionList& options, std::string& task, TextColumns& columns,
                  const char* task_help) {
  std::vector<std::string> names{"auto"};
  for (const auto& [name, value] : kTasks) names.emplace_back(name);
  options.add("--task", task, task_help).one_of(std::move(names));
  options.add("--text", columns.text, "The column, or key, of texts");
  options.add("--pair", columns.pair, "That of second texts");
  options.add("--label", columns.label,
              "That of classes or numbers; of multi-label also several with commas between them, "
              "which hold 0 or 1");
  options.add("--separator", columns.separator, "What stands between the classes of a text");
}

TextTask text_task(const std::string& name, const std::string& path) {
  for (const auto& [known, task] : kTasks)
    if (name == known) return task;
  const auto named = [&](const char* ending) {
    return path.ends_with(ending) || path.ends_with(std::string(ending) + ".gz");
  };
  for (const char* ending : {".conll", ".conllu", ".bio", ".iob", ".iob2"})
    if (named(ending)) return TextTask::Tag;
  return TextTask::Classify;
}

text::Head head_for(TextTask task) {
  switch (task) {
    case TextTask::Classify:
    case TextTask::MultiLabel:
    case TextTask::Regression:
      return text::Head::SequenceClassification;
    case TextTask::Tag:
      return text::Head::TokenClassification;
    case TextTask::Language:
      return text::Head::CausalLM;
  }
  return text::Head::None;
}

bool has_values(TextTask task) {
  return task == TextTask::MultiLabel || task == TextTask::Regression;
}

std::optional<text::ProblemType> problem_type_for(TextTask task) {
  switch (task) {
    case TextTask::Classify:
      return text::ProblemType::SingleLabel;
    case TextTask::MultiLabel:
      return text::ProblemType::MultiLabel;
    case TextTask::Regression:
      return text::ProblemType::Regression;
    case TextTask::Tag:
    case TextTask::Language:
      break;
  }
  return std::nullopt;
}

const char* target_of(TextTask task) {
  switch (task) {
    case TextTask::Classify:
    case TextTask::MultiLabel:
    case TextTask::Regression:
      return "texts";
    case TextTask::Tag:
      return "words";
    case TextTask::Language:
      return "tokens";
  }
  return "";
}

TextData TextData::split_off(double share, uint64_t seed, TextTask task) {
  const size_t all = size();
  const auto n = static_cast<size_t>(share * static_cast<double>(all));
  HEARTH_CHECK_AS(hearth::ValueError, n >= 1 && n < all, "[data] ", all,
                  " texts are too few to keep a share of ", share, " for testing");
  std::vector<size_t> order(all);
  std::iota(order.begin(), order.end(), size_t{0});
  if (task != TextTask::Language) {
    // Fisher-Yates with a generator of its own, so that the test texts depend on the seed alone.
    uint64_t state = seed + 0x9E3779B97F4A7C15u;
    for (size_t i = all; i-- > 1;) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      std::swap(order[i], order[(state >> 33) % (i + 1)]);
    }
  }
  std::sort(order.begin(), order.end() - static_cast<std::ptrdiff_t>(n));
  std::sort(order.end() - static_cast<std::ptrdiff_t>(n), order.end());
  TextData parts[2];
  for (size_t i = 0; i < all; ++i) {
    TextData& to = parts[i >= all - n];
    const size_t from = order[i];
    if (!texts.empty()) to.texts.push_back(std::move(texts[from]));
    if (!pairs.empty()) to.pairs.push_back(std::move(pairs[from]));
    if (!labels.empty()) to.labels.push_back(labels[from]);
    if (!values.empty())
      to.values.insert(to.values.end(), values.data() + from * classes.size(),
                       values.data() + (from + 1) * classes.size());
    if (!words.empty()) to.words.push_back(std::move(words[from]));
    if (!tags.empty()) to.tags.push_back(std::move(tags[from]));
  }
  parts[0].classes = parts[1].classes = classes;
  *this = std::move(parts[0]);
  return std::move(parts[1]);
}

std::vector<std::string> TextData::all_texts() const {
  std::vector<std::string> all = texts;
  all.insert(all.end(), pairs.begin(), pairs.end());
  for (const auto& sentence : words) {
    std::string joined;
    for (const std::string& word : sentence) joined += (joined.empty() ? "" : " ") + word;
    all.push_back(std::move(joined));
  }
  return all;
}

TextData read_text_data(TextTask task, const std::string& path, const TextColumns& columns,
                        const std::vector<std::string>& classes) {
  namespace datasets = hearth::datasets;
  TextData data;
  if (head_for(task) == text::Head::SequenceClassification) {
    const datasets::LabeledTexts read =
        datasets::labeled_texts(path, options_for(task, columns, classes));
    data.classes = read.classes();
    // As transformers names a number.
    if (task == TextTask::Regression) data.classes = {"LABEL_0"};
    for (const datasets::LabeledText& sample : read.samples()) {
      data.texts.push_back(sample.text);
      if (sample.pair) data.pairs.push_back(*sample.pair);
      if (task == TextTask::Classify) {
        data.labels.push_back(sample.label);
      } else if (task == TextTask::Regression) {
        data.values.push_back(static_cast<float>(sample.score));
      } else {
        const size_t first = data.values.size();
        data.values.resize(first + data.classes.size());
        for (const int64_t label : sample.labels)
          data.values[first + static_cast<size_t>(label)] = 1;
      }
    }
    HEARTH_CHECK_AS(hearth::FormatError,
                    task == TextTask::Regression || data.size() == 0 || data.classes.size() > 1,
                    "[", path, "] expected texts of two classes or more, got ",
                    data.classes.size());
  } else if (task == TextTask::Tag) {
    const datasets::TaggedSentences read =
        datasets::tagged_sentences(path, datasets::TaggedSentenceOptions().classes(classes));
    data.classes = read.classes();
    for (const datasets::TaggedSentence& sample : read.samples()) {
      data.words.push_back(sample.words);
      data.tags.push_back(sample.tags);
    }
  } else {
    data.texts = TextLines({path}).rest();
  }
  HEARTH_CHECK_AS(hearth::FormatError, data.size() > 0, "[", path, "] holds no texts");
  return data;
}

int64_t length_for(const text::PreTrainedModelImpl& model, int64_t max_length) {
  return std::min(max_length, model.max_tokens().value_or(max_length));
}

text::TokenExamples encode(const TextData& data, TextTask task,
                           const text::PreTrainedTokenizer& tokenizer, int64_t max_length) {
  if (task == TextTask::Classify)
    return text::labeled_examples(tokenizer, data.texts, data.labels, max_length, data.pairs);
  if (has_values(task))
    return text::valued_examples(tokenizer, data.texts, data.values, max_length, data.pairs);
  if (task == TextTask::Tag)
    return text::tagged_examples(tokenizer, data.words, data.tags, max_length);
  std::vector<uint32_t> ids;
  for (const std::string& line : data.texts) {
    const std::vector<uint32_t> more = tokenizer.encode(line + "\n", /*add_special_tokens=*/false);
    ids.insert(ids.end(), more.begin(), more.end());
  }
  HEARTH_CHECK_AS(hearth::FormatError, static_cast<int64_t>(ids.size()) > max_length, "[data] ",
                  counted(static_cast<int64_t>(data.size()), "line"), " of ", ids.size(),
                  " tokens are too few for a piece of ", max_length,
                  " tokens and the one after it; --max-length takes less");
  return text::language_examples(ids, max_length);
}
