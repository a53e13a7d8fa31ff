// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/io/tensor_file.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"

namespace {

class Inspect final : public Command {
 public:
  const char* name() const override { return "inspect"; }
  const char* summary() const override { return "Say what a file holds, without its numbers"; }
  std::vector<std::string> examples() const override { return {"inspect checkpoint.pt"}; }
  unsigned common() const override { return kJson; }
  void declare(OptionList& options) override {
    options.add("file", file_, "A file of tensors").required();
  }
  int run() override;

 private:
  std::string file_;
};

bool is_plain(const hearth::pickle::Value& value) {
  using Kind = hearth::pickle::Value::Kind;
  return value.kind() != Kind::Tensor && value.kind() != Kind::Dict && value.kind() != Kind::None;
}

int Inspect::run() {
  const hearth::TensorFile file(file_);
  struct Sum {
    int64_t tensors = 0, elements = 0;
  };
  std::map<std::string, Sum> by_type;
  Sum all;
  for (const std::string& name : file.keys()) {
    Sum& sum = by_type[file.type_name(name)];
    int64_t elements = 1;
    for (const int64_t n : file.sizes(name)) elements *= n;
    for (Sum* s : {&sum, &all}) {
      ++s->tensors;
      s->elements += elements;
    }
  }
  std::error_code error;
  const auto bytes = static_cast<int64_t>(std::filesystem::file_size(file_, error));
  HEARTH_CHECK_AS(hearth::FileError, !error, "[", file_, "] cannot be read: ", error.message());
  // What stands beside tensors at the top of a file of torch.save.
  std::vector<std::pair<std::string, std::string>> values;
  const hearth::pickle::Value root = file.value();
  if (root.kind() == hearth::pickle::Value::Kind::Dict) {
    for (const auto& [key, value] : root.items())
      if (is_plain(value)) values.emplace_back(key.repr(60), value.repr(200));
  } else if (is_plain(root)) {
    values.emplace_back("the file", root.repr(200));
  }
  if (json()) {
    nlohmann::ordered_json types = nlohmann::ordered_json::object();
    for (const auto& [type, sum] : by_type)
      types[type] = {{"tensors", sum.tensors}, {"elements", sum.elements}};
    nlohmann::ordered_json beside = nlohmann::ordered_json::object();
    for (const auto& [key, value] : values) beside[key] = value;
    print_json({{"format", hearth::to_string(file.format())},
                {"bytes", bytes},
                {"tensors", all.tensors},
                {"elements", all.elements},
                {"types", types},
                {"metadata", file.metadata()},
                {"values", beside}});
    return 0;
  }
  fmt::print("{}: {}, {} bytes\n", file_, hearth::to_string(file.format()), bytes);
  fmt::print("{}, {} elements\n", counted(all.tensors, "tensor"), all.elements);
  for (const auto& [type, sum] : by_type)
    fmt::print("  {:<10} {:>6} {:>14}\n", type, sum.tensors, sum.elements);
  for (const auto& [key, value] : file.metadata())
    fmt::print("metadata {}: {}\n", key, shortened(value, 200));
  for (const auto& [key, value] : values) fmt::print("{}: {}\n", key, value);
  return 0;
}

}  // namespace

std::unique_ptr<Command> inspect_command() { return std::make_unique<Inspect>(); }
