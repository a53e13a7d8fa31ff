// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/optim/adam.h"
#include "hearth/optim/adamw.h"
#include "hearth/optim/lr_scheduler.h"
#include "hearth/optim/optimizer.h"
#include "hearth/optim/rmsprop.h"
#include "hearth/optim/sgd.h"
