// SPDX-License-Identifier: Apache-2.0
// Models of text against transformers', with weights by formula.
#include "hearth/text/models/auto.h"

#include "core/golden/module.h"
#include "models/config_json.h"

namespace hearth::golden {
namespace {

using text::Head;

/// A case's attributes as config.json.
data::readers::JsonValue config_of(Args& a) {
  text::ConfigEditor config;
  for (const auto& [name, value] : a.test_case().attributes)
    std::visit(
        [&, key = name.c_str()](const auto& held) {
          if constexpr (requires { config.set(key, held); }) config.set(key, held);
        },
        value);
  return config.value();
}

Outputs run(Args& a, Head head) {
  const auto model = text::make_model(head, config_of(a));
  prepare(a, *model);
  model->eval();
  const text::ModelInputs inputs = text::ModelInputs()
                                       .input_ids(a[0])
                                       .attention_mask(a[1])
                                       .token_type_ids(a[2])
                                       .position_ids(a[3])
                                       .inputs_embeds(a[4])
                                       .labels(a[5])
                                       .start_positions(a[6])
                                       .end_positions(a[7])
                                       .output_hidden_states(a.b("hidden"));
  text::ModelOutput out = model->forward(inputs);
  if (head != Head::None) out.last_hidden_state = out.pooler_output = Tensor();
  Outputs all;
  for (const Tensor& t : {out.loss, out.logits, out.last_hidden_state, out.pooler_output,
                          out.start_logits, out.end_logits})
    if (t.defined()) all.push_back(t);
  all.insert(all.end(), out.hidden_states.begin(), out.hidden_states.end());
  return all;
}

/// Of ids, mask and labels.
Outputs run_small(Args& a, Head head) {
  const auto model = text::make_model(head, config_of(a));
  prepare(a, *model);
  const text::ModelOutput out =
      model->forward(text::ModelInputs().input_ids(a[0]).attention_mask(a[1]).labels(a[2]));
  return {out.loss, out.logits};
}

#define FAMILY(Name)                                                                              \
  {Name "Model", [](Args& a) { return run(a, Head::None); }},                                     \
      {Name "ForMaskedLM", [](Args& a) { return run(a, Head::MaskedLM); }},                       \
      {Name "ForSequenceClassification",                                                          \
       [](Args& a) { return run(a, Head::SequenceClassification); }},                             \
      {Name "ForTokenClassification", [](Args& a) { return run(a, Head::TokenClassification); }}, \
  {                                                                                               \
    Name "ForQuestionAnswering", [](Args& a) { return run(a, Head::QuestionAnswering); }          \
  }

const Table kTable = {
    FAMILY("Bert"),
    FAMILY("DistilBert"),
    FAMILY("Roberta"),
    FAMILY("XLMRoberta"),
    FAMILY("ModernBert"),
    {"TextCNN", [](Args& a) { return run_small(a, Head::SequenceClassification); }},
    {"FastText", [](Args& a) { return run_small(a, Head::SequenceClassification); }},
    {"LSTMForSequenceClassification",
     [](Args& a) { return run_small(a, Head::SequenceClassification); }},
    {"LSTMForTokenClassification", [](Args& a) { return run_small(a, Head::TokenClassification); }},
    FAMILY("ModernBert"),
    {"TextCNN", [](Args& a) { return run_small(a, Head::SequenceClassification); }},
    {"FastText", [](Args& a) { return run_small(a, Head::SequenceClassification); }},
    {"LSTMForSequenceClassification",
     [](Args& a) { return run_small(a, Head::SequenceClassification); }},
    {"LSTMForTokenClassification",
     [](Args& a) { return run_small(a, Head::TokenClassification); }}};

HEARTH_GOLDEN_FAMILY(GoldenEncoders, "encoders", kTable);

}  // namespace
}  // namespace hearth::golden
