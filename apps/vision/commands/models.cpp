// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/pretrained/registry.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace pretrained = hearth::pretrained;

std::vector<std::string> names_of_models() {
  std::vector<std::string> names;
  for (const pretrained::Entry& e : pretrained::entries())
    if (e.task == pretrained::kImages) names.push_back(e.name);
  return names;
}

class Models final : public Command {
 public:
  const char* name() const override { return "models"; }
  const char* summary() const override { return "List pretrained models"; }
  std::vector<std::string> examples() const override { return {"models", "models lenet-digits"}; }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    options.add("names", names_, "Which to describe; without a name, all are listed")
        .check([](const std::string& name) {
          const auto known = names_of_models();
          return pretrained::find(name) ? std::string()
                                        : "expected " + joined(known, ", ") + ", got " +
                                              shortened(name, 60) + did_you_mean(name, known);
        });
  }
  int run() override;

 private:
  std::vector<std::string> names_;
};

nlohmann::ordered_json json_of(const pretrained::Entry& e) {
  return {{"name", e.name},           {"alias", e.alias},
          {"task", e.task},           {"architecture", e.architecture},
          {"dataset", e.dataset},     {"categories", e.categories->size()},
          {"metrics", e.metrics},     {"parameters", e.parameters},
          {"source", e.source},       {"sha256", e.sha256},
          {"mebibytes", e.mebibytes}, {"licence", e.licence},
          {"recipe", e.recipe}};
}

int Models::run() {
  std::vector<const pretrained::Entry*> shown;
  for (const std::string& name : names_) shown.push_back(pretrained::find(name));
  if (names_.empty())
    for (const pretrained::Entry& e : pretrained::entries())
      if (e.task == pretrained::kImages) shown.push_back(&e);
  nlohmann::ordered_json report = nlohmann::ordered_json::array();
  for (const pretrained::Entry* e : shown) {
    report.push_back(json_of(*e));
    if (!names_.empty()) {
      fmt::print(text(), "{}\n", pretrained::describe(*e));
    } else {
      fmt::print(text(), "{:<24} {:<12} {}\n", e->name, e->dataset,
                 e->built_in() ? std::string("part of this program")
                               : fmt::format("{:.1f} MiB", e->mebibytes));
    }
  }
  if (json()) print_json({{"models", report}});
  return 0;
}

}  // namespace

std::unique_ptr<Command> models_command() { return std::make_unique<Models>(); }
