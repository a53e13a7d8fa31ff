// SPDX-License-Identifier: Apache-2.0
// Interceptors in one another, which begin and end in any order.
#include <optional>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/interceptors/autocast.h"
#include "hearth/interceptors/profiler.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "dispatch/interceptor.h"

namespace hearth {
namespace {

/// Notes what passes, in a log shared by several.
class Noting final : public Interceptor {
 public:
  Noting(std::string& log, char name) : log_(log), name_(name) {}
  void intercept(const Invocation& call) override {
    log_ += name_;
    next(call);
  }
  void begin_range(std::string_view) override { log_ += '('; }
  void end_range() override { log_ += ')'; }

 private:
  std::string& log_;
  const char name_;
};

struct Scopes : testing::Test {
  std::string log;
  Noting a{log, 'a'}, b{log, 'b'}, c{log, 'c'};
  std::optional<Interceptor::Scope> in_a, in_b, in_c;
  const Tensor x = ones({2}).requires_grad_();

  /// Who sees one op.
  std::string seen() {
    log.clear();
    x.exp();
    return log;
  }
};

TEST_F(Scopes, EndInAnyOrder) {
  for (const std::string order : {"abc", "acb", "bac", "bca", "cab", "cba"}) {
    in_a.emplace(a);
    in_b.emplace(b);
    in_c.emplace(c);
    std::string expected = "cba";
    for (const char name : order) {
      EXPECT_EQ(seen(), expected) << order;
      (name == 'a' ? in_a : name == 'b' ? in_b : in_c).reset();
      expected.erase(expected.find(name), 1);
    }
    EXPECT_EQ(seen(), "") << order;
    EXPECT_EQ(interceptor_stack().top, nullptr);
  }
}

TEST_F(Scopes, BeginAgainAboveOthers) {
  in_a.emplace(a);
  in_b.emplace(b);
  in_a.reset();
  in_a.emplace(a);
  EXPECT_EQ(seen(), "ab");
}

TEST_F(Scopes, EndWhileTheyArePopped) {
  in_a.emplace(a);
  in_b.emplace(b);
  in_c.emplace(c);
  {
    const Interceptor::Popped hidden(nullptr);
    EXPECT_EQ(seen(), "");
    {
      const Interceptor::Popped again(&a);
      EXPECT_EQ(seen(), "a");
      in_b.reset();
      in_a.reset();
      EXPECT_EQ(seen(), "");
    }
    EXPECT_EQ(seen(), "");
  }
  EXPECT_EQ(seen(), "c");
}

TEST_F(Scopes, EndInAHookOfBackward) {
  in_a.emplace(a);
  in_b.emplace(b);
  const Tensor y = x * 2;
  y.register_hook([&](const Tensor&) { in_a.reset(); });
  y.sum().backward();
  EXPECT_EQ(seen(), "b");
}

TEST_F(Scopes, RangesEndForThoseThatSawThemBegin) {
  in_a.emplace(a);
  {
    const InterceptedRange range("outer");
    in_b.emplace(b);
    { const InterceptedRange inner("inner"); }
    in_c.emplace(c);
    in_a.reset();
  }
  EXPECT_EQ(log, "((())");  // a: (, both: (( )), a is gone
}

TEST(NestedScopes, AProfileStopsInsideANewerAutocast) {
  const Tensor m = ones({4, 4});
  std::optional<profiler::Profiler> profile(std::in_place);
  {
    const Autocast autocast;
    profile->stop();
    EXPECT_EQ(profile->key_averages().size(), 0u);
    profile.reset();
    EXPECT_TRUE(is_autocast_enabled());
    EXPECT_EQ(m.mm(m).scalar_type(), kBFloat16);
  }
  EXPECT_FALSE(is_autocast_enabled());
  EXPECT_EQ(m.mm(m).scalar_type(), kFloat);
}

TEST(NestedScopes, AutocastsEndInAnyOrder) {
  const Tensor m = ones({4, 4});
  auto outer = std::make_unique<Autocast>(kCPU, kBFloat16);
  auto off = std::make_unique<Autocast>(kCPU, kBFloat16, false);
  auto inner = std::make_unique<Autocast>(kCPU, kHalf);
  EXPECT_EQ(m.mm(m).scalar_type(), kHalf);
  off.reset();
  EXPECT_TRUE(is_autocast_enabled());
  inner.reset();
  EXPECT_EQ(m.mm(m).scalar_type(), kBFloat16);
  outer.reset();
  EXPECT_FALSE(is_autocast_enabled());
}

TEST(NestedScopes, ProfilesOverlap) {
  const Tensor x = ones({2}).requires_grad_();
  auto first = std::make_unique<profiler::Profiler>();
  auto range = std::make_unique<profiler::RecordFunction>("range");
  x.exp();
  auto second = std::make_unique<profiler::Profiler>();
  x.tanh().sum().backward();
  first->stop();
  x.sin();
  range.reset();
  { const profiler::RecordFunction late("late"); }
  second->stop();
  const auto names = [](const profiler::Profiler& p) {
    std::vector<std::string> all;
    for (const auto& a : p.key_averages()) all.push_back(a.name);
    std::sort(all.begin(), all.end());
    return all;
  };
  const std::vector<std::string> of_first = names(*first), of_second = names(*second);
  const auto has = [](const std::vector<std::string>& all, const char* name) {
    return std::binary_search(all.begin(), all.end(), name);
  };
  for (const char* name : {"range", "exp", "tanh", "TanhBackward0"})
    EXPECT_TRUE(has(of_first, name)) << name;
  for (const char* name : {"sin", "late"}) EXPECT_FALSE(has(of_first, name)) << name;
  for (const char* name : {"tanh", "TanhBackward0", "sin", "late"})
    EXPECT_TRUE(has(of_second, name)) << name;
  for (const char* name : {"range", "exp"}) EXPECT_FALSE(has(of_second, name)) << name;
}

TEST(NestedScopes, AProfileStopsInsideARange) {
  profiler::Profiler profile;
  {
    const profiler::RecordFunction range("range");
    ones({2}).exp();
    profile.stop();
  }
  ASSERT_EQ(profile.key_averages().size(), 3u);
  double self = 0, total = 0;
  for (const auto& a : profile.key_averages()) {
    self += a.self_us;
    if (a.name == "range") total = a.total_us;
  }
  EXPECT_NEAR(self, total, 1e-6 * total);
}

}  // namespace
}  // namespace hearth
