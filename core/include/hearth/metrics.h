// SPDX-License-Identifier: Apache-2.0
// All metrics. LibTorch has none, so hearth/hearth.h leaves them out.
#pragma once

#include "hearth/metrics/aggregation.h"
#include "hearth/metrics/audio.h"
#include "hearth/metrics/classification/confidence.h"
#include "hearth/metrics/classification/confusion_matrix.h"
#include "hearth/metrics/classification/curves.h"
#include "hearth/metrics/classification/exact_match.h"
#include "hearth/metrics/classification/ranking.h"
#include "hearth/metrics/classification/stat_scores.h"
#include "hearth/metrics/collection.h"
#include "hearth/metrics/metric.h"
#include "hearth/metrics/regression.h"
#include "hearth/metrics/retrieval.h"
#include "hearth/metrics/text.h"
