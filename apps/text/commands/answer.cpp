// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/text/pipelines/tasks.h"

#include "common/command.h"
#include "common/json.h"
#include "text/lines.h"
#include "text/model.h"

namespace {

namespace text = hearth::text;

class AnswerCommand final : public Command {
 public:
  const char* name() const override { return "answer"; }
  const char* summary() const override { return "Find answers to questions in a text"; }
  const char* details() const override {
    return "The text is all of the files, or stdin. Prints, for each question, answer, score and "
           "place (in characters, from-to).";
  }
  std::vector<std::string> examples() const override {
    return {"answer --model distilbert-base-cased-distilled-squad --question 'Who wrote it?' a.txt",
            "answer --model runs/squad --question Where? --top 3 --json < a.txt"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    declare_model(options, model_);
    options.add("--question", questions_, "What is asked; may be given several times")
        .value("TEXT")
        .required();
    options.add("files", files_, "Text files, plain or gzipped; stdin if there is none, or -");
    options.add("--top", top_, "How many answers").between(1, 100000);
    options.add("--max-answer-len", max_answer_len_, "Tokens of an answer").between(1, 100000);
    options.add("--max-seq-len", max_seq_len_, "Tokens of a question and a piece of the text")
        .between(1, 100000)
        .by_default("384");
    options.add("--doc-stride", doc_stride_, "Tokens that pieces of the text share")
        .between(0, 100000)
        .by_default("128");
    options.flag("--no-answer", no_answer_, "That there is none may be the answer");
  }
  int run() override;

 private:
  std::string model_;
  std::vector<std::string> questions_, files_;
  int64_t top_ = 1, max_answer_len_ = text::QuestionAnsweringOptions().max_answer_len();
  std::optional<int64_t> max_seq_len_, doc_stride_;
  bool no_answer_ = false;
};

int AnswerCommand::run() {
  const auto find = open_pipeline(text::task::question_answering, model_, device(), weight_type());
  std::string context;
  TextLines lines(files_);
  while (const auto line = lines.next()) context.append(*line).push_back('\n');
  const auto options = text::QuestionAnsweringOptions()
                           .top_k(top_)
                           .max_answer_len(max_answer_len_)
                           .max_seq_len(max_seq_len_)
                           .doc_stride(doc_stride_)
                           .handle_impossible_answer(no_answer_);
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const std::string& question : questions_) {
    nlohmann::ordered_json answers = nlohmann::ordered_json::array();
    for (const text::Answer& a : find(question, context, options)) {
      std::string line = a.answer;
      std::replace(line.begin(), line.end(), '\n', ' ');
      if (!json()) fmt::print("{}\t{:.4f}\t{}-{}\n", line, a.score, a.start, a.end);
      answers.push_back(
          {{"score", a.score}, {"start", a.start}, {"end", a.end}, {"answer", a.answer}});
    }
    results.push_back({{"question", question}, {"answers", std::move(answers)}});
  }
  if (json()) print_json({{"model", model_}, {"results", std::move(results)}});
  return 0;
}

}  // namespace

std::unique_ptr<Command> answer_command() { return std::make_unique<AnswerCommand>(); }
