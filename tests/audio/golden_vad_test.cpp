// SPDX-License-Identifier: Apache-2.0
// Where voices begin, against torchaudio.
#include "hearth/audio/transforms/speech.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "audio/signals.h"
#include "core/golden/options.h"

namespace hearth::golden {
namespace {

Outputs begin_of_voice(Args& a) {
  audio::functional::VadOptions options;
  set_options(a, options);
  const Tensor voice = audio::tones(a[0], a.f("rate"), 140);
  const int64_t quiet = a.i("quiet"), again = a.i("again", 0);
  voice.slice(-1, 0, quiet).copy_(0.01 * a[0].slice(-1, 0, quiet));
  if (again > 0) voice.slice(-1, again).copy_(0.01 * a[0].slice(-1, again));
  const Tensor spoken = audio::transforms::Vad(a.i("rate"), options)(voice);
  EXPECT_TRUE(spoken.equal(voice.slice(-1, voice.size(-1) - spoken.size(-1))) ||
              spoken.equal(voice.slice(-1, 0, spoken.size(-1))));
  return {tensor({spoken.size(-1)})};
}

const Table kTable = {{"vad", begin_of_voice}};

HEARTH_GOLDEN_FAMILY(GoldenVad, "vad", kTable);

}  // namespace
}  // namespace hearth::golden
