// SPDX-License-Identifier: Apache-2.0
// All of hearth::nn.
#pragma once

#include "hearth/nn/any_module.h"
#include "hearth/nn/cloneable.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/expanding_array.h"
#include "hearth/nn/functional/activation.h"
#include "hearth/nn/functional/dropout.h"
#include "hearth/nn/functional/linear.h"
#include "hearth/nn/functional/loss.h"
#include "hearth/nn/init.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/containers.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/functional.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/loss.h"
#include "hearth/nn/modules/sequential.h"
