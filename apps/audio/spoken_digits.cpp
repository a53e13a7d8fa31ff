// SPDX-License-Identifier: Apache-2.0
#include "audio/spoken_digits.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>

#include "hearth/audio/classification/classifier.h"
#include "hearth/base/progress.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "audio/speech.h"

using hearth::Tensor;
using hearth::datasets::LabeledClips;
using hearth::datasets::Mode;

namespace {

constexpr int64_t kRate = 16000, kSamples = 16000, kWordsOfVoice = 1;
constexpr const char* kDigits[] = {"zero", "one", "two",   "three", "four",
                                   "five", "six", "seven", "eight", "nine"};
constexpr int64_t kUnknown = 10, kSilence = 11;

constexpr const char* kAccents[] = {"en-us",      "en-gb",          "en-gb-scotland",
                                    "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd",
                                    "en-029",     "en-us-nyc"};

// Speakers of espeak-ng; every fifth is kept for testing.
constexpr const char* kSpeakers[] = {
    "m1",      "m2",      "m3",       "m4",     "m5",      "m6",       "m7",     "m8",
    "f1",      "f2",      "f3",       "f4",     "f5",      "klatt",    "klatt2", "klatt3",
    "klatt4",  "klatt5",  "klatt6",   "adam",   "Alex",    "Alicia",   "Andrea", "Andy",
    "Annie",   "anika",   "antonio",  "aunty",  "belinda", "benjamin", "boris",  "caleb",
    "david",   "Denis",   "Diogo",    "ed",     "edward",  "Gene",     "Gene2",  "grandma",
    "grandpa", "gustave", "Henrique", "Hugo",   "iven",    "iven2",    "iven3",  "iven4",
    "Jacky",   "john",    "Lee",      "linda",  "marcelo", "Marco",    "Mario",  "max",
    "Michael", "michel",  "miguel",   "mike",   "Nguyen",  "norbert",  "pablo",  "paul",
    "pedro",   "quincy",  "rob",      "robert", "sandro",  "shelby",   "steph",  "steph2",
    "steph3",  "travis",  "Tweaky",   "victor", "Zac",     "croak",    "Storm",  "kaukovalta"};

// Other words, none of them near a digit; every fifth is kept for testing.
constexpr const char* kOthers[] = {
    "yes",      "no",      "up",         "down",     "left",      "right",    "on",       "off",
    "stop",     "go",      "bed",        "bird",     "cat",       "dog",      "happy",    "house",
    "wow",      "visual",  "backward",   "forward",  "follow",    "learn",    "hello",    "goodbye",
    "please",   "thanks",  "morning",    "evening",  "water",     "table",    "window",   "street",
    "garden",   "river",   "mountain",   "letter",   "number",    "music",    "summer",   "winter",
    "people",   "mother",  "father",     "sister",   "brother",   "again",    "cancel",   "open",
    "close",    "start",   "pause",      "play",     "record",    "volume",   "station",  "camera",
    "doctor",   "picture", "paper",      "pencil",   "market",    "coffee",   "sugar",    "bottle",
    "kitchen",  "orange",  "purple",     "yellow",   "yesterday", "tomorrow", "monday",   "friday",
    "january",  "october", "university", "computer", "telephone", "answer",   "question", "problem",
    "company",  "money",   "travel",     "airport",  "hospital",  "weather",  "minutes",  "because",
    "together", "already", "important",  "beautiful"};

/// One of a list that is for this mode.
template <size_t n>
const char* pick(const char* const (&list)[n], Mode mode, std::mt19937_64& random) {
  // Every fifth, from the fourth on, is for testing.
  const size_t tests = (n + 1) / 5, i = random() % (mode == Mode::kTest ? tests : n - tests);
  return list[mode == Mode::kTest ? 5 * i + 3 : i < 3 ? i : i + (i + 1) / 4];
}

struct Utterance {
  std::string text;
  Voice voice;
  int64_t target;
};

std::vector<Utterance> plan(Mode mode, int64_t voices) {
  std::mt19937_64 random(mode == Mode::kTest ? 2 : 1);
  std::vector<Utterance> all;
  const auto between = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
  };
  for (int64_t v = 0; v < voices; ++v) {
    Voice voice;
    voice.name = kAccents[random() % std::size(kAccents)];
    voice.name += "+" + std::string(pick(kSpeakers, mode, random));
    voice.words_per_minute = between(80, 220);
    voice.pitch = between(10, 90);
    const auto say = [&](const char* word, int64_t target) {
      // As statements, questions, calls, and within a list.
      constexpr const char* kEnds[] = {".", "?", "!", ",", ""};
      all.push_back({word + std::string(kEnds[random() % std::size(kEnds)]), voice, target});
    };
    for (int64_t d = 0; d < kUnknown; ++d) say(kDigits[d], d);
    for (int64_t i = 0; i < kWordsOfVoice; ++i) say(pick(kOthers, mode, random), kUnknown);
  }
  return all;
}

Tensor clip_of(const Utterance& utterance) {
  const Tensor speech = speak(utterance.text, utterance.voice);
  return hearth::audio::clip(hearth::audio::mono(speech.unsqueeze(0), kSpeechRate, kRate),
                             kSamples);
}

}  // namespace

LabeledClips spoken_digits(Mode mode, int64_t voices, int64_t threads) {
  const std::vector<Utterance> all = plan(mode, voices);
  const auto words = static_cast<int64_t>(all.size()), silent = voices;
  LabeledClips result;
  for (const char* digit : kDigits) result.classes.emplace_back(digit);
  result.classes.insert(result.classes.end(), {"unknown", "silence"});
  Tensor clips = hearth::zeros({words + silent, kSamples});
  result.targets = hearth::full({words + silent}, kSilence, hearth::kLong);

  hearth::Progress progress(hearth::ProgressOptions("espeak-ng speaks").unit("words").total(words));
  std::atomic<int64_t> next = 0;
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    for (int64_t i = 0; (i = next++) < words;) {
      try {
        clips.select(0, i).copy_(clip_of(all[static_cast<size_t>(i)]));
      } catch (...) {
        const std::lock_guard lock(mutex);
        error = std::current_exception();
        next = words;
      }
      const std::lock_guard lock(mutex);
      progress.advance();
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int64_t t = 1; t < threads; ++t) workers.emplace_back(work);
    work();
  }
  if (error) std::rethrow_exception(error);
  progress.finish();
  for (int64_t i = 0; i < words; ++i)
    result.targets.data_ptr<int64_t>()[i] = all[static_cast<size_t>(i)].target;

  // Silence is never silent. In training, augmentation brings the noise.
  if (mode == Mode::kTest) {
    std::vector<size_t> changed;
    for (int64_t i = 0; i < words + silent; ++i)
      if (i % 2 == 1 || i >= words) changed.push_back(static_cast<size_t>(i));
    auto how = kSpokenDigitsAugmentation;
    how.speed = 0;
    const Tensor indices =
        hearth::from_blob(changed.data(), {static_cast<int64_t>(changed.size())}, hearth::kLong);
    clips.index_copy_(
        0, indices, hearth::audio::augment(clips.index_select(0, indices), kRate, how, 3, changed));
  }
  result.clips = (clips * 32768).round().clamp(-32768, 32767).to(hearth::kShort);
  return result;
}
