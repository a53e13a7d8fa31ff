// SPDX-License-Identifier: Apache-2.0
// Reading, writing and joining by index on 1 MB and 100 MB of float32.
#include "cases/cases.h"

namespace hearth::bench {

void add_indexing(Cases& cases) {
  for (const auto& [label, count] : {std::pair("1 MB", 4096), std::pair("100 MB", 409600)}) {
    const auto add = [&cases, label = std::string("/") + label, rows = count](
                         const char* name, std::function<Step(const Tensor&, int64_t)> make) {
      cases[name + label] = [=] { return make(randn({rows, 64}).to(device()), rows); };
    };
    add("index_select", [](const Tensor& x, int64_t rows) -> Step {
      const Tensor index = randint(rows, {rows}).to(device());
      return [=] { const Tensor y = x.index_select(0, index); };
    });
    add("index_add", [](const Tensor& x, int64_t rows) -> Step {
      const Tensor index = randint(rows, {rows}).to(device()), y = zeros_like(x);
      return [=] { y.index_add_(0, index, x); };
    });
    add("gather", [](const Tensor& x, int64_t rows) -> Step {
      const Tensor index = randint(64, {rows, 64}).to(device());
      return [=] { const Tensor y = x.gather(1, index); };
    });
    add("scatter_add", [](const Tensor& x, int64_t rows) -> Step {
      const Tensor index = randint(64, {rows, 64}).to(device()), y = zeros_like(x);
      return [=] { y.scatter_add_(1, index, x); };
    });
    add("scatter", [](const Tensor& x, int64_t rows) -> Step {
      const Tensor index = randint(64, {rows, 64}).to(device()), y = zeros_like(x);
      return [=] { y.scatter_(1, index, x); };
    });
    add("index_put", [](const Tensor& x, int64_t rows) -> Step {
      const Tensor index = randint(rows, {rows}).to(device()), y = zeros_like(x);
      return [=] { y.index_put_({index}, x); };
    });
    add("embedding", [](const Tensor& x, int64_t rows) -> Step {
      const Tensor index = randint(rows, {rows}).to(device());
      return forward_backward([=](const Tensor& w) { return embedding(w, index); }, x);
    });
    add("masked_fill", [](const Tensor& x, int64_t) -> Step {
      const Tensor mask = x > 0;
      return [=] { const Tensor y = x.masked_fill(mask, 1); };
    });
    add("scatter_reduce amax", [](const Tensor& x, int64_t rows) -> Step {
      const Tensor index = randint(64, {rows, 64}).to(device()), y = zeros_like(x);
      return [=] { y.scatter_reduce_(1, index, x, "amax"); };
    });
    add("masked_select", [](const Tensor& x, int64_t) -> Step {
      const Tensor mask = x > 0;
      return [=] { const Tensor y = x.masked_select(mask); };
    });
    add("nonzero", [](const Tensor& x, int64_t) -> Step {
      const Tensor mask = x > 0;
      return [=] { const Tensor y = mask.nonzero(); };
    });
    add("cat", [](const Tensor& x, int64_t) -> Step {
      const std::vector<Tensor> parts = x.chunk(4);
      return [=] { const Tensor y = cat(parts, 1); };
    });
  }
}

}  // namespace hearth::bench
