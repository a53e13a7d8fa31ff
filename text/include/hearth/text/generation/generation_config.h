// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/macros.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/hub/hub.h"

namespace hearth::text {

/// When beam search ends: with as many finished candidates as beams (True), when it is unlikely
/// that better ones come (False), or impossible (Never).
enum class EarlyStopping { False, True, Never };

/// How text is written on: Hugging Face's GenerationConfig, its names, defaults and meaning, and
/// generation_config.json.
struct HEARTH_API GenerationConfig {
  using SequenceBias = std::vector<std::pair<std::vector<int64_t>, double>>;
  using LengthDecay = std::optional<std::pair<int64_t, double>>;

  /// The text of a generation_config.json, over `defaults`. Names that it does not know are left
  /// out. Throws FormatError, which begins with [source].
  static GenerationConfig from_json(const data::readers::JsonValue& json,
                                    const GenerationConfig& defaults);
  static GenerationConfig from_json(const data::readers::JsonValue& json);
  /// generation_config.json of a folder, beside a file, or of a repository of the hub; where there
  /// is none, what config.json says of tokens; of a GGUF file, what it says; else the defaults.
  /// Throws FormatError and NetworkError.
  static GenerationConfig from_pretrained(const std::string& name_or_path,
                                          const hub::HubOptions& options = {});
  /// What differs from the defaults, as generation_config.json.
  std::string to_json() const;
  /// Writes generation_config.json into a folder, whole or not at all.
  void save_pretrained(const std::string& folder) const;
  /// Throws ValueError for settings that make no sense.
  void check() const;

  /// Tokens, those of the prompt included; max_new_tokens, where it is given, counts instead. With
  /// neither, there are 20 new ones. A model whose positions end (GPT-2) ends there in any case.
  HEARTH_ARG(std::optional<int64_t>, max_length);
  HEARTH_ARG(std::optional<int64_t>, max_new_tokens);
  HEARTH_ARG(int64_t, min_length) = 0;
  HEARTH_ARG(std::optional<int64_t>, min_new_tokens);
  HEARTH_ARG(EarlyStopping, early_stopping) = EarlyStopping::False;
  /// Seconds, looked at after each token.
  HEARTH_ARG(std::optional<double>, max_time);
  /// Ends a text with the token that completes one of these. Needs GenerateOptions::tokenizer.
  HEARTH_ARG(std::vector<std::string>, stop_strings);

  /// Draws tokens instead of taking the most probable.
  HEARTH_ARG(bool, do_sample) = false;
  HEARTH_ARG(int64_t, num_beams) = 1;

  HEARTH_ARG(bool, use_cache) = true;
  /// "dynamic", or "static": memory for max_length at once.
  HEARTH_ARG(std::string, cache_implementation) = "dynamic";
  /// So many tokens of a prompt are looked at in one step; 0: 512.
  HEARTH_ARG(int64_t, prefill_chunk_size) = 0;

  HEARTH_ARG(double, temperature) = 1;
  /// 0: of all tokens.
  HEARTH_ARG(int64_t, top_k) = 50;
  HEARTH_ARG(double, top_p) = 1;
  HEARTH_ARG(std::optional<double>, min_p);
  HEARTH_ARG(double, typical_p) = 1;
  HEARTH_ARG(double, epsilon_cutoff) = 0;
  HEARTH_ARG(double, eta_cutoff) = 0;
  HEARTH_ARG(std::optional<double>, top_h);
  HEARTH_ARG(double, repetition_penalty) = 1;
  /// Of tokens of the prompt: above 1 they become more likely.
  HEARTH_ARG(double, encoder_repetition_penalty) = 1;
  /// Beams' scores are divided by their length to the power of it.
  HEARTH_ARG(double, length_penalty) = 1;
  HEARTH_ARG(int64_t, no_repeat_ngram_size) = 0;
  /// The same of n-grams of the prompt.
  HEARTH_ARG(int64_t, encoder_no_repeat_ngram_size) = 0;
  HEARTH_ARG(std::vector<std::vector<int64_t>>, bad_words_ids);
  /// Added to the score of a sequence's last token, where the others stand before.
  HEARTH_ARG(SequenceBias, sequence_bias);
  HEARTH_ARG(bool, renormalize_logits) = false;
  HEARTH_ARG(std::optional<int64_t>, forced_bos_token_id);
  HEARTH_ARG(std::vector<int64_t>, forced_eos_token_id);
  HEARTH_ARG(bool, remove_invalid_values) = false;
  /// So many new tokens, and the factor that an end is made more likely by with each further one.
  HEARTH_ARG(LengthDecay, exponential_decay_length_penalty);
  HEARTH_ARG(std::vector<int64_t>, suppress_tokens);
  /// Not to be the first new token.
  HEARTH_ARG(std::vector<int64_t>, begin_suppress_tokens);

  HEARTH_ARG(int64_t, num_return_sequences) = 1;
  /// Keeps scores (after processing) and logits of each step.
  HEARTH_ARG(bool, output_scores) = false;
  HEARTH_ARG(bool, output_logits) = false;

  /// What stands behind a finished text of a batch; the first of eos_token_id unless given.
  HEARTH_ARG(std::optional<int64_t>, pad_token_id);
  HEARTH_ARG(std::optional<int64_t>, bos_token_id);
  HEARTH_ARG(std::vector<int64_t>, eos_token_id);

  /// Guesses so many tokens at a time from what followed the same words before, and looks at them
  /// in one step; results stay as without. Of one prompt, without beams.
  HEARTH_ARG(int64_t, prompt_lookup_num_tokens) = 0;
  HEARTH_ARG(int64_t, max_matching_ngram_size) = 2;
};

}  // namespace hearth::text
