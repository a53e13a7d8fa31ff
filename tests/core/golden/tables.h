// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/golden/runner.h"

/// The operators of families that other files of cases (special points, dtypes) ask again.
namespace hearth::golden {

const Table& pointwise_table();
const Table& reduce_table();
const Table& loss_table();
const Table& pool_table();
const Table& index_table();
const Table& norm_table();
const Table& linalg_table();
const Table& resize_table();
const Table& conv_table();
const Table& special_functions_table();
const Table& statistics_table();
const Table& spatial_table();

/// All of them.
inline Table operators() {
  Table all;
  for (const Table& (*table)() : {pointwise_table, reduce_table, loss_table, pool_table,
                                  index_table, norm_table, linalg_table, resize_table, conv_table,
                                  special_functions_table, statistics_table, spatial_table})
    all.insert(table().begin(), table().end());
  return all;
}

}  // namespace hearth::golden
