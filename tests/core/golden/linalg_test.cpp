// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/linalg.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

const Table kTable = {
    {"matmul", [](Args& a) -> Outputs { return {a[0].matmul(a[1])}; }},
    {"mm", [](Args& a) -> Outputs { return {a[0].mm(a[1])}; }},
    {"bmm", [](Args& a) -> Outputs { return {a[0].bmm(a[1])}; }},
    {"mv", [](Args& a) -> Outputs { return {a[0].mv(a[1])}; }},
    {"dot", [](Args& a) -> Outputs { return {a[0].dot(a[1])}; }},
    {"outer", [](Args& a) -> Outputs { return {a[0].outer(a[1])}; }},
    {"addmm",
     [](Args& a) -> Outputs {
       if (!a.has("beta")) return {a[0].addmm(a[1], a[2])};
       return {a[0].addmm(a[1], a[2], a.scalar("beta"), a.scalar("alpha"))};
     }},
    {"baddbmm",
     [](Args& a) -> Outputs {
       return {a[0].baddbmm(a[1], a[2], a.scalar("beta"), a.scalar("alpha"))};
     }},
    {"linear", [](Args& a) -> Outputs { return {linear(a[0], a[1], a[2])}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenLinalg, "linalg", kTable);

}  // namespace

const Table& linalg_table() { return kTable; }

}  // namespace hearth::golden
