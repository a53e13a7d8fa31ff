// SPDX-License-Identifier: Apache-2.0
// Tests over every row of all_ops(): what holds for any op, whatever it computes.
#include "ops/all_ops.h"

#include <cstring>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"

#include "autograd/tape.h"
#include "core/ops/derivatives.h"
#include "core/ops/samples.h"

namespace hearth::testing_ops {
namespace {

using autograd::variable_list;

const Samples& samples() {
  static const Samples all = all_samples();
  return all;
}

void expect_same(const Tensor& got, const Tensor& want, double tolerance = 0) {
  ASSERT_EQ(got.defined(), want.defined());
  if (!got.defined()) return;
  ASSERT_EQ(got.sizes(), want.sizes());
  ASSERT_EQ(got.scalar_type(), want.scalar_type());
  EXPECT_TRUE(got.allclose(want, tolerance, tolerance, /*equal_nan=*/true));
}

class AllOps : public testing::Test {
 protected:
  NoGradGuard no_grad_;
};

TEST_F(AllOps, HaveSamplesAndUniqueNames) {
  std::set<const OpTable*> sampled;
  for (const Sample& s : samples()) sampled.insert(s.op);
  std::set<std::string_view> names;
  for (const OpTable* op : all_ops()) {
    EXPECT_TRUE(names.insert(op->info.name).second) << op->info.name << " stands twice";
    EXPECT_TRUE(sampled.count(op) || (!has_lapack() && needs_lapack(*op)))
        << op->info.name << " has no sample; add one in tests/core/ops/samples_<family>.cpp";
  }
}

TEST_F(AllOps, HaveTheRulesOfTheirKind) {
  for (const OpTable* op : all_ops()) {
    SCOPED_TRACE(op->info.name);
    EXPECT_TRUE(op->infer);
    EXPECT_TRUE(!op->info.differentiable || op->vjp || op->decompose)
        << "needs vjp, decompose or differentiable = false";
    if (op->info.kind == Kind::Fused) {
      EXPECT_TRUE(op->decompose) << "a fused op needs decompose";
    } else if (!op->info.is_view()) {
      EXPECT_TRUE(op->kernel[0]) << "a primitive needs a CPU kernel";
    }
  }
}

TEST_F(AllOps, FieldsRoundTripThroughText) {
  std::map<std::pair<const OpTable*, uint64_t>, std::string> hashes;
  for (const Sample& s : samples()) {
    const std::string text = s.op->fields.print(s.fields.get());
    SCOPED_TRACE(text);
    std::vector<std::max_align_t> memory(s.op->fields.size / sizeof(std::max_align_t) + 1);
    ASSERT_TRUE(s.op->fields.parse(text, memory.data()));
    EXPECT_EQ(s.op->fields.print(memory.data()), text);
    const uint64_t hash = s.op->fields.hash(s.fields.get());
    EXPECT_EQ(s.op->fields.hash(memory.data()), hash);
    EXPECT_EQ(hashes.emplace(std::pair(s.op, hash), text).first->second, text);
    s.op->fields.destroy(memory.data());
    EXPECT_FALSE(s.op->fields.parse(text + "!", memory.data()));
  }
}

TEST_F(AllOps, InferAgreesWithKernelAndMeta) {
  for (const Sample& s : samples()) {
    SCOPED_TRACE(describe(s));
    const Tensors out = run(s, copies(s.in));
    if (data_dependent(s) || s.in.empty()) continue;
    std::vector<Tensor> meta;
    for (const Tensor& t : s.in)
      meta.push_back(
          t.defined() ? alias_tensor(new_tensor({checked_numel(t.sizes())}, t.scalar_type(), kMeta),
                                     t.sizes(), t.strides(), 0, t.scalar_type())
                      : t);
    const Tensors shapes = run(s, meta);
    ASSERT_EQ(shapes.size(), out.size());
    for (size_t i = 0; i < out.size(); ++i) {
      EXPECT_TRUE(shapes[i].is_meta());
      EXPECT_EQ(shapes[i].sizes(), out[i].sizes());
      EXPECT_EQ(shapes[i].strides(), out[i].strides());
      EXPECT_EQ(shapes[i].scalar_type(), out[i].scalar_type());
    }
  }
}

TEST_F(AllOps, KernelAgreesWithDecompose) {
  for (const Sample& s : samples()) {
    if (!s.op->decompose || !s.op->kernel[0]) continue;
    SCOPED_TRACE(describe(s));
    const std::vector<Tensor> fast = copies(s.in), in = copies(s.in);
    const Tensors got = run(s, fast);
    const Tensors want = s.op->decompose(*s.op, s.fields.get(), ArgList(in));
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) expect_same(got[i], want[i], 1e-9);
    for (size_t i = 0; i < in.size(); ++i) expect_same(fast[i], in[i], 1e-9);
  }
}

TEST_F(AllOps, OtherDtypesComputeOrSayWhyNot) {
  for (const ScalarType type :
       {kFloat, kHalf, kBFloat16, kLong, kInt, kByte, kBool, kComplexFloat}) {
    for (const Sample& s : samples()) {
      SCOPED_TRACE(describe(s) + " as " + std::string(to_string(type)));
      std::vector<Tensor> in = copies(s.in);
      for (Tensor& t : in)
        if (t.defined() && t.scalar_type() == kDouble) t = t.to(type);
      try {
        run(s, in);
      } catch (const Error& e) {
        EXPECT_STRNE(e.what(), "");
      }
    }
  }
}

TEST_F(AllOps, StridedInputsGiveTheSame) {
  for (const Sample& s : samples()) {
    if (is_view(s) || s.in.empty() || uninitialised(s)) continue;
    SCOPED_TRACE(describe(s));
    const std::vector<Tensor> plain = copies(s.in);
    const Tensors want = run(s, plain);
    std::vector<Tensor> in;
    for (const Tensor& t : s.in) in.push_back(strided(t));
    const Tensors got = run(s, in);
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) expect_same(got[i], want[i], 1e-12);
    for (size_t i = 0; i < in.size(); ++i) expect_same(in[i], plain[i], 1e-12);
  }
}

/// Copies with their second dim closest in memory, where they have more.
std::vector<Tensor> channels_last_copies(const std::vector<Tensor>& in) {
  std::vector<Tensor> out = copies(in);
  for (Tensor& t : out)
    if (t.defined() && t.dim() > 2) t = t.movedim(1, -1).contiguous().movedim(-1, 1);
  return out;
}

TEST_F(AllOps, GivenOutputsGetTheSame) {
  for (const Sample& s : samples()) {
    if (is_view(s) || data_dependent(s) || uninitialised(s)) continue;
    SCOPED_TRACE(describe(s));
    const Tensors want = run(s, copies(s.in));
    for (const bool last : {false, true})
      for (const bool gaps : {false, true}) {
        SCOPED_TRACE(cat_str(last ? "channels last, " : "", gaps ? "with gaps" : "resized"));
        std::vector<Tensor> out;
        for (const Tensor& t : want)
          out.push_back(gaps ? strided(empty(t.sizes(), t.options())) : empty({0}, t.options()));
        const std::vector<Tensor> in = last ? channels_last_copies(s.in) : copies(s.in);
        invoke({*s.op, s.fields.get(), ArgList(in), out, Bind::Out});
        for (size_t i = 0; i < out.size(); ++i) expect_same(out[i], want[i], 1e-12);
      }
  }
}

TEST_F(AllOps, InPlaceGivesTheSame) {
  for (const Sample& s : samples()) {
    if (is_view(s) || data_dependent(s) || s.in.empty() || !s.in[0].defined() || uninitialised(s))
      continue;
    const Tensors want = run(s, copies(s.in));
    if (want.size() != 1 || want[0].sizes() != s.in[0].sizes() ||
        want[0].scalar_type() != s.in[0].scalar_type())
      continue;
    SCOPED_TRACE(describe(s));
    std::vector<Tensor> in = copies(s.in);
    const int64_t version = in[0]._version();
    Tensor out = in[0];
    invoke({*s.op, s.fields.get(), ArgList(in), {&out, 1}, Bind::InPlace});
    expect_same(in[0], want[0], 1e-12);
    EXPECT_GT(in[0]._version(), version);
  }
}

/// The error's text, or nothing where none was thrown.
template <class F>
std::string refusal(const F& f) {
  try {
    f();
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}
bool about_memory(const std::string& text) {
  return text.find("to a single memory location") != std::string::npos;
}

/// Two contiguous tensors of these sizes that share all their memory but for one element at each
/// end, when they have the same number of elements.
std::pair<Tensor, Tensor> overlapping(const Tensor& like, IntArrayRef other) {
  const int64_t n = like.numel(), m = checked_numel(other);
  const Tensor memory = zeros({std::max(n, m + 1)}, like.options());
  return {memory.narrow(0, 0, n).view(like.sizes()), memory.narrow(0, 1, m).view(other)};
}

TEST_F(AllOps, OutputsThatAreInputsGetTheSameOrThrow) {
  for (const Sample& s : samples()) {
    if (is_view(s) || uninitialised(s)) continue;
    SCOPED_TRACE(describe(s));
    const Tensors want = run(s, copies(s.in));
    for (size_t k = 0; k < s.in.size(); ++k)
      for (size_t j = 0; j < want.size(); ++j) {
        const Argument& argument = s.op->info.input(k);
        if (!s.in[k].defined() || s.in[k].numel() == 0 || argument.is(arg::mutated) ||
            s.in[k].scalar_type() != want[j].scalar_type())
          continue;
        SCOPED_TRACE(cat_str("output ", j, " shares memory with input ", k));
        for (const bool same : {true, false}) {
          std::vector<Tensor> in = copies(s.in), out;
          for (const Tensor& t : want) out.push_back(empty(t.sizes(), t.options()));
          if (same) {
            out[j] = in[k];
          } else {
            std::tie(in[k], out[j]) = overlapping(in[k], want[j].sizes());
            in[k].copy_(s.in[k]);
          }
          const bool shared = same || (in[k].numel() > 1 && out[j].numel() > 0);
          const bool resized = same && in[k].sizes() != want[j].sizes();
          const std::string text = refusal([&] {
            invoke({*s.op, s.fields.get(), ArgList(in), out, Bind::Out});
          });
          if (text.empty()) {
            expect_same(out[j], want[j], 1e-12);
            EXPECT_FALSE(shared && argument.is(same ? arg::apart : arg::apart | arg::in_place) &&
                         !resized);
          } else {
            EXPECT_TRUE(about_memory(text) || (resized && argument.is(arg::in_place))) << text;
            EXPECT_TRUE(argument.is(arg::apart | arg::in_place)) << text;
            expect_same(in[k], s.in[k]);
          }
        }
      }
  }
}

TEST_F(AllOps, OperandsThatAreTheTargetGiveTheSameOrThrow) {
  for (const Sample& s : samples()) {
    if (is_view(s) || data_dependent(s) || s.in.empty() || !s.in[0].defined() || uninitialised(s))
      continue;
    for (size_t k = 1; k < s.in.size(); ++k) {
      const Argument& argument = s.op->info.input(k);
      if (!s.in[k].defined() || argument.is(arg::mutated) ||
          s.in[k].scalar_type() != s.in[0].scalar_type() || s.in[0].numel() == 0)
        continue;
      for (const bool same : {true, false}) {
        if (same && s.in[k].sizes() != s.in[0].sizes()) continue;
        if (!same && s.in[k].numel() == 0) continue;
        std::vector<Tensor> in = copies(s.in), apart;
        if (same) {
          in[k] = in[0];
        } else {
          std::tie(in[0], in[k]) = overlapping(in[0], s.in[k].sizes());
          in[k].copy_(s.in[k]);
          in[0].copy_(s.in[0]);
        }
        apart = copies(in);
        Tensors want;
        if (!refusal([&] { want = run(s, apart); }).empty() || want.size() != 1 ||
            want[0].sizes() != in[0].sizes() || want[0].scalar_type() != in[0].scalar_type())
          continue;
        SCOPED_TRACE(describe(s) + cat_str(": operand ", k, same ? " is" : " overlaps", " self"));
        const Tensor before = in[0].clone();
        Tensor out = in[0];
        const std::string text = refusal([&] {
          invoke({*s.op, s.fields.get(), ArgList(in), {&out, 1}, Bind::InPlace});
        });
        const bool shared = same || s.in[0].numel() > 1;
        const bool refused = argument.is(same ? arg::apart : arg::apart | arg::in_place) && shared;
        EXPECT_EQ(about_memory(text), refused) << text;
        expect_same(in[0], text.empty() ? want[0] : before, 1e-12);
      }
    }
  }
}

TEST_F(AllOps, ExpandedOperandsGiveTheSame) {
  for (const Sample& s : samples()) {
    if (is_view(s) || uninitialised(s)) continue;
    for (size_t k = 0; k < s.in.size(); ++k) {
      if (!s.in[k].defined() || s.in[k].dim() == 0 || s.in[k].size(0) < 2 ||
          s.op->info.input(k).is(arg::mutated) || s.op->info.input(k).name == "crow_indices")
        continue;  // the last must rise
      SCOPED_TRACE(describe(s) + cat_str(": input ", k, " expanded"));
      std::vector<Tensor> in = copies(s.in), plain = copies(s.in);
      in[k] = s.in[k].narrow(0, 0, 1).clone().expand(s.in[k].sizes());
      plain[k] = in[k].clone(MemoryFormat::Contiguous);
      const Tensors want = run(s, plain), got = run(s, in);
      ASSERT_EQ(got.size(), want.size());
      for (size_t i = 0; i < got.size(); ++i) expect_same(got[i], want[i], 1e-12);
      if (k > 0 || data_dependent(s)) continue;
      // Nothing is written where elements lie on top of each other.
      if (want.size() != 1 || want[0].sizes() != in[0].sizes() ||
          want[0].scalar_type() != in[0].scalar_type())
        continue;
      const Tensor before = in[0].clone();
      Tensor out = in[0];
      EXPECT_TRUE(about_memory(refusal([&] {
        invoke({*s.op, s.fields.get(), ArgList(in), {&out, 1}, Bind::InPlace});
      })));
      expect_same(in[0], before);
    }
  }
}

TEST_F(AllOps, BitsDoNotDependOnThreads) {
  const int before = get_num_threads();
  for (const Sample& s : samples()) {
    if (is_view(s) || uninitialised(s)) continue;
    SCOPED_TRACE(describe(s));
    set_num_threads(1);
    const Tensors want = run(s, copies(s.in));
    for (int threads : {3, 7}) {
      set_num_threads(threads);
      const Tensors got = run(s, copies(s.in));
      for (size_t i = 0; i < got.size(); ++i) {
        const Tensor a = got[i].contiguous(), b = want[i].contiguous();
        ASSERT_EQ(a.nbytes(), b.nbytes());
        EXPECT_TRUE(a.nbytes() == 0 ||
                    std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()) == 0);
      }
    }
    set_num_threads(before);
  }
}

TEST(AllOpsGradients, AgreeWithDifferences) {
  for (const Sample& s : samples()) {
    if (!can_check_gradients(s)) continue;
    SCOPED_TRACE(describe(s));
    EXPECT_NO_THROW(autograd::gradcheck(function_of(s), with_grad(s)));
    EXPECT_NO_THROW(autograd::gradgradcheck(function_of(s), with_grad(s)));
  }
}

TEST(AllOpsGradients, AgreeWithDifferencesToTheThirdOrder) {
  for (const Sample& s : samples()) {
    if (!can_check_gradients(s)) continue;
    SCOPED_TRACE(describe(s));
    for (const Entry entry : {Entry::Grad, Entry::Backward})
      EXPECT_EQ(compare_derivatives(function_of(s), with_grad(s), 3, entry), "")
          << (entry == Entry::Grad ? "through grad()" : "through backward()");
  }
}

/// Ways to see a tensor of the sizes of `t` inside a larger one: a view of what was made for it.
struct Window {
  const char* name;
  Tensor (*room)(const Tensor& t);
  Tensor (*view)(const Tensor& room, const Tensor& t);
};

Tensor filled(std::vector<int64_t> sizes) { return values(sizes, 0.2, 0.9, 5); }

const Window kWindows[] = {
    {"a part of the last dim",
     [](const Tensor& t) {
       std::vector<int64_t> sizes = t.sizes().vec();
       sizes.push_back(2);
       return filled(sizes);
     },
     [](const Tensor& room, const Tensor&) { return room.select(-1, 1); }},
    {"other sizes of a slice", [](const Tensor& t) { return filled({t.numel() + 2}); },
     [](const Tensor& room, const Tensor& t) {
       return room.narrow(0, 1, t.numel()).view(t.sizes());
     }},
    {"a base whose dims are reversed in memory",
     [](const Tensor& t) { return strided(values(t.sizes(), 0.2, 0.9, 5)); },
     [](const Tensor& room, const Tensor& t) { return room.view(t.sizes()); }},
};

TEST(AllOpsGradients, InPlaceThroughViews) {
  for (const Sample& s : samples()) {
    if (!can_check_gradients(s) || is_view(s) || data_dependent(s) || uninitialised(s)) continue;
    if (!s.in[0].defined() || s.in[0].scalar_type() != kDouble || s.in[0].numel() == 0) continue;
    const Tensors out = run(s, copies(s.in));
    if (out.size() != 1 || out[0].sizes() != s.in[0].sizes() || out[0].scalar_type() != kDouble)
      continue;
    for (const Window& window : kWindows) {
      SCOPED_TRACE(describe(s) + " in " + window.name);
      const Fn f = [&](const variable_list& in) -> variable_list {
        const Tensor base = in[0] * 1;
        variable_list args = in;
        args[0] = window.view(base, s.in[0]);
        const Tensor before = base.dim() > 0 ? base.select(0, 0) : base.view({1});
        Tensor target = args[0];
        invoke({*s.op, s.fields.get(), ArgList(args), {&target, 1}, Bind::InPlace});
        EXPECT_EQ(base.grad_fn()->name(), "CopySlices");
        return {base, target, before};
      };
      variable_list in = with_grad(s);
      const Tensor room = window.room(s.in[0]);
      window.view(room, s.in[0]).copy_(s.in[0]);
      in[0] = room.requires_grad_();
      EXPECT_EQ(compare_derivatives(f, in, 2, Entry::Grad), "");
    }
  }
}

/// The nodes of a call, reached through its first output with a gradient.
const autograd::OpNode* node_of(const Tensors& out, const OpTable* op) {
  for (const Tensor& t : out) {
    if (!t.requires_grad()) continue;
    const auto* node = dynamic_cast<const autograd::OpNode*>(t.grad_fn().get());
    return node && &node->op == op ? node : nullptr;
  }
  return nullptr;
}

TEST(AllOpsGradients, MaskedGradientsEqualFullOnes) {
  for (const Sample& s : samples()) {
    if (!can_check_gradients(s) || !s.op->vjp) continue;
    SCOPED_TRACE(describe(s));
    const auto gradients = [&](const variable_list& in) {
      const Tensors out = run(s, in);
      variable_list roots, starts;
      for (size_t k = 0; k < out.size(); ++k)
        if (out[k].requires_grad()) {
          roots.push_back(out[k]);
          starts.push_back(values(out[k].sizes(), 0.5, 1.5, static_cast<int>(k)));
        }
      variable_list wanted;
      for (const Tensor& t : in)
        if (t.defined() && t.requires_grad()) wanted.push_back(t);
      return autograd::grad(roots, wanted, starts, std::nullopt, false, true);
    };
    const variable_list in = with_grad(s);
    const variable_list full = gradients(in);
    size_t at = 0;
    for (size_t i = 0; i < in.size(); ++i) {
      if (!in[i].defined() || !in[i].requires_grad()) continue;
      variable_list one = copies(s.in);
      one[i].requires_grad_();
      const variable_list alone = gradients(one);
      ASSERT_EQ(alone.size(), 1u);
      if (alone[0].defined() || full[at].defined()) expect_same(alone[0], full[at], 1e-12);
      ++at;
    }
  }
}

TEST(AllOpsGradients, SaveOnlyWhatTheyRead) {
  for (const Sample& s : samples()) {
    if (!can_check_gradients(s) || !s.op->vjp) continue;
    SCOPED_TRACE(describe(s));
    const variable_list in = with_grad(s);
    const Tensors out = run(s, in);
    const autograd::OpNode* node = node_of(out, s.op);
    if (!node) continue;
    const autograd::NodePtr keep = [&] {
      for (const Tensor& t : out)
        if (t.requires_grad()) return t.grad_fn();
      return autograd::NodePtr();
    }();
    variable_list roots, starts;
    for (const Tensor& t : out)
      if (t.requires_grad()) {
        roots.push_back(t);
        starts.push_back(ones_like(t, TensorOptions().requires_grad(false)));
      }
    autograd::backward(roots, starts);
    EXPECT_EQ(node->declared.in & ~node->read_in, 0u) << "saved but never read: inputs";
    EXPECT_EQ(node->declared.out & ~node->read_out, 0u) << "saved but never read: outputs";
  }
}

}  // namespace
}  // namespace hearth::testing_ops
