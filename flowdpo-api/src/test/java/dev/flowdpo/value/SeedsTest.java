package dev.flowdpo.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeedsTest {
  @Test
  void aPlaceAlwaysHasTheSameSeed() {
    assertThat(Seeds.of(5, "p", 1, 2)).isEqualTo(Seeds.of(5, "p", 1, 2));
  }

  @Test
  void differentPlacesProblemsAndRunsHaveDifferentSeeds() {
    Set<Long> seeds = new HashSet<>();
    int count = 0;
    for (long seed = -5; seed < 5; seed++) {
      for (String id : new String[] {"a", "b", "aa", "1"}) {
        for (int i = 0; i < 8; i++) {
          seeds.add(Seeds.of(seed, id, i));
          count++;
          for (int j = 0; j < 8; j++) {
            seeds.add(Seeds.of(seed, id, i, j));
            count++;
          }
        }
      }
    }
    assertThat(seeds).hasSize(count);
  }

  /** Runs that were recorded before must repeat. */
  @Test
  void mixedNumbersDrawFromSplitMix() {
    long seed = 0x9E3779B97F4A7C15L;
    for (long number : new long[] {7, -1, 3}) {
      seed = new SplittableRandom(seed ^ number).nextLong();
    }
    assertThat(Seeds.mix(7, -1, 3)).isEqualTo(seed).isNotEqualTo(Seeds.mix(7, 3, -1));
  }

  @Test
  void seedsLookUniform() {
    int[] bits = new int[64];
    int draws = 4096;
    for (int i = 0; i < draws; i++) {
      long seed = Seeds.of(0, "p", i);
      for (int bit = 0; bit < 64; bit++) {
        bits[bit] += (int) (seed >>> bit & 1);
      }
    }
    // 6 standard deviations of a fair coin thrown 4096 times: 6 · √4096 / 2 = 192.
    for (int count : bits) {
      assertThat(count).isBetween(draws / 2 - 192, draws / 2 + 192);
    }
  }
}
