// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/base/progress.h"
#include "hearth/io/save_tensors.h"
#include "hearth/io/tensor_file.h"

#include "common/command.h"
#include "common/inputs.h"
#include "common/json.h"
#include "common/text.h"
#include "convert/selection.h"

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kEndings = {".safetensors", ".pt", ".pth", ".bin", ".npz", ".npy"};

class Convert final : public Command {
 public:
  const char* name() const override { return "convert"; }
  const char* summary() const override { return "Write a file's tensors in another format"; }
  const char* details() const override {
    return "OUT ends in .safetensors, .pt, .pth, .bin, .npz or .npy, which says the format. "
           "Several "
           "files, or a folder, are written below the folder OUT, in the format of --to.";
  }
  std::vector<std::string> examples() const override {
    return {"resnet18.pth resnet18.safetensors",
            "model.safetensors half.safetensors --dtype bfloat16 --shard-size 2000",
            "checkpoint.pt model.safetensors --only 'model.*' --rename model.=",
            "checkpoints converted --to safetensors"};
  }
  unsigned common() const override { return kThreads | kJson; }
  void declare(OptionList& options) override {
    options.add("in", in_, "Files of tensors, folders, patterns, or @list").required();
    options.add("out", out_, "The new file; a folder for several").required();
    selection_.declare(options, true);
    options.add("--dtype", dtype_, "What numbers of floating point become")
        .one_of({"float16", "bfloat16", "float32", "float64"});
    options.add("--shard-size", shard_, "Megabytes of a file, of several with an index")
        .between(1, 1'000'000'000)
        .value("MB");
    options.add("--to", to_, "The format of several files")
        .one_of({"safetensors", "pt", "pth", "bin", "npz", "npy"});
    options.flag("--overwrite", overwrite_, "Replace files that are there");
  }
  int run() override;

 private:
  void convert(const std::string& from, const std::string& to) const;

  std::vector<std::string> in_;
  std::string out_;
  Selection selection_;
  std::optional<std::string> dtype_, to_;
  std::optional<int64_t> shard_;
  bool overwrite_ = false;
};

hearth::ScalarType type_named(const std::string& name) {
  for (const auto type : {hearth::kHalf, hearth::kBFloat16, hearth::kFloat})
    if (name == hearth::dtype_name(type)) return type;
  return hearth::kDouble;
}

void Convert::convert(const std::string& from, const std::string& to) const {
  const hearth::TensorFile file(from);
  std::vector<std::pair<std::string, hearth::Tensor>> tensors;
  int64_t bytes = 0;
  auto options = hearth::SaveTensorsOptions().metadata(file.metadata()).versions(file.versions());
  if (dtype_) options.dtype(type_named(*dtype_));
  for (const auto& [name, now] : selection_.apply(file.keys())) {
    tensors.emplace_back(now, file.tensor(name));
    const hearth::Tensor& t = tensors.back().second;
    const bool converted = dtype_ && hearth::is_floating_point(t.scalar_type());
    bytes += t.numel() * static_cast<int64_t>(hearth::element_size(converted ? type_named(*dtype_)
                                                                             : t.scalar_type()));
  }
  hearth::Progress progress(hearth::ProgressOptions(to).unit("B").total(bytes));
  options.on_written([&progress](int64_t n) { progress.advance(n); });
  if (shard_) options.shard_bytes(*shard_ * 1'000'000);
  hearth::save_tensors(tensors, to, options);
  progress.finish();

  using Kind = hearth::pickle::Value::Kind;
  const hearth::pickle::Value root = file.value();
  int64_t left = 0;
  if (root.kind() == Kind::Dict)
    for (const auto& [key, value] : root.items())
      left += value.kind() != Kind::Tensor && value.kind() != Kind::Dict;
  if (left > 0)
    note(fmt::format("{}: {} beside tensors left out; 'inspect' shows them", from,
                     counted(left, "value")));
  if (!json() && !quiet())
    fmt::print("{}: {}, {} bytes\n", to, counted(static_cast<int64_t>(tensors.size()), "tensor"),
               bytes);
}

int Convert::run() {
  std::error_code none;
  const bool to_folder = in_.size() > 1 || to_ || fs::is_directory(in_[0], none);
  if (!to_folder) {
    // Wildcards are for several files; here the name is meant as it is.
    if (!fs::exists(in_[0], none) && in_[0].find_first_of("./") == std::string::npos)
      throw UsageError(fmt::format("no file {}{}", in_[0],
                                   did_you_mean(in_[0], {"convert", "diff", "inspect", "list"})));
    if (!hearth::is_tensor_file_name(out_))
      throw UsageError(fmt::format("OUT: expected a name ending in {}, got {}",
                                   joined(kEndings, ", "), shortened(out_, 60)));
    HEARTH_CHECK_AS(hearth::FileError, overwrite_ || !fs::exists(out_, none), "[", out_,
                    "] exists; replace it with --overwrite");
    convert(in_[0], out_);
    if (json()) print_json({{"files", {{{"in", in_[0]}, {"out", out_}}}}});
    return 0;
  }
  if (!to_) throw UsageError("--to is required for several files: the format to write");
  const auto inputs = find_inputs(in_, kEndings);
  const auto outputs = plan_outputs(
      inputs, out_,
      [this](const std::string& name) { return fs::path(name).replace_extension(*to_).string(); },
      overwrite_);
  nlohmann::ordered_json done = nlohmann::ordered_json::array();
  int code = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    try {
      make_parent(outputs[i]);
      convert(inputs[i].path, outputs[i]);
      done.push_back({{"in", inputs[i].path}, {"out", outputs[i]}});
    } catch (const hearth::Error& error) {
      complain(fmt::format("{}: {}", program(), error.what()));
      done.push_back({{"in", inputs[i].path}, {"error", error.what()}});
      code = 1;
    }
  }
  if (json()) print_json({{"files", done}});
  return code;
}

}  // namespace

std::unique_ptr<Command> convert_command() { return std::make_unique<Convert>(); }
