// SPDX-License-Identifier: Apache-2.0
// Sentence encoders as sentence-transformers keeps them in folders.
#include <filesystem>
#include <fstream>

#include "hearth/base/error.h"
#include "hearth/hub/model_files.h"
#include "hearth/io/tensor_file.h"
#include "hearth/text/embedding/sentence_encoder.h"

#include "models/config_json.h"

namespace hearth::text {

using data::readers::JsonValue;
namespace fs = std::filesystem;

namespace {

/// A file of JSON; null if there is none.
JsonValue read_json(const fs::path& path) {
  constexpr std::streamsize kLargest = 16 << 20;
  std::ifstream in(path, std::ios::binary);
  if (!in) return {};
  std::string text(static_cast<size_t>(kLargest) + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  HEARTH_CHECK_AS(FileError, !in.bad(), "[", path.string(), "] cannot be read");
  HEARTH_CHECK_AS(FormatError, in.gcount() <= kLargest, "[", path.string(), "] has more than ",
                  kLargest, " bytes");
  text.resize(static_cast<size_t>(in.gcount()));
  return JsonValue(text, path.string());
}

/// Where the small files of a model lie: the folder, that of a file, or one of the hub's cache.
fs::path folder_of(const std::string& name_or_path, const hub::HubOptions& options) {
  std::error_code none;
  if (fs::is_directory(name_or_path, none)) return name_or_path;
  if (fs::exists(name_or_path, none)) return fs::path(name_or_path).parent_path();
  return hub::snapshot(name_or_path, {"*.json", "vocab.txt", "merges.txt", "*.model", "*_Dense/*"},
                       options);
}

/// The folder that modules.json names, which must not lead out of the model's.
fs::path inside(const fs::path& folder, const std::string& path) {
  for (const fs::path& part : fs::path(path))
    HEARTH_CHECK_AS(FormatError, part != ".." && !part.has_root_path(), "[",
                    (folder / "modules.json").string(), "] expected folders inside, got ", path);
  return folder / path;
}

}  // namespace

SentenceEncoder SentenceEncoder::from_pretrained(const std::string& name_or_path,
                                                 const ModelOptions& options) {
  fs::path folder = folder_of(name_or_path, options.hub());
  const std::string modules_file = (folder / "modules.json").string();
  Pooling pooling;
  bool normalize = false;
  std::string transformer;
  std::vector<Dense> dense;
  if (const JsonValue modules = read_json(modules_file); !modules.is_null()) {
    pooling.pooling_mode_mean_tokens(true);
    for (size_t i = 0; i < modules.size(); ++i) {
      const JsonValue module = modules.at(i);
      const std::string type = module.at("type").string();
      const std::string kind = type.substr(type.rfind('.') + 1);
      const fs::path place = inside(folder, module.at("path").string());
      if (kind == "Transformer") {
        transformer = module.at("path").string();
      } else if (kind == "Pooling") {
        const JsonValue config = read_json(place / "config.json");
        HEARTH_CHECK_AS(FileError, !config.is_null(), "[", (place / "config.json").string(),
                        "] does not exist");
        pooling = Pooling::from_json(config);
      } else if (kind == "Normalize") {
        normalize = true;
      } else if (kind == "Dense") {
        const JsonValue config = read_json(place / "config.json");
        std::string function = "torch.nn.modules.activation.Tanh";
        if (!config.is_null()) read_option(config, "activation_function", function);
        const bool tanh = function.ends_with(".Tanh");
        HEARTH_CHECK_AS(FormatError, tanh || function.ends_with(".Identity"), "[",
                        (place / "config.json").string(),
                        "] expected activation_function Tanh or Identity, got ", function);
        const TensorFile weights = hub::open_weights(place.string());
        dense.push_back(
            {weights.tensor("linear.weight").to(kFloat),
             weights.contains("linear.bias") ? weights.tensor("linear.bias").to(kFloat) : Tensor(),
             tanh});
      } else {
        throw FormatError(cat_str("[", modules_file,
                                  "] expected modules Transformer, Pooling, Dense and Normalize, "
                                  "got ",
                                  type));
      }
    }
  }
  const std::string model =
      transformer.empty() ? name_or_path : inside(folder, transformer).string();
  SentenceEncoder encoder(AutoModel::from_pretrained(model, options),
                          AutoTokenizer::from_pretrained(model, options.hub()), pooling, normalize);
  int64_t width = dense.empty() ? 0 : encoder.dimension();
  for (const Dense& layer : dense) {
    HEARTH_CHECK_AS(
        FormatError,
        layer.weight.dim() == 2 && layer.weight.size(1) == width &&
            (!layer.bias.defined() || layer.bias.sizes() == layer.weight.sizes().slice(0, 1)),
        "[", modules_file, "] expected a Dense module of ", width, " inputs, got ",
        layer.weight.sizes());
    width = layer.weight.size(0);
  }
  encoder.dense_ = std::move(dense);

  const fs::path of_model = transformer.empty() ? folder : inside(folder, transformer);
  if (const JsonValue settings = read_json(of_model / "sentence_bert_config.json");
      !settings.is_null()) {
    int64_t length = encoder.max_seq_length();
    read_option(settings, "max_seq_length", length);
    HEARTH_CHECK_AS(FormatError, length >= 1, "[",
                    (of_model / "sentence_bert_config.json").string(),
                    "] expected max_seq_length of 1 or more, got ", length);
    encoder.set_max_seq_length(length);
  }
  if (const JsonValue settings = read_json(folder / "config_sentence_transformers.json");
      !settings.is_null()) {
    read_option(settings, "default_prompt_name", encoder.default_prompt_name);
    if (settings.contains("prompts") && !settings.at("prompts").is_null())
      for (const std::string& name : settings.at("prompts").keys())
        encoder.prompts.emplace_back(name, settings.at("prompts").at(name).string());
  }
  return encoder;
}

}  // namespace hearth::text
