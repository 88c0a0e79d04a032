package dev.flowdpo.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Results of the same seeds, held against each other. */
class SeedPairTest {
  private record Run(long seed, double accuracy, String outcomes) {}

  private static final List<SeedPair<Run>> PAIRS =
      SeedPair.of(
          List.of(new Run(0, 0.75, "1110"), new Run(1, 0.5, "0101"), new Run(2, 1, "1111")),
          List.of(new Run(1, 0.25, "100"), new Run(0, 0.5, "1010")),
          Run::seed);

  @Test
  void onlySeedsThatBothHaveAreCompared() {
    assertThat(PAIRS).extracting(pair -> pair.own().seed()).containsExactly(0L, 1L);
    assertThat(SeedPair.differences(PAIRS, Run::accuracy)).containsExactly(0.25, 0.25);
  }

  @Test
  void outcomesAreComparedAsFarAsBothHaveThem() {
    assertThat(PAIRS.get(0).byProblem(Run::outcomes)).containsExactly(0, 1, 0, 0);
    assertThat(PAIRS.get(1).byProblem(Run::outcomes)).containsExactly(-1, 1, 0);
    assertThat(SeedPair.meansByProblem(PAIRS, Run::outcomes)).containsExactly(-0.5, 1, 0);
    assertThat(SeedPair.meansByProblem(List.<SeedPair<Run>>of(), Run::outcomes)).isEmpty();
  }
}
