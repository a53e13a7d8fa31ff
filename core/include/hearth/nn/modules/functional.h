// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// A function of a tensor as a module: `Functional(relu)`, `Functional(max_pool2d, 3, 2, 0, 1,
/// false)` (further arguments are bound), `Functional([](Tensor x) { return 2 * x; })`.
class HEARTH_API FunctionalImpl : public Module {
 public:
  using Function = Callable<Tensor(Tensor)>;

  explicit FunctionalImpl(Function function);
  template <typename F, typename... Args>
  requires(sizeof...(Args) > 0) explicit FunctionalImpl(F function, Args&&... args)
      : FunctionalImpl(Function([function, bound = std::make_tuple(std::forward<Args>(args)...)](
                                    Tensor input) {
          return std::apply([&](const auto&... each) { return function(input, each...); }, bound);
        })) {}
  HEARTH_BUILTIN_MODULE(FunctionalImpl)
  bool is_serializable() const override;

  Tensor forward(Tensor input);
  Tensor operator()(Tensor input) { return forward(std::move(input)); }

 private:
  Function function_;
};
HEARTH_MODULE(Functional);

}  // namespace hearth::nn
