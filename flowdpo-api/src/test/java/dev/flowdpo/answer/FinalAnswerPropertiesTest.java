package dev.flowdpo.answer;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds for every text. */
class FinalAnswerPropertiesTest {
  @Property
  void anyTextGivesAnAnswerWithoutBlanksAround(@ForAll String text) {
    String answer = FinalAnswer.extract(text).orElse("");
    assertThat(answer).isEqualTo(answer.strip());
  }

  @Property
  void anyNumberAfterTheMarkIsFound(@ForAll String before, @ForAll int number) {
    assertThat(FinalAnswer.extract(before + "\n#### " + number + "\n"))
        .contains(Integer.toString(number));
  }
}
