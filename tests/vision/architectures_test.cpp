// SPDX-License-Identifier: Apache-2.0
// Every architecture against torchvision's: the names and shapes of its state, its scores and what
// is inside, with all values of the state by formula. tests/golden/cases_architectures.py made the
// numbers; it says what they are and holds the same formulas.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/base/default_device.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/models/image_classifier.h"
#include "hearth/vision/models/summary.h"

#include "core/golden/runner.h"
#include "vision/formula_state.h"

namespace hearth::golden {
namespace {

using vision::models::create_model;
using vision::models::ImageClassifierImpl;
using vision::models::ModelOptions;

constexpr int64_t kSamples = 16;
constexpr double kAllowed = 1e-4;

void set_state(const nn::Module& net, double gain) {
  for (const auto& item : net.state_dict())
    if (item.value().is_floating_point()) set_values(item.value(), item.key(), gain);
}

std::shared_ptr<ImageClassifierImpl> unset_model(const std::string& name, const ModelOptions& o) {
  const nn::init::SkipGuard unset;
  return create_model(name, o);
}

/// As `hash32` of golden.py.
uint32_t hash32(uint32_t i, uint32_t seed) {
  uint32_t x = (i + 1) * 0x9E3779B9U + seed * 0x85EBCA6BU;
  x = (x ^ x >> 16) * 0x7FEB352DU;
  x = (x ^ x >> 15) * 0x846CA68BU;
  return x ^ x >> 16;
}

/// The largest absolute value, the mean, and some of the values.
Tensor digest(const Tensor& t) {
  const Tensor flat = t.reshape({-1});
  const auto n = static_cast<uint32_t>(flat.numel());
  std::vector<int64_t> samples;
  for (uint32_t i = 0; i < kSamples; ++i) samples.push_back(hash32(i, n) % n);
  return cat({flat.abs().max().view({1}), flat.to(kDouble).mean().to(kFloat).view({1}),
              flat.index_select(0, tensor(samples))});
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> found;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    found.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

/// The scores, and digests of the nodes.
Outputs numbers_of(ImageClassifierImpl& net, const std::vector<std::string>& nodes,
                   const Tensor& images) {
  std::map<std::string, Tensor> seen;
  std::vector<unsigned> hooks;
  for (const std::string& node : nodes)
    hooks.push_back(net.get_submodule(node)->register_forward_hook(
        [&seen, node](nn::Module&, const std::vector<Tensor>&, std::vector<Tensor>& out) {
          seen[node] = digest(out.at(0).clone());  // what follows may write in place
        }));
  Outputs numbers{net.forward(images)};
  for (size_t i = 0; i < nodes.size(); ++i) {
    net.get_submodule(nodes[i])->remove_hook(hooks[i]);
    numbers.push_back(seen[nodes[i]]);
  }
  return numbers;
}

/// A digest of the images' gradient, by a sum of the scores with weights.
Tensor gradient_of(ImageClassifierImpl& net, const Tensor& pixels) {
  const Tensor images = pixels.detach().clone();
  images.set_requires_grad(true);
  const Tensor scores = net.forward(images);
  (scores * linspace(-1, 1, scores.numel()).reshape(scores.sizes())).sum().backward();
  return digest(images.grad());
}

/// The largest difference, as a multiple of what is allowed: a part of the largest value.
double difference(const Outputs& got, const Outputs& want) {
  double most = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    const Tensor by = (got[i] - want[i]).abs().max() / (want[i].abs().max() * kAllowed);
    const auto times = by.item<double>();
    if (!(times <= most)) most = times;  // NaN as well
  }
  return most;
}

Outputs expected(const Case& c) {
  Outputs all;
  for (const Expected& e : c.outputs) {
    Tensor t = hearth::empty(e.sizes);
    std::memcpy(t.data_ptr<float>(), e.data.data(), e.data.size());
    all.push_back(t);
  }
  return all;
}

constexpr const char* kFile = "tests/golden/architectures.bin";

class Logits : public ::testing::TestWithParam<OpCases> {};
TEST_P(Logits, AreTorchvisions) {
  for (const Case& c : GetParam().cases()) {
    Args args(c);
    if (args.b("large", false) && !std::getenv("HEARTH_TEST_LARGE"))
      GTEST_SKIP() << "gigabytes of weights; HEARTH_TEST_LARGE=1 runs it";
    const auto net = unset_model(
        c.variant, ModelOptions().num_classes(10).image_size({args[0].size(2), args[0].size(3)}));
    set_state(*net, args.f("gain"));
    net->eval();
    Outputs want = expected(c);
    const bool gradient = args.b("gradient", false);
    const Tensor wanted_gradient = gradient ? want.back() : Tensor();
    if (gradient) want.pop_back();
    const double span = (want[0].max() - want[0].min()).item<double>();
    EXPECT_GT(span, 0.1);
    EXPECT_LT(span, 100);
    double by = 0;
    {
      const NoGradGuard no_grad;
      by = difference(numbers_of(*net, words(args.s("nodes")), args[0]), want);
    }
    EXPECT_LE(by, 1) << c.variant;
    if (gradient) {
      // In the layout that classifiers use. Where a ReLU is nearly at 0, its gradient is anybody's
      // guess.
      net->to(MemoryFormat::ChannelsLast);
      const Tensor images = args[0].contiguous(MemoryFormat::ChannelsLast);
      EXPECT_LE(difference({gradient_of(*net, images)}, {wanted_gradient}), 10) << c.variant;
    }
    RecordProperty("difference", std::to_string(by));
  }
}

std::vector<OpCases> cases_of(const std::string& kind) {
  std::vector<OpCases> all;
  for (const OpCases& cases : operators_of("architectures"))
    if (cases.op.starts_with(kind + ".")) all.push_back(cases);
  return all;
}
INSTANTIATE_TEST_SUITE_P(Architectures, Logits, ::testing::ValuesIn(cases_of("logits")), test_name);

/// How often what is allowed a number changes, to first order, where tensors of the state are
/// others.
class Sensitivity {
 public:
  Sensitivity(ImageClassifierImpl& net, const std::vector<std::string>& nodes, double gain,
              const Tensor& images)
      : gain_(gain) {
    for (const auto& item : net.state_dict()) {
      const std::string& key = item.key();
      // Heads that only training has are beside the scores.
      if (!item.value().is_floating_point() || key.starts_with("aux") || key.starts_with("Aux"))
        continue;
      state_[key] = item.value();
      shown_[key] = 0;
    }
    for (const auto& p : net.named_parameters()) leaves_[p.key()] = p.value();
    for (const auto& b : net.named_buffers())
      if (state_.contains(b.key()) && !is_statistic(b.key()))
        leaves_[b.key()] = b.value().set_requires_grad(true);
    numbers_ = numbers_of(net, nodes, images);
  }

  /// Follows number after number back, until each tensor has shown itself `enough`.
  void look(double enough) {
    for (int64_t i = 0; i < numbers_[0].numel(); ++i)
      for (const Tensor& numbers : numbers_)
        if (i < numbers.numel() && weakest().second <= enough)
          follow(numbers.view({-1}), i, enough);
  }

  std::pair<std::string, double> weakest() const {
    return *std::min_element(shown_.begin(), shown_.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; });
  }

 private:
  static bool is_statistic(const std::string& key) {
    return key.ends_with(".running_mean") || key.ends_with(".running_var");
  }
  static std::string beside(const std::string& key, const char* leaf) {
    return key.substr(0, key.rfind('.') + 1) + leaf;
  }
  /// Whose gradient tells of a tensor: statistics act as a norm's bias and weight do.
  static std::string leaf_of(const std::string& key) {
    if (key.ends_with(".running_mean")) return beside(key, "bias");
    if (key.ends_with(".running_var")) return beside(key, "weight");
    return key;
  }
  Tensor another(const std::string& key) const {
    const Tensor t = empty_like(state_.at(key));
    set_values(t, key, gain_, 1);
    return t;
  }
  /// Of what `leaf_of` names, if the tensor is another. A norm's eps is nothing beside variances.
  Tensor change_of(const std::string& key) const {
    const NoGradGuard no_grad;
    const Tensor& now = state_.at(key);
    if (!is_statistic(key)) return another(key) - now;
    const Tensor& weight = state_.at(beside(key, "weight"));
    if (key.ends_with(".running_var")) return ((now / another(key)).sqrt() - 1) * weight;
    return (now - another(key)) * weight / state_.at(beside(key, "running_var")).sqrt();
  }

  void follow(const Tensor& numbers, int64_t i, double enough) {
    std::map<std::string, size_t> places;
    std::vector<Tensor> asked;
    for (const auto& [key, by] : shown_)
      if (by <= enough && places.try_emplace(leaf_of(key), asked.size()).second)
        asked.push_back(leaves_.at(leaf_of(key)));
    const auto gradients = autograd::grad({numbers[i]}, asked, {}, /*retain_graph=*/true,
                                          /*create_graph=*/false, /*allow_unused=*/true);
    const double allowed = numbers.detach().abs().max().item<double>() * kAllowed;
    for (auto& [key, by] : shown_) {
      if (by > enough) continue;
      const Tensor& gradient = gradients[places.at(leaf_of(key))];
      if (!gradient.defined()) continue;
      const double change = std::abs((gradient * change_of(key)).sum().item<double>());
      EXPECT_TRUE(std::isfinite(change)) << key;
      by = std::max(by, change / allowed);
    }
  }

  double gain_;
  std::map<std::string, Tensor> state_, leaves_;
  std::map<std::string, double> shown_;
  Outputs numbers_;
};

/// A tensor of the state with other values must show in the numbers by more than this.
constexpr double kShown = 3;

TEST_P(Logits, DifferWhereAnyTensorOfTheStateIsWrong) {
  for (const Case& c : GetParam().cases()) {
    Args args(c);
    if (args.b("large", false) && !std::getenv("HEARTH_TEST_LARGE"))
      GTEST_SKIP() << "gigabytes of weights; HEARTH_TEST_LARGE=1 runs it";
    const double gain = args.f("gain");
    const auto net = unset_model(
        c.variant, ModelOptions().num_classes(10).image_size({args[0].size(2), args[0].size(3)}));
    set_state(*net, gain);
    net->eval();
    Sensitivity sensitivity(*net, words(args.s("nodes")), gain, args[0]);
    sensitivity.look(kShown);
    const auto [key, by] = sensitivity.weakest();
    EXPECT_GT(by, kShown) << c.variant << " " << key;
    // The least of them not to first order.
    const NoGradGuard no_grad;
    Outputs want = expected(c);
    want.resize(1 + words(args.s("nodes")).size());
    set_values(net->state_dict()[key], key, gain, 1);
    const double truly = difference(numbers_of(*net, words(args.s("nodes")), args[0]), want);
    EXPECT_GT(truly, kShown) << c.variant << " " << key;
    RecordProperty("least", key + " " + std::to_string(by) + " " + std::to_string(truly));
  }
}

TEST(Architectures, HaveTorchvisionsNamesAndShapes) {
  const DefaultDeviceGuard meta(kMeta);
  const auto known = vision::models::list_models();
  for (const OpCases& cases : cases_of("state")) {
    for (const Case& c : cases.cases()) {
      if (std::find(known.begin(), known.end(), c.variant) == known.end()) continue;
      Args args(c);
      const auto net = unset_model(c.variant, {});
      const auto state = net->state_dict();
      std::string lines;
      for (const auto& item : state) {
        const auto& sizes = item.value().sizes();
        lines += item.key() + " [";
        for (size_t d = 0; d < sizes.size(); ++d)
          lines += (d > 0 ? ", " : "") + std::to_string(sizes[d]);
        lines += "]\n";
      }
      int64_t parameters = 0;
      for (const Tensor& p : net->parameters()) parameters += p.numel();
      EXPECT_EQ(state.size(), static_cast<size_t>(args.i("entries"))) << c.variant;
      EXPECT_EQ(parameters, args.i("parameters")) << c.variant;
      EXPECT_EQ(static_cast<int64_t>(fnv1a<uint64_t>(lines, 0xCBF29CE484222325U, 0x100000001B3U)),
                args.i("digest"))
          << c.variant << (lines.size() < 20000 ? ":\n" + lines : "");
    }
  }
}

TEST(Architectures, MultiplyAsOftenAsTorchvisions) {
  const auto known = vision::models::list_models();
  for (const OpCases& cases : cases_of("state")) {
    for (const Case& c : cases.cases()) {
      if (std::find(known.begin(), known.end(), c.variant) == known.end()) continue;
      Args args(c);
      const int64_t side = args.i("size");
      const auto summary =
          vision::models::summary(c.variant, ModelOptions().image_size({side, side}));
      EXPECT_NEAR(static_cast<double>(summary.macs) * 1e-9, args.f("gmacs"), 6e-4) << c.variant;
    }
  }
}

}  // namespace
}  // namespace hearth::golden
