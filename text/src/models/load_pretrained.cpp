// SPDX-License-Identifier: Apache-2.0
#include "models/load_pretrained.h"

#include <map>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/nn/init.h"

#include "models/config_json.h"
#include "models/init_weights.h"
#include "models/loading_errors.h"

namespace hearth::text {

using data::readers::JsonValue;

namespace {

/// A few names for people.
std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kMost = 8;
  std::string text;
  for (size_t i = 0; i < names.size() && i < kMost; ++i) text += (i ? ", " : "") + names[i];
  return names.size() > kMost ? cat_str(text, " and ", names.size() - kMost, " more") : text;
}

/// A tensor of the model, which may stand under several names.
struct Place {
  std::vector<std::string> names;
  Tensor tensor;
};

std::vector<Place> places_of(const nn::Module& model) {
  std::vector<Place> places;
  std::map<const void*, size_t> known;
  auto parameters = model.named_parameters();
  auto buffers = model.named_buffers();
  for (const auto& item : model.state_dict()) {
    const auto [at, fresh] = known.emplace(item.value().const_data_ptr(), places.size());
    if (fresh) places.emplace_back();
    Place& place = places[at->second];
    place.names.push_back(item.key());
    // Not those of state_dict, which are handles of their own.
    if (const Tensor* parameter = parameters.find(item.key())) place.tensor = *parameter;
    if (const Tensor* buffer = buffers.find(item.key())) place.tensor = *buffer;
  }
  return places;
}

/// What weights become.
ScalarType dtype_for(const JsonValue& config, const TensorFile& file, const ModelOptions& options) {
  if (options.dtype()) return *options.dtype();
  std::string name;
  read_option(config, "torch_dtype", name);
  read_option(config, "dtype", name);
  for (const ScalarType type : {kFloat, kHalf, kBFloat16, kDouble})
    if (name == dtype_name(type)) return type;
  for (const std::string& key : file.keys())
    if (is_floating_point(file.dtype(key))) return file.dtype(key);
  return kFloat;
}

class Loading {
 public:
  Loading(const ModelRow& row, const TensorFile& file, const ModelOptions& options)
      : row_(row), base_(*row.base ? cat_str(row.base, ".") : ""), file_(file), options_(options) {
    for (const std::string& key : file.keys()) {
      const std::string name = row.renamed ? row.renamed(key) : key;
      if (name.empty()) continue;
      given_[name] = key;
      prefixed_ = prefixed_ || name.starts_with(base_);
    }
  }

  std::shared_ptr<PreTrainedModelImpl> run(JsonValue config) {
    if (row_.optional && row_.head == Head::None && !has_optional()) {
      ConfigEditor editor(config);
      editor.set("add_pooling_layer", false);
      config = editor.value();
    }
    int64_t numbers = 0;
    for (const std::string& key : file_.keys()) {
      int64_t n = 1;
      for (const int64_t size : file_.sizes(key)) n *= size;
      numbers += n;
    }
    const int64_t least = row_.least_weights(config);
    HEARTH_CHECK_AS(FormatError, numbers >= least, "the model has ", least,
                    " weights and more, the file ", numbers);
    std::shared_ptr<PreTrainedModelImpl> model;
    {
      const nn::init::SkipGuard no_random;
      model = row_.make(config);
    }
    model->set_config(config);
    read_option(config, "initializer_range", deviation_);
    const NoGradGuard no_grad;
    fill(*model, dtype_for(config, file_, options_));
    model->eval();
    return model;
  }

  LoadingInfo info;

 private:
  bool has_optional() const {
    const std::string part = cat_str(row_.optional, ".");
    for (const auto& [name, key] : given_)
      if (name.starts_with(part) || name.starts_with(base_ + part)) return true;
    return false;
  }

  /// Keys of the file by the names that this model would have for them.
  std::map<std::string, std::string> by_model(const nn::Module& model) {
    std::map<std::string, std::string> named;
    const auto state = model.state_dict();
    for (const auto& [name, key] : given_) {
      if (row_.head == Head::None) {
        if (name.starts_with(base_)) {
          named[name.substr(base_.size())] = key;
        } else if (prefixed_) {
          info.unexpected_keys.push_back(name);
        } else {
          named[name] = key;
        }
      } else {
        named[prefixed_ || state.contains(name) ? name : base_ + name] = key;
      }
    }
    return named;
  }

  /// Whether a name lies in what all of the family have, and must be there.
  bool in_base(const std::string& name) const {
    const std::string optional = row_.optional ? cat_str(row_.optional, ".") : "";
    if (row_.head == Head::None) return optional.empty() || !name.starts_with(optional);
    return name.starts_with(base_) && (optional.empty() || !name.starts_with(base_ + optional));
  }

  /// Values for all tensors, once it is clear that nothing is wrong.
  void fill(nn::Module& model, ScalarType dtype) {
    std::map<std::string, std::string> named = by_model(model);
    std::vector<std::pair<Place, std::string>> values;
    std::vector<std::string> missing, unexpected, mismatched;
    for (Place& place : places_of(model)) {
      std::string from;
      for (const std::string& name : place.names) {
        const auto at = named.find(name);
        if (at == named.end()) continue;
        if (from.empty()) from = at->second;
        named.erase(at);
      }
      const std::string& name = place.names[0];
      const bool fits = !from.empty() && file_.sizes(from) == place.tensor.sizes();
      if (!fits && options_.new_head() && !in_base(name)) {
        info.missing_keys.push_back(name);
        from.clear();
      } else if (from.empty()) {
        missing.push_back(name);
      } else if (!fits) {
        mismatched.push_back(cat_str(name, ": ", file_.sizes(from), " in the file, ",
                                     place.tensor.sizes(), " in the model"));
      }
      values.emplace_back(std::move(place), std::move(from));
    }
    for (const auto& [name, key] : named)
      (in_base(name) ? unexpected : info.unexpected_keys).push_back(name);
    std::string problems;
    if (!missing.empty()) problems += "\n\tmissing: " + listed(missing);
    if (!unexpected.empty()) problems += "\n\tunexpected: " + listed(unexpected);
    if (!mismatched.empty()) problems += "\n\tsize mismatch for " + listed(mismatched);
    HEARTH_CHECK_AS(FormatError, problems.empty(), problems);
    for (auto& [place, from] : values) {
      if (from.empty()) init_weight(place.names[0], place.tensor, deviation_);
      const Tensor source = from.empty() ? place.tensor.detach() : file_.tensor(from);
      const bool floating = is_floating_point(place.tensor.scalar_type());
      // A copy in any case: memory of a mapped file is slow to read at random.
      place.tensor.set_data(source.to(floating ? dtype : place.tensor.scalar_type(),
                                      /*non_blocking=*/false,
                                      /*copy=*/true));
    }
  }

  const ModelRow& row_;
  const std::string base_;  ///< with its dot
  const TensorFile& file_;
  const ModelOptions& options_;
  std::map<std::string, std::string> given_;  ///< keys by names of today
  bool prefixed_ = false;
  double deviation_ = 0.02;
};

}  // namespace

std::string todays_name(const std::string& key) {
  for (const char* buffer : {"position_ids", "token_type_ids"})
    if (key.ends_with(buffer)) return "";
  for (const auto& [old, name] : {std::pair{".gamma", ".weight"}, {".beta", ".bias"}})
    if (key.ends_with(old)) return key.substr(0, key.size() - std::string_view(old).size()) + name;
  return key;
}

std::shared_ptr<PreTrainedModelImpl> load_pretrained(const ModelRow& row, const JsonValue& config,
                                                     const TensorFile& file,
                                                     const ModelOptions& options,
                                                     LoadingInfo* info) {
  Loading loading(row, file, options);
  auto model = with_source(file.source(),
                           cat_str("does not hold the ", row.architecture, " that is expected"),
                           [&] { return loading.run(config); });
  if (info) *info = std::move(loading.info);
  return model;
}

}  // namespace hearth::text
