// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/pretrained/registry.h"
#include "hearth/vision/models/image_classifier.h"
#include "hearth/vision/models/summary.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

namespace models = hearth::vision::models;
namespace pretrained = hearth::pretrained;
using Json = nlohmann::ordered_json;

std::vector<const pretrained::Entry*> entries() {
  std::vector<const pretrained::Entry*> all;
  for (const pretrained::Entry& e : pretrained::entries())
    if (e.task == pretrained::kImages) all.push_back(&e);
  return all;
}

Json json_of(const pretrained::Entry& e) {
  return {{"name", e.name},           {"alias", e.alias},
          {"task", e.task},           {"architecture", e.architecture},
          {"dataset", e.dataset},     {"categories", e.categories->size()},
          {"metrics", e.metrics},     {"parameters", e.parameters},
          {"source", e.source},       {"sha256", e.sha256},
          {"mebibytes", e.mebibytes}, {"licence", e.licence},
          {"recipe", e.recipe}};
}

class Models final : public Command {
 public:
  const char* name() const override { return "models"; }
  const char* summary() const override { return "List and describe models"; }
  const char* details() const override {
    return "Pretrained models, which predict and eval take, and networks, which train takes. A "
           "name "
           "is described; any other word lists the models that have it in their name.";
  }
  std::vector<std::string> examples() const override {
    return {"models", "models mobilenet", "models resnet18-imagenet1k-v1",
            "models resnet18 --depth 3 --size 32"};
  }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    options.add("names", names_, "Names, or parts of names; without any, all are listed");
    options.flag("--pretrained", pretrained_, "Only models with weights");
    options.flag("--networks", networks_, "Only networks");
    options.add("--depth", depth_, "How far the table of a network's layers goes inside; 0: none")
        .between(0, 100);
    options.add("--size", size_, "Side of the images of that table").between(1, 4096);
    options.add("--classes", classes_, "Classes of that table").between(1, 1'000'000);
  }
  int run() override;

 private:
  void list(const std::string& part);
  void describe(const std::string& network);

  std::vector<std::string> names_;
  bool pretrained_ = false, networks_ = false;
  int64_t depth_ = 1, size_ = 224, classes_ = 1000;
  Json entries_ = Json::array(), described_ = Json::array();
};

/// Those with this in their name. Throws UsageError if there are none.
void Models::list(const std::string& part) {
  const auto fits = [&](const std::string& name) { return name.find(part) != name.npos; };
  std::vector<std::string> all, networks;
  size_t shown = 0;
  for (const pretrained::Entry* e : entries()) {
    all.push_back(e->name);
    if (networks_ || !fits(e->name)) continue;
    if (shown++ == 0) fmt::print(text(), "Pretrained models:\n");
    fmt::print(text(), "  {:<42} {:<12} {}\n", e->name, e->dataset,
               e->built_in() ? std::string("part of this program")
                             : fmt::format("{:.1f} MiB", e->mebibytes));
    entries_.push_back(json_of(*e));
  }
  for (const std::string& network : models::list_models()) {
    all.push_back(network);
    if (pretrained_ || !fits(network)) continue;
    networks.push_back(network);
    described_.push_back({{"name", network}});
  }
  if (!networks.empty())
    fmt::print(text(), "{}Networks:\n  {}\n", shown > 0 ? "\n" : "",
               wrapped(joined(networks, ", "), 78, 2, 2));
  if (shown == 0 && networks.empty())
    throw UsageError("there is no model with '" + shortened(part, 60) + "' in its name" +
                     did_you_mean(part, all));
}

void Models::describe(const std::string& network) {
  const models::ModelInfo info = models::model_info(network);
  const models::Summary summary =
      models::summary(network, models::ModelOptions()
                                   .num_classes(classes_)
                                   .image_size({size_, size_})
                                   .small_stem(info.small_stem && size_ < 64));
  std::vector<std::string> weights;
  for (const pretrained::Entry* e : entries())
    if (e->architecture == network) weights.push_back(e->name);
  fmt::print(text(),
             "{}: {:.2f} million parameters, {:.2f} billion multiplications for an image of "
             "{} x {}\n  takes images of {}{}\n  pretrained: {}\n",
             network, static_cast<double>(summary.parameters) / 1e6,
             static_cast<double>(summary.macs) / 1e9, size_, size_,
             info.smallest > 1 ? fmt::format("{} pixels and more", info.smallest)
                               : std::string("any size"),
             info.small_stem ? "; has a small stem for those under 64" : "",
             weights.empty() ? "none" : joined(weights, ", "));
  if (depth_ > 0) fmt::print(text(), "\n{}", summary.table(depth_));
  Json layers = Json::array();
  for (const models::ModuleSummary& m : summary.modules)
    if (m.depth <= depth_)
      layers.push_back({{"path", m.path},
                        {"type", m.type},
                        {"output", m.output},
                        {"parameters", m.parameters},
                        {"macs", m.macs}});
  described_.push_back({{"name", network},
                        {"parameters", summary.parameters},
                        {"macs", summary.macs},
                        {"smallest", info.smallest},
                        {"small_stem", info.small_stem},
                        {"pretrained", weights},
                        {"layers", std::move(layers)}});
}

int Models::run() {
  if (pretrained_ && networks_) throw UsageError("give one of --pretrained and --networks");
  const auto networks = models::list_models();
  if (names_.empty()) list("");
  for (const std::string& name : names_) {
    if (const pretrained::Entry* e = pretrained::find(name); e && e->task == pretrained::kImages) {
      fmt::print(text(), "{}\n", pretrained::describe(*e));
      entries_.push_back(json_of(*e));
    } else if (std::find(networks.begin(), networks.end(), name) != networks.end()) {
      describe(name);
    } else {
      list(name);
    }
  }
  if (json()) print_json({{"models", entries_}, {"networks", described_}});
  return 0;
}

}  // namespace

std::unique_ptr<Command> models_command() { return std::make_unique<Models>(); }
