// SPDX-License-Identifier: Apache-2.0
// What Unicode says of code points, and what Hugging Face's tokenizers think of them where they
// differ: their letters are those of Unicode 16, their punctuation and marks of Unicode 8 and 9,
// their lower case of Unicode 17. Ours is Unicode 15.0 with these differences; what begins with
// kBert, or names HF, is theirs. The data are made by scripts/unicode/tables.py.
#pragma once

#include <cstddef>
#include <cstdint>

#include "unicode/utf8.h"

namespace hearth::text::unicode {

enum class Category : uint8_t {
  Cn,
  Lu,
  Ll,
  Lt,
  Lm,
  Lo,
  Mn,
  Mc,
  Me,
  Nd,
  Nl,
  No,
  Pc,
  Pd,
  Ps,
  Pe,
  Pi,
  Pf,
  Po,
  Sm,
  Sc,
  Sk,
  So,
  Zs,
  Zl,
  Zp,
  Cc,
  Cf,
  Cs,
  Co,
};

/// Grapheme_Cluster_Break of UAX #29.
enum class Cluster : uint8_t {
  Other,
  CR,
  LF,
  Control,
  Extend,
  ZWJ,
  RegionalIndicator,
  Prepend,
  SpacingMark,
  L,
  V,
  T,
  LV,
  LVT,
};

/// Any: none, or none of Unicode 15.
enum class Script : uint8_t {
  Any,
  Adlam,
  Ahom,
  AnatolianHieroglyphs,
  Arabic,
  Armenian,
  Avestan,
  Balinese,
  Bamum,
  BassaVah,
  Batak,
  Bengali,
  Bhaiksuki,
  Bopomofo,
  Brahmi,
  Braille,
  Buginese,
  Buhid,
  CanadianAboriginal,
  Carian,
  CaucasianAlbanian,
  Chakma,
  Cham,
  Cherokee,
  Chorasmian,
  Common,
  Coptic,
  Cuneiform,
  Cypriot,
  CyproMinoan,
  Cyrillic,
  Deseret,
  Devanagari,
  DivesAkuru,
  Dogra,
  Duployan,
  EgyptianHieroglyphs,
  Elbasan,
  Elymaic,
  Ethiopic,
  Georgian,
  Glagolitic,
  Gothic,
  Grantha,
  Greek,
  Gujarati,
  GunjalaGondi,
  Gurmukhi,
  Han,
  Hangul,
  HanifiRohingya,
  Hanunoo,
  Hatran,
  Hebrew,
  Hiragana,
  ImperialAramaic,
  Inherited,
  InscriptionalPahlavi,
  InscriptionalParthian,
  Javanese,
  Kaithi,
  Kannada,
  Katakana,
  Kawi,
  KayahLi,
  Kharoshthi,
  KhitanSmallScript,
  Khmer,
  Khojki,
  Khudawadi,
  Lao,
  Latin,
  Lepcha,
  Limbu,
  LinearA,
  LinearB,
  Lisu,
  Lycian,
  Lydian,
  Mahajani,
  Makasar,
  Malayalam,
  Mandaic,
  Manichaean,
  Marchen,
  MasaramGondi,
  Medefaidrin,
  MeeteiMayek,
  MendeKikakui,
  MeroiticCursive,
  MeroiticHieroglyphs,
  Miao,
  Modi,
  Mongolian,
  Mro,
  Multani,
  Myanmar,
  Nabataean,
  NagMundari,
  Nandinagari,
  NewTaiLue,
  Newa,
  Nko,
  Nushu,
  NyiakengPuachueHmong,
  Ogham,
  OlChiki,
  OldHungarian,
  OldItalic,
  OldNorthArabian,
  OldPermic,
  OldPersian,
  OldSogdian,
  OldSouthArabian,
  OldTurkic,
  OldUyghur,
  Oriya,
  Osage,
  Osmanya,
  PahawhHmong,
  Palmyrene,
  PauCinHau,
  PhagsPa,
  Phoenician,
  PsalterPahlavi,
  Rejang,
  Runic,
  Samaritan,
  Saurashtra,
  Sharada,
  Shavian,
  Siddham,
  SignWriting,
  Sinhala,
  Sogdian,
  SoraSompeng,
  Soyombo,
  Sundanese,
  SylotiNagri,
  Syriac,
  Tagalog,
  Tagbanwa,
  TaiLe,
  TaiTham,
  TaiViet,
  Takri,
  Tamil,
  Tangsa,
  Tangut,
  Telugu,
  Thaana,
  Thai,
  Tibetan,
  Tifinagh,
  Tirhuta,
  Toto,
  Ugaritic,
  Vai,
  Vithkuqi,
  Wancho,
  WarangCiti,
  Yezidi,
  Yi,
  ZanabazarSquare,
};

enum Flag : uint32_t {
  kWhite = 1u << 0,
  kWord = 1u << 1,  // \w of Rust's regular expressions
  kAlphabetic = 1u << 2,
  kNumeric = 1u << 3,  // is_numeric of Rust
  kBertPunctuation = 1u << 4,
  kBertDropped = 1u << 5,  // by clean_text
  kBertAccent = 1u << 6,
  kAccent = 1u << 7,  // what StripAccents removes
  kNotNormalizedByHf = 1u << 8,
  kCanonical = 1u << 9,  // has a decomposition; Hangul syllables are not counted
  kCompatible = 1u << 10,
  kMaybeNfc = 1u << 11,  // NFC_Quick_Check is not Yes
  kMaybeNfkc = 1u << 12,
  kLowers = 1u << 13,  // has a lower case that differs
  kUppers = 1u << 14,
  kPictographic = 1u << 15,
  kPictographicToHf = 1u << 16,
  kUppercase = 1u << 17,
  kLowercase = 1u << 18,
};

struct Record {
  Category category;
  Cluster cluster;
  Script script;
  /// HF's UnicodeScripts has an older table. Any: not assigned yet.
  Script script_to_hf;
  uint8_t combining_class;
  uint32_t flags;
};

/// What scanners of text ask, in one byte.
enum Class : uint8_t {
  kLetter = 1 << 0,
  kNumber = 1 << 1,
  kSpace = 1 << 2,
  kNewline = 1 << 3,
  kUpperOrOther = 1 << 4,  // Lu, Lt, Lm, Lo, M
  kLowerOrOther = 1 << 5,  // Ll, Lm, Lo, M
  kWordClass = 1 << 6,
  kPunctuationClass = 1 << 7,
};

struct CaseMapping {
  char32_t from;
  /// From kCodePoints on a place in kPool.
  char32_t to;
};

struct Composition {
  char32_t first, second, composed;
};

extern const uint16_t kRecordBlocks[8704];
extern const uint16_t kRecordOfBlocks[40448];
extern const uint8_t kClassBlocks[8704];
extern const uint8_t kClassOfBlocks[29824];
extern const char* const kScriptNames[164];
extern const Record kRecords[1147];
extern const uint8_t kCanonicalBlocks[3049];
extern const uint16_t kCanonicalStarts[5184];
extern const uint8_t kCompatibleBlocks[3049];
extern const uint16_t kCompatibleStarts[11008];
extern const CaseMapping kLower[1488];
extern const CaseMapping kUpper[1525];
extern const char32_t kPool[10696];
extern const Composition kCompositions[941];

inline const Record& record(char32_t code) {
  return kRecords[kRecordOfBlocks[kRecordBlocks[code >> 7] << 7 | (code & 127)]];
}
inline bool has(char32_t code, uint32_t flag) { return record(code).flags & flag; }
inline Category category(char32_t code) { return record(code).category; }
inline uint8_t class_of(char32_t code) {
  return kClassOfBlocks[kClassBlocks[code >> 7] << 7 | (code & 127)];
}

/// A few code points in a row.
struct Codes {
  const char32_t* data;
  size_t size;
  const char32_t* begin() const { return data; }
  const char32_t* end() const { return data + size; }
};

/// The full decomposition of a code point that has one (Hangul syllables apart); else nothing.
Codes canonical(char32_t code);
Codes compatible(char32_t code);
inline bool is_hangul_syllable(char32_t code) { return code - 0xac00 < 11172; }
/// The two or three parts of a Hangul syllable.
size_t decompose_hangul(char32_t code, char32_t (&parts)[3]);
/// What two code points become together, Hangul included; 0 if nothing.
char32_t compose(char32_t first, char32_t second);
/// The full mapping, without locale or context. `code` must outlive what is returned.
Codes lower(const char32_t& code);
Codes upper(const char32_t& code);

}  // namespace hearth::text::unicode
