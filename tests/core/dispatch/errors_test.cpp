// SPDX-License-Identifier: Apache-2.0
// What a call throws when memory or a library below its kernel fails.
#include <new>
#include <stdexcept>

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/memory.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"

#include "base/allocator.h"
#include "core/ops/samples.h"

namespace hearth {
namespace {

/// An op whose kernel throws.
struct Failing {
  static constexpr OpInfo info{.name = "failing", .args = {"a", "b"}};
  static inline void (*fail)() = nullptr;
  static OpTable& row();
  auto fields() { return std::tie(); }
  auto fields() const { return std::tie(); }
  static constexpr std::string_view field_names = "";
  Specs infer(Args in) const { return Spec::like(in[0]); }
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved&, Args, NeedMask) const { return Grads(2); }
};

OpTable& Failing::row() {
  static OpTable table = [] {
    OpTable t = make_row<Failing>();
    t.kernel[0] = [](const Call&) { fail(); };
    return t;
  }();
  return table;
}

template <class E>
std::string thrown_by(void (*fail)()) {
  Failing::fail = fail;
  try {
    invoke(Failing{}, ones({2, 3}), ones({4}));
  } catch (const E& e) {
    EXPECT_EQ(typeid(e), typeid(E)) << e.what();
    return e.what();
  }
  return "";
}

TEST(CallErrors, ForeignOnesBecomeOurs) {
  const std::string sizes = "; sizes of inputs: [2, 3], [4]";
  EXPECT_EQ(thrown_by<OutOfMemory>([] { throw std::bad_alloc(); }),
            "[failing] could not allocate memory to work in; free tensors or use smaller batches" +
                sizes);
  EXPECT_EQ(thrown_by<OutOfMemory>([] { std::vector<int> v(std::vector<int>().max_size() + 1); }),
            "[failing] needs more memory to work in than can be addressed" + sizes);
  EXPECT_EQ(thrown_by<Error>([] { throw std::runtime_error("no luck"); }),
            "[failing] no luck" + sizes);
  EXPECT_EQ(thrown_by<OutOfMemory>([] { throw OutOfMemory("[oneDNN] reordering: out_of_memory"); }),
            "[failing] [oneDNN] reordering: out_of_memory" + sizes);
  EXPECT_EQ(thrown_by<Error>([] { throw Error("[oneDNN] reordering: runtime_error"); }),
            "[failing] [oneDNN] reordering: runtime_error" + sizes);
  const std::string memory = thrown_by<OutOfMemory>([] { cpu_allocate(size_t{1} << 62); });
  EXPECT_EQ(memory.find("[failing] could not allocate 4398046511104 MiB: "), 0u) << memory;
  EXPECT_NE(memory.find(sizes), std::string::npos) << memory;
}

TEST(CallErrors, OthersPassUnchanged) {
  EXPECT_EQ(thrown_by<ShapeError>([] { throw ShapeError("[failing] a shape"); }),
            "[failing] a shape");
  EXPECT_EQ(thrown_by<OutOfMemory>([] { throw OutOfMemory("[inner] told already"); }),
            "[inner] told already");
  Failing::fail = [] { throw 5; };
  EXPECT_THROW(invoke(Failing{}, ones({2}), ones({2})), int);
}

/// Every allocation of every op fails once, and says in which op.
TEST(CallErrors, NameTheOpWhoseMemoryIsOut) {
  const NoGradGuard no_grad;
  int failures = 0;
  for (const testing_ops::Sample& s : testing_ops::all_samples()) {
    SCOPED_TRACE(describe(s));
    bool done = false;
    for (int n = 1; n < 200 && !done; ++n) {
      const std::vector<Tensor> in = testing_ops::copies(s.in);
      set_allocation_failure_for_testing(n);
      try {
        run(s, in);
        done = true;
      } catch (const OutOfMemory& e) {
        ++failures;
        const std::string text = e.what();
        EXPECT_NE(text.find("could not allocate"), std::string::npos) << text;
        EXPECT_NE(text.find("sizes of inputs: "), std::string::npos) << text;
        EXPECT_EQ(text.find("[memory]"), std::string::npos) << text;
      }
      set_allocation_failure_for_testing(0);
    }
    EXPECT_TRUE(done);
  }
  EXPECT_GT(failures, 100);
}

TEST(CallErrors, ALimitIsNamedByTheOpThatMeetsIt) {
  const Tensor x = ones({512, 512});
  set_memory_limit(memory_stats().allocated + (1 << 10));
  try {
    x.mm(x);
    ADD_FAILURE() << "expected an error";
  } catch (const OutOfMemory& e) {
    const std::string text = e.what();
    EXPECT_EQ(text.find("[m"), 0u) << text;
    EXPECT_NE(text.find("sizes of inputs: [512, 512], [512, 512]"), std::string::npos) << text;
  }
  set_memory_limit(0);
}

}  // namespace
}  // namespace hearth
