// SPDX-License-Identifier: Apache-2.0
// docs/ops.md lists every row with the types it takes; this keeps it true. To write it anew:
//   HEARTH_WRITE_OPS_PAGE=1 build/release/bin/test_core --gtest_filter='OpsPage.*'
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"

#include "core/ops/samples.h"
#include "cuda/coverage.h"
#include "ops/all_ops.h"

namespace hearth::testing_ops {
namespace {

constexpr const char* kPage = "docs/ops.md";

struct TypeGroup {
  const char* name;
  std::vector<ScalarType> types;
};
const std::vector<TypeGroup> kGroups = {
    {"bool", {kBool}},
    {"integer", {kByte, kChar, kShort, kInt, kLong}},
    {"half", {kHalf, kBFloat16}},
    {"float", {kFloat, kDouble}},
    {"complex", {kComplexFloat, kComplexDouble}},
};

/// The sample's inputs with this type for their doubles, or for their integers where they have no
/// doubles.
std::vector<Tensor> inputs_of_type(const Sample& s, ScalarType type) {
  const auto& args = s.op->info;
  std::vector<Tensor> in;
  for (size_t i = 0; i < s.in.size(); ++i) {
    const Tensor& t = s.in[i];
    const bool follows =
        t.defined() && !args.input(i).is(arg::as_is) && (t.is_floating_point() || t.is_complex());
    in.push_back(follows ? t.to(type) : t.defined() ? t.clone() : t);
  }
  return in;
}

bool takes(const std::vector<const Sample*>& samples, ScalarType type) {
  for (const Sample* s : samples) {
    try {
      run(*s, inputs_of_type(*s, type));
      return true;
    } catch (const Error&) {
    }
  }
  return false;
}

std::string types_of(const std::vector<const Sample*>& samples) {
  std::string text;
  const auto add = [&](const std::string& name) { text += (text.empty() ? "" : ", ") + name; };
  for (const TypeGroup& group : kGroups) {
    std::string some;
    size_t taken = 0;
    for (const ScalarType t : group.types) {
      if (!takes(samples, t)) continue;
      ++taken;
      some += (some.empty() ? "" : ", ") + std::string(dtype_name(t));
    }
    if (taken == group.types.size())
      add(group.name);
    else if (taken > 0)
      add(some);
  }
  return text;
}

std::string page() {
  const NoGradGuard no_grad;
  const Samples all = all_samples();
  std::map<const OpTable*, std::vector<const Sample*>> by_row;
  for (const Sample& s : all) by_row[s.op].push_back(&s);

  std::ostringstream out;
  out << "# Operators\n\n"
         "Every row of the operator table: the element types that it computes with on the CPU, "
         "whether gradients\nflow through it, and how it runs on CUDA. Functions that are made of "
         "these (most of `hearth/ops/*.h`)\ntake what their parts take. Types a row does not list "
         "throw; integers that a row lists may give floating\nresults, as PyTorch's do. "
         "`tests/core/ops/ops_page_test.cpp` writes this page from the table.\n\n"
         "- **integer** is uint8, int8, int16, int32 and int64; **half** float16 and bfloat16; "
         "**float** float32 and\n  float64; **complex** complex64 and complex128.\n"
         "- **gradient**: of any order; backward rows are differentiated through what they "
         "decompose into.\n"
         "- **CUDA**: *kernel*; *parts*, where it runs as other operators; *not yet*, where it "
         "throws. `tests/cuda` checks\n  that it is so.\n\n"
         "| operator | types | gradient | CUDA |\n|---|---|---|---|\n";
  for (const OpTable* op : all_ops()) {
    const std::string name(op->info.name);
    out << "| `" << name << "` | "
        << (by_row[op].empty() || by_row[op][0]->in.empty() ? "of the result's options"
                                                            : types_of(by_row[op]))
        << " | " << (op->info.differentiable ? "yes" : "") << " | "
        << (testing_cuda::pending().count(name)    ? "not yet"
            : testing_cuda::in_parts().count(name) ? "parts"
                                                   : "kernel")
        << " |\n";
  }
  return out.str();
}

TEST(OpsPage, IsUpToDate) {
  const std::string now = page();
  if (std::getenv("HEARTH_WRITE_OPS_PAGE")) std::ofstream(kPage) << now;
  std::ifstream file(kPage);
  std::stringstream written;
  written << file.rdbuf();
  EXPECT_EQ(written.str(), now) << "write it anew with HEARTH_WRITE_OPS_PAGE=1";
}

}  // namespace
}  // namespace hearth::testing_ops
