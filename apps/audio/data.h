// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/audio/classification/classifier.h"
#include "hearth/datasets/audio/labeled_clips.h"

inline constexpr char kDataHelp[] =
    "A folder with one of sounds for each class, or with train/ and val/ of such; or a list: a "
    "table "
    "(CSV, TSV) or JSON lines with path and label, a Kaldi directory";

/// How a classifier wants a data set's sounds.
inline hearth::datasets::LabeledClipsOptions clips_for(const hearth::audio::ClassifierSpec& spec,
                                                       hearth::datasets::Mode mode) {
  return hearth::datasets::LabeledClipsOptions()
      .mode(mode)
      .sample_rate(spec.front_end.sample_rate)
      .samples(spec.samples);
}
