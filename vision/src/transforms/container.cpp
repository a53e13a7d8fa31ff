// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/container.h"

#include <utility>

#include "hearth/base/error.h"

#include "transforms/describe.h"
#include "transforms/draw.h"

namespace hearth::vision::transforms {
namespace {

/// Draws the parameters of a step and does it.
Params step(const AnyTransform& transform, Sample& sample, Generator& generator) {
  Params params = transform->sample(sample, generator);
  sample = transform->apply(sample, params);
  return params;
}

const Params& params_of_step(const Params& params, size_t i, const char* who) {
  HEARTH_CHECK_AS(ValueError, i < params.steps.size(), "[", who,
                  "] expected the parameters of each step, got those of ", params.steps.size());
  return params.steps[i];
}

std::string lines_of(const std::string& name, const std::vector<AnyTransform>& transforms) {
  std::string text = name + "(";
  for (const AnyTransform& t : transforms) {
    text += "\n    ";
    for (const char c : t->describe())
      text += c == '\n' ? std::string("\n    ") : std::string(1, c);
  }
  return text + "\n)";
}

std::string list_of(const std::vector<AnyTransform>& transforms) {
  std::vector<std::string> all;
  for (const AnyTransform& t : transforms) all.push_back(t->describe());
  return text_of(all);
}

}  // namespace

Compose::Compose(std::vector<AnyTransform> transforms) : transforms_(std::move(transforms)) {}

Sample Compose::run(const Sample& sample, Generator& generator) const {
  Sample out = sample;
  for (const AnyTransform& t : transforms_) out = t->run(out, generator);
  return out;
}

Params Compose::sample(const Sample& sample, Generator& generator) const {
  Params params;
  Sample out = sample;
  for (const AnyTransform& t : transforms_) params.steps.push_back(step(t, out, generator));
  return params;
}

Sample Compose::apply(const Sample& sample, const Params& params) const {
  Sample out = sample;
  for (size_t i = 0; i < transforms_.size(); ++i)
    out = transforms_[i]->apply(out, params_of_step(params, i, "Compose"));
  return out;
}

std::string Compose::describe() const { return lines_of("Compose", transforms_); }

RandomApply::RandomApply(std::vector<AnyTransform> transforms, double p)
    : steps_(std::move(transforms)), p_(p) {
  HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1,
                  "[RandomApply] expected a probability between 0 and 1, got ", p);
}

Sample RandomApply::run(const Sample& sample, Generator& generator) const {
  return draw::chance(generator, p_) ? steps_.run(sample, generator) : sample;
}

Params RandomApply::sample(const Sample& sample, Generator& generator) const {
  const bool applies = draw::chance(generator, p_);
  Params params{{"apply", applies}};
  if (applies) params.steps = steps_.sample(sample, generator).steps;
  return params;
}

Sample RandomApply::apply(const Sample& sample, const Params& params) const {
  return params["apply"] != 0 ? steps_.apply(sample, params) : sample;
}

std::string RandomApply::describe() const { return lines_of("RandomApply", steps_.transforms()); }

RandomChoice::RandomChoice(std::vector<AnyTransform> transforms, std::vector<double> p)
    : transforms_(std::move(transforms)), p_(std::move(p)) {
  HEARTH_CHECK_AS(ValueError, !transforms_.empty(), "[RandomChoice] expected transforms, got none");
  if (p_.empty()) p_.assign(transforms_.size(), 1);
  HEARTH_CHECK_AS(ValueError, p_.size() == transforms_.size(), "[RandomChoice] expected ",
                  transforms_.size(), " weights, one for each transform, got ", p_.size());
  double sum = 0;
  for (const double v : p_) {
    HEARTH_CHECK_AS(ValueError, v >= 0, "[RandomChoice] expected weights of at least 0, got ", v);
    sum += v;
  }
  HEARTH_CHECK_AS(ValueError, sum > 0, "[RandomChoice] expected a weight above 0, got none");
  for (double& v : p_) v /= sum;
}

Sample RandomChoice::run(const Sample& sample, Generator& generator) const {
  int64_t index = 0;
  return drawn(generator, index)->run(sample, generator);
}

Params RandomChoice::sample(const Sample& sample, Generator& generator) const {
  int64_t index = 0;
  const AnyTransform& chosen = drawn(generator, index);
  Params params{{"index", static_cast<double>(index)}};
  params.steps.push_back(chosen->sample(sample, generator));
  return params;
}

Sample RandomChoice::apply(const Sample& sample, const Params& params) const {
  const int64_t index = params.integer("index");
  HEARTH_CHECK_AS(ValueError, index >= 0 && index < static_cast<int64_t>(transforms_.size()),
                  "[RandomChoice] expected an index below ", transforms_.size(), ", got ", index);
  return transforms_[static_cast<size_t>(index)]->apply(sample,
                                                        params_of_step(params, 0, "RandomChoice"));
}

std::string RandomChoice::describe() const {
  return Description("RandomChoice").arg("transforms", list_of(transforms_)).arg("p", p_);
}

const AnyTransform& RandomChoice::drawn(Generator& generator, int64_t& index) const {
  index = draw::weighted(generator, p_);
  return transforms_[static_cast<size_t>(index)];
}

RandomOrder::RandomOrder(std::vector<AnyTransform> transforms)
    : transforms_(std::move(transforms)) {}

Sample RandomOrder::run(const Sample& sample, Generator& generator) const {
  Sample out = sample;
  for (const int64_t i : draw::permutation(generator, static_cast<int64_t>(transforms_.size())))
    out = transforms_[static_cast<size_t>(i)]->run(out, generator);
  return out;
}

Params RandomOrder::sample(const Sample& sample, Generator& generator) const {
  Params params;
  Sample out = sample;
  for (const int64_t i : draw::permutation(generator, static_cast<int64_t>(transforms_.size()))) {
    params.numbers.emplace_back(std::to_string(params.steps.size()), static_cast<double>(i));
    params.steps.push_back(step(transforms_[static_cast<size_t>(i)], out, generator));
  }
  return params;
}

Sample RandomOrder::apply(const Sample& sample, const Params& params) const {
  Sample out = sample;
  for (size_t i = 0; i < transforms_.size(); ++i) {
    const int64_t which = params.integer(std::to_string(i));
    HEARTH_CHECK_AS(ValueError, which >= 0 && which < static_cast<int64_t>(transforms_.size()),
                    "[RandomOrder] expected an index below ", transforms_.size(), ", got ", which);
    out = transforms_[static_cast<size_t>(which)]->apply(out,
                                                         params_of_step(params, i, "RandomOrder"));
  }
  return out;
}

std::string RandomOrder::describe() const {
  return Description("RandomOrder").arg("transforms", list_of(transforms_));
}

Lambda::Lambda(Callable<Tensor(const Tensor&)> of_image)
    : function_([of_image](const Item& item) -> Item {
        const auto* image = std::get_if<Image>(&item);
        return image ? Item(Image{of_image(image->data)}) : item;
      }) {}

Lambda::Lambda(Callable<Item(const Item&)> of_item) : function_(std::move(of_item)) {}

Sample Lambda::apply(const Sample& sample, const Params&) const {
  Sample out = sample;
  for (auto& [name, item] : out.items()) item = function_(item);
  return out;
}

std::string Lambda::describe() const { return "Lambda()"; }

Sample Identity::apply(const Sample& sample, const Params&) const { return sample; }

std::string Identity::describe() const { return "Identity()"; }

}  // namespace hearth::vision::transforms
