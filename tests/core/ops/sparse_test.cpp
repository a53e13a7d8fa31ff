// SPDX-License-Identifier: Apache-2.0
// Sparse tensors: handles, histories, what refuses them. Values are in golden/sparse_test.cpp.
#include "hearth/ops/sparse.h"

#include <algorithm>
#include <functional>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/autograd/gradcheck.h"
#include "hearth/base/threads.h"
#include "hearth/io/serialize.h"
#include "hearth/nn/modules/embedding.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/optim.h"
#include "hearth/tensor/storage.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/samples.h"
#include "error_of.h"

namespace hearth {
namespace {

using testing::HasSubstr;
using testing_ops::values;

Tensor small_coo() {
  return sparse_coo_tensor(tensor({{0, 1, 1}, {2, 0, 2}}), tensor({3., 4., 5.}, kDouble), {2, 3});
}
/// With an index that occurs twice.
Tensor doubled_coo() {
  return sparse_coo_tensor(tensor({{1, 0, 1}, {2, 0, 2}}), tensor({3., 4., 5.}, kDouble), {2, 3});
}

TEST(Sparse, IsATensorWithALayout) {
  const Tensor s = small_coo();
  EXPECT_EQ(s.layout(), kSparse);
  EXPECT_TRUE(s.is_sparse());
  EXPECT_FALSE(s.is_sparse_csr());
  EXPECT_EQ(s.options().layout(), kSparse);
  EXPECT_EQ(s.sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(s.numel(), 6);
  EXPECT_EQ(s._nnz(), 3);
  EXPECT_EQ(s.sparse_dim(), 2);
  EXPECT_EQ(s.dense_dim(), 0);
  EXPECT_FALSE(s.is_coalesced());
  EXPECT_TRUE(s.coalesce().is_coalesced());
  EXPECT_FALSE(s.is_contiguous());
  EXPECT_EQ(zeros({2}).sparse_dim(), 0);
  EXPECT_EQ(zeros({2}).dense_dim(), 1);
  EXPECT_TRUE(zeros({2}).to_dense().equal(zeros({2})));
  const Tensor csr = s.to_sparse_csr();
  EXPECT_TRUE(csr.is_sparse_csr());
  EXPECT_FALSE(csr.is_sparse());
  EXPECT_EQ(csr._nnz(), 3);
  EXPECT_TRUE(csr.crow_indices().equal(tensor({0, 1, 3})));
}

TEST(Sparse, EmptyOnes) {
  for (const Tensor& s : {sparse_coo_tensor({2, 3}), zeros({2, 3}, kSparse),
                          zeros_like(small_coo()), small_coo().clone().zero_()}) {
    EXPECT_TRUE(s.is_sparse());
    EXPECT_EQ(s._nnz(), 0);
    EXPECT_TRUE(s.to_dense().equal(zeros({2, 3}, s.options().layout(kStrided))));
    EXPECT_TRUE(s.coalesce().is_coalesced());
    EXPECT_EQ(s.sum().item<double>(), 0);
    EXPECT_TRUE(s.mm(ones({3, 2}, s.options().layout(kStrided)))
                    .equal(zeros({2, 2}, s.options().layout(kStrided))));
  }
  const Tensor number = sparse_coo_tensor(zeros({0, 3}, kLong), ones({3}), IntArrayRef());
  EXPECT_EQ(number.to_dense().item<float>(), 3);
  EXPECT_EQ(number.item<float>(), 3);
  EXPECT_EQ(tensor(3.).to_sparse()._nnz(), 1);
  EXPECT_EQ(tensor(0.).to_sparse()._nnz(), 0);
}

TEST(Sparse, AccessorsSayWhatTheyExpect) {
  EXPECT_THAT(error_of([] { small_coo().indices(); }),
              HasSubstr("Cannot get indices on an uncoalesced tensor, please call .coalesce()"));
  EXPECT_THAT(error_of([] { small_coo().values(); }),
              HasSubstr("Cannot get values on an uncoalesced tensor"));
  EXPECT_THAT(error_of([] { zeros({2}).coalesce(); }),
              HasSubstr("coalesce expected sparse coordinate tensor layout but got Strided"));
  EXPECT_THAT(error_of([] { zeros({2})._nnz(); }),
              HasSubstr("expected sparse tensor layout but got Strided"));
  EXPECT_THAT(error_of([] { small_coo().crow_indices(); }), HasSubstr("got Sparse"));
  EXPECT_THAT(error_of([] { small_coo().to_sparse_csr()._indices(); }), HasSubstr("SparseCsr"));
}

TEST(Sparse, ConstructorsCheck) {
  const auto make = [](const Tensor& at, const Tensor& v, std::vector<int64_t> size) {
    return error_of([&] { sparse_coo_tensor(at, v, size); });
  };
  EXPECT_THAT(
      make(tensor({{0, 2}}), ones({2}), {2}),
      HasSubstr("size is inconsistent with indices: for dim 0, size is 2 but found index 2"));
  EXPECT_THAT(make(tensor({{0, -1}}), ones({2}), {2}), HasSubstr("found negative index -1"));
  EXPECT_THAT(make(tensor({0, 1}), ones({2}), {2}), HasSubstr("indices must be sparse_dim x nnz"));
  EXPECT_THAT(make(tensor({{0, 1}}), ones({3}), {2}), HasSubstr("must have same nnz"));
  EXPECT_THAT(make(tensor({{0, 1}}), ones({2}), {2, 2}),
              HasSubstr("len(size) = 2, sparse_dim = 1"));
  EXPECT_THAT(make(tensor({{0, 1}}), ones({2, 3}), {2, 2}), HasSubstr("incorrect size"));
  EXPECT_THAT(make(tensor({{0., 1.}}), ones({2}), {2}), HasSubstr("int64"));
  EXPECT_THAT(make(tensor({{0, 1}}), small_coo(), {2}), HasSubstr("strided"));
  EXPECT_THAT(error_of([] {
                sparse_coo_tensor(tensor({{1, 0}}), ones({2}), {2}, {}, /*is_coalesced=*/true);
              }),
              HasSubstr("cannot set is_coalesced to true"));
  EXPECT_THAT(error_of([] {
                sparse_csr_tensor(tensor({0, 2}), tensor({1, 1}), ones({2}), {1, 2});
              }),
              HasSubstr("must be distinct"));
  // Indices past the sizes that nobody looked at are found by whoever reads them.
  const Tensor bad = _sparse_coo_tensor_unsafe(tensor({{7}, {9}}), ones({1}), {2, 3});
  EXPECT_THROW(bad.to_dense(), IndexError);
  EXPECT_THROW(bad.mm(ones({3, 2})), Error);
  EXPECT_THROW(zeros({2, 3}) + bad, IndexError);
}

TEST(Sparse, OperatorsThatDoNotTakeThemSaySo) {
  const Tensor s = small_coo(), d = ones({2, 3}, kDouble);
  const std::string text = error_of([&] { s.exp(); });
  EXPECT_THAT(text, HasSubstr("[exp] does not take sparse tensors"));
  EXPECT_THAT(text, HasSubstr("call to_dense()"));
  EXPECT_THAT(error_of([&] { s.view({6}); }), HasSubstr("[view] does not take sparse tensors"));
  EXPECT_THAT(error_of([&] { s.split(1); }), HasSubstr("does not take sparse tensors"));
  EXPECT_THAT(error_of([&] { cat({d, s}); }), HasSubstr("[cat] does not take sparse tensors"));
  EXPECT_THAT(error_of([&] { s + 1; }), HasSubstr("[add]"));
  EXPECT_THAT(error_of([&] { s + d; }), HasSubstr("Use add(dense, sparse) instead"));
  EXPECT_THAT(error_of([&] { d / s; }), HasSubstr("Sparse division requires a scalar"));
  EXPECT_THAT(error_of([&] { s / d; }), HasSubstr("(got shape [2, 3] for divisor)"));
  EXPECT_THAT(error_of([&] { s.fill_(1); }), HasSubstr("[fill]"));
  EXPECT_THAT(
      error_of([&] { d.mul_(s); }),
      HasSubstr("[mul] the result is a Sparse tensor and cannot be written into a Strided"));
  EXPECT_THAT(error_of([&] { s.to_sparse_csr().add_(s); }), HasSubstr("into a SparseCsr one"));
  EXPECT_THAT(error_of([&] { s.storage(); }), HasSubstr("Cannot access storage of a Sparse"));
  EXPECT_THAT(error_of([&] { d.copy_(s); }), HasSubstr("between dense and sparse"));
  EXPECT_THAT(error_of([&] { s.data_ptr(); }), HasSubstr("Cannot access data pointer of a Sparse"));
  EXPECT_THAT(error_of([&] { s.nbytes(); }), HasSubstr("not defined for sparse tensors"));
  EXPECT_THAT(error_of([&] { s.item(); }), HasSubstr("6 elements"));
  EXPECT_THAT(error_of([&] {
                Tensor out = sparse_coo_tensor({2, 3}, kDouble);
                add_out(out, d, d);
              }),
              HasSubstr("cannot write into a Sparse tensor"));
  EXPECT_THAT(error_of([&] {
                std::ostringstream out;
                save(s, out);
              }),
              HasSubstr("sparse"));
}

TEST(Sparse, PrintsAsLibTorch) {
  std::ostringstream out;
  out << small_coo();
  EXPECT_EQ(out.str(),
            "[ SparseCPUDoubleType{}\nindices:\n 0  1  1\n 2  0  2\n[ CPULongType{2,3} ]\nvalues:\n"
            " 3\n 4\n 5\n[ CPUDoubleType{3} ]\nsize:\n[2, 3]\n]");
  EXPECT_EQ(small_coo().to_sparse_csr().toString(), "SparseCsrCPUDoubleType");
}

TEST(Sparse, CopiesAndHandles) {
  const Tensor s = small_coo(), copy = s.clone(), same = s.detach();
  EXPECT_TRUE(same.is_alias_of(s));
  EXPECT_FALSE(copy.is_alias_of(s));
  copy.mul_(2);
  EXPECT_TRUE(copy.to_dense().equal(s.to_dense() * 2));
  same.mul_(3);
  EXPECT_TRUE(s.to_dense().equal(small_coo().to_dense() * 3));
  EXPECT_EQ(s._version(), 1);
  const Tensor f = s.to(kFloat);
  EXPECT_EQ(f.scalar_type(), kFloat);
  EXPECT_TRUE(f.to_dense().equal(s.to_dense().to(kFloat)));
  EXPECT_TRUE(s.to_sparse_csr().to(kFloat).to_dense().equal(f.to_dense()));
  const Tensor c = sparse_coo_tensor({2, 3}, kDouble);
  c.copy_(s);
  EXPECT_TRUE(c.to_dense().equal(s.to_dense()));
  c.t_();
  EXPECT_TRUE(c.to_dense().equal(s.to_dense().t()));
  EXPECT_THROW(copy.copy_(c), ShapeError);
  EXPECT_THROW(sparse_coo_tensor({2}, kLong).add_(sparse_coo_tensor({2}, kFloat)), DtypeError);
}

TEST(Sparse, SumsOfBothKinds) {
  const Tensor s = doubled_coo(), d = values({2, 3});
  EXPECT_TRUE((d + s).allclose(d + s.to_dense()));
  const Tensor into = d.clone();
  into.add_(s, -2);
  EXPECT_TRUE(into.allclose(d - s.to_dense() * 2));
  EXPECT_TRUE((d - s).allclose(d - s.to_dense()));
  EXPECT_TRUE((s + small_coo()).to_dense().allclose(s.to_dense() + small_coo().to_dense()));
  const Tensor once = s.coalesce();
  EXPECT_TRUE((once + once).is_coalesced());
  EXPECT_FALSE((s + once).is_coalesced());
  EXPECT_TRUE((s.to_sparse_csr() + s.to_sparse_csr()).is_sparse_csr());
  EXPECT_TRUE((d + s.to_sparse_csr()).allclose(d + s.to_dense()));
  EXPECT_TRUE((s * tensor(2., kDouble)).to_dense().allclose(s.to_dense() * 2));
  EXPECT_TRUE((tensor(2., kDouble) * s).to_dense().allclose(s.to_dense() * 2));
  EXPECT_TRUE((s * values({3})).to_dense().allclose(s.to_dense() * values({3})));
}

/// Values and an index that occurs twice, and all orders of what follows.
void check_gradients(const autograd::variable_list& inputs,
                     std::function<Tensor(const autograd::variable_list&)> f) {
  const auto outputs = [&](const autograd::variable_list& in) {
    return autograd::variable_list{f(in)};
  };
  EXPECT_TRUE(autograd::gradcheck(outputs, inputs));
  EXPECT_TRUE(autograd::gradgradcheck(outputs, inputs));
}

TEST(Sparse, GradientsOfEveryOrder) {
  const Tensor at = tensor({{1, 0, 1, 1}, {2, 0, 2, 1}});
  const Tensor v = values({4}).requires_grad_(), d = values({2, 3}, 0.2, 0.9, 1).requires_grad_();
  const Tensor m = values({3, 2}, 0.2, 0.9, 2).requires_grad_();
  const auto coo = [&](const Tensor& x) { return sparse_coo_tensor(at, x, {2, 3}); };
  check_gradients({v}, [&](const auto& in) { return coo(in[0].square()).to_dense().square(); });
  check_gradients({v}, [&](const auto& in) { return coo(in[0]).coalesce().values().pow(3); });
  check_gradients(
      {v}, [&](const auto& in) { return coo(in[0]).t().sum(IntArrayRef(0)).to_dense().square(); });
  check_gradients({v}, [&](const auto& in) { return coo(in[0]).norm(); });
  check_gradients(
      {v}, [&](const auto& in) { return (coo(in[0]) * 3 + coo(in[0]) / 2).to_dense().square(); });
  check_gradients({v, d},
                  [&](const auto& in) { return (in[1].square() + coo(in[0].square())).square(); });
  check_gradients({v, d}, [&](const auto& in) { return (coo(in[0]) * in[1]).to_dense().square(); });
  check_gradients({v, d}, [&](const auto& in) {
    return in[1].square().sparse_mask(coo(in[0]).coalesce()).to_dense();
  });
  check_gradients({v, m}, [&](const auto& in) { return coo(in[0]).mm(in[1]).square(); });
  check_gradients({v, m},
                  [&](const auto& in) { return coo(in[0]).to_sparse_csr().mm(in[1]).square(); });
  check_gradients({v, m}, [&](const auto& in) { return in[1].t().mm(coo(in[0]).t()).square(); });
  check_gradients({v}, [&](const auto& in) { return coo(in[0]).mm(coo(in[0]).t()).to_dense(); });
  check_gradients({d}, [&](const auto& in) { return in[0].to_sparse().to_dense().square(); });
  const Tensor w = values({4, 2}, 0.2, 0.9, 3).requires_grad_();
  const Tensor index = tensor({3, 0, 3});
  check_gradients(
      {w}, [&](const auto& in) { return embedding(in[0], index, -1, false, true).square(); });
  check_gradients({w}, [&](const auto& in) {
    return gather(in[0], 0, tensor({{3, 0}, {3, 3}}), true).square();
  });
}

TEST(Sparse, GradientsPassThroughArithmetic) {
  const Tensor w = values({4, 2}).requires_grad_(), mask = values({4, 2}, 0, 1, 1);
  const Tensor index = tensor({3, 0, 3});
  std::vector<Tensor> found;
  for (const bool sparse : {false, true}) {
    w.mutable_grad() = Tensor();
    embedding(-w * mask * 2, index, -1, false, sparse).square().sum().backward();
    EXPECT_EQ(w.grad().is_sparse(), sparse);
    found.push_back(w.grad().to_dense());
  }
  EXPECT_TRUE(found[0].allclose(found[1]));
}

TEST(Sparse, LeavesGetGradientsAtTheirIndices) {
  const Tensor s = doubled_coo().requires_grad_();
  const Tensor d = values({2, 3});
  (s.to_dense() * d).sum().backward();
  ASSERT_TRUE(s.grad().is_sparse());
  EXPECT_TRUE(s.grad().to_dense().equal(d.sparse_mask(s.detach().coalesce()).to_dense()));
  (s.to_dense() * d).sum().backward();
  EXPECT_TRUE(s.grad().to_dense().equal(d.sparse_mask(s.detach().coalesce()).to_dense() * 2));
  const auto found = autograd::grad({(s * 2).mm(ones({3, 1}, kDouble)).sum()}, {s});
  EXPECT_TRUE(found[0].to_dense().equal(tensor({{2., 0., 0.}, {0., 0., 2.}}, kDouble)));
  int called = 0;
  s.register_hook([&](const Tensor& g) {
    ++called;
    return g * 3;
  });
  s.mutable_grad() = Tensor();
  s.coalesce().values().sum().backward();
  EXPECT_EQ(called, 1);
  EXPECT_TRUE(s.grad().to_dense().equal(tensor({{3., 0., 0.}, {0., 0., 3.}}, kDouble)));
  EXPECT_THROW(s.mul_(2), AutogradError);
  const Tensor t = s * 1;
  t.mul_(5);
  EXPECT_TRUE(autograd::grad({t.to_dense().sum()}, {s})[0].to_dense().equal(
      tensor({{15., 0., 0.}, {0., 0., 15.}}, kDouble)));
}

TEST(Sparse, GradientsOfBothKindsAccumulate) {
  const Tensor index = tensor({1, 1, 3});
  const auto run = [&](const std::vector<int>& kinds, bool sparse) {
    const Tensor w = values({5, 2}).requires_grad_();
    for (const int kind : kinds) {
      const Tensor y = embedding(w, index, -1, false, sparse) * (kind + 1);
      (kind % 2 ? y.sum() + (w * w).sum() : y.sum()).backward();
    }
    return w.grad();
  };
  for (const std::vector<int>& kinds :
       std::vector<std::vector<int>>{{0}, {0, 2}, {1}, {0, 1}, {1, 0}, {0, 1, 2}}) {
    const Tensor g = run(kinds, true);
    const bool dense = std::find(kinds.begin(), kinds.end(), 1) != kinds.end();
    EXPECT_EQ(g.is_sparse(), !dense);
    EXPECT_TRUE(g.to_dense().allclose(run(kinds, false)));
  }
}

TEST(Sparse, TrainingAnEmbeddingIsTheSameAsWithDenseGradients) {
  const auto run = [](bool sparse, bool module_bag) {
    const Tensor start = values({6, 3});
    std::vector<Tensor> params;
    std::function<Tensor(const Tensor&)> forward;
    if (module_bag) {
      auto bag = nn::EmbeddingBag::from_pretrained(
          start.clone(), nn::EmbeddingBagFromPretrainedOptions().freeze(false).sparse(sparse));
      params = bag->parameters();
      forward = [bag](const Tensor& x) mutable { return bag->forward(x); };
    } else {
      auto e = nn::Embedding::from_pretrained(
          start.clone(),
          nn::EmbeddingFromPretrainedOptions().freeze(false).padding_idx(2).sparse(sparse));
      params = e->parameters();
      forward = [e](const Tensor& x) mutable { return e->forward(x); };
    }
    optim::SGD sgd(params, optim::SGDOptions(0.1).momentum(0.5));
    for (int step = 0; step < 4; ++step) {
      sgd.zero_grad(/*set_to_none=*/step % 2 == 0);
      forward(tensor({{0, 2, 1}, {1, 5, 5}}) * (step % 2) + 0).square().sum().backward();
      EXPECT_EQ(params[0].grad().is_sparse(), sparse);
      sgd.step();
    }
    return params[0].detach();
  };
  for (const bool bag : {false, true}) EXPECT_TRUE(run(true, bag).allclose(run(false, bag))) << bag;
}

TEST(Sparse, OptimizersNameWhatTheyRefuse) {
  const Tensor p = values({2, 3}).requires_grad_();
  p.mutable_grad() = small_coo();
  EXPECT_THAT(
      error_of([&] { optim::Adam({p}, optim::AdamOptions()).step(); }),
      HasSubstr("Adam does not support sparse gradients, please consider SparseAdam instead"));
  EXPECT_THAT(error_of([&] { optim::RMSprop({p}, optim::RMSpropOptions()).step(); }),
              HasSubstr("RMSprop does not support sparse gradients"));
  EXPECT_THAT(error_of([&] { optim::SGD({p}, optim::SGDOptions(1).weight_decay(1)).step(); }),
              HasSubstr("weight_decay option is not compatible with sparse gradients"));
  p.mutable_grad() = ones({2, 3}, kDouble);
  EXPECT_THAT(
      error_of([&] { optim::SparseAdam({p}, optim::SparseAdamOptions()).step(); }),
      HasSubstr("SparseAdam does not support dense gradients, please consider Adam instead"));
}

TEST(Sparse, SparseAdamContinuesFromASavedState) {
  const auto step = [](optim::Optimizer& o, int from, int to) {
    const Tensor& p = o.param_groups()[0].params()[0];
    for (int k = from; k < to; ++k) {
      p.mutable_grad() =
          sparse_coo_tensor(tensor({{k % 3, 1, 1}}), values({3, 2}, -1, 1, k), {4, 2});
      o.step();
    }
  };
  const Tensor whole = values({4, 2}).requires_grad_(), part = values({4, 2}).requires_grad_();
  optim::SparseAdam one({whole}, optim::SparseAdamOptions(0.1));
  optim::SparseAdam two({part}, optim::SparseAdamOptions(0.1)),
      three({part}, optim::SparseAdamOptions(0.5));
  step(one, 0, 6);
  step(two, 0, 3);
  three.load_state_dict(two.state_dict());
  step(three, 3, 6);
  EXPECT_TRUE(whole.equal(part));
}

TEST(Sparse, ProductsHaveTheSameBitsAtAnyNumberOfThreads) {
  const Tensor d = (values({300, 200}) > 0.8).to(kFloat) * values({300, 200}, -1, 1).to(kFloat);
  const Tensor m = values({200, 70}, -1, 1, 1).to(kFloat);
  std::vector<Tensor> results;
  for (const int threads : {1, 3, 7}) {
    ThreadLimitGuard limit(threads);
    results.push_back(d.to_sparse().mm(m));
  }
  EXPECT_TRUE(results[0].equal(results[1]));
  EXPECT_TRUE(results[0].equal(results[2]));
  EXPECT_TRUE(results[0].allclose(d.mm(m), 1e-4, 1e-4));
  for (const ScalarType type : {kHalf, kBFloat16})
    EXPECT_TRUE(d.to(type).to_sparse().mm(m.to(type)).to(kFloat).allclose(results[0], 0.05, 0.05));
  EXPECT_TRUE(ones({2, 2}, kInt).to_sparse().mm(ones({2, 3}, kInt)).equal(full({2, 3}, 2, kInt)));
}

TEST(Sparse, InferenceMode) {
  const InferenceMode inference;
  const Tensor s = small_coo();
  EXPECT_TRUE(s.is_inference());
  EXPECT_TRUE((s * 2).to_dense().equal(s.to_dense() * 2));
}

}  // namespace
}  // namespace hearth
