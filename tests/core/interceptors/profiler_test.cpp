// SPDX-License-Identifier: Apache-2.0
#include "hearth/interceptors/profiler.h"

#include <cstdio>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

namespace hearth {
namespace {

const profiler::Average* find(const std::vector<profiler::Average>& all, const std::string& name) {
  for (const auto& a : all)
    if (a.name == name) return &a;
  return nullptr;
}

TEST(Profiler, CountsCallsBytesAndNesting) {
  const Tensor x = ones({64, 64}).requires_grad_();
  profiler::Profiler p;
  {
    profiler::RecordFunction range("step");
    (x.exp() * 2).sum().backward();
  }
  p.stop();
  x.exp();
  const auto all = p.key_averages();
  ASSERT_TRUE(find(all, "exp"));
  EXPECT_EQ(find(all, "exp")->calls, 1);
  EXPECT_EQ(find(all, "exp")->bytes, 64 * 64 * 4);
  ASSERT_TRUE(find(all, "ExpBackward0"));
  EXPECT_GE(find(all, "ExpBackward0")->total_us, find(all, "exp_backward")->total_us);
  const auto* step = find(all, "step");
  ASSERT_TRUE(step);
  EXPECT_LT(step->self_us, step->total_us);
  const auto shaped = p.key_averages(true);
  EXPECT_EQ(find(shaped, "exp")->shapes, "[64, 64]");
  EXPECT_NE(p.table().find("exp"), std::string::npos);
}

TEST(Profiler, TraceIsJson) {
  profiler::Profiler p;
  ones({2}).exp();
  { profiler::RecordFunction quoted("a \"quoted\" name"); }
  const std::string path = testing::TempDir() + "hearth_trace.json";
  p.export_chrome_trace(path);
  std::ifstream file(path);
  const auto json = nlohmann::json::parse(file);
  bool found = false;
  for (const auto& e : json["traceEvents"]) {
    if (e["name"] != "exp") continue;
    found = true;
    EXPECT_EQ(e["ph"], "X");
    EXPECT_GE(e["dur"].get<double>(), 0);
    EXPECT_EQ(e["args"]["shapes"], "[2]");
  }
  EXPECT_TRUE(found);
  std::remove(path.c_str());
  EXPECT_THROW(p.export_chrome_trace("/nonexistent/dir/trace.json"), FileError);
}

}  // namespace
}  // namespace hearth
