// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/data/class_balance.h"
#include "hearth/data/dataloader.h"
#include "hearth/data/datasets.h"
#include "hearth/data/delivery.h"
#include "hearth/data/example.h"
#include "hearth/data/samplers.h"
#include "hearth/data/transforms.h"
