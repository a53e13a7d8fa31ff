// SPDX-License-Identifier: Apache-2.0
// Sorting, selection and search of 1 MB and 100 MB.
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/selection.h"
#include "hearth/ops/unique.h"

#include "cases/cases.h"

namespace hearth::bench {

namespace {

/// A call on standard normal numbers of [rows, 1024].
void add_one(Cases& cases, const std::string& name, int64_t rows,
             std::function<void(const Tensor&)> f) {
  cases[name] = [rows, f]() -> Step {
    const Tensor x = randn({rows, 1024}, TensorOptions(device()));
    return [x, f] { f(x); };
  };
}

}  // namespace

void add_order(Cases& cases) {
  for (const auto& [label, rows] : {std::pair("1 MB", 256), std::pair("100 MB", 25600)}) {
    const auto add = [&, rows = rows, label = label](const char* name,
                                                     std::function<void(const Tensor&)> f) {
      add_one(cases, std::string(name) + "/" + label, rows, std::move(f));
    };
    add("sort", [](const Tensor& x) { x.view({-1}).sort(); });
    add("sort rows", [](const Tensor& x) { x.sort(); });
    add("topk rows", [](const Tensor& x) { x.topk(10); });
    add("topk", [](const Tensor& x) { x.view({-1}).topk(1000); });
    add("median rows", [](const Tensor& x) { x.median(1); });
    add("unique", [](const Tensor& x) { _unique2(x); });
    add("unique inverse", [](const Tensor& x) { _unique2(x, true, true, true); });
    add("cumsum", [](const Tensor& x) { x.cumsum(1); });
    cases[std::string("searchsorted/") + label] = [rows = rows]() -> Step {
      const Tensor x = randn({rows, 1024}, TensorOptions(device()));
      const Tensor edges = std::get<0>(randn({1000}, TensorOptions(device())).sort());
      return [x, edges] { searchsorted(edges, x); };
    };
  }
}

}  // namespace hearth::bench
