// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
