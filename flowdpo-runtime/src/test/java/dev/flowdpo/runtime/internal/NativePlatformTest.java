package dev.flowdpo.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.FlowException;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativePlatformTest {
  private static final Predicate<String> EVERYTHING = resource -> true;

  /** What the jars that the runtime depends on hold, on any platform that it is tested on. */
  private static boolean real(String resource) {
    return NativePlatformTest.class.getResource("/" + resource) != null;
  }

  @Test
  void findsAllLibrariesOfThisMachine() {
    NativePlatform here = NativePlatform.current();
    assertThatCode(here::requireSolving).doesNotThrowAnyException();
    assertThatCode(here::requireLearning).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64",
    "Linux, aarch64, linux-arm64",
    "Mac OS X, aarch64, macosx-arm64",
    "Windows 11, amd64, windows-x86_64"
  })
  void solvesOnEveryPlatformThatTheJarsServe(String system, String processor, String name) {
    NativePlatform platform = NativePlatform.of(system, processor, false, NativePlatformTest::real);
    assertThat(platform.name()).isEqualTo(name);
    assertThatCode(platform::requireSolving).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "Mac OS X, x86_64, macosx-x86_64",
    "Windows 11, aarch64, windows-arm64",
    "Linux, ppc64le, linux-ppc64le",
    "FreeBSD, amd64, freebsd-x86_64"
  })
  void refusesOthersByName(String system, String processor, String name) {
    NativePlatform platform = NativePlatform.of(system, processor, false, EVERYTHING);
    assertThatThrownBy(platform::requireSolving)
        .isInstanceOf(FlowException.class)
        .hasMessageStartingWith("Platform " + name + ": expected one that")
        .hasMessageContaining("linux-arm64, linux-x86_64, macosx-arm64, windows-x86_64");
    assertThatThrownBy(platform::requireLearning).hasMessageContaining(name);
  }

  @Test
  void refusesMusl() {
    NativePlatform alpine = NativePlatform.of("Linux", "amd64", true, EVERYTHING);
    assertThatThrownBy(alpine::requireSolving)
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("musl")
        .hasMessageContaining("glibc 2.34");
  }

  @Test
  void namesTheArtifactThatLearningNeeds() {
    NativePlatform mac =
        NativePlatform.of(
            "Mac OS X", "aarch64", false, resource -> !resource.startsWith("org/nd4j"));
    assertThatCode(mac::requireSolving).doesNotThrowAnyException();
    assertThatThrownBy(mac::requireLearning)
        .isInstanceOf(FlowException.class)
        .hasMessageContaining("native library of ND4J")
        .hasMessageContaining("dev.flowdpo:flowdpo-natives-macosx-arm64");
  }

  @Test
  void namesTheJarThatSolvingNeeds() {
    NativePlatform cut =
        NativePlatform.of("Linux", "amd64", false, resource -> !resource.startsWith("native/lib"));
    assertThatThrownBy(cut::requireSolving)
        .hasMessageContaining("no native/lib/linux-x86_64/cpu/libtokenizers.so")
        .hasMessageContaining("ai.djl.huggingface:tokenizers");
  }
}
