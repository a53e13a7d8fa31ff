// SPDX-License-Identifier: Apache-2.0
#include "hearth/pretrained/text.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_of.h"
#include "temporary.h"

namespace hearth::pretrained {
namespace {

using testing::HasSubstr;

TEST(PretrainedText, TellsLanguagesApart) {
  const auto identifier = language_identifier();
  const Entry* entry = find("langid");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->task, kLanguages);
  EXPECT_TRUE(entry->built_in());
  EXPECT_EQ(*entry->categories, identifier.languages());
  EXPECT_GE(entry->metrics.at("fortunes").at("acc@1"), 95);
  EXPECT_THAT(describe(*entry), HasSubstr("texts of any length"));
  // The first article of the Universal Declaration of Human Rights, or its beginning.
  const std::vector<std::pair<std::string, std::string>> texts{
      {"cs", "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv."},
      {"da",
       "Alle mennesker er født frie og lige i værdighed og rettigheder. De er udstyret med "
       "fornuft og samvittighed, og de bør handle mod hverandre i en broderskabets ånd."},
      {"de", "Alle Menschen sind frei und gleich an Würde und Rechten geboren."},
      {"el", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια."},
      {"en", "All human beings are born free and equal in dignity and rights."},
      {"es", "Todos los seres humanos nacen libres e iguales en dignidad y derechos."},
      {"fi", "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan."},
      {"fr", "Tous les êtres humains naissent libres et égaux en dignité et en droits."},
      {"hu", "Minden emberi lény szabadon születik és egyenlő méltósága és joga van."},
      {"id", "Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama."},
      {"it", "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti."},
      {"ja",
       "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"},
      {"nl", "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren."},
      {"pl", "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw."},
      {"pt", "Todos os seres humanos nascem livres e iguais em dignidade e em direitos."},
      {"ro", "Toate ființele umane se nasc libere și egale în demnitate și în drepturi."},
      {"ru", "Все люди рождаются свободными и равными в своем достоинстве и правах."},
      {"sr", "Сва људска бића рађају се слободна и једнака у достојанству и правима."},
      {"sv", "Alla människor är födda fria och lika i värde och rättigheter."},
      {"tr", "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar."},
      {"uk", "Всі люди народжуються вільними і рівними у своїй гідності та правах."},
      {"vi", "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi."},
      {"zh", "人人生而自由，在尊严和权利上一律平等。"},
  };
  for (const auto& [language, text] : texts) {
    const auto found = identifier.identify(text);
    EXPECT_EQ(found.language, language) << text;
    EXPECT_GT(found.score, 0.5f) << text;
  }
}

TEST(PretrainedText, OpensIdentifiersByTheirFiles) {
  TemporaryFolder folder;
  const auto identifier = language_identifier("langid");
  identifier.save(folder / "model.safetensors");
  for (const std::string& path : {folder / "model.safetensors", std::string(folder.path)})
    EXPECT_EQ(language_identifier(path).languages(), identifier.languages());
  EXPECT_THAT(error_of<ValueError>([] { language_identifier("lenet-digits"); }),
              HasSubstr("is a model for image-classification; expected langid"));
  EXPECT_THAT(error_of<ValueError>([] { language_identifier("langit"); }),
              HasSubstr("expected langid, a file"));
}

TEST(PretrainedText, HasATokenizer) {
  const text::PreTrainedTokenizer own = tokenizer();
  EXPECT_EQ(own.tokenizer.vocab_size(), 8192u);
  EXPECT_EQ(own.eos_token_id(), 0u);
  EXPECT_EQ(own.tokenizer.encode("And God said, Let there be light.").tokens(),
            (std::vector<std::string>{"And", "ĠGod", "Ġsaid", ",", "ĠLet", "Ġthere", "Ġbe",
                                      "Ġlight", "."}));
  for (const std::string text :
       {"", "  a\n\tb  ", "Die Katze schläft. 猫は寝る 🙂", "int main() {}"})
    EXPECT_EQ(own.decode(own.encode(text)), text);
  TemporaryFolder folder;
  own.save_pretrained(folder.path);
  EXPECT_EQ(tokenizer(folder.path).tokenizer.encode_ids("light"),
            own.tokenizer.encode_ids("light"));
}

}  // namespace
}  // namespace hearth::pretrained
