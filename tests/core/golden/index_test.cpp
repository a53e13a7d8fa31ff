// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/index.h"

#include <cstdlib>

#include "hearth/ops/pointwise.h"
#include "hearth/ops/sort.h"
#include "hearth/tensor/indexing.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

using indexing::TensorIndex;

TensorIndex parse_one(const std::string& token, std::vector<Tensor>& tensors) {
  if (token == "T") {
    const Tensor next = tensors.front();
    tensors.erase(tensors.begin());
    return next;
  }
  if (token == "...") return indexing::Ellipsis;
  if (token == "None") return indexing::None;
  if (token == "True") return true;
  if (token == "False") return false;
  if (token.find(':') == std::string::npos) return std::atoll(token.c_str());
  std::optional<int64_t> ends[3];
  size_t from = 0;
  for (auto& end : ends) {
    const size_t colon = std::min(token.find(':', from), token.size());
    if (colon > from) end = std::atoll(token.c_str() + from);
    from = std::min(colon + 1, token.size());
  }
  return indexing::Slice(ends[0], ends[1], ends[2]);
}

/// "1, :, 0:4:2, None, T": each T takes the next tensor.
std::vector<TensorIndex> parse(const std::string& text, std::vector<Tensor> tensors) {
  std::vector<TensorIndex> out;
  for (size_t from = 0; from <= text.size();) {
    const size_t comma = std::min(text.find(',', from), text.size());
    std::string token = text.substr(from, comma - from);
    token.erase(0, token.find_first_not_of(' '));
    out.push_back(parse_one(token, tensors));
    from = comma + 1;
  }
  return out;
}

Outputs put_values(Args& a) {
  const std::string& text = a.s("index");
  if (a.b("accumulate")) {
    // Only index tensors from the first dim on.
    std::vector<std::optional<Tensor>> indices;
    for (const Tensor& t : a.from(2)) indices.emplace_back(t);
    return {index_put(a[0], indices, a[1], true)};
  }
  const Tensor out = a[0].clone();
  out.index_put_(parse(text, a.from(2)), a[1]);
  return {out};
}

Outputs pair(const std::tuple<Tensor, Tensor>& both) {
  return {std::get<0>(both), std::get<1>(both)};
}

const Table kTable = {
    {"index", [](Args& a) -> Outputs { return {a[0].index(parse(a.s("index"), a.from(1)))}; }},
    {"index_put", put_values},
    {"index_select", [](Args& a) -> Outputs { return {index_select(a[0], a.i("dim"), a[1])}; }},
    {"gather", [](Args& a) -> Outputs { return {gather(a[0], a.i("dim"), a[1])}; }},
    {"scatter", [](Args& a) -> Outputs { return {scatter(a[0], a.i("dim"), a[1], a[2])}; }},
    {"scatter_add", [](Args& a) -> Outputs { return {scatter_add(a[0], a.i("dim"), a[1], a[2])}; }},
    {"scatter_value",
     [](Args& a) -> Outputs { return {scatter(a[0], a.i("dim"), a[1], a.scalar("value"))}; }},
    {"index_add",
     [](Args& a) -> Outputs {
       return {index_add(a[0], a.i("dim"), a[1], a[2], a.scalar("alpha"))};
     }},
    {"index_copy", [](Args& a) -> Outputs { return {index_copy(a[0], a.i("dim"), a[1], a[2])}; }},
    {"index_fill",
     [](Args& a) -> Outputs { return {index_fill(a[0], a.i("dim"), a[1], a.scalar("value"))}; }},
    {"take_along_dim", [](Args& a) -> Outputs { return {take_along_dim(a[0], a[1], a.i("dim"))}; }},
    {"masked_fill",
     [](Args& a) -> Outputs { return {masked_fill(a[0], a[1], a.scalar("value"))}; }},
    {"masked_fill_tensor", [](Args& a) -> Outputs { return {masked_fill(a[0], a[1], a[2])}; }},
    {"masked_select", [](Args& a) -> Outputs { return {masked_select(a[0], a[1])}; }},
    {"nonzero", [](Args& a) -> Outputs { return {nonzero(a[0])}; }},
    {"argwhere", [](Args& a) -> Outputs { return {argwhere(a[0])}; }},
    {"one_hot", [](Args& a) -> Outputs { return {one_hot(a[0], a.i("num_classes"))}; }},
    {"embedding", [](Args& a) -> Outputs { return {embedding(a[0], a[1], a.i("padding_idx"))}; }},
    {"embedding_freq", [](Args& a) -> Outputs { return {embedding(a[0], a[1], -1, true)}; }},
    {"sort",
     [](Args& a) -> Outputs {
       return pair(sort(a[0], a.maybe_b("stable"), a.i("dim"), a.b("descending")));
     }},
    {"argsort", [](Args& a) -> Outputs { return {argsort(a[0], a.i("dim"), a.b("descending"))}; }},
    {"topk",
     [](Args& a) -> Outputs { return pair(topk(a[0], a.i("k"), a.i("dim"), a.b("largest"))); }},
    {"topk_values",
     [](Args& a) -> Outputs {
       return {std::get<0>(topk(a[0], a.i("k"), a.i("dim"), a.b("largest")))};
     }},
    {"kthvalue_values",
     [](Args& a) -> Outputs { return {std::get<0>(kthvalue(a[0], a.i("k"), a.i("dim")))}; }},
    {"kthvalue", [](Args& a) -> Outputs { return pair(kthvalue(a[0], a.i("k"), a.i("dim"))); }},
};

HEARTH_GOLDEN_FAMILY(GoldenIndex, "index", kTable);

}  // namespace

const Table& index_table() { return kTable; }

}  // namespace hearth::golden
