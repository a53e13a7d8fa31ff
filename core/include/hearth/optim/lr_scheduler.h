// SPDX-License-Identifier: Apache-2.0
// All schedulers of learning rates (torch.optim.lr_scheduler).
#pragma once

#include "hearth/optim/schedulers/base.h"
#include "hearth/optim/schedulers/composed.h"
#include "hearth/optim/schedulers/cycles.h"
#include "hearth/optim/schedulers/formulas.h"
#include "hearth/optim/schedulers/reduce_on_plateau.h"
