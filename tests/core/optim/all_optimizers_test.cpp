// SPDX-License-Identifier: Apache-2.0
// What all optimizers have in common.
#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/threads.h"
#include "hearth/io/archive.h"
#include "hearth/io/args.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/optim.h"

namespace hearth::optim {
namespace {

/// Numbers in (-1, 1) that differ by seed.
Tensor numbers(IntArrayRef sizes, double seed) {
  const int64_t n = empty(sizes).numel();
  return arange(0, n, TensorOptions(kFloat)).mul(0.7).add(seed).sin().reshape(sizes);
}

std::vector<Tensor> parameters() {
  std::vector<Tensor> params = {numbers({300, 201}, 1), numbers({5}, 2), numbers({}, 3)};
  for (Tensor& p : params) p.set_requires_grad(true);
  return params;
}

/// Steps `from` to `to` - 1; the second parameter gets no gradient at every third step.
void run(Optimizer& optimizer, int from, int to) {
  for (int step = from; step < to; ++step) {
    const std::vector<Tensor>& params = optimizer.param_groups()[0].params();
    for (size_t k = 0; k < params.size(); ++k) {
      const bool has = k != 1 || step % 3 != 2;
      params[k].mutable_grad() =
          has ? numbers(params[k].sizes(), step + 5.0 * static_cast<double>(k))
                    .to(params[k].scalar_type())
              : Tensor();
    }
    optimizer.step();
  }
}

bool equal(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (!a[i].equal(b[i])) return false;
  return a.size() == b.size();
}

template <typename Optim, typename Options>
void check_saving(const Options& options) {
  const std::vector<Tensor> whole = parameters(), part = parameters();
  Optim one(whole, options), two(part, options);
  run(one, 0, 4);
  run(two, 0, 4);
  const std::vector<char> saved = one.state_dict().to_buffer();
  Options others(0.7);
  Optim three(part, others);
  serialize::InputArchive archive;
  archive.load_from(saved.data(), saved.size());
  archive >> three;
  EXPECT_EQ(three.param_groups()[0].options(), one.param_groups()[0].options());
  ASSERT_EQ(three.state().size(), one.state().size());
  for (size_t k = 0; k < whole.size(); ++k)
    EXPECT_EQ(*three.state().at(part[k].unsafeGetTensorImpl()),
              *one.state().at(whole[k].unsafeGetTensorImpl()))
        << k;
  run(one, 4, 8);
  run(three, 4, 8);
  EXPECT_TRUE(equal(whole, part));
}

/// A saved state goes on beside parameters of another type, and becomes of that type, as PyTorch's.
template <typename Optim, typename Options>
void check_other_type(const Options& options) {
  const std::vector<Tensor> same = parameters();
  std::vector<Tensor> wide;
  Optim one(same, options);
  run(one, 0, 4);
  for (const Tensor& p : same) wide.push_back(p.detach().to(kDouble).set_requires_grad(true));
  Optim two(wide, options);
  two.load_state_dict(one.state_dict());
  run(one, 4, 8);
  run(two, 4, 8);
  for (size_t k = 0; k < same.size(); ++k)
    EXPECT_TRUE(wide[k].allclose(same[k].to(kDouble), 1e-3, 1e-4)) << k;
  for (const auto& [path, t] : serialize::InputArchive(two.state_dict()).tensors())
    EXPECT_TRUE(!t.is_floating_point() || t.scalar_type() == kDouble) << path;
}

/// Counts go on where they stand when capturable is switched on or off, as after a restart.
template <typename Optim, typename Options>
void check_switching(const Options& options) {
  if constexpr (requires { options.capturable(); }) {
    const std::vector<Tensor> stays = parameters(), switches = parameters();
    Optim one(stays, options), two(switches, options);
    run(one, 0, 9);
    for (int step = 0; step < 9; ++step) {
      static_cast<Options&>(two.param_groups()[0].options()).capturable(step / 3 == 1);
      run(two, step, step + 1);
    }
    for (size_t k = 0; k < stays.size(); ++k)
      EXPECT_TRUE(stays[k].allclose(switches[k], 1e-4, 1e-5)) << k;
  }
}

void disturb(bool& value) { value = !value; }
void disturb(double& value) { value += 1; }
void disturb(Tensor& value) { value = ones({}); }
void disturb(std::optional<double>& value) { value = value.value_or(0) + 1; }
template <typename... T>
void disturb(std::tuple<T...>& value) {
  disturb(std::get<0>(value));
}

template <typename Options>
void check_options(const Options& options) {
  EXPECT_EQ(options, *options.clone());
  for_each_arg(
      [&](const char* name, const auto&) {
        Options other = options;
        for_each_arg(
            [&](const char* same, auto& value) {
              if (std::string_view(same) == name) disturb(value);
            },
            other);
        EXPECT_FALSE(options == other) << name;
      },
      options);
  Options negative = options;
  EXPECT_THROW(negative.lr(-1).check(), ValueError);
  EXPECT_EQ(options.get_lr(), options.lr());
  negative.set_lr(0.25);
  EXPECT_EQ(negative.lr(), 0.25);
}

template <typename Optim, typename Options>
void check_threads(const Options& options) {
  std::vector<std::vector<Tensor>> results;
  for (const int threads : {1, 3, 7}) {
    ThreadLimitGuard limit(threads);
    results.push_back(parameters());
    Optim optimizer(results.back(), options);
    run(optimizer, 0, 3);
  }
  EXPECT_TRUE(equal(results[0], results[1]));
  EXPECT_TRUE(equal(results[0], results[2]));
}

template <typename Optim, typename Options>
void check_versions(const Options& options) {
  const Tensor p = numbers({3}, 1).set_requires_grad(true);
  const Tensor y = (p * p).sum();
  p.mutable_grad() = ones({3});
  const int64_t version = p._version(), grad_version = p.grad()._version();
  Optim(std::vector<Tensor>{p}, options).step();
  EXPECT_GT(p._version(), version);
  EXPECT_EQ(p.grad()._version(), grad_version);
  EXPECT_THROW(y.backward(), AutogradError);
  EXPECT_TRUE(p.requires_grad());
  EXPECT_TRUE(p.is_leaf());
}

/// An optimizer that was moved goes on where the other stood.
template <typename Optim, typename Options>
void check_moving(const Options& options) {
  const std::vector<Tensor> stays = parameters(), moves = parameters();
  Optim one(stays, options), two(moves, options);
  run(one, 0, 4);
  run(two, 0, 2);
  Optim moved(std::move(two));
  run(moved, 2, 4);
  EXPECT_TRUE(equal(stays, moves));
}

template <typename Optim, typename Options>
void check_maximize(const Options& options) {
  std::vector<Tensor> down = parameters(), up = parameters();
  for (size_t k = 0; k < up.size(); ++k) up[k] = up[k].detach().neg().set_requires_grad(true);
  Optim descend(down, options), climb(up, Options(options).maximize(true));
  run(descend, 0, 3);
  run(climb, 0, 3);
  for (size_t k = 0; k < up.size(); ++k) EXPECT_TRUE(up[k].equal(-down[k])) << k;
}

#define OPTIMIZER(Name, options)                                                               \
  TEST(AllOptimizers, Name##ContinuesFromASavedState) { check_saving<Name>(options); }         \
  TEST(AllOptimizers, Name##ContinuesInAnotherType) { check_other_type<Name>(options); }       \
  TEST(AllOptimizers, Name##CanBeMoved) { check_moving<Name>(options); }                       \
  TEST(AllOptimizers, Name##ComparesItsOptions) { check_options(options); }                    \
  TEST(AllOptimizers, Name##GivesTheSameBitsAtAnyNumberOfThreads) {                            \
    check_threads<Name>(options);                                                              \
  }                                                                                            \
  TEST(AllOptimizers, Name##StepsAreWritesThatAutogradSees) { check_versions<Name>(options); } \
  TEST(AllOptimizers, Name##Maximizes) { check_maximize<Name>(options); }
#include "core/optim/optimizers.def"
#undef OPTIMIZER

TEST(AllOptimizers, CanBecomeCapturable) {
#define OPTIMIZER(Name, options)    \
  {                                 \
    SCOPED_TRACE(#Name);            \
    check_switching<Name>(options); \
  }
#include "core/optim/optimizers.def"
#undef OPTIMIZER
}

}  // namespace
}  // namespace hearth::optim
