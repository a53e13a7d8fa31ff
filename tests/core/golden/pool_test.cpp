// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/pool.h"

#include "hearth/ops/pad.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

Outputs pair(const std::tuple<Tensor, Tensor>& t) { return {std::get<0>(t), std::get<1>(t)}; }

const Table kTable = {
    {"max_pool1d",
     [](Args& a) -> Outputs {
       return {max_pool1d(a[0], a.ints("kernel_size"), a.ints("stride"), a.ints("padding"),
                          a.ints("dilation"), a.b("ceil_mode"))};
     }},
    {"max_pool2d",
     [](Args& a) {
       return pair(max_pool2d_with_indices(a[0], a.ints("kernel_size"), a.ints("stride"),
                                           a.ints("padding"), a.ints("dilation"),
                                           a.b("ceil_mode")));
     }},
    {"avg_pool1d",
     [](Args& a) -> Outputs {
       return {avg_pool1d(a[0], a.ints("kernel_size"), a.ints("stride"), a.ints("padding"),
                          a.b("ceil_mode"), a.b("count_include_pad"))};
     }},
    {"avg_pool2d",
     [](Args& a) -> Outputs {
       return {avg_pool2d(a[0], a.ints("kernel_size"), a.ints("stride"), a.ints("padding"),
                          a.b("ceil_mode"), a.b("count_include_pad"),
                          a.maybe_i("divisor_override"))};
     }},
    {"adaptive_avg_pool2d",
     [](Args& a) -> Outputs { return {adaptive_avg_pool2d(a[0], a.ints("output_size"))}; }},
    {"adaptive_max_pool2d",
     [](Args& a) { return pair(adaptive_max_pool2d(a[0], a.ints("output_size"))); }},
    {"max_pool1d_indices",
     [](Args& a) {
       return pair(max_pool1d_with_indices(a[0], a.ints("kernel_size"), a.ints("stride"),
                                           a.ints("padding"), a.ints("dilation"),
                                           a.b("ceil_mode")));
     }},
    {"adaptive_avg_pool1d",
     [](Args& a) -> Outputs { return {adaptive_avg_pool1d(a[0], a.ints("output_size"))}; }},
    {"adaptive_max_pool1d",
     [](Args& a) { return pair(adaptive_max_pool1d(a[0], a.ints("output_size"))); }},
    {"max_pool3d_indices",
     [](Args& a) {
       return pair(max_pool3d_with_indices(a[0], a.ints("kernel_size"), a.ints("stride"),
                                           a.ints("padding"), a.ints("dilation"),
                                           a.b("ceil_mode")));
     }},
    {"adaptive_avg_pool3d",
     [](Args& a) -> Outputs { return {adaptive_avg_pool3d(a[0], a.ints("output_size"))}; }},
    {"adaptive_max_pool3d",
     [](Args& a) { return pair(adaptive_max_pool3d(a[0], a.ints("output_size"))); }},
    {"avg_pool3d",
     [](Args& a) -> Outputs {
       return {avg_pool3d(a[0], a.ints("kernel_size"), a.ints("stride"), a.ints("padding"),
                          a.b("ceil_mode"), a.b("count_include_pad"),
                          a.maybe_i("divisor_override"))};
     }},
    {"pad",
     [](Args& a) -> Outputs {
       return {pad(a[0], a.ints("pad"), a.s("mode"), a.maybe_f("value"))};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenPool, "pool", kTable);

}  // namespace

const Table& pool_table() { return kTable; }

}  // namespace hearth::golden
