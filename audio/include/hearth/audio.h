// SPDX-License-Identifier: Apache-2.0
// All of Hearth's audio library.
#pragma once

#include "hearth/audio/functional/cepstral.h"
#include "hearth/audio/functional/distance.h"
#include "hearth/audio/functional/filterbanks.h"
#include "hearth/audio/functional/framing.h"
#include "hearth/audio/functional/loudness.h"
#include "hearth/audio/functional/pitch.h"
#include "hearth/audio/functional/spectrogram.h"
#include "hearth/audio/functional/vad.h"
#include "hearth/audio/models/audio_classifier.h"
#include "hearth/audio/models/bcresnet.h"
#include "hearth/audio/models/cnn.h"
#include "hearth/audio/models/crepe.h"
#include "hearth/audio/models/m5.h"
#include "hearth/audio/models/voice_encoder.h"
#include "hearth/audio/transforms/mel.h"
#include "hearth/audio/transforms/spectral.h"
#include "hearth/audio/transforms/spectrogram.h"
#include "hearth/audio/transforms/speech.h"
