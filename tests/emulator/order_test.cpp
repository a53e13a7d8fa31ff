// SPDX-License-Identifier: Apache-2.0
// What only a device that can be stopped shows: waits that are missing, results that depend on the
// order of threads, and host code that reads device memory.
#include <dlfcn.h>

#include "cuda/cuda_test.h"

namespace hearth::testing_cuda {
namespace {

using namespace cuda;

/// Another order of threads for a scope.
class Order {
 public:
  explicit Order(unsigned seed) { set(seed); }
  Order(const Order&) = delete;
  Order& operator=(const Order&) = delete;
  ~Order() { set(0); }

 private:
  static void set(unsigned seed) {
    synchronize();
    void* library = dlopen(HEARTH_EMULATED_BACKEND, RTLD_NOW | RTLD_NOLOAD);
    const auto set_order =
        reinterpret_cast<void (*)(unsigned)>(dlsym(library, "emulator_set_order"));
    ASSERT_TRUE(set_order);
    set_order(seed);
    dlclose(library);
  }
};

class Emulated : public Cuda {
 protected:
  const TensorOptions there = TensorOptions(kCUDA);
};

TEST_F(Emulated, AMissingWaitShows) {
  const CUDAStream a = getStreamFromPool(), b = getStreamFromPool();
  Tensor x, y;
  {
    const CUDAStreamGuard guard(a);
    x = full({1000}, 3.0, there);
  }
  {
    const CUDAStreamGuard guard(b);
    y = x + 1;  // without an event
    EXPECT_FALSE(y.cpu().equal(full({1000}, 4.0)));
  }
  a.synchronize();
  const CUDAStreamGuard guard(b);
  EXPECT_TRUE((x + 1).cpu().equal(full({1000}, 4.0)));
}

TEST_F(Emulated, APinnedSourceIsReadLater) {
  Tensor source = full({1000}, 1.0).pin_memory();
  const Tensor copy = source.to(kCUDA, /*non_blocking=*/true);
  source.fill_(2);  // too early
  expect_same(copy, full({1000}, 2.0));
}

TEST_F(Emulated, NothingRunsBeforeSomebodyWaits) {
  const CUDAStream s = getStreamFromPool();
  const CUDAStreamGuard guard(s);
  const Tensor x = ones({10}, there);
  CUDAEvent event;
  event.record();
  EXPECT_FALSE(s.query());
  EXPECT_FALSE(event.query());
  event.synchronize();
  EXPECT_TRUE(event.query());
  EXPECT_TRUE(s.query());
}

TEST_F(Emulated, DeviceMemoryIsNotForTheHost) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const Tensor x = ones({10}, there);
  synchronize();
  EXPECT_DEATH({ std::fprintf(stderr, "%f", *static_cast<const float*>(x.const_data_ptr())); }, "");
}

/// Whether f's result has the same bits in several orders of threads.
template <class F>
bool is_ordered(const F& f) {
  const Tensor first = f().cpu();
  bool same = true;
  for (const unsigned seed : {1u, 7u, 12345u}) {
    const Order order(seed);
    same &= f().cpu().equal(first);
  }
  return same;
}

TEST_F(Emulated, DeterministicSumsDoNotDependOnTheOrderOfThreads) {
  manual_seed(5);
  const NoGradGuard no_grad;
  const int64_t n = 3000, rows = 40;
  const Tensor index = randint(-rows, rows, {n}, TensorOptions(kLong)), at = index.remainder(rows);
  const Tensor second = randint(0, 5, {n}, TensorOptions(kLong));
  for (const ScalarType type : {kFloat, kHalf, kBFloat16, kDouble}) {
    SCOPED_TRACE(to_string(type));
    const Tensor x = randn({rows, 5}).to(type), values = randn({n, 5}).to(type);
    const Tensor wide = at.view({n, 1}).expand({n, 5});
    using Call = std::function<Tensor(Device)>;
    const std::pair<const char*, Call> calls[] = {
        {"index_add", [&](Device d) { return x.to(d).index_add(0, at.to(d), values.to(d)); }},
        {"index_put accumulates",
         [&](Device d) { return x.to(d).clone().index_put_({index.to(d)}, values.to(d), true); }},
        {"index_put accumulates at two",
         [&](Device d) {
           return x.to(d).clone().index_put_({index.to(d), second.to(d)}, values.select(1, 0).to(d),
                                             true);
         }},
        {"index_put",
         [&](Device d) { return x.to(d).clone().index_put_({at.to(d)}, values.to(d)); }},
        {"index_put in the middle",
         [&](Device d) {
           const Tensor block = x.to(d).view({rows, 5, 1}).expand({rows, 5, 3}).clone();
           return block.index_put_({indexing::Slice(), second.to(d)},
                                   values.to(d).view({n, 5}).select(1, 1).view({1, n, 1}));
         }},
        {"scatter_add", [&](Device d) { return x.to(d).scatter_add(0, wide.to(d), values.to(d)); }},
        {"scatter", [&](Device d) { return x.to(d).scatter(0, wide.to(d), values.to(d)); }},
        {"embedding's gradient", [&](Device d) {
           const AutoGradMode grad(true);
           const Tensor weight = x.to(d).requires_grad_();
           embedding(weight, at.to(d), 3, true).backward(values.to(d));
           return weight.grad();
         }}};
    for (const auto& [name, call] : calls) {
      SCOPED_TRACE(name);
      const auto on_device = [&, &call = call] { return call(kCUDA); };
      EXPECT_FALSE(is_ordered(on_device)) << "the orders tried make no difference";
      set_deterministic(true);
      EXPECT_TRUE(is_ordered(on_device));
      // In order means: as on the CPU.
      EXPECT_TRUE(on_device().cpu().equal(call(kCPU)));
      set_deterministic(false);
    }
  }
}

}  // namespace
}  // namespace hearth::testing_cuda
