package dev.flowdpo.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.testing.Chunks;
import dev.flowdpo.value.Problem;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** What holds for every partial answer. */
class PartialAnswerPropertiesTest {
  private static final Problem PROBLEM = Problem.of("How many?");

  @Property
  void textAndTokensAreThoseOfTheChunks(
      @ForAll @Size(max = 8) List<@AlphaChars @StringLength(min = 1, max = 5) String> texts) {
    PartialAnswer answer = Chunks.answer(PROBLEM, texts.toArray(String[]::new));
    assertThat(answer.text()).isEqualTo(String.join("", texts));
    assertThat(answer.contentTokens()).isEqualTo(Chunks.ids(String.join("", texts)));
    assertThat(answer.chunks()).extracting(Chunk::text).isEqualTo(texts);
    assertThat(answer.depth()).isEqualTo(texts.size());
  }
}
