package dev.flowdpo.runtime.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.preference.GroupRelative;
import dev.flowdpo.preference.GroupValue;
import dev.flowdpo.preference.ScoredCompletion;
import dev.flowdpo.value.LogProbabilities;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Losses of groups and their derivatives against those that PyTorch's autograd gives. */
class GroupRelativeTest {
  private static JsonNode fixture() throws IOException {
    try (InputStream in =
        GroupRelativeTest.class.getResourceAsStream("/pytorch/group-objectives.json")) {
      return new ObjectMapper().readTree(Objects.requireNonNull(in));
    }
  }

  private static List<ScoredCompletion> group(JsonNode json, boolean sampled) {
    List<ScoredCompletion> group = new ArrayList<>();
    for (int i = 0; i < json.get("rewards").size(); i++) {
      group.add(
          new ScoredCompletion(
              json.get("rewards").get(i).asDouble(),
              floats(json.get("policy").get(i)),
              floats(json.get("reference").get(i)),
              sampled
                  ? LogProbabilities.ofTokens(floats(json.get("sampled").get(i)))
                  : LogProbabilities.unknown()));
    }
    return group;
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).asDouble();
    }
    return values;
  }

  private static GroupRelative objective(JsonNode settings) {
    return GroupRelative.builder()
        .leaveOneOut(settings.get("leaveOneOut").asBoolean())
        .lengthNormalised(settings.get("lengthNormalised").asBoolean())
        .deviationNormalised(settings.get("deviationNormalised").asBoolean())
        .clip(settings.get("clip").asDouble())
        .clipOfTokens(settings.get("clipOfTokens").asBoolean())
        .kl(settings.get("kl").asDouble())
        .klOfTokens(settings.get("klOfTokens").asBoolean())
        .build();
  }

  @Test
  void agreesWithPyTorch() throws IOException {
    JsonNode fixture = fixture();
    assertThat(fixture.get("cases")).hasSize(224);
    for (JsonNode expected : fixture.get("cases")) {
      JsonNode json = fixture.get("groups").get(expected.get("group").asInt());
      GroupValue value = objective(expected).evaluate(group(json, true));

      assertThat(value.loss())
          .as("%s", expected)
          .isCloseTo(expected.get("loss").asDouble(), within(1e-9));
      assertThat(objective(expected).tokenLevel())
          .isEqualTo(
              expected.get("klOfTokens").asBoolean() || expected.get("clipOfTokens").asBoolean());
      for (int i = 0; i < value.derivatives().length; i++) {
        JsonNode slopes = expected.get("slopes").get(i);
        assertThat(value.derivatives()[i])
            .as("%s, completion %d", expected, i)
            .hasSize(slopes.size());
        for (int t = 0; t < slopes.size(); t++) {
          assertThat(value.derivatives()[i][t])
              .as("%s, completion %d, token %d", expected, i, t)
              .isCloseTo(slopes.get(t).asDouble(), within(1e-9));
        }
      }
    }
  }

  @Test
  void whatWasSampledJustNowIsNotClipped() throws IOException {
    JsonNode json = fixture().get("groups").get(2);
    GroupRelative clipped = GroupRelative.builder().clip(0.2).build();

    assertThat(clipped.evaluate(group(json, false)).derivatives())
        .isDeepEqualTo(GroupRelative.builder().build().evaluate(group(json, true)).derivatives());
    double[][] ofTokens =
        GroupRelative.builder()
            .clip(0.2)
            .clipOfTokens(true)
            .build()
            .evaluate(group(json, false))
            .derivatives();
    for (int i = 0; i < ofTokens.length; i++) {
      double expected = clipped.evaluate(group(json, false)).derivatives()[i][0];
      assertThat(ofTokens[i]).hasSize(json.get("policy").get(i).size()).containsOnly(expected);
    }
  }

  @Test
  void aSingleCompletionIsNoGroup() throws IOException {
    List<ScoredCompletion> group = group(fixture().get("groups").get(0), true);
    assertThatThrownBy(() -> GroupRelative.rloo().evaluate(group.subList(0, 1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least 2 completions");
  }
}
