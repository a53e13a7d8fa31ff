// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hearth/base/atomic_file.h"
#include "hearth/io/npy.h"
#include "hearth/io/safetensors.h"

#include "common/command.h"
#include "common/json.h"
#include "common/text.h"
#include "text/lines.h"
#include "text/sentences.h"

namespace {

using hearth::Tensor;

class Embed final : public Command {
 public:
  const char* name() const override { return "embed"; }
  const char* summary() const override { return "Write texts as vectors"; }
  const char* details() const override {
    return "A row for each line, as sentence-transformers has it: float32 [lines, dimension] in "
           ".npy, the tensor 'embeddings' in .safetensors, or an object with text and embedding "
           "for each line in .jsonl.";
  }
  std::vector<std::string> examples() const override {
    return {"embed --model sentence-transformers/all-MiniLM-L6-v2 --output X.npy sentences.txt",
            "embed --model runs/minilm --output vectors.jsonl < sentences.txt"};
  }
  unsigned common() const override { return kDevice | kThreads | kPrecision | kJson; }
  void declare(OptionList& options) override {
    model_.declare(options);
    options.add("--output", output_, "Where the vectors go: .npy, .safetensors or .jsonl")
        .value("FILE")
        .required()
        .check([](const std::string& path) -> std::string {
          const std::string kind = std::filesystem::path(path).extension().string();
          return kind == ".npy" || kind == ".safetensors" || kind == ".jsonl"
                     ? ""
                     : "expected .npy, .safetensors or .jsonl, got " + shortened(path, 60);
        });
    options.add("files", files_, kTextFilesHelp);
  }
  int run() override;

 private:
  void write(const std::vector<std::string>& texts, const Tensor& vectors) const;

  SentenceModel model_;
  std::string output_;
  std::vector<std::string> files_;
};

void Embed::write(const std::vector<std::string>& texts, const Tensor& vectors) const {
  const std::string kind = std::filesystem::path(output_).extension().string();
  if (kind == ".npy") return hearth::npy::save(vectors, output_);
  if (kind == ".safetensors")
    return hearth::safetensors::save_file({{"embeddings", vectors}}, output_);
  hearth::AtomicFile file(output_);
  const auto* row = vectors.const_data_ptr<float>();
  const auto width = static_cast<size_t>(vectors.size(1));
  for (const std::string& text : texts) {
    const nlohmann::ordered_json object{{"text", text},
                                        {"embedding", std::vector<float>(row, row + width)}};
    file.write(object.dump() + "\n");
    row += width;
  }
  file.commit();
}

int Embed::run() {
  model_.open(device(), weight_type());
  const std::vector<std::string> texts = TextLines(files_).rest();
  const Tensor vectors = model_.encode(texts, "embedding").contiguous();
  write(texts, vectors);
  fmt::print(text(), "{}: {}\n", output_, fmt::join(vectors.sizes(), " x "));
  if (json())
    print_json({{"model", model_.name()},
                {"output", output_},
                {"shape", std::vector<int64_t>(vectors.sizes().begin(), vectors.sizes().end())}});
  return 0;
}

}  // namespace

std::unique_ptr<Command> embed_command() { return std::make_unique<Embed>(); }
