// SPDX-License-Identifier: Apache-2.0
#include "gguf/load_gguf.h"

#include <map>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/nn/init.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "gguf/gguf_names.h"
#include "models/config_json.h"
#include "models/loading_errors.h"
#include "models/matrix.h"

namespace hearth::text {

using data::readers::JsonValue;

namespace {

/// Where Hugging Face's rows lie among those of a tensor of `heads` heads.
Tensor turned_rows(int64_t rows, int64_t heads) {
  const int64_t half = rows / heads / 2;
  std::vector<int64_t> at;
  for (int64_t h = 0; h < heads; ++h)
    for (int64_t part = 0; part < 2; ++part)
      for (int64_t i = 0; i < half; ++i) at.push_back((h * half + i) * 2 + part);
  return tensor(at, kLong);
}

class Loading {
 public:
  Loading(const ModelRow& row, const GgufFile& file, const ModelOptions& options)
      : row_(row), file_(file), options_(options) {}

  std::shared_ptr<PreTrainedModelImpl> run(const JsonValue& config) {
    HEARTH_CHECK_AS(FormatError, row_.head == Head::None || row_.head == Head::CausalLM,
                    "files of this kind hold no head for ", to_string(row_.head));
    double numbers = 0;
    for (const std::string& key : file_.keys()) {
      double n = 1;
      for (const int64_t size : file_.sizes(key)) n *= static_cast<double>(size);
      numbers += n;
    }
    const int64_t least = row_.least_weights(config);
    HEARTH_CHECK_AS(FormatError, numbers >= static_cast<double>(least), "the model has ", least,
                    " weights and more, the file ", numbers);
    read_option(config, row_.type == std::string("gpt2") ? "n_head" : "num_attention_heads",
                query_heads_);
    key_heads_ = query_heads_;
    read_option(config, "num_key_value_heads", key_heads_);
    std::shared_ptr<PreTrainedModelImpl> model;
    {
      const nn::init::SkipGuard no_random;
      model = row_.make(config);
    }
    const NoGradGuard no_grad;
    dtype_ = options_.dtype().value_or(own_dtype());
    fill(*model);
    ConfigEditor settled(config);
    if (quantized_) settled.set("quantization_config", JsonValue(R"({"quant_method": "gguf"})"));
    model->set_config(settled.value());
    model->eval();
    return model;
  }

 private:
  /// Of plain weights, that of the embeddings.
  ScalarType own_dtype() const {
    const Tensor embeddings = file_.tensor("token_embd.weight");
    return is_floating_point(embeddings.scalar_type()) ? embeddings.scalar_type() : kFloat;
  }

  /// The file's tensors by the model's names.
  struct Source {
    std::string key;
    GgufLayout layout;
  };
  std::map<std::string, Source> sources() const {
    const std::string base = cat_str(row_.base, ".");
    std::map<std::string, Source> all;
    for (const std::string& key : file_.keys()) {
      const std::optional<GgufPlace> place = gguf_place(row_.type, key);
      HEARTH_CHECK_AS(FormatError, place, "unexpected tensor ", key);
      std::string name = place->name;
      if (name.empty()) continue;
      if (row_.head == Head::None) {
        if (!name.starts_with(base)) continue;
        name = name.substr(base.size());
      }
      all.emplace(std::move(name), Source{key, place->layout});
    }
    return all;
  }

  void fill(nn::Module& model) {
    std::map<std::string, Source> given = sources();
    std::map<std::string, MatrixImpl*> matrices;
    for (const auto& item : model.named_modules("", false))
      if (auto* matrix = dynamic_cast<MatrixImpl*>(item.value().get()))
        matrices[item.key() + ".weight"] = matrix;
    for (const auto& item : model.named_parameters()) {
      const std::string& name = item.key();
      const auto found = given.find(name);
      HEARTH_CHECK_AS(FormatError, found != given.end(), "missing: ", name);
      const Source source = found->second;
      given.erase(found);
      const auto matrix = matrices.find(name);
      const std::optional<BlockFormat> format = file_.format(source.key);
      const bool packed = format && !options_.dequantize() && matrix != matrices.end() &&
                          source.layout != GgufLayout::Transposed;
      Tensor value = laid_out(
          packed ? file_.tensor(source.key) : file_.numbers_of(source.key, kFloat), source);
      if (packed) {
        quantized_ = true;
        matrix->second->store_blocks(value, *format, options_.fast(), dtype_);
        continue;
      }
      Tensor parameter = item.value();
      HEARTH_CHECK_AS(FormatError, value.sizes() == parameter.sizes(), "size mismatch for ", name,
                      " (", source.key, "): ", value.sizes(), " in the file, ", parameter.sizes(),
                      " in the model");
      parameter.set_data(value.to(dtype_));
    }
    HEARTH_CHECK_AS(FormatError, given.empty(), "unexpected tensor ", given.begin()->second.key);
  }

  /// A copy in memory of its own with Hugging Face's layout: numbers, or rows of bytes.
  Tensor laid_out(const Tensor& t, const Source& source) const {
    switch (source.layout) {
      case GgufLayout::TurnedQuery:
      case GgufLayout::TurnedKey: {
        const int64_t heads = source.layout == GgufLayout::TurnedQuery ? query_heads_ : key_heads_;
        HEARTH_CHECK_AS(FormatError, t.dim() >= 1 && heads > 0 && t.size(0) % (2 * heads) == 0,
                        "tensor ", source.key, " of sizes ", t.sizes(), " has no ", heads,
                        " heads");
        return t.index_select(0, turned_rows(t.size(0), heads));
      }
      case GgufLayout::PlusOne:
        return t - 1;
      case GgufLayout::Transposed:
        HEARTH_CHECK_AS(FormatError, t.dim() == 2, "tensor ", source.key,
                        " is no matrix, it has sizes ", t.sizes());
        return t.t().contiguous();
      case GgufLayout::Same:
        return t.clone();
    }
    __builtin_unreachable();
  }

  const ModelRow& row_;
  const GgufFile& file_;
  const ModelOptions& options_;
  ScalarType dtype_ = kFloat;
  int64_t query_heads_ = 0, key_heads_ = 0;
  bool quantized_ = false;
};

}  // namespace

std::shared_ptr<PreTrainedModelImpl> load_gguf(const ModelRow& row, const JsonValue& config,
                                               const GgufFile& file, const ModelOptions& options) {
  return with_source(file.source(),
                     cat_str("does not hold the ", row.architecture, " that is expected"),
                     [&] { return Loading(row, file, options).run(config); });
}

}  // namespace hearth::text
