// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/data/readers/lines.h"
#include "hearth/text/langid/train_language_identifier.h"
#include "hearth/text/utf8.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace fs = std::filesystem;
namespace text = hearth::text;

class TrainLangid final : public Command {
 public:
  const char* name() const override { return "train-langid"; }
  const char* summary() const override { return "Train a language identifier on texts"; }
  const char* details() const override {
    return "Texts are files with a text a line, after its language and a tab. Writes "
           "model.safetensors, which 'langid --model' takes, and eval.json, how often it is right "
           "on the texts of --test, by how long they are.";
  }
  std::vector<std::string> examples() const override {
    return {"train-langid --data train.tsv --test others.tsv --output runs/langid"};
  }
  unsigned common() const override { return kThreads | kSeed | kJson; }
  void declare(OptionList& options) override {
    options.add("--data", data_, "Texts to learn from").value("FILE").required();
    options.add("--test", tests_, "Texts to test with").value("FILE");
    options.add("--output", output_, "Folder for the model").value("DIR").required();
    options.add("--dataset", dataset_, "What the texts are called, for the model's readers");
    options.add("--steps", steps_, "Steps of the optimizer").between(1, 1e9);
    options.add("--batch-size", batch_size_, "Pieces of texts in a step").between(1, 1e6);
    options.add("--lr", lr_, "Learning rate at first").positive();
    options.add("--buckets", buckets_, "Vectors that n-grams share, a power of 2")
        .between(2, 1 << 24);
    options.add("--dim", dim_, "Numbers in a vector").between(1, 64);
    options
        .add("--balance", balance_,
             "0: all languages are seen as often, 1: as there is text of them")
        .between(0, 1);
    options.add("--dropout", dropout_, "Share of n-grams left out").between(0, 0.99);
  }
  int run() override;

 private:
  std::vector<std::string> data_, tests_;
  std::string output_, dataset_ = "texts";
  int64_t steps_ = text::LanguageTrainingOptions().steps();
  int64_t batch_size_ = text::LanguageTrainingOptions().batch_size();
  int64_t buckets_ = text::LanguageTrainingOptions().buckets();
  int64_t dim_ = text::LanguageTrainingOptions().dim();
  double lr_ = text::LanguageTrainingOptions().lr();
  double balance_ = text::LanguageTrainingOptions().balance();
  double dropout_ = text::LanguageTrainingOptions().dropout();
};

std::vector<text::TextInLanguage> read_texts(const std::vector<std::string>& files) {
  std::vector<text::TextInLanguage> texts;
  for (const std::string& file : files) {
    hearth::data::readers::LineReader lines(file);
    while (const auto line = lines.next()) {
      if (line->empty()) continue;
      const size_t tab = line->find('\t');
      HEARTH_CHECK_AS(hearth::FormatError, tab != line->npos && tab > 0, "[", file, ": line ",
                      lines.line(), "] expected a language, a tab and a text, got '",
                      shortened(*line, 40), "'");
      const std::string_view language = line->substr(0, tab);
      HEARTH_CHECK_AS(hearth::FormatError, text::unicode::find_invalid(language) == language.size(),
                      "[", file, ": line ", lines.line(), "] expected the language in UTF-8");
      texts.push_back(
          {std::string(language), text::unicode::replace_invalid(line->substr(tab + 1))});
    }
  }
  return texts;
}

nlohmann::ordered_json json_of(const text::LanguageAccuracy::Share& share) {
  return {{"accuracy", share.accuracy()}, {"texts", share.texts}};
}

/// How often it is right on a file, as an object and for people.
nlohmann::ordered_json test_on(const std::string& file,
                               const std::vector<text::TextInLanguage>& texts,
                               const text::LanguageIdentifier& identifier, FILE* out) {
  const text::LanguageAccuracy accuracy = text::evaluate(identifier, texts);
  nlohmann::ordered_json lengths = nlohmann::ordered_json::object();
  nlohmann::ordered_json languages = nlohmann::ordered_json::object();
  const std::vector<std::string> names{"below 20 letters", "20 to 49", "50 to 99", "100 and more"};
  fmt::print(out, "{}: {} of texts of 20 letters and more\n", file,
             percent(accuracy.all().accuracy(), 2));
  for (size_t i = 0; i < names.size(); ++i) {
    lengths[names[i]] = json_of(accuracy.by_length[i]);
    fmt::print(out, "  {:<17} {:>7} of {}\n", names[i],
               percent(accuracy.by_length[i].accuracy(), 2), accuracy.by_length[i].texts);
  }
  for (size_t i = 0; i < identifier.languages().size(); ++i) {
    const auto& share = accuracy.by_language[i];
    if (!share.texts) continue;
    languages[identifier.languages()[i]] = json_of(share);
    fmt::print(out, "  {:<17} {:>7} of {}\n", identifier.languages()[i],
               percent(share.accuracy(), 2), share.texts);
  }
  nlohmann::ordered_json object = json_of(accuracy.all());
  object["by_length"] = lengths;
  object["by_language"] = languages;
  return object;
}

int TrainLangid::run() {
  const auto texts = read_texts(data_);
  // Before the training, so that none is lost by what is wrong with them.
  std::vector<std::vector<text::TextInLanguage>> tests;
  for (const std::string& file : tests_) tests.push_back(read_texts({file}));
  std::error_code error;
  fs::create_directories(output_, error);
  HEARTH_CHECK_AS(hearth::FileError, !error, "[", output_, "] cannot be made: ", error.message());
  hearth::Progress progress(hearth::ProgressOptions("training").unit("steps").total(steps_));
  const auto identifier =
      text::train_language_identifier(texts,
                                      text::LanguageTrainingOptions()
                                          .steps(steps_)
                                          .batch_size(batch_size_)
                                          .lr(lr_)
                                          .buckets(buckets_)
                                          .dim(dim_)
                                          .balance(balance_)
                                          .dropout(dropout_)
                                          .seed(seed())
                                          .dataset(dataset_),
                                      [&](int64_t step, double loss) {
                                        progress.set(step);
                                        progress.status(fmt::format("loss {:.4f}", loss));
                                      });
  progress.finish();
  const std::string weights = (fs::path(output_) / "model.safetensors").string();
  identifier.save(weights);
  nlohmann::ordered_json report{
      {"model", "langid"}, {"dataset", dataset_}, {"languages", identifier.languages()}};
  report["tests"] = nlohmann::ordered_json::object();
  for (size_t i = 0; i < tests.size(); ++i)
    report["tests"][fs::path(tests_[i]).stem().string()] =
        test_on(tests_[i], tests[i], identifier, this->text());
  hearth::write_file_atomically((fs::path(output_) / "eval.json").string(), report.dump(1) + "\n");
  note("wrote " + for_shell(weights));
  if (json()) print_json(report);
  return 0;
}

}  // namespace

std::unique_ptr<Command> train_langid_command() { return std::make_unique<TrainLangid>(); }
