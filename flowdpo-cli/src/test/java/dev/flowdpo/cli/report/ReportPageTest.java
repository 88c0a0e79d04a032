package dev.flowdpo.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.error.InvalidInputException;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  @TempDir private Path folder;

  @Test
  void isOneSmallFileWithoutOutsideParts() throws Exception {
    Path file = SampleReport.of(RealRuns.shared()).write(folder.resolve("new/run"));

    String page = Files.readString(file);
    assertThat(file.getFileName()).hasToString("report.html");
    assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(1_000_000);
    assertThat(page).doesNotContainPattern("https?://|\\bsrc=|@import|url\\(|<link");
    PageParser.parse(page);
  }

  @Test
  void isTheSameForTheSameInput() {
    RealRuns runs = RealRuns.shared();
    assertThat(SampleReport.of(runs).html()).isEqualTo(SampleReport.of(runs).html());
  }

  @Test
  void writesItsPartsForOtherTools() throws Exception {
    RealRuns runs = RealRuns.shared();

    List<Path> files = SampleReport.of(runs).writeParts(folder);

    assertThat(files.stream().map(file -> folder.relativize(file).toString()))
        .containsExactly(
            "plots/accuracy-over-2-000-problems.png",
            "plots/the-first-16-problems-as-they-were-run.png",
            "tables/accuracy-of-a-single-pass-after-fine-tuning.csv",
            "tables/accuracy-of-a-single-pass-after-fine-tuning.md",
            "plots/the-four-columns-of-the-paper-s-table-1.png",
            "plots/accuracy-by-chunk-size.png",
            "trees.jsonl");
    BufferedImage curves = ImageIO.read(files.get(0).toFile());
    BufferedImage bars = ImageIO.read(files.get(4).toFile());
    assertThat(List.of(curves.getWidth(), curves.getHeight())).containsExactly(1200, 680);
    assertThat(List.of(count(curves, 0x0B62C4), count(bars, 0xCF4A12)))
        .allMatch(count -> count > 500);
    for (String line : Files.readAllLines(files.get(6))) {
      assertThat(runs.trees()).contains(RolloutTreeJson.parse("trees.jsonl", line));
    }
  }

  @Test
  void titlesThatLookAlikeGetFilesOfTheirOwn() {
    Table table = Table.builder("Same title?").text("a").row("b").build();
    Report report = Report.builder("Two").section("S", s -> s.table(table).table(table)).build();

    assertThat(report.writeParts(folder)).doesNotHaveDuplicates().hasSize(4);
  }

  @Test
  void refusesABlankTitle() {
    assertThatThrownBy(() -> Report.builder(" ").build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("title");
    assertThatThrownBy(() -> Report.builder("R").section("", section -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("section title");
  }

  private static int count(BufferedImage image, int rgb) {
    int count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += (image.getRGB(x, y) & 0xFFFFFF) == rgb ? 1 : 0;
      }
    }
    return count;
  }
}
