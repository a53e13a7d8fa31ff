// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/pretrained/text.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "text/lines.h"

namespace {

namespace text = hearth::text;

class Langid final : public Command {
 public:
  const char* name() const override { return "langid"; }
  const char* summary() const override { return "Say what language texts are in"; }
  const char* details() const override {
    return "Prints, for each line, the language and how probable it is, and with --top those that "
           "come next; 'und' (undetermined) for a line without letters, nothing for an empty one. "
           "The identifier is part of the program and knows 24 languages; lines of fewer than 20 "
           "letters are hard. --languages lists them.";
  }
  std::vector<std::string> examples() const override {
    return {"langid reviews.txt", "langid --whole --top 3 letter.txt", "langid --json < lines.txt"};
  }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    options.add("--model", model_, "'langid', or a file or folder that train-langid wrote")
        .value("MODEL");
    options.add("files", files_, kTextFilesHelp);
    options.add("--top", top_, "How many languages to print").between(1, 1000);
    options.flag("--whole", whole_, "Take each file as one text");
    options.flag("--languages", list_, "List the languages that the model knows");
  }
  int run() override;

 private:
  nlohmann::ordered_json describe(const text::Language& found, std::string& line) const;
  nlohmann::ordered_json lines(const text::LanguageIdentifier& identifier) const;
  nlohmann::ordered_json whole(const text::LanguageIdentifier& identifier);

  std::string model_ = "langid";
  std::vector<std::string> files_;
  int64_t top_ = 1;
  bool whole_ = false, list_ = false;
};

nlohmann::ordered_json Langid::describe(const text::Language& found, std::string& line) const {
  nlohmann::ordered_json top = nlohmann::ordered_json::array();
  line = found.top.empty() ? found.language : "";
  for (const auto& [language, score] : found.top) {
    line += fmt::format("{}{}\t{:.4f}", line.empty() ? "" : "\t", language, score);
    top.push_back({{"language", language}, {"score", score}});
  }
  nlohmann::ordered_json object{{"language", found.language}, {"score", found.score}};
  if (top_ > 1) object["top"] = top;
  return object;
}

nlohmann::ordered_json Langid::lines(const text::LanguageIdentifier& identifier) const {
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  hearth::Progress progress(hearth::ProgressOptions("identifying").unit("lines"));
  TextLines input(files_);
  std::string line;
  while (const auto text = input.next()) {
    progress.advance();
    nlohmann::ordered_json object;
    line.clear();
    if (!text->empty())
      object = describe(identifier.identify(*text, static_cast<size_t>(top_)), line);
    if (json())
      results.push_back(std::move(object));
    else
      say(stdout, line + "\n");
  }
  return results;
}

nlohmann::ordered_json Langid::whole(const text::LanguageIdentifier& identifier) {
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  if (files_.empty()) files_.emplace_back("-");
  hearth::Progress progress(hearth::ProgressOptions("identifying").unit("files"));
  progress.total(static_cast<int64_t>(files_.size()));
  for (const std::string& file : files_) {
    progress.advance();
    TextLines input({file});
    std::string all, line;
    while (const auto text = input.next()) all.append(*text).push_back('\n');
    nlohmann::ordered_json object{{"file", file}};
    object.update(describe(identifier.identify(all, static_cast<size_t>(top_)), line));
    if (!json()) say(stdout, fmt::format("{}:\t{}\n", file, line));
    results.push_back(std::move(object));
  }
  return results;
}

int Langid::run() {
  const auto identifier = hearth::pretrained::language_identifier(model_);
  if (list_) {
    if (json())
      print_json({{"model", model_}, {"languages", identifier.languages()}});
    else
      fmt::print("{}\n", joined(identifier.languages(), "\n"));
    return 0;
  }
  nlohmann::ordered_json results = whole_ ? whole(identifier) : lines(identifier);
  if (json()) print_json({{"model", model_}, {"results", std::move(results)}});
  return 0;
}

}  // namespace

std::unique_ptr<Command> langid_command() { return std::make_unique<Langid>(); }
