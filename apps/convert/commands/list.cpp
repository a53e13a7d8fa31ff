// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/io/tensor_file.h"

#include "common/command.h"
#include "common/json.h"
#include "convert/selection.h"

namespace {

class List final : public Command {
 public:
  const char* name() const override { return "list"; }
  const char* summary() const override { return "List a file's tensors, their types and shapes"; }
  std::vector<std::string> examples() const override { return {"list resnet18.pth"}; }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    options.add("file", file_, "A file of tensors").required();
    selection_.declare(options, false);
  }
  int run() override;

 private:
  std::string file_;
  Selection selection_;
};

int List::run() {
  const hearth::TensorFile file(file_);
  const auto names = selection_.apply(file.keys());
  if (json()) {
    nlohmann::ordered_json tensors = nlohmann::ordered_json::array();
    for (const auto& [name, same] : names)
      tensors.push_back(
          {{"name", name}, {"dtype", file.type_name(name)}, {"shape", file.sizes(name).vec()}});
    print_json({{"tensors", std::move(tensors)}});
    return 0;
  }
  size_t widest = 0, type = 0;
  for (const auto& [name, same] : names) {
    widest = std::max(widest, std::min<size_t>(name.size(), 60));
    type = std::max(type, file.type_name(name).size());
  }
  std::string all;
  for (const auto& [name, same] : names)
    all += fmt::format("{:<{}}  {:<{}}  [{}]\n", name, widest, file.type_name(name), type,
                       fmt::join(file.sizes(name), ", "));
  std::fwrite(all.data(), 1, all.size(), stdout);
  return 0;
}

}  // namespace

std::unique_ptr<Command> list_command() { return std::make_unique<List>(); }
