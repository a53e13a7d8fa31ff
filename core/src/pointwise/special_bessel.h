// SPDX-License-Identifier: Apache-2.0
// Bessel functions and their kin. Included by pointwise/special.h.
#pragma once

#include "pointwise/special_gamma.h"
#include "pointwise/special_kinds.h"

namespace HEARTH_SPECIAL_NAMESPACE {

// Chebyshev coefficients, computed with 40 digits: of the function without its exponential and its
// power, near 0 by the argument or its square, and far away by the argument's inverse.
HEARTH_SPECIAL_TABLE double kI0Near[] = {
    0.33839763720473804,     -0.3046826723431984,     0.17162090152220878,
    -0.094901097048047644,   0.049305284239670708,    -0.023737414805899469,
    0.010546460394594998,    -4.3243099950505759e-3,  1.6394756169413358e-3,
    -5.7637557453858237e-4,  1.8850288509584166e-4,   -5.7541950100821037e-5,
    1.6448448070728897e-5,   -4.4167383584587506e-6,  1.1173875391201037e-6,
    -2.6707938539406117e-7,  6.0469950225419189e-8,   -1.300025009986248e-8,
    2.6598237246823867e-9,   -5.1897956016352629e-10, 9.6758090353732369e-11,
    -1.7268262914415557e-11, 2.9550526631296398e-12,  -4.8564467831119295e-13,
    7.6761854986049356e-14,  -1.1685332877993452e-14, 1.715391285555133e-15,
    -2.4312798465479547e-16, 3.3307945188222381e-17};
HEARTH_SPECIAL_TABLE double kI0Far[] = {
    0.40224520550705442,     3.3691164782556941e-3,   6.889758346916824e-5,
    2.8913705208347565e-6,   2.0489185894690637e-7,   2.2666689904981781e-8,
    3.3962320257083863e-9,   4.9406023882249696e-10,  1.1889147107846438e-11,
    -3.1499165279632414e-11, -1.3215811840447713e-11, -1.7941785315068061e-12,
    7.1801244513836662e-13,  3.8527783827421427e-13,  1.5400862175214098e-14,
    -4.1505693472872221e-14, -9.5548466988283076e-15, 3.8116806693526224e-15,
    1.7725601330565264e-15,  -3.4254856196772191e-16, -2.8276239805165835e-16,
    3.4612228676974611e-17,  4.46562142029676e-17};
HEARTH_SPECIAL_TABLE double kI1Near[] = {
    0.12629359322181683,     -0.17641651835783406,    0.1026436586898471,
    -0.052945981208094991,   0.024726449030626517,    -0.010564084894626198,
    4.1564229443128882e-3,   -1.5135724506312531e-3,  5.1228595616857577e-4,
    -1.6176081582589675e-4,  4.7815651075500542e-5,   -1.3273163656039436e-5,
    3.4702513081376785e-6,   -8.5687202646954547e-7,  2.0032947535521353e-7,
    -4.4450591287963281e-8,  9.3815373864957718e-9,   -1.8872497517228293e-9,
    3.625590281552117e-10,   -6.6634897235020277e-11, 1.1736186298890902e-11,
    -1.9839743977649437e-12, 3.2237933659455747e-13,  -5.0421855047279117e-14,
    7.6006842947354069e-15,  -1.1055969477353863e-15, 1.5536319577362005e-16,
    -2.1114212143581661e-17};
HEARTH_SPECIAL_TABLE double kI1Far[] = {
    0.38928811750914006,     -9.7610974913614684e-3,  -1.1058893876262372e-4,
    -3.8825648088776904e-6,  -2.5122362378702089e-7,  -2.6314688468895195e-8,
    -3.835380385964237e-9,   -5.5897434621965838e-10, -1.8974958123505412e-11,
    3.2526035830154882e-11,  1.4125807436613781e-11,  2.0356285441470895e-12,
    -7.1985517762459085e-13, -4.0835511110921973e-13, -2.1015418427726643e-14,
    4.2724400167119514e-14,  1.0420276984128803e-14,  -3.8144030724370078e-15,
    -1.8803547755107824e-15, 3.3082023109209283e-16,  2.9626289976459501e-16,
    -3.209525921993424e-17,  -4.6503053684893583e-17};
HEARTH_SPECIAL_TABLE double kK0Near[] = {
    -0.26766369661695138,   0.34428989992462849,   0.035979936515361502,  1.2646154114469259e-3,
    2.2862121031194518e-5,  2.5347910790261495e-7, 1.9045163772202089e-9, 1.0349695257633625e-11,
    4.2598161427910826e-14, 1.3744654358807509e-16};
HEARTH_SPECIAL_TABLE double kK0Far[] = {
    1.2201515410329777,      -0.031448101311964501,   1.5698838857300534e-3,
    -1.2849549581627803e-4,  1.3949813718876499e-5,   -1.8317555227191195e-6,
    2.7668136394450151e-7,   -4.6604898976879477e-8,  8.5740340174142261e-9,
    -1.6975345093890615e-9,  3.5773972814003284e-10,  -7.957489244477397e-11,
    1.8559491149549266e-11,  -4.5145978833745192e-12, 1.1403405882073442e-12,
    -2.9800969231481784e-13, 8.0328907750683744e-14,  -2.2275133267462964e-14,
    6.340076476276646e-15,   -1.8485933779209072e-15, 5.5120559994043334e-16,
    -1.6782311257549006e-16};
HEARTH_SPECIAL_TABLE double kK1Near[] = {
    0.76265011366947389,    -0.35315596077654488,   -0.12261118082265715,   -6.9757238596398644e-3,
    -1.7302889575130521e-4, -2.4334061415659682e-6, -2.2133876307347259e-8, -1.4114883926335278e-10,
    -6.666901694199329e-13, -2.4274498505193659e-15};
HEARTH_SPECIAL_TABLE double kK1Far[] = {
    1.3603130952422213,      0.10392373657681724,     -2.8578168596227794e-3,
    1.9521551847135163e-4,   -1.936197974166083e-5,   2.4064849478372171e-6,
    -3.5019606030878125e-7,  5.7410841254500493e-8,   -1.0345762465678097e-8,
    2.0150497551970346e-9,   -4.1903547593419256e-10, 9.2183151876053141e-11,
    -2.129967838427791e-11,  5.1396396734823435e-12,  -1.2891739609498229e-12,
    3.3484196660522431e-13,  -8.9767051820101461e-14, 2.4771544242195987e-14,
    -7.0198370892147689e-15, 2.0387031662398609e-15,  -6.0570472706430178e-16,
    1.8380935752430454e-16};
HEARTH_SPECIAL_TABLE double kAiRight[] = {
    0.9844053049171552,      -0.014792784850104199,   7.3271774654267143e-4,
    -6.1259542341782499e-5,  6.8347669755726903e-6,   -9.2372297354039816e-7,
    1.4362253404380519e-7,   -2.489319422322096e-8,   4.7097934400543278e-9,
    -9.5838637081127321e-10, 2.0745855483677592e-10,  -4.737267332192277e-11,
    1.1336099808224235e-11,  -2.8277067823193508e-12, 7.3207120951255976e-13,
    -1.9599793911089722e-13, 5.4101162570683922e-14,  -1.5356466802223836e-14,
    4.4723403933000248e-15,  -1.3338094674756682e-15, 4.066582046456231e-16,
    -1.265583225645289e-16};
HEARTH_SPECIAL_TABLE double kAiMiddle[] = {
    0.15168947628223672,     -5.228692408472365e-3,   -7.1830075633421232e-3,
    -0.27500858251700784,    0.15267285652736612,     0.11299722901833571,
    -0.12930163519980793,    0.021717950423082667,    0.024911850702736413,
    -0.01433585742189573,    6.9668945163959804e-4,   1.974398933529019e-3,
    -7.2303939722521993e-4,  -1.6112414526177466e-5,  8.1332736732499393e-5,
    -2.0775365813975461e-5,  -1.6054762687164758e-6,  2.0560158255601388e-6,
    -3.825520517284178e-7,   -4.9138705961841781e-8,  3.5141686420518919e-8,
    -4.8463850108604963e-9,  -8.897812059422213e-10,  4.3297862486488076e-10,
    -4.4147455974393014e-11, -1.1096862995764342e-11, 4.0248320287978321e-12,
    -2.9609936249846452e-13, -1.0257635127287476e-13, 2.920579876829024e-14,
    -1.4619955511486231e-15, -7.3550505309176696e-16, 1.6986548408182805e-16};
HEARTH_SPECIAL_TABLE double kAiEven[] = {
    0.99967234154610054,     -3.2554835610553222e-4, 2.0697451559691191e-6,
    -3.8909617364744243e-8,  1.3645959446950336e-9,  -7.2655634388666817e-11,
    5.2346756290629069e-12,  -4.749669415821452e-13, 5.1721561396041887e-14,
    -6.5337252955452845e-15, 9.339274072777209e-16,  -1.4823330512580455e-16,
    2.5745988399644003e-17};
HEARTH_SPECIAL_TABLE double kAiOdd[] = {
    0.069115280401605025,    -3.251060364586695e-4,   3.9459777438663225e-6,
    -1.0689290905143409e-7,  4.8003347189516165e-9,   -3.0691067169997638e-10,
    2.5517594369013927e-11,  -2.6016067317524339e-12, 3.1236668551191861e-13,
    -4.2903251712839484e-14, 6.5967105959774351e-15,  -1.116833216041688e-15,
    2.0551350158850326e-16,  -4.0680056098438255e-17};

/// Clenshaw's sum of n Chebyshev coefficients at t within [-1, 1].
template <int n>
HEARTH_SPECIAL_LOCAL double chebyshev(const double (&c)[n], double t) {
  double a = 0, b = 0;
  for (int k = n - 1; k > 0; --k) {
    const double next = 2 * t * a - b + c[k];
    b = a;
    a = next;
  }
  return t * a - b + c[0];
}

// ---- modified, of the first kind
HEARTH_SPECIAL_FN double i0e(double x) {
  const double a = ::fabs(x);
  return a <= 8 ? chebyshev(kI0Near, a / 4 - 1) : chebyshev(kI0Far, 16 / a - 1) / ::sqrt(a);
}
HEARTH_SPECIAL_FN double i1e(double x) {
  const double a = ::fabs(x);
  if (a <= 8) return x * chebyshev(kI1Near, a / 4 - 1);
  return ::copysign(chebyshev(kI1Far, 16 / a - 1) / ::sqrt(a), x);
}
/// y e^|x|, the exponential in two halves, which overflow only when the result does.
HEARTH_SPECIAL_LOCAL double grown(double y, double x) {
  const double half = ::exp(::fabs(x) / 2);
  return y * half * half;
}
HEARTH_SPECIAL_FN double i0(double x) { return x - x == 0 ? grown(i0e(x), x) : x * x; }
HEARTH_SPECIAL_FN double i1(double x) { return x - x == 0 ? grown(i1e(x), x) : x; }
/// Where quotients of subnormal numbers would be rounded.
HEARTH_SPECIAL_LOCAL bool vanishes(double x) { return ::fabs(x) < 1e-290; }
HEARTH_SPECIAL_FN double i1_slope(double x) { return vanishes(x) ? 0.5 : i0(x) - i1(x) / x; }
HEARTH_SPECIAL_FN double i1e_slope(double x) {
  if (vanishes(x)) return 0.5;
  return i0e(x) - i1e(x) * (::copysign(1.0, x) + 1 / x);
}

// ---- modified, of the second kind
HEARTH_SPECIAL_LOCAL double scaled_k0(double x) {
  if (!(x > 0)) return x == 0 ? kInf : nan();
  if (x > 2) return chebyshev(kK0Far, 4 / x - 1) / ::sqrt(x);
  return (chebyshev(kK0Near, x * x / 2 - 1) - ::log(x / 2) * i0(x)) * ::exp(x);
}
HEARTH_SPECIAL_LOCAL double scaled_k1(double x) {
  if (!(x > 0)) return x == 0 ? kInf : nan();
  if (x > 2) return chebyshev(kK1Far, 4 / x - 1) / ::sqrt(x);
  return (chebyshev(kK1Near, x * x / 2 - 1) / x + ::log(x / 2) * i1(x)) * ::exp(x);
}

// ---- the others
HEARTH_SPECIAL_LOCAL double spherical_j0(double x) {
  if (x - x != 0) return x != x ? x : 0;
  return ::fabs(x) < 1e-8 ? 1 : ::sin(x) / x;
}
HEARTH_SPECIAL_LOCAL double airy_ai(double x) {
  constexpr double kRight = 1.8856180831641267, kLeft = 7.453559924999299;  // 2/3 2^1.5, 2/3 5^1.5
  constexpr double kRootPi = 1.772453850905516;
  const double a = ::fabs(x);
  if (a == kInf) return nan();
  if (x >= -5 && x < 2) return chebyshev(kAiMiddle, (x + 1.5) / 3.5);
  const double root = ::sqrt(a), zeta = 2 * a * root / 3, size = kRootPi * ::sqrt(root);
  if (x > 0) return ::exp(-zeta) / (2 * size) * chebyshev(kAiRight, 2 * kRight / zeta - 1);
  const double r = kLeft / zeta, t = 2 * r * r - 1, angle = zeta - kPi / 4;
  return (::cos(angle) * chebyshev(kAiEven, t) + ::sin(angle) * chebyshev(kAiOdd, t) / zeta) / size;
}

/// The C library's, which are 0 at infinity, where PyTorch has none.
HEARTH_SPECIAL_FN double bessel(double x, double which) {
  if (x == kInf || x == -kInf) {
    const bool gone = which >= static_cast<double>(Bessel::k0) && x > 0;
    return gone ? 0 : nan();
  }
  switch (static_cast<Bessel>(static_cast<int>(which))) {
    case Bessel::j0:
      return ::j0(x);
    case Bessel::j1:
      return ::j1(x);
    case Bessel::y0:
      return x < 0 ? nan() : ::y0(x);
    case Bessel::y1:
      return x < 0 ? nan() : ::y1(x);
    case Bessel::k0:
      return scaled_k0(x) * ::exp(-x);
    default:
      return scaled_k1(x) * ::exp(-x);
  }
}
HEARTH_SPECIAL_LOCAL double bessel_of(double x, Bessel kind) {
  return bessel(x, static_cast<double>(kind));
}
HEARTH_SPECIAL_FN double bessel_slope(double x, double which) {
  switch (static_cast<Bessel>(static_cast<int>(which))) {
    case Bessel::j0:
      return -bessel_of(x, Bessel::j1);
    case Bessel::j1:
      return vanishes(x) ? 0.5 : bessel_of(x, Bessel::j0) - bessel_of(x, Bessel::j1) / x;
    case Bessel::y0:
      return -bessel_of(x, Bessel::y1);
    case Bessel::y1:
      return x == 0 ? kInf : bessel_of(x, Bessel::y0) - bessel_of(x, Bessel::y1) / x;
    case Bessel::k0:
      return -bessel_of(x, Bessel::k1);
    default:
      return -bessel_of(x, Bessel::k0) - bessel_of(x, Bessel::k1) / x;
  }
}
HEARTH_SPECIAL_FN double bessel_like(double x, double which) {
  switch (static_cast<BesselLike>(static_cast<int>(which))) {
    case BesselLike::scaled_k0:
      return scaled_k0(x);
    case BesselLike::scaled_k1:
      return scaled_k1(x);
    case BesselLike::spherical_j0:
      return spherical_j0(x);
    default:
      return airy_ai(x);
  }
}

}  // namespace HEARTH_SPECIAL_NAMESPACE
