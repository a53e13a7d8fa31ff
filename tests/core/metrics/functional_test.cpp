// SPDX-License-Identifier: Apache-2.0
// Each functional form is the metric of that name, given one batch.
#include <gtest/gtest.h>

#include "hearth/metrics.h"
#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth::metrics {
namespace {

namespace f = functional;

Texts texts(const std::string& one) { return {one, "the cat sat"}; }
const TextLists kReferences = {{"a cat sat on the mat", "the mat"}, {"the cat sat down"}};

std::vector<Tensor> values(const Tensor& t) { return {t}; }
std::vector<Tensor> values(const PrecisionRecall& c) {
  return {c.precision, c.recall, c.thresholds};
}
std::vector<Tensor> values(const RocPoints& c) { return {c.fpr, c.tpr, c.thresholds}; }
std::vector<Tensor> values(const OperatingPoint& p) { return {p.value, p.threshold}; }
std::vector<Tensor> values(const Scores& scores) {
  std::vector<Tensor> all;
  for (const auto& [name, value] : scores) all.push_back(value);
  return all;
}
template <typename Curve>
std::vector<Tensor> values(const std::vector<Curve>& curves) {
  std::vector<Tensor> all;
  for (const Curve& c : curves)
    for (const Tensor& t : values(c)) all.push_back(t);
  return all;
}

template <typename Value, typename M, typename... Inputs>
void expect_metric(const char* what, const Value& value, M metric, const Inputs&... inputs) {
  metric.update(inputs...);
  const auto got = values(value), want = values(metric.compute());
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].scalar_type(), want[i].scalar_type()) << what;
    EXPECT_TRUE(got[i].allclose(want[i], 0, 0, /*equal_nan=*/true)) << what;
  }
}

struct Batch {
  Tensor p, t;
};
const Batch& binary() {
  static const Batch batch{rand({60}), randint(2, {60}, kLong)};
  return batch;
}
const Batch& classes() {
  static const Batch batch{rand({60, 3}), randint(3, {60}, kLong)};
  return batch;
}
const Batch& labels() {
  static const Batch batch{rand({60, 3}), randint(2, {60, 3}, kLong)};
  return batch;
}

// name, Name, options of each task, and what comes after them
#define FORM(batch, function, Metric, ...)                                                      \
  expect_metric(#function, f::function(batch().p, batch().t, __VA_ARGS__), Metric(__VA_ARGS__), \
                batch().p, batch().t)
#define FORMS(name, Name, Options, ...)                                                    \
  FORM(binary, binary_##name, Binary##Name, Binary##Options() __VA_OPT__(, ) __VA_ARGS__); \
  FORM(classes, multiclass_##name, Multiclass##Name,                                       \
       Multiclass##Options(3) __VA_OPT__(, ) __VA_ARGS__);                                 \
  FORM(labels, multilabel_##name, Multilabel##Name,                                        \
       Multilabel##Options(3) __VA_OPT__(, ) __VA_ARGS__)

TEST(Functional, ScoresOfCounts) {
  FORMS(stat_scores, StatScores, StatScoresOptions);
  FORMS(accuracy, Accuracy, StatScoresOptions);
  FORMS(precision, Precision, StatScoresOptions);
  FORMS(recall, Recall, StatScoresOptions);
  FORMS(f1_score, F1Score, StatScoresOptions);
  FORMS(specificity, Specificity, StatScoresOptions);
  FORMS(negative_predictive_value, NegativePredictiveValue, StatScoresOptions);
  FORMS(hamming_distance, HammingDistance, StatScoresOptions);
  FORM(binary, binary_fbeta_score, BinaryFBetaScore, 2.0, BinaryStatScoresOptions());
  FORM(classes, multiclass_fbeta_score, MulticlassFBetaScore, 2.0, MulticlassStatScoresOptions(3));
  FORM(labels, multilabel_fbeta_score, MultilabelFBetaScore, 2.0, MultilabelStatScoresOptions(3));
}

TEST(Functional, ScoresOfMatrices) {
  FORMS(confusion_matrix, ConfusionMatrix, Options, Normalize::True);
  FORM(binary, binary_jaccard_index, BinaryJaccardIndex, BinaryOptions(), 1.0);
  FORM(classes, multiclass_jaccard_index, MulticlassJaccardIndex, MulticlassOptions(3),
       Average::Weighted, 1.0);
  FORM(labels, multilabel_jaccard_index, MultilabelJaccardIndex, MultilabelOptions(3),
       Average::Weighted, 1.0);
  FORM(binary, binary_cohen_kappa, BinaryCohenKappa, BinaryOptions(), KappaWeights::Linear);
  FORM(classes, multiclass_cohen_kappa, MulticlassCohenKappa, MulticlassOptions(3),
       KappaWeights::Quadratic);
  FORMS(matthews_corrcoef, MatthewsCorrCoef, Options);
  FORM(classes, multiclass_exact_match, MulticlassExactMatch, MulticlassOptions(3),
       MultidimAverage::Samplewise);
  FORM(labels, multilabel_exact_match, MultilabelExactMatch, MultilabelOptions(3),
       MultidimAverage::Global);
}

TEST(Functional, Curves) {
  FORM(binary, binary_precision_recall_curve, BinaryPrecisionRecallCurve, BinaryCurveOptions());
  FORM(classes, multiclass_precision_recall_curve, MulticlassPrecisionRecallCurve,
       MulticlassCurveOptions(3), Average::Macro);
  FORM(labels, multilabel_precision_recall_curve, MultilabelPrecisionRecallCurve,
       MultilabelCurveOptions(3));
  FORM(binary, binary_roc, BinaryROC, BinaryCurveOptions());
  FORM(classes, multiclass_roc, MulticlassROC, MulticlassCurveOptions(3), Average::Micro);
  FORM(labels, multilabel_roc, MultilabelROC, MultilabelCurveOptions(3));
  FORM(binary, binary_auroc, BinaryAUROC, BinaryCurveOptions(), 0.3);
  FORM(classes, multiclass_auroc, MulticlassAUROC, MulticlassCurveOptions(3), Average::None);
  FORM(labels, multilabel_auroc, MultilabelAUROC, MultilabelCurveOptions(3), Average::Micro);
  FORM(binary, binary_average_precision, BinaryAveragePrecision, BinaryCurveOptions());
  FORM(classes, multiclass_average_precision, MulticlassAveragePrecision, MulticlassCurveOptions(3),
       Average::Weighted);
  FORM(labels, multilabel_average_precision, MultilabelAveragePrecision, MultilabelCurveOptions(3),
       Average::None);
  FORMS(eer, EER, CurveOptions);
  FORM(binary, binary_logauc, BinaryLogAUC, BinaryCurveOptions(), LogAUC::Range(0.1, 0.5));
  FORM(classes, multiclass_logauc, MulticlassLogAUC, MulticlassCurveOptions(3),
       LogAUC::Range(0.1, 0.5), Average::None);
  FORM(labels, multilabel_logauc, MultilabelLogAUC, MultilabelCurveOptions(3),
       LogAUC::Range(0.1, 0.5), Average::None);
}

#define POINTS(name, Name)                                                            \
  FORM(binary, binary_##name, Binary##Name, 0.4, BinaryCurveOptions());               \
  FORM(classes, multiclass_##name, Multiclass##Name, 0.4, MulticlassCurveOptions(3)); \
  FORM(labels, multilabel_##name, Multilabel##Name, 0.4, MultilabelCurveOptions(3))

TEST(Functional, PointsOfCurves) {
  POINTS(recall_at_fixed_precision, RecallAtFixedPrecision);
  POINTS(precision_at_fixed_recall, PrecisionAtFixedRecall);
  POINTS(sensitivity_at_specificity, SensitivityAtSpecificity);
  POINTS(specificity_at_sensitivity, SpecificityAtSensitivity);
}

TEST(Functional, ScoresOfConfidence) {
  FORM(binary, binary_calibration_error, BinaryCalibrationError, BinaryOptions(), 7,
       CalibrationNorm::Max);
  FORM(classes, multiclass_calibration_error, MulticlassCalibrationError, MulticlassOptions(3), 7,
       CalibrationNorm::L2);
  FORM(binary, binary_hinge_loss, BinaryHingeLoss, BinaryOptions(), true);
  FORM(classes, multiclass_hinge_loss, MulticlassHingeLoss, MulticlassOptions(3), true,
       HingeMode::OneVsAll);
  FORM(labels, multilabel_coverage_error, MultilabelCoverageError, MultilabelOptions(3));
  FORM(labels, multilabel_ranking_loss, MultilabelRankingLoss, MultilabelOptions(3));
  FORM(labels, multilabel_ranking_average_precision, MultilabelRankingAveragePrecision,
       MultilabelOptions(3));
}

TEST(Functional, Regression) {
  const Tensor p = rand({30, 2}) + 0.1, t = rand({30, 2}) + 0.1;
  using Normalization = NormalizedRootMeanSquaredError::Normalization;
#define OF(function, metric, ...) \
  expect_metric(#function, f::function(p, t __VA_OPT__(, ) __VA_ARGS__), metric, p, t)
  OF(mean_squared_error, MeanSquaredError(false, 2), false, 2);
  OF(mean_absolute_error, MeanAbsoluteError(2), 2);
  OF(mean_absolute_percentage_error, MeanAbsolutePercentageError());
  OF(symmetric_mean_absolute_percentage_error, SymmetricMeanAbsolutePercentageError());
  OF(weighted_mean_absolute_percentage_error, WeightedMeanAbsolutePercentageError());
  OF(mean_squared_log_error, MeanSquaredLogError());
  OF(log_cosh_error, LogCoshError(2));
  OF(tweedie_deviance_score, TweedieDevianceScore(1.5), 1.5);
  OF(minkowski_distance, MinkowskiDistance(3), 3);
  OF(critical_success_index, CriticalSuccessIndex(0.5), 0.5);
  OF(r2_score, R2Score(1, Multioutput::RawValues, 2), 1, Multioutput::RawValues);
  OF(explained_variance, ExplainedVariance(Multioutput::RawValues, 2), Multioutput::RawValues);
  OF(relative_squared_error, RelativeSquaredError(2, false), false);
  OF(normalized_root_mean_squared_error, NormalizedRootMeanSquaredError(Normalization::Range, 2),
     Normalization::Range, 2);
  OF(pearson_corrcoef, PearsonCorrCoef(2));
  OF(concordance_corrcoef, ConcordanceCorrCoef(2));
  OF(spearman_corrcoef, SpearmanCorrCoef(2));
  OF(kendall_rank_corrcoef, KendallRankCorrCoef('c', 2), 'c');
  OF(cosine_similarity, CosineSimilarity(Reduce::None), Reduce::None);
  OF(kl_divergence, KLDivergence(false, Reduce::Sum), false, Reduce::Sum);
  OF(jensen_shannon_divergence, JensenShannonDivergence(true, Reduce::None), true, Reduce::None);
#undef OF
}

TEST(Functional, Retrieval) {
  const Tensor p = rand({20}), t = randint(2, {20}, kLong), query = zeros({20}, kLong);
  const auto top3 = RetrievalOptions().top_k(3);
#define OF(function, metric, ...) \
  expect_metric(#function, f::function(p, t __VA_OPT__(, ) __VA_ARGS__), metric, p, t, query)
  OF(retrieval_average_precision, RetrievalMAP(top3), 3);
  OF(retrieval_reciprocal_rank, RetrievalMRR(top3), 3);
  OF(retrieval_precision, RetrievalPrecision(RetrievalOptions().top_k(50), true), 50, true);
  OF(retrieval_recall, RetrievalRecall(top3), 3);
  OF(retrieval_fall_out, RetrievalFallOut(top3), 3);
  OF(retrieval_hit_rate, RetrievalHitRate(top3), 3);
  OF(retrieval_normalized_dcg, RetrievalNormalizedDCG(top3), 3);
  OF(retrieval_r_precision, RetrievalRPrecision());
  OF(retrieval_auroc, RetrievalAUROC(RetrievalOptions().top_k(15)), 15);
#undef OF
}

TEST(Functional, Text) {
  const Texts p = texts("A cat, on the mat"), t = {"the cat on a mat", "that cat sat"};
#define OF(function, metric, target, ...) \
  expect_metric(#function, f::function(p, target __VA_OPT__(, ) __VA_ARGS__), metric, p, target)
  OF(word_error_rate, WordErrorRate(), t);
  OF(char_error_rate, CharErrorRate(), t);
  OF(match_error_rate, MatchErrorRate(), t);
  OF(word_information_preserved, WordInfoPreserved(), t);
  OF(word_information_lost, WordInfoLost(), t);
  OF(edit_distance, EditDistance(2, Reduce::None), t, 2, Reduce::None);
  const auto bleu = BLEUScoreOptions().n_gram(2).smooth(BleuSmoothing::Floor);
  OF(bleu_score, BLEUScore(bleu), kReferences, bleu);
  OF(sacre_bleu_score, SacreBLEUScore(bleu, BleuTokenizer::Char, true), kReferences, bleu,
     BleuTokenizer::Char, true);
  const auto chrf = CHRFScoreOptions().n_word_order(0).lowercase(true);
  OF(chrf_score, CHRFScore(chrf), kReferences, chrf);
  const auto rouge = ROUGEScoreOptions().rouge_keys({"rouge1", "rougeLsum"}).use_stemmer(true);
  OF(rouge_score, ROUGEScore(rouge), kReferences, rouge);
  OF(squad, SQuAD(), kReferences);
#undef OF
  const TextLists said = {{"B-X", "I-X", "O"}}, truth = {{"B-X", "O", "O"}};
  expect_metric("span_f1", f::span_f1(said, truth, {"X"}), SpanF1({"X"}), said, truth);
  const Tensor logits = rand({2, 3, 4}), tokens = randint(4, {2, 3}, kLong);
  expect_metric("perplexity", f::perplexity(logits, tokens, 1), Perplexity(1), logits, tokens);
}

}  // namespace
}  // namespace hearth::metrics
