// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/pretrained/registry.h"
#include "hearth/text/models/auto.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace pretrained = hearth::pretrained;
namespace text = hearth::text;

class Models final : public Command {
 public:
  const char* name() const override { return "models"; }
  const char* summary() const override { return "List models that can be opened"; }
  const char* details() const override {
    return "What is part of the program, and for each task the families of models (\"model_type\" "
           "in config.json) that --model opens.";
  }
  std::vector<std::string> examples() const override { return {"models", "models langid"}; }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    options.add("names", names_, "Which of the program's own to describe")
        .check([](const std::string& name) {
          return own(name) ? std::string() : "expected langid, got " + shortened(name, 60);
        });
  }
  int run() override;

 private:
  static bool own(const std::string& name) {
    const pretrained::Entry* entry = pretrained::find(name);
    return entry && entry->task == pretrained::kLanguages;
  }
  std::vector<std::string> names_;
};

int Models::run() {
  nlohmann::ordered_json report{{"models", nlohmann::ordered_json::array()}};
  for (const pretrained::Entry& e : pretrained::entries()) {
    if (!own(e.name)) continue;
    if (!names_.empty() && std::find(names_.begin(), names_.end(), e.name) == names_.end())
      continue;
    report["models"].push_back({{"name", e.name},
                                {"task", e.task},
                                {"dataset", e.dataset},
                                {"categories", *e.categories},
                                {"metrics", e.metrics},
                                {"parameters", e.parameters},
                                {"sha256", e.sha256},
                                {"licence", e.licence}});
    if (names_.empty())
      fmt::print(this->text(), "{:<24} part of this program\n", e.name);
    else
      fmt::print(this->text(), "{}\n", pretrained::describe(e));
  }
  if (names_.empty()) {
    report["families"] = nlohmann::ordered_json::object();
    using text::Head;
    for (const Head head :
         {Head::None, Head::MaskedLM, Head::CausalLM, Head::SequenceClassification,
          Head::TokenClassification, Head::QuestionAnswering}) {
      const auto types = text::model_types(head);
      const std::string task = head == Head::None ? "Model" : text::to_string(head);
      report["families"][task] = types;
      fmt::print(this->text(), "{:<24} {}\n", task, joined(types, ", "));
    }
  }
  if (json()) print_json(report);
  return 0;
}

}  // namespace

std::unique_ptr<Command> models_command() { return std::make_unique<Models>(); }
