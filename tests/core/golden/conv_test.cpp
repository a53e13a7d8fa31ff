// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/conv.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

const Table kTable = {
    {"conv1d",
     [](Args& a) -> Outputs {
       return {conv1d(a[0], a[1], a[2], a.ints("stride"), a.ints("padding"), a.ints("dilation"),
                      a.i("groups"))};
     }},
    {"conv2d",
     [](Args& a) -> Outputs {
       return {conv2d(a[0], a[1], a[2], a.ints("stride"), a.ints("padding"), a.ints("dilation"),
                      a.i("groups"))};
     }},
    {"conv2d_mode",
     [](Args& a) -> Outputs { return {conv2d(a[0], a[1], a[2], 1, a.s("padding"))}; }},
    {"conv3d",
     [](Args& a) -> Outputs {
       return {conv3d(a[0], a[1], a[2], a.ints("stride"), a.ints("padding"), a.ints("dilation"),
                      a.i("groups"))};
     }},
    {"conv3d_mode",
     [](Args& a) -> Outputs { return {conv3d(a[0], a[1], a[2], 1, a.s("padding"))}; }},
    {"conv_transpose3d",
     [](Args& a) -> Outputs {
       return {conv_transpose3d(a[0], a[1], a[2], a.ints("stride"), a.ints("padding"),
                                a.ints("output_padding"), a.i("groups"), a.ints("dilation"))};
     }},
    {"conv_transpose1d",
     [](Args& a) -> Outputs {
       return {conv_transpose1d(a[0], a[1], a[2], a.ints("stride"), a.ints("padding"),
                                a.ints("output_padding"), a.i("groups"), a.ints("dilation"))};
     }},
    {"conv_transpose2d",
     [](Args& a) -> Outputs {
       return {conv_transpose2d(a[0], a[1], a[2], a.ints("stride"), a.ints("padding"),
                                a.ints("output_padding"), a.i("groups"), a.ints("dilation"))};
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenConv, "conv", kTable);

}  // namespace

const Table& conv_table() { return kTable; }

}  // namespace hearth::golden
