// SPDX-License-Identifier: Apache-2.0
// Trainers and all that belongs to them.
#pragma once

#include "hearth/train/callbacks/early_stopping.h"
#include "hearth/train/callbacks/model_checkpoint.h"
#include "hearth/train/callbacks/weight_averaging.h"
#include "hearth/train/classification.h"
#include "hearth/train/loggers/csv_logger.h"
#include "hearth/train/loggers/jsonl_logger.h"
#include "hearth/train/loggers/tensorboard.h"
#include "hearth/train/run_folder.h"
#include "hearth/train/scores.h"
#include "hearth/train/trainer.h"
