package dev.flowdpo.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Some kills at random moments; the tests of the commands kill at chosen ones. */
@Tag("long")
class KillAndResumeTest {
  private static final int MOMENTS = 2;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(KilledWork.class)
  void whatIsKilledEndsAsWhatIsNot(KilledWork work) throws Exception {
    KillAndResume.Outcome outcome = new KillAndResume(folder, MOMENTS, 11).kill(work);
    assertThat(outcome.faults()).isEmpty();
    assertThat(outcome.kills()).isEqualTo(MOMENTS);
  }
}
