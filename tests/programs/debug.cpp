// SPDX-License-Identifier: Apache-2.0
// Built without optimization, where nothing of a template is inlined: every member that the headers
// leave to the library must be in it.
#include <cstdio>
#include <memory>
#include <string>

#include <hearth/hearth.h>

using hearth::OrderedDict;
using hearth::Tensor;
namespace nn = hearth::nn;

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("failed: %s\n", what);
  ++failures;
}

bool same_value(const Tensor& a, const Tensor& b) { return a.is_same(b); }
template <class T>
bool same_value(const std::shared_ptr<T>& a, const std::shared_ptr<T>& b) {
  return a == b;
}

/// Uses every member of a dict.
template <class V>
void use(OrderedDict<std::string, V> dict, const V& value) {
  using Dict = OrderedDict<std::string, V>;
  const Dict& same = dict;
  dict.reserve(4);
  const size_t n = dict.size();
  dict.insert("new", value);
  expect(dict.size() == n + 1 && same.contains("new"), "insert");
  expect(dict.back().key() == "new" && same.back().pair().first == "new", "back");
  expect(dict.front().key() == same.front().key(), "front");
  expect(same_value(*dict.find("new"), value) && same.find("none") == nullptr, "find");
  expect(same_value(dict["new"], value) && same_value(same["new"], value) && same[n].key() == "new",
         "[]");
  expect(same_value(dict[n].value(), value) && same_value(*same[n], value) &&
             same_value(*dict[n], value),
         "value");
  expect(dict[n].operator->() == same[n].operator->(), "->");
  expect(same.keys().size() == n + 1 && same.values().size() == n + 1, "keys");
  expect(same.pairs().size() == n + 1 && same.items().size() == n + 1, "pairs");
  size_t seen = 0;
  for (auto& item : dict) seen += item.key().empty() ? 0 : 1;
  for (const auto& item : same) seen += item.key().empty() ? 0 : 1;
  expect(seen == 2 * (n + 1), "begin");
  Dict other({{"a", value}, {"b", value}});
  other.update(Dict({{"c", value}}));
  const Dict more({{"d", value}});
  other.update(more);
  expect(other.size() == 4 && !other.is_empty() && !other.key_description().empty(), "update");
  other.erase("b");
  expect(other.size() == 3 && !other.contains("b"), "erase");
  other.clear();
  expect(other.is_empty(), "clear");
}

}  // namespace

int main() {
  nn::Linear first(3, 4), second(4, 2);
  use<Tensor>(first->named_parameters(), hearth::ones({2}));
  use<std::shared_ptr<nn::Module>>(nn::Sequential(first, second)->named_children(), first.ptr());

  OrderedDict<std::string, std::shared_ptr<nn::Module>> parts;
  parts.insert("first", first.ptr());
  parts.insert("second", second.ptr());
  nn::ModuleDict dict(parts);
  expect(dict->named_children().size() == 2 && dict->named_modules().size() == 3, "ModuleDict");
  expect(dict->contains("second") && dict->keys()[0] == "first", "its keys");

  OrderedDict<std::string, Tensor> tensors = dict->named_parameters();
  expect(tensors.size() == 4 && tensors["first.weight"].size(0) == 4, "named_parameters");
  expect(dict->state_dict().size() == 4 && dict->named_buffers().is_empty(), "state_dict");
  nn::ParameterDict parameters(first->named_parameters());
  expect(parameters->size() == 2, "ParameterDict");

  hearth::optim::SGD sgd(dict->parameters(), 0.001);
  const Tensor x = hearth::ones({5, 3});
  double losses[2];
  for (double& loss : losses) {
    const Tensor l = second(first(x).tanh()).pow(2).sum();
    loss = l.item<double>();
    sgd.zero_grad();
    l.backward();
    sgd.step();
  }
  expect(losses[1] < losses[0], "a training step");
  return failures;
}
