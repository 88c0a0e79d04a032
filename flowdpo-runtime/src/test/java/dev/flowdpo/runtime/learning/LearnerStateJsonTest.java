package dev.flowdpo.runtime.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PreferencePair;
import dev.flowdpo.preference.RewardedCompletion;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.TokenIds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Pairs that wait for an update come out of a checkpoint as they went in. */
class LearnerStateJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FILE = Path.of("state.json");

  private static RewardedCompletion completion(double reward, LogProbabilities sampled) {
    return new RewardedCompletion(TokenIds.of(4, 5, (int) (10 * reward)), reward, sampled);
  }

  private static LearnerState state(PreferencePair pair) {
    return new LearnerState(
        List.of(true, false),
        Map.of(AdapterRole.ANSWER, List.of(pair), AdapterRole.STOP, List.of()),
        Map.of(AdapterRole.ANSWER, 0, AdapterRole.STOP, 0),
        Map.of(AdapterRole.ANSWER, 1, AdapterRole.STOP, 0),
        Map.of(AdapterRole.ANSWER, 0, AdapterRole.STOP, 0),
        2,
        0,
        0,
        0,
        0,
        new SeenProblems(10),
        Map.of());
  }

  @Test
  void groupsComeBackWithAllThatIsKnownOfTheirTokens() throws IOException {
    PreferencePair pair =
        new PreferencePair(
                AdapterRole.ANSWER,
                TokenIds.of(1, 2),
                completion(1, LogProbabilities.ofTokens(-0.1f, -1e-9f, -17.3f)),
                completion(0, LogProbabilities.ofSum(-1 / 3.0)),
                "p",
                2)
            .withOthers(
                List.of(
                    completion(0.25, LogProbabilities.unknown()),
                    completion(0.5, LogProbabilities.ofTokens(-1, -2, -3))))
            .withRolloutVersion(7);
    ObjectNode written = LearnerStateJson.write(state(pair), Optional::of);
    JsonNode read = JSON.readTree(JSON.writeValueAsString(written)); // numbers as a file has them

    assertThat(LearnerStateJson.read(FILE, read, new SeenProblems(10)).pending(AdapterRole.ANSWER))
        .containsExactly(pair);
  }

  @Test
  void pairsOfEarlierVersionsAreRead() throws IOException {
    PreferencePair pair =
        new PreferencePair(
            AdapterRole.ANSWER,
            TokenIds.of(1, 2),
            new RewardedCompletion(TokenIds.of(3), 1, LogProbabilities.ofSum(-0.5)),
            new RewardedCompletion(TokenIds.of(4), 0.25),
            "p",
            2);
    ObjectNode written = LearnerStateJson.write(state(pair), Optional::of);
    written
        .withObject("/answer")
        .withArray("pending")
        .removeAll()
        .add(
            JSON.readTree(
                """
                {"prompt":[1,2],"chosen":[3],"rejected":[4],"problem":"p","node":2,
                 "chosenReward":1.0,"rejectedReward":0.25,"chosenLogp":-0.5}
                """));

    assertThat(
            LearnerStateJson.read(FILE, written, new SeenProblems(10)).pending(AdapterRole.ANSWER))
        .containsExactly(pair);
  }
}
