// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/from_pretrained.h"

#include <nlohmann/json.hpp>

namespace hearth::audio {
namespace {

/// Each number of a spec by its name in config.json. Function gets the name and the number.
template <typename Spec, typename Function>
void for_each_number(Spec& spec, const Function& function) {
  auto& f = spec.front_end;
  function("sampling_rate", f.sample_rate);
  function("num_samples", spec.samples);
  function("num_mel_bins", f.n_mels);
  function("n_fft", f.n_fft);
  function("win_length", f.win_length);
  function("hop_length", f.hop_length);
  function("f_min", f.f_min);
  function("f_max", f.f_max);
  function("mean", f.mean);
  function("std", f.stddev);
}

ClassifierSpec spec_of(const hub::ModelFiles& files) {
  const hub::ModelSettings settings(files);
  ClassifierSpec spec;
  spec.model = settings.architecture(models::classifier_names());
  spec.classes = settings.classes();
  if (const auto dataset = settings.find({"dataset"})) spec.dataset = dataset->string();
  for_each_number(spec, [&](const char* name, auto& number) {
    const auto value = settings.find({name});
    if (!value) return;
    if constexpr (std::is_integral_v<std::decay_t<decltype(number)>>) {
      number = value->integer();
    } else {
      number = value->number();
    }
  });
  return spec;
}

}  // namespace

Classifier from_pretrained(const std::string& name_or_path, const PretrainedOptions& options) {
  return hub::open_model<Classifier>(name_or_path, options, spec_of);
}

void save_pretrained(const Classifier& classifier, const std::string& folder) {
  const ClassifierSpec& spec = classifier.spec();
  nlohmann::ordered_json config{{"model_type", spec.model}, {"dataset", spec.dataset}};
  for_each_number(spec, [&](const char* name, const auto& number) { config[name] = number; });
  config["id2label"] = nlohmann::ordered_json::object();
  for (size_t i = 0; i < spec.classes.size(); ++i)
    config["id2label"][std::to_string(i)] = spec.classes[i];
  hub::save_model_files(folder,
                        config.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                        [&](const std::string& path) { classifier.save(path); });
}

}  // namespace hearth::audio
