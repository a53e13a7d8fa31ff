// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/models/ast.h"

#include <algorithm>
#include <cmath>

#include "hearth/audio/compliance/kaldi.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/hub/model_files.h"
#include "hearth/nn/load_weights.h"
#include "hearth/nn/modules/containers.h"
#include "hearth/ops/activation.h"
#include "hearth/ops/attention.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/view.h"

namespace hearth::audio::models {
namespace {

/// A module that only gives names to what lies below it.
struct FolderImpl : nn::Module {};
HEARTH_MODULE(Folder);

std::shared_ptr<FolderImpl> below(nn::Module& module, const std::string& name) {
  return module.register_module(name, Folder().ptr());
}

Tensor drop(const Tensor& x, double p, bool training) {
  return p > 0 && training ? dropout(x, p, true) : x;
}

}  // namespace

int64_t ASTOptions::patches() const {
  const auto positive = [](int64_t n) { return n >= 1 && n <= 1 << 20; };
  HEARTH_CHECK_AS(
      ValueError,
      positive(hidden_size_) && positive(num_hidden_layers_) && positive(num_attention_heads_) &&
          positive(intermediate_size_) && positive(patch_size_) && positive(frequency_stride_) &&
          positive(time_stride_) && positive(max_length_) && positive(num_mel_bins_) &&
          positive(num_labels_) && hidden_size_ % num_attention_heads_ == 0 &&
          num_mel_bins_ >= patch_size_ && max_length_ >= patch_size_,
      "[AST] expected positive sizes, heads that divide hidden_size, and spectra of a patch or "
      "more; "
      "got hidden_size ",
      hidden_size_, ", ", num_hidden_layers_, " layers of ", num_attention_heads_,
      " heads, intermediate_size ", intermediate_size_, ", patches of ", patch_size_, " every ",
      frequency_stride_, " x ", time_stride_, " of ", num_mel_bins_, " x ", max_length_);
  return ((num_mel_bins_ - patch_size_) / frequency_stride_ + 1) *
         ((max_length_ - patch_size_) / time_stride_ + 1);
}

ASTImpl::ASTImpl(const ASTOptions& o) : options(o) {
  const int64_t patches = o.patches(), size = o.hidden_size();
  const auto norm = [&] {
    return nn::LayerNorm(nn::LayerNormOptions({size}).eps(o.layer_norm_eps()));
  };
  const auto transformer = below(*this, "audio_spectrogram_transformer");
  const auto embeddings = below(*transformer, "embeddings");
  cls_token_ = embeddings->register_parameter("cls_token", zeros({1, 1, size}));
  distillation_token_ = embeddings->register_parameter("distillation_token", zeros({1, 1, size}));
  position_embeddings_ =
      embeddings->register_parameter("position_embeddings", zeros({1, patches + 2, size}));
  projection_ =
      below(*embeddings, "patch_embeddings")
          ->register_module("projection",
                            nn::Conv2d(nn::Conv2dOptions(1, size, o.patch_size())
                                           .stride({o.frequency_stride(), o.time_stride()})));
  const auto list = below(*below(*transformer, "encoder"), "layer");
  for (int64_t i = 0; i < o.num_hidden_layers(); ++i) {
    const auto parts = below(*list, std::to_string(i));
    const auto attention = below(*parts, "attention"), self = below(*attention, "attention");
    const auto linear = [](nn::Module& owner, const char* name, int64_t in, int64_t out,
                           bool bias = true) {
      return owner.register_module(name, nn::Linear(nn::LinearOptions(in, out).bias(bias)));
    };
    Layer layer;
    layer.query = linear(*self, "query", size, size, o.qkv_bias());
    layer.key = linear(*self, "key", size, size, o.qkv_bias());
    layer.value = linear(*self, "value", size, size, o.qkv_bias());
    layer.attended = linear(*below(*attention, "output"), "dense", size, size);
    layer.wide = linear(*below(*parts, "intermediate"), "dense", size, o.intermediate_size());
    layer.narrow = linear(*below(*parts, "output"), "dense", o.intermediate_size(), size);
    layer.before = parts->register_module("layernorm_before", norm());
    layer.after = parts->register_module("layernorm_after", norm());
    layers_.push_back(layer);
  }
  layernorm_ = transformer->register_module("layernorm", norm());
  const auto head = below(*this, "classifier");
  head_norm_ = head->register_module("layernorm", norm());
  dense_ = head->register_module("dense", nn::Linear(size, o.num_labels()));
}

ASTImpl::~ASTImpl() = default;

Tensor ASTImpl::attention(const Layer& layer, const Tensor& x) {
  const int64_t n = x.size(0), length = x.size(1), heads = options.num_attention_heads();
  const auto split = [&](nn::Linear linear) {
    return linear(x).reshape({n, length, heads, -1}).transpose(1, 2);
  };
  const Tensor y =
      scaled_dot_product_attention(split(layer.query), split(layer.key), split(layer.value), {},
                                   is_training() ? options.attention_probs_dropout_prob() : 0.0);
  nn::Linear attended = layer.attended;
  return attended(y.transpose(1, 2).reshape({n, length, options.hidden_size()}));
}

Tensor ASTImpl::embed(const Tensor& spectra) {
  HEARTH_CHECK_AS(ShapeError,
                  spectra.dim() == 4 && spectra.size(1) == 1 &&
                      spectra.size(2) == options.num_mel_bins() &&
                      spectra.size(3) == options.max_length(),
                  "[AST] expected spectra [N, 1, ", options.num_mel_bins(), ", ",
                  options.max_length(), "], got ", spectra.sizes());
  const int64_t n = spectra.size(0);
  const auto dropped = [this](const Tensor& x) {
    return drop(x, options.hidden_dropout_prob(), is_training());
  };
  const Tensor patches = projection_(spectra).flatten(2).transpose(1, 2);
  Tensor x = dropped(
      cat({cls_token_.expand({n, -1, -1}), distillation_token_.expand({n, -1, -1}), patches}, 1) +
      position_embeddings_);
  for (Layer& layer : layers_) {
    x = dropped(attention(layer, layer.before(x))) + x;
    x = dropped(layer.narrow(gelu(layer.wide(layer.after(x))))) + x;
  }
  x = layernorm_(x);
  return (x.select(1, 0) + x.select(1, 1)) / 2;
}

Tensor ASTImpl::classify(const Tensor& embedding) { return dense_(head_norm_(embedding)); }

namespace ast {

Tensor features(const Tensor& waveform, const FeatureOptions& options) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() == 1 && is_floating_point(waveform.scalar_type()),
                  "[ast] expected a waveform [time] of floating numbers, got ",
                  waveform.scalar_type(), " ", waveform.sizes());
  HEARTH_CHECK_AS(ValueError, options.max_length() > 0 && options.std() > 0,
                  "[ast] expected positive max_length and std, got ", options.max_length(), " and ",
                  options.std());
  Tensor x = compliance::kaldi::fbank(
      waveform.unsqueeze(0), compliance::kaldi::KaldiOptions()
                                 .sample_frequency(static_cast<double>(options.sampling_rate()))
                                 .window_type("hanning")
                                 .num_mel_bins(options.num_mel_bins()));
  const int64_t frames = x.size(0);
  x = frames < options.max_length() ? constant_pad_nd(x, {0, 0, 0, options.max_length() - frames})
                                    : x.narrow(0, 0, options.max_length());
  if (options.do_normalize()) x = (x - options.mean()) / (2 * options.std());
  return x.transpose(0, 1).unsqueeze(0).unsqueeze(0);
}

Pretrained from_pretrained(const std::string& name_or_path, const hub::HubOptions& options) {
  constexpr const char* kType = "audio-spectrogram-transformer";
  const hub::ModelFiles files = hub::model_files(name_or_path, false, options);
  const hub::ModelSettings settings(files);
  const std::string type = settings.architecture({kType});
  HEARTH_CHECK_AS(FormatError, type == kType, "[", settings.path(), "] is of a ", type,
                  ", expected \"model_type\": \"", kType, "\"");
  Pretrained result;
  result.classes = settings.classes();
  ASTOptions o;
  for (auto [name, number] : {std::pair{"hidden_size", &o.hidden_size()},
                              {"num_hidden_layers", &o.num_hidden_layers()},
                              {"num_attention_heads", &o.num_attention_heads()},
                              {"intermediate_size", &o.intermediate_size()},
                              {"patch_size", &o.patch_size()},
                              {"frequency_stride", &o.frequency_stride()},
                              {"time_stride", &o.time_stride()},
                              {"max_length", &o.max_length()},
                              {"num_mel_bins", &o.num_mel_bins()}})
    if (const auto value = settings.find({name})) *number = value->integer();
  for (auto [name, number] : {std::pair{"hidden_dropout_prob", &o.hidden_dropout_prob()},
                              {"attention_probs_dropout_prob", &o.attention_probs_dropout_prob()},
                              {"layer_norm_eps", &o.layer_norm_eps()}})
    if (const auto value = settings.find({name})) *number = value->number();
  if (const auto bias = settings.find({"qkv_bias"})) o.qkv_bias(bias->boolean());
  if (const auto act = settings.find({"hidden_act"}))
    HEARTH_CHECK_AS(FormatError, act->string() == "gelu", "[", settings.path(),
                    "] \"hidden_act\" is ", act->string(), ", expected gelu");
  o.num_labels(static_cast<int64_t>(result.classes.size()));
  FeatureOptions& f = result.features;
  f.num_mel_bins(o.num_mel_bins()).max_length(o.max_length());
  if (const auto rate = settings.find({"sampling_rate"})) f.sampling_rate(rate->integer());
  if (const auto norm = settings.find({"do_normalize"})) f.do_normalize(norm->boolean());
  if (const auto mean = settings.find({"mean"})) f.mean(mean->number());
  if (const auto deviation = settings.find({"std"})) f.std(deviation->number());

  const auto make = [&](int64_t numbers) -> nn::Module& {
    const int64_t layer =
        4 * o.hidden_size() * o.hidden_size() + 2 * o.hidden_size() * o.intermediate_size();
    const int64_t least = o.patches() * o.hidden_size() + o.num_hidden_layers() * layer;
    HEARTH_CHECK_AS(FormatError, numbers >= least, "the model has ", least,
                    " weights and more, the file ", numbers);
    result.model = AST(o);
    return *result.model;
  };
  nn::load_weights(TensorFile(files.weights), "AST", make);
  result.model->eval();
  return result;
}

}  // namespace ast
}  // namespace hearth::audio::models
