// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/nn/module.h"
#include "hearth/nn/utils/rnn.h"

#include "core/golden/runner.h"

namespace hearth::golden {

// What a function or module gives, one tensor after another; of a packed sequence, its data.
inline void append(Outputs& all, const Tensor& t) { all.push_back(t); }
inline void append(Outputs& all, const nn::utils::rnn::PackedSequence& s) {
  all.push_back(s.data());
}
template <typename... T>
void append(Outputs& all, const std::tuple<T...>& parts) {
  std::apply([&](const auto&... part) { (append(all, part), ...); }, parts);
}
template <typename T>
Outputs flat(const T& result) {
  Outputs all;
  append(all, result);
  return all;
}

/// Gives the module the case's parameters, which are its named inputs, and puts the module's own
/// tensors in their place so that the gradients are taken of those.
inline void prepare(Args& a, nn::Module& net) {
  net.to(test_device());
  auto parameters = net.named_parameters();
  size_t named = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const std::string& name = a.test_case().inputs[i].name;
    if (name.empty()) continue;
    ++named;
    const Tensor* p = parameters.find(name);
    HEARTH_CHECK(p, "[golden] ", a.test_case().op, " has no parameter ", name);
    HEARTH_CHECK(p->sizes() == a[i].sizes(), "[golden] parameter ", name, " has shape ", p->sizes(),
                 ", PyTorch's has ", a[i].sizes());
    p->set_data(a[i].detach());
    a[i] = *p;
  }
  HEARTH_CHECK(named == parameters.size(), "[golden] ", a.test_case().op, " has ",
               parameters.size(), " parameters, PyTorch's has ", named);
  net.train(a.b("training", true));
}

}  // namespace hearth::golden
