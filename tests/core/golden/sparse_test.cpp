// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/sparse.h"

#include "hearth/nn/modules/embedding.h"
#include "hearth/nn/utils.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/embedding_bag.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/optim.h"

#include "core/golden/options.h"

namespace hearth::golden {
namespace {

constexpr int kSteps = 8;
constexpr uint32_t kGradientSeed = 11000;

Tensor numbers_of(const std::vector<int64_t>& values, const Tensor& like) {
  Tensor t = empty({static_cast<int64_t>(values.size())}, TensorOptions(kLong));
  for (size_t i = 0; i < values.size(); ++i) t.data_ptr<int64_t>()[i] = values[i];
  return t.to(like.device(), kLong);
}

/// The sparse tensor that a case describes: `values` at the attribute's indices.
Tensor coo(Args& a, const Tensor& values, const char* at, IntArrayRef size) {
  const int64_t sparse_dim = static_cast<int64_t>(size.size()) - values.dim() + 1;
  return sparse_coo_tensor(numbers_of(a.ints(at), values).view({sparse_dim, values.size(0)}),
                           values, size);
}
Tensor coo(Args& a) { return coo(a, a[0], "at", a.ints("size")); }
/// Another of the same sizes.
Tensor other(Args& a) { return coo(a, a[1], "other", a.ints("size")); }

Outputs parts(const Tensor& t) {
  return {t._indices(), t.is_coalesced() ? t.values() : t._values()};
}
Outputs parts_once(const Tensor& t) { return parts(t.coalesce()); }

Tensor checked(Args& a) {
  const Tensor at = numbers_of(a.ints("at"), a[0]).view({a.i("sparse_dim"), -1});
  return a.has("size") ? sparse_coo_tensor(at, a[0], a.ints("size")) : sparse_coo_tensor(at, a[0]);
}

Outputs csr(Args& a) {
  const Tensor s = sparse_csr_tensor(numbers_of(a.ints("crow"), a[0]),
                                     numbers_of(a.ints("col"), a[0]), a[0], a.ints("size"));
  const std::string& what = a.s("what");
  if (what == "to_dense") return {s.to_dense()};
  if (what == "mm") return {s.mm(a[1])};
  if (what == "mv") return {s.mv(a[1])};
  if (what == "addmm") return {addmm(a[2], s, a[1], 0.5, 2.0)};
  return parts(s.to_sparse());
}

void send_back(const Tensor& out) {
  out.backward(elements_of(Formula::Uniform, out.numel(), out.scalar_type(), kGradientSeed, -1, 1)
                   .view(out.sizes())
                   .to(out.device(), out.scalar_type()));
}

/// The gradient of a sparse leaf.
template <class F>
Outputs leaf(Args& a, const F& f) {
  const Tensor s = coo(a).coalesce().requires_grad_();
  send_back(f(s));
  return parts(s.grad().coalesce());
}

/// The result, and the gradient of the weight, sparse or not.
template <class F>
Outputs weight(Args& a, const F& f, bool with_raw = true) {
  const Tensor w = a[0].detach().requires_grad_();
  const Tensor out = f(w);
  send_back(out);
  if (!w.grad().is_sparse()) return {out.detach(), w.grad()};
  Outputs all{out.detach()};
  for (const Tensor& g : {w.grad(), w.grad().coalesce()}) {
    if (g.is_same(w.grad()) && !with_raw) continue;
    all.push_back(g._indices());
    all.push_back(g._values());
  }
  return all;
}

template <typename Optimizer, typename Options>
Outputs trajectory(Args& a, Options options) {
  set_options(a, options);
  const Tensor p = a[0].detach().clone().requires_grad_();
  const int64_t sparse_dim = a.i("sparse_dim", 1), n = 4;
  Optimizer optimizer(std::vector<Tensor>{p}, options);
  Outputs out;
  for (int step = 0; step < kSteps; ++step) {
    const auto seed = static_cast<uint32_t>(static_cast<int>(kGradientSeed) + 10 * step);
    std::vector<Tensor> at;
    std::vector<int64_t> sizes{n};
    int64_t count = n;
    for (int64_t d = 0; d < p.dim(); ++d) {
      if (d < sparse_dim) {
        at.push_back(elements_of(Formula::Uniform, n, kLong, seed + 3 + static_cast<uint32_t>(d), 0,
                                 static_cast<double>(p.size(d) - 1)));
      } else {
        sizes.push_back(p.size(d));
        count *= p.size(d);
      }
    }
    const Tensor g = elements_of(Formula::Uniform, count, p.scalar_type(), seed, -1, 1).view(sizes);
    p.mutable_grad() = sparse_coo_tensor(stack(at), g, p.sizes()).to(p.device());
    optimizer.step();
    if (step == 0 || step == 2 || step == kSteps - 1) out.push_back(p.detach().clone());
  }
  return out;
}

Tensor embed(Args& a, const Tensor& w, const Tensor& index) {
  return embedding(w, index, a.i("padding_idx", -1), false, /*sparse=*/true);
}

const Table kTable = {
    {"coalesce", [](Args& a) { return parts_once(coo(a)); }},
    {"neg", [](Args& a) { return parts_once(-coo(a)); }},
    {"mul_number", [](Args& a) { return parts_once(coo(a) * 2.5); }},
    {"div_number", [](Args& a) { return parts_once(coo(a) / 4); }},
    {"sum", [](Args& a) -> Outputs { return {coo(a).sum()}; }},
    {"norm", [](Args& a) -> Outputs { return {coo(a).norm()}; }},
    {"to_dense", [](Args& a) -> Outputs { return {coo(a).to_dense()}; }},
    {"transpose", [](Args& a) { return parts_once(coo(a).transpose(0, 1)); }},
    {"sqrt_of_abs", [](Args& a) { return parts_once(coo(a).abs().sqrt()); }},
    {"sum_dim",
     [](Args& a) -> Outputs {
       const Tensor sum = coo(a).sum(a.ints("dim"));
       return sum.is_sparse() ? parts(sum) : Outputs{sum};
     }},
    {"transpose_dense", [](Args& a) -> Outputs { return {coo(a).to_dense().transpose(-1, -2)}; }},
    {"add_dense", [](Args& a) -> Outputs { return {a[1] + coo(a)}; }},
    {"sub_dense", [](Args& a) -> Outputs { return {a[1].sub(coo(a), 2)}; }},
    {"mul_dense", [](Args& a) { return parts_once(coo(a) * a[1]); }},
    {"sparse_mask", [](Args& a) { return parts(a[1].sparse_mask(coo(a).detach().coalesce())); }},
    {"add_dense_",
     [](Args& a) -> Outputs {
       return {(a[1] * 1).transpose(0, 1).contiguous().transpose(0, 1).add_(coo(a), 3)};
     }},
    {"add_sparse", [](Args& a) { return parts_once(coo(a) + other(a)); }},
    {"sub_sparse", [](Args& a) { return parts_once(coo(a).sub(other(a), 0.5)); }},
    {"mul_sparse", [](Args& a) { return Outputs{(coo(a) * other(a)).to_dense()}; }},
    {"mask_sparse", [](Args& a) { return parts(coo(a).sparse_mask(other(a).coalesce())); }},
    {"to_sparse", [](Args& a) { return parts(a[0].to_sparse(a.i("sparse_dim"))); }},
    {"without_size",
     [](Args& a) {
       const Tensor t = checked(a);
       Outputs out = parts(t);
       out.push_back(numbers_of(t.sizes().vec(), a[0]));
       return out;
     }},
    {"checked", [](Args& a) { return parts(checked(a)); }},
    {"mm", [](Args& a) -> Outputs { return {coo(a).mm(a[1])}; }},
    {"mv", [](Args& a) -> Outputs { return {coo(a).mv(a[1])}; }},
    {"matmul_left", [](Args& a) -> Outputs { return {a[1].matmul(coo(a))}; }},
    {"addmm", [](Args& a) -> Outputs { return {addmm(a[2], coo(a), a[1], 0.5, 2.0)}; }},
    {"spspmm", [](Args& a) { return parts_once(coo(a).mm(coo(a).t())); }},
    {"csr", csr},
    {"to_sparse_csr",
     [](Args& a) -> Outputs {
       const Tensor s = a[0].to_sparse_csr();
       return {s.crow_indices(), s.col_indices(), s.values()};
     }},
    {"leaf_to_dense",
     [](Args& a) { return leaf(a, [](const Tensor& s) { return s.to_dense().square(); }); }},
    {"leaf_values",
     [](Args& a) { return leaf(a, [](const Tensor& s) { return s.values().pow(3); }); }},
    {"leaf_mm", [](Args& a) { return leaf(a, [&](const Tensor& s) { return s.mm(a[1]); }); }},
    {"leaf_twice",
     [](Args& a) {
       return leaf(a, [&](const Tensor& s) { return s.mm(a[1]) + s.to_dense().mm(a[1]); });
     }},
    {"embedding",
     [](Args& a) { return weight(a, [&](const Tensor& w) { return embed(a, w, a[1]); }); }},
    {"embedding_twice",
     [](Args& a) {
       const auto twice = [&](const Tensor& w) {
         return embed(a, w, a[1]) + embed(a, w, a[1].flip({0})) * 2;
       };
       return weight(a, twice, /*with_raw=*/false);
     }},
    {"embedding_and_dense",
     [](Args& a) { return weight(a, [&](const Tensor& w) { return embed(a, w, a[1]) + w * 3; }); }},
    {"embedding_bag",
     [](Args& a) {
       return weight(a, [&](const Tensor& w) {
         return std::get<0>(embedding_bag(w, a[1], a[2], false, a.s("mode") == "sum" ? 0 : 1,
                                          /*sparse=*/true, std::nullopt, false,
                                          a.maybe_i("padding_idx")));
       });
     }},
    {"gather",
     [](Args& a) {
       return weight(a, [&](const Tensor& w) { return gather(w, a.i("dim"), a[1], true); });
     }},
#define OPTIMIZER(Name) \
  {"optim." #Name,      \
   [](Args& a) { return trajectory<optim::Name>(a, optim::Name##Options(a.f("lr", 1e-3))); }},
    OPTIMIZER(SGD) OPTIMIZER(Adagrad) OPTIMIZER(SparseAdam) OPTIMIZER(Adam) OPTIMIZER(AdamW)
        OPTIMIZER(RMSprop) OPTIMIZER(Adadelta) OPTIMIZER(Adamax) OPTIMIZER(NAdam) OPTIMIZER(RAdam)
            OPTIMIZER(ASGD) OPTIMIZER(Rprop) OPTIMIZER(Adafactor)
#undef OPTIMIZER
                {"clip_grad_norm_",
                 [](Args& a) -> Outputs {
                   const Tensor p = a[0].detach().clone().requires_grad_();
                   p.mutable_grad() = sparse_coo_tensor(numbers_of(a.ints("at"), p).unsqueeze(0),
                                                        a[1].detach(), p.sizes())
                                          .coalesce();
                   const double total = nn::utils::clip_grad_norm_(p, 0.5);
                   return {full({}, total, kFloat), p.grad()._indices(), p.grad()._values()};
                 }},
};

HEARTH_GOLDEN_FAMILY(GoldenSparse, "sparse", kTable);

}  // namespace
}  // namespace hearth::golden
